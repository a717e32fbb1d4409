"""Calls to carriers, counted by account, business day and service.

Counting costs a caller nothing that can be felt: it adds to a number in memory, and a thread of its
own writes the sums a little later. What a killed program had not written yet is not counted.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.errors import PackbenchError
from app.ports import Clock
from app.services.workplace import Workplace
from app.store.engine import Database
from app.store.inserting import insert_if_new
from app.store.tables import account_calls

_LOG = logging.getLogger("packbench")
_WRITE_AFTER_S = 2.0
_KEPT = timedelta(days=90)
_SHOP_DAY = timedelta(hours=8)  # carriers count their days in China's time
_Key = tuple[str, str, str]  # account, day, service


@dataclass(slots=True)
class _Sum:
    calls: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class CallsToday:
    """What one account has called today; ``services`` counts each service."""

    calls: int = 0
    refused: int = 0
    services: Mapping[str, int] = field(default_factory=dict)


def day_of(at: datetime) -> str:
    """``2026-11-20``: the business day (UTC+8) of a moment."""
    return (at + _SHOP_DAY).strftime("%Y-%m-%d")


def today(work: Workplace) -> dict[str, CallsToday]:
    """The calls of this business day by account, those of this program up to now included."""
    work.outside.note_calls()
    with work.db.read() as tx:
        rows = tx.execute(
            select(account_calls)
            .where(account_calls.c.day == day_of(work.now()))
            .order_by(account_calls.c.account, account_calls.c.service)
        ).all()
    found: dict[str, CallsToday] = {}
    for row in rows:
        known = found.get(row.account, CallsToday())
        found[row.account] = CallsToday(
            known.calls + row.calls,
            known.refused + row.refused,
            {**known.services, row.service: row.calls},
        )
    return found


class CallCounter:
    """Counts calls of every account of this program. Safe between threads; ``close`` at the end."""

    def __init__(self, db: Database, clock: Clock, write_after_s: float = _WRITE_AFTER_S) -> None:
        self._db = db
        self._clock = clock
        self._write_after_s = write_after_s
        self._waiting: dict[_Key, _Sum] = {}
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._ending = threading.Event()
        self._writer: threading.Thread | None = None

    def called(self, account: str, service: str, *, refused: bool) -> None:
        """One more call that left this machine. Returns at once."""
        key = (account, day_of(self._clock.now()), service)
        with self._guard:
            counted = self._waiting.setdefault(key, _Sum())
            counted.calls += 1
            counted.refused += refused
            if self._writer is None and not self._ending.is_set():
                self._writer = threading.Thread(
                    target=self._write_later, name="packbench-calls", daemon=True
                )
                self._writer.start()

    def write(self) -> None:
        """Write down what is counted; what cannot be written now is kept for the next time."""
        with self._writing:
            with self._guard:
                sums, self._waiting = self._waiting, {}
            if not sums:
                return
            try:
                with self._db.write() as tx:
                    for key in sorted(sums):
                        self._add(tx, key, sums[key])
            except PackbenchError as error:
                _LOG.info("calls could not be counted now: %s", error.code)
                self._keep(sums)

    def close(self) -> None:
        """Write the rest and end the thread."""
        self._ending.set()
        writer = self._writer
        if writer is not None:
            writer.join()
        self.write()

    def _write_later(self) -> None:
        self._ending.wait(self._write_after_s)
        with self._guard:
            self._writer = None  # a call from now on has a writer of its own
        self.write()

    def _keep(self, sums: Mapping[_Key, _Sum]) -> None:
        with self._guard:
            for key, missed in sums.items():
                counted = self._waiting.setdefault(key, _Sum())
                counted.calls += missed.calls
                counted.refused += missed.refused

    def _add(self, tx: Connection, key: _Key, counted: _Sum) -> None:
        account, day, service = key
        more = (
            update(account_calls)
            .where(
                account_calls.c.account == account,
                account_calls.c.day == day,
                account_calls.c.service == service,
            )
            .values(
                calls=account_calls.c.calls + counted.calls,
                refused=account_calls.c.refused + counted.refused,
            )
        )
        if tx.execute(more).rowcount:
            return
        first = insert(account_calls).values(
            account=account,
            day=day,
            service=service,
            calls=counted.calls,
            refused=counted.refused,
        )
        if not insert_if_new(tx, first):
            tx.execute(more)
            return
        oldest = day_of(self._clock.now() - _KEPT)
        tx.execute(delete(account_calls).where(account_calls.c.day < oldest))
