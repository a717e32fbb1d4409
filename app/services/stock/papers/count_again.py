"""Counts that are not taken as they are: once more, not at all, or ended."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.domain.bins import clean_bin
from app.domain.states import LineState, PaperState, StockPaper
from app.services import records
from app.services.stock.finding import find_sku
from app.services.stock.papers import paper_store
from app.services.stock.papers.count_state import UNDER_WAY, bin_of, content_of, keep, settle
from app.services.workplace import Workplace
from app.store.tables import stock_document_lines


def recount(work: Workplace, paper: str, bin_name: str, sku: str = "") -> int:
    """Have a bin, or one item in it, counted once more; returns how many lines are open again."""
    return _reopen(work, paper, bin_name, sku, LineState.OPEN)


def drop(work: Workplace, paper: str, bin_name: str, sku: str = "") -> int:
    """Leave the figures of a bin, or of one item in it, as they are; returns how many lines."""
    return _reopen(work, paper, bin_name, sku, LineState.DROPPED)


def cancel(work: Workplace, paper: str) -> None:
    """End the count. What was approved stays booked, everything else stays as it was."""
    with work.db.write() as tx:
        row = paper_store.locked(tx, StockPaper.COUNT, paper)
        if row.state == PaperState.CANCELLED:
            return
        paper_store.must_be(row, *UNDER_WAY)
        c = stock_document_lines.c
        booked = select(c.id).where(c.document_id == row.id, c.state == LineState.BOOKED).limit(1)
        some = tx.execute(booked).scalar() is not None
        tx.execute(
            update(stock_document_lines)
            .where(c.document_id == row.id, c.state != LineState.BOOKED)
            .values(state=LineState.DROPPED)
        )
        paper_store.change(tx, work, row.id, PaperState.DONE if some else PaperState.CANCELLED)
        records.note(tx, work, "count_cancelled", detail={"number": row.number})
    work.changed("stock")


def _reopen(work: Workplace, paper: str, bin_name: str, sku: str, state: LineState) -> int:
    bin_name = clean_bin(bin_name)
    with work.db.write() as tx:
        row = paper_store.locked(tx, StockPaper.COUNT, paper)
        paper_store.must_be(row, *UNDER_WAY)
        content = content_of(row)
        said = bin_of(row, content, bin_name)
        sku_id = find_sku(tx, sku) if sku else ""
        c = stock_document_lines.c
        where = (
            (c.document_id == row.id)
            & (c.bin == bin_name)
            & c.state.in_([LineState.OPEN, LineState.COUNTED])
        )
        if sku_id:
            where &= c.sku_id == sku_id
        values: dict[str, Any] = {"state": state}
        if state == LineState.OPEN:
            values |= {"counted": None, "expected": None, "counted_at": None, "note": ""}
        n = tx.execute(update(stock_document_lines).where(where).values(**values)).rowcount
        if state == LineState.OPEN:
            said["again"] = True
        elif not sku_id:
            said.update(counted_at=work.now().isoformat(), counted_by=work.user, again=False)
        keep(tx, row.id, content)
        settle(tx, work, row.id, content)
        records.note(
            tx,
            work,
            "count_again" if state == LineState.OPEN else "count_dropped",
            detail={"number": row.number, "bin": bin_name, "sku": sku},
        )
    work.changed("stock")
    return int(n)
