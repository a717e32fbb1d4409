"""Scans, the outbox and the audit trail."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from app.store.tables.base import Counter, flag, metadata, number, words
from app.store.types import Code, Json, Key, Long, ShopId, UtcTime

scans = Table(
    "scans",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("nonce", String(64), nullable=False, unique=True),
    Column("at", UtcTime, nullable=False),
    words("bench", 64),
    words("user", 64),
    Column("parcel_id", Key, nullable=True),
    Column("parcel_line_id", Key, nullable=True),
    Column("code", String(128), nullable=False),
    Column("verdict", Code, nullable=False),
    number("quantity"),
    flag("undone"),
    words("part_sku_id", 24),  # the part of a bundle that was scanned; "" = the line's own item
    Index(None, "parcel_id", "id"),
    Index(None, "at"),
)


outbox = Table(
    "outbox",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("once", String(128), nullable=False, unique=True),  # natural key: ship:<parcel>:<order>
    Column("kind", Code, nullable=False),
    Column("lane", String(128), nullable=False),  # rows of one lane go in order
    Column("shop_id", ShopId, nullable=False),
    Column("order_id", Key, nullable=True),
    Column("parcel_id", Key, nullable=True),
    Column("payload", Json, nullable=False),
    Column("state", Code, nullable=False),
    number("attempts"),
    Column("next_at", UtcTime, nullable=False),
    Column("reason", Json, nullable=True),
    words("waits_for", 32),  # the hold that keeps it back, "" when none
    Column("created_at", UtcTime, nullable=False),
    Column("done_at", UtcTime, nullable=True),
    Index(None, "state", "next_at"),
    Index(None, "lane", "id"),
    Index(None, "parcel_id"),
    Index(None, "order_id"),
)

push_events = Table(
    "push_events",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("once", String(128), nullable=False, unique=True),  # the same push is taken once
    Column("shop_id", ShopId, nullable=False),
    Column("event", String(64), nullable=False),
    Column("payload", Json, nullable=False),  # ids and codes; never a name, phone or address
    Column("state", Code, nullable=False),  # pending, done, ignored, failed
    number("attempts"),
    Column("reason", Long, nullable=True),  # why the last try failed, a stored sentence
    Column("happened_at", UtcTime, nullable=True),
    Column("received_at", UtcTime, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("done_at", UtcTime, nullable=True),
    Index(None, "state", "next_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    words("user", 64),
    words("bench", 64),
    Column("action", Code, nullable=False),
    Column("order_id", Key, nullable=True),
    Column("parcel_id", Key, nullable=True),
    Column("detail", Json, nullable=True),  # never a name, phone, address or secret
    Index(None, "order_id", "id"),
    Index(None, "parcel_id", "id"),
    Index(None, "at"),
)
