"""Reading a parcel's corrected receiver; how one is written is in ``receiver_correction``."""

from __future__ import annotations

import json

from sqlalchemy import Connection, insert, select

from app.domain.address import Address
from app.services.workplace import Workplace
from app.store.tables import address_corrections


def of(tx: Connection, work: Workplace, parcel_id: str, order_hash: str) -> Address | None:
    """The receiver that a person wrote for this parcel, in clear.

    ``None`` where nobody did, or when the order has another address (``order_hash``) since.
    """
    row = tx.execute(
        select(address_corrections).where(address_corrections.c.parcel_id == parcel_id)
    ).one_or_none()
    if row is None or row.order_hash != order_hash:
        return None
    return Address.from_dict(json.loads(work.sealer.unseal(row.receiver_sealed)))


def copy(tx: Connection, source: str, target: str) -> None:
    """A parcel that was split off ``source`` goes to the same corrected receiver."""
    row = tx.execute(
        select(address_corrections).where(address_corrections.c.parcel_id == source)
    ).mappings()
    for kept in row.all():
        tx.execute(insert(address_corrections).values(**{**kept, "parcel_id": target}))
