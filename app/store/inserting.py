"""Writing a row that another bench may write at the same moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table, insert
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
    """Insert ``rows``, those whose key is there left out; at once where nobody was quicker.

    Give them in the order of their keys: two benches that wait for each other's rows never end.
    """
    try:
        with tx.begin_nested():
            tx.execute(insert(table), list(rows))
    except IntegrityError:
        for row in rows:
            insert_if_new(tx, insert(table).values(row))
