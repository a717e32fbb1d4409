"""Connections that may only read (``read_only`` of a ``[[shop]]``)."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.errors import UserError, shop_read_only
from app.services.workplace import Workplace
from app.store.tables import shops


def refusal(work: Workplace, shop_id: str) -> UserError | None:
    """The refusal to change anything in this shop, or None when it may be changed."""
    if not shop_id:
        return None
    with work.db.read() as tx:
        settings = tx.execute(select(shops.c.settings).where(shops.c.id == shop_id)).scalar()
    return shop_read_only(shop_id) if (settings or {}).get("read_only") else None


def refuse(work: Workplace, shop_id: str) -> None:
    """Before anything is sent. Raises ``UserError`` (``shop_read_only``)."""
    found = refusal(work, shop_id)
    if found is not None:
        raise found
