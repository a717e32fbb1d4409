"""Of version 0005: what keeps lists quick, and the archive of what is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.store import word_index
from app.store.migrations import columns


def finding() -> None:
    """What keeps lists and search quick with a million orders."""
    op.drop_index(op.f("ix_stock_moves_parcel_id"), table_name="stock_moves")
    op.create_index(op.f("ix_stock_moves_parcel_id_sku_id"), "stock_moves", ["parcel_id", "sku_id"])
    op.add_column("orders", columns.words("carrier", 32))
    op.execute(_CARRIERS)
    for names in (
        ["deadline_at"],
        ["stage", "flow", "paid_at"],
        ["shop_id", "paid_at", "stage", "flow"],
        ["shop_id", "deadline_at", "stage", "flow"],
        ["carrier", "paid_at", "stage", "flow", "shop_id"],
        ["carrier", "deadline_at", "stage", "flow", "shop_id"],
    ):
        op.create_index(op.f(f"ix_orders_{'_'.join(names)}"), "orders", names)
    for names in (["stage", "handed_at"], ["carrier", "handed_at", "stage"]):
        op.create_index(op.f(f"ix_tracks_{'_'.join(names)}"), "tracks", names)
    for name, told in (("open", "ended_at IS NULL"), ("trouble", "warning IS NOT NULL")):
        where = sa.text(told)
        op.create_index(
            f"ix_tracks_of_{name}",
            "tracks",
            ["handed_at"],
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_index(op.f("ix_outbox_order_id"), "outbox", ["order_id"])
    op.create_index(op.f("ix_waybills_parcel_id"), "waybills", ["parcel_id"])
    op.create_index(op.f("ix_print_jobs_parcel_id"), "print_jobs", ["parcel_id"])
    for name, told, names in (
        ("failed", "failed", ["paid_at"]),
        ("held", "hold_count > 0", ["paid_at"]),
        ("other", "flow <> 'parcel'", ["paid_at", "flow"]),  # may be many: counted in the index
        ("other_due", "flow <> 'parcel'", ["deadline_at", "flow"]),
    ):
        where = sa.text(told)
        op.create_index(
            f"ix_orders_of_{name}", "orders", names, sqlite_where=where, postgresql_where=where
        )
    op.create_table(
        "secret_words",
        columns.text("token", 32),
        columns.text("order_id", 24),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_secret_words_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", "order_id", name=op.f("pk_secret_words")),
    )
    op.create_index(op.f("ix_secret_words_order_id"), "secret_words", ["order_id"])
    word_index.create(op.get_bind())
    word_index.rebuild(op.get_bind())


_CARRIERS = """
UPDATE orders SET carrier = COALESCE((
    SELECT CASE WHEN MIN(p.carrier) = MAX(p.carrier) THEN MIN(p.carrier) ELSE '*' END
    FROM order_lines l
    JOIN parcel_lines pl ON pl.order_line_id = l.id
    JOIN parcels p ON p.id = pl.parcel_id
    WHERE l.order_id = orders.id AND p.state <> 'cancelled' AND p.carrier <> ''
), '')
"""


def archive() -> None:
    by_month = "LIST (month)"
    op.create_table(
        "archived_groups",
        columns.text("month", 7),
        columns.text("id", 24),
        columns.number("order_count"),
        sa.Column("body", sa.Text(), nullable=False),
        columns.time("archived_at"),
        sa.PrimaryKeyConstraint("month", "id", name=op.f("pk_archived_groups")),
        postgresql_partition_by=by_month,
    )
    op.create_table(
        "archived_orders",
        columns.text("month", 7),
        columns.text("id", 24),
        columns.text("group_id", 24),
        columns.text("shop_id", 64),
        columns.text("order_id", 64),
        columns.text("status", 32),
        columns.text("stage", 32),
        columns.text("flow", 32),
        columns.flag("failed"),
        columns.number("hold_count"),
        columns.words("carrier", 32),
        columns.time("paid_at", nullable=True),
        columns.time("deadline_at", nullable=True),
        sa.Column("search", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("month", "id", name=op.f("pk_archived_orders")),
        postgresql_partition_by=by_month,
    )
    for names in (
        ["id"],
        ["order_id"],
        ["month", "group_id"],
        ["paid_at"],
        ["deadline_at"],
        ["stage", "flow", "paid_at"],
        ["shop_id", "paid_at"],
        ["carrier", "paid_at"],
    ):
        op.create_index(op.f(f"ix_archived_orders_{'_'.join(names)}"), "archived_orders", names)
    op.create_table(
        "archived_numbers",
        columns.text("number", 64),
        columns.text("month", 7),
        columns.text("group_id", 24),
        columns.words("carrier", 32),
        sa.PrimaryKeyConstraint("number", "month", "group_id", name=op.f("pk_archived_numbers")),
    )
    op.create_index(
        op.f("ix_archived_numbers_month_group_id"), "archived_numbers", ["month", "group_id"]
    )
    if op.get_bind().dialect.name == "postgresql":  # a month without a partition of its own
        for table in ("archived_groups", "archived_orders"):
            op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")
