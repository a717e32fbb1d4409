"""Reading the ledger of one SKU."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.tables import stock_balances, stock_batches, stock_moves


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One row of the ledger; ``balance`` and what follows are the figures after it."""

    at: datetime
    sku: str
    kind: str
    on_hand: int
    allocated: int
    parcel: str
    reference: str
    reason: str
    user: str
    bench: str = ""
    bin: str = ""
    batch: str = ""
    defective: int = 0
    in_transit: int = 0
    balance: int = 0
    available: int = 0
    defective_balance: int = 0
    operation: str = ""
    undoes: str = ""


def moves(work: Workplace, sku: str, limit: int = 200) -> list[MoveRow]:
    """The ledger of one SKU, the newest first. Raises ``UserError`` for an unknown SKU."""
    with work.db.read() as tx:
        sku_id = find_sku(tx, sku)
        # Rows and balance in one look: the running figures are counted back from today's.
        rows = tx.execute(
            select(
                stock_moves,
                stock_batches.c.code.label("batch"),
                stock_balances.c.on_hand,
                stock_balances.c.allocated,
                stock_balances.c.defective,
            )
            .join(stock_balances, stock_balances.c.sku_id == stock_moves.c.sku_id)
            .outerjoin(stock_batches, stock_batches.c.id == stock_moves.c.batch_id)
            .where(stock_moves.c.sku_id == sku_id)
            .order_by(stock_moves.c.id.desc())
            .limit(limit)
        ).all()
    if not rows:
        return []
    on_hand, allocated, defective = rows[0].on_hand, rows[0].allocated, rows[0].defective
    found = []
    for r in rows:
        found.append(
            MoveRow(
                at=r.at,
                sku=sku,
                kind=r.kind,
                on_hand=r.on_hand_delta,
                allocated=r.allocated_delta,
                parcel=r.parcel_id or "",
                reference=r.reference,
                reason=r.reason,
                user=r.user,
                bench=r.bench,
                bin=r.bin,
                batch=r.batch or "",
                defective=r.defective_delta,
                in_transit=r.in_transit_delta,
                balance=on_hand,
                available=on_hand - allocated,
                defective_balance=defective,
                operation=r.operation,
                undoes=r.undoes,
            )
        )
        on_hand -= r.on_hand_delta
        allocated -= r.allocated_delta
        defective -= r.defective_delta
    return found
