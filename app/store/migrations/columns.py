"""Columns that migrations write again and again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.store.types

_EMPTY = sa.text("''")


def words(name: str, size: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=size), server_default=_EMPTY, nullable=False)


def text(name: str, size: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=size), nullable=nullable)


def number(name: str, default: int = 0) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text(str(default)), nullable=False)


def flag(name: str, *, on: bool = False) -> sa.Column[bool]:
    default = sa.true() if on else sa.false()
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, app.store.types.UtcTime(timezone=True), nullable=nullable)


def sku(table: str, column: str = "sku_id", ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["skus.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )
