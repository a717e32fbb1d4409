"""Statements that go through a whole table, as SQLite plans them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.store.engine import Database

# Grow with every order. A scan of one of their indexes of a few rows (``ix_…_of_…``) is none.
LARGE = frozenset(
    (
        "orders",
        "order_lines",
        "order_words",
        "parcels",
        "parcel_lines",
        "waybills",
        "waybill_requests",
        "print_jobs",
        "stock_moves",
        "reservations",
        "tracks",
        "audit",
        "outbox",
        "scans",
    )
)


@contextmanager
def whole_tables(db: Database) -> Iterator[dict[str, str]]:
    """Collects, of the statements inside, those that go through a whole large table.

    SQLite plans without figures about values here as in the field, so a small database is planned
    like a large one.
    """
    found: dict[str, str] = {}

    def look(_c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
        whole = [detail for *_, detail in plan if _is_whole(detail)]
        if whole:
            found[statement] = "; ".join(whole)

    event.listen(db.engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", look)


def _is_whole(detail: str) -> bool:
    what, _, rest = detail.partition(" ")
    table = rest.partition(" ")[0]
    return what == "SCAN" and table in LARGE and "VIRTUAL" not in rest and "_of_" not in rest
