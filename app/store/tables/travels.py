"""Parcels after they left: where they are, and every event that a carrier told."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint, text

from app.store.tables.base import metadata, number, words
from app.store.types import Code, ExternalId, Key, Long, UtcTime

tracks = Table(
    "tracks",
    metadata,
    Column("waybill_id", Key, ForeignKey("waybills.id", ondelete="CASCADE"), primary_key=True),
    Column("parcel_id", Key, ForeignKey("parcels.id"), nullable=False),
    Column("carrier", Code, nullable=False),
    Column("number", ExternalId, nullable=False),
    words("account", 64),  # the account that answers for it; "" = none can
    Column("stage", Code, nullable=True),  # None: no event yet
    Column("last_at", UtcTime, nullable=True),
    Column("polled_at", UtcTime, nullable=True),
    Column("next_at", UtcTime, nullable=True),  # None: not asked any more
    number("polls"),
    number("failures"),  # in a row
    Column("failure", Long, nullable=True),  # a stored sentence
    Column("warning", Code, nullable=True),
    Column("warning_since_at", UtcTime, nullable=True),
    words("warning_seen_by", 64),
    Column("promised_at", UtcTime, nullable=True),  # the shop's promise to the buyer
    words("goes_on_as", 64),  # forwarded or returned under another number
    Column("handed_at", UtcTime, nullable=False),  # when the waiting began
    Column("ended_at", UtcTime, nullable=True),
    number("progress"),  # dots reached of five
    Column("last_event_id", Key, nullable=True),
    Column("news_at", UtcTime, nullable=True),  # when something of this row last changed here
    Index(None, "next_at"),
    Index(None, "account", "next_at"),
    Index(None, "account", "carrier"),
    Index(None, "handed_at", "stage"),
    Index(None, "stage", "handed_at"),
    Index(None, "carrier", "handed_at", "stage"),
    Index(
        "ix_tracks_of_trouble",
        "handed_at",
        sqlite_where=text("warning IS NOT NULL"),
        postgresql_where=text("warning IS NOT NULL"),
    ),
    Index(
        "ix_tracks_of_open",
        "handed_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(None, "polled_at"),
    Index(None, "news_at"),
    Index(None, "warning"),
    Index(None, "parcel_id"),
)

track_events = Table(
    "track_events",
    metadata,
    Column("id", Key, primary_key=True),
    Column("waybill_id", Key, ForeignKey("waybills.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("stage", Code, nullable=False),
    words("code", 64),  # the carrier's own
    words("place", 128),
    Column("text_sealed", Long, nullable=False),  # may name a courier
    Column("fingerprint", String(64), nullable=False),  # time, code and text: stored once
    Column("stored_at", UtcTime, nullable=False),
    UniqueConstraint("waybill_id", "fingerprint"),
    Index(None, "waybill_id", "at"),
)
