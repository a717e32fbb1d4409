"""What must be true of stock papers, proved by query; part of ``db check``."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, case, func, or_, select

from app.domain.states import LineState, PaperState, StockPaper
from app.domain.text import T, Text
from app.store.tables import (
    skus,
    stock_balances,
    stock_document_lines,
    stock_documents,
    stock_moves,
)


def broken_papers(tx: Connection) -> Iterator[tuple[str, Text]]:
    """Papers whose lines say something else than the ledger rows that they made."""
    m, c, d = stock_moves.c, stock_document_lines.c, stock_documents.c
    booked = (
        select(
            m.line_id,
            func.sum(m.on_hand_delta).label("pieces"),
            func.sum(case((m.on_hand_delta > 0, m.on_hand_delta), else_=0)).label("came"),
            func.sum(m.in_transit_delta).label("on_the_way"),
        )
        .where(m.line_id != "")
        .group_by(m.line_id)
        .subquery()
    )
    pieces = func.coalesce(booked.c.pieces, 0)
    done = case(
        (d.kind == StockPaper.ISSUE, -c.done),
        (d.kind == StockPaper.TRANSFER, 0),
        else_=c.done,
    )
    open_rest = case(
        ((d.state == PaperState.OPEN) & (c.expected > c.done), c.expected - c.done), else_=0
    )
    rows = tx.execute(
        select(d.number)
        .select_from(stock_document_lines)
        .join(stock_documents, d.id == c.document_id)
        .outerjoin(booked, booked.c.line_id == c.id)
        .where(
            or_(
                pieces != done,
                (d.kind == StockPaper.TRANSFER) & (func.coalesce(booked.c.came, 0) != c.done),
                (d.kind == StockPaper.RECEIPT)
                & (func.coalesce(booked.c.on_the_way, 0) != open_rest),
                (c.state == LineState.BOOKED) & (c.done != c.counted - c.expected),
            )
        )
        .distinct()
    ).scalars()
    for number in rows:
        yield number, T("{number} and its rows in the ledger differ.", number=number)


def broken_in_transit(tx: Connection) -> Iterator[tuple[str, Text]]:
    """Items of which other pieces are on the way than open receipts still expect."""
    c, d, b = stock_document_lines.c, stock_documents.c, stock_balances.c
    coming = (
        select(c.sku_id, func.sum(c.expected - c.done).label("pieces"))
        .join(stock_documents, d.id == c.document_id)
        .where(d.kind == StockPaper.RECEIPT, d.state == PaperState.OPEN, c.expected > c.done)
        .group_by(c.sku_id)
        .subquery()
    )
    rows = tx.execute(
        select(skus.c.code)
        .select_from(stock_balances)
        .join(skus, skus.c.id == b.sku_id)
        .outerjoin(coming, coming.c.sku_id == b.sku_id)
        .where(b.in_transit != func.coalesce(coming.c.pieces, 0))
    ).scalars()
    for code in rows:
        yield code, T("More or fewer of {sku} are on the way than receipts expect.", sku=code)
