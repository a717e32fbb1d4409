"""Several calls of one account under way: order, stop, cancel and one number a parcel hold."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.jobs import CancelToken, Step
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.simulators.exchange import Predicate, Request
from app.simulators.faults import Fault
from tests.services import truth
from tests.services.truth import SF_PATH
from tests.support.number_storm import give_to_carriers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

FEW, MANY = 9, 20


def after(calls: int) -> Predicate:
    """Bookings behind the first ``calls``."""
    seen = itertools.count()
    known: dict[int, int] = {}

    def late(request: Request) -> bool:
        if not truth.creates(request):
            return False
        number = known.setdefault(id(request), next(seen))
        return number >= calls

    return late


def under_way(bench: Bench, calls: int) -> list[Fault]:
    """Hold the bookings behind the first one; each fault is met by one call."""
    faults = bench.world.carriers.server.faults
    late = after(1)
    return [faults.hang(SF_PATH, when=late) for _ in range(calls)]


def test_calls_are_under_way_together_and_rows_keep_their_order(bench: Bench) -> None:
    ids = give_to_carriers(bench, ["sf"], FEW)
    truth.change_account(bench, "sf", calls_per_second=30.0)
    hangs = under_way(bench, 2)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(label_parcels, bench.work, ids)
        for hang in hangs:
            hang.wait_until_met()  # two calls, and no answer to either yet
        for hang in reversed(hangs):
            hang.release()
        rows = running.result(30)
    assert [row.parcel for row in rows] == ids
    assert {row.result for row in rows} == {"issued"}
    for row in rows:
        assert truth.numbers_given(bench, truth.parcel(bench, row.parcel)) == [row.waybill]
    assert integrity.check(bench.work).broken == ()


def test_a_slow_account_is_asked_one_after_the_other(bench: Bench) -> None:
    ids = give_to_carriers(bench, ["sf"], 4)
    truth.change_account(bench, "sf", calls_per_second=1.0)
    (first, second) = under_way(bench, 2)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(label_parcels, bench.work, ids)
        first.wait_until_met()
        with pytest.raises(TimeoutError):
            second.wait_until_met(0.3)
        first.release()
        second.wait_until_met()
        second.release()
        assert {row.result for row in running.result(30)} == {"issued"}


def test_what_is_under_way_when_it_is_cancelled_still_has_its_number(bench: Bench) -> None:
    ids = give_to_carriers(bench, ["sf"], FEW)
    truth.change_account(bench, "sf", calls_per_second=30.0)
    hangs = under_way(bench, 2)
    token, steps = CancelToken(), list[Step]()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(label_parcels, bench.work, ids, steps.append, token)
        for hang in hangs:
            hang.wait_until_met()
        token.cancel()
        for hang in hangs:
            hang.release()
        rows = running.result(30)
    assert [row.parcel for row in rows] == ids[: len(rows)]
    assert {row.result for row in rows} == {"issued"}
    assert 3 <= len(rows) < FEW
    assert [step.done for step in steps] == list(range(1, len(rows) + 1))
    for parcel_id in ids[len(rows) :]:
        assert truth.requests_of(bench, parcel_id) == []


def test_an_empty_balance_in_the_middle_stops_the_rest(bench: Bench) -> None:
    ids = give_to_carriers(bench, ["yunda"], MANY)
    assert len(ids) == MANY
    truth.change_account(bench, "yunda", calls_per_second=30.0)
    truth.yunda_has(bench, 3)
    rows = label_parcels(bench.work, ids)
    assert sum(row.result == "issued" for row in rows) == 3
    assert {row.code for row in rows if not row.ok} == {"balance"}
    asked = bench.world.carriers.server.journal.count(truth.YUNDA_CREATE)
    assert asked <= 3 + 8 < MANY  # those that were under way already


def test_what_came_too_fast_goes_out_again_after_a_rest(bench: Bench) -> None:
    ids = give_to_carriers(bench, ["yunda"], 3)
    limit = {"result": False, "code": "7503", "message": "API QPS 超限", "data": None}
    bench.world.carriers.server.faults.answer_json(truth.YUNDA_CREATE, limit, times=2)
    rows = label_parcels(bench.work, ids)
    assert [row.parcel for row in rows] == ids
    assert {row.result for row in rows} == {"issued"}
    assert sum(bench.clock.sleeps) >= 1 + 2
    assert truth.requests_of(bench, ids[0])[-1][0] == f"{ids[0]}_3"


def test_what_stays_too_fast_is_given_up_after_three_tries(bench: Bench) -> None:
    (parcel_id,) = give_to_carriers(bench, ["yunda"], 1)
    limit = {"result": False, "code": "7503", "message": "API QPS 超限", "data": None}
    bench.world.carriers.server.faults.answer_json(truth.YUNDA_CREATE, limit, times=9)
    (row,) = label_parcels(bench.work, [parcel_id])
    assert (row.result, row.code) == ("failed", "rate")
    assert bench.world.carriers.server.journal.count(truth.YUNDA_CREATE) == 3


def test_an_account_whose_day_is_used_up_is_not_asked_again(bench: Bench) -> None:
    ids = give_to_carriers(bench, ["yunda"], 4)
    used_up = {"result": False, "code": "7501", "message": "API 日访问量超限", "data": None}
    bench.world.carriers.server.faults.answer_json(truth.YUNDA_CREATE, used_up, times=9)
    rows = label_parcels(bench.work, ids)
    assert {(row.result, row.code) for row in rows} == {("failed", "day_limit")}
    assert bench.world.carriers.server.journal.count(truth.YUNDA_CREATE) == 1
