"""What people read of a parcel on its way: its state in a word, a warning with its remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.following import TrackWarning
from app.domain.text import T, Text
from app.domain.track_words import STAGE_WORDS, WARNING_WORDS
from app.domain.tracking import TrackStage


class Tone(StrEnum):
    """How a state is coloured."""

    BAD = "bad"  # red
    CARE = "care"  # amber
    WAY = "way"  # blue
    GOOD = "good"  # green
    QUIET = "quiet"  # grey


@dataclass(frozen=True, slots=True)
class Pill:
    """The state of a parcel: ``kind`` is the code of stage or warning."""

    kind: str
    words: Text
    tone: Tone


@dataclass(frozen=True, slots=True)
class WarningRow:
    """A warning: what it is, what to do, since when, and who has seen it (``""``: nobody)."""

    kind: TrackWarning
    words: Text
    message: Text
    remedy: Text
    since_at: datetime
    seen_by: str
    tone: Tone


_BAD = frozenset(
    {
        TrackWarning.LOST,
        TrackWarning.DAMAGED,
        TrackWarning.NO_MOVEMENT,
        TrackWarning.RETURNED,
    }
)
_MESSAGES: Mapping[TrackWarning, Text] = {
    TrackWarning.LOST: T("The carrier says that the parcel is lost."),
    TrackWarning.DAMAGED: T("The carrier says that the parcel is damaged."),
    TrackWarning.RETURNED: T("The parcel has come back."),
    TrackWarning.RETURNING: T("The parcel is on its way back."),
    TrackWarning.DELIVERY_FAILED: T("The courier could not hand the parcel over."),
    TrackWarning.TROUBLE: T("The carrier reports trouble with the parcel."),
    TrackWarning.PICKUP_POINT: T("It has been at the pickup point for {time}."),
    TrackWarning.NO_MOVEMENT: T("Nothing has moved for {time}."),
    TrackWarning.NOT_PICKED_UP: T("The carrier has not scanned it {time} after it left."),
    TrackWarning.SLOW: T("It has been on its way longer than usual."),
}
_LATE = T("It should have arrived {time} ago.")
_REMEDIES: Mapping[TrackWarning, Text] = {
    TrackWarning.LOST: T("Claim it from the carrier and send the goods again."),
    TrackWarning.DAMAGED: T("Ask the carrier for photos and claim it; talk to the buyer."),
    TrackWarning.RETURNED: T("Look for it among what came back, and check the goods."),
    TrackWarning.RETURNING: T("Ask the buyer why; watch for it among what comes back."),
    TrackWarning.DELIVERY_FAILED: T("Ask the buyer for a time, then tell the courier."),
    TrackWarning.TROUBLE: T("Ask the carrier what is wrong."),
    TrackWarning.PICKUP_POINT: T("Remind the buyer to fetch it."),
    TrackWarning.NO_MOVEMENT: T("Ask the carrier to look for it."),
    TrackWarning.NOT_PICKED_UP: T("Look whether it still lies here; ask the courier."),
    TrackWarning.SLOW: T("Ask the carrier to hurry; tell the buyer."),
}


def warning_row(
    kind: str, since_at: datetime, seen_by: str, now: datetime, promised_at: datetime | None = None
) -> WarningRow:
    """A stored warning in words, as of ``now``."""
    warning = TrackWarning(kind)
    late = warning is TrackWarning.SLOW and promised_at == since_at
    message = _LATE if late else _MESSAGES[warning]
    passed = span(now - since_at)
    return WarningRow(
        warning,
        WARNING_WORDS[warning],
        Text(message.msgid, {"time": passed}) if "{time}" in message.msgid else message,
        _REMEDIES[warning],
        since_at,
        seen_by,
        Tone.BAD if warning in _BAD else Tone.CARE,
    )


def span(length: timedelta) -> Text:
    """A length of time as people say it: hours, from four days on days."""
    hours = max(0, int(length.total_seconds() // 3600))
    if hours < 96:
        return T("{n} hours", n=hours)
    return T("{n} days", n=hours // 24)


def pill(stage: str | None, warning: WarningRow | None, *, asked: bool) -> Pill:
    """The state of a parcel in a word; ``asked``: whether anybody can be asked about it."""
    if warning is not None:
        return Pill(warning.kind, warning.words, warning.tone)
    if stage is None:
        if not asked:
            return Pill("nobody_to_ask", T("Cannot be followed"), Tone.QUIET)
        return Pill("none", STAGE_WORDS[TrackStage.ANNOUNCED], Tone.QUIET)
    known = TrackStage(stage)
    match known:
        case TrackStage.DELIVERED:
            tone = Tone.GOOD
        case TrackStage.ANNOUNCED:
            tone = Tone.QUIET
        case TrackStage.EXCEPTION:
            tone = Tone.CARE
        case TrackStage.RETURNING | TrackStage.RETURNED:
            tone = Tone.CARE
        case _:
            # One word for everything between the two ends: the last news says the rest.
            return Pill(TrackStage.IN_TRANSIT, STAGE_WORDS[TrackStage.IN_TRANSIT], Tone.WAY)
    return Pill(known, STAGE_WORDS[known], tone)
