"""Who works at a shared database: a row for each bench, renewed while a program is open there.

Two windows of one computer are one bench. Two computers of one name are refused: a printer, an
entry in the ledger and a person's question would not know which one is meant.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app import VERSION
from app.domain.errors import PackbenchError, UserError
from app.domain.text import T
from app.services.benches import key_slots
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.schema import schema_state
from app.store.tables import benches

EVERY_S = 30.0
_FIRST_REVISION = "0005"  # before it nobody reported
_GONE = timedelta(seconds=100)  # three reports were missed


@dataclass(frozen=True, slots=True)
class BenchRow:
    """``alive``: it has reported within the last 100 s, by the database's own clock."""

    name: str
    host: str
    version: str
    user: str
    seen_at: datetime
    alive: bool


def listed(work: Workplace) -> list[BenchRow]:
    """Every bench that has ever reported and was not forgotten, by name."""
    with work.db.read() as tx:
        now = work.db.now(tx, work.now())
        rows = tx.execute(select(benches).order_by(benches.c.name)).all()
    return [
        BenchRow(r.name, r.host, r.version, r.user, r.seen_at, now - r.seen_at < _GONE)
        for r in rows
    ]


def ensure_own_name(work: Workplace) -> None:
    """Raises ``UserError`` (``bench_name_taken``): another computer works under this name."""
    with work.db.read() as tx:
        _ensure_own_name(tx, work)


def report(work: Workplace) -> None:
    """Say that this bench is at work. Raises like ``ensure_own_name``."""
    with work.db.write() as tx:
        _ensure_own_name(tx, work)
        values: dict[str, Any] = {
            "host": socket.gethostname(),
            "version": VERSION,
            "user": work.user,
            "seen_at": work.db.now(tx, work.now()),
        }
        changed = update(benches).where(benches.c.name == work.bench).values(**values)
        if not tx.execute(changed).rowcount:
            insert_if_new(tx, insert(benches).values(name=work.bench, **values))
        key_slots.renew(tx, work)


def forget(work: Workplace, name: str = "") -> bool:
    """Take a bench that is no longer there off the list (``name``; otherwise this one)."""
    with work.db.write() as tx:
        gone = tx.execute(delete(benches).where(benches.c.name == (name or work.bench)))
    return gone.rowcount > 0


def ensure_nobody_works(work: Workplace) -> None:
    """Refuse to upgrade a database under the hands of other computers' older programs.

    Raises ``UserError`` (``benches_at_work``).
    """
    state = schema_state(work.db)
    if work.db.is_sqlite or state.is_current or (state.revision or "") < _FIRST_REVISION:
        return
    others = [b.name for b in listed(work) if b.alive and b.host != socket.gethostname()]
    if others:
        raise UserError(
            "benches_at_work",
            T("Other benches are at work: {names}.", names=", ".join(others)),
            T("Close Packbench there, wait two minutes and run again: db upgrade"),
        )


def _ensure_own_name(tx: Connection, work: Workplace) -> None:
    row = tx.execute(select(benches).where(benches.c.name == work.bench)).one_or_none()
    if (
        row is None
        or row.host == socket.gethostname()
        or work.db.now(tx, work.now()) - row.seen_at >= _GONE
    ):
        return
    raise UserError(
        "bench_name_taken",
        T("{host} works as bench “{name}” already.", host=row.host, name=work.bench),
        T("Give this computer a name of its own: bench = “…” in settings.toml of the data folder."),
        ref=work.bench,
    )


class Presence:
    """Reports every 30 s in a thread of its own, while a program is open. Twice does no harm.

    On a database that is a file nobody asks who is there: nothing happens.
    ``refused`` is called once, in that thread, when another computer turns out to have the name.
    """

    def __init__(
        self,
        work: Workplace,
        every_s: float = EVERY_S,
        refused: Callable[[PackbenchError], None] = lambda error: None,
    ) -> None:
        self._work = work
        self._every_s = every_s
        self._refused = refused
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None and not self._work.db.is_sqlite:
            self._ending.clear()
            self._thread = threading.Thread(target=self._run, name="packbench-presence")
            self._thread.start()

    def stop(self) -> None:
        """End it and wait for the thread."""
        thread, self._thread = self._thread, None
        self._ending.set()
        if thread is not None:
            thread.join()

    def __enter__(self) -> Presence:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        told = False
        while not self._ending.is_set():
            try:
                report(self._work)
            except UserError as error:
                self._work.log.info("bench not reported: %s", error.code)
                if not told:
                    told = True
                    self._refused(error)
            except PackbenchError as error:  # the server is away; leases and windows say so
                self._work.log.info("bench not reported: %s", error.code)
            self._ending.wait(self._every_s)
