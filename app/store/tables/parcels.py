"""Shipments, parcels and their lines, waves, reservations and holds."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

from app.store.tables.base import flag, metadata, number, words
from app.store.types import Code, ExternalId, Json, Key, Long, ShopId, UtcTime

waves = Table(
    "waves",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(32), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    words("created_by", 64),
    Column("options", Json, nullable=False),
    Column("picked_at", UtcTime, nullable=True),
    Column("closed_at", UtcTime, nullable=True),
    Index(None, "created_at"),
)

shipments = Table(
    "shipments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    number("box_count", 1),
    Column("boxes_asked_at", UtcTime, nullable=True),  # more boxes were asked for, open since then
)

parcels = Table(
    "parcels",
    metadata,
    Column("id", Key, primary_key=True),
    Column("shipment_id", Key, ForeignKey("shipments.id"), nullable=False),
    Column("shop_id", ShopId, ForeignKey("shops.id"), nullable=False),
    Column("state", Code, nullable=False),
    number("box_no", 1),
    Column("route", Code, nullable=True),
    Column("carrier", Code, nullable=True),
    Column("account", String(64), nullable=True),
    Column("choice_reason", Long, nullable=True),  # which rule, as a stored sentence
    Column("choice_trail", Json, nullable=True),  # what else was looked at, and why it fell out
    words("product", 32),  # the carrier's own product code; "" = the account's
    Column("wave_id", Key, ForeignKey("waves.id"), nullable=True),
    number("wave_position"),
    Column("waybill_id", Key, nullable=True),  # the one live number
    flag("printed"),
    flag("print_confirmed"),
    number("print_count"),
    Column("printed_at", UtcTime, nullable=True),
    Column("deadline_at", UtcTime, nullable=True),
    number("expected_weight_g"),
    Column("weight_g", Integer, nullable=True),
    Column("failure", Json, nullable=True),  # what the last action failed with: code, text, remedy
    words("address_hash", 128),  # the address the label was made for
    Column("after_sale_id", ExternalId, nullable=True),  # an exchange or a re-send, not a sale
    Column("serials", Json, nullable=True),  # serial, imei1, imei2: wanted for subsidised goods
    Column("opened_at", UtcTime, nullable=True),  # first scan at a bench
    Column("packed_at", UtcTime, nullable=True),
    words("packed_by", 64),
    words("bench", 64),
    Column("shipped_at", UtcTime, nullable=True),  # the ship transaction
    Column("reported_at", UtcTime, nullable=True),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    number("revision", 1),
    words("box_sku_id", 24),  # the packing material it goes in; "" = not said
    flag("oversold"),  # reserved beyond what is there, because its shop's setting allows it
    Index(None, "state", "deadline_at"),
    Index(None, "wave_id", "wave_position"),
    Index(None, "shipment_id"),
    Index(None, "shop_id", "state"),
)

parcel_lines = Table(
    "parcel_lines",
    metadata,
    Column("id", Key, primary_key=True),
    Column("parcel_id", Key, ForeignKey("parcels.id", ondelete="CASCADE"), nullable=False),
    Column("order_line_id", Key, ForeignKey("order_lines.id"), nullable=False),
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=True),
    number("listing_quantity"),  # pieces of the listing, what the shop hears
    number("quantity"),  # pieces of the SKU, what the packer scans
    number("scanned"),
    words("gift_rule_id", 24),  # we put it in by this rule; the shop hears nothing of it
    Index(None, "parcel_id"),
    Index(None, "order_line_id"),
    CheckConstraint("scanned >= 0 AND scanned <= quantity", name="never_more_than_wanted"),
)

# What a bundle's line is made of, as it was when it was reserved; see services.stock.line_parts.
parcel_line_parts = Table(
    "parcel_line_parts",
    metadata,
    Column(
        "parcel_line_id", Key, ForeignKey("parcel_lines.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("sku_id", Key, ForeignKey("skus.id"), primary_key=True),
    Column("each", Integer, nullable=False),  # pieces in one whole
    number("scanned"),  # pieces that lie loose, towards the next whole
    Index(None, "sku_id"),
    CheckConstraint("each > 0", name="counts_pieces"),
)

reservations = Table(
    "reservations",
    metadata,
    Column("id", Key, primary_key=True),
    Column(
        "parcel_line_id", Key, ForeignKey("parcel_lines.id", ondelete="CASCADE"), nullable=False
    ),
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("state", Code, nullable=False),
    Column("at", UtcTime, nullable=False),
    number("set_aside"),  # so many of them came from what was set aside for presale orders
    # Of a bundle's line: one row a part; else one row.
    Index(
        "uq_reservations_one_active",
        "parcel_line_id",
        "sku_id",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
    Index(None, "sku_id", "state"),
    CheckConstraint("quantity > 0", name="counts_pieces"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Key, primary_key=True),
    Column("scope", Code, nullable=False),
    Column("order_id", Key, ForeignKey("orders.id", ondelete="CASCADE"), nullable=True),
    Column("order_line_id", Key, ForeignKey("order_lines.id", ondelete="CASCADE"), nullable=True),
    Column("parcel_id", Key, ForeignKey("parcels.id", ondelete="CASCADE"), nullable=True),
    Column("code", Code, nullable=False),
    words("reason"),  # a stored sentence
    Column("evidence", Json, nullable=True),
    words("set_by", 64),
    Column("set_at", UtcTime, nullable=False),
    Column("cleared_at", UtcTime, nullable=True),
    words("cleared_by", 64),
    words("cleared_why", 256),
    # The same evidence, once released by a person, does not come back with the next sync.
    words("fingerprint", 128),
    Index(None, "order_id", "cleared_at"),
    Index(None, "order_line_id", "cleared_at"),
    Index(None, "parcel_id", "cleared_at"),
    Index(None, "code", "cleared_at"),
)

address_corrections = Table(
    "address_corrections",
    metadata,
    Column("parcel_id", Key, ForeignKey("parcels.id", ondelete="CASCADE"), primary_key=True),
    Column("receiver_sealed", Long, nullable=False),
    words("order_hash", 128),  # the order's address that it corrects; another one ends it
    number("revision", 1),
    Column("corrected_at", UtcTime, nullable=False),
    words("corrected_by", 64),
)
