"""From which bins a wave is picked: the walk of its pick list, and what picking it books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from app.domain.papers import CartPart
from app.domain.states import ParcelState, ReservationState
from app.services.stock import fetching
from app.services.stock.spots import Spot
from app.services.waves.waves import unheld
from app.services.workplace import Workplace
from app.store.tables import parcel_lines, parcels, reservations, stock_batches, waves


@dataclass(frozen=True, slots=True)
class Stop:
    """Pieces to take from one bin and batch, with the box each goes into.

    ``refill``: the reserve bin that the pick bin gets them from first, "" = they lie there.
    """

    bin: str
    batch: str = ""
    expires_on: str = ""
    refill: str = ""


def stops(
    tx: Connection,
    work: Workplace,
    wave: Any,
    part: CartPart | None,
    pieces: Iterable[Any],
) -> dict[str, dict[Stop, list[tuple[int, int]]]]:
    """By SKU: where to stop, with place in the wave and pieces for each box.

    ``pieces`` are rows with ``id`` (of the SKU), ``parcel_id``, ``wave_position``, ``quantity`` and
    ``bin`` (the home), in the order of their places.
    """
    rows = list(pieces)
    parcel_ids = list(dict.fromkeys(r.parcel_id for r in rows))
    came_from = fetching.origins(tx, parcel_ids)
    batch_codes = _batches(tx, {r.id for r in rows})
    earlier = before(tx, wave, part.first if part is not None else 1, {r.id for r in rows})
    place = {r.parcel_id: r.wave_position for r in rows}
    found: dict[str, dict[Stop, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    wants: dict[str, list[fetching.Want]] = defaultdict(list)
    homes: dict[str, str] = {}
    for row in rows:
        homes[row.id] = row.bin
        left = row.quantity
        for (bin_name, batch_id), n in came_from.get((row.parcel_id, row.id), {}).items():
            n = min(n, left)
            left -= n
            if n:
                code, day = batch_codes.get(batch_id, ("", ""))
                found[row.id][Stop(bin_name, code, day)].append((row.wave_position, n))
        if left:
            wants[row.id].append(fetching.Want(row.parcel_id, row.id, left))
    for sku_id, mine in wants.items():
        shelf = fetching.on_the_shelf(tx, work, sku_id)
        for taken in fetching.planned(shelf, mine, earlier.get(sku_id, 0)):
            stop = _stop(taken.spot, shelf, homes[sku_id], batch_codes)
            found[sku_id][stop].append((place[taken.parcel_id], taken.quantity))
    return found


def before(tx: Connection, wave: Any, first: int, sku_ids: Collection[str]) -> Mapping[str, int]:
    """Pieces by SKU that parcels of earlier waves, and of earlier places of this one, wait for."""
    rows = tx.execute(
        select(reservations.c.sku_id, func.sum(reservations.c.quantity).label("pieces"))
        .select_from(parcels)
        .join(waves, waves.c.id == parcels.c.wave_id)
        .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
        .join(reservations, reservations.c.parcel_line_id == parcel_lines.c.id)
        .where(
            parcels.c.state.in_([ParcelState.TO_LABEL, ParcelState.TO_PICK]),
            reservations.c.state == ReservationState.ACTIVE,
            reservations.c.sku_id.in_(list(sku_ids)),
            or_(
                waves.c.created_at < wave.created_at,
                and_(waves.c.created_at == wave.created_at, waves.c.id < wave.id),
                and_(waves.c.id == wave.id, parcels.c.wave_position < first),
            ),
            unheld(),
        )
        .group_by(reservations.c.sku_id)
    )
    return {r.sku_id: int(r.pieces) for r in rows}


def _stop(
    spot: Spot | None,
    shelf: list[Spot],
    home: str,
    batches: Mapping[str, tuple[str, str]],
) -> Stop:
    if spot is None:
        return Stop(home)
    code, day = batches.get(spot.batch_id, ("", ""))
    if not spot.is_reserve:
        return Stop(spot.bin, code, day)
    reserve = {s.bin for s in shelf if s.is_reserve}
    pick = next((s.bin for s in shelf if not s.is_reserve), "")
    target = home if home and home not in reserve else pick
    return Stop(target, code, day, spot.bin) if target else Stop(spot.bin, code, day)


def _batches(tx: Connection, sku_ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    rows = tx.execute(
        select(stock_batches.c.id, stock_batches.c.code, stock_batches.c.expires_on).where(
            stock_batches.c.sku_id.in_(list(sku_ids))
        )
    )
    return {r.id: (r.code, r.expires_on) for r in rows}
