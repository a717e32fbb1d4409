"""Reading a parcel's corrected receiver; how one is written is in ``receiver_correction``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.domain.address import Address
from app.domain.privacy import for_screen
from app.services.workplace import Workplace
from app.store.tables import address_corrections, order_lines, orders, parcel_lines

_IDS_AT_ONCE = 400


def of(tx: Connection, work: Workplace, parcel_id: str, order_hash: str) -> Address | None:
    """The receiver that a person wrote for this parcel, in clear.

    ``None`` where nobody did, or when the order has another address (``order_hash``) since.
    """
    row = tx.execute(
        select(address_corrections).where(address_corrections.c.parcel_id == parcel_id)
    ).one_or_none()
    if row is None or row.order_hash != order_hash:
        return None
    return _unsealed(work, row)


def _unsealed(work: Workplace, row: Any) -> Address:
    return Address.from_dict(json.loads(work.sealer.unseal(row.receiver_sealed)))


def shown(tx: Connection, work: Workplace, hashes: Mapping[str, str]) -> dict[str, Address]:
    """The corrected receivers of these parcels as a screen shows them, masked.

    ``hashes``: the address of the order each parcel goes by; a correction of an older one is over.
    """
    found: dict[str, Address] = {}
    ids = list(hashes)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        rows = tx.execute(
            select(address_corrections).where(
                address_corrections.c.parcel_id.in_(ids[start : start + _IDS_AT_ONCE])
            )
        )
        for row in rows:
            if row.order_hash == hashes[row.parcel_id]:
                found[row.parcel_id] = for_screen(_unsealed(work, row))
    return found


def agree(tx: Connection, work: Workplace, parcel_ids: Sequence[str]) -> bool:
    """Whether the labels of these parcels would all go to one receiver, corrected or not.

    Their orders have one address.
    """
    rows = tx.execute(
        select(address_corrections).where(address_corrections.c.parcel_id.in_(list(parcel_ids)))
    ).all()
    known = {
        row.parcel_id: _unsealed(work, row)
        for row in rows
        if row.order_hash in order_hashes(tx, row.parcel_id)
    }
    return len({known.get(parcel) for parcel in parcel_ids}) == 1


def order_hashes(tx: Connection, parcel_id: str) -> set[str]:
    """The addresses of the orders whose goods are in the parcel."""
    rows = tx.execute(
        select(orders.c.address_hash)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.listing_quantity > 0)
    )
    return set(rows.scalars())


def forget(tx: Connection, parcel_ids: Sequence[str]) -> None:
    """Parcels that are gone keep nobody's address."""
    tx.execute(
        delete(address_corrections).where(address_corrections.c.parcel_id.in_(list(parcel_ids)))
    )


def copy(tx: Connection, source: str, target: str) -> None:
    """A parcel that was split off ``source`` goes to the same corrected receiver."""
    row = tx.execute(
        select(address_corrections).where(address_corrections.c.parcel_id == source)
    ).mappings()
    for kept in row.all():
        tx.execute(insert(address_corrections).values(**{**kept, "parcel_id": target}))
