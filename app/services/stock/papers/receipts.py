"""Receipts (入库单): goods are announced, and what does not come is let go.

What comes is booked by ``arrivals``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import MoveKind, PaperState, StockPaper
from app.domain.text import T
from app.services import records
from app.services.stock import batches, ledger
from app.services.stock.finding import find_sku
from app.services.stock.papers import paper_store
from app.services.stock.papers.paper_store import Made, NewPaper
from app.services.workplace import Workplace
from app.store.tables import stock_document_lines


@dataclass(frozen=True, slots=True)
class Expected:
    """Goods that a receipt announces. ``bin`` is where they shall go; "" = the item's home."""

    sku: str
    quantity: int
    bin: str = ""
    batch: str = ""
    expires: str = ""
    note: str = ""


def make(
    work: Workplace,
    lines: Sequence[Expected],
    *,
    number: str = "",
    source: str = "",
    note: str = "",
) -> Made:
    """Announce goods: they count as on the way. ``source`` names whose number it is.

    The same number with the same content again is the paper that is there (``kept``).
    Raises ``UserError``: an unknown item, a wrong number of pieces, a number with other content.
    """
    if not lines:
        raise UserError(
            "no_lines", T("The paper has no lines."), T("Name at least one item, like TEA-1=20.")
        )
    with work.db.write() as tx:
        made = write(tx, work, lines, number=number, source=source, note=note)
    if made.result == "new":
        work.changed("stock")
    return made


def write(
    tx: Connection,
    work: Workplace,
    lines: Sequence[Expected],
    *,
    number: str,
    source: str,
    note: str,
    digest: str = "",
) -> Made:
    """The same as ``make`` inside the caller's transaction."""
    paper_store.check_lengths(number=number, source=source, note=note)
    for line in lines:
        paper_store.check_pieces(line.quantity, line.sku)
        paper_store.check_lengths(bin=line.bin, batch=line.batch, note=line.note)
    new = NewPaper(
        StockPaper.RECEIPT,
        PaperState.OPEN,
        number=number,
        # A number that somebody else gave is never one of ours.
        source=source or ("supplier" if number else ""),
        note=note,
        digest=digest or _digest(lines),
    )
    ids = [find_sku(tx, line.sku) for line in lines]
    made = paper_store.make(tx, work, new)
    if made.result != "new":
        return made
    on_the_way = [
        (sku_id, insert_line(tx, work, made.id, n, sku_id, line), line.quantity)
        for n, (sku_id, line) in enumerate(zip(ids, lines, strict=True))
    ]
    for sku_id, line_id, pieces in sorted(on_the_way):
        ledger.ensure_balance(tx, sku_id)
        ledger.post(tx, work, _expect(made.number, sku_id, line_id, pieces, "expect"))
    return made


def close(work: Workplace, paper: str) -> int:
    """The rest is not coming. Returns how many pieces are no longer on the way."""
    return _end(work, paper, PaperState.DONE)


def cancel(work: Workplace, paper: str) -> int:
    """The paper was a mistake. Raises ``UserError`` (``paper_begun``) when goods came for it."""
    return _end(work, paper, PaperState.CANCELLED)


def rest(line: Row[Any] | Any) -> int:
    """Pieces of a line that are still on the way."""
    return max(0, int(line.expected or 0) - int(line.done))


def _end(work: Workplace, paper: str, state: PaperState) -> int:
    with work.db.write() as tx:
        row = paper_store.locked(tx, StockPaper.RECEIPT, paper)
        if row.state == state:
            return 0
        paper_store.must_be(row, PaperState.OPEN)
        lines = paper_store.lines_of(tx, row.id)
        if state == PaperState.CANCELLED and any(line.done for line in lines):
            raise UserError(
                "paper_begun",
                T("Goods of {number} came already.", number=row.number),
                T("Close it instead: stock receipt close {number}", number=row.number),
                ref=row.number,
            )
        given_up = 0
        for line in sorted(lines, key=lambda x: (x.sku_id, x.id)):
            left = rest(line)
            if left:
                ledger.post(tx, work, _expect(row.number, line.sku_id, line.id, -left, "end"))
                given_up += left
        paper_store.change(tx, work, row.id, state)
        records.note(
            tx, work, "receipt_ended", detail={"number": row.number, "not_coming": given_up}
        )
    work.changed("stock")
    return given_up


def insert_line(
    tx: Connection, work: Workplace, paper_id: str, position: int, sku_id: str, line: Expected
) -> str:
    """Write one line of a receipt; its id."""
    key = work.key()
    tx.execute(
        insert(stock_document_lines).values(
            id=key,
            document_id=paper_id,
            position=position,
            sku_id=sku_id,
            bin=clean_bin(line.bin),
            # Which batch comes is often seen only when it comes.
            batch_id=batches.batch_for(tx, work, sku_id, line.batch, expires_on=line.expires)
            if line.batch
            else "",
            expected=line.quantity,
            note=line.note,
        )
    )
    return key


def _expect(number: str, sku_id: str, line_id: str, pieces: int, what: str) -> ledger.Move:
    return ledger.Move(
        sku_id,
        MoveKind.EXPECT,
        in_transit=pieces,
        reference=number,
        once=f"paper:{line_id}:{what}",
        line_id=line_id,
    )


def _digest(lines: Sequence[Expected]) -> str:
    content = json.dumps([asdict(line) for line in lines], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
