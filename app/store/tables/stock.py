"""What the shelf holds: balances, the same by place and batch, the append-only ledger, papers."""

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
    text,
)

from app.store.tables.base import Counter, metadata, number, words
from app.store.types import Code, Json, Key, UtcTime

stock_balances = Table(
    "stock_balances",
    metadata,
    Column("sku_id", Key, ForeignKey("skus.id"), primary_key=True),
    number("on_hand"),  # good pieces, wherever they lie
    number("allocated"),  # active reservations and ``presale``
    Column("available", Integer, Computed("on_hand - allocated", persisted=True), nullable=False),
    number("defective"),  # here, and not for sale
    number("in_transit"),  # on the way to us
    number("presale"),  # set aside for presale orders, not yet reserved by one
    CheckConstraint("allocated >= 0", name="allocated_not_negative"),
)

bins = Table(
    "bins",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("kind", Code, nullable=False, server_default=text("'pick'")),  # see BinKind
    number("position"),  # in the walk; 0 = by its name
    words("note", 128),
    Column("created_at", UtcTime, nullable=False),
)

stock_batches = Table(
    "stock_batches",
    metadata,
    Column("id", Key, primary_key=True),
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=False),
    Column("code", String(64), nullable=False),
    words("made_on", 10),  # 2026-11-28; "" = not told
    words("expires_on", 10),  # the last day it may be used
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("sku_id", "code"),
    Index(None, "expires_on"),
)

stock_spots = Table(
    "stock_spots",
    metadata,
    Column("sku_id", Key, ForeignKey("skus.id"), primary_key=True),
    Column("bin", String(32), primary_key=True),  # "" = nobody said where
    Column("batch_id", Key, primary_key=True),  # "" = of no batch
    number("quantity"),
    Index(None, "bin"),
)

stock_serials = Table(
    "stock_serials",
    metadata,
    Column("sku_id", Key, ForeignKey("skus.id"), primary_key=True),
    Column("serial", String(64), primary_key=True),
    Column("state", Code, nullable=False),  # see SerialState
    Column("parcel_id", Key, nullable=True),  # the one it left with
    words("reference", 128),  # the paper it came with
    Column("received_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Index(None, "serial"),
    Index(None, "parcel_id"),
)

serial_events = Table(
    "serial_events",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("kind", Code, nullable=False),  # the movement it was part of, see MoveKind
    Column("state", Code, nullable=False),  # what it is now; see SerialState
    words("before", 32),  # what it was; "" = it was not known here
    Column("parcel_id", Key, nullable=True),
    words("reference", 128),
    words("user", 64),
    words("bench", 64),
    words("operation", 24),
    Index(None, "sku_id", "serial", "id"),
    Index(None, "operation"),
)

stock_moves = Table(
    "stock_moves",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=False),
    Column("kind", Code, nullable=False),
    number("on_hand_delta"),  # at ``bin`` and of ``batch_id``
    number("allocated_delta"),
    Column("parcel_id", Key, nullable=True),
    words("reference", 128),
    words("reason", 256),
    words("user", 64),
    words("bench", 64),
    # One external event moves stock once, however often it is told: parcel, document, scan nonce.
    Column("once", String(128), nullable=True, unique=True),
    number("defective_delta"),
    number("in_transit_delta"),
    number("presale_delta"),
    words("bin", 32),
    words("batch_id", 24),
    words("operation", 24),  # rows that one action of a person made together
    words("undoes", 24),  # the operation that this row takes back
    words("line_id", 24),  # the line of a paper that was booked; taken back by that paper only
    Index(None, "sku_id", "id"),
    # With the item: by the parcel alone, SQLite would rather go through all an item ever moved.
    Index(None, "parcel_id", "sku_id"),
    Index(None, "at"),
    Index(None, "operation"),
)

stock_documents = Table(
    "stock_documents",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Code, nullable=False),  # see StockPaper
    words("source", 32),  # who numbers it: pos, wms …; "" = we do
    Column("number", String(64), nullable=False),
    Column("state", Code, nullable=False),  # see PaperState
    words("note", 256),
    Column("bins", Json, nullable=True),  # of a count: which bins and items, and how far they are
    Column("created_at", UtcTime, nullable=False),
    words("created_by", 64),
    Column("done_at", UtcTime, nullable=True),
    words("done_by", 64),
    words("bench", 64),
    words("digest", 64),  # of what it was made from: the same number must mean the same paper
    UniqueConstraint("source", "kind", "number"),
    Index(None, "kind", "state", "created_at"),
    Index(None, "created_at"),
)

stock_document_lines = Table(
    "stock_document_lines",
    metadata,
    Column("id", Key, primary_key=True),
    Column(
        "document_id", Key, ForeignKey("stock_documents.id", ondelete="CASCADE"), nullable=False
    ),
    number("position"),
    Column("sku_id", Key, ForeignKey("skus.id"), nullable=False),
    words("bin", 32),
    words("to_bin", 32),
    words("batch_id", 24),
    Column("expected", Integer, nullable=True),  # by the paper, or by the books when it was counted
    Column("counted", Integer, nullable=True),
    number("done"),  # booked so far
    Column("counted_at", UtcTime, nullable=True),
    words("counted_by", 64),
    words("note", 256),
    Column("state", Code, nullable=False, server_default=text("''")),  # of a count: see LineState
    Index(None, "document_id", "position"),
    Index(None, "sku_id"),
)

sku_days = Table(
    "sku_days",
    metadata,
    Column("day", String(10), primary_key=True),  # a business day, UTC+8; closed ones only
    Column("sku_id", Key, ForeignKey("skus.id", ondelete="CASCADE"), primary_key=True),
    number("shipped"),
    Index(None, "sku_id", "day"),
)
