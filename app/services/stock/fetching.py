"""Pieces on their way from the bins to the packers: fetched for a parcel, and put back again.

What was fetched for a parcel lies in ``spots.PICKED``; its ledger rows say for which one, and from
which bin it came. Shipping takes it from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select, update

from app.domain.errors import UserError
from app.domain.states import MoveKind, ParcelState, ReservationState
from app.domain.text import T
from app.services import records
from app.services.stock import ledger, spots
from app.services.stock.spots import Spot
from app.services.workplace import Workplace
from app.store.tables import parcel_lines, parcels, reservations, skus, stock_moves, stock_spots


@dataclass(frozen=True, slots=True)
class Want:
    """Pieces of a SKU that a parcel has reserved and that are not fetched yet."""

    parcel_id: str
    sku_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Taken:
    """From which place pieces are fetched for a parcel; ``spot`` ``None``: nobody knows where."""

    parcel_id: str
    quantity: int
    spot: Spot | None


def planned(found: Sequence[Spot], wants: Iterable[Want], before: int = 0) -> list[Taken]:
    """From which spots the wants of one SKU are served, in their order.

    ``before`` pieces are left to those whose turn comes first; they are taken only when nothing
    else is there. What no spot holds comes with no spot.
    """
    order = _after(found, before)
    taken: list[Taken] = []
    at, left = 0, order[0].quantity if order else 0
    for want in wants:
        open_pieces = want.quantity
        while open_pieces and at < len(order):
            n = min(open_pieces, left)
            if n:
                taken.append(Taken(want.parcel_id, n, order[at]))
                open_pieces -= n
                left -= n
            if not left:
                at += 1
                left = order[at].quantity if at < len(order) else 0
        if open_pieces:
            taken.append(Taken(want.parcel_id, open_pieces, None))
    return taken


def on_the_shelf(tx: Connection, work: Workplace, sku_id: str) -> list[Spot]:
    """What can be fetched, the first to take from in front."""
    found = spots.spots_of(tx, sku_id, spots.today(work.now()))
    return [s for s in found if s.bin != spots.PICKED and s.quantity > 0]


def fetch(
    tx: Connection,
    work: Workplace,
    wants: Sequence[Want],
    before: Mapping[str, int] | None = None,
) -> None:
    """The wants, in their order, are in the hands of the packers now; ``before``: see ``planned``.

    What the books do not find anywhere is not fetched: shipping says so if it is missing.
    """
    by_sku: dict[str, list[Want]] = defaultdict(list)
    for want in wants:
        by_sku[want.sku_id].append(want)
    for sku_id, mine in sorted(by_sku.items()):
        ledger.lock(tx, [sku_id])
        shelf = on_the_shelf(tx, work, sku_id)
        for taken in planned(shelf, mine, (before or {}).get(sku_id, 0)):
            if taken.spot is not None:
                move = ledger.Move(
                    sku_id,
                    MoveKind.PICK,
                    parcel_id=taken.parcel_id,
                    bin=taken.spot.bin,
                    batch_id=taken.spot.batch_id,
                )
                ledger.shift(tx, work, move, taken.quantity, to_bin=spots.PICKED)


def wanted(tx: Connection, parcel_ids: Collection[str]) -> list[Want]:
    """What the parcels have reserved and nobody has fetched, by parcel in the order given."""
    reserved = _reserved(tx, parcel_ids)
    fetched = {key: sum(of.values()) for key, of in origins(tx, parcel_ids).items()}
    position = {parcel_id: n for n, parcel_id in enumerate(parcel_ids)}
    return [
        Want(parcel_id, sku_id, quantity - fetched.get((parcel_id, sku_id), 0))
        for (parcel_id, sku_id), quantity in sorted(
            reserved.items(), key=lambda item: (position[item[0][0]], item[0][1])
        )
        if quantity > fetched.get((parcel_id, sku_id), 0)
    ]


def origins(
    tx: Connection, parcel_ids: Collection[str]
) -> dict[tuple[str, str], dict[tuple[str, str], int]]:
    """Where what was fetched for the parcels came from: by parcel and SKU, pieces by bin and batch.

    What has left with a parcel counts as fetched for it.
    """
    rows = tx.execute(
        select(
            stock_moves.c.parcel_id,
            stock_moves.c.sku_id,
            stock_moves.c.bin,
            stock_moves.c.batch_id,
            func.sum(-stock_moves.c.on_hand_delta).label("pieces"),
        )
        .where(
            stock_moves.c.parcel_id.in_(list(parcel_ids)),
            stock_moves.c.kind.in_([MoveKind.PICK, MoveKind.PUT_BACK]),
            stock_moves.c.bin != spots.PICKED,
        )
        .group_by(
            stock_moves.c.parcel_id, stock_moves.c.sku_id, stock_moves.c.bin, stock_moves.c.batch_id
        )
        .order_by(stock_moves.c.bin, stock_moves.c.batch_id)
    )
    found: dict[tuple[str, str], dict[tuple[str, str], int]] = defaultdict(dict)
    for r in rows:
        if r.pieces > 0:
            found[r.parcel_id, r.sku_id][r.bin, r.batch_id] = int(r.pieces)
    return dict(found)


def settle(tx: Connection, work: Workplace, parcel_id: str, to: str | None = None) -> int:
    """What was fetched and is not reserved for the parcel any more goes back to where it came from.

    ``to``: another parcel has it reserved now, and gets it at once. Returns how many pieces.
    """
    held = tx.execute(
        select(
            stock_moves.c.sku_id,
            stock_moves.c.batch_id,
            func.sum(stock_moves.c.on_hand_delta).label("pieces"),
        )
        .where(stock_moves.c.parcel_id == parcel_id, stock_moves.c.bin == spots.PICKED)
        .group_by(stock_moves.c.sku_id, stock_moves.c.batch_id)
        .order_by(stock_moves.c.sku_id, stock_moves.c.batch_id)
    ).all()
    if not any(r.pieces > 0 for r in held):
        return 0
    keep = {sku_id: n for (_, sku_id), n in _reserved(tx, [parcel_id]).items()}
    moved = 0
    for row in held:
        kept = min(keep.get(row.sku_id, 0), max(0, row.pieces))
        keep[row.sku_id] = keep.get(row.sku_id, 0) - kept
        if row.pieces > kept:
            surplus = int(row.pieces) - kept
            moved += _back(tx, work, parcel_id, row.sku_id, row.batch_id, surplus, to)
    return moved


def put_back(work: Workplace, parcel_id: str) -> int:
    """What was fetched for the parcel lies in its bins again, and it waits to be picked.

    Returns how many pieces. Raises ``UserError``: ``no_such_parcel``, ``nothing_fetched``.
    """
    with work.db.write() as tx:
        state = tx.execute(
            select(parcels.c.state).where(parcels.c.id == parcel_id).with_for_update()
        ).scalar()
        if state is None:
            raise UserError(
                "no_such_parcel",
                T("There is no parcel {parcel}.", parcel=parcel_id),
                T("List them with: parcels list"),
                ref=parcel_id,
            )
        moved = 0
        for sku_id, batches in sorted(_in_hand(tx, parcel_id).items()):
            for batch_id, pieces in sorted(batches.items()):
                moved += _back(tx, work, parcel_id, sku_id, batch_id, pieces, None)
        if not moved:
            raise UserError(
                "nothing_fetched",
                T("Nothing was fetched for this parcel."),
                T("Nothing has to be done."),
                ref=parcel_id,
            )
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id, parcels.c.state == ParcelState.TO_PACK)
            .values(
                state=ParcelState.TO_PICK,
                changed_at=work.now(),
                revision=parcels.c.revision + 1,
            )
        )
        records.note(tx, work, "put_back", parcel_id=parcel_id, detail={"pieces": moved})
        records.refresh_orders(tx, records.orders_of(tx, [parcel_id]), words=False)
    work.changed("parcels", "orders", "stock", "waves")
    return moved


def left_from(tx: Connection, parcel_id: str, sku_id: str, once: str) -> tuple[ledger.Place, ...]:
    """Where the pieces of a movement that took them from the shelf came from, to be put back."""
    rows = tx.execute(
        select(stock_moves.c.bin, stock_moves.c.batch_id, stock_moves.c.on_hand_delta)
        .where(
            stock_moves.c.parcel_id == parcel_id,
            stock_moves.c.sku_id == sku_id,
            (stock_moves.c.once == once) | stock_moves.c.once.startswith(f"{once}#"),
        )
        .order_by(stock_moves.c.id)
    )
    return tuple((r.bin, r.batch_id, -r.on_hand_delta) for r in rows if r.on_hand_delta)


def _after(found: Sequence[Spot], before: int) -> list[Spot]:
    first, rest = [], []
    for spot in found:
        n = min(before, spot.quantity)
        before -= n
        if n:
            first.append(replace(spot, quantity=n))
        if spot.quantity > n:
            rest.append(replace(spot, quantity=spot.quantity - n))
    return rest + first


def _reserved(tx: Connection, parcel_ids: Collection[str]) -> dict[tuple[str, str], int]:
    rows = tx.execute(
        select(
            parcel_lines.c.parcel_id,
            reservations.c.sku_id,
            func.sum(reservations.c.quantity).label("pieces"),
        )
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .where(
            parcel_lines.c.parcel_id.in_(list(parcel_ids)),
            reservations.c.state == ReservationState.ACTIVE,
        )
        .group_by(parcel_lines.c.parcel_id, reservations.c.sku_id)
    )
    return {(r.parcel_id, r.sku_id): int(r.pieces) for r in rows}


def _in_hand(tx: Connection, parcel_id: str) -> dict[str, dict[str, int]]:
    sku_ids = tx.execute(
        select(stock_moves.c.sku_id)
        .where(stock_moves.c.parcel_id == parcel_id, stock_moves.c.bin == spots.PICKED)
        .distinct()
    ).scalars()
    return {sku_id: spots.fetched(tx, parcel_id, sku_id) for sku_id in list(sku_ids)}


def _back(
    tx: Connection,
    work: Workplace,
    parcel_id: str,
    sku_id: str,
    batch_id: str,
    pieces: int,
    to: str | None,
) -> int:
    """Pieces of one batch to the bins they came from, else home; how many were really there."""
    ledger.lock(tx, [sku_id])
    there = tx.execute(
        select(stock_spots.c.quantity).where(
            stock_spots.c.sku_id == sku_id,
            stock_spots.c.bin == spots.PICKED,
            stock_spots.c.batch_id == batch_id,
        )
    ).scalar()
    left = moved = min(pieces, max(0, there or 0))
    came = origins(tx, [parcel_id]).get((parcel_id, sku_id), {})
    bins_of = [(b, n) for (b, of_batch), n in came.items() if of_batch == batch_id]
    home = tx.execute(select(skus.c.bin).where(skus.c.id == sku_id)).scalar_one()
    for bin_name, n in [*bins_of, (home, left)]:
        n = min(n, left)
        if n <= 0:
            continue
        left -= n
        back = ledger.Move(
            sku_id,
            MoveKind.PUT_BACK,
            parcel_id=parcel_id,
            bin=spots.PICKED,
            batch_id=batch_id,
        )
        ledger.shift(tx, work, back, n, to_bin=bin_name)
        if to is not None:
            again = replace(back, kind=MoveKind.PICK, parcel_id=to, bin=bin_name)
            ledger.shift(tx, work, again, n, to_bin=spots.PICKED)
    return moved
