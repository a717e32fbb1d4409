"""What a SKU must not become while something still depends on it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.states import OPEN_STATES, SkuKind
from app.domain.text import T, Text
from app.store.tables import listings, parcel_lines, parcels, stock_balances


def kind_refusal(tx: Connection, sku_id: str, before: str, after: str) -> Text | None:
    """Why the SKU cannot be of another kind; ``None`` when it can. ``sku_id`` "": a new one."""
    if before == after:
        return None
    if SkuKind.BUNDLE in {before, after}:
        return T("A bundle is made, and taken apart, by its parts alone.")
    if sku_id and after == SkuKind.PACKING and _is_sold(tx, sku_id):
        return T("It is sold or wanted by a parcel; packing material is not.")
    return None


def archive_refusal(tx: Connection, sku_id: str) -> Text | None:
    """Why the SKU is still needed; ``None`` when nothing is left of it."""
    b = stock_balances.c
    row = tx.execute(
        select(b.on_hand, b.allocated, b.defective, b.in_transit).where(b.sku_id == sku_id)
    ).one_or_none()
    if row is not None and any(row):
        return T("There are still pieces of it: on the shelf, allocated, defective or on the way.")
    return None


def _is_sold(tx: Connection, sku_id: str) -> bool:
    mapped = select(listings.c.id).where(listings.c.mapped_sku_id == sku_id).limit(1)
    wanted = (
        select(parcel_lines.c.id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(parcel_lines.c.sku_id == sku_id, parcels.c.state.in_(OPEN_STATES))
        .limit(1)
    )
    return any(tx.execute(query).first() is not None for query in (mapped, wanted))
