"""How far a count is: kept in its row, and changed under its lock only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.domain.bins import clean_bin, walking_key
from app.domain.errors import UserError
from app.domain.states import LineState, PaperState, StockPaper
from app.domain.text import T
from app.services.stock.papers import paper_store
from app.services.workplace import Workplace
from app.store.tables import stock_document_lines, stock_documents

UNDER_WAY = (PaperState.OPEN, PaperState.TO_APPROVE)


@dataclass(frozen=True, slots=True)
class BinRow:
    """How far the count of one bin is. Shows nothing of the books."""

    bin: str
    state: str  # open, begun, counted
    items: int
    pieces: int
    counted_by: str
    complete: bool


def sheet(work: Workplace, paper: str) -> list[BinRow]:
    """The bins of a count in the order of the walk, without a figure of the books."""
    with work.db.read() as tx:
        row = paper_store.find(tx, StockPaper.COUNT, paper)
        lines = paper_store.lines_of(tx, row.id)
    rows = []
    for name, said in content_of(row)["bins"].items():
        mine = [x for x in lines if x.bin == name and x.state != LineState.OPEN and x.counted]
        rows.append(
            BinRow(
                name,
                "counted" if is_counted(said) else "begun" if "begun_at" in said else "open",
                len({x.sku_id for x in mine}),
                sum(x.counted for x in mine),
                said.get("counted_by", ""),
                bool(said.get("complete")),
            )
        )
    return sorted(rows, key=lambda r: walking_key(r.bin))


def settle(tx: Connection, work: Workplace, paper_id: str, content: Mapping[str, Any]) -> None:
    """Put the paper where its bins and lines are: open, to approve, done."""
    states = set(
        tx.execute(
            select(stock_document_lines.c.state)
            .where(stock_document_lines.c.document_id == paper_id)
            .distinct()
        ).scalars()
    )
    counted = all(is_counted(said) for said in content["bins"].values())
    state = PaperState.TO_APPROVE
    if not counted or LineState.OPEN in states:
        state = PaperState.OPEN
    elif LineState.COUNTED not in states:
        state = PaperState.DONE
    paper_store.change(tx, work, paper_id, state)


def content_of(row: Row[Any]) -> dict[str, Any]:
    """The bins of a count, each with how far it is, and the only items that are counted."""
    kept = row.bins or {}
    return {"bins": {k: dict(v) for k, v in kept.get("bins", {}).items()}, "skus": kept["skus"]}


def keep(tx: Connection, paper_id: str, content: Mapping[str, Any]) -> None:
    tx.execute(
        update(stock_documents).where(stock_documents.c.id == paper_id).values(bins=dict(content))
    )


def is_counted(said: Mapping[str, Any]) -> bool:
    return "counted_at" in said and not said.get("again")


def bin_of(row: Row[Any], content: Mapping[str, Any], bin_name: str) -> dict[str, Any]:
    found: dict[str, Any] | None = content["bins"].get(clean_bin(bin_name))
    if found is None:
        raise UserError(
            "not_in_count",
            T("{bin} does not belong to the count {number}.", bin=bin_name, number=row.number),
            T("See its bins: stock count show {number}", number=row.number),
            ref=bin_name,
        )
    return found
