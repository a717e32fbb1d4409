"""How many pieces of each listing should be for sale.

``max(0, available - owed - reserve)`` pieces of the SKU, shared among its listings where the shop
wants that, divided by the pieces that one sold listing takes. See ``for_sale``: a bundle is
available as built wholes and as what its parts would make.

``owed`` is what the shop has taken off its figure at the order already, and we not yet off ours:
orders that wait for payment or for a gift's receiver, and parcels whose pieces are not reserved.
Lines that were sold in advance and are not due take none of it. A listing that is sold in advance
keeps the figure that the shop gave it: what it sells is not here yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.domain.listings import ListingStatus, StockPush, StockShare
from app.services.stock import for_sale, mapping
from app.store.tables import (
    listings,
    shops,
    skus,
)

NOT_PUSHED = (ListingStatus.GONE, ListingStatus.BLOCKED)


@dataclass(frozen=True, slots=True)
class ShopRules:
    """What a ``[[shop]]`` says about its stock."""

    push: StockPush
    reserve: int  # pieces of every item
    share: StockShare
    reserve_percent: int = 0

    def kept_back(self, pieces: int) -> int:
        """How many of so many pieces the shop is not told of: the larger of both reserves."""
        return max(self.reserve, -(-max(0, pieces) * self.reserve_percent // 100))


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
    resolved: str = ""  # our id of the SKU
    here: int = 0  # pieces of the SKU that are free here, before anything is kept back


def rules_of(tx: Connection, shop_id: str) -> ShopRules:
    """The shop's settings, each with its default."""
    settings: Mapping[str, Any] = (
        tx.execute(select(shops.c.settings).where(shops.c.id == shop_id)).scalar() or {}
    )
    return ShopRules(
        StockPush(settings.get("stock_push", StockPush.OFF)),
        int(settings.get("stock_reserve", 0)),
        StockShare(settings.get("stock_share", StockShare.WHOLE)),
        int(settings.get("stock_reserve_percent", 0)),
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
    shelf = for_sale.read(tx, sku_ids)
    sharing = _sharing(tx, shelf) if rules.share is StockShare.SPLIT else {}
    found = []
    for row in rows:
        pieces = shelf.pieces(row.resolved)
        kept = rules.kept_back(pieces)
        if rules.share is StockShare.SPLIT:
            pieces = shelf.share(row.resolved, row.id, sharing, pieces - kept)
        else:
            pieces -= kept
        factor = _factor(row)
        found.append(
            WantedStock(
                row.id,
                shop_id,
                row.product_id,
                row.sku_id,
                row.title,
                row.spec,
                row.code,
                factor,
                row.stock_generation,
                row.shop_stock,
                max(0, pieces) // factor,
                row.resolved,
                shelf.pieces(row.resolved),
            )
        )
    return found


def _factor(row: Any) -> int:
    return int(row.factor) if row.mapped_sku_id is not None else 1


def _sharing(tx: Connection, shelf: for_sale.Shelf) -> dict[str, list[str]]:
    """By SKU: the listings in all shops that live on its pieces, in a fixed order.

    A listing of a bundle lives on the pieces of its parts too.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for row in tx.execute(
        select(listings.c.id, skus.c.id.label("sku_id"))
        .select_from(listings)
        .join(skus, skus.c.id == mapping.resolved_sku())
        .join(shops, shops.c.id == listings.c.shop_id)
        .where(
            skus.c.id.in_(shelf.sku_ids),
            shops.c.active,
            listings.c.status.not_in(NOT_PUSHED),
            ~listings.c.presale,
        )
        .order_by(listings.c.id)
    ):
        for sku_id in (row.sku_id, *shelf.made_of.get(row.sku_id, {})):
            found[sku_id].append(row.id)
    return found
