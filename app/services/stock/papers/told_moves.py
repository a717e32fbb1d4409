"""Our movements for another program, batch by batch, so that each is told once.

A reader (the other program, by a name) has a place in the ledger. A batch is fixed in the database
before it is written, and the reader's place moves on after it was written: when the program dies in
between, the same batch with the same number is given out again, never a different one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select, text, update

from app.domain.errors import UserError
from app.domain.text import T
from app.services.workplace import Workplace
from app.store.inserting import insert_all_new
from app.store.tables import (
    settings,
    skus,
    stock_batches,
    stock_document_lines,
    stock_documents,
    stock_moves,
)

MOST = 5000
_KEY = "stock_reader:"


@dataclass(frozen=True, slots=True)
class ToldBatch:
    """Movements after ``since`` up to ``upto``; ``number`` counts the batches of a reader.

    ``more``: there is another batch to be fetched at once.
    """

    number: int
    since: int
    upto: int
    rows: Sequence[Mapping[str, Any]]
    more: bool


def moves_since(
    work: Workplace, since: int, *, skip_source: str = "", limit: int = MOST
) -> ToldBatch:
    """Movements after the cursor ``since`` (0 = from the beginning); ``upto`` is the next cursor.

    What came from the program ``skip_source`` itself is left out.
    """
    upto = _settled(work)
    with work.db.read() as tx:
        last = _last_of(tx, since, upto, limit)
        return ToldBatch(0, since, last, _rows(tx, since, last, skip_source), last < upto)


def next_batch(work: Workplace, reader: str, *, limit: int = MOST) -> ToldBatch:
    """The reader's next batch: the one that was given out and not confirmed, else a new one.

    What the program ``reader`` handed over itself is not told back to it. Raises ``UserError``
    (``bad_name``).
    """
    key = _key(reader)
    upto = _settled(work)
    with work.db.write() as tx:
        place = _place(tx, key)
        if place["upto"] <= place["told"]:
            last = _last_of(tx, place["told"], upto, limit)
            if last > place["told"]:
                place = {"told": place["told"], "upto": last, "batch": place["batch"] + 1}
                tx.execute(update(settings).where(settings.c.key == key).values(value=place))
        rows = _rows(tx, place["told"], place["upto"], reader)
    return ToldBatch(place["batch"], place["told"], place["upto"], rows, place["upto"] < upto)


def confirm(work: Workplace, reader: str, batch: ToldBatch) -> bool:
    """The batch was written: go on behind it. ``False``: somebody confirmed it before."""
    key = _key(reader)
    with work.db.write() as tx:
        place = _place(tx, key)
        if place["batch"] != batch.number or place["told"] >= batch.upto:
            return False
        tx.execute(
            update(settings)
            .where(settings.c.key == key)
            .values(value={**place, "told": batch.upto})
        )
    return True


def _key(reader: str) -> str:
    if not reader.strip() or len(reader) > 32:
        raise UserError(
            "bad_name",
            T("“{name}” is no name for a program.", name=reader[:32]),
            T("Use at most {most} characters.", most=32),
            ref=reader[:32],
        )
    return _KEY + reader.strip()


def _place(tx: Connection, key: str) -> dict[str, int]:
    """How far the reader is; nobody else moves it until the transaction ends."""
    query = select(settings.c.value).where(settings.c.key == key).with_for_update()
    found = tx.execute(query).scalar()
    if found is None:
        insert_all_new(tx, settings, [{"key": key, "value": {"told": 0, "upto": 0, "batch": 0}}])
        found = tx.execute(query).scalar_one()
    return dict(found)


def _settled(work: Workplace) -> int:
    """The last row of the ledger before which none can appear any more.

    PostgreSQL hands out numbers before it commits: row 7 may become visible after row 8. Whoever
    has taken a number holds the table for writing, so for a moment nobody may.
    """
    last = select(func.coalesce(func.max(stock_moves.c.id), 0))
    if work.db.is_sqlite:  # one writer at a time: numbers are in the order of the commits
        with work.db.read() as tx:
            return int(tx.execute(last).scalar_one())
    with work.db.write() as tx:
        tx.execute(text("LOCK TABLE stock_moves IN SHARE MODE"))
        return int(tx.execute(last).scalar_one())


def _last_of(tx: Connection, since: int, upto: int, limit: int) -> int:
    m = stock_moves.c
    ids = select(m.id).where(m.id > since, m.id <= upto, _goods()).order_by(m.id)
    found = list(tx.execute(ids.limit(limit + 1)).scalars())
    return int(found[limit - 1]) if len(found) > limit else upto


def _goods() -> Any:
    """Reserving moves nothing on the shelf."""
    m = stock_moves.c
    return or_(m.on_hand_delta != 0, m.defective_delta != 0, m.in_transit_delta != 0)


def _rows(tx: Connection, since: int, upto: int, skip_source: str) -> list[dict[str, Any]]:
    m, d = stock_moves.c, stock_documents.c
    query = (
        select(
            stock_moves,
            skus.c.code.label("sku"),
            stock_batches.c.code.label("batch"),
            d.source.label("paper_source"),
            d.kind.label("paper_kind"),
            d.number.label("paper_number"),
        )
        .join(skus, skus.c.id == m.sku_id)
        .outerjoin(stock_batches, stock_batches.c.id == m.batch_id)
        .outerjoin(stock_document_lines, stock_document_lines.c.id == m.line_id)
        .outerjoin(stock_documents, d.id == stock_document_lines.c.document_id)
        .where(m.id > since, m.id <= upto, _goods())
        .order_by(m.id)
    )
    if skip_source:
        query = query.where(or_(d.source.is_(None), d.source != skip_source))
    return [
        {
            "id": str(r.id),
            "at": r.at,
            "kind": r.kind,
            "sku": r.sku,
            "on_hand": r.on_hand_delta,
            "defective": r.defective_delta,
            "in_transit": r.in_transit_delta,
            "bin": r.bin,
            "batch": r.batch or "",
            "source": r.paper_source or "",
            "paper": r.paper_kind or "",
            "document": r.paper_number or r.reference,
            "parcel": r.parcel_id or "",
            "reason": r.reason,
        }
        for r in tx.execute(query)
    ]
