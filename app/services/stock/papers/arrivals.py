"""Goods of a receipt come piece by piece, each booking once.

A booking is one transaction; ``step`` names it, so that a bench that lost the answer may say it
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import MoveKind, PaperState, StockPaper
from app.domain.text import T
from app.services.stock import batches, bins, ledger, serials
from app.services.stock.finding import find_sku
from app.services.stock.papers import paper_store
from app.services.stock.papers.receipts import Expected, insert_line
from app.services.workplace import Workplace
from app.store.tables import skus, stock_document_lines


@dataclass(frozen=True, slots=True)
class Arrived:
    """Goods that came. ``bin`` None: where the line says; fewer than 0 takes a mistake back."""

    sku: str
    quantity: int
    bin: str | None = None
    batch: str = ""
    expires: str = ""
    serials: tuple[str, ...] = ()


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
        known = ledger.is_known(tx, f"{begin}:0")
        if not known:
            paper_store.must_be(row, PaperState.OPEN)
            _book(tx, work, row, arrived, begin, over=over, note=note)
    paper_store.go_on(work)
    return "kept" if known else "done"


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
    wanted = sorted(((find_sku(tx, a.sku), a) for a in arrived), key=lambda x: x[0])
    ids = [sku_id for sku_id, _ in wanted]
    lines = paper_store.lines_of(tx, row.id, sku_ids=ids)
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
        ledger.lock(tx, [sku_id])
        mine = [x for x in lines if x.sku_id == sku_id]
        batch_id = _batch(tx, work, sku_id, came, mine)
        mine = [x for x in mine if not x.batch_id or x.batch_id == batch_id]
        _note_serials(tx, work, row, sku_id, came)
        shares = _shared_out(mine, done, came.quantity)
        spare = came.quantity - sum(pieces for _, pieces in shares)
        if spare:
            _allow(came, mine, done, spare, over=over, note=note)
            shares = _with_spare(shares, mine, spare)
            if not shares:
                extra = Expected(came.sku, 0, came.bin or "", came.batch, note=note)
                added = insert_line(
                    tx, work, row.id, paper_store.next_position(tx, row.id), sku_id, extra
                )
                lines = paper_store.lines_of(tx, row.id, sku_ids=ids)
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
    bin_name = clean_bin(came.bin if came.bin is not None else line.bin)
    if bin_name and pieces > 0:
        bins.ensure(tx, work, bin_name)
        bins.make_home(tx, line.sku_id, bin_name)
    move = ledger.Move(
        line.sku_id,
        MoveKind.RECEIVE,
        on_hand=pieces,
        in_transit=max(0, expected - after) - max(0, expected - before),
        bin=bin_name or None,
        batch_id=batch_id,
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


def _batch(
    tx: Connection, work: Workplace, sku_id: str, came: Arrived, mine: Sequence[Row[Any]]
) -> str:
    """The batch that came: as it was named, else the one that the paper says."""
    told = {x.batch_id for x in mine}
    if not came.batch and len(told) == 1 and (only := told.pop()):
        return str(only)
    return batches.batch_for(tx, work, sku_id, came.batch, expires_on=came.expires)


def _note_serials(
    tx: Connection, work: Workplace, row: Row[Any], sku_id: str, came: Arrived
) -> None:
    if came.quantity > 0:
        serials.come_in(tx, work, sku_id, came.serials, came.quantity, reference=row.number)
        return
    tracked = tx.execute(select(skus.c.serial_tracked).where(skus.c.id == sku_id)).scalar_one()
    if tracked:
        raise UserError(
            "serials_missing",
            T("{sku} is kept by number: a piece is taken off by its number.", sku=came.sku),
            T("Use: stock adjust {sku}", sku=came.sku),
            ref=came.sku,
        )


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
