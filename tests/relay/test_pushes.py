"""The platform pushes over real HTTP; what it was about is in the database, once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.bootstrap import fonts_health
from app.domain.states import OrderStatus
from app.ports import PushedEvent, PushSubject
from app.services import diagnosis
from app.services.sync import push_events
from app.services.sync.push_events import PushState
from app.simulators.wechat.push_sender import PushFaults, PushMode
from app.store.tables import listings, track_events, waybills
from tests.relay.pushing import SHOP, Pushed, buy, events, pushed, stored, until
from tests.services.truth import change_shop, nobody_listens
from tests.support.logs import ExpectedLogs
from tests.support.warehouse import Bench

SECURE, PLAIN = PushMode.SECURE, PushMode.PLAIN


@pytest.mark.parametrize("as_xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("mode", [SECURE, PushMode.COMPATIBLE], ids=lambda m: m.value)
def test_a_paid_order_arrives_by_push_alone(door: Pushed, mode: PushMode, as_xml: bool) -> None:
    with door.sender(mode=mode, as_xml=as_xml) as platform:
        (bought,) = buy(door.bench, 1)
        platform.wait_until_done()
    door.settle()
    assert stored(door.bench.work)[bought].status == OrderStatus.PAID
    assert {d.status for d in platform.deliveries} == {200}
    assert {d.answer for d in platform.deliveries} == {b"success"}


def test_plain_mode_is_taken_only_where_it_is_chosen(bench: Bench, door: Pushed) -> None:
    with door.sender(mode=PLAIN, scale=0.0) as platform:
        buy(bench, 1)
        platform.wait_until_done()
    assert {d.status for d in platform.deliveries} == {403}
    assert events(bench.work) == []
    assert len(platform.given_up) == 2  # after ten tries each
    change_shop(bench, SHOP, push_mode="plain")
    with pushed(bench) as second, second.sender(mode=PLAIN) as platform:
        buy(bench, 1)
        platform.wait_until_done()
    assert {d.status for d in platform.deliveries} == {200}


def test_double_and_swapped_and_broken_deliveries_do_no_harm(door: Pushed) -> None:
    faults = PushFaults(twice=0.5, shuffled=7, broken=0.1, answer_lost=0.2)
    with door.sender(faults=faults) as platform:
        bought = buy(door.bench, 15)
        for order_id in bought[:5]:
            door.shop.cancel(order_id)
        for order_id in bought[5:10]:
            door.shop.urge(order_id)
        platform.wait_until_done()
    door.settle()
    told = len(door.shop.events)
    found = stored(door.bench.work)
    assert set(bought) <= set(found)
    assert {found[i].status for i in bought[:5]} == {OrderStatus.CANCELLED}
    assert {found[i].status for i in bought[5:]} == {OrderStatus.PAID}
    assert [found[i].urged for i in bought] == [False] * 5 + [True] * 5 + [False] * 5
    rows = events(door.bench.work)
    assert {r.state for r in rows} == {PushState.DONE}
    assert len(rows) <= told
    assert len(platform.deliveries) > len(rows)


def test_an_urge_for_a_shipped_order_changes_nothing(door: Pushed) -> None:
    door.bench.sync()
    shipped = next(i for i, r in stored(door.bench.work).items() if r.status == "shipped")
    with door.sender() as platform:
        door.shop.urge(shipped)
        platform.wait_until_done()
    door.settle()
    assert not stored(door.bench.work)[shipped].urged


def test_a_shop_that_does_not_answer_is_asked_again(
    door: Pushed, expected_logs: ExpectedLogs
) -> None:
    """The push is answered all the same; the order comes when the shop is back."""
    expected_logs.allow("packbench")
    bench = door.bench
    get = "/channels/ec/order/get"
    bench.world.wechat.faults.bad_gateway(get, times=1000)
    with door.sender() as platform:
        (bought,) = buy(bench, 1)
        platform.wait_until_done()
    until(lambda: all(r.attempts for r in events(bench.work)))
    assert {d.status for d in platform.deliveries} == {200}
    assert bought not in stored(bench.work)
    assert push_events.backlog(bench.work).waiting == 2
    bench.world.wechat.faults.clear()
    bench.clock.advance(minutes=30)
    door.settle()
    assert stored(bench.work)[bought].status == OrderStatus.PAID


def test_pending_events_go_on_after_a_restart(bench: Bench) -> None:
    with pushed(bench) as first:
        bench.world.wechat.faults.bad_gateway("/channels/ec/order/get", times=1000)
        with first.sender() as platform:
            (bought,) = buy(bench, 1)
            platform.wait_until_done()
        until(lambda: all(r.attempts for r in events(bench.work)))
    bench.world.wechat.faults.clear()
    bench.clock.advance(minutes=30)
    with pushed(bench) as second:
        second.settle()
    assert bought in stored(bench.work)


def test_an_order_nobody_has_ends_as_failed_after_hours(bench: Bench) -> None:
    event = PushedEvent("x", bench.clock.now(), {"order_id": "1"}, PushSubject.ORDER)
    assert push_events.take(bench.work, SHOP, event)
    assert not push_events.take(bench.work, SHOP, event)
    tries = 0
    began = bench.clock.now()
    while push_events.backlog(bench.work).waiting:
        push_events.work_off(bench.work)
        tries += 1
        bench.clock.advance(minutes=16)
    (row,) = events(bench.work)
    assert row.state == PushState.FAILED
    assert row.reason
    assert tries == row.attempts == 20
    assert bench.clock.now() > began


def test_steps_of_a_carrier_stand_in_the_parcels_story_once(door: Pushed) -> None:
    bench = door.bench
    bench.labelled_wave()
    with bench.work.db.read() as tx:
        number, parcel = tx.execute(select(waybills.c.number, waybills.c.parcel_id)).first() or (
            "",
            "",
        )
    step = {"waybill_id": number, "ewaybill_order_id": 3878000000000000166, "desc": "您已签收"}
    with door.sender() as platform:
        for status in (1, 2, 2, 5):
            info = {**step, "status": status, "update_time": 1767260000 + status}
            platform.send({**_head("ewaybill_push_path"), "waybill_info": info})
        other = {**step, "waybill_id": "999", "status": 1}
        platform.send({**_head("ewaybill_push_path"), "waybill_info": other})
        platform.wait_until_done()
    door.settle()
    with bench.work.db.read() as tx:
        told = tx.execute(
            select(track_events.c.stage, waybills.c.number, waybills.c.parcel_id)
            .join(waybills, waybills.c.id == track_events.c.waybill_id)
            .order_by(track_events.c.at)
        ).all()
    assert [tuple(t) for t in told] == [
        (stage, number, parcel) for stage in ("picked_up", "in_transit", "delivered")
    ]


def test_changed_listings_and_their_stock_are_read_again(door: Pushed) -> None:
    bench = door.bench
    product, other = list(door.shop.products)[:2]
    door.shop.products[product]["title"] = "Another title"
    sku = door.shop.products[other]["skus"][0]
    sku["stock_num"] = 3
    with door.sender() as platform:
        info = {"product_id": product, "status": 5}
        platform.send({**_head("product_spu_listing"), "ProductSpuListing": info})
        low = {"product_id": other, "sku_id": sku["sku_id"], "remaining_stock_amount": 3}
        platform.send({**_head("channels_ec_stock_no_enough"), "channels_ec_stock_no_enough": low})
        platform.send(
            {**_head("product_spu_update"), "ProductSpuUpdate": {"product_id": "1", "status": 3}}
        )
        platform.wait_until_done()
    door.settle()
    with bench.work.db.read() as tx:
        rows = tx.execute(select(listings).where(listings.c.shop_id == SHOP)).all()
    assert {r.title for r in rows if r.product_id == product} == {"Another title"}
    assert [r.shop_stock for r in rows if r.sku_id == sku["sku_id"]] == [3]
    assert {r.product_id for r in rows if r.pulled_at} == {product, other}
    assert {r.state for r in events(bench.work)} == {PushState.DONE}


def test_the_doctor_says_when_pushes_wait_for_a_relay(bench: Bench) -> None:
    def said() -> list[str]:
        found = diagnosis.examine(bench.work, bench.services.secrets, fonts_health)
        return [f.state for f in found if str(f.what) == "Pushes"]

    assert said() == []
    event = PushedEvent("x", bench.clock.now(), {"order_id": "1"}, PushSubject.ORDER)
    push_events.take(bench.work, SHOP, event)
    assert said() == ["ok"]
    bench.clock.advance(minutes=6)
    assert said() == ["warning"]


def test_unknown_events_are_kept_and_left_alone(door: Pushed) -> None:
    with door.sender() as platform:
        platform.send({**_head("channels_ec_brand"), "brand": {"audit_id": "7"}})
        platform.wait_until_done()
    (row,) = events(door.bench.work)
    assert row.state == PushState.IGNORED


def test_nothing_personal_is_kept_of_an_event(door: Pushed) -> None:
    with door.sender() as platform:
        buy(door.bench, 2)
        platform.wait_until_done()
    for row in events(door.bench.work):
        assert set(row.payload["facts"]) <= {"order_id", "pay_time", "type"}


def test_old_events_are_cleared_away_and_open_ones_stay(door: Pushed) -> None:
    bench = door.bench
    with door.sender() as platform:
        buy(bench, 2)
        platform.wait_until_done()
    door.settle()
    assert push_events.prune(bench.work) == 0
    bench.clock.advance(hours=24 * 15)
    assert push_events.prune(bench.work) == 4
    assert events(bench.work) == []


def test_the_lost_shop_keeps_its_events(bench: Bench, expected_logs: ExpectedLogs) -> None:
    """The shop's address is wrong for a while: nothing is lost, others go on."""
    expected_logs.allow("packbench")
    kept = change_shop(bench, SHOP, base_url=nobody_listens())
    with pushed(bench) as door, door.sender() as platform:
        (bought,) = buy(bench, 1)
        platform.wait_until_done()
        until(lambda: all(r.attempts for r in events(bench.work)))
        change_shop(bench, SHOP, **kept)
        bench.clock.advance(minutes=30)
        door.settle()
    assert bought in stored(bench.work)


def _head(event: str) -> dict[str, object]:
    return {
        "ToUserName": "gh_1",
        "FromUserName": "o1",
        "CreateTime": 1767225600,
        "MsgType": "event",
        "Event": event,
    }
