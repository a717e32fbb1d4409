"""Products, SKUs, what they are made of and told apart by, and listings."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from app.store.tables.base import flag, metadata, number, words
from app.store.types import Code, ExternalId, Json, Key, ShopId, UtcTime

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
    words("bin", 32),  # its home: where goods go that nobody named another place for
    words("picture", 256),
    number("safety_quantity"),
    Column("created_at", UtcTime, nullable=False),
    Column("kind", Code, nullable=False, server_default=text("'good'")),  # see SkuKind
    number("length_mm"),
    number("width_mm"),
    number("height_mm"),
    flag("serial_tracked"),
    flag("batch_tracked"),
    number("keep_days"),  # a batch with less time left is not sent any more
    number("lead_days", 7),  # from ordering to receiving
    number("pack_quantity", 1),  # suppliers sell so many at once
    number("weight_samples"),  # weighed so often; 0 = a person wrote the weight
    words("note", 256),
    flag("active", True),
    number("revision", 1),
    # What the daily roll-up of sales says, kept here so that lists can be sorted by it.
    number("sold_week"),  # pieces in the last 7 closed business days
    number("day_rate"),  # thousandths of a piece a day; 0 = nothing sold lately
    Index(None, "product_id"),
    # The stock list is counted and sorted from these two alone.
    Index(
        "ix_skus_figures",
        "id",
        "active",
        "kind",
        "safety_quantity",
        "lead_days",
        "day_rate",
        "created_at",
        "code",
    ),
)

weight_samples = Table(
    "weight_samples",
    metadata,
    Column("id", Key, primary_key=True),
    Column("sku_id", Key, ForeignKey("skus.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcTime, nullable=False),
    number("grams"),  # of all pieces together
    number("pieces", 1),
    Column("parcel_id", Key, nullable=True, unique=True),  # a parcel is weighed once
    words("user", 64),
    Index(None, "sku_id", "at"),
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
    flag("presale"),  # its last order was sold in advance: the figure is the shop's own
    number("stock_generation"),  # counts what the shop was told; see app.services.stock.stock_push
    UniqueConstraint("shop_id", "product_id", "sku_id"),
    Index(None, "sku_code"),
    Index(None, "barcode"),
    CheckConstraint("factor >= 1", name="factor_counts_pieces"),
)

bundle_parts = Table(
    "bundle_parts",
    metadata,
    Column("bundle_id", Key, ForeignKey("skus.id", ondelete="CASCADE"), primary_key=True),
    Column("sku_id", Key, ForeignKey("skus.id"), primary_key=True),
    Column("quantity", Integer, nullable=False),
    Index(None, "sku_id"),
    CheckConstraint("quantity > 0", name="counts_pieces"),
)

look_alikes = Table(
    "look_alikes",
    metadata,
    Column("sku_id", Key, ForeignKey("skus.id", ondelete="CASCADE"), primary_key=True),
    Column("other_id", Key, ForeignKey("skus.id", ondelete="CASCADE"), primary_key=True),
    words("note", 128),  # how to tell them apart
    number("mistaken"),  # so often one was scanned for the other
    words("set_by", 64),  # "" = noticed at the bench
)

gift_rules = Table(
    "gift_rules",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    number("position"),
    flag("active", True),
    Column("when", Json, nullable=False),  # shops, skus, least_fen, least_pieces
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=False),
    number("quantity", 1),
    flag("each"),  # for every piece that matches, else once an order
    number("most"),  # so many are given away in all; 0 = as long as there are any
    number("given"),
    Column("starts_at", UtcTime, nullable=True),
    Column("ends_at", UtcTime, nullable=True),
    flag("wait"),  # a parcel waits for its gift, else it goes without
    Column("changed_at", UtcTime, nullable=False),
    words("changed_by", 64),
)

order_gifts = Table(
    "order_gifts",
    metadata,
    # Once an order and rule, whatever is told twice.
    Column("order_id", Key, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("rule_id", Key, primary_key=True),
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=False),
    number("quantity"),  # given now, counted in the rule; 0 = it goes without
    words("why", 32),  # it goes without: see GiftEnd
    Column("at", UtcTime, nullable=False),
    Index(None, "rule_id"),
)
