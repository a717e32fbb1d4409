"""The after-sales of an order: what the order tells of them beside what they told themselves.

An order names its after-sales with a number each, and some statuses have no number of their own.
So a case that was read itself counts, until its order shows something newer; then it is asked
again, and meanwhile whoever says "open" is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.after_sales import AfterSaleKind
from app.domain.orders import AfterSale, OrderSnapshot
from app.domain.states import UNREPORTED_STATES, HoldCode, HoldScope
from app.domain.text import T
from app.services import records
from app.services.orders import holding
from app.services.workplace import Workplace
from app.store.tables import after_sales, holds, parcels

FRESH = timedelta(seconds=30)


def has_any(tx: Connection, shop_id: str, shop_order_id: str) -> bool:
    """Whether any after-sale of the order is known."""
    query = select(after_sales.c.after_sale_id).where(
        after_sales.c.shop_id == shop_id, after_sales.c.shop_order_id == shop_order_id
    )
    return tx.execute(query).first() is not None


def store(
    tx: Connection, work: Workplace, our_id: str, shop_id: str, order: OrderSnapshot
) -> tuple[OrderSnapshot, tuple[str, ...]]:
    """Keep what the order tells of its after-sales.

    Returns the order with its after-sales as they count, and the ids of its open exchanges: those
    hold the parcels of the order one by one, so that the parcel of the exchange itself may go.
    """
    told = {case.after_sale_id: case for case in order.after_sales}
    known = {r.after_sale_id: r for r in tx.execute(_of_order(our_id, shop_id, order, told))}
    counted: list[AfterSale] = []
    exchanges: list[str] = []
    for case in order.after_sales:
        row = known.pop(case.after_sale_id, None)
        if row is None or row.raw is None:
            _remember_told(tx, work, our_id, shop_id, order, case)
            counted.append(case)
            continue
        merged = _merged(work, row, order, case)
        counted.append(merged)
        _link(tx, row, our_id, unread=row.unread or _ask_again(work, row, case.status))
    for row in known.values():  # the order does not name it (any more)
        if row.raw is None:  # all we had was the order's word
            _link(tx, row, our_id, unread=False, open=False)
            continue
        _link(tx, row, our_id, unread=row.unread or (row.open and _ask_again(work, row, "")))
        counted.append(AfterSale(row.after_sale_id, row.status, row.open, row.affects_goods))
    kinds = {r.after_sale_id: r.kind for r in tx.execute(_of_order(our_id, shop_id, order, told))}
    for n, case in enumerate(counted):
        if case.open and kinds.get(case.after_sale_id) == AfterSaleKind.EXCHANGE:
            exchanges.append(case.after_sale_id)
            counted[n] = replace(case, affects_goods=False)
    return replace(order, after_sales=tuple(counted)), tuple(sorted(exchanges))


def hold_for_exchanges(
    tx: Connection, work: Workplace, our_id: str, exchanges: Sequence[str]
) -> None:
    """Hold every unshipped parcel of the order while goods of it are being exchanged.

    Not the parcel of the exchange: it is what the buyer waits for.
    """
    ids = records.parcels_of(tx, our_id)
    rows = tx.execute(
        select(parcels.c.id).where(
            parcels.c.id.in_(ids),
            parcels.c.state.in_(UNREPORTED_STATES),
            parcels.c.after_sale_id.is_(None),
        )
    ).scalars()
    for parcel_id in list(rows):
        if not exchanges:
            _end_exchange_hold(tx, work, parcel_id)
        elif not _held_otherwise(tx, parcel_id):
            wanted = holding.Wanted(
                HoldScope.PARCEL,
                HoldCode.REFUND,
                T("The buyer has asked for an exchange that is still open."),
                evidence={"exchanges": list(exchanges)},
            )
            holding.put(tx, work, wanted, parcel_id=parcel_id)


def upsert(
    tx: Connection,
    shop_id: str,
    after_sale_id: str,
    values: Mapping[str, Any],
    first: Mapping[str, Any] | None = None,
) -> None:
    """Write ``values`` to the row; ``first`` are those of a new one, where they differ.

    The order and the list of after-sales may bring the same new case at the same moment.
    """
    changed = (
        update(after_sales)
        .where(after_sales.c.shop_id == shop_id, after_sales.c.after_sale_id == after_sale_id)
        .values(**values)
    )
    if tx.execute(changed).rowcount:
        return
    row = {"shop_id": shop_id, "after_sale_id": after_sale_id, **(first or values)}
    try:
        with tx.begin_nested():
            tx.execute(insert(after_sales).values(**row))
    except IntegrityError:
        tx.execute(changed)


def _of_order(our_id: str, shop_id: str, order: OrderSnapshot, told: dict[str, AfterSale]) -> Any:
    return select(after_sales).where(
        after_sales.c.shop_id == shop_id,
        or_(
            after_sales.c.order_id == our_id,
            after_sales.c.shop_order_id == order.order_id,
            after_sales.c.after_sale_id.in_(list(told)),
        ),
    )


def _remember_told(
    tx: Connection,
    work: Workplace,
    our_id: str,
    shop_id: str,
    order: OrderSnapshot,
    case: AfterSale,
) -> None:
    values = {
        "order_id": our_id,
        "shop_order_id": order.order_id,
        "status": case.status,
        "open": case.open,
        "affects_goods": case.affects_goods,
        "seen_at": work.now(),
        "unread": True,
    }
    upsert(tx, shop_id, case.after_sale_id, values)


def _merged(work: Workplace, row: Any, order: OrderSnapshot, told: AfterSale) -> AfterSale:
    is_open = row.open
    if _ask_again(work, row, told.status) and order.updated_at > row.updated_at:
        is_open = row.open or told.open
    return AfterSale(row.after_sale_id, row.status, is_open, row.affects_goods)


def _ask_again(work: Workplace, row: Any, told: str) -> bool:
    """Whether the case has another word than its order and was not asked just now."""
    return bool(row.status != told and work.now() - row.seen_at > FRESH)


def _link(tx: Connection, row: Any, our_id: str, **values: bool) -> None:
    same = row.order_id == our_id and all(getattr(row, k) == v for k, v in values.items())
    if not same:
        tx.execute(
            update(after_sales)
            .where(
                after_sales.c.shop_id == row.shop_id,
                after_sales.c.after_sale_id == row.after_sale_id,
            )
            .values(order_id=our_id, **values)
        )


def _refund_holds(tx: Connection, parcel_id: str) -> list[Any]:
    return list(
        tx.execute(
            select(holds.c.id, holds.c.evidence).where(
                holds.c.parcel_id == parcel_id,
                holds.c.code == HoldCode.REFUND,
                holds.c.cleared_at.is_(None),
            )
        )
    )


def _held_otherwise(tx: Connection, parcel_id: str) -> bool:
    """A parcel that was sealed before its goods were refunded keeps that hold."""
    return any("exchanges" not in (r.evidence or {}) for r in _refund_holds(tx, parcel_id))


def _end_exchange_hold(tx: Connection, work: Workplace, parcel_id: str) -> None:
    if any("exchanges" in (r.evidence or {}) for r in _refund_holds(tx, parcel_id)):
        holding.clear(tx, work, HoldCode.REFUND, parcel_id=parcel_id, why="settled")
