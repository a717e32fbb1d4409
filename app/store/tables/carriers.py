"""Carrier accounts: calls, balances, regions, prices, fees and the carriers' own labels."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from app.store.tables.base import metadata, number, words
from app.store.types import Code, Json, Key, Long, UtcTime

account_calls = Table(
    "account_calls",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),  # business day, UTC+8
    Column("service", String(64), primary_key=True),
    number("calls"),
    number("refused"),
)

account_states = Table(
    "account_states",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("numbers_left", Integer, nullable=True),  # None: not counted, or never answered
    Column("asked_at", UtcTime, nullable=True),
    Column("problem", Json, nullable=True),  # of the last question: code, message, remedy
    Column("bound_at", UtcTime, nullable=True),
    Column("regions_at", UtcTime, nullable=True),  # when the stopped regions were last fetched
    Column("regions_problem", Json, nullable=True),
)

reach_regions = Table(
    "reach_regions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("origin", Code, nullable=False),  # own, list, learned
    Column("carrier", Code, nullable=False),  # company code
    words("account", 64),
    words("province", 32),
    words("city", 32),
    words("district", 32),
    words("street", 64),
    Column("verdict", Code, nullable=False),
    words("reason", 256),
    words("code", 64),
    number("times", 1),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=True),
    UniqueConstraint(
        "origin",
        "carrier",
        "account",
        "province",
        "city",
        "district",
        "street",
        name="uq_reach_regions_region",
    ),
    Index(None, "carrier", "province"),
)

price_tables = Table(
    "price_tables",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("account", String(64), nullable=False),  # account name, or a company code for all of it
    Column("position", Integer, nullable=False),
    Column("record", Json, nullable=False),  # zones, weights in g, money in fen
)

waybill_fees = Table(
    "waybill_fees",
    metadata,
    Column("waybill_id", Key, ForeignKey("waybills.id", ondelete="CASCADE"), primary_key=True),
    words("price_table", 128),
    words("zone", 64),
    number("weight_g"),  # what the estimate was made for
    Column("estimated_fen", Integer, nullable=True),
    Column("billed_fen", Integer, nullable=True),
    Column("billed_weight_g", Integer, nullable=True),
    Column("billed_at", UtcTime, nullable=True),
    words("billed_by", 128),  # carrier, or the name of the statement file
    Column("changed_at", UtcTime, nullable=False),
)

label_files = Table(
    "label_files",
    metadata,
    Column("waybill_id", Key, ForeignKey("waybills.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Code, nullable=False),  # pdf
    words("media", 16),
    Column("content_sealed", Long, nullable=False),  # holds both parties: sealed, Base64 inside
    Column("fetched_at", UtcTime, nullable=False),
)
