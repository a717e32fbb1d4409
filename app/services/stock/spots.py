"""Where the pieces of a SKU lie: by bin and batch. Written by ``ledger`` only.

Every writer changes the SKU's balance row first, so that row's lock guards its spots too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from sqlalchemy import Connection, func, select, update

from app.domain.bins import FETCHED, walking_key
from app.domain.states import BinKind
from app.store.inserting import insert_all_new
from app.store.tables import bins, skus, stock_batches, stock_moves, stock_spots

PICKED = FETCHED

_SHELF_TIME = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Spot:
    """Pieces of one SKU in one bin, of one batch ("" = of no batch)."""

    bin: str
    batch_id: str
    quantity: int
    expires_on: str = ""
    is_reserve: bool = False


def today(now: datetime) -> str:
    """The day that expiry dates are held against."""
    return now.astimezone(_SHELF_TIME).date().isoformat()


def spots_of(tx: Connection, sku_id: str, day: str) -> list[Spot]:
    """Every spot of the SKU that is not empty, the one to take from first in front.

    First expired, first out; a pick bin before a reserve bin; then by the walk. What has expired
    by ``day``, or has less time left than the SKU wants, comes last, and what was fetched for other
    parcels last of all.
    """
    rows = tx.execute(
        select(stock_spots, stock_batches.c.expires_on, bins.c.kind, skus.c.keep_days)
        .join(skus, skus.c.id == stock_spots.c.sku_id)
        .outerjoin(stock_batches, stock_batches.c.id == stock_spots.c.batch_id)
        .outerjoin(bins, bins.c.code == stock_spots.c.bin)
        .where(stock_spots.c.sku_id == sku_id, stock_spots.c.quantity != 0)
    ).all()
    if not rows:
        return []
    good_until = last_day(day, rows[0].keep_days)
    found = [
        Spot(r.bin, r.batch_id, r.quantity, r.expires_on or "", r.kind == BinKind.RESERVE)
        for r in rows
    ]
    return sorted(
        found,
        key=lambda s: (
            s.bin == PICKED,
            bool(s.expires_on) and s.expires_on < good_until,
            s.expires_on or "9",
            s.is_reserve,
            walking_key(s.bin),
            s.batch_id,
        ),
    )


def add(tx: Connection, sku_id: str, bin_name: str, batch_id: str, quantity: int) -> None:
    """Change a spot by ``quantity`` pieces, whatever is there."""
    where = (
        (stock_spots.c.sku_id == sku_id)
        & (stock_spots.c.bin == bin_name)
        & (stock_spots.c.batch_id == batch_id)
    )
    more = update(stock_spots).where(where).values(quantity=stock_spots.c.quantity + quantity)
    if tx.execute(more).rowcount == 1:
        return
    row = {"sku_id": sku_id, "bin": bin_name, "batch_id": batch_id, "quantity": 0}
    insert_all_new(tx, stock_spots, [row])
    tx.execute(more)


def last_day(day: str, keep_days: int) -> str:
    """A batch that expires before this day is not sent any more on ``day``."""
    return (date.fromisoformat(day) + timedelta(days=keep_days)).isoformat()


def fetched(tx: Connection, parcel_id: str, sku_id: str) -> dict[str, int]:
    """Pieces of the SKU, by batch, that were fetched for the parcel and have not left."""
    rows = tx.execute(
        select(stock_moves.c.batch_id, func.sum(stock_moves.c.on_hand_delta).label("pieces"))
        .where(
            stock_moves.c.parcel_id == parcel_id,
            stock_moves.c.sku_id == sku_id,
            stock_moves.c.bin == PICKED,
        )
        .group_by(stock_moves.c.batch_id)
        .order_by(stock_moves.c.batch_id)
    )
    return {r.batch_id: int(r.pieces) for r in rows if r.pieces > 0}


def fetched_first(tx: Connection, parcel_id: str, sku_id: str, found: Sequence[Spot]) -> list[Spot]:
    """``found`` with what lies fetched for this very parcel in front."""
    mine = fetched(tx, parcel_id, sku_id)
    first, rest = [], []
    for spot in found:
        own = min(mine.get(spot.batch_id, 0), spot.quantity) if spot.bin == PICKED else 0
        if own > 0:
            first.append(replace(spot, quantity=own))
            spot = replace(spot, quantity=spot.quantity - own)
        rest.append(spot)
    return first + rest


def shared_out(found: Sequence[Spot], quantity: int, *, home: str) -> list[tuple[str, str, int]]:
    """From which spots ``quantity`` pieces are taken, in their order: bin, batch, pieces.

    What no spot holds is taken from ``home``, which then holds less than nothing.
    """
    taken: dict[tuple[str, str], int] = {}
    left = quantity
    for spot in found:
        n = min(left, max(0, spot.quantity))
        if n:
            key = (spot.bin, spot.batch_id)
            taken[key] = taken.get(key, 0) + n
            left -= n
    if left:
        taken[home, ""] = taken.get((home, ""), 0) + left
    return [(bin_name, batch_id, n) for (bin_name, batch_id), n in taken.items()]
