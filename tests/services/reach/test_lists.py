"""Lists of stopped regions: fetched once a day, kept when they cannot be fetched."""

from __future__ import annotations

import pytest

from app.domain.address import Address
from app.domain.reach import ReachAnswer, ReachOrigin, ReachVerdict
from app.services.reach import known, lists, views
from app.simulators.zto import ForbiddenRegion
from app.simulators.zto.records import FORBIDDEN
from tests.support.warehouse import Bench

PATH = f"/zto/{FORBIDDEN}"
URUMQI = Address(province="新疆", city="乌鲁木齐市", district="天山区", address="光明路 1 号")


@pytest.fixture
def stopped(bench: Bench) -> Bench:
    bench.world.zto.forbid(
        [
            ForbiddenRegion("新疆维吾尔自治区", "乌鲁木齐市", reason="暴雪"),
            ForbiddenRegion("西藏自治区", reason="塌方"),
            ForbiddenRegion("西藏", reason="又一次"),
        ]
    )
    return bench


def _answer(bench: Bench) -> ReachAnswer | None:
    with bench.work.db.read() as tx:
        return known.reach_of(tx, "zto", "zto", URUMQI, bench.clock.now())


def _calls(bench: Bench) -> int:
    return len(bench.world.carriers.server.journal.calls(PATH))


def test_a_list_is_kept_once_a_place(stopped: Bench) -> None:
    states = lists.refresh(stopped.work)
    assert [(s.carrier, s.regions, s.message) for s in states] == [("zto", 2, None)]
    answer = _answer(stopped)
    assert answer is not None
    assert (answer.verdict, answer.origin, answer.said) == (
        ReachVerdict.REFUSED,
        ReachOrigin.LIST,
        "暴雪",
    )
    assert views.regions(stopped.work, origin="list")[1] == 2


def test_it_is_fetched_once_a_day(stopped: Bench) -> None:
    for _ in range(2):
        lists.refresh(stopped.work, older_than=lists.DAILY)
    assert _calls(stopped) == 1
    stopped.clock.advance(lists.DAILY.total_seconds() + 1)
    lists.refresh(stopped.work, ["zto"], older_than=lists.DAILY)
    assert _calls(stopped) == 2


def test_a_list_that_cannot_be_fetched_is_used_with_its_age(stopped: Bench) -> None:
    lists.refresh(stopped.work)
    stopped.clock.advance(hours=48)
    stopped.world.carriers.server.faults.bad_gateway(PATH)
    (state,) = lists.refresh(stopped.work, older_than=lists.DAILY)
    assert state.message is not None
    assert state.regions == 2
    answer = _answer(stopped)
    assert answer is not None
    assert answer.verdict is ReachVerdict.DOUBTFUL
    lists.refresh(stopped.work, older_than=lists.DAILY)
    assert _calls(stopped) == 2  # not again within half an hour


def test_a_place_that_is_open_again_leaves_the_list(stopped: Bench) -> None:
    lists.refresh(stopped.work)
    stopped.world.zto.forbid([])
    (state,) = lists.refresh(stopped.work)
    assert (state.regions, _answer(stopped)) == (0, None)


def test_names_of_any_length_fit_and_stay_one_line_a_place(bench: Bench) -> None:
    long = "长" * 80
    bench.world.zto.forbid(
        [ForbiddenRegion("西藏自治区", "那曲市", long + end) for end in ("县", "区")]
    )
    (state,) = lists.refresh(bench.work)
    assert (state.regions, state.message) == (1, None)
    (row,) = views.regions(bench.work, origin="list")[0]
    assert len(row.where.district) == 32
