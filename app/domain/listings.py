"""Listings (商品): what a shop sells, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ListingStatus(StrEnum):
    ON_SALE = "on_sale"
    OFF = "off"  # taken off by the shop, or never put on
    BLOCKED = "blocked"  # taken off by the platform
    GONE = "gone"  # in the bin or deleted
    UNKNOWN = "unknown"


class StockPush(StrEnum):
    """Whether a shop is told how many pieces it may sell."""

    OFF = "off"
    ON = "on"


class StockShare(StrEnum):
    """How several listings of one SKU show its pieces."""

    WHOLE = "whole"  # each shows all of them
    SPLIT = "split"  # each shows its part


@dataclass(frozen=True, slots=True)
class ShopSku:
    """One variant of a listing."""

    sku_id: str
    spec: str
    sku_code: str  # the merchant's own code
    barcode: str
    image_url: str
    price_fen: int
    stock: int | None  # what the shop believes there is; None: it did not say


@dataclass(frozen=True, slots=True)
class ShopListing:
    """One product of a shop with its variants."""

    product_id: str
    title: str
    status: ListingStatus
    image_url: str
    skus: tuple[ShopSku, ...]


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of product ids; ``next_key`` is empty on the last one."""

    product_ids: tuple[str, ...]
    next_key: str = ""
    total: int = 0
