"""Pieces that orders want and have not reserved, by SKU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from app.domain.states import HoldCode, ParcelState
from app.services.orders import holding
from app.services.stock import presale
from app.services.stock.needs import Need, spelled_out
from app.store.tables import parcel_lines, parcels, stock_balances


def short_of(tx: Connection) -> Mapping[str, int]:
    """By SKU id: what parcels on hold for want of stock need of it; of a bundle its parts."""
    rows = tx.execute(
        select(parcel_lines.c.sku_id, func.sum(parcel_lines.c.quantity).label("pieces"))
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(
            parcels.c.state == ParcelState.TO_CHECK,
            parcel_lines.c.sku_id.is_not(None),
            parcel_lines.c.quantity > 0,
            holding.exists_on_parcel(HoldCode.SHORT),
        )
        .group_by(parcel_lines.c.sku_id)
        .order_by(parcel_lines.c.sku_id)
    ).all()
    wanted: dict[str, int] = defaultdict(int)
    for need in spelled_out(tx, [Need("", r.sku_id, int(r.pieces)) for r in rows]):
        wanted[need.sku_id] += need.quantity
    return wanted


def missing(tx: Connection) -> dict[str, int]:
    """By SKU id: pieces that those parcels need beyond what is available."""
    wanted = short_of(tx)
    free = _available(tx, list(wanted))
    lacking = {s: n - max(0, free.get(s, 0)) for s, n in wanted.items()}
    return {sku_id: n for sku_id, n in lacking.items() if n > 0}


def in_advance(tx: Connection) -> dict[str, int]:
    """By SKU id: pieces sold in advance for which nothing is set aside yet."""
    sold = presale.demand(tx)
    if not sold:
        return {}
    rows = tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.presale).where(
            stock_balances.c.sku_id.in_(list(sold))
        )
    )
    aside = {r.sku_id: r.presale for r in rows}
    left = {sku_id: n - aside.get(sku_id, 0) for sku_id, n in sold.items()}
    return {sku_id: n for sku_id, n in left.items() if n > 0}


def _available(tx: Connection, sku_ids: list[str]) -> dict[str, int]:
    rows = tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.available).where(
            stock_balances.c.sku_id.in_(sku_ids)
        )
    )
    return {r.sku_id: r.available for r in rows}
