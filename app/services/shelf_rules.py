"""What must be true of batches and numbered pieces; part of ``db check``."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from app.domain.text import T, Text
from app.store.tables import serial_events, skus, stock_batches, stock_serials, stock_spots


def broken_batches(tx: Connection) -> Iterator[tuple[str, Text]]:
    """What lies somewhere of a batch is of a batch of that very SKU."""
    rows = tx.execute(
        select(skus.c.code)
        .select_from(stock_spots)
        .join(skus, skus.c.id == stock_spots.c.sku_id)
        .outerjoin(
            stock_batches,
            (stock_batches.c.id == stock_spots.c.batch_id)
            & (stock_batches.c.sku_id == stock_spots.c.sku_id),
        )
        .where(
            stock_spots.c.batch_id != "", stock_spots.c.quantity != 0, stock_batches.c.id.is_(None)
        )
        .distinct()
    ).scalars()
    for code in rows:
        yield code, T("{sku} lies there of a batch that is not its own.", sku=code)


def broken_serials(tx: Connection) -> Iterator[tuple[str, Text]]:
    """A numbered piece is where its history ends."""
    last = (
        select(
            serial_events.c.sku_id,
            serial_events.c.serial,
            func.max(serial_events.c.id).label("id"),
        )
        .group_by(serial_events.c.sku_id, serial_events.c.serial)
        .subquery()
    )
    rows = tx.execute(
        select(stock_serials.c.serial)
        .outerjoin(
            last,
            (last.c.sku_id == stock_serials.c.sku_id) & (last.c.serial == stock_serials.c.serial),
        )
        .outerjoin(serial_events, serial_events.c.id == last.c.id)
        .where(func.coalesce(serial_events.c.state, "") != stock_serials.c.state)
    ).scalars()
    for serial in rows:
        yield serial, T("The piece {serial} is not where its history ends.", serial=serial)
