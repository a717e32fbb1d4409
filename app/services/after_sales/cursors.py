"""How far the after-sales of a shop were listed, and how they may be listed at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from app.domain.errors import PackbenchError
from app.services.after_sales import storing
from app.services.workplace import Workplace
from app.store.tables import after_sales, settings, sync_cursors

ASK_AGAIN_AFTER = timedelta(hours=24)  # whether the shop lists by update by now


def cursor(work: Workplace, shop_id: str, stream: str) -> Any:
    """The stream's row (``upto_at``, ``finished_at``), or ``None``."""
    with work.db.read() as tx:
        return tx.execute(
            select(sync_cursors).where(
                sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == stream
            )
        ).one_or_none()


def move(
    work: Workplace,
    shop_id: str,
    stream: str,
    upto_at: datetime,
    ids: Sequence[str],
    *,
    listed_at: datetime | None = None,
) -> None:
    """Write the listed ids down and move the cursor past them, together."""
    now = work.now()
    place = (sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == stream)
    values = {"upto_at": upto_at, "finished_at": now, "last_error": None}
    with work.db.write() as tx:
        storing.mark_unread(tx, shop_id, ids, listed_at or now)
        if tx.execute(update(sync_cursors).where(*place).values(**values)).rowcount == 0:
            tx.execute(insert(sync_cursors).values(shop_id=shop_id, stream=stream, **values))


def remember_error(work: Workplace, shop_id: str, stream: str, error: PackbenchError) -> None:
    """Show on the stream why its last pass failed."""
    with work.db.write() as tx:
        tx.execute(
            update(sync_cursors)
            .where(sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == stream)
            .values(last_error=error.message.as_json())
        )


def unread_count(work: Workplace, shop_id: str) -> int:
    """How many cases are listed and not read yet."""
    with work.db.read() as tx:
        return tx.execute(
            select(func.count())
            .select_from(after_sales)
            .where(after_sales.c.unread, after_sales.c.shop_id == shop_id)
        ).scalar_one()


def by_creation(work: Workplace, shop_id: str) -> bool:
    """Whether the shop refused to list by update within the last day."""
    with work.db.read() as tx:
        at = tx.execute(select(settings.c.value).where(settings.c.key == _key(shop_id))).scalar()
    return at is not None and work.now() - datetime.fromisoformat(at) < ASK_AGAIN_AFTER


def remember_by_creation(work: Workplace, shop_id: str) -> None:
    """The shop lists by creation only; it is asked again tomorrow."""
    with work.db.write() as tx:
        tx.execute(delete(settings).where(settings.c.key == _key(shop_id)))
        tx.execute(insert(settings).values(key=_key(shop_id), value=work.now().isoformat()))


def _key(shop_id: str) -> str:
    return f"after_sales_by_creation:{shop_id}"
