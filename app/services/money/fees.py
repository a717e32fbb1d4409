"""The fee of a parcel: estimated when its number comes and when it is weighed, billed later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.address import Address
from app.domain.states import ParcelState
from app.services.money.prices import Estimator, Priced, read_estimator
from app.services.numbers import booking as bookings
from app.services.workplace import Workplace
from app.store.tables import parcels, shipments, waybill_fees, waybills


@dataclass(frozen=True, slots=True)
class ParcelFee:
    """What a parcel costs, in fen. ``billed_fen`` is ``None`` until the carrier's bill is here."""

    estimated_fen: int | None = None
    table: str = ""
    zone: str = ""
    billed_fen: int | None = None
    billed_weight_g: int | None = None


@dataclass(frozen=True, slots=True)
class FeeSum:
    """Estimates of many parcels together; ``unpriced`` parcels have none."""

    estimated_fen: int = 0
    priced: int = 0
    unpriced: int = 0


def note(
    tx: Connection, work: Workplace, waybill_id: str, parcel: Any, to: Address, booked_g: int
) -> None:
    """Estimate the fee of a fresh number, in the caller's transaction.

    ``parcel`` is its row, ``booked_g`` the weight the carrier was told. Without a price table
    that fits nothing is written.
    """
    _write(tx, work, waybill_id, _priced(tx, read_estimator(tx, work.now()), parcel, to, booked_g))


def note_weight(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """Estimate anew: the parcel was weighed. Without a live number there is nothing to do."""
    parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()
    if not parcel.waybill_id or not parcel.weight_g:
        return
    estimator = read_estimator(tx, work.now())
    if estimator.tables:
        to = bookings.receiver_of(tx, work, parcel_id)
        _write(tx, work, parcel.waybill_id, _priced(tx, estimator, parcel, to, 0))


def fee_of(tx: Connection, work: Workplace, parcel_id: str) -> ParcelFee:
    """What is kept of the parcel's number, or an estimate of today while it has none."""
    row = tx.execute(
        select(
            parcels,
            waybill_fees.c.price_table,
            waybill_fees.c.zone,
            waybill_fees.c.estimated_fen,
            waybill_fees.c.billed_fen,
            waybill_fees.c.billed_weight_g,
        )
        .outerjoin(waybill_fees, waybill_fees.c.waybill_id == parcels.c.waybill_id)
        .where(parcels.c.id == parcel_id)
    ).one()
    kept = ParcelFee(
        row.estimated_fen,
        row.price_table or "",
        row.zone or "",
        row.billed_fen,
        row.billed_weight_g,
    )
    if kept.estimated_fen is not None or not row.carrier:
        return kept
    priced = None
    estimator = read_estimator(tx, work.now())
    if estimator.tables:
        priced = _priced(tx, estimator, row, bookings.receiver_of(tx, work, parcel_id), 0)
    if priced is None:
        return kept
    fee = priced.fee
    return replace(kept, estimated_fen=fee.fen, table=priced.table, zone=fee.zone)


def of_parcels(work: Workplace, parcel_ids: Sequence[str]) -> dict[str, ParcelFee]:
    """``fee_of`` for a few parcels: those of one order."""
    with work.db.read() as tx:
        return {parcel_id: fee_of(tx, work, parcel_id) for parcel_id in parcel_ids}


def of_wave(tx: Connection, wave_id: str) -> FeeSum:
    """The estimates of the wave's numbered parcels together."""
    fen, priced, all_of_them = tx.execute(
        select(
            func.coalesce(func.sum(waybill_fees.c.estimated_fen), 0),
            func.count(waybill_fees.c.estimated_fen),
            func.count(parcels.c.id),
        )
        .select_from(parcels)
        .outerjoin(waybill_fees, waybill_fees.c.waybill_id == parcels.c.waybill_id)
        .where(parcels.c.wave_id == wave_id, parcels.c.state != ParcelState.CANCELLED)
    ).one()
    return FeeSum(int(fen), priced, all_of_them - priced)


def _priced(
    tx: Connection, estimator: Estimator, parcel: Any, to: Address, booked_g: int
) -> Priced | None:
    if not estimator.tables:
        return None
    boxes = tx.execute(
        select(shipments.c.box_count).where(shipments.c.id == parcel.shipment_id)
    ).scalar_one()
    return estimator.estimate(
        parcel.account or "",
        parcel.carrier or "",
        (to.province, to.city),
        parcel.weight_g or parcel.expected_weight_g or booked_g,
        weighed=bool(parcel.weight_g),
        boxes=boxes,
    )


def _write(tx: Connection, work: Workplace, waybill_id: str, priced: Priced | None) -> None:
    if priced is None:
        return
    values = {
        "price_table": priced.table,
        "zone": priced.fee.zone,
        "weight_g": priced.fee.charged_g,
        "estimated_fen": priced.fee.fen,
        "changed_at": work.now(),
    }
    known = tx.execute(
        update(waybill_fees).where(waybill_fees.c.waybill_id == waybill_id).values(**values)
    )
    if known.rowcount == 0 and _is_here(tx, waybill_id):
        tx.execute(insert(waybill_fees).values(waybill_id=waybill_id, **values))


def _is_here(tx: Connection, waybill_id: str) -> bool:
    return tx.execute(select(waybills.c.id).where(waybills.c.id == waybill_id)).first() is not None
