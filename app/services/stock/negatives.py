"""Less than nothing on hand: never, unless a shop's ``negative_stock`` allows it; then it is said.

A shop that allows it sells on while the count is known to lag behind the shelf. Its parcels are
reserved and shipped beyond what the books hold: each is marked ``oversold``, with an audit note.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, func, select, update

from app.domain.states import OPEN_STATES, MoveKind, ReservationState, SkuKind
from app.domain.text import T, Text
from app.services import records
from app.services.workplace import Workplace
from app.store.tables import (
    parcel_lines,
    parcels,
    reservations,
    shops,
    skus,
    stock_balances,
    stock_moves,
)

SETTING = "negative_stock"


def shop_allows(tx: Connection, parcel_id: str) -> bool:
    """Whether the parcel's shop sells beyond what is there."""
    settings = tx.execute(
        select(shops.c.settings)
        .join(parcels, parcels.c.shop_id == shops.c.id)
        .where(parcels.c.id == parcel_id)
    ).scalar()
    return bool((settings or {}).get(SETTING))


def below_zero(tx: Connection) -> dict[str, int]:
    """SKU code to pieces on hand, of every item with less than nothing."""
    rows = tx.execute(
        select(skus.c.code, stock_balances.c.on_hand)
        .join(skus, skus.c.id == stock_balances.c.sku_id)
        .where(stock_balances.c.on_hand < 0)
        .order_by(skus.c.code)
    )
    return {r.code: r.on_hand for r in rows}


def broken(tx: Connection) -> Iterator[tuple[str, Text]]:
    """Items below zero that nothing allows: by code, with a sentence."""
    if _some_shop_allows(tx):
        return
    rows = tx.execute(
        select(skus.c.code)
        .join(stock_balances, stock_balances.c.sku_id == skus.c.id)
        .where(
            stock_balances.c.on_hand < _left_unseen(),
            skus.c.kind != SkuKind.PACKING,  # a box never stops a parcel
        )
        .order_by(skus.c.code)
    ).scalars()
    for code in rows:
        yield code, T("The books hold less than nothing of {sku}.", sku=code)


def allowed(tx: Connection) -> int:
    """How many items are below zero, rightly so."""
    return len(below_zero(tx)) - len(list(broken(tx)))


def say_shipped(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """Mark a parcel that left with items the books do not have any more."""
    rows = tx.execute(
        select(skus.c.code, stock_balances.c.on_hand)
        .join(stock_balances, stock_balances.c.sku_id == skus.c.id)
        .join(parcel_lines, parcel_lines.c.sku_id == skus.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id, stock_balances.c.on_hand < 0)
        .distinct()
    )
    lacking = {r.code: r.on_hand for r in rows}
    if lacking:
        tx.execute(update(parcels).where(parcels.c.id == parcel_id).values(oversold=True))
        records.note(tx, work, "below_zero", parcel_id=parcel_id, detail={"on_hand": lacking})


def settle_oversold(tx: Connection) -> None:
    """Take the mark off parcels that are still here and whose items are there by now."""
    lacking = (
        select(reservations.c.id)
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .join(stock_balances, stock_balances.c.sku_id == reservations.c.sku_id)
        .where(
            parcel_lines.c.parcel_id == parcels.c.id,
            reservations.c.state == ReservationState.ACTIVE,
            stock_balances.c.available < 0,
        )
        .exists()
    )
    tx.execute(
        update(parcels)
        .where(parcels.c.oversold, parcels.c.state.in_(OPEN_STATES), ~lacking)
        .values(oversold=False)
    )


def _some_shop_allows(tx: Connection) -> bool:
    return any(
        (settings or {}).get(SETTING) for settings in tx.execute(select(shops.c.settings)).scalars()
    )


def _left_unseen() -> ColumnElement[int]:
    """SQL: what left without a parcel of ours (an exchange sent elsewhere) may be missing."""
    return (
        select(func.coalesce(func.sum(stock_moves.c.on_hand_delta), 0))
        .where(
            stock_moves.c.sku_id == stock_balances.c.sku_id,
            stock_moves.c.kind == MoveKind.SHIP,
            stock_moves.c.parcel_id.is_(None),
        )
        .scalar_subquery()
    )
