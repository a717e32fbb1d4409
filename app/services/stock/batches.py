"""Batches: when goods were made and until when they may be used, and what expires soon."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.days import read_day
from app.domain.errors import UserError
from app.domain.text import T
from app.services.stock import spots
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import skus, stock_batches, stock_spots

LONGEST = 64


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch that is here. ``days``: so many are left; ``None``: it does not expire.

    ``due``: it has expired, or has less time left than the SKU wants, and is not sent any more.
    """

    sku: str
    name: str
    batch: str
    made_on: str
    expires_on: str
    quantity: int
    days: int | None
    due: bool
    bins: tuple[str, ...] = ()


def batch_for(
    tx: Connection,
    work: Workplace,
    sku_id: str,
    code: str,
    made_on: str = "",
    expires_on: str = "",
) -> str:
    """The id of the SKU's batch with this code, made when it is new; "" for no code.

    A day that was not known is written down. Raises ``UserError``: ``batch_missing`` (the SKU is
    kept by batch), ``bad_day``, ``bad_batch``, ``batch_differs``.
    """
    code, made_on, expires_on = code.strip(), read_day(made_on), read_day(expires_on)
    sku = tx.execute(select(skus.c.code, skus.c.batch_tracked).where(skus.c.id == sku_id)).one()
    if not code:
        if sku.batch_tracked or made_on or expires_on:
            raise UserError(
                "batch_missing",
                T("{sku} is kept by batch, and no batch was named.", sku=sku.code),
                T("Read the batch number on the box and give it: --batch"),
                ref=sku.code,
            )
        return ""
    if len(code) > LONGEST or (made_on and expires_on and expires_on < made_on):
        raise UserError(
            "bad_batch",
            T("Batch {batch} cannot be right.", batch=code[:LONGEST]),
            T("Look at the number and the two days once more."),
            ref=sku.code,
        )
    known = _known(tx, sku_id, code)
    if known is None:
        row = {
            "id": work.key(),
            "sku_id": sku_id,
            "code": code,
            "made_on": made_on,
            "expires_on": expires_on,
            "created_at": work.now(),
        }
        if insert_if_new(tx, insert(stock_batches).values(row)):
            return str(row["id"])
        known = _known(tx, sku_id, code)
    for told, have in ((made_on, known.made_on), (expires_on, known.expires_on)):
        if told and have and told != have:
            raise UserError(
                "batch_differs",
                T("Batch {batch} is known with another day: {day}", batch=code, day=have),
                T("Look at the box; another batch has another number."),
                ref=sku.code,
            )
    if (made_on and not known.made_on) or (expires_on and not known.expires_on):
        tx.execute(
            update(stock_batches)
            .where(stock_batches.c.id == known.id)
            .values(made_on=made_on or known.made_on, expires_on=expires_on or known.expires_on)
        )
    return str(known.id)


def find(tx: Connection, sku_id: str, code: str) -> str:
    """The id of a batch that is known; "" for no code. Raises ``UserError`` (``no_such_batch``)."""
    code = code.strip()
    if not code:
        return ""
    known = _known(tx, sku_id, code)
    if known is None:
        raise UserError(
            "no_such_batch",
            T("There is no batch {batch} of this item.", batch=code),
            T("List them with: stock batches"),
            ref=code,
        )
    return str(known.id)


def list_batches(
    work: Workplace, sku: str | None = None, *, within_days: int | None = None
) -> list[BatchRow]:
    """Batches that lie here, the first to expire in front.

    ``within_days``: only those that are due, or will have expired after so many days.
    """
    with work.db.read() as tx:
        query = here()
        if sku is not None:
            query = query.where(stock_batches.c.sku_id == find_sku(tx, sku))
        rows = tx.execute(query).all()
    today = date.fromisoformat(spots.today(work.now()))
    by_batch = defaultdict(list)
    for row in rows:
        by_batch[row.id].append(row)
    found = []
    for group in by_batch.values():
        row = group[0]
        days = (date.fromisoformat(row.expires_on) - today).days if row.expires_on else None
        due = days is not None and days < row.keep_days
        if within_days is not None and (days is None or not (due or days < within_days)):
            continue
        found.append(
            BatchRow(
                row.sku,
                row.name,
                row.code,
                row.made_on,
                row.expires_on,
                sum(r.quantity for r in group),
                days,
                due,
                tuple(r.bin for r in group),
            )
        )
    return found


def here() -> Any:
    """A row for each place of each batch that lies here, the first to expire in front."""
    return (
        select(
            stock_batches,
            skus.c.code.label("sku"),
            skus.c.name,
            skus.c.keep_days,
            stock_spots.c.bin,
            stock_spots.c.quantity,
        )
        .join(skus, skus.c.id == stock_batches.c.sku_id)
        .join(stock_spots, stock_spots.c.batch_id == stock_batches.c.id)
        .where(stock_spots.c.quantity > 0)
        .order_by(
            func.coalesce(func.nullif(stock_batches.c.expires_on, ""), "9"),
            skus.c.code,
            stock_batches.c.code,
            stock_spots.c.bin,
        )
    )


def _known(tx: Connection, sku_id: str, code: str) -> Any:
    return tx.execute(
        select(stock_batches).where(stock_batches.c.sku_id == sku_id, stock_batches.c.code == code)
    ).one_or_none()
