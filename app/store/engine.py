"""The database: SQLite in WAL mode or PostgreSQL, with short transactions that are what they say.

SQLite's own habit of starting a transaction late loses commits under several writers ("database is
locked" at once, whatever the time-out), so every write begins with ``BEGIN IMMEDIATE``, and one
process lets one thread write at a time.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T

_BUSY_MS = 5000


class Database:
    """One database. ``write()`` and ``read()`` give a connection inside a transaction."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.url = parsed
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"pool_pre_ping": not self.is_sqlite}
        if self.is_sqlite:
            options["connect_args"] = {"timeout": _BUSY_MS / 1000, "check_same_thread": False}
        self.engine: Engine = create_engine(parsed, **options)
        self._writing = threading.RLock() if self.is_sqlite else None
        self._depth = threading.local()
        if self.is_sqlite:
            _prepare_sqlite(self.engine)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or rolled back as a whole.

        Keep it under 50 ms and never call the network inside. Must not be nested.
        Raises ``RetryableError`` when another process keeps the database for more than 5 s.
        """
        if getattr(self._depth, "inside", False):
            raise RuntimeError("write transactions must not be nested")
        if self._writing:
            self._writing.acquire()
        self._depth.inside = True
        try:
            with (
                explained(),
                self.engine.connect().execution_options(packbench_write=True) as connection,
                connection.begin(),
            ):
                yield connection
        finally:
            self._depth.inside = False
            if self._writing:
                self._writing.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with explained(), self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def sqlite_url(path: Path) -> str:
    """The URL of the SQLite file at ``path``."""
    return f"sqlite+pysqlite:///{path}"


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        _use_write_ahead_log(cursor)
        cursor.execute("PRAGMA synchronous = FULL")  # "durable before the call" needs it
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("packbench_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _use_write_ahead_log(cursor: Any) -> None:
    """Turn WAL on. The busy time-out does not cover it, so a new file needs some patience."""
    ends = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def explained() -> Iterator[None]:
    """Turn database failures into sentences; programming errors pass as they are.

    Raises ``UserError`` or ``RetryableError``.
    """
    try:
        yield
    except OperationalError as error:
        raise _explain(error) from error
    except DBAPIError as error:
        damaged = ("malformed", "not a database")
        if error.connection_invalidated or any(w in str(error.orig) for w in damaged):
            raise _explain(error) from error
        raise


def _explain(error: DBAPIError) -> PackbenchError:
    words = str(error.orig).lower()
    if "locked" in words or "busy" in words:
        return RetryableError(
            "database_busy",
            T("Another program is using the database."),
            T("Wait a moment and try again."),
        )
    if "full" in words:
        return UserError("disk_full", T("The disk is full."), T("Free some space, then try again."))
    if "malformed" in words or "not a database" in words:
        return UserError(
            "database_damaged",
            T("The database file is damaged."),
            T("Restore the last backup; the damaged file is kept beside it."),
        )
    if "readonly" in words or "read-only" in words or "unable to open" in words:
        return UserError(
            "database_unreachable",
            T("The database file cannot be opened for writing."),
            T("Check that the data folder exists and belongs to you."),
        )
    if "no such table" in words or "no such column" in words or "does not exist" in words:
        return UserError(
            "database_old",
            T("The database is older than this program."),
            T("Run: db upgrade"),
        )
    return RetryableError(
        "database_unreachable",
        T("The database cannot be reached."),
        T("Check that the database server runs and try again."),
    )
