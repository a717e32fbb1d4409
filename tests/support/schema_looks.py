"""Comparing a database with the tables of the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.store import word_index

_PARTITIONS = ("archived_groups_", "archived_orders_")


def is_table_of_ours(name: str | None, kind: str, parents: Mapping[str, Any]) -> bool:
    """Whether Alembic should look at it: the index of words is no table of the metadata.

    SQLite keeps it in tables of its own making beside it. A partition is a part of its table.
    """
    table = str((name if kind == "table" else parents.get("table_name")) or "")
    return not table.startswith((word_index.TABLE, *_PARTITIONS))
