"""The ledger of the whole shelf, page by page, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.services.stock.item_card import order_ids
from app.services.workplace import Workplace
from app.store.tables import skus, stock_batches, stock_moves


@dataclass(frozen=True, slots=True)
class MoveFilter:
    """``sku``: part of an item's code or name; ``kind``: see ``MoveKind``; "" = all."""

    sku: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One movement, in pieces. ``order``: the shop's order id when a parcel caused it."""

    id: int
    at: datetime
    sku: str
    name: str
    spec: str
    picture: str
    kind: str
    on_hand: int
    allocated: int
    defective: int
    in_transit: int
    bin: str
    batch: str
    order: str
    reference: str
    reason: str
    user: str
    bench: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """``after``: hand it in for the next page; ``None``: this was the last."""

    rows: tuple[LedgerLine, ...]
    after: int | None


def move_page(
    work: Workplace, wanted: MoveFilter, after: int | None = None, limit: int = 50
) -> LedgerPage:
    """The next ``limit`` movements before the one numbered ``after``."""
    query = (
        select(
            stock_moves,
            skus.c.code,
            skus.c.name,
            skus.c.spec,
            skus.c.picture,
            stock_batches.c.code.label("batch"),
        )
        .join(skus, skus.c.id == stock_moves.c.sku_id)
        .outerjoin(stock_batches, stock_batches.c.id == stock_moves.c.batch_id)
        .order_by(stock_moves.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(stock_moves.c.id < after)
    if wanted.kind:
        query = query.where(stock_moves.c.kind == wanted.kind)
    text = wanted.sku.strip()
    if text:
        like = "%" + text.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
        fits = select(skus.c.id).where(
            skus.c.code.ilike(like, escape="/") | skus.c.name.ilike(like, escape="/")
        )
        query = query.where(stock_moves.c.sku_id.in_(fits))
    with work.db.read() as tx:
        found = tx.execute(query).all()
        rows = found[:limit]
        numbers = order_ids(tx, [r.parcel_id for r in rows if r.parcel_id])
    lines = tuple(
        LedgerLine(
            r.id,
            r.at,
            r.code,
            r.name,
            r.spec,
            r.picture,
            r.kind,
            r.on_hand_delta,
            r.allocated_delta,
            r.defective_delta,
            r.in_transit_delta,
            r.bin,
            r.batch or "",
            numbers.get(r.parcel_id or "", ""),
            r.reference,
            r.reason,
            r.user,
            r.bench,
        )
        for r in rows
    )
    return LedgerPage(lines, rows[-1].id if len(found) > limit else None)
