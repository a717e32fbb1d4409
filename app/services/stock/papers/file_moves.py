"""The movements of a document that another program handed over, in the caller's transaction.

All items are locked in the order of their ids before the first figure is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import MoveKind, SkuKind, StockPaper
from app.domain.text import T, Text
from app.services.stock import batches, bins, composition, ledger, serials, transferring
from app.services.stock.finding import find_sku, too_few
from app.services.stock.papers.file_documents import FileDocument, FileLine
from app.services.workplace import Workplace
from app.store.tables import skus, stock_balances, stock_document_lines, stock_moves, stock_spots

KINDS = {
    StockPaper.RECEIPT: MoveKind.RECEIVE,
    StockPaper.ISSUE: MoveKind.ISSUE,
    StockPaper.TRANSFER: MoveKind.TRANSFER,
    StockPaper.LEVEL: MoveKind.COUNT,
}


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why a line cannot be booked."""

    line: int
    code: str
    message: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """A line with the item that it moves; a bundle's parts stand for it where none is built."""

    line: FileLine
    sku_id: str
    quantity: int


def unknown_items(tx: Connection, document: FileDocument) -> list[LineProblem]:
    """The lines whose item nobody knows."""
    return _found(tx, document)[1]


def book(
    tx: Connection, work: Workplace, document: FileDocument, paper_id: str
) -> list[LineProblem]:
    """Write lines and movements. With problems the caller rolls everything back."""
    items, problems = _found(tx, document)
    problems += _twice(document, items)
    if problems:
        return problems
    for sku_id in sorted({i.sku_id for i in items}):
        ledger.ensure_balance(tx, sku_id)
    if document.kind == StockPaper.ISSUE:
        items = _with_parts(tx, items)
    ledger.lock(tx, [i.sku_id for i in items])
    rows: list[dict[str, Any]] = []
    for position, item in sorted(enumerate(items), key=lambda x: (x[1].sku_id, x[0])):
        try:
            rows.append(_book_item(tx, work, document, paper_id, position, item))
        except UserError as error:
            problems.append(LineProblem(item.line.line, error.code, error.message, error.remedy))
    if rows and not problems:
        tx.execute(insert(stock_document_lines), rows)
    return problems


def _found(tx: Connection, document: FileDocument) -> tuple[list[_Item], list[LineProblem]]:
    items, problems = [], []
    for line in document.lines:
        try:
            items.append(_Item(line, find_sku(tx, line.sku), line.quantity))
        except UserError as error:
            problems.append(LineProblem(line.line, error.code, error.message, error.remedy))
    return items, problems


def _twice(document: FileDocument, items: Sequence[_Item]) -> list[LineProblem]:
    """Lines of a level that say the figure of one place twice: which of them is true?"""
    if document.kind != StockPaper.LEVEL:
        return []
    whole = Counter(i.sku_id for i in items if not i.line.bin)
    each = Counter(i.sku_id for i in items)
    places = Counter((i.sku_id, clean_bin(i.line.bin), i.line.batch) for i in items)
    return [
        LineProblem(
            i.line.line, "named_twice", T("{sku} is named twice in one paper.", sku=i.line.sku)
        )
        for i in items
        if (whole[i.sku_id] and each[i.sku_id] > 1)
        or places[(i.sku_id, clean_bin(i.line.bin), i.line.batch)] > 1
    ]


def _with_parts(tx: Connection, items: Sequence[_Item]) -> list[_Item]:
    """A bundle that was sold: built ones first, then the parts of what is not built."""
    ids = [i.sku_id for i in items]
    query = select(skus.c.id).where(skus.c.id.in_(ids), skus.c.kind == SkuKind.BUNDLE)
    made_of = composition.parts_of(tx, list(tx.execute(query).scalars()))
    if not made_of:
        return list(items)
    ledger.lock(tx, [*ids, *(part for parts in made_of.values() for part in parts)])
    built = _on_hand(tx, list(made_of))
    found: list[_Item] = []
    for item in items:
        whole = min(item.quantity, max(0, built.get(item.sku_id, 0)))
        if item.sku_id not in made_of:
            found.append(item)
            continue
        built[item.sku_id] = built.get(item.sku_id, 0) - whole
        if whole:
            found.append(_Item(item.line, item.sku_id, whole))
        for part, each in sorted(made_of[item.sku_id].items()):
            if item.quantity > whole:
                ledger.ensure_balance(tx, part)
                found.append(_Item(item.line, part, (item.quantity - whole) * each))
    return found


def _on_hand(tx: Connection, sku_ids: Sequence[str]) -> dict[str, int]:
    b = stock_balances.c
    rows = tx.execute(select(b.sku_id, b.on_hand).where(b.sku_id.in_(sku_ids)))
    return {r.sku_id: r.on_hand for r in rows}


def _book_item(
    tx: Connection,
    work: Workplace,
    document: FileDocument,
    paper_id: str,
    position: int,
    item: _Item,
) -> dict[str, Any]:
    """Post what one line moves; the row of the paper's line."""
    line, key = item.line, work.key()
    row: dict[str, Any] = {
        "id": key,
        "document_id": paper_id,
        "position": position,
        "sku_id": item.sku_id,
        "bin": clean_bin(line.bin),
        "to_bin": clean_bin(line.to_bin),
        "batch_id": "",
        "expected": item.quantity,
        "counted": None,
        "done": item.quantity,
        "note": line.note,
    }
    match document.kind:
        case StockPaper.RECEIPT:
            row["batch_id"] = _receive(tx, work, document, key, item)
        case StockPaper.ISSUE:
            row["batch_id"] = batches.find(tx, item.sku_id, line.batch)
            _take(tx, work, document, key, item, item.quantity)
        case StockPaper.TRANSFER:
            row["batch_id"] = batches.find(tx, item.sku_id, line.batch)
            row["bin"] = _transfer(tx, work, document, key, item)
        case _:
            row["batch_id"] = batches.find(tx, item.sku_id, line.batch)
            row |= _level(tx, work, document, key, item)
    return row


def _move(document: FileDocument, key: str, item: _Item, **more: Any) -> ledger.Move:
    return ledger.Move(
        item.sku_id,
        KINDS[document.kind],
        reference=document.number,
        reason=item.line.note,
        once=f"paper:{key}:book",
        line_id=key,
        **more,
    )


def _receive(tx: Connection, work: Workplace, document: FileDocument, key: str, item: _Item) -> str:
    batch_id = batches.batch_for(
        tx, work, item.sku_id, item.line.batch, expires_on=item.line.expires
    )
    serials.come_in(tx, work, item.sku_id, (), item.quantity, reference=document.number)
    name = clean_bin(item.line.bin)
    if name:
        bins.ensure(tx, work, name)
        bins.make_home(tx, item.sku_id, name)
    move = _move(document, key, item, on_hand=item.quantity, bin=name or None, batch_id=batch_id)
    ledger.post(tx, work, move)
    return batch_id


def _take(
    tx: Connection, work: Workplace, document: FileDocument, key: str, item: _Item, pieces: int
) -> None:
    """Take pieces off the shelf: out of the bin that is named, else as picking would."""
    name = clean_bin(item.line.bin)
    batch_id = batches.find(tx, item.sku_id, item.line.batch)
    if not name:
        move = _move(document, key, item, on_hand=-pieces, batch_id=batch_id)
    else:
        taken = transferring.taken_from(tx, work, item.sku_id, pieces, name, batch_id or None)
        if taken is None:
            raise too_few(item.line.sku, name)
        places = tuple((name, of_batch, -n) for of_batch, n in taken)
        move = _move(document, key, item, on_hand=-pieces, places=places)
    if not ledger.post(tx, work, move):
        raise too_few(item.line.sku, name or None)


def _transfer(
    tx: Connection, work: Workplace, document: FileDocument, key: str, item: _Item
) -> str:
    """Move pieces from the bin that is named, else from the item's home; where they came from."""
    home = tx.execute(select(skus.c.bin).where(skus.c.id == item.sku_id)).scalar_one()
    source, target = clean_bin(item.line.bin) or home, bins.named(item.line.to_bin)
    if source == target:
        raise UserError(
            "same_bin",
            T("From bin {bin} to the same bin: nothing to move.", bin=source or "-"),
            T("Name the bin it goes to."),
            ref=item.line.sku,
        )
    batch_id = batches.find(tx, item.sku_id, item.line.batch)
    taken = transferring.taken_from(tx, work, item.sku_id, item.quantity, source, batch_id or None)
    if taken is None:
        raise too_few(item.line.sku, source)
    bins.ensure(tx, work, target)
    for n, (of_batch, pieces) in enumerate(taken):
        move = ledger.Move(
            item.sku_id,
            MoveKind.TRANSFER,
            bin=source,
            batch_id=of_batch,
            reference=document.number,
            reason=item.line.note,
            once=f"paper:{key}:book/{n}",
            line_id=key,
        )
        if not ledger.shift(tx, work, move, pieces, to_bin=target):
            raise too_few(item.line.sku, source)
    return source


def _level(
    tx: Connection, work: Workplace, document: FileDocument, key: str, item: _Item
) -> dict[str, Any]:
    """Take over a figure. What moved since it was true stays moved."""
    name = clean_bin(item.line.bin)
    batch_id = batches.find(tx, item.sku_id, item.line.batch)
    book = _book_figure(tx, document, item.sku_id, name, batch_id)
    difference = item.quantity - book
    if difference < 0:
        _take(tx, work, document, key, item, -difference)
    elif difference > 0:
        if name:
            bins.ensure(tx, work, name)
        batch_id = batch_id or _only_batch(tx, item, name)
        move = _move(document, key, item, on_hand=difference, bin=name or None, batch_id=batch_id)
        ledger.post(tx, work, move)
    return {"expected": book, "counted": item.quantity, "done": difference}


def _book_figure(
    tx: Connection, document: FileDocument, sku_id: str, name: str, batch_id: str
) -> int:
    """What the books said of the item, or of its place, when the figure was true."""
    m, s = stock_moves.c, stock_spots.c
    now = select(func.coalesce(func.sum(s.quantity), 0)).where(s.sku_id == sku_id)
    since = select(func.coalesce(func.sum(m.on_hand_delta), 0)).where(m.sku_id == sku_id)
    if name:
        now, since = now.where(s.bin == name), since.where(m.bin == name)
    if batch_id:
        now, since = now.where(s.batch_id == batch_id), since.where(m.batch_id == batch_id)
    figure = int(tx.execute(now).scalar_one())
    if document.at is not None:
        figure -= int(tx.execute(since.where(m.at > document.at)).scalar_one())
    return figure


def _only_batch(tx: Connection, item: _Item, name: str) -> str:
    """The batch of pieces that were found: the one that lies there."""
    s = stock_spots.c
    sku = tx.execute(select(skus.c.bin, skus.c.batch_tracked).where(skus.c.id == item.sku_id)).one()
    name, by_batch = name or sku.bin, sku.batch_tracked
    found = tx.execute(
        select(s.batch_id).where(s.sku_id == item.sku_id, s.bin == name, s.quantity != 0)
    ).scalars()
    ids = list(found)
    if len(ids) > 1 or (by_batch and not ids):
        raise UserError(
            "batch_needed",
            T("{sku} in {bin}: which batch is it?", sku=item.line.sku, bin=name or "-"),
            T("Name the batch in the column batch."),
            ref=item.line.sku,
        )
    return str(ids[0]) if ids else ""
