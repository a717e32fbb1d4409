"""One holder at a time for work that must not be done twice: a shop's sync, a printer, an account.

The holder of a lease names its process. A lease whose process on this machine is gone is free at
once (a killed program must be able to start again), any other one when its time has run out.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from weakref import WeakValueDictionary

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import RetryableError
from app.domain.text import T
from app.services.workplace import Workplace
from app.store.tables import leases

_LENGTH = timedelta(seconds=90)
_RENEW_S = 20.0
_LOOK_S = 0.25  # how often somebody who waits looks again


def process_holder() -> str:
    """This process as a holder: host, pid and start time (a pid alone may be used again)."""
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def _holder(work: Workplace) -> str:
    """Two threads of one program are two holders: they must not book the same parcel either."""
    return f"{work.holder}/{threading.get_ident()}"


def _started(pid: int) -> str:
    """When a running process began, in the kernel's ticks; "0" when it does not run."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return "0"
    fields = stat.rpartition(")")[2].split()
    return "0" if fields[0] in {"Z", "X"} else fields[19]  # killed, not yet reaped by its parent


def _is_gone(holder: str) -> bool:
    """True only when the holder is surely a dead process of this machine."""
    host, _, rest = holder.partition("/")
    pid, _, started = rest.partition("/")
    # A task's own suffix may follow the start time.
    started = started.partition("/")[0]
    if host != socket.gethostname() or not pid.isdigit() or not Path("/proc").exists():
        return False
    return _started(int(pid)) != started


def try_lease(tx: Connection, work: Workplace, name: str) -> bool:
    """Take or renew the lease inside the caller's transaction."""
    now = work.now()
    holder = _holder(work)
    row = tx.execute(select(leases).where(leases.c.name == name)).one_or_none()
    if row is None:
        try:
            with tx.begin_nested():
                tx.execute(insert(leases).values(name=name, holder=holder, until_at=now + _LENGTH))
        except IntegrityError:
            return False
        return True
    free = row.holder == holder or row.until_at < now or _is_gone(row.holder)
    if not free:
        return False
    taken = tx.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.holder == row.holder)
        .values(holder=holder, until_at=now + _LENGTH)
    )
    return taken.rowcount == 1


def is_held(tx: Connection, work: Workplace, name: str) -> bool:
    """Whether somebody who may still be at work holds ``name``, this thread included."""
    return _living_holder(tx, work, name) is not None


def is_held_elsewhere(tx: Connection, work: Workplace, name: str) -> bool:
    """Whether another program, here or on another computer, holds ``name``."""
    holder = _living_holder(tx, work, name)
    return holder is not None and not holder.startswith(f"{work.holder}/")


def _living_holder(tx: Connection, work: Workplace, name: str) -> str | None:
    row = tx.execute(select(leases).where(leases.c.name == name)).one_or_none()
    if row is None or row.until_at < work.now() or _is_gone(row.holder):
        return None
    return str(row.holder)


def renew(work: Workplace, name: str) -> None:
    """Keep a lease of this thread alive; call between the steps of long work.

    Raises ``RetryableError`` (``busy_elsewhere``) when its time had run out and another has it.
    """
    if not _renewed(work, name, _holder(work)):
        raise _busy(name)


def _renewed(work: Workplace, name: str, holder: str) -> bool:
    with work.db.write() as tx:
        kept = tx.execute(
            update(leases)
            .where(leases.c.name == name, leases.c.holder == holder)
            .values(until_at=work.now() + _LENGTH)
        )
    return kept.rowcount == 1


@contextmanager
def lease(work: Workplace, name: str) -> Iterator[None]:
    """Hold ``name`` for the block. Raises ``RetryableError`` (``busy_elsewhere``) when taken."""
    with work.db.write() as tx:
        taken = try_lease(tx, work, name)
    if not taken:
        raise _busy(name)
    try:
        yield
    finally:
        with work.db.write() as tx:
            tx.execute(
                delete(leases).where(leases.c.name == name, leases.c.holder == _holder(work))
            )


class Kept:
    """A lease that is kept alive, see ``kept_lease``. From any thread."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._lost = False

    def keep(self, work: Workplace, name: str, holder: str, every_s: float) -> None:
        """Renew until ``end``, or until another has the lease."""
        while not self._lost and not self._ended.wait(every_s):
            with suppress(RetryableError):  # the database is busy; the lease lives for some more
                self._lost = not _renewed(work, name, holder)

    def end(self) -> None:
        self._ended.set()

    def check(self, name: str) -> None:
        """Raises ``RetryableError`` (``busy_elsewhere``) when another has it by now."""
        if self._lost:
            raise _busy(name)


@contextmanager
def kept_lease(work: Workplace, name: str, *, every_s: float = _RENEW_S) -> Iterator[Kept]:
    """Like ``lease``, for work whose single steps may take longer than a lease lives.

    A printer may be minutes about one label (a slow line, a printer that waits for its cover):
    a thread of its own renews the lease meanwhile.
    """
    kept = Kept()
    with lease(work, name):
        keeper = threading.Thread(
            target=kept.keep,
            args=(work, name, _holder(work), every_s),
            name="lease-keeper",
            daemon=True,
        )
        keeper.start()
        try:
            yield kept
        finally:
            kept.end()
            keeper.join()


@contextmanager
def turn(work: Workplace, name: str, wait_s: float = 30.0) -> Iterator[None]:
    """Like ``lease``, but waits up to ``wait_s`` for whoever has it, in whatever program.

    For short work only: shorter than a lease lives. Raises ``RetryableError``
    (``busy_elsewhere``) when the wait was not long enough.
    """
    with _lock_of(name), ExitStack() as held:  # threads of one program wait without asking
        until_s = work.clock.monotonic() + wait_s
        while True:
            try:
                held.enter_context(lease(work, name))
                break
            except RetryableError:
                if work.clock.monotonic() >= until_s:
                    raise
                work.clock.sleep(_LOOK_S)
        yield


def _lock_of(name: str) -> _Lock:
    with _GUARD:
        return _LOCKS.setdefault(name, _Lock())


class _Lock:
    """A lock that can be forgotten when nobody holds it or waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_GUARD = threading.Lock()
_LOCKS: WeakValueDictionary[str, _Lock] = WeakValueDictionary()


def _busy(name: str) -> RetryableError:
    return RetryableError(
        "busy_elsewhere",
        T("Another window or command is already doing this."),
        T("Wait until it has finished, then try again."),
        ref=name,
    )
