"""Who prints, syncs or sends holds a lease, however long a single step of it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.domain.errors import RetryableError
from app.ports import DeviceState
from app.services.leases import is_held, lease
from app.services.printing.asking import statuses
from app.services.printing.printers import status_of
from app.services.telling import outbox
from app.services.workplace import Workplace
from app.store.tables import leases
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

NAME = "print:bench-1"
_BOUND_S = 20.0


def _until(came_true: Callable[[], bool]) -> None:
    ends = time.monotonic() + _BOUND_S
    while not came_true():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.01)


def _is_held(work: Workplace) -> bool:
    with work.db.read() as tx:
        return is_held(tx, work, NAME)


def _lives_s(work: Workplace) -> float:
    """How long the one lease would live from now on."""
    with work.db.read() as tx:
        until_at = tx.execute(select(leases.c.until_at).where(leases.c.name == NAME)).scalar_one()
        return float((until_at - work.db.now(tx, work.now())).total_seconds())


def test_a_kept_lease_outlives_a_step_of_many_minutes(bench: Bench) -> None:
    work = bench.work
    with lease(work, NAME, every_s=0.01) as kept:
        for _ in range(3):
            bench.clock.advance(60)
            _until(lambda: _lives_s(work) > 60)
            kept.check(NAME)
    assert not _is_held(work)


def test_work_whose_lease_another_has_taken_is_told(bench: Bench) -> None:
    work = bench.work
    with lease(work, NAME, every_s=0.01) as kept:
        with work.db.write() as tx:
            tx.execute(update(leases).where(leases.c.name == NAME).values(holder="another/1/1"))

        def is_told() -> bool:
            try:
                kept.check(NAME)
            except RetryableError as error:
                return error.code == "busy_elsewhere"
            return False

        _until(is_told)
    with work.db.read() as tx:  # and what is not ours is left alone
        assert (
            tx.execute(select(leases.c.holder).where(leases.c.name == NAME)).scalar_one()
            == "another/1/1"
        )


def test_a_printer_at_which_another_program_prints_is_not_asked(bench: Bench) -> None:
    fakes, _ = with_fake_printers(bench.work)
    here, there = (replace(fakes, holder=f"another-host/{pid}/1") for pid in (1, 2))
    with lease(here, NAME):
        assert status_of(here, "bench-1").state is DeviceState.READY  # our own waits its turn
        found = statuses(there, ["bench-1", "bench-2"])
    states = {name: status.state for name, status in found.items()}
    assert states == {"bench-1": DeviceState.BUSY, "bench-2": DeviceState.READY}
    assert status_of(there, "bench-1").state is DeviceState.READY


def test_another_program_that_sends_is_not_sent_beside(bench: Bench) -> None:
    with ThreadPoolExecutor(1) as pool, lease(bench.work, "outbox"):
        sent = pool.submit(outbox.drain, bench.work)
        with pytest.raises(RetryableError):
            sent.result(_BOUND_S)
