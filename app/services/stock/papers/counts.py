"""Blind stocktake (盘点单) by bin: what is counted is set against the books of that moment.

Whoever counts sees no figure of the books. When the count of a bin is handed in, what the books
say of each spot at that moment is kept beside it, so orders go on meanwhile: what is booked later
is the difference, never the figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.domain.bins import clean_bin, walking_key
from app.domain.errors import UserError
from app.domain.states import LineState, PaperState, StockPaper
from app.domain.text import T
from app.services.stock import batches, ledger, spots
from app.services.stock.finding import find_sku
from app.services.stock.papers import paper_store
from app.services.stock.papers.count_state import (
    UNDER_WAY,
    bin_of,
    content_of,
    keep,
    settle,
)
from app.services.stock.papers.paper_store import Made, NewPaper
from app.services.workplace import Workplace
from app.store.tables import skus, stock_document_lines, stock_spots

_MOST_BINS = 2000


@dataclass(frozen=True, slots=True)
class Counted:
    """Pieces of one item, and of one batch when it is named, that lie in a bin."""

    sku: str
    quantity: int
    batch: str = ""


def start(
    work: Workplace,
    *,
    bins: Iterable[str] = (),
    skus_wanted: Iterable[str] = (),
    zone: str = "",
    note: str = "",
) -> Made:
    """A count of these bins, of every bin whose name begins with ``zone``, or of these items.

    Items are counted in each bin where the books see them, and in their home. Raises
    ``UserError``: nothing named, an unknown bin or item.
    """
    with work.db.write() as tx:
        known = paper_store.known_bins(tx)
        wanted = {clean_bin(b) for b in bins}
        unknown = sorted(b for b in wanted if b and b not in known)
        if unknown:
            raise _no_bin(unknown[0])
        if zone:
            inside = {b for b in known if b.casefold().startswith(zone.casefold())}
            if not inside:
                raise _no_bin(zone)
            wanted |= inside
        only = [find_sku(tx, code) for code in skus_wanted]
        if only and not wanted:
            wanted = _where_they_lie(tx, only)
        if not wanted:
            raise UserError(
                "no_bins",
                T("A count needs bins or items."),
                T("Name bins, a zone, or items: --bin A-01, --zone A-, --sku TEA-1"),
            )
        if len(wanted) > _MOST_BINS:
            raise UserError(
                "too_many_bins",
                T("{n} bins are too many for one count.", n=len(wanted)),
                T("Make a count for each zone."),
            )
        content = {"bins": {b: {} for b in sorted(wanted, key=walking_key)}, "skus": only}
        paper_store.check_lengths(note=note)
        made = paper_store.make(
            tx, work, NewPaper(StockPaper.COUNT, PaperState.OPEN, note=note, bins=content)
        )
    work.changed("stock")
    return made


def begin(work: Workplace, paper: str, bin_name: str) -> None:
    """Somebody stands before the bin now: what moves from here on is shown beside a difference."""
    with work.db.write() as tx:
        row = paper_store.locked(tx, StockPaper.COUNT, paper)
        paper_store.must_be(row, *UNDER_WAY)
        content = content_of(row)
        known = bin_of(row, content, bin_name)
        known.update(begun_at=work.now().isoformat(), begun_by=work.user)
        keep(tx, row.id, content)


def enter(
    work: Workplace,
    paper: str,
    bin_name: str,
    counted: Sequence[Counted],
    *,
    complete: bool = False,
) -> None:
    """Hand in what lies in a bin. A second count of the same replaces the first.

    ``complete``: everything in the bin was counted, so what was not named is not there. Raises
    ``UserError`` and keeps nothing: ``no_such_bin``, ``no_such_sku``, ``not_in_count``,
    ``bad_quantity``, ``batch_needed``, ``no_such_batch``, ``already_booked``, ``paper_closed``.
    """
    if not counted and not complete:
        raise UserError(
            "no_lines",
            T("Nothing was counted in {bin}.", bin=bin_name or "-"),
            T("When the bin is empty, say that it is complete: --complete"),
            ref=bin_name,
        )
    bin_name = clean_bin(bin_name)
    with work.db.write() as tx:
        row = paper_store.locked(tx, StockPaper.COUNT, paper)
        paper_store.must_be(row, *UNDER_WAY)
        content = content_of(row)
        known = bin_of(row, content, bin_name)
        pieces = _by_spot(tx, bin_name, counted, content["skus"])
        held = _held(tx, bin_name, content["skus"])
        lines = {
            (x.sku_id, x.batch_id): x for x in paper_store.lines_of(tx, row.id, bin_name=bin_name)
        }
        booked = {k for k, x in lines.items() if x.state in (LineState.BOOKED, LineState.DROPPED)}
        named = {sku_id for sku_id, _ in pieces}
        if complete:
            pieces |= {k: 0 for k in held if k not in pieces and k not in booked}
        else:
            # The batches of a counted item that nobody named are not there either.
            pieces |= {k: 0 for k in held if k[0] in named and k not in pieces and k[1]}
        for key in pieces.keys() & booked:
            raise UserError(
                "already_booked",
                T("{sku} in {bin} is settled already.", sku=lines[key].sku, bin=bin_name or "-"),
                T("Make a new count for it: stock count start"),
                ref=lines[key].sku,
            )
        ledger.lock(tx, (sku_id for sku_id, _ in pieces))
        now_held = _held(tx, bin_name, content["skus"])  # nobody moves them any more
        if complete:
            _drop_lines(tx, [x.id for k, x in lines.items() if k not in pieces and k not in booked])
        for key in sorted(pieces):
            _write_line(
                tx, work, row.id, bin_name, key, pieces[key], now_held.get(key, 0), lines.get(key)
            )
        known.update(
            counted_at=work.now().isoformat(), counted_by=work.user, complete=complete, again=False
        )
        keep(tx, row.id, content)
        settle(tx, work, row.id, content)
    work.changed("stock")


def _where_they_lie(tx: Connection, only: Sequence[str]) -> set[str]:
    held = select(stock_spots.c.bin).where(
        stock_spots.c.sku_id.in_(only),
        stock_spots.c.quantity != 0,
        stock_spots.c.bin != spots.PICKED,
    )
    homes = select(skus.c.bin).where(skus.c.id.in_(only))
    return set(tx.execute(held).scalars()) | set(tx.execute(homes).scalars())


def _held(tx: Connection, bin_name: str, only: Sequence[str]) -> dict[tuple[str, str], int]:
    """What the books see in the bin, by item and batch."""
    query = select(stock_spots).where(stock_spots.c.bin == bin_name, stock_spots.c.quantity != 0)
    if only:
        query = query.where(stock_spots.c.sku_id.in_(only))
    return {(r.sku_id, r.batch_id): r.quantity for r in tx.execute(query)}


def _by_spot(
    tx: Connection, bin_name: str, counted: Sequence[Counted], only: Sequence[str]
) -> dict[tuple[str, str], int]:
    """What was counted, by item and batch; the same named twice is added up."""
    pieces: dict[tuple[str, str], int] = {}
    for one in counted:
        paper_store.check_pieces(one.quantity, one.sku, least=0)
        sku_id = find_sku(tx, one.sku)
        if only and sku_id not in only:
            raise UserError(
                "not_in_count",
                T("{sku} does not belong to this count.", sku=one.sku),
                T("Leave it out, or make a count of the bin."),
                ref=one.sku,
            )
        key = (sku_id, _batch(tx, sku_id, bin_name, one))
        pieces[key] = pieces.get(key, 0) + one.quantity
    return pieces


def _batch(tx: Connection, sku_id: str, bin_name: str, one: Counted) -> str:
    if one.batch:
        return batches.find(tx, sku_id, one.batch)
    there = tx.execute(
        select(stock_spots.c.batch_id).where(
            stock_spots.c.sku_id == sku_id,
            stock_spots.c.bin == bin_name,
            stock_spots.c.quantity != 0,
        )
    ).scalars()
    ids = list(there)
    by_batch = tx.execute(select(skus.c.batch_tracked).where(skus.c.id == sku_id)).scalar_one()
    if len(ids) > 1 or (
        by_batch and not ids
    ):  # whatever was counted: a hint only when it differs would tell the figure
        raise UserError(
            "batch_needed",
            T("{sku} in {bin}: which batch is it?", sku=one.sku, bin=bin_name or "-"),
            T("Count each batch by itself, like {example}.", example=f"{one.sku}@B1=3"),
            ref=one.sku,
        )
    return str(ids[0]) if ids else ""


def _drop_lines(tx: Connection, ids: Sequence[str]) -> None:
    if ids:
        tx.execute(delete(stock_document_lines).where(stock_document_lines.c.id.in_(ids)))


def _write_line(
    tx: Connection,
    work: Workplace,
    paper_id: str,
    bin_name: str,
    key: tuple[str, str],
    counted: int,
    expected: int,
    known: Row[Any] | None,
) -> None:
    values = {
        "expected": expected,
        "counted": counted,
        "counted_at": work.now(),
        "counted_by": work.user,
        "state": LineState.COUNTED,
        "note": "",
    }
    if known is not None:
        tx.execute(
            update(stock_document_lines)
            .where(stock_document_lines.c.id == known.id)
            .values(**values)
        )
        return
    sku_id, batch_id = key
    ledger.ensure_balance(tx, sku_id)
    tx.execute(
        insert(stock_document_lines).values(
            id=work.key(),
            document_id=paper_id,
            sku_id=sku_id,
            bin=bin_name,
            batch_id=batch_id,
            **values,
        )
    )


def _no_bin(name: str) -> UserError:
    return UserError(
        "no_such_bin",
        T("There is no bin {bin}.", bin=name),
        T("Check the name on the bin's label."),
        ref=name,
    )
