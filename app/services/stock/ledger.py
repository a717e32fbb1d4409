"""The only writer of balances: a ledger row and a conditional update, always together."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from app.domain.states import MoveKind
from app.services.workplace import Workplace
from app.store.tables import stock_balances, stock_moves


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of one SKU, in pieces.

    ``once`` names the event: the same event told twice moves stock once.
    """

    sku_id: str
    kind: MoveKind
    on_hand: int = 0
    allocated: int = 0
    parcel_id: str | None = None
    reference: str = ""
    reason: str = ""
    once: str | None = None


def ensure_balance(tx: Connection, sku_id: str) -> None:
    """Make the balance row of a new SKU."""
    known = tx.execute(
        select(stock_balances.c.sku_id).where(stock_balances.c.sku_id == sku_id)
    ).scalar()
    if known is None:
        tx.execute(insert(stock_balances).values(sku_id=sku_id, on_hand=0, allocated=0))


def post(tx: Connection, work: Workplace, move: Move, *, may_go_negative: bool = False) -> bool:
    """Post one movement. Returns ``False``, and changes nothing, when stock does not allow it.

    Reserving needs that much available; taking from the shelf needs that much on hand. A movement
    whose ``once`` is already in the ledger counts as done.
    """
    if move.once is not None:
        seen = tx.execute(select(stock_moves.c.id).where(stock_moves.c.once == move.once)).scalar()
        if seen is not None:
            return True
    changed = update(stock_balances).where(stock_balances.c.sku_id == move.sku_id)
    if move.kind is MoveKind.RESERVE:
        changed = changed.where(
            stock_balances.c.on_hand - stock_balances.c.allocated >= move.allocated
        )
    if move.on_hand < 0 and not may_go_negative:
        changed = changed.where(stock_balances.c.on_hand + move.on_hand >= 0)
    if move.allocated < 0:
        changed = changed.where(stock_balances.c.allocated + move.allocated >= 0)
    done = tx.execute(
        changed.values(
            on_hand=stock_balances.c.on_hand + move.on_hand,
            allocated=stock_balances.c.allocated + move.allocated,
        )
    )
    if done.rowcount != 1:
        return False
    tx.execute(
        insert(stock_moves).values(
            at=work.now(),
            sku_id=move.sku_id,
            kind=move.kind.value,
            on_hand_delta=move.on_hand,
            allocated_delta=move.allocated,
            parcel_id=move.parcel_id,
            reference=move.reference,
            reason=move.reason,
            user=work.user,
            bench=work.bench,
            once=move.once,
        )
    )
    return True
