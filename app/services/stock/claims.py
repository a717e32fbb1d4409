"""Who holds the pieces of an item: parcels with a reservation, and whether one can be freed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.states import (
    LIVE_REQUEST_STATES,
    OPEN_STATES,
    ParcelState,
    ReservationState,
)
from app.services import records
from app.store.tables import (
    order_lines,
    orders,
    parcel_lines,
    parcels,
    reservations,
    waybill_requests,
)

BEFORE_LABEL = frozenset({ParcelState.TO_CHECK, ParcelState.TO_LABEL})
_MOST_TOLD = 5  # of one item, in the evidence of a hold


@dataclass(frozen=True, slots=True)
class Claim:
    """Pieces of one item that a parcel has reserved, or waits for.

    ``orders`` are the shop's order ids; ``holds`` codes other than the shortage itself.
    ``can_give``: nothing was printed or asked for yet, so a person may free them.
    """

    sku_id: str
    parcel: str
    orders: tuple[str, ...]
    shop: str
    deadline_at: datetime | None
    state: str
    holds: tuple[str, ...]
    quantity: int
    can_give: bool = False


def holding(tx: Connection, sku_id: str, most: int) -> list[Claim]:
    """At most ``most`` parcels that have reserved pieces of the SKU, the latest deadline first."""
    rows = tx.execute(
        select(
            reservations.c.sku_id,
            parcels.c.id,
            parcels.c.shop_id,
            parcels.c.deadline_at,
            parcels.c.state,
            func.sum(reservations.c.quantity).label("quantity"),
        )
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(
            reservations.c.sku_id == sku_id,
            reservations.c.state == ReservationState.ACTIVE,
            parcels.c.state.in_(OPEN_STATES),
        )
        .group_by(
            reservations.c.sku_id,
            parcels.c.id,
            parcels.c.shop_id,
            parcels.c.deadline_at,
            parcels.c.state,
        )
        .order_by(parcels.c.deadline_at.desc().nulls_first(), parcels.c.id.desc())
        .limit(most)
    ).all()
    return filled(tx, rows)


def filled(tx: Connection, rows: Iterable[Any]) -> list[Claim]:
    """Claims of rows with ``sku_id``, a parcel's columns and ``quantity``."""
    found = list(rows)
    ids = {r.id for r in found}
    numbers = _orders_of(tx, ids)
    bound = labelled(tx, ids)
    held = {i: _holds_of(tx, i) for i in ids}
    return [
        Claim(
            r.sku_id,
            r.id,
            tuple(numbers.get(r.id, ())),
            r.shop_id,
            r.deadline_at,
            r.state,
            held[r.id],
            int(r.quantity),
            can_give=r.state in BEFORE_LABEL and r.id not in bound,
        )
        for r in found
    ]


def labelled(tx: Connection, parcel_ids: Collection[str]) -> set[str]:
    """Those of the parcels that have a number, or may have one."""
    live = tx.execute(
        select(parcels.c.id).where(parcels.c.id.in_(parcel_ids), parcels.c.waybill_id.is_not(None))
    ).scalars()
    asked = tx.execute(
        select(waybill_requests.c.parcel_id).where(
            waybill_requests.c.parcel_id.in_(parcel_ids),
            waybill_requests.c.state.in_(LIVE_REQUEST_STATES),
        )
    ).scalars()
    return {*live, *asked}


def told(tx: Connection, codes: Mapping[str, str]) -> list[dict[str, Any]]:
    """A few of those who hold the items (code by id), as the evidence of a hold keeps them."""
    return [
        {
            "sku": code,
            "parcel": claim.parcel,
            "orders": list(claim.orders),
            "quantity": claim.quantity,
        }
        for sku_id, code in sorted(codes.items())
        for claim in holding(tx, sku_id, _MOST_TOLD)
    ]


def _orders_of(tx: Connection, parcel_ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in tx.execute(
        select(parcel_lines.c.parcel_id, orders.c.order_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(parcel_ids), parcel_lines.c.quantity > 0)
        .distinct()
        .order_by(orders.c.order_id)
    ):
        found[row.parcel_id].append(row.order_id)
    return found


def _holds_of(tx: Connection, parcel_id: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(h.code for h in records.active_holds(tx, parcel_id) if h.code != "short")
    )
