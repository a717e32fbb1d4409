"""How many pieces of each listing should be for sale.

``max(0, available - owed - reserve)`` pieces of the SKU, shared among its listings where the shop
wants that, divided by the pieces that one sold listing takes.

``owed`` is what the shop has taken off its figure at the order already, and we not yet off ours:
orders that wait for payment or for a gift's receiver, and parcels whose pieces are not reserved.
Lines that were sold in advance and are not due take none of it. A listing that is sold in advance
keeps the figure that the shop gave it: what it sells is not here yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.listings import ListingStatus, StockPush, StockShare
from app.domain.states import OPEN_STATES, OrderStatus, ReservationState
from app.services.stock import allocation, mapping
from app.store.tables import (
    listings,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    reservations,
    shops,
    skus,
    stock_balances,
)

NOT_PUSHED = (ListingStatus.GONE, ListingStatus.BLOCKED)
_TAKEN_BY_THE_SHOP = (OrderStatus.UNPAID, OrderStatus.GROUPING, OrderStatus.GIFT_PENDING)


@dataclass(frozen=True, slots=True)
class ShopRules:
    """What a ``[[shop]]`` says about its stock."""

    push: StockPush
    reserve: int
    share: StockShare


@dataclass(frozen=True, slots=True)
class WantedStock:
    """One listing: what should be for sale there, in pieces of the listing."""

    listing_id: str
    shop: str
    product_id: str
    sku_id: str
    title: str
    spec: str
    sku: str
    factor: int
    generation: int
    shop_stock: int | None  # what the shop said when last asked
    wanted: int


def rules_of(tx: Connection, shop_id: str) -> ShopRules:
    """The shop's settings, each with its default."""
    settings: Mapping[str, Any] = (
        tx.execute(select(shops.c.settings).where(shops.c.id == shop_id)).scalar() or {}
    )
    return ShopRules(
        StockPush(settings.get("stock_push", StockPush.OFF)),
        int(settings.get("stock_reserve", 0)),
        StockShare(settings.get("stock_share", StockShare.WHOLE)),
    )


def mapped_listings(shop_id: str) -> Any:
    """Listings of the shop that are known goods and may be sold, as a query of ``listings``."""
    return (
        select(listings, skus.c.code, skus.c.id.label("resolved"))
        .select_from(listings)
        .join(skus, skus.c.id == mapping.resolved_sku())
        .where(
            listings.c.shop_id == shop_id,
            listings.c.status.not_in(NOT_PUSHED),
            ~listings.c.presale,
        )
    )


def wanted(tx: Connection, shop_id: str, listing_ids: Collection[str]) -> list[WantedStock]:
    """What should be for sale now, for those of the listings that are known goods."""
    rows = tx.execute(
        mapped_listings(shop_id)
        .where(listings.c.id.in_(list(listing_ids)))
        .order_by(listings.c.product_id, listings.c.sku_id)
    ).all()
    rules = rules_of(tx, shop_id)
    sku_ids = sorted({row.resolved for row in rows})
    free = _free(tx, sku_ids)
    siblings = _siblings(tx, sku_ids) if rules.share is StockShare.SPLIT else {}
    return [
        WantedStock(
            row.id,
            shop_id,
            row.product_id,
            row.sku_id,
            row.title,
            row.spec,
            row.code,
            _factor(row),
            row.stock_generation,
            row.shop_stock,
            _part(max(0, free[row.resolved] - rules.reserve), row.id, siblings.get(row.resolved))
            // _factor(row),
        )
        for row in rows
    ]


def _factor(row: Any) -> int:
    return int(row.factor) if row.mapped_sku_id is not None else 1


def _part(pieces: int, listing_id: str, siblings: Sequence[str] | None) -> int:
    """The share of one listing; what does not divide goes to the first ones."""
    if not siblings or listing_id not in siblings:
        return pieces
    whole, rest = divmod(pieces, len(siblings))
    return whole + (siblings.index(listing_id) < rest)


def _free(tx: Connection, sku_ids: Sequence[str]) -> dict[str, int]:
    """Available pieces by SKU, less what is owed without being reserved."""
    found: dict[str, int] = defaultdict(int)
    for row in tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.available).where(
            stock_balances.c.sku_id.in_(sku_ids)
        )
    ):
        found[row.sku_id] += row.available
    for row in tx.execute(_unreserved(sku_ids)):
        found[row.sku_id] -= row.pieces
    for row in tx.execute(_not_paid(sku_ids)):
        found[row.sku_id] -= row.pieces
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


def _siblings(tx: Connection, sku_ids: Sequence[str]) -> dict[str, list[str]]:
    """By SKU: its listings in all shops that share its pieces, in a fixed order."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in tx.execute(
        select(listings.c.id, skus.c.id.label("sku_id"))
        .select_from(listings)
        .join(skus, skus.c.id == mapping.resolved_sku())
        .join(shops, shops.c.id == listings.c.shop_id)
        .where(
            skus.c.id.in_(sku_ids),
            shops.c.active,
            listings.c.status.not_in(NOT_PUSHED),
            ~listings.c.presale,
        )
        .order_by(listings.c.id)
    ):
        found[row.sku_id].append(row.id)
    return found
