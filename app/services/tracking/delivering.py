"""A parcel that was signed for counts as delivered."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from app.domain.states import ParcelState
from app.domain.tracking import TrackStage
from app.services import records
from app.services.workplace import Workplace
from app.store.tables import parcels, tracks


def settle(tx: Connection, work: Workplace, parcel_id: str) -> bool:
    """A parcel whose carrier says "signed for" is delivered, once the shop counts it as sent.

    Returns whether it became so now. Call it when either of the two has changed.
    """
    signed = select(tracks.c.waybill_id).where(
        tracks.c.parcel_id == parcel_id, tracks.c.stage == TrackStage.DELIVERED
    )
    if tx.execute(signed).first() is None:
        return False
    moved = tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id, parcels.c.state == ParcelState.SHIPPED)
        .values(
            state=ParcelState.DELIVERED,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    if moved.rowcount != 1:
        return False
    records.note(tx, work, "delivered", parcel_id=parcel_id)
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
    return True
