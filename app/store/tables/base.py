"""What every table shares: the metadata with its naming rules, and column shorthands."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, false, text, true

from app.store.types import Long

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# On SQLite only a plain INTEGER primary key counts by itself.
Counter = BigInteger().with_variant(Integer, "sqlite")


def flag(name: str, default: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=true() if default else false())


def number(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def words(name: str, size: int | None = None) -> Column[str]:
    return Column(name, String(size) if size else Long, nullable=False, server_default=text("''"))
