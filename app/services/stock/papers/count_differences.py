"""What a count found against the books, with what may explain it. For whoever approves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, tuple_

from app.domain.states import LineState, MoveKind, ParcelState, ReservationState, StockPaper
from app.services.stock import spots
from app.services.stock.papers import count_state, paper_store
from app.services.stock.papers.count_approval import must_be_allowed
from app.services.stock.papers.paper_rows import PAGE
from app.services.workplace import Workplace
from app.store.tables import (
    parcel_lines,
    parcels,
    reservations,
    skus,
    stock_batches,
    stock_document_lines,
    stock_moves,
    stock_spots,
)

_Spot = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One item in one bin, in pieces. What may explain a difference:

    ``picked``: fetched for parcels and with the packers; ``packing``: promised to parcels that are
    being picked or packed, fetched or not; ``moved_while``: booked here between the beginning of
    the count and its handing in; ``moved_since``: booked here afterwards, and no part of the
    difference; ``elsewhere``: found more than the books say, and where they see it.
    """

    line_id: str
    bin: str
    sku: str
    name: str
    batch: str
    expected: int
    counted: int
    difference: int
    state: str
    counted_at: datetime
    counted_by: str
    picked: int
    packing: int
    moved_while: int
    moved_since: int
    last_counted_at: datetime | None
    elsewhere: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """``after`` is handed in for the next page; "" = that was all."""

    rows: Sequence[DifferenceRow]
    after: str


@dataclass(slots=True)
class _Known:
    """What the books say about the items of a page."""

    picked: dict[str, int]
    packing: dict[str, int]
    places: dict[str, list[tuple[str, int]]]
    last_counted: dict[_Spot, datetime]
    moves: dict[_Spot, list[tuple[datetime, int]]] = field(default_factory=dict)


def differences(
    work: Workplace,
    paper: str,
    *,
    different_only: bool = True,
    after: str = "",
    limit: int = PAGE,
) -> DifferencePage:
    """Counted lines by bin and item. Raises ``UserError``: not allowed, or no such count."""
    must_be_allowed(work)
    c = stock_document_lines.c
    query = (
        select(
            stock_document_lines,
            skus.c.code.label("sku"),
            skus.c.name,
            skus.c.spec,
            stock_batches.c.code.label("batch"),
        )
        .join(skus, skus.c.id == c.sku_id)
        .outerjoin(stock_batches, stock_batches.c.id == c.batch_id)
        .where(c.counted.is_not(None), c.state != LineState.OPEN)
    )
    if different_only:
        query = query.where(c.counted != c.expected)
    with work.db.read() as tx:
        row = paper_store.find(tx, StockPaper.COUNT, paper)
        query = query.where(c.document_id == row.id)
        if after:
            mark = tx.execute(select(c.bin, c.id).where(c.id == after)).one_or_none()
            if mark is not None:
                query = query.where(tuple_(c.bin, c.id) > tuple_(mark.bin, mark.id))
        found = tx.execute(query.order_by(c.bin, c.id).limit(limit + 1)).all()
        known = _known(tx, row, [r.sku_id for r in found[:limit]])
    said = count_state.content_of(row)["bins"]
    rows = [_row(r, known, _begun(said.get(r.bin, {}), row)) for r in found[:limit]]
    return DifferencePage(rows, rows[-1].line_id if len(found) > limit else "")


def _begun(said: dict[str, Any], paper: Row[Any]) -> datetime:
    begun = said.get("begun_at")
    return datetime.fromisoformat(begun) if begun else paper.created_at


def _row(line: Row[Any], known: _Known, begun: datetime) -> DifferenceRow:
    spot = (line.sku_id, line.bin, line.batch_id)
    moves = known.moves.get(spot, [])
    difference = line.counted - line.expected
    elsewhere = [p for p in known.places.get(line.sku_id, []) if p[0] != line.bin]
    return DifferenceRow(
        line.id,
        line.bin,
        line.sku,
        f"{line.name} {line.spec}".strip(),
        line.batch or "",
        line.expected,
        line.counted,
        difference,
        line.state,
        line.counted_at,
        line.counted_by,
        known.picked.get(line.sku_id, 0),
        known.packing.get(line.sku_id, 0),
        sum(pieces for at, pieces in moves if begun < at <= line.counted_at),
        sum(pieces for at, pieces in moves if at > line.counted_at),
        known.last_counted.get(spot),
        elsewhere if difference > 0 else (),
    )


def _known(tx: Connection, paper: Row[Any], sku_ids: Sequence[str]) -> _Known:
    s, m = stock_spots.c, stock_moves.c
    picked: dict[str, int] = defaultdict(int)
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    held = (
        select(s.sku_id, s.bin, func.sum(s.quantity).label("pieces"))
        .where(s.sku_id.in_(sku_ids), s.quantity != 0)
        .group_by(s.sku_id, s.bin)
        .order_by(s.bin)
    )
    for r in tx.execute(held):
        if r.bin == spots.PICKED:
            picked[r.sku_id] += r.pieces
        else:
            places[r.sku_id].append((r.bin, int(r.pieces)))
    own = select(stock_document_lines.c.id).where(stock_document_lines.c.document_id == paper.id)
    moves: dict[_Spot, list[tuple[datetime, int]]] = defaultdict(list)
    moved = select(m.sku_id, m.bin, m.batch_id, m.at, m.on_hand_delta).where(
        m.sku_id.in_(sku_ids),
        m.at >= paper.created_at,
        m.on_hand_delta != 0,
        m.line_id.not_in(own),
    )
    for one in tx.execute(moved):
        moves[(one.sku_id, one.bin, one.batch_id)].append((one.at, one.on_hand_delta))
    counted = (
        select(m.sku_id, m.bin, m.batch_id, func.max(m.at).label("at"))
        .where(m.sku_id.in_(sku_ids), m.kind == MoveKind.COUNT, m.line_id.not_in(own))
        .group_by(m.sku_id, m.bin, m.batch_id)
    )
    last = {(x.sku_id, x.bin, x.batch_id): x.at for x in tx.execute(counted)}
    return _Known(dict(picked), _packing(tx, sku_ids), dict(places), last, dict(moves))


def _packing(tx: Connection, sku_ids: Sequence[str]) -> dict[str, int]:
    rows = tx.execute(
        select(reservations.c.sku_id, func.sum(reservations.c.quantity).label("pieces"))
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(
            reservations.c.sku_id.in_(sku_ids),
            reservations.c.state == ReservationState.ACTIVE,
            parcels.c.state.in_([ParcelState.TO_PICK, ParcelState.TO_PACK]),
        )
        .group_by(reservations.c.sku_id)
    )
    return {r.sku_id: int(r.pieces) for r in rows}
