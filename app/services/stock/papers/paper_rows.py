"""Stock papers as rows of a list, and the lines of one, page by page. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, or_, select, tuple_

from app.domain.states import LineState, PaperState, StockPaper
from app.services.stock.papers import paper_store
from app.services.workplace import Workplace
from app.store.tables import skus, stock_batches, stock_document_lines, stock_documents

PAGE = 100


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper; figures in pieces. ``expected`` and ``missing`` say nothing of a count."""

    id: str
    kind: str
    number: str
    source: str
    state: str
    lines: int
    expected: int
    done: int
    missing: int
    note: str
    created_at: datetime
    created_by: str
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class PaperPage:
    """Papers, the newest first. ``after`` is handed in for the next page; "" = that was all."""

    rows: Sequence[PaperRow]
    after: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a receipt, a transfer, an issue or a level. ``bin`` "" = the item's home."""

    id: str
    position: int
    sku: str
    name: str
    bin: str
    to_bin: str
    batch: str
    expires: str
    expected: int
    done: int
    missing: int
    note: str


@dataclass(frozen=True, slots=True)
class LinePage:
    """Lines as they stand on the paper; ``after`` as in ``PaperPage``."""

    paper: PaperRow
    rows: Sequence[LineRow]
    after: str


def listed(
    work: Workplace,
    *,
    kind: str = "",
    state: str = "",
    search: str = "",
    after: str = "",
    limit: int = PAGE,
) -> PaperPage:
    """Papers of this kind and state whose number or note holds ``search``."""
    d = stock_documents.c
    query = select(stock_documents)
    if kind:
        query = query.where(d.kind == StockPaper(kind))
    if state:
        query = query.where(d.state == PaperState(state))
    if search:
        query = query.where(
            d.number.contains(search, autoescape=True) | d.note.contains(search, autoescape=True)
        )
    with work.db.read() as tx:
        if after:
            mark = select(d.created_at, d.id).where(d.id == after)
            last = tx.execute(mark).one_or_none()
            if last is None:
                return PaperPage((), "")
            query = query.where(
                or_(
                    d.created_at < last.created_at,
                    (d.created_at == last.created_at) & (d.id < last.id),
                )
            )
        found = tx.execute(query.order_by(d.created_at.desc(), d.id.desc()).limit(limit + 1)).all()
        rows = _with_figures(tx, found[:limit])
    return PaperPage(rows, rows[-1].id if len(found) > limit else "")


def shown(
    work: Workplace, paper: str, *, kind: str = "", after: str = "", limit: int = PAGE
) -> LinePage:
    """One paper with a page of its lines. For a count see ``counts`` and ``count_differences``.

    Raises ``UserError``: there is no such paper, or more than one.
    """
    c = stock_document_lines.c
    with work.db.read() as tx:
        row = paper_store.find(tx, StockPaper(kind) if kind else None, paper)
        query = (
            select(
                stock_document_lines,
                skus.c.code.label("sku"),
                skus.c.name,
                skus.c.spec,
                stock_batches.c.code.label("batch"),
                stock_batches.c.expires_on,
            )
            .join(skus, skus.c.id == c.sku_id)
            .outerjoin(stock_batches, stock_batches.c.id == c.batch_id)
            .where(c.document_id == row.id)
        )
        if after:
            last = select(c.position, c.id).where(c.id == after)
            mark = tx.execute(last).one_or_none()
            if mark is not None:
                query = query.where(tuple_(c.position, c.id) > tuple_(mark.position, mark.id))
        found = tx.execute(_in_order(query).limit(limit + 1)).all()
        (head,) = _with_figures(tx, [row])
    rows = [
        LineRow(
            r.id,
            r.position,
            r.sku,
            f"{r.name} {r.spec}".strip(),
            r.bin,
            r.to_bin,
            r.batch or "",
            r.expires_on or "",
            r.expected or 0,
            r.done,
            max(0, (r.expected or 0) - r.done) if row.state == PaperState.OPEN else 0,
            r.note,
        )
        for r in found[:limit]
    ]
    return LinePage(head, rows, rows[-1].id if len(found) > limit else "")


def _in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(stock_document_lines.c.position, stock_document_lines.c.id)


def _with_figures(tx: Connection, papers: Sequence[Row[Any]]) -> list[PaperRow]:
    c = stock_document_lines.c
    left = case((c.expected > c.done, c.expected - c.done), else_=0)
    sums = {
        r.document_id: r
        for r in tx.execute(
            select(
                c.document_id,
                func.count().label("lines"),
                func.coalesce(func.sum(c.expected), 0).label("expected"),
                func.sum(c.done).label("done"),
                func.coalesce(func.sum(left), 0).label("missing"),
            )
            .where(c.document_id.in_([p.id for p in papers]), c.state != LineState.DROPPED)
            .group_by(c.document_id)
        )
    }
    return [_row(p, sums.get(p.id)) for p in papers]


def _row(paper: Row[Any], figures: Row[Any] | None) -> PaperRow:
    is_count = paper.kind == StockPaper.COUNT
    return PaperRow(
        paper.id,
        paper.kind,
        paper.number,
        paper.source,
        paper.state,
        figures.lines if figures else 0,
        # A count is blind: nobody reads from a list what the books say.
        figures.expected if figures and not is_count else 0,
        figures.done if figures and (not is_count or paper.state == PaperState.DONE) else 0,
        figures.missing if figures and not is_count and paper.state == PaperState.OPEN else 0,
        paper.note,
        paper.created_at,
        paper.created_by,
        paper.done_at,
        paper.done_by,
    )
