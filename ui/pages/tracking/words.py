"""What the list of parcels on their way says: days, news, glyphs and tones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from app.domain.companies import company
from app.domain.days import china_day
from app.domain.following import TrackWarning
from app.domain.text import Text, tr
from app.domain.tracking import TrackEvent, TrackStage
from app.services.money.views import Period
from app.services.tracking import wording
from app.services.tracking.views import TrackRow
from app.services.tracking.wording import WarningRow
from ui.pages.orders.story import step_words
from ui.theme_tokens import Tone

DOTS = 5
TONES: Mapping[wording.Tone, Tone] = {
    wording.Tone.BAD: Tone.ERR,
    wording.Tone.CARE: Tone.WARN,
    wording.Tone.WAY: Tone.ACCENT,
    wording.Tone.GOOD: Tone.OK,
    wording.Tone.QUIET: Tone.GRAY,
}
_GLYPHS: Mapping[str, tuple[str, str]] = {
    TrackStage.DELIVERED: ("seal-check", "fill"),
    TrackStage.ANNOUNCED: ("hourglass-medium", "bold"),
    "none": ("hourglass-medium", "bold"),
    "nobody_to_ask": ("question", "bold"),
    TrackWarning.SLOW: ("hourglass-medium", "bold"),
    TrackWarning.NOT_PICKED_UP: ("clock", "fill"),
    TrackWarning.PICKUP_POINT: ("storefront", "fill"),
    TrackStage.RETURNING: ("arrow-u-up-left", "bold"),
    TrackStage.RETURNED: ("arrow-u-up-left", "bold"),
    TrackStage.IN_TRANSIT: ("truck", "bold"),
}
_BY_TONE: Mapping[wording.Tone, tuple[str, str]] = {
    wording.Tone.BAD: ("warning-octagon", "fill"),
    wording.Tone.CARE: ("warning", "fill"),
}
# Told by what did not happen: the carrier's last words say nothing of it.
_SILENT = frozenset(
    {
        TrackWarning.NO_MOVEMENT,
        TrackWarning.NOT_PICKED_UP,
        TrackWarning.PICKUP_POINT,
        TrackWarning.SLOW,
    }
)


def glyph(pill: wording.Pill) -> tuple[str, str]:
    """The icon of a pill and its weight: every state has a shape of its own."""
    return _GLYPHS.get(pill.kind) or _BY_TONE.get(pill.tone) or ("truck", "bold")


def day_words(at: datetime, now: datetime) -> str:
    """Today, yesterday, 3月15日; another year whole. In this computer's time zone."""
    local, today = at.astimezone().date(), now.astimezone().date()
    if local == today:
        return tr("Today")
    if local == today - timedelta(days=1):
        return tr("Yesterday")
    if local.year == today.year:
        return tr("{month}/{day}", month=local.month, day=local.day)
    return f"{local:%Y-%m-%d}"


def iso_day_words(day: str, now: datetime) -> str:
    """The same for a day of a statement."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return day
    if found.year == now.astimezone().year:
        return tr("{month}/{day}", month=found.month, day=found.day)
    return day


def said(event: TrackEvent) -> str:
    """The carrier's own words; a step that came without words in ours."""
    return event.text or step_words(event.stage)


def news(row: TrackRow, now: datetime) -> str:
    """The last thing to know of a parcel, in one line."""
    warning = row.warning
    if warning is not None and warning.kind in _SILENT:
        if warning.kind is TrackWarning.NO_MOVEMENT and row.last_place:
            stood = wording.span(now - warning.since_at)
            return tr("At {place} for {time}", place=row.last_place, time=stood)
        return str(warning.message).rstrip("。.")
    if row.last_text:
        place = row.last_place
        if place and place not in row.last_text:
            return tr("{place}: {what}", place=place, what=row.last_text)
        return row.last_text
    if row.stage is not None:
        return step_words(TrackStage(row.stage))
    if not row.account:
        return tr("No account can be asked about this carrier")
    if row.failure is not None:
        return str(row.failure).rstrip("。.")
    return tr("The carrier has told nothing yet")


def warning_words(warning: WarningRow) -> tuple[str, str]:
    """What is wrong, and what helps."""
    return str(warning.message), str(warning.remedy)


def promised(row: TrackRow, now: datetime) -> tuple[str, bool]:
    """What was promised to the buyer, and whether it is late; empty without a promise."""
    if row.promised_at is None:
        return "", False
    late = row.stage != TrackStage.DELIVERED and row.promised_at < now
    day = day_words(row.promised_at, now)
    clock = f"{row.promised_at.astimezone():%H:%M}"
    if late:
        return tr("Promised by {day} {time}, late now", day=day, time=clock), True
    return tr("Promised by {day} {time}", day=day, time=clock), False


def period_title(period: Period, now: datetime) -> str:
    """3 月运费对账; another year with its number."""
    first = period.first
    if first.year == china_day(now).year:
        return tr("Freight bills, month {month}", month=first.month)
    return tr("Freight bills, {year}-{month}", year=first.year, month=first.month)


def hotline(code: str) -> str:
    """中通 95311, or only the name."""
    known = company(code)
    name = str(known.name)
    return f"{name} {known.hotline}" if known.hotline else name


def plus(fen: int, shown: str) -> str:
    """A difference with its sign."""
    return f"+{shown}" if fen > 0 else shown


def text_of(value: Text | None) -> str:
    """A sentence that may be missing."""
    return "" if value is None else str(value)
