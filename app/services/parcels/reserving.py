"""A parcel reserves its stock: gifts that are gone drop out, held parcels give way, or it waits."""

from __future__ import annotations

from sqlalchemy import Connection

from app.services import records
from app.services.parcels import gift_lines
from app.services.stock import allocation, giving_way
from app.services.workplace import Workplace


def reserve(tx: Connection, work: Workplace, parcel_id: str) -> bool:
    """Reserve everything the parcel needs, or nothing, and say what it is short of."""
    short = allocation.attempt(tx, work, parcel_id, beyond=False)
    if short is not None and gift_lines.go_without(tx, work, parcel_id, short):
        short = allocation.attempt(tx, work, parcel_id, beyond=False)
    freed: list[str] = []
    if short is not None:
        freed = giving_way.make_room(tx, work, parcel_id, short)
        short = allocation.attempt(tx, work, parcel_id)  # beyond what is there, where that may be
    done = allocation.say(tx, work, parcel_id, short)
    for other in freed:
        allocation.reserve(tx, work, other)
    records.refresh_orders(tx, records.orders_of(tx, freed))
    return done
