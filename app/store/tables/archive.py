"""Orders that are over: put away by month, whole, and found like the others.

``archived_orders`` has the columns of ``orders`` that lists filter and sort by, under the same
names; ``archived_groups`` holds every row of the orders that share parcels. PostgreSQL keeps both
in partitions, one a month.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from app.store.tables.base import flag, metadata, number, words
from app.store.types import Code, ExternalId, Key, Long, ShopId, UtcTime

_BY_MONTH = "LIST (month)"

archived_groups = Table(
    "archived_groups",
    metadata,
    Column("month", String(7), primary_key=True),  # 2026-05: when the last of it left
    Column("id", Key, primary_key=True),  # the first order's
    number("order_count"),
    Column("body", Long, nullable=False),  # see app.services.archive.bodies
    Column("archived_at", UtcTime, nullable=False),
    postgresql_partition_by=_BY_MONTH,
)

archived_orders = Table(
    "archived_orders",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("id", Key, primary_key=True),
    Column("group_id", Key, nullable=False),
    Column("shop_id", ShopId, nullable=False),
    Column("order_id", ExternalId, nullable=False),
    Column("status", Code, nullable=False),
    Column("stage", Code, nullable=False),
    Column("flow", Code, nullable=False),
    flag("failed"),
    number("hold_count"),
    words("carrier", 32),
    Column("paid_at", UtcTime, nullable=True),
    Column("deadline_at", UtcTime, nullable=True),
    words("search"),
    Index(None, "id"),
    Index(None, "order_id"),
    Index(None, "month", "group_id"),
    Index(None, "paid_at"),
    Index(None, "deadline_at"),
    Index(None, "stage", "flow", "paid_at"),
    Index(None, "shop_id", "paid_at"),
    Index(None, "carrier", "paid_at"),
    postgresql_partition_by=_BY_MONTH,
)

archived_numbers = Table(
    "archived_numbers",
    metadata,
    Column("number", ExternalId, primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("group_id", Key, primary_key=True),
    words("carrier", 32),
    Index(None, "month", "group_id"),
)
