"""Labels made for an address that is not the order's any more."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.states import HoldCode, HoldScope
from app.domain.text import T
from app.services.orders import holding
from app.services.workplace import Workplace
from app.store.tables import parcels, waybills


def check_label(tx: Connection, work: Workplace, parcel_id: str, address_hash: str) -> None:
    """Hold an open parcel whose number was taken for another address than ``address_hash``."""
    labelled_for = tx.execute(
        select(waybills.c.address_hash)
        .join(parcels, parcels.c.waybill_id == waybills.c.id)
        .where(parcels.c.id == parcel_id)
    ).scalar()
    if labelled_for and labelled_for == address_hash:  # taken back: the label is right again
        holding.clear(
            tx, work, HoldCode.ADDRESS_CHANGE, parcel_id=parcel_id, why="same address again"
        )
    elif labelled_for and address_hash:
        hold(tx, work, parcel_id, labelled_for, address_hash)


def hold(tx: Connection, work: Workplace, parcel_id: str, labelled_for: str, now: str) -> None:
    """Hold a parcel whose label is for another address than its order has now."""
    holding.put(
        tx,
        work,
        holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.ADDRESS_CHANGE,
            T("The address changed after the number was taken: cancel it and take a new one."),
            evidence={"label": labelled_for, "order": now},
        ),
        parcel_id=parcel_id,
    )
