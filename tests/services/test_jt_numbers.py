"""J&T, who may show an order late: a lost answer is believed lost only when that is proven."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.states import Route
from app.services.numbers.labelling import label_parcels
from app.services.parcels import checking
from app.simulators.jt import JtQuirks
from tests.services import truth
from tests.support.warehouse import Bench, open_bench

CREATE = "/jt/webopenplatformapi/api/order/v2/addOrder"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        yield opened


def jt_parcel(bench: Bench) -> str:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    checking.change_carrier(bench.work, row.id, "jt")
    return row.id


def test_an_order_that_is_shown_late_is_waited_for(bench: Bench) -> None:
    parcel = jt_parcel(bench)
    bench.world.jt.quirks = JtQuirks(visible_after_s=50)
    bench.world.carriers.server.faults.lose_answer(CREATE)
    for _ in range(2):  # the answer is lost; then J&T says that it knows of nothing
        (row,) = label_parcels(bench.work, [parcel])
        assert row.result == "unknown"
    bench.clock.advance(seconds=61)
    (row,) = label_parcels(bench.work, [parcel])
    assert row.result == "issued"
    assert bench.world.jt.numbers_issued(parcel) == [row.waybill]


def test_a_call_that_never_arrived_is_made_again_once_that_is_proven(bench: Bench) -> None:
    parcel = jt_parcel(bench)
    bench.world.carriers.server.faults.close_before(CREATE)
    (row,) = label_parcels(bench.work, [parcel])
    assert row.result == "unknown"
    bench.clock.advance(seconds=61)
    (row,) = label_parcels(bench.work, [parcel])
    assert row.result == "issued"
    assert bench.world.jt.numbers_issued(parcel) == [row.waybill]
    assert [key for key, _ in truth.requests_of(bench, parcel)] == [parcel]
