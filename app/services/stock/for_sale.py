"""How many pieces of each SKU are free for sale: of a bundle, built wholes and what parts make.

Free is what is available less what is owed without being reserved. What is owed of a bundle is
owed of its built wholes first, then of its parts, so that all that live on a part see it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.states import OPEN_STATES, OrderStatus, ReservationState
from app.services.stock import allocation, composition
from app.store.tables import (
    order_lines,
    orders,
    parcel_lines,
    parcels,
    reservations,
    stock_balances,
)

_TAKEN_BY_THE_SHOP = (OrderStatus.UNPAID, OrderStatus.GROUPING, OrderStatus.GIFT_PENDING)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Free pieces by SKU (of a bundle: built ones), and what the bundles are made of."""

    free: Mapping[str, int]
    made_of: Mapping[str, Mapping[str, int]]

    @property
    def sku_ids(self) -> list[str]:
        """Everything that lives on the same pieces."""
        return sorted({*self.free, *self.made_of})

    def pieces(self, sku_id: str) -> int:
        """Free pieces; below zero when more is owed than there is."""
        parts = self.made_of.get(sku_id)
        if parts is None:
            return self.free.get(sku_id, 0)
        return max(0, self.free.get(sku_id, 0)) + composition.whole_from(parts, self.free)

    def share(
        self, sku_id: str, listing_id: str, sharing: Mapping[str, Sequence[str]], pieces: int
    ) -> int:
        """What one listing gets of ``pieces``, where all that live on them share them."""
        mine = part_of(pieces, listing_id, sharing.get(sku_id))
        parts = self.made_of.get(sku_id)
        if parts is None:
            return mine
        built = part_of(max(0, self.free.get(sku_id, 0)), listing_id, sharing.get(sku_id))
        of_parts = {
            sku: part_of(max(0, self.free.get(sku, 0)), listing_id, sharing.get(sku))
            for sku in parts
        }
        return min(mine, built + composition.whole_from(parts, of_parts))


def part_of(pieces: int, listing_id: str, siblings: Sequence[str] | None) -> int:
    """The share of one listing; what does not divide goes to the first ones."""
    if not siblings or listing_id not in siblings:
        return pieces
    whole, rest = divmod(max(0, pieces), len(siblings))
    return whole + (siblings.index(listing_id) < rest)


def read(tx: Connection, sku_ids: Collection[str]) -> Shelf:
    """What is free of these SKUs, and of everything they share pieces with."""
    made_of = composition.parts_of(tx, sku_ids)
    parts = {part for mine in made_of.values() for part in mine}
    # Other bundles that are owed take the same parts.
    others = composition.made_with(tx, {*sku_ids, *parts}) - set(made_of)
    made_of |= composition.parts_of(tx, others)
    everything = sorted({*sku_ids, *made_of, *(p for mine in made_of.values() for p in mine)})
    free = _available(tx, everything)
    owed = _owed(tx, everything)
    for sku_id, pieces in owed.items():
        short = pieces - max(0, free[sku_id]) if sku_id in made_of else 0
        free[sku_id] -= pieces
        if short > 0:  # no whole is left for them: they will be taken from the parts
            for part, each in made_of[sku_id].items():
                free[part] -= short * each
    return Shelf(dict(free), made_of)


def _available(tx: Connection, sku_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.available).where(
            stock_balances.c.sku_id.in_(sku_ids)
        )
    ):
        found[row.sku_id] = row.available
    return found


def _owed(tx: Connection, sku_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for query in (_unreserved(sku_ids), _not_paid(sku_ids)):
        for row in tx.execute(query):
            found[row.sku_id] += row.pieces
    return found


def _unreserved(sku_ids: Sequence[str]) -> Any:
    """Pieces in parcels that wait, short of stock or not checked yet."""
    return (
        select(parcel_lines.c.sku_id, func.sum(parcel_lines.c.quantity).label("pieces"))
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .outerjoin(
            reservations,
            (reservations.c.parcel_line_id == parcel_lines.c.id)
            & (reservations.c.state == ReservationState.ACTIVE),
        )
        .where(
            parcel_lines.c.sku_id.in_(sku_ids),
            parcels.c.state.in_(OPEN_STATES),
            reservations.c.id.is_(None),
            ~allocation.waits_for_delivery(),
        )
        .group_by(parcel_lines.c.sku_id)
    )


def _not_paid(sku_ids: Sequence[str]) -> Any:
    """Pieces of orders that have no parcel yet, but their place in the shop's figures."""
    left = order_lines.c.quantity - order_lines.c.refunded_quantity
    has_parcel = (
        select(parcel_lines.c.id).where(parcel_lines.c.order_line_id == order_lines.c.id).exists()
    )
    return (
        select(
            order_lines.c.mapped_sku_id.label("sku_id"),
            func.sum(left * order_lines.c.factor).label("pieces"),
        )
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(
            order_lines.c.mapped_sku_id.in_(sku_ids),
            orders.c.status.in_(_TAKEN_BY_THE_SHOP),
            ~has_parcel,
        )
        .group_by(order_lines.c.mapped_sku_id)
    )
