"""stock that is true: places, batches, serials, bundles, papers, gifts; several benches"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.store.migrations import lists_0005, papers_0005
from app.store.migrations.columns import flag, number, sku, text, time, words

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

_TOLD = {
    "after_sales orders": "after_sales",
    "designs": "label_designs",
    "freight": "freight_statements",
    "listings": "listings",
    "orders parcels": "holds orders parcels",
    "outbox": "outbox",
    "parcels": "scans",
    "parcels waves": "waybills",
    "printers settings": "printers",
    "printers waves": "print_jobs",
    "settings": "accounts gift_rules rules settings",
    "shops": "sync_cursors",
    "shops settings": "shops",
    "stock": "bins bundle_parts sku_barcodes skus stock_balances stock_document_lines"
    " stock_documents stock_moves stock_spots",
    "tracks": "tracks",
    "waves": "waves",
}


def upgrade() -> None:
    lists_0005.archive()
    _goods()
    _shelf()
    papers_0005.papers()
    _parcels()
    _benches()
    lists_0005.finding()
    _fill()
    if op.get_bind().dialect.name == "postgresql":
        _tell()


def _goods() -> None:
    kind = sa.Column("kind", sa.String(length=32), server_default=sa.text("'good'"), nullable=False)
    for column in (
        kind,
        number("length_mm"),
        number("width_mm"),
        number("height_mm"),
        flag("serial_tracked"),
        flag("batch_tracked"),
        number("keep_days"),
        number("lead_days", 7),
        number("pack_quantity", 1),
        number("weight_samples"),
        words("note", 256),
        flag("active", on=True),
        number("revision", 1),
        number("sold_week"),
        number("day_rate"),
    ):
        op.add_column("skus", column)
    op.create_index(
        "ix_skus_figures",
        "skus",
        [
            "id",
            "active",
            "kind",
            "safety_quantity",
            "lead_days",
            "day_rate",
            "created_at",
            "code",
        ],
    )
    op.create_table(
        "weight_samples",
        text("id", 24),
        text("sku_id", 24),
        time("at"),
        number("grams"),
        number("pieces", 1),
        text("parcel_id", 24, nullable=True),
        words("user", 64),
        sku("weight_samples", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_samples")),
        sa.UniqueConstraint("parcel_id", name=op.f("uq_weight_samples_parcel_id")),
    )
    op.create_index(op.f("ix_weight_samples_sku_id_at"), "weight_samples", ["sku_id", "at"])
    op.create_table(
        "bundle_parts",
        text("bundle_id", 24),
        text("sku_id", 24),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_bundle_parts_counts_pieces")),
        sku("bundle_parts", "bundle_id", "CASCADE"),
        sku("bundle_parts"),
        sa.PrimaryKeyConstraint("bundle_id", "sku_id", name=op.f("pk_bundle_parts")),
    )
    op.create_index(op.f("ix_bundle_parts_sku_id"), "bundle_parts", ["sku_id"])
    op.create_table(
        "look_alikes",
        text("sku_id", 24),
        text("other_id", 24),
        words("note", 128),
        number("mistaken"),
        words("set_by", 64),
        sku("look_alikes", "sku_id", "CASCADE"),
        sku("look_alikes", "other_id", "CASCADE"),
        sa.PrimaryKeyConstraint("sku_id", "other_id", name=op.f("pk_look_alikes")),
    )
    op.create_table(
        "gift_rules",
        text("id", 24),
        text("name", 128),
        number("position"),
        flag("active", on=True),
        sa.Column("when", sa.JSON(), nullable=False),
        text("sku_id", 24),
        number("quantity", 1),
        flag("each"),
        number("most"),
        number("given"),
        time("starts_at", nullable=True),
        time("ends_at", nullable=True),
        flag("wait"),
        time("changed_at"),
        words("changed_by", 64),
        sku("gift_rules"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_rules")),
        sa.UniqueConstraint("name", name=op.f("uq_gift_rules_name")),
    )
    op.create_table(
        "order_gifts",
        text("order_id", 24),
        text("rule_id", 24),
        text("sku_id", 24),
        number("quantity"),
        words("why", 32),
        time("at"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_gifts_order_id"), ondelete="CASCADE"
        ),
        sku("order_gifts"),
        sa.PrimaryKeyConstraint("order_id", "rule_id", name=op.f("pk_order_gifts")),
    )
    op.create_index(op.f("ix_order_gifts_rule_id"), "order_gifts", ["rule_id"])
    op.add_column("orders", time("gifts_at", nullable=True))
    op.add_column("listings", flag("presale"))


def _shelf() -> None:
    for name in ("defective", "in_transit", "presale"):
        op.add_column("stock_balances", number(name))
    op.create_table(
        "bins",
        text("code", 32),
        sa.Column("kind", sa.String(length=32), server_default=sa.text("'pick'"), nullable=False),
        number("position"),
        words("note", 128),
        time("created_at"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_bins")),
    )
    op.create_table(
        "stock_batches",
        text("id", 24),
        text("sku_id", 24),
        text("code", 64),
        words("made_on", 10),
        words("expires_on", 10),
        time("created_at"),
        sku("stock_batches"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_batches")),
        sa.UniqueConstraint("sku_id", "code", name=op.f("uq_stock_batches_sku_id_code")),
    )
    op.create_index(op.f("ix_stock_batches_expires_on"), "stock_batches", ["expires_on"])
    op.create_table(
        "stock_spots",
        text("sku_id", 24),
        text("bin", 32),
        text("batch_id", 24),
        number("quantity"),
        sku("stock_spots"),
        sa.PrimaryKeyConstraint("sku_id", "bin", "batch_id", name=op.f("pk_stock_spots")),
    )
    op.create_index(op.f("ix_stock_spots_bin"), "stock_spots", ["bin"])
    op.create_table(
        "stock_serials",
        text("sku_id", 24),
        text("serial", 64),
        text("state", 32),
        text("parcel_id", 24, nullable=True),
        words("reference", 128),
        time("received_at"),
        time("changed_at"),
        sku("stock_serials"),
        sa.PrimaryKeyConstraint("sku_id", "serial", name=op.f("pk_stock_serials")),
    )
    op.create_index(op.f("ix_stock_serials_serial"), "stock_serials", ["serial"])
    op.create_index(op.f("ix_stock_serials_parcel_id"), "stock_serials", ["parcel_id"])
    op.create_table(
        "serial_events",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        time("at"),
        text("sku_id", 24),
        text("serial", 64),
        text("kind", 32),
        text("state", 32),
        words("before", 32),
        text("parcel_id", 24, nullable=True),
        words("reference", 128),
        words("user", 64),
        words("bench", 64),
        words("operation", 24),
        sku("serial_events"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_events")),
    )
    op.create_index(
        op.f("ix_serial_events_sku_id_serial_id"), "serial_events", ["sku_id", "serial", "id"]
    )
    op.create_index(op.f("ix_serial_events_operation"), "serial_events", ["operation"])
    for column in (
        number("defective_delta"),
        number("in_transit_delta"),
        number("presale_delta"),
        words("bin", 32),
        words("batch_id", 24),
        words("operation", 24),
        words("undoes", 24),
        words("line_id", 24),
    ):
        op.add_column("stock_moves", column)
    op.create_index(op.f("ix_stock_moves_at"), "stock_moves", ["at"])
    op.create_index(op.f("ix_stock_moves_operation"), "stock_moves", ["operation"])


def _parcels() -> None:
    op.add_column("parcels", words("box_sku_id", 24))
    op.add_column("parcels", flag("oversold"))
    op.add_column("reservations", number("set_aside"))
    op.add_column("parcel_lines", words("gift_rule_id", 24))
    op.add_column("scans", words("part_sku_id", 24))
    op.create_table(
        "parcel_line_parts",
        text("parcel_line_id", 24),
        text("sku_id", 24),
        sa.Column("each", sa.Integer(), nullable=False),
        number("scanned"),
        sa.CheckConstraint("each > 0", name=op.f("ck_parcel_line_parts_counts_pieces")),
        sa.ForeignKeyConstraint(
            ["parcel_line_id"],
            ["parcel_lines.id"],
            name=op.f("fk_parcel_line_parts_parcel_line_id"),
            ondelete="CASCADE",
        ),
        sku("parcel_line_parts"),
        sa.PrimaryKeyConstraint("parcel_line_id", "sku_id", name=op.f("pk_parcel_line_parts")),
    )
    op.create_index(op.f("ix_parcel_line_parts_sku_id"), "parcel_line_parts", ["sku_id"])
    op.drop_index("uq_reservations_one_active", table_name="reservations")
    op.create_index(
        "uq_reservations_one_active",
        "reservations",
        ["parcel_line_id", "sku_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _benches() -> None:
    op.create_table(
        "benches",
        text("name", 64),
        words("host", 128),
        words("version", 32),
        words("user", 64),
        time("seen_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_benches")),
    )
    op.create_table(
        "shared_secrets",
        text("name", 128),
        sa.Column("sealed", sa.Text(), nullable=False),
        time("changed_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shared_secrets")),
    )


def _fill() -> None:
    """What is there lies in its item's home bin, and its ledger says so."""
    op.execute(
        "INSERT INTO stock_spots (sku_id, bin, batch_id, quantity) "
        "SELECT b.sku_id, s.bin, '', b.on_hand "
        "FROM stock_balances b JOIN skus s ON s.id = b.sku_id"
    )
    op.execute(
        "UPDATE stock_moves SET bin = (SELECT s.bin FROM skus s WHERE s.id = stock_moves.sku_id) "
        "WHERE on_hand_delta <> 0"
    )
    op.execute(
        "INSERT INTO bins (code, created_at) "
        "SELECT bin, MIN(created_at) FROM skus WHERE bin <> '' GROUP BY bin"
    )


def _tell() -> None:
    """Other benches hear what is committed here: who it was, and what it is about."""
    op.execute(
        "CREATE FUNCTION packbench_tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_notify('packbench', coalesce(current_setting('packbench.sender', true), '')"
        " || ' ' || TG_ARGV[0]); RETURN NULL; END $$"
    )
    for topics, tables in _TOLD.items():
        for table in tables.split():
            op.execute(
                f"CREATE TRIGGER packbench_tell AFTER INSERT OR UPDATE OR DELETE ON {table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION packbench_tell('{topics}')"
            )


def downgrade() -> None:
    """Not possible without losing what is kept: restore the copy made before the upgrade."""
    raise NotImplementedError
