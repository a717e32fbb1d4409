"""One key a request, kept until it is proven dead: whatever the platform says, one number lives."""

from __future__ import annotations

import pytest

from app.domain.states import RequestState, Route
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.parcels.parcel_queries import ParcelRow
from app.services.telling import outbox
from app.simulators.faults import Storm
from tests.services import truth
from tests.services.truth import LABEL_CREATE, LABEL_GET
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

BASE = "/channels/ec/logistics/ewaybill/biz"
NO_SUCH = {"errcode": 10025010, "errmsg": "no such label rid: 1-2-3"}


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    return truth.ready(bench, Route.PLATFORM, "zto")[0]


def _keys_sent(bench: Bench) -> list[str]:
    calls = bench.world.wechat.journal.calls(LABEL_CREATE)
    return [str(call.body["ewaybill_order_id"]) for call in calls]


# trap 25
def test_a_key_that_exists_after_a_lost_answer_is_adopted_and_not_replaced(
    bench: Bench, row: ParcelRow
) -> None:
    bench.world.wechat.faults.lose_answer(LABEL_CREATE)
    label_parcels(bench.work, [row.id])
    # The platform's own index lags: for a moment it has never heard of the label.
    bench.world.wechat.faults.answer_json(LABEL_GET, NO_SUCH, times=2)
    (adopted,) = label_parcels(bench.work, [row.id])
    assert adopted.result == "issued"
    assert truth.numbers_given(bench, row, alive_only=False) == [adopted.waybill]
    assert len(set(_keys_sent(bench))) == 1


# trap 24
def test_a_key_that_exists_without_a_label_is_dead_and_the_next_try_takes_a_new_one(
    bench: Bench, row: ParcelRow
) -> None:
    bench.world.shops[row.shop].refuse_labels("ZTO", "")
    (refused,) = label_parcels(bench.work, [row.id])
    assert "rid" in str(refused.message)
    (issued,) = label_parcels(bench.work, [row.id])
    assert issued.result == "issued"
    first, second = _keys_sent(bench)
    assert first != second
    states = [state for _, state in truth.requests_of(bench, row.id)]
    assert states == [RequestState.DEAD, RequestState.ISSUED]


def test_a_refused_key_is_kept_while_the_platform_cannot_say_whether_it_is_dead(
    bench: Bench, row: ParcelRow
) -> None:
    bench.world.shops[row.shop].refuse_labels("ZTO", "")
    label_parcels(bench.work, [row.id])
    bench.world.wechat.faults.bad_gateway(LABEL_GET)
    (waits,) = label_parcels(bench.work, [row.id])
    assert waits.code == "not_sent"
    assert len(_keys_sent(bench)) == 1


def test_a_label_that_was_cancelled_in_the_console_is_replaced_by_a_new_key(
    bench: Bench, row: ParcelRow
) -> None:
    shop = bench.world.shops[row.shop]
    bench.world.wechat.faults.lose_answer(LABEL_CREATE)
    label_parcels(bench.work, [row.id])
    (label,) = shop.label_orders.values()
    label.status = 2
    (dead,) = label_parcels(bench.work, [row.id])
    assert (dead.result, dead.code) == ("failed", "duplicate")
    (issued,) = label_parcels(bench.work, [row.id])
    assert issued.result == "issued"
    assert truth.numbers_given(bench, row) == [issued.waybill]
    assert len(set(_keys_sent(bench))) == 2


# trap 26
def test_a_key_that_belongs_to_another_order_is_never_taken_over(
    bench: Bench, row: ParcelRow
) -> None:
    shop = bench.world.shops[row.shop]
    bench.world.wechat.faults.lose_answer(LABEL_CREATE)
    label_parcels(bench.work, [row.id])
    (label,) = shop.label_orders.values()
    theirs = label.waybill_id
    label.request["ec_order_list"][0]["ec_order_id"] = 3732000000000009999
    (foreign,) = label_parcels(bench.work, [row.id])
    assert (foreign.result, foreign.code) == ("failed", "duplicate")
    (issued,) = label_parcels(bench.work, [row.id])
    assert issued.result == "issued"
    assert issued.waybill != theirs


# trap 25
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_goes_wrong_no_parcel_has_two_live_numbers(bench: Bench, seed: int) -> None:
    rows = truth.ready(bench, Route.PLATFORM, "zto")[:6]
    shop = bench.world.shops[rows[0].shop]
    shop.refuse_labels("ZTO", "", "网点繁忙")
    storm = Storm(0.75, seed, path=BASE)
    bench.world.wechat.faults.storm(storm)
    for _ in range(12):
        label_parcels(bench.work, [r.id for r in rows])
        for row in rows:
            assert len(truth.numbers_given(bench, row)) <= 1
    bench.world.wechat.faults.storm(None)
    done = label_parcels(bench.work, [r.id for r in rows])
    again = label_parcels(bench.work, [r.id for r in rows])
    assert storm.met > 5
    for row, first, second in zip(rows, done, again, strict=True):
        assert first.ok or second.ok
        assert truth.numbers_given(bench, row) == [second.waybill]
    outbox.drain(bench.work)
    assert integrity.check(bench.work).broken == ()


# trap 27
def test_a_masked_receiver_that_a_carrier_refuses_names_the_ways_out(
    bench: Bench, row: ParcelRow
) -> None:
    shop = bench.world.shops[row.shop]
    shop.quirks.carriers_refusing_masked = frozenset({"ZTO"})
    (refused,) = label_parcels(bench.work, [row.id])
    assert (refused.result, refused.code) == ("failed", "masked")
    assert "脱敏" in str(refused.message)
    for way in ("another carrier", "direct label"):
        assert way in str(refused.remedy)
    assert shop.decodes_today() == 0


def test_a_warning_of_the_platform_reaches_the_row(bench: Bench, row: ParcelRow) -> None:
    shop = bench.world.shops[row.shop]
    shop.quirks.more_in_label_answers = {
        "order_risk_info": [{"risk_ec_order_info": {}, "risk_msg": "订单存在售后"}],
        "changed_info": [{"whatever": [1, {"deep": None}]}],
        "consolidation_waybill_info": [
            {"b_segment_delivery_id": "EMS", "b_segment_waybill_id": "97001"}
        ],
    }
    (issued,) = label_parcels(bench.work, [row.id])
    assert issued.result == "issued"
    for said in ("订单存在售后", "97001"):
        assert said in str(issued.message)
