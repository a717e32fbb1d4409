"""Of version 0005: papers that stock is moved by, and what left day by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.store.migrations import columns


def papers() -> None:
    op.create_table(
        "stock_documents",
        columns.text("id", 24),
        columns.text("kind", 32),
        columns.words("source", 32),
        columns.text("number", 64),
        columns.text("state", 32),
        columns.words("note", 256),
        sa.Column("bins", sa.JSON(), nullable=True),
        columns.time("created_at"),
        columns.words("created_by", 64),
        columns.time("done_at", nullable=True),
        columns.words("done_by", 64),
        columns.words("bench", 64),
        columns.words("digest", 64),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_documents")),
        sa.UniqueConstraint(
            "source", "kind", "number", name=op.f("uq_stock_documents_source_kind_number")
        ),
    )
    op.create_index(
        op.f("ix_stock_documents_kind_state_created_at"),
        "stock_documents",
        ["kind", "state", "created_at"],
    )
    op.create_index(op.f("ix_stock_documents_created_at"), "stock_documents", ["created_at"])
    op.create_table(
        "stock_document_lines",
        columns.text("id", 24),
        columns.text("document_id", 24),
        columns.number("position"),
        columns.text("sku_id", 24),
        columns.words("bin", 32),
        columns.words("to_bin", 32),
        columns.words("batch_id", 24),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=True),
        columns.number("done"),
        columns.time("counted_at", nullable=True),
        columns.words("counted_by", 64),
        columns.words("note", 256),
        columns.words("state", 32),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["stock_documents.id"],
            name=op.f("fk_stock_document_lines_document_id"),
            ondelete="CASCADE",
        ),
        columns.sku("stock_document_lines"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_document_lines")),
    )
    op.create_index(
        op.f("ix_stock_document_lines_document_id_position"),
        "stock_document_lines",
        ["document_id", "position"],
    )
    op.create_index(op.f("ix_stock_document_lines_sku_id"), "stock_document_lines", ["sku_id"])
    op.create_table(
        "sku_days",
        columns.text("day", 10),
        columns.text("sku_id", 24),
        columns.number("shipped"),
        columns.sku("sku_days", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "sku_id", name=op.f("pk_sku_days")),
    )
    op.create_index(op.f("ix_sku_days_sku_id_day"), "sku_days", ["sku_id", "day"])
