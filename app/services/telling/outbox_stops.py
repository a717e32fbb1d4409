"""Shops that nothing gets through to now, each said once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.domain.states import OutboxState
from app.ports import REACHES
from app.services.workplace import Workplace
from app.store.tables import outbox

_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class StoppedShop:
    """Messages of a shop that wait for one reason. ``message``, ``remedy``: stored sentences."""

    shop: str
    code: str
    message: str
    remedy: str
    waiting: int
    next_at: datetime


def stopped_shops(work: Workplace) -> list[StoppedShop]:
    """Why nothing gets through to a shop, when it is tried again, and how much waits for it."""
    open_rows = (outbox.c.state == OutboxState.PENDING, outbox.c.shop_id != "")
    with work.db.read() as tx:
        by_shop = tx.execute(
            select(outbox.c.shop_id, func.count().label("n"))
            .where(*open_rows)
            .group_by(outbox.c.shop_id)
        )
        counts = {row.shop_id: row.n for row in by_shop}
        rows = tx.execute(
            select(outbox.c.shop_id, outbox.c.reason, outbox.c.next_at)
            .where(
                *open_rows,
                outbox.c.waits_for == "",
                outbox.c.next_at > work.now(),
            )
            .order_by(outbox.c.id)
            .limit(_LOOKED_AT)
        ).all()
    found: dict[str, StoppedShop] = {}
    for row in rows:
        reason = row.reason or {}
        if row.shop_id not in found and reason.get("code") in REACHES:
            found[row.shop_id] = StoppedShop(
                row.shop_id,
                reason["code"],
                reason["message"],
                reason.get("remedy", ""),
                counts[row.shop_id],
                row.next_at,
            )
    return list(found.values())
