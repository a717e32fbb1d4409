"""Where the pieces of a SKU lie: by bin and batch. Written by ``ledger`` only.

Every writer changes the SKU's balance row first, so that row's lock guards its spots too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import Connection, select, update

from app.domain.bins import walking_key
from app.domain.states import BinKind
from app.store.inserting import insert_all_new
from app.store.tables import bins, stock_batches, stock_spots

PICKED = "@picked"
"""The place of pieces that were fetched for a parcel and have not left yet."""

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
    by ``day`` comes last, and what was fetched for other parcels last of all.
    """
    rows = tx.execute(
        select(stock_spots, stock_batches.c.expires_on, bins.c.kind)
        .outerjoin(stock_batches, stock_batches.c.id == stock_spots.c.batch_id)
        .outerjoin(bins, bins.c.code == stock_spots.c.bin)
        .where(stock_spots.c.sku_id == sku_id, stock_spots.c.quantity != 0)
    ).all()
    found = [
        Spot(r.bin, r.batch_id, r.quantity, r.expires_on or "", r.kind == BinKind.RESERVE)
        for r in rows
    ]
    return sorted(
        found,
        key=lambda s: (
            s.bin == PICKED,
            bool(s.expires_on) and s.expires_on < day,
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


def shared_out(
    spots: list[Spot], quantity: int, *, home: str, from_picked: bool
) -> list[tuple[str, str, int]]:
    """From which spots ``quantity`` pieces are taken: bin, batch, pieces.

    ``from_picked``: they were fetched before, so what lies with the packers goes first. What no
    spot holds is taken from ``home``, which then holds less than nothing.
    """
    order = sorted(spots, key=lambda s: s.bin != PICKED) if from_picked else spots
    taken, left = [], quantity
    for spot in order:
        n = min(left, max(0, spot.quantity))
        if n:
            taken.append((spot.bin, spot.batch_id, n))
            left -= n
    if left:
        taken.append((home, "", left))
    return taken
