"""Stock set aside for orders of goods sold in advance, apart from what everybody may reserve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app.domain.errors import UserError
from app.domain.states import OPEN_STATES, MoveKind, ParcelState, ReservationState
from app.domain.text import T
from app.services import records
from app.services.parcels import checking
from app.services.stock import allocation, going_on, ledger
from app.services.stock.finding import MOST_PIECES, find_sku
from app.services.workplace import Workplace
from app.store.tables import (
    order_lines,
    parcel_lines,
    parcels,
    reservations,
    skus,
    stock_balances,
)


@dataclass(frozen=True, slots=True)
class PresaleRow:
    """One item, in pieces. ``set_aside``: for orders still to come or to be served; ``served``:
    reserved from it; ``waiting``: sold in advance and without any piece yet."""

    sku: str
    available: int
    set_aside: int
    served: int
    waiting: int


def set_aside(work: Workplace, sku: str, quantity: int, reason: str = "") -> PresaleRow:
    """Set ``quantity`` more pieces aside for presale orders; below zero gives some back.

    What comes free goes to whoever waits. Raises ``UserError``: ``no_such_sku``, ``bad_quantity``,
    ``stock_missing`` (not so many available), ``presale_less`` (not so many set aside).
    """
    if not 0 < abs(quantity) <= MOST_PIECES:
        raise UserError(
            "bad_quantity",
            T("Say how many pieces more, or fewer, are set aside."),
            T("Write it like {example}.", example="stock presale TEA-1 +20"),
            ref=sku,
        )
    with work.db.write() as tx:
        sku_id = find_sku(tx, sku)
        ledger.ensure_balance(tx, sku_id)
        done = ledger.post(
            tx,
            work,
            ledger.Move(
                sku_id,
                MoveKind.SET_ASIDE,
                allocated=quantity,
                presale=quantity,
                reason=reason.strip()[:256],
            ),
        )
        if not done:
            raise _refused(tx, sku_id, sku, quantity)
        for parcel_id in _waiting(tx, sku_id):
            checking.advance(tx, work, parcel_id)
            records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
        if quantity < 0:
            going_on.let_go_on(tx, work)
        row = _row(tx, sku_id)
    work.changed("stock", "orders", "parcels")
    return row


def listed(work: Workplace) -> list[PresaleRow]:
    """Every item with something set aside, or sold in advance and not sent yet."""
    with work.db.read() as tx:
        wanted = {**demand(tx), **_served(tx)}
        ids = tx.execute(
            select(stock_balances.c.sku_id)
            .join(skus, skus.c.id == stock_balances.c.sku_id)
            .where((stock_balances.c.presale != 0) | stock_balances.c.sku_id.in_(list(wanted)))
            .order_by(skus.c.code)
        ).scalars()
        return [_row(tx, sku_id) for sku_id in list(ids)]


def demand(tx: Connection) -> Mapping[str, int]:
    """By SKU id: pieces sold in advance, not due and not reserved. They take no ordinary stock."""
    rows = tx.execute(
        select(parcel_lines.c.sku_id, func.sum(parcel_lines.c.quantity).label("pieces"))
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .outerjoin(
            reservations,
            (reservations.c.parcel_line_id == parcel_lines.c.id)
            & (reservations.c.state == ReservationState.ACTIVE),
        )
        .where(
            parcels.c.state == ParcelState.TO_CHECK,
            parcel_lines.c.sku_id.is_not(None),
            parcel_lines.c.listing_quantity > 0,
            reservations.c.id.is_(None),
            allocation.waits_for_delivery(),
        )
        .group_by(parcel_lines.c.sku_id)
    )
    return {r.sku_id: int(r.pieces) for r in rows}


def _served(tx: Connection) -> dict[str, int]:
    rows = tx.execute(
        select(reservations.c.sku_id, func.sum(reservations.c.set_aside).label("pieces"))
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(
            reservations.c.state == ReservationState.ACTIVE,
            reservations.c.set_aside > 0,
            parcels.c.state.in_(OPEN_STATES),
        )
        .group_by(reservations.c.sku_id)
    )
    return {r.sku_id: int(r.pieces) for r in rows}


def _row(tx: Connection, sku_id: str) -> PresaleRow:
    row = tx.execute(
        select(stock_balances, skus.c.code)
        .join(skus, skus.c.id == stock_balances.c.sku_id)
        .where(stock_balances.c.sku_id == sku_id)
    ).one()
    return PresaleRow(
        row.code,
        row.available,
        row.presale,
        _served(tx).get(sku_id, 0),
        demand(tx).get(sku_id, 0),
    )


def _waiting(tx: Connection, sku_id: str) -> list[str]:
    """Parcels that wait for the check with the item, sold in advance; the most urgent first."""
    rows = tx.execute(
        select(parcels.c.id, parcels.c.deadline_at)
        .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .where(
            parcels.c.state == ParcelState.TO_CHECK,
            parcel_lines.c.sku_id == sku_id,
            parcel_lines.c.quantity > 0,
            order_lines.c.presale,
        )
        .distinct()
        .order_by(parcels.c.deadline_at.nulls_last(), parcels.c.id)
    )
    return [r.id for r in rows]


def _refused(tx: Connection, sku_id: str, sku: str, quantity: int) -> UserError:
    row = _row(tx, sku_id)
    if quantity > 0:
        return UserError(
            "stock_missing",
            T("Only {n} pieces of {sku} are available.", n=max(0, row.available), sku=sku),
            T("Set fewer aside, or receive stock first."),
            ref=sku,
        )
    return UserError(
        "presale_less",
        T("Only {n} pieces of {sku} are set aside.", n=row.set_aside, sku=sku),
        T("What presale orders have reserved comes free when they are cancelled."),
        ref=sku,
    )
