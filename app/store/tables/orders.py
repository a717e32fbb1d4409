"""Orders as the shops tell them, kept with the raw payload."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from app.store.tables.base import flag, metadata, number, words
from app.store.types import Code, ExternalId, Json, Key, Long, ShopId, UtcTime


def _few(name: str, told: str, *columns: str) -> Index:
    """An index of the rows of which ``told`` is true, among many more."""
    where = text(told)
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


orders = Table(
    "orders",
    metadata,
    Column("id", Key, primary_key=True),
    Column("shop_id", ShopId, ForeignKey("shops.id"), nullable=False),
    Column("order_id", ExternalId, nullable=False),
    Column("status", Code, nullable=False),
    Column("shop_status", Code, nullable=False),
    Column("flow", Code, nullable=False),
    Column("stage", Code, nullable=False),  # of its least advanced live parcel
    number("hold_count"),
    flag("failed"),  # 异常: the last action on one of its parcels failed
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("paid_at", UtcTime, nullable=True),
    Column("deadline_at", UtcTime, nullable=True),
    words("buyer_id", 128),
    Column("receiver", Json, nullable=False),  # as the shop shows it: masked
    words("address_hash", 128),
    Column("pending_address", Json, nullable=True),
    words("pending_address_hash", 128),
    Column("address_asked_at", UtcTime, nullable=True),  # when the buyer asked for it
    flag("virtual_number"),
    words("buyer_note"),
    words("merchant_note"),
    flag("is_gift"),
    flag("urged"),
    words("greeting"),
    words("custom_work"),
    flag("quality_inspection"),
    words("inspection"),  # how far it is: a stored sentence
    flag("serials_wanted"),
    flag("sent_elsewhere"),  # another program or the back office shipped a part of it
    Column("virtual_until_at", UtcTime, nullable=True),  # when the virtual number ends
    number("paid_fen"),
    number("freight_fen"),
    words("label_code", 256),
    words("search"),  # order id, masked name, titles, notes, waybills: lower-case, blank-separated
    Column("raw", Long, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
    number("revision", 1),
    words("carrier", 32),  # of its live parcels; "*" when they go with several, "" with none
    Column("gifts_at", UtcTime, nullable=True),  # when the rules of gifts looked at it
    UniqueConstraint("shop_id", "order_id"),
    # One for every way through the list (``order_query``): what it starts from, the order, and
    # what else it may be filtered by, so that what does not fit is passed over in the index.
    Index(None, "deadline_at"),
    Index(None, "stage", "deadline_at"),
    Index(None, "stage", "flow", "paid_at"),
    Index(None, "shop_id", "paid_at", "stage", "flow"),
    Index(None, "shop_id", "deadline_at", "stage", "flow"),
    Index(None, "carrier", "paid_at", "stage", "flow", "shop_id"),
    Index(None, "carrier", "deadline_at", "stage", "flow", "shop_id"),
    # The few that want somebody, among millions that do not.
    _few("ix_orders_of_failed", "failed", "paid_at"),
    _few("ix_orders_of_held", "hold_count > 0", "paid_at"),
    _few("ix_orders_of_other", "flow <> 'parcel'", "paid_at", "flow"),
    _few("ix_orders_of_other_due", "flow <> 'parcel'", "deadline_at", "flow"),
    Index(None, "paid_at"),
    Index(None, "shop_id", "created_at"),
    Index(None, "address_hash"),
    Index(None, "order_id"),
    Index(None, "stored_at"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("id", Key, primary_key=True),
    Column("order_id", Key, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("line_key", String(128), nullable=False),
    number("position"),
    Column("product_id", ExternalId, nullable=False),
    Column("sku_id", ExternalId, nullable=False),
    words("title", 512),
    words("spec", 512),
    words("sku_code", 128),
    words("barcode", 64),
    words("image_url", 512),
    number("quantity"),
    number("refunded_quantity"),
    number("refunding_quantity"),
    number("shipped_quantity"),
    number("paid_fen"),
    number("unit_price_fen"),
    Column("deadline_at", UtcTime, nullable=True),
    flag("presale"),
    Column("predicted_at", UtcTime, nullable=True),
    flag("is_free_gift"),
    flag("sku_change_pending"),
    words("new_sku_id", 64),
    Column("sku_change_until_at", UtcTime, nullable=True),  # refused by itself after that
    flag("dropship"),
    Column("mapped_sku_id", Key, ForeignKey("skus.id"), nullable=True),
    number("factor", 1),
    UniqueConstraint("order_id", "line_key"),
    Index(None, "mapped_sku_id"),
)

order_secrets = Table(
    "order_secrets",
    metadata,
    Column("order_id", Key, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("receiver_sealed", Long, nullable=False),
    Column("address_hash", String(128), nullable=False),
    Column("decoded_at", UtcTime, nullable=False),
    words("decoded_by", 64),
)

# Keyed hashes of what is sealed (a name's neighbours, a phone's end): found, and not to be read.
secret_words = Table(
    "secret_words",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("order_id", Key, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "order_id"),
)

after_sales = Table(
    "after_sales",
    metadata,
    Column("shop_id", ShopId, ForeignKey("shops.id"), primary_key=True),
    Column("after_sale_id", ExternalId, primary_key=True),
    # The order tells id, status, open and affects_goods; everything else comes with the case
    # itself, which may be known before its order is, or after.
    Column("order_id", Key, ForeignKey("orders.id", ondelete="CASCADE"), nullable=True),
    words("shop_order_id", 64),
    Column("status", String(64), nullable=False),  # the shop's own word; some are long
    flag("open"),
    flag("affects_goods", True),
    words("kind", 32),
    words("stage", 32),
    flag("price_difference"),
    words("reason", 64),
    words("reason_text", 256),
    words("buyer_words"),
    number("amount_fen"),
    number("refund_reason"),
    Column("goods", Json, nullable=True),
    words("new_sku_id", 64),
    words("new_sku_code", 128),
    words("return_company", 32),
    words("return_number", 64),
    words("exchange_company", 32),
    words("exchange_number", 64),
    Column("media", Json, nullable=True),
    Column("deadline_at", UtcTime, nullable=True),
    Column("created_at", UtcTime, nullable=True),
    Column("updated_at", UtcTime, nullable=True),
    Column("raw", Long, nullable=True),
    Column("received_at", UtcTime, nullable=True),  # what came back was looked at
    words("received_note", 256),
    Column("seen_at", UtcTime, nullable=False),
    flag("unread"),  # listed, or told otherwise by its order: to be asked for
    Index(None, "order_id"),
    Index(None, "shop_order_id"),
    Index(None, "unread"),
    Index(None, "open", "deadline_at"),
    Index(None, "return_number"),
)

reason_templates = Table(
    "reason_templates",
    metadata,
    Column("id", Key, primary_key=True),
    words("shop_id", 64),  # "" for every shop
    Column("kind", Code, nullable=False),  # reject, note …
    Column("text", String(256), nullable=False),
    Column("reason", Integer, nullable=True),  # the platform's reason it goes with
    number("position"),
)
