"""Receivers in clear and virtual numbers: on demand, counted, written down, never shown around."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import RetryableError, UserError
from app.domain.states import Route
from app.services import leases
from app.services.numbers.labelling import label_parcels
from app.services.orders import details, receivers
from app.services.sync import syncing
from app.simulators.exchange import Response
from app.simulators.seed_orders import SeedOrder
from app.store.tables import audit, order_secrets, orders
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

DECODE = "/channels/ec/order/sensitiveinfo/decode"
EXTEND = "/channels/ec/order/virtualnumber/delay"
RENEW = "/channels/ec/order/virtualnumber/applyagain"
GET = "/channels/ec/order/get"
WHY = "call about the broken bottle"


@pytest.fixture
def order(bench: Bench) -> SeedOrder:
    return bench.seed("ordinary")


def used(bench: Bench, order: SeedOrder) -> int:
    return receivers.quota(bench.work, order.shop)[0]


# trap 14
def test_everything_is_masked_and_one_decode_shows_it(bench: Bench, order: SeedOrder) -> None:
    shown = details.order_detail(bench.work, order.order_id).receiver
    assert "*" in shown.name + shown.phone
    found = receivers.reveal(bench.work, order.order_id, WHY)
    assert found.receiver.name == order.receiver["user_name"]
    assert found.receiver.phone == order.receiver["tel_number"]
    assert (found.used, found.limit) == (1, 30)
    bench.clock.advance(30)
    bench.world.shops[order.shop].write_merchant_note(order.order_id, "x")
    syncing.sync_shop(bench.work, order.shop)
    assert details.order_detail(bench.work, order.order_id).receiver == shown  # masked as before


def test_looking_again_costs_nothing_and_is_written_down(bench: Bench, order: SeedOrder) -> None:
    syncing.refetch(bench.work, order.shop, [order.order_id])
    for _ in range(2):
        found = receivers.reveal(bench.work, order.order_id, WHY)
    assert found.used == 1
    assert bench.world.wechat.journal.count(DECODE) == 2  # once refused right after order/get
    with bench.work.db.read() as tx:
        rows = tx.execute(select(audit).where(audit.c.action == "revealed")).all()
        (kept,) = tx.execute(select(order_secrets)).all()
    assert [(r.user, r.detail) for r in rows] == [("test", {"why": WHY})] * 2
    name = order.receiver["user_name"]
    assert name not in str(rows) + str(kept)


def test_two_parcels_of_one_order_cost_one_decode(bench: Bench, order: SeedOrder) -> None:
    our_id = receivers.order_of(bench.work, order.order_id).id
    hang = bench.world.wechat.faults.hang(DECODE)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(receivers.clear, bench.work, our_id)
        hang.wait_until_met()
        second = pool.submit(receivers.clear, bench.work, our_id)
        wait([second], timeout=0.3)  # a second question would be answered at once
        hang.release()
        assert first.result(20) == second.result(20)
    assert used(bench, order) == 1
    with bench.work.db.read() as tx:
        notes = tx.execute(select(audit).where(audit.c.action == "decoded")).all()
    assert len(notes) == 1


def test_another_program_that_decodes_the_order_is_waited_for(
    bench: Bench, order: SeedOrder
) -> None:
    our_id = receivers.order_of(bench.work, order.order_id).id
    other = replace(bench.work, holder="another-pc/7/1")
    with leases.lease(other, f"decode:{our_id}"):
        with pytest.raises(RetryableError) as busy:
            receivers.clear(bench.work, our_id)
        assert busy.value.code == "busy_elsewhere"
        assert sum(bench.clock.sleeps) >= 30
        assert bench.world.wechat.journal.count(DECODE) == 0
    receivers.clear(bench.work, our_id)
    assert used(bench, order) == 1


def test_a_reason_is_needed(bench: Bench, order: SeedOrder) -> None:
    with pytest.raises(UserError) as refused:
        receivers.reveal(bench.work, order.order_id, "  ")
    assert refused.value.code == "no_reason"
    assert bench.world.wechat.journal.count(DECODE) == 0


def test_another_address_is_decoded_anew(bench: Bench, order: SeedOrder) -> None:
    receivers.reveal(bench.work, order.order_id, WHY)
    bench.clock.advance(30)
    other = {**order.receiver, "detail_info": "示例路 99 号"}
    bench.world.shops[order.shop].change_address(order.order_id, other)
    syncing.sync_shop(bench.work, order.shop)
    assert "99" in receivers.reveal(bench.work, order.order_id, WHY).receiver.address
    assert used(bench, order) == 2


@pytest.mark.parametrize("fault", ["offline", "gone", "busy"])
def test_a_decode_that_never_reached_the_platform_is_not_counted(
    bench: Bench, order: SeedOrder, fault: str
) -> None:
    faults = bench.world.wechat.faults
    if fault == "offline":
        truth.change_shop(bench, order.shop, base_url=truth.nobody_listens())
    elif fault == "busy":
        faults.answer(DECODE, Response.of_json({"errcode": 100003, "errmsg": "busy"}), times=2)
    else:
        faults.answer(DECODE, Response.of_json({"errcode": 100002, "errmsg": "no such order"}))
    with pytest.raises((RetryableError, UserError)):
        receivers.reveal(bench.work, order.order_id, WHY)
    assert used(bench, order) == 0


def test_a_decode_whose_answer_was_lost_counts(bench: Bench, order: SeedOrder) -> None:
    bench.world.wechat.faults.lose_answer(DECODE, times=2)
    with pytest.raises(RetryableError):
        receivers.reveal(bench.work, order.order_id, WHY)
    assert used(bench, order) == 1


def test_the_platforms_own_count_is_believed(bench: Bench, order: SeedOrder) -> None:
    bench.world.shops[order.shop].quirks.decodes_per_day = 0
    with pytest.raises(RetryableError) as refused:
        receivers.reveal(bench.work, order.order_id, WHY)
    assert refused.value.code == "decode_quota"
    assert receivers.quota(bench.work, order.shop) == (30, 30)
    bench.world.wechat.journal.clear()
    with pytest.raises(UserError) as again:
        receivers.reveal(bench.work, order.order_id, WHY)
    assert again.value.code == "decode_quota"
    assert bench.world.wechat.journal.count(DECODE) == 0
    bench.clock.advance(hours=24)
    assert used(bench, order) == 0


def test_the_shops_own_limit_holds(bench: Bench, order: SeedOrder) -> None:
    truth.change_shop(bench, order.shop, decode_per_day=1)
    receivers.reveal(bench.work, order.order_id, WHY)
    other = next(
        o for o in bench.scenario.orders if o.shop == order.shop and o.kind == "buyer_note"
    )
    with pytest.raises(UserError) as refused:
        receivers.reveal(bench.work, other.order_id, WHY)
    assert refused.value.code == "decode_quota"


def test_a_gift_without_receiver_says_so(bench: Bench) -> None:
    with pytest.raises(UserError) as refused:
        receivers.reveal(bench.work, bench.seed("gift_pending").order_id, WHY)
    assert refused.value.code == "no_receiver"


def test_the_virtual_number_is_told_with_its_end(bench: Bench) -> None:
    order = bench.seed("virtual_number")
    found = receivers.virtual_number(bench.work, order.order_id)
    assert (found.number, found.extension, found.extended) == ("13800009999", "1234", 0)
    assert found.expires_at == until(bench, order)


def test_an_order_without_virtual_number_says_so(bench: Bench, order: SeedOrder) -> None:
    with pytest.raises(UserError) as refused:
        receivers.virtual_number(bench.work, order.order_id)
    assert refused.value.code == "virtual_number"


def until(bench: Bench, order: SeedOrder) -> object:
    with bench.work.db.read() as tx:
        return tx.execute(
            select(orders.c.virtual_until_at).where(orders.c.order_id == order.order_id)
        ).scalar_one()


def test_a_virtual_number_is_extended_once_a_request(bench: Bench) -> None:
    order = bench.seed("virtual_number")
    with pytest.raises(UserError) as early:
        receivers.extend(bench.work, order.order_id)
    assert early.value.code == "virtual_not_now"
    bench.clock.advance(hours=24 * 25)
    before = receivers.virtual_number(bench.work, order.order_id).expires_at
    bench.world.wechat.faults.lose_answer(EXTEND)
    with pytest.raises(RetryableError):
        receivers.extend(bench.work, order.order_id)
    after = receivers.virtual_number(bench.work, order.order_id)
    assert before is not None
    assert (after.expires_at, after.extended) == (before + timedelta(days=30), 1)
    with pytest.raises(UserError):
        receivers.extend(bench.work, order.order_id)  # it lives long enough: nothing is wasted
    assert until(bench, order) == after.expires_at


@pytest.mark.parametrize("lost", [False, True])
def test_a_new_number_is_had_once_and_a_lost_answer_is_looked_up(bench: Bench, lost: bool) -> None:
    order = bench.seed("virtual_number")
    bench.clock.advance(hours=24 * 31)
    if lost:
        bench.world.wechat.faults.lose_answer(RENEW)
    found = receivers.renew(bench.work, order.order_id)
    assert found.number == "13800010000"
    assert found.expires_at == bench.clock.now() + timedelta(days=30)
    assert until(bench, order) == found.expires_at
    with pytest.raises(UserError) as again:
        receivers.renew(bench.work, order.order_id)
    assert again.value.code == "virtual_not_now"


# trap 18
def test_a_virtual_number_that_comes_later_disturbs_no_label(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    label_parcels(bench.work, [row.id])
    shop = bench.world.shops[row.shop]
    bench.clock.advance(30)
    ends_s = int((bench.clock.now() + timedelta(days=15)).timestamp())
    shop.give_virtual_number(row.orders[0], "13212345774", "1234", ends_s)
    syncing.sync_shop(bench.work, row.shop)
    assert truth.parcel(bench, row.id).holds == ()
    found = receivers.virtual_number(bench.work, row.orders[0])
    assert (found.number, found.extension) == ("13212345774", "1234")
    assert details.order_detail(bench.work, row.orders[0]).virtual_until_at == found.expires_at
