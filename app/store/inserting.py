"""Writing a row that another bench may write at the same moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.exc import IntegrityError


def insert_if_new(tx: Connection, row: Insert) -> bool:
    """Insert ``row`` unless its key is there: whether it is ours. The transaction goes on."""
    try:
        with tx.begin_nested():
            tx.execute(row)
    except IntegrityError:  # another bench was quicker
        return False
    return True


def insert_all_new(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert ``rows``, those whose key is there left out.

    Give them in the order of their keys: two benches that wait for each other's rows never end.
    """
    if tx.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        tx.execute(sqlite_insert(table).on_conflict_do_nothing(), list(rows))
    else:
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        tx.execute(postgresql_insert(table).on_conflict_do_nothing(), list(rows))
