"""What the card says while a printer stands still, and what can be done. Knows no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.text import ntr, sentences, tr
from app.services.printing.control import Holding
from app.services.printing.rows import UNKNOWN
from app.services.waves.wave_views import WaveParcel, WaveSheet
from ui.pages.orders.words import short_number, short_region
from ui.wave_run import Phase, RunView

MOVE, STOP, OUT, NOT_OUT = "move", "stop", "out", "not_out"
_TAIL = 4
_WORTH_SAYING_S = 5


@dataclass(frozen=True, slots=True)
class HeldAction:
    """A button; ``key`` is what it does, then its value behind a colon."""

    key: str
    text: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """``asked``: somebody must say whether the label ``number`` came out."""

    asked: bool
    title: str
    detail: str
    since: str
    actions: tuple[HeldAction, ...]
    number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label whose fate nobody knows."""

    number: str
    printer: str
    since_at: datetime | None


def tail(number: str) -> str:
    """…5046."""
    return f"…{number[-_TAIL:]}"


def doubts_of(sheet: WaveSheet, run: RunView | None) -> tuple[Doubt, ...]:
    """The labels that are asked about, in printing order; what the run asks comes first."""
    holdings = run.holdings if run is not None else ()
    asked = [Doubt(h.waybill, h.printer, h.since_at) for h in holdings if h.code == UNKNOWN]
    if run is not None and run.busy:
        return tuple(asked)
    return tuple(Doubt(p.waybill, p.printer, None) for p in sheet.parcels if p.in_doubt)


def facts_of(
    sheet: WaveSheet, run: RunView | None, states: Mapping[str, str], now: datetime
) -> HeldFacts | None:
    """The card, or ``None`` while nothing stands still. ``states``: how the fall-backs are."""
    doubts = doubts_of(sheet, run)
    if doubts:
        return _asked(sheet, doubts, run, now)
    holding = run.holding if run is not None else None
    if run is None or holding is None or run.phase is not Phase.HELD:
        return None
    return _held(holding, states, now)


def _held(holding: Holding, states: Mapping[str, str], now: datetime) -> HeldFacts:
    said = str(holding.message).rstrip(".。") if holding.message is not None else tr("not ready")
    remedy = str(holding.remedy) if holding.remedy is not None else ""
    actions = [HeldAction(STOP, tr("Stop here"))]
    note = ""
    if holding.fallback:
        name = holding.fallback
        words = tr("Go on at {name}", name=name)
        actions.insert(0, HeldAction(f"{MOVE}:{name}", words, "arrow-right"))
        if name in states:
            note = tr("{name}: {state}", name=name, state=states[name].rstrip(".。"))
    goes_on = tr("Printing goes on by itself when it is ready.")
    return HeldFacts(
        asked=False,
        title=tr("{printer}: {said}", printer=holding.printer, said=said),
        detail=sentences(remedy, goes_on),
        since=waited_words(holding.since_at, now),
        actions=tuple(actions),
        note=note,
    )


def _asked(
    sheet: WaveSheet, doubts: tuple[Doubt, ...], run: RunView | None, now: datetime
) -> HeldFacts:
    doubt = doubts[0]
    parcel = next((p for p in sheet.parcels if p.waybill == doubt.number), None)
    busy = run is not None and run.busy
    actions = [
        HeldAction(f"{OUT}:{doubt.number}", tr("It came out"), "check"),
        HeldAction(f"{NOT_OUT}:{doubt.number}", tr("It did not come out"), "x"),
    ]
    if busy:
        actions.append(HeldAction(STOP, tr("Stop here")))
    where = tr("look at the paper of {printer}", printer=doubt.printer)
    more = len(doubts) - 1
    return HeldFacts(
        asked=True,
        title=tr("Did label {number} come out?", number=tail(doubt.number)),
        detail=" — ".join(part for part in (_who(parcel), where) if part),
        since=waited_words(doubt.since_at, now) if doubt.since_at is not None else "",
        actions=tuple(actions),
        number=doubt.number,
        note=ntr("{n} more after it", "{n} more after it", more) if more else "",
    )


def _who(parcel: WaveParcel | None) -> str:
    if parcel is None:
        return ""
    region = short_region(parcel.province, parcel.city, parcel.district)
    place = tr("no. {n}", n=parcel.position)
    parts = (place, short_number(parcel.order_id), parcel.receiver, region)
    return " · ".join(part for part in parts if part)


def waited_words(since_at: datetime, now: datetime) -> str:
    """For how long it stands; nothing in the first moments."""
    seconds = max(0, round((now - since_at).total_seconds()))
    if seconds < _WORTH_SAYING_S:
        return ""
    if seconds < 60:
        return tr("for {n} s", n=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return tr("for {n} min", n=minutes)
    return tr("for {h} h {m} min", h=minutes // 60, m=minutes % 60)
