"""The bench: opening a parcel by its label, verifying every piece, closing the box.

The rule is ``app.domain.packing``; this module finds parcel and goods, writes every scan down
with a nonce (told twice, it counts once) and ships the parcel when it is complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, select, union, update

from app.domain import recognition
from app.domain.packing import Item, OpenParcel, Scanned, scan_item, undo
from app.domain.states import LIVE_WAYBILL_STATES, HoldCode, ParcelState, Verdict
from app.domain.text import T, Text
from app.services import records
from app.services.archive import looking
from app.services.numbers import recognising
from app.services.orders import holding
from app.services.parcels import counting, on_table, shipping
from app.services.parcels.bench_journal import KeptScan
from app.services.printing import print_proofs
from app.services.stock.look_alikes import note_mistake
from app.services.stock.packing_material import box_weight_g
from app.services.workplace import Workplace
from app.store.tables import (
    order_lines,
    orders,
    parcel_lines,
    parcels,
    scans,
    sku_barcodes,
    skus,
    waybills,
)

_SHIPPED = {ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED}
_TRIES = 2  # then the bench goes on by itself: nobody waits at the table
_MISTAKEN = {Verdict.WRONG_ITEM, Verdict.WRONG_VARIANT}
_PACKABLE = {ParcelState.TO_PICK, ParcelState.TO_PACK}


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer to a scanned label. ``parcel`` is set when packing can go on."""

    verdict: Verdict
    number: str
    parcel: OpenParcel | None = None
    carrier: str = ""
    receiver: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    greeting: str = ""
    hold: HoldCode | None = None
    reason: Text | None = None
    remedy: Text | None = None
    wave_id: str = ""
    deadline_at: Any = None
    is_gift: bool = False
    custom_work: str = ""
    wants_serial: bool = False  # a serial number is wanted, and none is noted yet


@dataclass(frozen=True, slots=True)
class Closed:
    """The parcel is sealed and on its way to the shop's back office."""

    parcel_id: str
    number: str
    weight_g: int | None


def open_parcel(work: Workplace, code: str) -> Opened:
    """Open the parcel whose label was scanned. The scan proves that its label is out."""
    opened = work.db.again(partial(_open, work, clean_code(code)), keyed=True, tries=_TRIES)
    if opened.verdict is Verdict.PARCEL_OPENED:
        work.changed("parcels", "orders")
    return opened


def _open(work: Workplace, code: str, tx: Connection) -> Opened:
    number = recognising.ours(tx, code) or normalise_number(code)
    waybill = tx.execute(
        select(waybills).where(waybills.c.number == number).order_by(waybills.c.issued_at.desc())
    ).first()
    if waybill is None:
        company = looking.company_of(tx, number)
        if company is not None:  # long gone, and put away
            return Opened(Verdict.ALREADY_SHIPPED, number, carrier=company)
        return Opened(Verdict.UNKNOWN, number)
    parcel = _locked(tx, waybill.parcel_id)
    if parcel.state == ParcelState.TO_REPORT:  # sealed: is it to be taken back?
        stopped = _held(tx, parcel, number)
        if stopped is not None:
            return stopped
    if parcel.state in _SHIPPED:
        return Opened(Verdict.ALREADY_SHIPPED, number, carrier=parcel.carrier)
    refusal = _refusal(tx, parcel, waybill)
    if refusal is not None:
        return refusal
    print_proofs.confirm_by_scan(tx, work, waybill.id)
    parcel = tx.execute(select(parcels).where(parcels.c.id == parcel.id)).one()
    if parcel.state in _SHIPPED:  # the shop ships on printing: the scan was the last proof
        return Opened(Verdict.ALREADY_SHIPPED, number, carrier=parcel.carrier)
    if parcel.state not in _PACKABLE:
        return Opened(Verdict.NOT_READY, number, carrier=parcel.carrier)
    other = on_table.take(tx, work, parcel.id)
    if other:
        return Opened(
            Verdict.ELSEWHERE,
            number,
            carrier=parcel.carrier,
            reason=T("The bench {name} has this parcel open.", name=other),
            remedy=T("Pack it there. Nobody does? Scan its label here in two minutes."),
        )
    on_table.leave_others(tx, work, parcel.id)
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel.id)
        .values(
            state=ParcelState.TO_PACK,
            opened_at=parcel.opened_at or work.now(),
            bench=work.bench,
            changed_at=work.now(),
        )
    )
    records.refresh_orders(tx, records.orders_of(tx, [parcel.id]))
    return _opened(tx, parcel, number)


def taken_back(work: Workplace, parcel_id: str) -> Opened | None:
    """Why a parcel that is sealed and not reported must not leave after all; None when it may."""
    with work.db.read() as tx:
        parcel = tx.execute(
            select(parcels, waybills.c.number)
            .join(waybills, waybills.c.id == parcels.c.waybill_id)
            .where(parcels.c.id == parcel_id, parcels.c.state == ParcelState.TO_REPORT)
        ).one_or_none()
        return None if parcel is None else _held(tx, parcel, parcel.number)


def scan(
    work: Workplace, parcel: OpenParcel, code: str, *, nonce: str, quantity: int = 1
) -> Scanned:
    """One goods code over the open parcel: the verdict at once, written down before it returns."""
    told = _Told(parcel.parcel_id, parcel.number, clean_code(code), nonce, quantity, work.now())
    # The nonce finds what was written, so even a commit that nobody knows of is tried again.
    return work.db.again(partial(_scan, work, told, ours=True), keyed=True, tries=_TRIES)


def tell_kept(work: Workplace, kept: KeptScan) -> Scanned:
    """A scan of before, judged without the database (``in_hand``): once, however often told."""
    told = _Told(kept.parcel_id, kept.number, kept.code, kept.nonce, kept.quantity, kept.at)
    return work.db.again(partial(_scan, work, told, ours=False), keyed=True, tries=_TRIES)


@dataclass(frozen=True, slots=True)
class _Told:
    """One scan as the bench tells it."""

    parcel_id: str
    number: str
    code: str
    nonce: str
    quantity: int
    at: datetime


def _scan(work: Workplace, told: _Told, tx: Connection, *, ours: bool) -> Scanned:
    """``ours``: it is scanned now. What was scanned before is in the box, whoever goes on."""
    stored = _locked(tx, told.parcel_id)
    fresh = read_parcel(tx, told.parcel_id)
    known = tx.execute(select(scans.c.verdict).where(scans.c.nonce == told.nonce)).scalar()
    if known is not None:
        return Scanned(Verdict(known), told.code, fresh)
    stop = _stop(tx, stored, told.number)
    if stop is None and ours and on_table.take(tx, work, told.parcel_id):
        stop = Verdict.ELSEWHERE
    result = (
        Scanned(stop, told.code, fresh)
        if stop is not None
        else scan_item(fresh, told.code, find_items(tx, told.code), told.quantity)
    )
    if result.accepted and result.line is not None:
        counting.write(tx, result.line)
    elif result.verdict in _MISTAKEN and result.line and result.item:
        note_mistake(tx, result.line.item.sku_id, result.item.sku_id)
    _record(tx, work, told, result)
    return result


def _locked(tx: Connection, parcel_id: str) -> Any:
    """The parcel's row; two benches that scan the same parcel take turns."""
    return tx.execute(select(parcels).where(parcels.c.id == parcel_id).with_for_update()).one()


def _stop(tx: Connection, stored: Any, opened_number: str) -> Verdict | None:
    """Why nothing more goes into the box that was opened: what happened since then."""
    if stored.state in _SHIPPED:
        return Verdict.ALREADY_SHIPPED
    number = tx.execute(
        select(waybills.c.number).where(waybills.c.id == stored.waybill_id)
    ).scalar()
    if number != opened_number or stored.state == ParcelState.CANCELLED:
        return Verdict.HELD  # the label on the table is cancelled
    if records.active_holds(tx, stored.id):
        return Verdict.HELD
    return None if stored.state in _PACKABLE else Verdict.NOT_READY


def undo_last(work: Workplace, parcel: OpenParcel) -> OpenParcel:
    """Take back the last accepted piece of the parcel; nothing to take back changes nothing."""
    with work.db.write() as tx:
        if _locked(tx, parcel.parcel_id).state not in _PACKABLE:
            return read_parcel(tx, parcel.parcel_id)
        last = tx.execute(
            select(scans)
            .where(scans.c.parcel_id == parcel.parcel_id, scans.c.quantity > 0, ~scans.c.undone)
            .order_by(scans.c.id.desc())
            .limit(1)
        ).one_or_none()
        if last is not None:
            tx.execute(update(scans).where(scans.c.id == last.id).values(undone=True))
            before = undo(
                read_parcel(tx, parcel.parcel_id),
                last.parcel_line_id,
                last.quantity,
                last.part_sku_id,
            )
            for line in before.lines:
                if line.line_id == last.parcel_line_id:
                    counting.write(tx, line)
        return read_parcel(tx, parcel.parcel_id)


def close(work: Workplace, parcel: OpenParcel, weight_g: int | None = None) -> Closed:
    """Seal the complete parcel; ships it when the shop ships on packing.

    Raises ``UserError``: ``parcel_incomplete``, ``held``, ``already_shipped``.
    """
    shipping.pack_and_ship(work, parcel.parcel_id, weight_g)
    return Closed(parcel.parcel_id, parcel.number, weight_g)


def is_goods(work: Workplace, code: str) -> bool:
    """Whether this is the code of something on the shelf, and so no label."""
    with work.db.read() as tx:
        return bool(find_items(tx, clean_code(code)))


def put_aside(work: Workplace, parcel: OpenParcel, reason: str) -> None:
    """Leave the parcel: it goes on hold with the reason, its scans are kept."""
    with work.db.write() as tx:
        holding.hold_by_person(tx, work, parcel.parcel_id, reason)
    work.changed("parcels", "orders")


def normalise_number(code: str) -> str:
    """A scanned label as a waybill number: blanks and stars off, upper case, QR payloads opened."""
    return recognition.normalise(clean_code(code))


def clean_code(code: str) -> str:
    """A scanned code without blanks; full-width letters and digits become ordinary ones."""
    out = [chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in code.strip()]
    return "".join(c for c in out if not c.isspace())


def find_items(tx: Connection, code: str) -> Sequence[Item]:
    """Every SKU that a goods code may mean: by bar code or by SKU code."""
    by_barcode = select(sku_barcodes.c.sku_id).where(sku_barcodes.c.barcode == code)
    by_code = select(skus.c.id).where(skus.c.code == code)
    # Two looks by index, not one through all.
    rows = tx.execute(select(skus).where(skus.c.id.in_(union(by_barcode, by_code))))
    return [counting.item(r) for r in rows]


def read_parcel(tx: Connection, parcel_id: str) -> OpenParcel:
    """The parcel as the bench sees it now."""
    number = tx.execute(
        select(waybills.c.number)
        .join(parcels, parcels.c.waybill_id == waybills.c.id)
        .where(parcels.c.id == parcel_id)
    ).scalar()
    lines = counting.lines(tx, parcel_id)
    return OpenParcel(parcel_id, number or "", lines, box_weight_g(tx, parcel_id))


def _held(tx: Connection, parcel: Any, number: str) -> Opened | None:
    held = records.active_holds(tx, parcel.id)
    if not held:
        return None
    code = HoldCode(held[0].code)
    return Opened(
        Verdict.HELD,
        number,
        carrier=parcel.carrier,
        hold=code,
        reason=Text.from_json(held[0].reason),
        remedy=holding.REMEDIES[code],
    )


def _refusal(tx: Connection, parcel: Any, waybill: Any) -> Opened | None:
    number = waybill.number
    held = _held(tx, parcel, number)
    if held is not None:
        return held
    if parcel.state == ParcelState.CANCELLED or waybill.state not in LIVE_WAYBILL_STATES:
        return Opened(
            Verdict.HELD,
            number,
            carrier=parcel.carrier,
            hold=HoldCode.REFUND,
            reason=T("This label is cancelled."),
            remedy=T("Take the label off; do not send this box."),
        )
    return None


def _opened(tx: Connection, parcel: Any, number: str) -> Opened:
    rows = tx.execute(
        select(
            orders.c.receiver,
            orders.c.buyer_note,
            orders.c.merchant_note,
            orders.c.greeting,
            orders.c.is_gift,
            orders.c.custom_work,
            orders.c.serials_wanted,
        )
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel.id, parcel_lines.c.quantity > 0)
        .order_by(orders.c.paid_at, orders.c.id)
    ).all()
    notes = tuple(dict.fromkeys(n for r in rows for n in (r.buyer_note, r.merchant_note) if n))
    return Opened(
        Verdict.PARCEL_OPENED,
        number,
        read_parcel(tx, parcel.id),
        carrier=parcel.carrier,
        receiver=rows[0].receiver if rows else None,
        notes=notes,
        greeting=next((r.greeting for r in rows if r.greeting), ""),
        wave_id=parcel.wave_id or "",
        deadline_at=parcel.deadline_at,
        is_gift=any(r.is_gift for r in rows),
        custom_work=next((r.custom_work for r in rows if r.custom_work), ""),
        wants_serial=not parcel.serials and any(r.serials_wanted for r in rows),
    )


def _record(tx: Connection, work: Workplace, told: _Told, result: Scanned) -> None:
    tx.execute(
        insert(scans).values(
            nonce=told.nonce,
            at=told.at,
            bench=work.bench,
            user=work.user,
            parcel_id=told.parcel_id,
            parcel_line_id=result.line.line_id if result.accepted and result.line else None,
            code=told.code[:128],
            verdict=result.verdict,
            quantity=result.counted,
            part_sku_id=result.part_sku_id,
        )
    )
