"""printing in full: what somebody had to look at, how long a job lives, rolls, own label designs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.store.types

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")


def _words(name: str, size: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=size), server_default=_EMPTY, nullable=False)


def _number(name: str, default: int = 0) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text(str(default)), nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, app.store.types.UtcTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("print_jobs", _time("unknown_at"))
    op.add_column("print_jobs", _time("expires_at"))
    op.add_column(
        "print_jobs", sa.Column("cut", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "rolls",
        sa.Column("printer", sa.String(length=64), nullable=False),
        _number("size"),
        _number("left"),
        _time("begun_at"),
        sa.PrimaryKeyConstraint("printer", name=op.f("pk_rolls")),
    )
    op.create_table(
        "label_designs",
        sa.Column("id", sa.String(length=24), nullable=False),
        _words("title", 64),
        sa.Column("template", sa.String(length=32), nullable=False),
        _words("carrier", 32),
        _words("media", 16),
        _words("base", 64),
        _number("base_version", 1),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.false(), nullable=False),
        _number("revision", 1),
        _time("changed_at", nullable=False),
        _words("changed_by", 64),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_designs")),
    )
    op.create_index(op.f("ix_label_designs_template_media"), "label_designs", ["template", "media"])


def downgrade() -> None:
    """Not possible without losing what is kept: restore the copy made before the upgrade."""
    raise NotImplementedError
