"""Reserving stock for parcels: all lines of a parcel or none, the oldest deadline first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, insert, select, update

from app.domain.states import (
    OPEN_STATES,
    HoldCode,
    HoldScope,
    MoveKind,
    ParcelState,
    ReservationState,
)
from app.domain.text import T
from app.services.orders import holding
from app.services.stock import fetching, line_parts
from app.services.stock.ledger import Move, ensure_balance, post
from app.services.stock.needs import Need, keep_parts, spelled_out
from app.services.workplace import Workplace
from app.store.tables import parcel_lines, parcels, reservations, skus, stock_balances


def reserve(tx: Connection, work: Workplace, parcel_id: str) -> bool:
    """Reserve everything the parcel needs, or nothing; a shortage becomes the hold ``short``.

    Lines without a SKU are not reserved: their hold ``unmapped`` keeps the parcel back.
    """
    if _lock(tx, parcel_id) not in OPEN_STATES:
        return False  # it left, or ended, while we waited for it
    needs = _needs(tx, parcel_id)
    if not needs:
        holding.clear(tx, work, HoldCode.SHORT, parcel_id=parcel_id, why="reserved")
        return True
    short = _short(tx, needs)
    if not short:
        try:
            with tx.begin_nested():
                _take(tx, work, parcel_id, needs)
        except _NotEnoughError:
            short = _short(tx, _needs(tx, parcel_id))
        else:
            holding.clear(tx, work, HoldCode.SHORT, parcel_id=parcel_id, why="reserved")
            return True
    holding.put(
        tx,
        work,
        holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.SHORT,
            T("Not enough stock: {what}", what=", ".join(f"{c} ×{n}" for c, n in short.items())),
            evidence={"missing": short},
        ),
        parcel_id=parcel_id,
    )
    return False


def release(
    tx: Connection,
    work: Workplace,
    parcel_id: str,
    reason: str,
    line_ids: Collection[str] | None = None,
) -> None:
    """Give back every active reservation of the parcel, or of these lines of it."""
    _lock(tx, parcel_id)
    query = (
        select(reservations)
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            reservations.c.state == ReservationState.ACTIVE,
        )
        .order_by(reservations.c.sku_id, reservations.c.id)
    )
    if line_ids is not None:
        query = query.where(parcel_lines.c.id.in_(list(line_ids)))
    rows = tx.execute(query).all()
    for row in rows:
        _give_back(tx, work, row, parcel_id, reason)
    fetching.settle(tx, work, parcel_id)


def shrink(
    tx: Connection, work: Workplace, parcel_id: str, parcel_line_id: str, quantity: int
) -> None:
    """Make the line's reservation ``quantity`` pieces (a part was refunded)."""
    _lock(tx, parcel_id)
    if quantity <= 0:
        release(tx, work, parcel_id, "refunded", [parcel_line_id])
        return
    parts = line_parts.kept(tx, [parcel_line_id]).get(parcel_line_id, {})
    rows = tx.execute(
        select(reservations)
        .where(
            reservations.c.parcel_line_id == parcel_line_id,
            reservations.c.state == ReservationState.ACTIVE,
        )
        .order_by(reservations.c.sku_id)
    ).all()
    for row in rows:
        left = quantity * parts.get(row.sku_id, 1)
        if row.quantity <= left:
            continue
        tx.execute(update(reservations).where(reservations.c.id == row.id).values(quantity=left))
        post(
            tx,
            work,
            Move(
                row.sku_id,
                MoveKind.RELEASE,
                allocated=left - row.quantity,
                parcel_id=parcel_id,
                reason="refunded",
            ),
        )
    fetching.settle(tx, work, parcel_id)


def is_reserved(tx: Connection, parcel_id: str) -> bool:
    """Whether every mapped line of the parcel has its reservation."""
    return not _needs(tx, parcel_id)


def retry_short(tx: Connection, work: Workplace) -> list[str]:
    """Try the parcels that lack stock again, the most urgent first; returns those now reserved."""
    waiting = tx.execute(
        select(parcels.c.id)
        .where(parcels.c.state == ParcelState.TO_CHECK)
        .where(holding.exists_on_parcel(HoldCode.SHORT))
        .order_by(parcels.c.deadline_at, parcels.c.id)
    ).scalars()
    return [parcel_id for parcel_id in list(waiting) if reserve(tx, work, parcel_id)]


def _lock(tx: Connection, parcel_id: str) -> str | None:
    """The parcel's state. Whoever reserves or releases for the same parcel waits for its turn."""
    query = select(parcels.c.state).where(parcels.c.id == parcel_id).with_for_update()
    state: str | None = tx.execute(query).scalar()
    return state


class _NotEnoughError(Exception):
    """Somebody else took the stock between the look and the update."""


def _take(tx: Connection, work: Workplace, parcel_id: str, needs: list[Need]) -> None:
    # In a fixed order, so that two benches cannot wait for each other.
    for need in sorted(needs, key=lambda n: (n.sku_id, n.parcel_line_id)):
        move = Move(need.sku_id, MoveKind.RESERVE, allocated=need.quantity, parcel_id=parcel_id)
        if not post(tx, work, move):
            raise _NotEnoughError
        tx.execute(
            insert(reservations).values(
                id=work.key(),
                parcel_line_id=need.parcel_line_id,
                sku_id=need.sku_id,
                quantity=need.quantity,
                state=ReservationState.ACTIVE,
                at=work.now(),
            )
        )
    keep_parts(tx, needs)


def _needs(tx: Connection, parcel_id: str) -> list[Need]:
    rows = tx.execute(
        select(parcel_lines.c.id, parcel_lines.c.sku_id, parcel_lines.c.quantity)
        .outerjoin(
            reservations,
            (reservations.c.parcel_line_id == parcel_lines.c.id)
            & (reservations.c.state == ReservationState.ACTIVE),
        )
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            parcel_lines.c.sku_id.is_not(None),
            parcel_lines.c.quantity > 0,
            reservations.c.id.is_(None),
        )
    ).all()
    return spelled_out(tx, [Need(r.id, r.sku_id, r.quantity) for r in rows])


def _short(tx: Connection, needs: list[Need]) -> dict[str, int]:
    """Missing pieces by SKU code."""
    wanted: dict[str, int] = defaultdict(int)
    for need in needs:
        ensure_balance(tx, need.sku_id)
        wanted[need.sku_id] += need.quantity
    rows = tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.available, skus.c.code)
        .join(skus, skus.c.id == stock_balances.c.sku_id)
        .where(stock_balances.c.sku_id.in_(wanted))
    ).all()
    return {
        r.code: wanted[r.sku_id] - max(0, r.available)
        for r in rows
        if r.available < wanted[r.sku_id]
    }


def _give_back(tx: Connection, work: Workplace, row: object, parcel_id: str, reason: str) -> None:
    reservation_id, sku_id, quantity = row.id, row.sku_id, row.quantity  # type: ignore[attr-defined]  # a Core row
    freed = tx.execute(
        update(reservations)
        .where(reservations.c.id == reservation_id, reservations.c.state == ReservationState.ACTIVE)
        .values(state=ReservationState.RELEASED, at=work.now())
    )
    if freed.rowcount == 1:
        post(
            tx,
            work,
            Move(
                sku_id,
                MoveKind.RELEASE,
                allocated=-quantity,
                parcel_id=parcel_id,
                reason=reason,
            ),
        )
