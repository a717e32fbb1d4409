"""Lists of stopped regions stay of today without anybody asking for them."""

from __future__ import annotations

import threading

import pytest

from app.jobs import Cancelled, CancelToken
from app.services.leases import lease
from app.services.reach import daily, lists, views
from app.simulators.zto import ForbiddenRegion
from app.simulators.zto.records import FORBIDDEN
from tests.support.warehouse import Bench

PATH = f"/zto/{FORBIDDEN}"


@pytest.fixture
def stopped(bench: Bench) -> Bench:
    bench.world.zto.forbid([ForbiddenRegion("西藏自治区", reason="塌方")])
    return bench


def _calls(bench: Bench) -> int:
    return len(bench.world.carriers.server.journal.calls(PATH))


def test_a_list_is_fetched_once_a_day_without_a_check(stopped: Bench) -> None:
    assert [daily.look(stopped.work, CancelToken()) for _ in range(3)] == [1, 0, 0]
    assert (_calls(stopped), views.regions(stopped.work, origin="list")[1]) == (1, 1)
    stopped.clock.advance(lists.DAILY.total_seconds() + 1)
    assert daily.look(stopped.work, CancelToken()) == 1
    assert _calls(stopped) == 2


def test_a_carrier_that_does_not_answer_rests_for_half_an_hour(stopped: Bench) -> None:
    stopped.world.carriers.server.faults.bad_gateway(PATH)
    assert daily.look(stopped.work, CancelToken()) == 1
    (state,) = lists.refresh(stopped.work, older_than=lists.DAILY)
    assert state.message is not None
    stopped.clock.advance(minutes=10)
    assert daily.look(stopped.work, CancelToken()) == 0
    stopped.clock.advance(minutes=25)
    assert daily.look(stopped.work, CancelToken()) == 1
    assert _calls(stopped) == 2
    assert views.regions(stopped.work, origin="list")[1] == 1


def test_one_bench_fetches_for_all(stopped: Bench) -> None:
    looked: list[int] = []

    def other_thread() -> None:
        looked.append(daily.look(stopped.work, CancelToken()))

    with lease(stopped.work, "stopped-regions"):
        other = threading.Thread(target=other_thread)
        other.start()
        other.join()
    assert (looked, _calls(stopped)) == ([0], 0)


def test_it_can_be_stopped_before_a_call(stopped: Bench) -> None:
    over = CancelToken()
    over.cancel()
    with pytest.raises(Cancelled):
        daily.look(stopped.work, over)
    daily.keep_fresh(stopped.work, over)
    assert _calls(stopped) == 0
