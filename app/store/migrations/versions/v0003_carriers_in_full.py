"""carriers in full: tracking, reach, prices and fees, account states, carriers' own labels"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.store.types

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")


def _words(name: str, size: int | None = None) -> sa.Column[str]:
    kind: sa.types.TypeEngine[str] = sa.String(length=size) if size else sa.Text()
    return sa.Column(name, kind, server_default=_EMPTY, nullable=False)


def _text(name: str, size: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=size), nullable=nullable)


def _number(name: str, default: int = 0) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text(str(default)), nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, app.store.types.UtcTime(timezone=True), nullable=nullable)


def _of_waybill(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["waybill_id"],
        ["waybills.id"],
        name=op.f(f"fk_{table}_waybill_id"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.add_column("accounts", _words("company", 32))
    op.execute("UPDATE accounts SET company = carrier")
    op.add_column("waybills", _time("first_scan_at"))
    op.add_column("waybills", _time("expires_at"))
    op.add_column("waybill_requests", _number("unheard"))
    op.add_column("parcels", sa.Column("choice_trail", sa.JSON(), nullable=True))
    op.add_column("parcels", _words("product", 32))
    op.add_column("shipments", _time("boxes_asked_at"))
    _travels()
    _accounts()
    _reach()
    _money()
    _freight()
    op.create_table(
        "address_corrections",
        _text("parcel_id", 24),
        sa.Column("receiver_sealed", sa.Text(), nullable=False),
        _words("order_hash", 128),
        _number("revision", 1),
        _time("corrected_at", nullable=False),
        _words("corrected_by", 64),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["parcels.id"],
            name=op.f("fk_address_corrections_parcel_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("parcel_id", name=op.f("pk_address_corrections")),
    )
    op.create_table(
        "label_files",
        _text("waybill_id", 24),
        _text("kind", 32),
        _words("media", 16),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        _time("fetched_at", nullable=False),
        _of_waybill("label_files"),
        sa.PrimaryKeyConstraint("waybill_id", name=op.f("pk_label_files")),
    )


def _travels() -> None:
    op.create_table(
        "tracks",
        _text("waybill_id", 24),
        _text("parcel_id", 24),
        _text("carrier", 32),
        _text("number", 64),
        _words("account", 64),
        _text("stage", 32, nullable=True),
        _time("last_at"),
        _time("polled_at"),
        _time("next_at"),
        _number("polls"),
        _number("failures"),
        sa.Column("failure", sa.Text(), nullable=True),
        _text("warning", 32, nullable=True),
        _time("warning_since_at"),
        _words("warning_seen_by", 64),
        _time("promised_at"),
        _words("goes_on_as", 64),
        _time("handed_at", nullable=False),
        _time("ended_at"),
        _number("progress"),
        _text("last_event_id", 24, nullable=True),
        _time("news_at"),
        _of_waybill("tracks"),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_tracks_parcel_id")),
        sa.PrimaryKeyConstraint("waybill_id", name=op.f("pk_tracks")),
    )
    op.create_index(op.f("ix_tracks_next_at"), "tracks", ["next_at"])
    op.create_index(op.f("ix_tracks_account_next_at"), "tracks", ["account", "next_at"])
    op.create_index(op.f("ix_tracks_account_carrier"), "tracks", ["account", "carrier"])
    op.create_index(op.f("ix_tracks_handed_at_stage"), "tracks", ["handed_at", "stage"])
    op.create_index(op.f("ix_tracks_polled_at"), "tracks", ["polled_at"])
    op.create_index(op.f("ix_tracks_news_at"), "tracks", ["news_at"])
    op.create_index(op.f("ix_tracks_warning"), "tracks", ["warning"])
    op.create_index(op.f("ix_tracks_parcel_id"), "tracks", ["parcel_id"])
    op.create_table(
        "track_events",
        _text("id", 24),
        _text("waybill_id", 24),
        _time("at", nullable=False),
        _text("stage", 32),
        _words("code", 64),
        _words("place", 128),
        sa.Column("text_sealed", sa.Text(), nullable=False),
        _text("fingerprint", 64),
        _time("stored_at", nullable=False),
        _of_waybill("track_events"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_events")),
        sa.UniqueConstraint(
            "waybill_id", "fingerprint", name=op.f("uq_track_events_waybill_id_fingerprint")
        ),
    )
    op.create_index(op.f("ix_track_events_waybill_id_at"), "track_events", ["waybill_id", "at"])


def _accounts() -> None:
    op.create_table(
        "account_calls",
        _text("account", 64),
        _text("day", 10),
        _text("service", 64),
        _number("calls"),
        _number("refused"),
        sa.PrimaryKeyConstraint("account", "day", "service", name=op.f("pk_account_calls")),
    )
    op.create_table(
        "account_states",
        _text("account", 64),
        sa.Column("numbers_left", sa.Integer(), nullable=True),
        _time("asked_at"),
        sa.Column("problem", sa.JSON(), nullable=True),
        _time("bound_at"),
        _time("regions_at"),
        sa.Column("regions_problem", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_states")),
    )


def _reach() -> None:
    op.create_table(
        "reach_regions",
        _text("id", 24),
        _text("origin", 32),
        _text("carrier", 32),
        _words("account", 64),
        _words("province", 32),
        _words("city", 32),
        _words("district", 32),
        _words("street", 64),
        _text("verdict", 32),
        _words("reason", 256),
        _words("code", 64),
        _number("times", 1),
        _time("first_at", nullable=False),
        _time("last_at", nullable=False),
        _time("until_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach_regions")),
        sa.UniqueConstraint(
            "origin",
            "carrier",
            "account",
            "province",
            "city",
            "district",
            "street",
            name=op.f("uq_reach_regions_region"),
        ),
    )
    op.create_index(
        op.f("ix_reach_regions_carrier_province"), "reach_regions", ["carrier", "province"]
    )


def _money() -> None:
    op.create_table(
        "price_tables",
        _text("name", 128),
        _text("account", 64),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_price_tables")),
    )
    op.create_table(
        "waybill_fees",
        _text("waybill_id", 24),
        _words("price_table", 128),
        _words("zone", 64),
        _number("weight_g"),
        sa.Column("estimated_fen", sa.Integer(), nullable=True),
        sa.Column("billed_fen", sa.Integer(), nullable=True),
        sa.Column("billed_weight_g", sa.Integer(), nullable=True),
        _time("billed_at"),
        _words("billed_by", 128),
        _time("changed_at", nullable=False),
        _of_waybill("waybill_fees"),
        sa.PrimaryKeyConstraint("waybill_id", name=op.f("pk_waybill_fees")),
    )


def _freight() -> None:
    op.create_table(
        "freight_statements",
        _text("id", 24),
        _text("carrier", 32),
        _text("kind", 32),
        _text("name", 128),
        _text("digest", 64),
        _number("line_count"),
        _time("imported_at", nullable=False),
        _words("imported_by", 64),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_statements")),
        sa.UniqueConstraint("digest", name=op.f("uq_freight_statements_digest")),
    )
    op.create_index(
        op.f("ix_freight_statements_imported_at"), "freight_statements", ["imported_at"]
    )
    op.create_table(
        "freight_lines",
        _text("id", 24),
        _text("statement_id", 24),
        sa.Column("line", sa.Integer(), nullable=False),
        _text("carrier", 32),
        _text("number", 64),
        _text("day", 10),
        _words("kind", 64),
        sa.Column("billed_fen", sa.Integer(), nullable=False),
        sa.Column("billed_weight_g", sa.Integer(), nullable=True),
        _text("waybill_id", 24, nullable=True),
        sa.Column("weight_g", sa.Integer(), nullable=True),
        sa.Column("expected_fen", sa.Integer(), nullable=True),
        _number("over_fen"),
        _text("verdict", 32),
        _time("accepted_at"),
        _words("accepted_by", 64),
        _words("accepted_why", 256),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["freight_statements.id"],
            name=op.f("fk_freight_lines_statement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["waybill_id"],
            ["waybills.id"],
            name=op.f("fk_freight_lines_waybill_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_lines")),
        sa.UniqueConstraint("statement_id", "line", name=op.f("uq_freight_lines_line")),
    )
    op.create_index(op.f("ix_freight_lines_carrier_number"), "freight_lines", ["carrier", "number"])
    op.create_index(op.f("ix_freight_lines_day_verdict"), "freight_lines", ["day", "verdict"])


def downgrade() -> None:
    """Not possible without losing what is kept: restore the copy made before the upgrade."""
    raise NotImplementedError
