"""Products, SKUs, listings, balances and the append-only ledger."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from app.store.tables.base import Counter, metadata, number, words
from app.store.types import Code, ExternalId, Key, ShopId, UtcTime

products = Table(
    "products",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(256), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

skus = Table(
    "skus",
    metadata,
    Column("id", Key, primary_key=True),
    Column("product_id", Key, ForeignKey("products.id"), nullable=False),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(256), nullable=False),
    words("spec", 256),
    words("short_name", 64),
    number("weight_g"),
    words("bin", 32),
    words("picture", 256),
    number("safety_quantity"),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "product_id"),
)

sku_barcodes = Table(
    "sku_barcodes",
    metadata,
    Column("barcode", String(64), primary_key=True),
    Column("sku_id", Key, ForeignKey("skus.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "sku_id"),
)

listings = Table(
    "listings",
    metadata,
    Column("id", Key, primary_key=True),
    Column("shop_id", ShopId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", ExternalId, nullable=False),
    Column("sku_id", ExternalId, nullable=False),
    words("title", 512),
    words("spec", 512),
    Column("mapped_sku_id", Key, ForeignKey("skus.id"), nullable=True),
    number("factor", 1),
    words("sku_code", 128),
    words("barcode", 64),
    words("image_url", 512),
    number("price_fen"),
    words("status", 32),  # on_sale, off …; "" until the shop's goods were pulled
    Column("shop_stock", Integer, nullable=True),  # what the shop believed when last asked
    Column("stock_seen_at", UtcTime, nullable=True),
    Column("pulled_at", UtcTime, nullable=True),
    number("stock_generation"),  # counts what the shop was told; see app.services.stock.stock_push
    UniqueConstraint("shop_id", "product_id", "sku_id"),
    Index(None, "sku_code"),
    Index(None, "barcode"),
    CheckConstraint("factor >= 1", name="factor_counts_pieces"),
)

stock_balances = Table(
    "stock_balances",
    metadata,
    Column("sku_id", Key, ForeignKey("skus.id"), primary_key=True),
    number("on_hand"),
    number("allocated"),
    Column("available", Integer, Computed("on_hand - allocated", persisted=True), nullable=False),
    CheckConstraint("allocated >= 0", name="allocated_not_negative"),
)

stock_moves = Table(
    "stock_moves",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=False),
    Column("kind", Code, nullable=False),
    number("on_hand_delta"),
    number("allocated_delta"),
    Column("parcel_id", Key, nullable=True),
    words("reference", 128),
    words("reason", 256),
    words("user", 64),
    words("bench", 64),
    # One external event moves stock once, however often it is told: parcel, document, scan nonce.
    Column("once", String(128), nullable=True, unique=True),
    Index(None, "sku_id", "id"),
    Index(None, "parcel_id"),
)
