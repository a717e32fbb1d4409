"""Parcels that are sealed and not reported: what the shop changes now is found in the box.

A refund that came through, another variant, another address: the parcel is held and its message
waits (``outbox``), until a person takes it back (``unshipping``) or the change is gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from app.domain.states import HoldCode, HoldScope, ParcelState
from app.domain.text import T
from app.services import records
from app.services.orders import holding
from app.services.parcels.leaving import gone
from app.services.workplace import Workplace
from app.store.tables import holds, order_lines, orders, parcel_lines, parcels, waybills


def guard(tx: Connection, work: Workplace, our_id: str) -> None:
    """Hold the order's sealed parcels that are not what the order wants any more."""
    ids = records.parcels_of(tx, our_id)
    sealed = tx.execute(
        select(parcels.c.id).where(
            parcels.c.id.in_(ids),
            parcels.c.state == ParcelState.TO_REPORT,
            parcels.c.after_sale_id.is_(None),
        )
    ).scalars()
    for parcel_id in list(sealed):
        wanted = list(_wanted(tx, parcel_id))
        codes = {w.code for w in wanted}
        for row in tx.execute(
            select(holds.c.code, holds.c.evidence).where(
                holds.c.parcel_id == parcel_id, holds.c.cleared_at.is_(None)
            )
        ).all():
            if (row.evidence or {}).get("sealed") and row.code not in codes:
                holding.clear(tx, work, HoldCode(row.code), parcel_id=parcel_id, why="fits again")
        for want in wanted:
            if holding.put(tx, work, want, parcel_id=parcel_id):
                records.note(
                    tx, work, "sealed_changed", parcel_id=parcel_id, detail={"code": want.code}
                )


def _wanted(tx: Connection, parcel_id: str) -> Iterator[holding.Wanted]:
    rows = tx.execute(
        select(
            parcel_lines.c.order_line_id,
            parcel_lines.c.sku_id.label("in_box"),
            order_lines.c.mapped_sku_id,
            order_lines.c.quantity,
            order_lines.c.refunded_quantity,
            orders.c.address_hash,
            orders.c.status,
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.listing_quantity > 0)
    ).all()
    too_many = {
        r.order_line_id: over
        for r in rows
        if (over := gone(tx, r.order_line_id) - (r.quantity - r.refunded_quantity)) > 0
    }
    if too_many and not any(r.status == "cancelled" for r in rows):
        yield holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.REFUND,
            T("Goods in this box were refunded after it was sealed: take it back."),
            evidence={"sealed": True, "too_many": too_many},
        )
    others = {r.order_line_id: r.mapped_sku_id for r in rows if r.in_box != r.mapped_sku_id}
    if others:
        yield holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.SKU_CHANGE,
            T("The variant was changed after the parcel was sealed: take it back."),
            evidence={"sealed": True, "wanted": others},
        )
    made_for = tx.execute(
        select(waybills.c.address_hash)
        .join(parcels, parcels.c.waybill_id == waybills.c.id)
        .where(parcels.c.id == parcel_id)
    ).scalar()
    now = sorted({r.address_hash for r in rows if r.address_hash})
    if made_for and now and now != [made_for]:
        yield holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.ADDRESS_CHANGE,
            T("The address was changed after the parcel was sealed: take it back."),
            evidence={"sealed": True, "label": made_for, "orders": now},
        )
