"""Requests for numbers, the numbers themselves, and print jobs."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from app.store.tables.base import flag, metadata, number, words
from app.store.types import Code, ExternalId, Json, Key, Long, ShopId, UtcTime

waybill_requests = Table(
    "waybill_requests",
    metadata,
    Column("id", Key, primary_key=True),  # the idempotency key the other side sees
    Column("shipment_id", Key, ForeignKey("shipments.id"), nullable=False),
    Column("parcel_id", Key, ForeignKey("parcels.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("route", Code, nullable=False),
    Column("carrier", Code, nullable=False),
    Column("account", String(64), nullable=False),
    Column("shop_id", ShopId, nullable=False),
    Column("state", Code, nullable=False),
    Column("booking_sealed", Long, nullable=False),
    Column("answer_sealed", Long, nullable=True),
    Column("problem", Json, nullable=True),
    number("lookups"),  # since it was last sent
    number("unheard"),  # of these, answers in a row that nobody knows of it
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime, nullable=True),
    Column("done_at", UtcTime, nullable=True),
    UniqueConstraint("shipment_id", "attempt"),
    # One live request a shipment: the database itself refuses a silent second number.
    Index(
        "uq_waybill_requests_one_live",
        "shipment_id",
        unique=True,
        sqlite_where=text("state IN ('pending', 'sent', 'issued', 'unknown')"),
        postgresql_where=text("state IN ('pending', 'sent', 'issued', 'unknown')"),
    ),
    Index(None, "parcel_id"),
    Index(None, "state"),
)

waybills = Table(
    "waybills",
    metadata,
    Column("id", Key, primary_key=True),
    Column("request_id", Key, ForeignKey("waybill_requests.id"), nullable=True),
    Column("parcel_id", Key, ForeignKey("parcels.id"), nullable=False),
    Column("carrier", Code, nullable=False),
    Column("route", Code, nullable=False),
    Column("account", String(64), nullable=False),
    Column("number", ExternalId, nullable=False),
    Column("kind", Code, nullable=False),  # mother (also of a single box), child, return_slip
    number("box_no", 1),  # the mother is box 1
    Column("state", Code, nullable=False),
    Column("template", Code, nullable=False),
    Column("label", Json, nullable=False),  # the carrier's route data, as it came
    Column("parties_sealed", Long, nullable=True),
    Column("print_info", Long, nullable=True),
    words("carrier_order", 64),
    words("address_hash", 128),
    Column("issued_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("first_scan_at", UtcTime, nullable=True),  # the carrier has seen the parcel
    Column("expires_at", UtcTime, nullable=True),  # an unused number ends by itself (ZTO)
    UniqueConstraint("carrier", "number"),
    Index(
        "uq_waybills_one_live",
        "parcel_id",
        unique=True,
        sqlite_where=text(
            "kind = 'mother' AND state IN ('issued', 'printed', 'packed', 'handed_over')"
        ),
        postgresql_where=text(
            "kind = 'mother' AND state IN ('issued', 'printed', 'packed', 'handed_over')"
        ),
    ),
    Index(None, "number"),
    Index(None, "parcel_id"),
)

print_jobs = Table(
    "print_jobs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("document", Code, nullable=False),
    Column("printer", String(64), nullable=False),
    Column("parcel_id", Key, ForeignKey("parcels.id"), nullable=True),
    Column("waybill_id", Key, ForeignKey("waybills.id"), nullable=True),
    Column("wave_id", Key, ForeignKey("waves.id"), nullable=True),
    Column("state", Code, nullable=False),
    number("position"),
    number("copy_no"),  # 0 = first print, n = nth reprint
    words("reprint_reason", 256),
    Column("reason", Long, nullable=True),  # why it failed or is unknown, a stored sentence
    words("user", 64),
    Column("created_at", UtcTime, nullable=False),
    Column("claimed_at", UtcTime, nullable=True),
    Column("done_at", UtcTime, nullable=True),
    words("confirmed_by", 64),  # printer, scan, or a person's name
    Column("unknown_at", UtcTime, nullable=True),  # since when somebody had to look; stays
    Column("expires_at", UtcTime, nullable=True),  # not begun by then: never begun
    flag("cut"),  # may be broken off: the printer may wait for the rest of it
    Index(None, "waybill_id"),
    Index(None, "parcel_id"),
    Index(None, "wave_id", "document"),
    Index(None, "state", "printer"),
)
