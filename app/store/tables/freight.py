"""Statements of carriers: what they charged for, line by line, and what was said about it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from app.store.tables.base import metadata, number, words
from app.store.types import Code, ExternalId, Key, UtcTime

freight_statements = Table(
    "freight_statements",
    metadata,
    Column("id", Key, primary_key=True),
    Column("carrier", Code, nullable=False),  # company code
    Column("kind", Code, nullable=False),  # file, or asked: the carrier answered by its interface
    Column("name", String(128), nullable=False),  # of the file, or of the account that was asked
    # The same file is taken once; an account has one statement that grows.
    Column("digest", String(64), nullable=False, unique=True),
    number("line_count"),
    Column("imported_at", UtcTime, nullable=False),
    words("imported_by", 64),
    Index(None, "imported_at"),
)

freight_lines = Table(
    "freight_lines",
    metadata,
    Column("id", Key, primary_key=True),
    Column(
        "statement_id",
        Key,
        ForeignKey("freight_statements.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("line", Integer, nullable=False),  # of the file, the heading being 1
    Column("carrier", Code, nullable=False),
    Column("number", ExternalId, nullable=False),
    Column("day", String(10), nullable=False),  # business day, UTC+8: shipped, as the carrier says
    words("kind", 64),  # the carrier's own word for the fee
    Column("billed_fen", Integer, nullable=False),
    Column("billed_weight_g", Integer, nullable=True),
    Column("waybill_id", Key, ForeignKey("waybills.id", ondelete="SET NULL"), nullable=True),
    Column("weight_g", Integer, nullable=True),  # ours when it was judged
    Column("expected_fen", Integer, nullable=True),  # None: no price table says
    number("over_fen"),  # what was charged too much; below 0: too little
    Column("verdict", Code, nullable=False),
    Column("accepted_at", UtcTime, nullable=True),
    words("accepted_by", 64),
    words("accepted_why", 256),
    UniqueConstraint("statement_id", "line", name="uq_freight_lines_line"),
    Index(None, "carrier", "number"),
    Index(None, "day", "verdict"),
)
