"""after-sales in full, pushes, listings as the shop tells them, parcels of exchanges

Columns are added one by one and never through a rebuilt table: dropping a table that others refer
to would take their rows along.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.store.types

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")


def _words(name: str, size: int | None = None) -> sa.Column[str]:
    kind: sa.types.TypeEngine[str] = sa.String(length=size) if size else sa.Text()
    return sa.Column(name, kind, server_default=_EMPTY, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, app.store.types.UtcTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _push_events()
    _after_sales()
    op.create_table(
        "reason_templates",
        sa.Column("id", sa.String(length=24), nullable=False),
        _words("shop_id", 64),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=256), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=True),
        _number("position"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason_templates")),
    )
    for column in (
        _words("sku_code", 128),
        _words("barcode", 64),
        _words("image_url", 512),
        _number("price_fen"),
        _words("status", 32),
        sa.Column("shop_stock", sa.Integer(), nullable=True),
        _time("stock_seen_at"),
        _time("pulled_at"),
        _number("stock_generation"),
    ):
        op.add_column("listings", column)
    op.create_index(op.f("ix_listings_sku_code"), "listings", ["sku_code"])
    op.create_index(op.f("ix_listings_barcode"), "listings", ["barcode"])
    op.create_index(
        op.f("ix_orders_shop_id_created_at"), "orders", ["shop_id", "created_at"], unique=False
    )
    op.add_column("order_lines", _time("sku_change_until_at"))
    op.add_column(
        "orders",
        sa.Column("sent_elsewhere", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("orders", _time("virtual_until_at"))
    op.add_column("orders", _time("address_asked_at"))
    op.add_column("orders", _words("inspection"))
    op.add_column("parcels", sa.Column("after_sale_id", sa.String(length=64), nullable=True))
    op.add_column("parcels", sa.Column("serials", sa.JSON(), nullable=True))
    _boxes()
    op.add_column("outbox", _words("waits_for", 32))
    op.add_column("shop_accounts", _words("template_id", 64))
    op.add_column("sync_cursors", _number("backlog"))
    op.add_column("sync_cursors", _time("backlog_since_at"))


def _push_events() -> None:
    op.create_table(
        "push_events",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("once", sa.String(length=128), nullable=False),
        sa.Column("shop_id", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        _number("attempts"),
        sa.Column("reason", sa.Text(), nullable=True),
        _time("happened_at"),
        _time("received_at", nullable=False),
        _time("next_at", nullable=False),
        _time("done_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_events")),
        sa.UniqueConstraint("once", name=op.f("uq_push_events_once")),
    )
    op.create_index(op.f("ix_push_events_state_next_at"), "push_events", ["state", "next_at"])
    op.create_index(op.f("ix_orders_stored_at"), "orders", ["stored_at"])


def _boxes() -> None:
    """Every box of a shipment has a row: one live mother a parcel, any number of children."""
    box_no = sa.Column("box_no", sa.Integer(), server_default=sa.text("1"), nullable=False)
    op.add_column("waybills", box_no)
    one_live = sa.text(
        "kind = 'mother' AND state IN ('issued', 'printed', 'packed', 'handed_over')"
    )
    op.drop_index("uq_waybills_one_live", table_name="waybills")
    op.create_index(
        "uq_waybills_one_live",
        "waybills",
        ["parcel_id"],
        unique=True,
        sqlite_where=one_live,
        postgresql_where=one_live,
    )


def _after_sales() -> None:
    """A new key (shop, after-sale) and all that the case itself tells; the rows are kept."""
    op.rename_table("after_sales", "after_sales_0001")
    if op.get_bind().dialect.name != "sqlite":  # SQLite's primary keys have no names to clash
        op.execute("ALTER INDEX pk_after_sales RENAME TO pk_after_sales_0001")
    op.create_table(
        "after_sales",
        sa.Column("shop_id", sa.String(length=64), nullable=False),
        sa.Column("after_sale_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=True),
        _words("shop_order_id", 64),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("affects_goods", sa.Boolean(), server_default=sa.true(), nullable=False),
        _words("kind", 32),
        _words("stage", 32),
        sa.Column("price_difference", sa.Boolean(), server_default=sa.false(), nullable=False),
        _words("reason", 64),
        _words("reason_text", 256),
        _words("buyer_words"),
        _number("amount_fen"),
        _number("refund_reason"),
        sa.Column("goods", sa.JSON(), nullable=True),
        _words("new_sku_id", 64),
        _words("new_sku_code", 128),
        _words("return_company", 32),
        _words("return_number", 64),
        _words("exchange_company", 32),
        _words("exchange_number", 64),
        sa.Column("media", sa.JSON(), nullable=True),
        _time("deadline_at"),
        _time("created_at"),
        _time("updated_at"),
        sa.Column("raw", sa.Text(), nullable=True),
        _time("received_at"),
        _words("received_note", 256),
        _time("seen_at", nullable=False),
        sa.Column("unread", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_after_sales_shop_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_after_sales_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "after_sale_id", name=op.f("pk_after_sales")),
    )
    op.execute(
        "INSERT INTO after_sales"
        " (shop_id, after_sale_id, order_id, shop_order_id, status, open, affects_goods, seen_at)"
        " SELECT orders.shop_id, old.after_sale_id, old.order_id, orders.order_id, old.status,"
        " old.open, old.affects_goods, old.seen_at"
        " FROM after_sales_0001 AS old JOIN orders ON orders.id = old.order_id"
    )
    op.drop_table("after_sales_0001")
    op.create_index(op.f("ix_after_sales_order_id"), "after_sales", ["order_id"])
    op.create_index(op.f("ix_after_sales_shop_order_id"), "after_sales", ["shop_order_id"])
    op.create_index(op.f("ix_after_sales_unread"), "after_sales", ["unread"])
    op.create_index(op.f("ix_after_sales_open_deadline_at"), "after_sales", ["open", "deadline_at"])
    op.create_index(op.f("ix_after_sales_return_number"), "after_sales", ["return_number"])


def downgrade() -> None:
    """Not possible without losing what is kept: restore the copy made before the upgrade."""
    raise NotImplementedError
