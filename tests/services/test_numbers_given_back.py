"""Numbers that nobody needs go back; one that cannot go back stays the parcel's only one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.states import HoldCode, RequestState, Route
from app.services import integrity
from app.services.numbers import voiding
from app.services.numbers.labelling import label_parcels
from app.services.sync import syncing
from app.services.telling import outbox
from tests.services import truth
from tests.services.truth import LABEL_CREATE, SF_PATH, SOURCES
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


@pytest.mark.parametrize(("route", "carrier"), SOURCES)
def test_a_cancelled_number_is_given_back_and_the_next_one_is_another(
    bench: Bench, route: Route, carrier: str
) -> None:
    row = truth.ready(bench, route, carrier)[0]
    (first,) = label_parcels(bench.work, [row.id])
    voiding.cancel_waybill(bench.work, first.waybill)
    (too_early,) = label_parcels(bench.work, [row.id])
    assert too_early.code == "void_pending"
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    assert truth.numbers_given(bench, row) == []
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    assert second.waybill != first.waybill
    assert truth.numbers_given(bench, row) == [second.waybill]
    assert integrity.check(bench.work).broken == ()


def test_an_order_cancelled_while_the_carrier_thinks_gives_its_number_back(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    hang = bench.world.wechat.faults.hang(LABEL_CREATE)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(label_parcels, bench.work, [row.id])
        hang.wait_until_met()
        bench.clock.advance(30)
        bench.world.shops[row.shop].cancel(row.orders[0])
        syncing.sync_shop(bench.work, row.shop)
        hang.release()
        (late,) = waiting.result(20)
    assert (late.result, late.code) == ("failed", "parcel_cancelled")
    assert {(r.kind, r.result) for r in outbox.drain(bench.work)} == {("void", "done")}
    assert truth.numbers_given(bench, row) == []
    assert integrity.check(bench.work).broken == ()


def test_an_address_changed_while_the_carrier_thinks_holds_the_parcel(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    seed = next(o for o in bench.scenario.orders if o.order_id == row.orders[0])
    hang = bench.world.wechat.faults.hang(LABEL_CREATE)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(label_parcels, bench.work, [row.id])
        hang.wait_until_met()
        bench.clock.advance(30)
        shop = bench.world.shops[row.shop]
        shop.change_address(seed.order_id, {**seed.receiver, "detail_info": "示例路 78 号"})
        syncing.sync_shop(bench.work, row.shop)
        hang.release()
        (late,) = waiting.result(20)
    assert late.result == "issued"
    assert truth.parcel(bench, row.id).holds == (HoldCode.ADDRESS_CHANGE,)


def test_a_number_in_doubt_of_a_cancelled_order_is_found_and_given_back(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    bench.world.carriers.server.faults.lose_answer(SF_PATH, when=truth.creates)
    assert [r.result for r in label_parcels(bench.work, [row.id])] == ["unknown"]
    assert len(truth.numbers_given(bench, row)) == 1
    bench.clock.advance(30)
    bench.world.shops[row.shop].cancel(row.orders[0])
    syncing.sync_shop(bench.work, row.shop)
    assert [r.result for r in outbox.drain(bench.work)] == ["done", "done"]
    assert truth.numbers_given(bench, row) == []
    assert integrity.check(bench.work).broken == ()


def test_a_number_in_doubt_that_never_was_is_settled_without_a_booking(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    bench.world.carriers.server.faults.close_before(SF_PATH, when=truth.creates)
    label_parcels(bench.work, [row.id])
    bench.clock.advance(30)
    bench.world.shops[row.shop].cancel(row.orders[0])
    syncing.sync_shop(bench.work, row.shop)
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    assert truth.numbers_given(bench, row, alive_only=False) == []
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.DEAD)]


def test_a_number_that_the_carrier_does_not_take_back_stays_the_parcels_only_one(
    bench: Bench,
) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    (first,) = label_parcels(bench.work, [row.id])
    bench.world.shops[row.shop].pick_up(first.waybill)
    voiding.cancel_waybill(bench.work, first.waybill)
    assert [r.result for r in outbox.drain(bench.work)] == ["refused"]
    (kept,) = label_parcels(bench.work, [row.id])
    assert (kept.result, kept.waybill) == ("kept", first.waybill)
    assert truth.numbers_given(bench, row) == [first.waybill]
    assert integrity.check(bench.work).broken == ()
