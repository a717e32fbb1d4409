"""Shops, accounts, printers, rules, users and what is remembered about them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from app.store.tables.base import flag, metadata, number, words
from app.store.types import Code, ExternalId, Json, Key, Long, ShopId, UtcTime

shops = Table(
    "shops",
    metadata,
    Column("id", ShopId, primary_key=True),
    Column("platform", Code, nullable=False),
    Column("title", String(128), nullable=False, server_default=text("''")),
    Column("settings", Json, nullable=False),
    number("position"),
    flag("active", True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("carrier", Code, nullable=False),  # whose platform is called: sf, zto, kuaidi100 …
    words("company", 32),  # who carries the parcels; "" = an account that gives no numbers
    Column("settings", Json, nullable=False),
    number("position"),
    flag("active", True),
)

printers = Table(
    "printers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("settings", Json, nullable=False),
    number("position"),
    flag("active", True),
)

rolls = Table(
    "rolls",
    metadata,
    Column("printer", String(64), primary_key=True),
    number("size"),  # labels on a new roll; 0 = nobody counts
    number("left"),  # by our own count: no printer tells
    Column("begun_at", UtcTime, nullable=True),
)

label_designs = Table(
    "label_designs",
    metadata,
    Column("id", Key, primary_key=True),
    words("title", 64),
    Column("template", Code, nullable=False),  # which carrier data it reads: sf, zto, yunda, plain
    words("carrier", 32),  # of the plain ones: for this carrier only; "" = for all
    words("media", 16),
    words("base", 64),  # the standard design that it was copied from
    number("base_version", 1),
    Column("body", Json, nullable=False),
    flag("active"),  # at most one of a template, carrier and media
    number("revision", 1),
    Column("changed_at", UtcTime, nullable=False),
    words("changed_by", 64),
    Index(None, "template", "media"),
)

rules = Table(
    "rules",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("when", Json, nullable=False),
    Column("then", Json, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("value", Json, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", Code, nullable=False, server_default=text("'packer'")),
    Column("display_name", String(64), nullable=False, server_default=text("''")),
    Column("pin_hash", String(256), nullable=True),
    flag("active", True),
)

shop_accounts = Table(
    "shop_accounts",
    metadata,
    Column("shop_id", ShopId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", ExternalId, primary_key=True),
    Column("carrier", Code, nullable=False),
    Column("delivery_id", Code, nullable=False),
    flag("bound"),
    Column("balance", Integer, nullable=True),
    Column("sender", Json, nullable=False),
    Column("record", Json, nullable=False),
    words("template_id", 64),  # the label template chosen here; "" = the standard one
    number("position"),
    Column("fetched_at", UtcTime, nullable=False),
)

quotas = Table(
    "quotas",
    metadata,
    Column("shop_id", ShopId, primary_key=True),
    Column("kind", Code, primary_key=True),
    Column("day", String(10), primary_key=True),  # the shop's business day, UTC+8
    number("used"),
)

sync_cursors = Table(
    "sync_cursors",
    metadata,
    Column("shop_id", ShopId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("stream", Code, primary_key=True),
    Column("upto_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime, nullable=True),
    Column("last_error", Long, nullable=True),
    number("backlog"),  # known to have changed, not yet fetched
    Column("backlog_since_at", UtcTime, nullable=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("until_at", UtcTime, nullable=False),
)

benches = Table(
    "benches",
    metadata,
    Column("name", String(64), primary_key=True),
    words("host", 128),
    words("version", 32),
    words("user", 64),  # who works there now
    Column("seen_at", UtcTime, nullable=False),  # by the database's clock where it has one
)

shared_secrets = Table(
    "shared_secrets",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("sealed", Long, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)
