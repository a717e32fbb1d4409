"""Receipts (入库单): goods are on their way, come piece by piece, and what does not come is let go.

Every booking is one transaction and happens once: ``step`` names it, so that a bench that lost
the answer may say it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, update

from app.domain.errors import UserError
from app.domain.states import MoveKind, PaperState, StockPaper
from app.domain.text import T
from app.services import records
from app.services.stock import ledger, stock
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


@dataclass(frozen=True, slots=True)
class Arrived:
    """Goods that came. ``bin`` None: where the line says; fewer than 0 takes a mistake back."""

    sku: str
    quantity: int
    bin: str | None = None
    batch: str = ""
    expires: str = ""


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
    ids = [stock.find_sku(tx, line.sku) for line in lines]
    made = paper_store.make(tx, work, new)
    if made.result != "new":
        return made
    on_the_way = [
        (sku_id, _insert_line(tx, work, made.id, n, sku_id, line), line.quantity)
        for n, (sku_id, line) in enumerate(zip(ids, lines, strict=True))
    ]
    for sku_id, line_id, pieces in sorted(on_the_way):
        ledger.ensure_balance(tx, sku_id)
        ledger.post(tx, work, _expect(made.number, sku_id, line_id, pieces, "expect"))
    return made


def receive(
    work: Workplace,
    paper: str,
    arrived: Sequence[Arrived],
    *,
    step: str = "",
    over: bool = False,
    note: str = "",
) -> str:
    """Book goods that came: ``done``, or ``kept`` when this ``step`` was booked before.

    More than expected, and items that are not on the paper, need ``over`` and a note. Parcels that
    lacked the goods go on by themselves. Raises ``UserError`` and books nothing: ``no_such_paper``,
    ``paper_closed``, ``no_such_sku``, ``bad_quantity``, ``over_delivery``, ``no_note``.
    """
    step = step or work.key()
    with work.db.write() as tx:
        row = paper_store.locked(tx, StockPaper.RECEIPT, paper)
        begin = f"paper:{row.id}:{step}"
        known = paper_store.is_told(tx, f"{begin}:0")
        if not known:
            paper_store.must_be(row, PaperState.OPEN)
            _book(tx, work, row, arrived, begin, over=over, note=note)
    paper_store.go_on(work)
    return "kept" if known else "done"


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


def _book(
    tx: Connection,
    work: Workplace,
    row: Row[Any],
    arrived: Sequence[Arrived],
    begin: str,
    *,
    over: bool,
    note: str,
) -> None:
    lines = paper_store.lines_of(tx, row.id)
    wanted = sorted(((stock.find_sku(tx, a.sku), a) for a in arrived), key=lambda x: x[0])
    if not wanted:
        raise UserError("no_lines", T("Nothing was named."), T("Name items, like TEA-1=20."))
    done = {line.id: line.done for line in lines}
    n = 0
    for sku_id, came in wanted:
        paper_store.check_pieces(abs(came.quantity), came.sku)
        paper_store.check_lengths(bin=came.bin or "", batch=came.batch, note=note)
        if came.quantity < 0 and not note.strip():
            raise _needs_note(came.sku)
        ledger.ensure_balance(tx, sku_id)
        batch_id = paper_store.batch_of(tx, work, sku_id, came.batch, expires=came.expires)
        mine = [x for x in lines if x.sku_id == sku_id and _fits(x, batch_id)]
        shares = _shared_out(mine, done, came.quantity)
        spare = came.quantity - sum(pieces for _, pieces in shares)
        if spare:
            _allow(came, mine, done, spare, over=over, note=note)
            shares = _with_spare(shares, mine, spare)
            if not shares:
                extra = Expected(came.sku, 0, came.bin or "", came.batch, note=note)
                added = _insert_line(tx, work, row.id, len(lines), sku_id, extra)
                lines = paper_store.lines_of(tx, row.id)
                done[added] = 0
                shares = [(next(x for x in lines if x.id == added), spare)]
        for line, pieces in shares:
            _book_line(tx, work, row, line, done, pieces, came, batch_id, f"{begin}:{n}", note)
            n += 1


def _book_line(
    tx: Connection,
    work: Workplace,
    row: Row[Any],
    line: Row[Any],
    done: dict[str, int],
    pieces: int,
    came: Arrived,
    batch_id: str,
    once: str,
    note: str,
) -> None:
    before, after = done[line.id], done[line.id] + pieces
    expected = line.expected or 0
    move = ledger.Move(
        line.sku_id,
        MoveKind.RECEIVE,
        on_hand=pieces,
        in_transit=max(0, expected - after) - max(0, expected - before),
        bin=came.bin if came.bin is not None else (line.bin or None),
        batch_id=batch_id or line.batch_id,
        reference=row.number,
        reason=note,
        once=once,
        line_id=line.id,
    )
    if not ledger.post(tx, work, move):
        raise UserError(
            "stock_negative",
            T("{n} of {sku} do not lie there any more.", n=-pieces, sku=line.sku),
            T("Name the bin where they lie."),
            ref=line.sku,
        )
    done[line.id] = after
    tx.execute(
        update(stock_document_lines)
        .where(stock_document_lines.c.id == line.id)
        .values(done=after, **({"note": note} if note else {}))
    )


def _fits(line: Row[Any], batch_id: str) -> bool:
    return not batch_id or not line.batch_id or line.batch_id == batch_id


def _shared_out(
    lines: Sequence[Row[Any]], done: dict[str, int], quantity: int
) -> list[tuple[Row[Any], int]]:
    """Pieces for each line: up to what it expects, or back down to nothing."""
    shares, left = [], abs(quantity)
    for line in lines if quantity > 0 else reversed(lines):
        room = max(0, (line.expected or 0) - done[line.id]) if quantity > 0 else done[line.id]
        pieces = min(left, room)
        if pieces:
            shares.append((line, pieces if quantity > 0 else -pieces))
            left -= pieces
    return shares


def _with_spare(
    shares: list[tuple[Row[Any], int]], mine: Sequence[Row[Any]], spare: int
) -> list[tuple[Row[Any], int]]:
    if shares:
        (*others, (line, pieces)) = shares
        return [*others, (line, pieces + spare)]
    return [(mine[-1], spare)] if mine else []


def _allow(
    came: Arrived,
    mine: Sequence[Row[Any]],
    done: dict[str, int],
    spare: int,
    *,
    over: bool,
    note: str,
) -> None:
    if spare < 0:
        raise UserError(
            "bad_quantity",
            T("{sku}: fewer than {n} came on this paper.", sku=came.sku, n=-came.quantity),
            T("Look at what was booked: stock receipt show"),
            ref=came.sku,
        )
    if not over:
        expected = sum(x.expected or 0 for x in mine)
        had = sum(done[x.id] for x in mine)
        raise UserError(
            "over_delivery",
            T(
                "{sku}: {n} more than the paper says ({had} of {expected} came before).",
                sku=came.sku,
                n=spare,
                had=had,
                expected=expected,
            )
            if mine
            else T("{sku} is not on the paper.", sku=came.sku),
            T("Count again. To take it in all the same, say so with a note: --over --note"),
            ref=came.sku,
        )
    if not note.strip():
        raise _needs_note(came.sku)


def _needs_note(sku: str) -> UserError:
    return UserError(
        "no_note",
        T("{sku}: a note must say why.", sku=sku),
        T("Add a few words: --note"),
        ref=sku,
    )


def _insert_line(
    tx: Connection, work: Workplace, paper_id: str, position: int, sku_id: str, line: Expected
) -> str:
    key = work.key()
    tx.execute(
        insert(stock_document_lines).values(
            id=key,
            document_id=paper_id,
            position=position,
            sku_id=sku_id,
            bin=line.bin,
            batch_id=paper_store.batch_of(tx, work, sku_id, line.batch, expires=line.expires),
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
