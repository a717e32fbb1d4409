"""What one code does to the database, run in the bench's lane: no widget, no word for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from app.domain.packing import OpenParcel, Scanned
from app.domain.states import Verdict
from app.services import read_only
from app.services.orders import details, serials
from app.services.orders.serials import SerialsRow
from app.services.parcels import packing
from app.services.parcels.in_hand import InHand
from app.services.parcels.packing import Opened
from app.services.parcels.parcel_queries import ParcelRow, packed_today, parcel_ids, parcel_rows
from app.services.telling import outbox
from app.services.workplace import Workplace

_STOPPED = {Verdict.HELD, Verdict.ALREADY_SHIPPED, Verdict.NOT_READY, Verdict.ELSEWHERE}
_LATE = timedelta(minutes=1)  # a message that waits this long waits for the network
_KILOGRAMS = re.compile(r"(\d{1,3}\.\d{1,3}) ?(?:kg)?", re.IGNORECASE)
_IMEI = re.compile(r"\d{15}")
_MOST_IMEIS = 2
_GRAMS = re.compile(r"(\d{1,6}) ?g?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GoodsFirst:
    """A piece was scanned although no parcel is open."""

    code: str


@dataclass(frozen=True, slots=True)
class NoSerial:
    """The code of goods was scanned where a serial number is wanted."""


@dataclass(frozen=True, slots=True)
class Imei:
    """An IMEI was scanned where a serial number is wanted."""

    number: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What the top bar tells, and how the parcel sealed last stands."""

    today: int
    unsent: int
    offline: bool
    wave: str = ""
    wave_done: int = 0
    wave_all: int = 0
    sealed: ParcelRow | None = None
    stop: Opened | None = None  # why the parcel sealed last must not leave after all
    only_read: bool = False  # its shop is told nothing from here


def open_label(work: Workplace, hand: InHand, code: str) -> Opened | GoodsFirst:
    """The parcel behind a label; tells goods that were scanned in its place.

    Raises ``RetryableError`` (``no_database``).
    """
    answer = hand.open(code)
    if answer.verdict is Verdict.UNKNOWN and packing.is_goods(work, code):
        return GoodsFirst(code)
    return answer


def piece_or_label(
    hand: InHand, parcel: OpenParcel, code: str, nonce: str, quantity: int = 1
) -> Opened | Scanned:
    """A piece of the open parcel, or another label: then that parcel opens, the scans are kept.

    When the parcel was stopped meanwhile, the answer is its refusal, with reason and remedy.
    Raises ``RetryableError`` (``no_database``) for a code that only the database knows.
    """
    result = hand.scan(parcel, code, nonce, quantity)
    if result.verdict in _STOPPED:
        return hand.open(parcel.number)
    if result.verdict is Verdict.UNKNOWN:
        answer = hand.open(code)
        if answer.verdict is not Verdict.UNKNOWN:
            return answer
    return result


def serial_or_label(
    work: Workplace, hand: InHand, parcel: OpenParcel, code: str, imeis: tuple[str, ...]
) -> Opened | NoSerial | Imei | SerialsRow:
    """The serial number of a box that lacks nothing else; another label opens its own parcel.

    Raises ``UserError`` (``bad_serial``).
    """
    answer = hand.open(code)
    if answer.verdict is not Verdict.UNKNOWN:
        return answer
    if packing.is_goods(work, code):
        return NoSerial()
    if _IMEI.fullmatch(code) and serials.luhn(code) and len(imeis) < _MOST_IMEIS:
        return Imei(code) if code not in imeis else NoSerial()
    return serials.record(work, parcel.parcel_id, code, *imeis)


def figures(work: Workplace, wave_id: str, sealed_id: str) -> Figures:
    """The counts of the top bar. ``offline`` when the shop has not been reached for a minute."""
    row = details.wave_row(work, wave_id) if wave_id else None
    since = outbox.oldest_waiting_at(work)
    sealed = parcel_rows(work, [sealed_id]) if sealed_id else []
    return Figures(
        packed_today(work),
        len(parcel_ids(work, state="to_report")),
        since is not None and work.now() - since > _LATE,
        row.name if row else "",
        row.packed if row else 0,
        row.parcels if row else 0,
        sealed[0] if sealed else None,
        packing.taken_back(work, sealed_id) if sealed and sealed[0].holds else None,
        bool(sealed) and read_only.refusal(work, sealed[0].shop) is not None,
    )


def as_weight_g(typed: str) -> int | None:
    """``1.268`` or ``1268`` in g; ``None`` for anything else. A dot means kilograms."""
    text = typed.strip()
    if found := _KILOGRAMS.fullmatch(text):
        return round(float(found[1]) * 1000)
    if found := _GRAMS.fullmatch(text):
        return int(found[1])
    return None
