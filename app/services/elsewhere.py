"""What other programs changed in the database: a relay, a second bench, the command line.

A program knows of its own changes. Of the others a PostgreSQL tells (``app.store.listening``). An
SQLite file tells nobody: there a few questions are asked again and again that an index answers at
once, and not even these while nobody has committed anything.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy import PoolProxiedConnection, func, select

from app.domain.errors import PackbenchError
from app.services.workplace import Topics, Workplace
from app.store.listening import Listener
from app.store.tables import audit, orders, outbox, scans, stock_moves, sync_cursors, tracks

EVERY_S = 0.25
GATHER_S = 0.02  # what is told so close together is announced as one
_GAP_S = 1.0  # between two tries to reach a server that is gone
# What a table's newest row tells about: its column grows with every change.
_SIGNS: Mapping[str, tuple[Any, Topics]] = {
    "orders": (orders.c.stored_at, frozenset({"orders", "parcels"})),
    "audit": (audit.c.id, frozenset({"orders", "parcels", "waves"})),
    "scans": (scans.c.id, frozenset({"parcels"})),
    "stock": (stock_moves.c.id, frozenset({"stock"})),
    "outbox": (outbox.c.id, frozenset({"outbox"})),
    "tracks": (tracks.c.news_at, frozenset({"tracks"})),
    "sync": (sync_cursors.c.finished_at, frozenset({"shops"})),
}


class Elsewhere:
    """Notices commits. One thread at a time; ``close`` ends the connection it keeps."""

    def __init__(self, work: Workplace) -> None:
        self._work = work
        self._kept: PoolProxiedConnection | None = None
        self._version: object = None
        self._known: dict[str, object] = {}
        self._first = True

    def look(self) -> Topics:
        """The topics that changed since the last look, by whomever; the first look tells nothing.

        Raises ``UserError`` or ``RetryableError`` when the database is not there.
        """
        if self._work.db.is_sqlite and not self._somebody_committed():
            return frozenset()
        found = self._signs()
        changed = {name for name, value in found.items() if self._known.get(name) != value}
        self._known = found
        if self._first:
            self._first = False
            return frozenset()
        return frozenset().union(*(_SIGNS[name][1] for name in changed))

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _somebody_committed(self) -> bool:
        """SQLite's own counter of other connections' commits; it needs a connection of its own."""
        if self._kept is None:  # a raw one: SQLAlchemy would open a transaction, and keep it open
            self._kept = self._work.db.engine.raw_connection()
        cursor = self._kept.cursor()
        (version,) = cursor.execute("PRAGMA data_version").fetchone()
        cursor.close()
        committed = bool(version != self._version)
        self._version = version
        return committed

    def _signs(self) -> dict[str, object]:
        with self._work.db.read() as tx:
            return {
                name: tx.execute(select(func.max(column))).scalar()
                for name, (column, _topics) in _SIGNS.items()
            }


class Watch:
    """Announces what others change, from a thread of its own.

    A PostgreSQL tells at once; after it was gone everything is announced. At an SQLite file it
    looks four times a second.
    """

    def __init__(self, work: Workplace, every_s: float = EVERY_S) -> None:
        self._work = work
        self._every_s = every_s
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; twice does no harm."""
        if self._thread is None:
            self._ending.clear()
            self._thread = threading.Thread(target=self._run, name="packbench-elsewhere")
            self._thread.start()

    def stop(self) -> None:
        """End it and wait for the thread."""
        thread, self._thread = self._thread, None
        self._ending.set()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        if not self._work.db.is_sqlite:
            self._listen()
            return
        elsewhere = Elsewhere(self._work)
        try:
            while not self._ending.is_set():
                self._look(elsewhere)
                self._ending.wait(self._every_s)
        finally:
            elsewhere.close()

    def _listen(self) -> None:
        listener = Listener(self._work.db)
        try:
            while not self._ending.is_set():
                self._hear(listener)
        finally:
            listener.close()

    def _hear(self, listener: Listener) -> None:
        try:
            topics = listener.wait(self._every_s)
            if topics:
                topics |= listener.wait(GATHER_S)
        except PackbenchError as error:
            self._work.log.info("cannot hear what others change: %s", error.code)
            self._ending.wait(_GAP_S)
            return
        if topics:
            self._work.changed(*topics)

    def _look(self, elsewhere: Elsewhere) -> None:
        try:
            topics = elsewhere.look()
        except PackbenchError as error:
            self._work.log.info("cannot see what others changed: %s", error.code)
            elsewhere.close()
            self._ending.wait(2.0)
            return
        if topics:
            self._work.changed(*topics)
