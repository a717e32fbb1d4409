"""A person approves what was counted: the differences are booked, line by line, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_, update

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import LineState, MoveKind, StockPaper
from app.domain.text import T, Text
from app.services import records, rights
from app.services.stock import ledger
from app.services.stock.finding import find_sku
from app.services.stock.papers import count_state, paper_store
from app.services.workplace import Workplace
from app.store.tables import skus, stock_document_lines

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ApprovedRow:
    """What came of one line: ``booked`` or ``failed``. ``difference`` in pieces."""

    line_id: str
    bin: str
    sku: str
    difference: int
    result: str
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return self.result == "booked"


def must_be_allowed(work: Workplace) -> None:
    """Raises ``UserError`` (``not_allowed``) for somebody who may count, but not approve."""
    refusal = rights.approval_refusal(work)
    if refusal is not None:
        raise UserError("not_allowed", refusal, T("Ask one of them to look at it."), ref=work.user)


def approve(
    work: Workplace, paper: str, *, bin_name: str | None = None, sku: str = ""
) -> list[ApprovedRow]:
    """Book what was counted, in one bin or of one item when they are named.

    A line that would leave less than nothing fails and stays to be counted again; the others are
    booked. Called again it goes on with what is not booked yet. Raises ``UserError``: not allowed,
    no such count, or it is finished.
    """
    must_be_allowed(work)
    bin_name = None if bin_name is None else clean_bin(bin_name)
    rows: list[ApprovedRow] = []
    last = ("", "")
    while True:
        with work.db.write() as tx:
            row = paper_store.locked(tx, StockPaper.COUNT, paper)
            paper_store.must_be(row, *count_state.UNDER_WAY)
            lines = _next(tx, row.id, bin_name, find_sku(tx, sku) if sku else "", last)
            done = [_book(tx, work, row, line) for line in lines]
            if len(lines) < _AT_ONCE:
                count_state.settle(tx, work, row.id, count_state.content_of(row))
                _note(tx, work, row.number, [*rows, *done])
        rows += done
        if len(lines) < _AT_ONCE:
            break
        last = (lines[-1].sku_id, lines[-1].id)
    if any(r.ok and r.difference > 0 for r in rows):
        paper_store.go_on(work)
    work.changed("stock")
    return rows


def _next(
    tx: Connection, paper_id: str, bin_name: str | None, sku_id: str, last: tuple[str, str]
) -> list[Row[Any]]:
    c = stock_document_lines.c
    query = select(stock_document_lines, skus.c.code.label("sku")).join(skus, skus.c.id == c.sku_id)
    query = query.where(c.document_id == paper_id, c.state == LineState.COUNTED)
    if bin_name is not None:
        query = query.where(c.bin == bin_name)
    if sku_id:
        query = query.where(c.sku_id == sku_id)
    query = query.where(tuple_(c.sku_id, c.id) > tuple_(*last))
    # In the order of the items: two benches must not wait for each other.
    return list(tx.execute(query.order_by(c.sku_id, c.id).limit(_AT_ONCE)))


def _book(tx: Connection, work: Workplace, paper: Row[Any], line: Row[Any]) -> ApprovedRow:
    difference = line.counted - line.expected
    move = ledger.Move(
        line.sku_id,
        MoveKind.COUNT,
        on_hand=difference,
        bin=line.bin,
        batch_id=line.batch_id,
        reference=paper.number,
        reason=paper.note,
        once=f"paper:{line.id}:count",
        line_id=line.id,
    )
    if difference and not ledger.post(tx, work, move):
        return ApprovedRow(
            line.id,
            line.bin,
            line.sku,
            difference,
            "failed",
            T(
                "{sku} in {bin}: {n} are missing, and fewer than that are left in the books.",
                sku=line.sku,
                bin=line.bin or "-",
                n=-difference,
            ),
            T("Count it again: stock count recount {number}", number=paper.number),
        )
    tx.execute(
        update(stock_document_lines)
        .where(stock_document_lines.c.id == line.id)
        .values(state=LineState.BOOKED, done=difference)
    )
    return ApprovedRow(line.id, line.bin, line.sku, difference, "booked")


def _note(tx: Connection, work: Workplace, number: str, rows: list[ApprovedRow]) -> None:
    booked = [r for r in rows if r.ok]
    records.note(
        tx,
        work,
        "count_approved",
        detail={
            "number": number,
            "lines": len(booked),
            "found": sum(max(0, r.difference) for r in booked),
            "missing": sum(max(0, -r.difference) for r in booked),
        },
    )
