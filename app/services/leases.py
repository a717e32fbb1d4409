"""One holder at a time for work that must not be done twice: a shop's sync, a printer, an account.

The holder of a lease names its process. A lease whose process on this machine is gone is free at
once (a killed program must be able to start again), any other one when its time has run out. All
benches go by the server's clock; a bench that died or lost its network gives back what it held.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from weakref import WeakValueDictionary

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.errors import PackbenchError, RetryableError
from app.domain.text import T
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import leases

_LENGTH = timedelta(seconds=90)
_RENEW_S = 20.0
_LOOK_S = 0.25  # how often somebody who waits looks again
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def process_holder() -> str:
    """This process as a holder: host, pid and start time (a pid alone may be used again)."""
    return f"{_host()}/{os.getpid()}/{_started(os.getpid())}"


@cache
def _host() -> str:
    """This machine since it was switched on: PCs made from one image share even their names."""
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()[:8]
    except OSError:
        boot = ""
    return f"{socket.gethostname()[:64]}~{boot}"


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


def _is_gone(work: Workplace, holder: str) -> bool:
    """True only when the holder is surely a dead process of this machine."""
    host, _, rest = holder.partition("/")
    pid, _, started = rest.partition("/")
    # A task's own suffix may follow the start time.
    started = started.partition("/")[0]
    if not pid.isdigit() or not Path("/proc").exists():
        return False
    if host != _host():
        # A file has one PC, which was restarted; a server may have another one of this name.
        name = host.partition("~")[0]
        return work.db.is_sqlite and name == socket.gethostname()[:64]
    return _started(int(pid)) != started


def try_lease(tx: Connection, work: Workplace, name: str) -> bool:
    """Take or renew the lease inside the caller's transaction."""
    now = work.db.now(tx, work.now())
    holder = _holder(work)
    row = tx.execute(select(leases).where(leases.c.name == name)).one_or_none()
    if row is None:
        return insert_if_new(
            tx, insert(leases).values(name=name, holder=holder, until_at=now + _LENGTH)
        )
    free = row.holder == holder or row.until_at < now or _is_gone(work, row.holder)
    if not free:
        return False
    taken = tx.execute(
        update(leases)
        .where(
            leases.c.name == name,
            leases.c.holder == row.holder,
            leases.c.until_at == row.until_at,  # not renewed meanwhile
        )
        .values(holder=holder, until_at=now + _LENGTH)
    )
    return taken.rowcount == 1


def must_hold(tx: Connection, work: Workplace, name: str) -> None:
    """In the transaction before something is sent: this thread has the lease, and for long enough.

    Raises ``RetryableError`` (``busy_elsewhere``) when its time had run out and another has it.
    """
    if not _renewed(tx, work, name, _holder(work)):
        raise _busy(name)


def is_held(tx: Connection, work: Workplace, name: str) -> bool:
    """Whether somebody who may still be at work holds ``name``, this thread included."""
    return _living_holder(tx, work, name) is not None


def is_held_elsewhere(tx: Connection, work: Workplace, name: str) -> bool:
    """Whether another program, here or on another computer, holds ``name``."""
    holder = _living_holder(tx, work, name)
    return holder is not None and not holder.startswith(f"{work.holder}/")


def _living_holder(tx: Connection, work: Workplace, name: str) -> str | None:
    row = tx.execute(select(leases).where(leases.c.name == name)).one_or_none()
    if row is None or _is_gone(work, row.holder):
        return None
    return str(row.holder) if row.until_at >= work.db.now(tx, work.now()) else None


def renew(work: Workplace, name: str) -> None:
    """Keep a lease of this thread alive; call between the steps of long work.

    Raises ``RetryableError`` (``busy_elsewhere``) when its time had run out and another has it.
    """
    with work.db.write() as tx:
        must_hold(tx, work, name)


def _renewed(tx: Connection, work: Workplace, name: str, holder: str) -> bool:
    kept = tx.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.holder == holder)
        .values(until_at=work.db.now(tx, work.now()) + _LENGTH)
    )
    return kept.rowcount == 1


class Kept:
    """A lease that is kept alive, see ``lease``. From any thread."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._lost = False
        self._renewed_s = _ticks_s()

    def keep(self, work: Workplace, name: str, holder: str, every_s: float) -> None:
        """Renew until ``end``, or until another has the lease."""
        while not self._lost and not self._ended.wait(every_s):
            with suppress(PackbenchError):  # no database just now; the lease lives for some more
                began_s = _ticks_s()
                with work.db.write() as tx:
                    self._lost = not _renewed(tx, work, name, holder)
                self._renewed_s = began_s

    def end(self) -> None:
        self._ended.set()

    def check(self, name: str) -> None:
        """Call before anything is sent.

        Raises ``RetryableError`` (``busy_elsewhere``) when another has it by now, or may have it:
        the database was not reached for as long as a lease lives.
        """
        if self._lost or _ticks_s() - self._renewed_s >= _LENGTH.total_seconds():
            raise _busy(name)


def _ticks_s() -> float:
    """A clock that nobody sets; where it can, it also counts while the PC sleeps."""
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


@contextmanager
def lease(work: Workplace, name: str, *, every_s: float = _RENEW_S) -> Iterator[Kept]:
    """Hold ``name`` for the block. Raises ``RetryableError`` (``busy_elsewhere``) when taken.

    A thread of its own renews it meanwhile: a printer may be minutes about one label (a slow line,
    a printer that waits for its cover), and a shop about one answer.
    """
    kept = Kept()
    with _taken(work, name):
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
def _taken(work: Workplace, name: str) -> Iterator[None]:
    with work.db.write() as tx:
        taken = try_lease(tx, work, name)
    if not taken:
        raise _busy(name)
    try:
        yield
    finally:
        try:
            with work.db.write() as tx:
                tx.execute(
                    delete(leases).where(leases.c.name == name, leases.c.holder == _holder(work))
                )
        except RetryableError as error:  # what was done is done; the lease ends by itself
            work.log.info("lease %s is not given back: %s", name, error.code)


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
                held.enter_context(_taken(work, name))
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
