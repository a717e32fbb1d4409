"""Calls to carriers are counted by account, day and service, beside the calls themselves."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import RetryableError
from app.domain.states import Route
from app.domain.text import T
from app.services.carriers import calls
from app.services.carriers.calls import CallCounter
from app.services.numbers.labelling import label_parcels
from app.store.tables import account_calls
from tests.services import truth
from tests.support.warehouse import Bench


def counted(bench: Bench) -> dict[tuple[str, str, str], tuple[int, int]]:
    with bench.work.db.read() as tx:
        rows = tx.execute(select(account_calls)).all()
    return {(r.account, r.day, r.service): (r.calls, r.refused) for r in rows}


@pytest.fixture
def counter(bench: Bench) -> CallCounter:
    """One that writes only when it is told to."""
    return CallCounter(bench.work.db, bench.clock, write_after_s=60)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 20, 15, 59, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "2026-11-21"),
    ],
)
def test_the_day_is_chinas(at: datetime, day: str) -> None:
    assert calls.day_of(at) == day


def test_calls_of_many_threads_are_all_counted_and_written_together(
    bench: Bench, counter: CallCounter
) -> None:
    def call(n: int) -> None:
        counter.called("zto", "create", refused=n % 10 == 0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(400)))
    assert counted(bench) == {}
    counter.close()
    assert counted(bench) == {("zto", "2026-11-20", "create"): (400, 40)}


def test_two_programs_add_to_one_sum(bench: Bench, counter: CallCounter) -> None:
    other = CallCounter(bench.work.db, bench.clock, write_after_s=60)
    for one in (counter, other, counter):
        one.called("zto", "create", refused=False)
        one.write()
    counter.close()
    other.close()
    assert counted(bench) == {("zto", "2026-11-20", "create"): (3, 0)}


def test_what_cannot_be_written_now_is_written_later(
    bench: Bench, counter: CallCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise RetryableError("database_busy", T("x"), T("y"))

    counter.called("zto", "create", refused=True)
    with monkeypatch.context() as patch:
        patch.setattr(bench.work.db, "write", busy)
        counter.write()
    counter.called("zto", "create", refused=False)
    counter.close()
    assert counted(bench) == {("zto", "2026-11-20", "create"): (2, 1)}


def test_a_thread_writes_by_itself_and_ends(bench: Bench) -> None:
    counter = CallCounter(bench.work.db, bench.clock, write_after_s=0)
    counter.called("zto", "create", refused=False)
    for thread in threading.enumerate():
        if thread.name == "packbench-calls":
            thread.join()
    assert counted(bench) == {("zto", "2026-11-20", "create"): (1, 0)}
    counter.close()


def test_old_days_are_forgotten(bench: Bench, counter: CallCounter) -> None:
    counter.called("zto", "create", refused=False)
    counter.write()
    bench.clock.advance(timedelta(days=91).total_seconds())
    counter.called("zto", "create", refused=False)
    counter.close()
    assert [day for _, day, _ in counted(bench)] == ["2027-02-19"]


@pytest.mark.synced
def test_every_call_of_a_real_account_is_counted(bench: Bench) -> None:
    rows = truth.ready(bench, Route.DIRECT, "yunda")[:3]
    label_parcels(bench.work, [row.id for row in rows])
    today = calls.today(bench.work)
    made = bench.world.carriers.server.journal.calls(truth.YUNDA_CREATE)
    assert today["yunda"].services["createBmOrder"] == len(made) == len(rows)
    assert today["yunda"].refused == 0
    bench.clock.advance(hours=24)
    assert "yunda" not in calls.today(bench.work)


@pytest.mark.synced
def test_a_call_that_never_left_is_not_counted(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "yunda")[0]
    bench.world.carriers.server.stop()
    label_parcels(bench.work, [row.id])
    assert calls.today(bench.work) == {}
