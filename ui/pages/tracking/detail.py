"""What the drawer of a parcel on its way says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.companies import company
from app.domain.text import tr
from app.domain.tracking import TrackEvent
from app.services.tracking.views import TrackRow
from app.services.tracking.wording import Pill
from ui.pages.orders.words import ago, clock_time, short_number
from ui.pages.tracking.loader import Opened
from ui.pages.tracking.words import TONES, day_words, glyph, hotline, promised, said, text_of
from ui.theme_tokens import Tone


@dataclass(frozen=True, slots=True)
class WayStep:
    """One event: when, what the carrier told, and where."""

    time: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A warning in words; ``seen_by`` names who has seen it."""

    title: str
    message: str
    remedy: str
    bad: bool
    seen_by: str


@dataclass(frozen=True, slots=True)
class ParcelView:
    """The whole drawer. ``orders`` are our keys and what is shown of them."""

    id: str
    number: str
    carrier: str
    company: str
    hotline: str
    caption: str
    receiver: str
    pill: Pill
    glyph: tuple[str, str]
    tone: Tone
    progress: int
    promised: str
    late: bool
    alarm: Alarm | None
    fact: tuple[str, str] | None  # why nothing is known, and what helps
    goes_on_as: str
    orders: tuple[tuple[str, str], ...]
    asked: str
    can_ask: bool
    steps: tuple[WayStep, ...]  # the newest first


def parcel_view(opened: Opened, now: datetime) -> ParcelView:
    """The drawer's words for one parcel."""
    row = opened.detail.row
    words, late = promised(row, now)
    return ParcelView(
        id=row.id,
        number=row.number,
        carrier=row.carrier,
        company=str(company(row.carrier).name),
        hotline=hotline(row.carrier),
        caption=tr(
            "{carrier}, sent {day}",
            carrier=company(row.carrier).name,
            day=day_words(row.shipped_at, now),
        ),
        receiver=row.receiver,
        pill=row.pill,
        glyph=glyph(row.pill),
        tone=TONES[row.pill.tone],
        progress=row.progress,
        promised=words,
        late=late,
        alarm=_alarm(row),
        fact=_fact(opened),
        goes_on_as=row.goes_on_as,
        orders=tuple(
            (key, tr("Order {number}", number=short_number(number)))
            for key, number in zip(row.order_keys, row.orders, strict=True)
        ),
        asked=tr("last asked {time}", time=ago(row.polled_at, now)) if row.polled_at else "",
        can_ask=bool(row.account),
        steps=tuple(_step(event, now) for event in reversed(opened.detail.events)),
    )


def _alarm(row: TrackRow) -> Alarm | None:
    warning = row.warning
    if warning is None:
        return None
    return Alarm(
        str(warning.words),
        str(warning.message),
        str(warning.remedy),
        TONES[warning.tone] is Tone.ERR,
        warning.seen_by,
    )


def _fact(opened: Opened) -> tuple[str, str] | None:
    if opened.nobody is not None:
        message, remedy = opened.nobody
        return str(message), str(remedy)
    failure = text_of(opened.detail.row.failure)
    return (tr("The last question brought nothing"), failure) if failure else None


def _step(event: TrackEvent, now: datetime) -> WayStep:
    text = said(event)
    place = "" if event.place in text else event.place
    return WayStep(_moment(event.at, now), text, place)


def _moment(at: datetime, now: datetime) -> str:
    """Day and clock, the day in words while it is near."""
    local = at.astimezone()
    if local.date() == now.astimezone().date():
        return clock_time(at, now)
    return f"{day_words(at, now)} {local:%H:%M}"
