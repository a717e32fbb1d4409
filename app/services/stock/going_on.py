"""Parcels that waited for goods, after goods came."""

from __future__ import annotations

from sqlalchemy import Connection

from app.services import records
from app.services.parcels import checking
from app.services.stock import allocation
from app.services.workplace import Workplace


def let_go_on(tx: Connection, work: Workplace) -> None:
    """Reserve for the parcels that are short, the most urgent first, and let them advance."""
    for parcel_id in allocation.retry_short(tx, work):
        checking.advance(tx, work, parcel_id)
        records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
