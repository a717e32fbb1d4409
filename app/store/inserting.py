"""Writing a row that another bench may write at the same moment."""

from __future__ import annotations

from sqlalchemy import Connection, Insert
from sqlalchemy.exc import IntegrityError


def insert_if_new(tx: Connection, row: Insert) -> bool:
    """Insert ``row`` unless its key is there: whether it is ours. The transaction goes on."""
    try:
        with tx.begin_nested():
            tx.execute(row)
    except IntegrityError:  # another bench was quicker
        return False
    return True
