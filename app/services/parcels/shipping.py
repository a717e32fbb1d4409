"""The ship transaction: state, stock, audit entry and the shop's message together, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.domain.errors import PackbenchError, UserError
from app.domain.states import (
    HoldCode,
    MoveKind,
    ParcelState,
    ReservationState,
    WaybillState,
)
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services import records
from app.services.money import fees
from app.services.orders import holding, serials
from app.services.parcels import checking
from app.services.stock import ledger, line_parts, negatives, packing_material
from app.services.stock import serials as pieces
from app.services.telling import report_rows
from app.services.tracking import delivering, following
from app.services.waves.waves import wave_parcels
from app.services.workplace import Workplace
from app.store.tables import (
    parcel_lines,
    parcels,
    reservations,
    shops,
    waybills,
)

_BEFORE = {ParcelState.TO_LABEL, ParcelState.TO_PICK, ParcelState.TO_PACK}
_AFTER = {ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED}


@dataclass(frozen=True, slots=True)
class ShipRow:
    """What came of one parcel: ``shipped``, ``kept`` (already), ``failed`` or ``held``."""

    parcel: str
    waybill: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return self.result in {"shipped", "kept"}


def ship(
    work: Workplace,
    *,
    wave: str | None = None,
    parcel_ids: Sequence[str] = (),
    unpacked: bool = False,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[ShipRow]:
    """Ship the wave's or the named parcels; goes on past one that must not go."""
    token = cancel or CancelToken()
    ids = list(parcel_ids)
    if wave is not None:
        with work.db.read() as tx:
            ids = [p.id for p in wave_parcels(tx, wave)]
    rows: list[ShipRow] = []
    for parcel_id in ids:
        if token.cancelled:
            break
        rows.append(_ship_one(work, parcel_id, unpacked=unpacked))
        failed = sum(not r.ok for r in rows)
        progress(Step(len(rows), len(ids), failed, rows[-1].message, parcel_id, rows[-1].result))
    work.changed("orders", "parcels", "stock", "outbox")
    return rows


def pack_and_ship(work: Workplace, parcel_id: str, weight_g: int | None) -> None:
    """Seal a completely scanned parcel. Ships it unless the shop ships on command.

    Raises ``UserError``: ``parcel_incomplete``, ``held``, ``already_shipped``, ``bad_weight``.
    """
    if weight_g is not None and not 0 < weight_g < 1_000_000:
        raise UserError(
            "bad_weight",
            T("A parcel cannot weigh {grams} g.", grams=weight_g),
            T("Weigh it again."),
            ref=parcel_id,
        )
    # Its goods may cross those of another bench: then the whole seal once more.
    work.db.again(partial(_seal, work, parcel_id, weight_g), tries=3)
    work.changed("orders", "parcels", "stock", "outbox")


def _seal(work: Workplace, parcel_id: str, weight_g: int | None, tx: Connection) -> None:
    parcel = _parcel(tx, parcel_id)
    _must_be_complete(tx, parcel)
    _must_not_be_held(tx, parcel_id)
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(
            weight_g=weight_g if weight_g is not None else parcels.c.weight_g,
            packed_at=work.now(),
            packed_by=work.user,
            bench=work.bench,
        )
    )
    tx.execute(
        update(waybills)
        .where(waybills.c.id == parcel.waybill_id)
        .values(state=WaybillState.PACKED, changed_at=work.now())
    )
    if weight_g is not None:
        fees.note_weight(tx, work, parcel_id)
    records.note(tx, work, "packed", parcel_id=parcel_id, detail={"weight_g": weight_g})
    if _ship_on(tx, parcel.shop_id) != "command":
        ship_parcel(tx, work, _parcel(tx, parcel_id))


def ship_printed(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The label is out: ships the parcel of a shop that ships on printing.

    What stands in the way (a hold, missing stock) leaves the parcel where it is; the print counts
    all the same.
    """
    parcel = _parcel(tx, parcel_id)
    if parcel.state in _AFTER or _ship_on(tx, parcel.shop_id) != "print":
        return
    try:
        with tx.begin_nested():
            ship_parcel(tx, work, parcel)
    except UserError as error:
        records.note(tx, work, "not_shipped", parcel_id=parcel_id, detail={"code": str(error.code)})


def ship_parcel(tx: Connection, work: Workplace, parcel: Any) -> None:
    """The ship transaction's body. Shipping twice is impossible: the state is the guard.

    Raises ``UserError``: ``held``, ``no_number``, ``already_shipped``, ``stock_missing``,
    ``serial_missing``.
    """
    _must_not_be_held(tx, parcel.id)
    serials.must_be_there(tx, parcel)
    waybill = tx.execute(select(waybills).where(waybills.c.id == parcel.waybill_id)).one_or_none()
    if waybill is None:
        raise UserError(
            "no_number",
            T("The parcel has no waybill number yet."),
            T("Get one with: wave label"),
            ref=parcel.id,
        )
    moved = tx.execute(
        update(parcels)
        .where(
            parcels.c.id == parcel.id,
            parcels.c.state.in_(_BEFORE),
        )
        .values(
            state=ParcelState.TO_REPORT,
            shipped_at=work.now(),
            failure=None,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    if moved.rowcount != 1:
        raise _not_shippable(parcel.id, parcel.state)
    packing_material.lock(tx, parcel.id)
    _take_from_shelf(tx, work, parcel.id)
    packing_material.use(tx, work, parcel.id)
    pieces.gone_with(tx, work, parcel.id)
    tx.execute(
        update(waybills)
        .where(waybills.c.id == waybill.id)
        .values(state=WaybillState.HANDED_OVER, changed_at=work.now())
    )
    following.begin(tx, work, parcel.id, waybill)
    messages = report_rows.queue(tx, work, parcel, waybill)
    if not messages:  # an order without a shop is done with the ship transaction
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel.id)
            .values(state=ParcelState.SHIPPED, reported_at=work.now())
        )
        delivering.settle(tx, work, parcel.id)
    records.note(tx, work, "shipped", parcel_id=parcel.id, detail={"waybill": waybill.number})
    records.refresh_orders(tx, records.orders_of(tx, [parcel.id]))


def _ship_one(work: Workplace, parcel_id: str, *, unpacked: bool) -> ShipRow:
    numbers: list[str] = []
    try:
        result = work.db.again(partial(_ship, work, parcel_id, numbers, unpacked=unpacked))
    except PackbenchError as error:
        number = numbers[-1] if numbers else ""
        result = "held" if error.code in set(HoldCode) else "failed"
        return ShipRow(parcel_id, number, result, error.code, error.message, error.remedy)
    return ShipRow(parcel_id, numbers[-1], result)


def _ship(
    work: Workplace, parcel_id: str, numbers: list[str], tx: Connection, *, unpacked: bool
) -> str:
    parcel = _parcel(tx, parcel_id)
    numbers.append(_number(tx, parcel))
    if parcel.state in _AFTER:
        return "kept"
    printed_only = _ship_on(tx, parcel.shop_id) != "pack" and parcel.printed
    if parcel.packed_at is None and not unpacked and not printed_only:
        raise UserError(
            "not_packed",
            T("The parcel has not been packed."),
            T("Scan it at the bench, or ship it unpacked on purpose: --unpacked"),
            ref=parcel_id,
        )
    if parcel.packed_at is None:
        records.note(tx, work, "ship_unpacked", parcel_id=parcel_id)
    ship_parcel(tx, work, parcel)
    return "shipped"


def _parcel(tx: Connection, parcel_id: str) -> Any:
    # Locked, so that whoever ships it at the same moment sees what became of it.
    query = select(parcels).where(parcels.c.id == parcel_id).with_for_update()
    row = tx.execute(query).one_or_none()
    if row is None:
        raise checking.no_such_parcel(parcel_id)
    return row


def _number(tx: Connection, parcel: Any) -> str:
    if parcel.waybill_id is None:
        return ""
    return str(
        tx.execute(select(waybills.c.number).where(waybills.c.id == parcel.waybill_id)).scalar_one()
    )


def _ship_on(tx: Connection, shop_id: str) -> str:
    settings = tx.execute(select(shops.c.settings).where(shops.c.id == shop_id)).scalar() or {}
    return str(settings.get("ship_on", "pack"))


def _must_not_be_held(tx: Connection, parcel_id: str) -> None:
    held = records.active_holds(tx, parcel_id)
    if held:
        raise UserError(
            held[0].code,
            Text.from_json(held[0].reason),
            holding.REMEDIES[HoldCode(held[0].code)],
            ref=parcel_id,
        )


def _not_shippable(parcel_id: str, state: str) -> UserError:
    if state == ParcelState.CANCELLED:
        return UserError(
            "cancelled",
            T("The parcel is cancelled."),
            T("Take the label off; do not send this box."),
            ref=parcel_id,
        )
    if state == ParcelState.TO_CHECK:
        return UserError(
            "not_checked",
            T("The parcel is not checked yet."),
            T("Look at it with: parcels show {parcel}", parcel=parcel_id),
            ref=parcel_id,
        )
    return UserError(
        "already_shipped",
        T("The parcel has been shipped already."),
        T("Nothing has to be done."),
        ref=parcel_id,
    )


def _must_be_complete(tx: Connection, parcel: Any) -> None:
    if parcel.state not in _BEFORE:
        raise _not_shippable(parcel.id, parcel.state)
    missing = tx.execute(
        select(func.sum(parcel_lines.c.quantity - parcel_lines.c.scanned)).where(
            parcel_lines.c.parcel_id == parcel.id
        )
    ).scalar()
    if missing:
        raise UserError(
            "parcel_incomplete",
            T("{n} pieces are still missing.", n=missing),
            T("Scan them, or put the parcel aside."),
            ref=parcel.id,
        )


def _take_from_shelf(tx: Connection, work: Workplace, parcel_id: str) -> None:
    _must_be_reserved(tx, parcel_id)
    beyond = negatives.shop_allows(tx, parcel_id)
    rows = tx.execute(
        select(reservations)
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            parcel_lines.c.quantity > 0,
            reservations.c.state == ReservationState.ACTIVE,
        )
        .order_by(reservations.c.sku_id, reservations.c.parcel_line_id)
    ).all()
    for row in rows:
        done = ledger.post(
            tx,
            work,
            ledger.Move(
                row.sku_id,
                MoveKind.SHIP,
                on_hand=-row.quantity,
                allocated=-row.quantity,
                parcel_id=parcel_id,
                once=f"ship:{row.id}",
            ),
            may_go_negative=beyond,
        )
        if not done:
            raise UserError(
                "stock_missing",
                T("The shelf holds less than this parcel needs."),
                T("Count the item, then try again."),
                ref=parcel_id,
            )
        tx.execute(
            update(reservations)
            .where(reservations.c.id == row.id)
            .values(state=ReservationState.SHIPPED, at=work.now())
        )
    if beyond:
        negatives.say_shipped(tx, work, parcel_id)


def _must_be_reserved(tx: Connection, parcel_id: str) -> None:
    """Every line as itself; a bundle's as built wholes, or as all of its parts."""
    lines = tx.execute(
        select(parcel_lines.c.id, parcel_lines.c.sku_id, parcel_lines.c.quantity).where(
            parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.quantity > 0
        )
    ).all()
    ids = [line.id for line in lines]
    reserved = line_parts.reserved(tx, ids, ReservationState.ACTIVE)
    parts = line_parts.kept(tx, ids)
    if all(
        line_parts.is_covered(
            line.sku_id, line.quantity, parts.get(line.id, {}), reserved.get(line.id, {})
        )
        for line in lines
    ):
        return
    raise UserError(
        "stock_missing",
        T("The stock of this parcel is not reserved."),
        T("Receive stock, then try again."),
        ref=parcel_id,
    )
