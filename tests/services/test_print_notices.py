"""The platform hears of every printed label: many at once, each with its own outcome."""

from __future__ import annotations

import pytest

from app.domain.states import Route
from app.services.numbers.labelling import label_parcels
from app.services.printing import printing
from app.services.telling import outbox
from app.services.workplace import Workplace
from app.simulators.wechat.shop import WechatShop
from tests.services import truth
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

BATCH = "/channels/ec/logistics/ewaybill/biz/order/batchprint"
ONE = "/channels/ec/logistics/ewaybill/biz/order/print"


def _printed(bench: Bench, count: int) -> tuple[Workplace, WechatShop, list[str]]:
    """So many platform labels on paper, nobody told yet."""
    rows = truth.ready(bench, Route.PLATFORM, "zto")[:count]
    numbers = [r.waybill for r in label_parcels(bench.work, [r.id for r in rows])]
    work, _ = with_fake_printers(bench.work)
    printing.print_parcels(work, [r.id for r in rows])
    return work, bench.world.shops[rows[0].shop], numbers


def _keys(bench: Bench, numbers: list[str]) -> list[str]:
    labels = [x for shop in bench.world.shops.values() for x in shop.waybills().values()]
    return [x.ewaybill_order_id for x in labels if x.waybill_id in numbers]


def test_many_notices_reach_the_shop_in_one_call(bench: Bench) -> None:
    work, shop, numbers = _printed(bench, 3)
    assert [r.result for r in outbox.drain(work)] == ["done"] * 3
    assert sorted(n.waybill_id for n in shop.printed()) == sorted(numbers)
    calls = bench.world.wechat.journal.calls
    assert (len(calls(BATCH)), len(calls(ONE))) == (1, 0)


def test_one_notice_that_fails_does_not_keep_the_others_back(bench: Bench) -> None:
    work, shop, numbers = _printed(bench, 3)
    took_two = {"errcode": 0, "succ_ewaybill_order_id": _keys(bench, numbers[1:])}
    bench.world.wechat.faults.answer_json(BATCH, took_two)
    bench.world.wechat.faults.answer_json(ONE, {"errcode": 10025010, "errmsg": "no such"})
    first = outbox.drain(work)
    assert [r.result for r in first] == ["later", "done", "done"]
    assert [r.result for r in outbox.drain(work, everything=True)] == ["later"]  # 10025010
    assert [r.result for r in outbox.drain(work, everything=True)] == ["done"]
    assert [n.waybill_id for n in shop.printed()] == numbers[:1]


def test_a_notice_that_the_shop_never_takes_ends_and_holds_nothing_up(bench: Bench) -> None:
    work, _, _ = _printed(bench, 1)
    bench.world.wechat.faults.answer_json(ONE, {"errcode": 10025010, "errmsg": "no such"}, times=20)
    results = [outbox.drain(work, everything=True)[0].result for _ in range(5)]
    assert results == ["later"] * 4 + ["refused"]
    assert outbox.drain(work, everything=True) == []


# trap 28
def test_a_reprint_is_told_as_one_and_the_platform_shows_it_as_printed(bench: Bench) -> None:
    work, shop, (number,) = _printed(bench, 1)
    outbox.drain(work)
    printing.reprint(work, number, "torn")
    outbox.drain(work)
    assert [n.re_print for n in shop.printed(number)] == [0, 1]
    (label,) = [x for x in shop.waybills().values() if x.waybill_id == number]
    assert label.status == 3


def test_a_crash_after_the_notices_left_only_repeats_them(bench: Bench) -> None:
    work, shop, numbers = _printed(bench, 3)
    bench.world.wechat.faults.lose_answer(BATCH)
    assert outbox.drain(work)[0].result == "later"
    outbox.drain(work, everything=True)
    assert {n.waybill_id for n in shop.printed()} == set(numbers)
    assert {n.re_print for n in shop.printed()} == {0}
    assert outbox.waiting(work) == 0
