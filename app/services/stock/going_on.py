"""Parcels that waited for goods, after goods came."""

from __future__ import annotations

from sqlalchemy import Connection

from app.services import records
from app.services.parcels import checking
from app.services.stock import negatives, turns
from app.services.workplace import Workplace


def let_go_on(tx: Connection, work: Workplace) -> None:
    """Reserve for the parcels that are short, the most urgent first, and let them advance."""
    tried = turns.nobody_has(tx, [row.parcel_id for row in turns.able(tx)])
    for parcel_id in tried:
        checking.advance(tx, work, parcel_id, in_turn=True)
    negatives.settle_oversold(tx)
    records.refresh_orders(tx, records.orders_of(tx, tried))
