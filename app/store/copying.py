"""Copying every row of one database into an empty one of the other kind, and proving it.

A checksum of a table is the sum over its rows, each as it reads through the same column types:
the order of rows and the way a database keeps a time or a flag make no difference.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, func, insert, select, text
from sqlalchemy.exc import DataError, IntegrityError

from app.domain.errors import UserError
from app.domain.text import T
from app.store.tables import metadata

CHUNK = 1_000
# Who is at work now: nothing of that is true on another database.
_NOT_COPIED = frozenset({"leases", "benches"})
_INT32 = 2**31
Tick = Callable[[int, str], None]  # rows done, table


@dataclass(frozen=True, slots=True)
class TableCopy:
    """``rows`` in the source and ``copied`` in the target; ``same``: their checksums agree, too."""

    name: str
    rows: int
    copied: int
    same: bool


def copied_tables() -> list[Table]:
    """What is copied, every table behind those that it points to."""
    return [t for t in metadata.sorted_tables if t.name not in _NOT_COPIED]


def count_rows(tx: Connection) -> dict[str, int]:
    """How many rows each of these tables has."""
    return {
        t.name: tx.execute(select(func.count()).select_from(t)).scalar_one()
        for t in copied_tables()
    }


def copy_rows(source: Connection, target: Connection, tick: Tick) -> list[TableCopy]:
    """Copy, set the counters, read back and compare; both connections are in a transaction.

    ``tick`` is called twice for every row (copied, compared), a chunk at a time; what it raises
    ends the copying. Raises ``UserError`` (``row_refused``): the target cannot keep a row.
    """
    sums: dict[str, tuple[int, int]] = {}
    for table in copied_tables():
        columns = _columns(table)
        count = total = 0
        for rows in _chunks(source, columns):
            tick(len(rows), table.name)
            try:
                target.execute(insert(table), rows)
            except (DataError, IntegrityError):
                raise _refused(table, rows) from None  # its text holds the whole row
            count += len(rows)
            total += _checksum(rows)
        sums[table.name] = (count, total % _MODULUS)
        _set_counter(target, table)
    result = []
    for table in copied_tables():
        count = total = 0
        for rows in _chunks(target, _columns(table)):
            tick(len(rows), table.name)
            count += len(rows)
            total += _checksum(rows)
        wanted = sums[table.name]
        result.append(TableCopy(table.name, wanted[0], count, wanted == (count, total % _MODULUS)))
    return result


def empty(tx: Connection) -> None:
    """Take every row out of a database server's tables, those that are derived included."""
    names = ", ".join(f'"{t.name}"' for t in metadata.sorted_tables)
    tx.execute(text(f"TRUNCATE {names} CASCADE"))


_MODULUS = 1 << 128


def _columns(table: Table) -> list[Column[Any]]:
    """What is stored; what the database computes by itself it computes there, too."""
    return [c for c in table.c if c.computed is None]


def _chunks(tx: Connection, columns: Sequence[Column[Any]]) -> Iterator[list[dict[str, Any]]]:
    rows = tx.execute(select(*columns).execution_options(yield_per=CHUNK)).mappings()
    for part in rows.partitions(CHUNK):
        yield [dict(row) for row in part]


def _checksum(rows: Sequence[dict[str, Any]]) -> int:
    total = 0
    for row in rows:
        told = json.dumps(
            list(row.values()), ensure_ascii=False, sort_keys=True, default=_plain
        ).encode("utf-8", "surrogatepass")
        total += int.from_bytes(hashlib.blake2b(told, digest_size=16).digest())
    return total


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in a table has no checksum")


def _set_counter(tx: Connection, table: Table) -> None:
    """A counter goes on behind the rows that were brought along."""
    column = table.autoincrement_column
    if column is None or tx.dialect.name != "postgresql":
        return
    highest = tx.execute(select(func.max(column))).scalar()
    if highest is not None:
        tx.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
            {"table": table.name, "column": column.name, "highest": highest},
        )


def _refused(table: Table, rows: Sequence[dict[str, Any]]) -> UserError:
    """A row that SQLite keeps and a server does not: which one, without what is in it."""
    key = [c.name for c in table.primary_key]
    for row in rows:
        for column in _columns(table):
            if not _fits(column, row[column.name]):
                ref = "/".join(str(row[name]) for name in key)
                return UserError(
                    "row_refused",
                    T(
                        "A server cannot keep {column} of row {row} in table {table}.",
                        column=column.name,
                        row=ref,
                        table=table.name,
                    ),
                    T("Shorten or correct it here first; nothing has been moved."),
                    ref=f"{table.name}.{column.name}",
                )
    return UserError(
        "row_refused",
        T("A row in table {table} points to one that is not there.", table=table.name),
        T("Ask for help with the output of: db check; nothing has been moved."),
        ref=table.name,
    )


def _fits(column: Column[Any], value: object) -> bool:
    if isinstance(value, str):
        length = column.type.length if isinstance(column.type, String) else None
        return "\x00" not in value and (length is None or len(value) <= length)
    if isinstance(value, int) and not isinstance(value, bool):
        small = type(column.type) is Integer
        return not small or -_INT32 <= value < _INT32
    return True
