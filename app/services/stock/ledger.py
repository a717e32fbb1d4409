"""The only writer of balances and spots: ledger rows and conditional updates, always together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from app.domain.states import MoveKind
from app.services.stock import spots
from app.services.workplace import Workplace
from app.store.inserting import insert_all_new
from app.store.tables import skus, stock_balances, stock_moves, stock_spots

Place = tuple[str, str, int]
"""Bin, batch ("" = of no batch) and signed pieces."""

_NEEDS_STOCK = frozenset({MoveKind.RESERVE, MoveKind.SET_ASIDE})


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of one SKU, in pieces.

    ``once`` names the event: the same event told twice moves stock once. ``bin`` and ``batch_id``
    say where; without a bin, goods that come go to the SKU's home bin, and goods that leave are
    taken as ``spots.spots_of`` says: what was fetched for their parcel first. ``places`` names
    several: bin, batch and signed pieces of each, ``on_hand`` in all. ``operation`` joins the rows
    of one action of a person, ``undoes`` names the operation that is taken back, ``line_id`` is the
    line of a paper that is booked.
    """

    sku_id: str
    kind: MoveKind
    on_hand: int = 0
    allocated: int = 0
    parcel_id: str | None = None
    reference: str = ""
    reason: str = ""
    once: str | None = None
    defective: int = 0
    in_transit: int = 0
    presale: int = 0
    bin: str | None = None
    batch_id: str = ""
    operation: str = ""
    undoes: str = ""
    line_id: str = ""
    places: tuple[Place, ...] = ()


def ensure_balance(tx: Connection, sku_id: str) -> None:
    """Make the balance row of a new SKU."""
    known = tx.execute(
        select(stock_balances.c.sku_id).where(stock_balances.c.sku_id == sku_id)
    ).scalar()
    if known is None:
        row = {"sku_id": sku_id, "on_hand": 0, "allocated": 0}
        insert_all_new(tx, stock_balances, [row])


def post(tx: Connection, work: Workplace, move: Move, *, may_go_negative: bool = False) -> bool:
    """Post one movement. Returns ``False``, and changes nothing, when stock does not allow it.

    Reserving and setting aside need that much available; taking from the shelf needs that much on
    hand, and in the bin when one is named; no other figure may fall below zero. A movement whose
    ``once`` is already in the ledger counts as done. Several SKUs of one transaction go in the
    order of their ids: two benches must not wait for each other.
    """
    lock(tx, [move.sku_id])
    if move.once is not None and is_known(tx, move.once):
        return True
    if not may_go_negative and not _is_in_bin(tx, move):
        return False
    if not _change_balance(tx, move, may_go_negative=may_go_negative):
        return False
    for n, (bin_name, batch_id, pieces) in enumerate(_places(tx, work, move)):
        if pieces:
            spots.add(tx, move.sku_id, bin_name, batch_id, pieces)
        _write(tx, work, move, bin_name, batch_id, pieces, n)
    return True


def shift(
    tx: Connection,
    work: Workplace,
    move: Move,
    quantity: int,
    *,
    to_bin: str,
    to_batch: str | None = None,
) -> bool:
    """Move ``quantity`` pieces from ``move.bin`` and batch to another place: two ledger rows.

    ``move`` names kind, place, parcel, reason and ``once``. Returns ``False``, and changes nothing,
    when the place does not hold that much.
    """
    lock(tx, [move.sku_id])
    if move.once is not None and is_known(tx, move.once):
        return True
    there = move.bin or ""
    if _held(tx, move.sku_id, there, move.batch_id) < quantity:
        return False
    batch = move.batch_id if to_batch is None else to_batch
    for n, (bin_name, batch_id, pieces) in enumerate(
        [(there, move.batch_id, -quantity), (to_bin, batch, quantity)]
    ):
        spots.add(tx, move.sku_id, bin_name, batch_id, pieces)
        _write(tx, work, move, bin_name, batch_id, pieces, n)
    return True


def lock(tx: Connection, sku_ids: Iterable[str]) -> None:
    """Whoever moves one of these SKUs waits here; what is read afterwards is what it left."""
    for sku_id in sorted(set(sku_ids)):
        tx.execute(
            select(stock_balances.c.sku_id)
            .where(stock_balances.c.sku_id == sku_id)
            .with_for_update()
        )


def is_known(tx: Connection, once: str) -> bool:
    """Whether this event is in the ledger already."""
    found = tx.execute(select(stock_moves.c.id).where(stock_moves.c.once == once)).scalar()
    return found is not None


def _change_balance(tx: Connection, move: Move, *, may_go_negative: bool) -> bool:
    b = stock_balances.c
    changed = update(stock_balances).where(b.sku_id == move.sku_id)
    if move.kind in _NEEDS_STOCK and move.allocated > 0 and not may_go_negative:
        changed = changed.where(b.on_hand - b.allocated >= move.allocated)
    if move.on_hand < 0 and not may_go_negative:
        changed = changed.where(b.on_hand + move.on_hand >= 0)
    for column, delta in (
        (b.allocated, move.allocated),
        (b.defective, move.defective),
        (b.in_transit, move.in_transit),
        (b.presale, move.presale),
    ):
        if delta < 0:
            changed = changed.where(column + delta >= 0)
    done = tx.execute(
        changed.values(
            on_hand=b.on_hand + move.on_hand,
            allocated=b.allocated + move.allocated,
            defective=b.defective + move.defective,
            in_transit=b.in_transit + move.in_transit,
            presale=b.presale + move.presale,
        )
    )
    return done.rowcount == 1


def _is_in_bin(tx: Connection, move: Move) -> bool:
    named = move.places
    if not named and move.bin is not None:
        named = ((move.bin, move.batch_id, move.on_hand),)
    return all(
        pieces >= 0 or _held(tx, move.sku_id, bin_name, batch_id) >= -pieces
        for bin_name, batch_id, pieces in named
    )


def _held(tx: Connection, sku_id: str, bin_name: str, batch_id: str) -> int:
    held = tx.execute(
        select(stock_spots.c.quantity).where(
            stock_spots.c.sku_id == sku_id,
            stock_spots.c.bin == bin_name,
            stock_spots.c.batch_id == batch_id,
        )
    ).scalar()
    return held or 0


def _places(tx: Connection, work: Workplace, move: Move) -> list[Place]:
    """Bin, batch and signed pieces of each ledger row that the movement becomes."""
    if move.places:
        return list(move.places)
    if move.on_hand == 0:
        return [(move.bin or "", move.batch_id, 0)]
    if move.bin is not None:
        return [(move.bin, move.batch_id, move.on_hand)]
    home = tx.execute(select(skus.c.bin).where(skus.c.id == move.sku_id)).scalar_one()
    if move.on_hand > 0:
        return [(home, move.batch_id, move.on_hand)]
    found = spots.spots_of(tx, move.sku_id, spots.today(work.now()))
    if move.parcel_id is not None:
        found = spots.fetched_first(tx, move.parcel_id, move.sku_id, found)
    if move.batch_id:
        found = [spot for spot in found if spot.batch_id == move.batch_id]
    return [
        (bin_name, batch_id, -pieces)
        for bin_name, batch_id, pieces in spots.shared_out(found, -move.on_hand, home=home)
    ]


def _write(
    tx: Connection, work: Workplace, move: Move, bin_name: str, batch_id: str, pieces: int, n: int
) -> None:
    """The ``n``-th ledger row of a movement; figures without a place stand in the first."""
    first = n == 0
    once = move.once if first or move.once is None else f"{move.once}#{n}"
    tx.execute(
        insert(stock_moves).values(
            at=work.now(),
            sku_id=move.sku_id,
            kind=move.kind.value,
            on_hand_delta=pieces,
            allocated_delta=move.allocated if first else 0,
            defective_delta=move.defective if first else 0,
            in_transit_delta=move.in_transit if first else 0,
            presale_delta=move.presale if first else 0,
            bin=bin_name,
            batch_id=batch_id,
            parcel_id=move.parcel_id,
            reference=move.reference,
            reason=move.reason,
            user=work.user,
            bench=work.bench,
            once=once,
            operation=move.operation,
            undoes=move.undoes,
            line_id=move.line_id,
        )
    )
