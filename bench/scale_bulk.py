"""Rows by the million into an SQLite database."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from app.store import word_index
from app.store.tables import metadata


class Bulk:
    """Rows into a database without its indexes, which are built at the end."""

    def __init__(self, file: Path) -> None:
        self.db = sqlite3.connect(file, isolation_level=None)
        for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -400000"):
            self.db.execute(f"PRAGMA {pragma}")
        self._rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._known: dict[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]] = {}

    def __enter__(self) -> Bulk:
        self._indexes = self.db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in self._indexes:
            self.db.execute(f'DROP INDEX "{name}"')
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.flush()
            for _, sql in self._indexes:
                self.db.execute(sql)
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()

    def add(self, table: str, **row: Any) -> None:
        shape = (table, tuple(row))
        if shape not in self._known:
            self._known[shape] = self._statement(*shape)
        statement, names = self._known[shape]
        self._rows[statement].append(tuple(row[name] for name in names))

    def flush(self) -> None:
        self.db.execute("BEGIN")
        for statement, rows in self._rows.items():
            self.db.executemany(statement, rows)
        self.db.execute("COMMIT")
        self._rows.clear()

    def _statement(self, table: str, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """The SQL and the order of its values."""
        if table == word_index.TABLE:
            return "INSERT INTO order_words (rowid, words) VALUES (?, ?)", columns
        made = insert(metadata.tables[table]).compile(
            dialect=sqlite_dialect(paramstyle="qmark"), column_keys=list(columns)
        )
        return str(made), tuple(made.positiontup or ())
