"""The database: SQLite in WAL mode or PostgreSQL, with short transactions that are what they say.

SQLite's own habit of starting a transaction late loses commits under several writers ("database is
locked" at once, whatever the time-out), so every write begins with ``BEGIN IMMEDIATE``, and one
process lets one thread write at a time.
"""

from __future__ import annotations

import random
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text

from app.domain.errors import RetryableError
from app.store.troubles import NOTHING_WRITTEN, Commit, explained

_BUSY_MS = 5000
_CACHE_KB = 16_000  # of a connection: the upper levels of a million orders' indexes
_SPARE = 25  # connections beyond SQLAlchemy's five: lanes, sweeps, carriers' calls
_TRIES = 6
_FIRST_PAUSE_S = 0.05
SERVER_SETTINGS = {
    "lock_timeout": "5s",  # as long as SQLite waits
    "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "60s",  # a PC that fell asleep gives its rows back
    "tcp_keepalives_idle": "30",  # and one whose plug was pulled too: two hours by default
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
"""What every connection to PostgreSQL asks of the server."""
_KEEPALIVES = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
}

Answer = TypeVar("Answer")


class Database:
    """One database. ``write()`` and ``read()`` give a connection inside a transaction.

    ``name`` is what a server's list of connections calls us (``application_name``). ``sender``
    marks what this program changes, see ``app.store.listening``.
    """

    def __init__(self, url: str, *, name: str = "packbench") -> None:
        parsed = make_url(url)
        self.url = parsed
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.sender = secrets.token_hex(6)
        options: dict[str, Any]
        if self.is_sqlite:
            options = {"connect_args": {"timeout": _BUSY_MS / 1000, "check_same_thread": False}}
        else:
            options = {
                "pool_pre_ping": True,
                "max_overflow": _SPARE,
                "connect_args": _of_server(parsed, name, self.sender),
            }
        self.engine: Engine = create_engine(parsed, **options)
        self._writing = threading.RLock() if self.is_sqlite else None
        self._depth = threading.local()
        if self.is_sqlite:
            _prepare_sqlite(self.engine)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or rolled back as a whole.

        Keep it under 50 ms and never call the network inside. Must not be nested.
        Raises ``RetryableError`` when another process keeps the database, or rows that are needed
        here, for more than 5 s; ``app.store.troubles`` has the codes.
        """
        if getattr(self._depth, "inside", False):
            raise RuntimeError("write transactions must not be nested")
        if self._writing:
            self._writing.acquire()
        self._depth.inside = True
        commit = Commit()
        try:
            with (
                explained(commit),
                self.engine.connect().execution_options(packbench_write=True) as connection,
                connection.begin(),
            ):
                yield connection
                commit.sent = True
        finally:
            self._depth.inside = False
            if self._writing:
                self._writing.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with explained(), self.engine.connect() as connection:
            if not self.is_sqlite:  # READ COMMITTED would show each statement another moment
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def again(
        self, change: Callable[[Connection], Answer], *, keyed: bool = False, tries: int = _TRIES
    ) -> Answer:
        """``change`` in a write transaction, once more as a whole when it surely did nothing.

        For a change that depends on the database alone: it looks, decides and writes anew each
        time, and touches nothing outside. A deadlock, another bench's change at the same moment
        or a connection lost before the commit was sent is tried again, ``tries`` times in all:
        some 3 s when nothing is said.
        ``keyed``: the change finds what it wrote by its row's own key, so it is also run again
        when the connection was lost while it committed, and nobody knows.
        """
        pause_s = _FIRST_PAUSE_S
        for left in reversed(range(tries)):
            try:
                with self.write() as tx:
                    return change(tx)
            except RetryableError as error:
                may = error.code in NOTHING_WRITTEN or (keyed and error.code == "database_unclear")
                if not may or not left:
                    raise
            time.sleep(pause_s * random.uniform(0.5, 1.5))
            pause_s *= 2
        raise AssertionError("the last try returns or raises")

    def now(self, tx: Connection, here: datetime) -> datetime:
        """The time that all benches agree on: the server's; on SQLite ``here``, this PC's."""
        if self.is_sqlite:
            return here
        at: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
        return at.astimezone(UTC)

    def close(self) -> None:
        self.engine.dispose()


def sqlite_url(path: Path) -> str:
    """The URL of the SQLite file at ``path``."""
    return f"sqlite+pysqlite:///{path}"


def _of_server(url: URL, name: str, sender: str) -> dict[str, Any]:
    """What libpq is given; whatever the URL says itself stays as it is."""
    asked = " ".join(f"-c {key}={value}" for key, value in SERVER_SETTINGS.items())
    wanted: dict[str, Any] = {
        **_KEEPALIVES,
        "application_name": name,
        "options": f"{url.query.get('options', '')} {asked} -c packbench.sender={sender}".strip(),
    }
    return {k: v for k, v in wanted.items() if k == "options" or k not in url.query}


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        _use_write_ahead_log(cursor)
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
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
