"""One parcel, one number: whatever is lost, refused, late, truncated or asked twice."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import HoldCode, ParcelState, RequestState, Route
from app.jobs import CancelToken, Step
from app.services import integrity
from app.services.numbers import by_person, outcomes, voiding
from app.services.numbers.booking import build
from app.services.numbers.labelling import label_parcels, label_wave
from app.services.sync import syncing
from app.services.telling import outbox
from app.settings import secret_name
from app.store.tables import holds, parcels, waybill_requests
from tests.services import truth
from tests.services.truth import LABEL_CREATE, LABEL_GET, SF_PATH, SOURCES, ZTO_CREATE
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def test_a_wave_gets_one_number_a_parcel_and_keeps_it(bench: Bench) -> None:
    wave, rows = bench.labelled_wave()
    assert Counter(r.result for r in rows)["issued"] >= 20
    again = label_wave(bench.work, wave)
    issued = {r.parcel: r.waybill for r in rows if r.ok}
    assert {r.parcel: r.waybill for r in again if r.result == "kept"} == issued
    for parcel_id, number in issued.items():
        assert truth.numbers_given(bench, truth.parcel(bench, parcel_id)) == [number]
    assert integrity.check(bench.work).broken == ()


def test_a_lost_answer_of_sf_is_looked_up_and_adopted(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    bench.world.carriers.server.faults.lose_answer(SF_PATH, when=truth.creates)
    (first,) = label_parcels(bench.work, [row.id])
    assert (first.result, first.code) == ("unknown", "unknown")
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    assert truth.numbers_given(bench, row) == [second.waybill]
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.ISSUED)]


def test_a_lost_answer_of_yunda_gives_one_number(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "yunda")[0]
    bench.world.carriers.server.faults.lose_answer(truth.YUNDA_CREATE)
    assert [r.result for r in label_parcels(bench.work, [row.id])] == ["unknown"]
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    assert truth.numbers_given(bench, row) == [second.waybill]


def test_a_lost_answer_of_zto_asks_a_person_and_never_books_again(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    bench.world.carriers.server.faults.lose_answer(ZTO_CREATE)
    wave = bench.wave(only=[row.id])
    assert [r.result for r in label_wave(bench.work, wave)] == ["unknown"]
    for _ in range(4):
        (again,) = label_wave(bench.work, wave)
        assert (again.result, again.code) == ("unknown", "ask_person")
    assert truth.zto_bookings(bench, row.id) == 1
    assert truth.parcel(bench, row.id).waybill == ""


def test_a_person_settles_what_zto_cannot_tell(bench: Bench) -> None:
    found, lost = truth.ready(bench, Route.DIRECT, "zto")[:2]
    bench.world.carriers.server.faults.lose_answer(ZTO_CREATE, times=2)
    assert [r.result for r in label_parcels(bench.work, [found.id, lost.id])] == ["unknown"] * 2
    (order,) = (o for o in bench.world.zto.orders if o.partner_order_code == found.id)
    by_person.settle_by_person(bench.work, found.id, order.bill_code)
    by_person.settle_by_person(bench.work, lost.id, None)
    kept, fresh = label_parcels(bench.work, [found.id, lost.id])
    assert (kept.result, kept.waybill) == ("kept", order.bill_code)
    assert fresh.result == "issued"
    assert [key for key, _ in truth.requests_of(bench, lost.id)] == [lost.id, f"{lost.id}_2"]


def test_a_number_bought_elsewhere_can_be_typed_in(bench: Bench) -> None:
    row, other, *_ = truth.ready(bench, Route.DIRECT, "zto")
    by_person.settle_by_person(bench.work, row.id, " 7312 0000 0000 12 ")
    assert truth.parcel(bench, row.id).waybill == "73120000000012"
    (kept,) = label_parcels(bench.work, [row.id])
    assert (kept.result, kept.waybill) == ("kept", "73120000000012")
    for parcel_id, number, code in (
        (other.id, "73120000000012", "number_taken"),
        (row.id, "73120000000013", "has_number"),
        (other.id, "你好", "bad_number"),
        (other.id, None, "nothing_unknown"),
        ("1", "73120000000013", "nothing_unknown"),
    ):
        with pytest.raises(UserError) as refused:
            by_person.settle_by_person(bench.work, parcel_id, number)
        assert refused.value.code == code
    voiding.cancel_waybill(bench.work, "73120000000012")
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    (fresh,) = label_parcels(bench.work, [row.id])
    assert fresh.result == "issued"
    assert integrity.check(bench.work).broken == ()


def test_a_lost_answer_of_the_platform_is_looked_up_and_adopted(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    bench.world.wechat.faults.lose_answer(LABEL_CREATE)
    (first,) = label_parcels(bench.work, [row.id])
    assert first.result == "unknown"
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    assert bench.world.wechat.journal.count(LABEL_CREATE) == 1
    assert bench.world.wechat.journal.count(LABEL_GET) == 1
    assert truth.numbers_given(bench, row) == [second.waybill]


@pytest.mark.parametrize(("route", "carrier"), SOURCES)
def test_without_connection_nothing_was_sent_and_the_same_key_goes_out(
    bench: Bench, route: Route, carrier: str
) -> None:
    row = truth.ready(bench, route, carrier)[0]
    if route is Route.PLATFORM:
        there = truth.change_shop(bench, row.shop, base_url=truth.nobody_listens())
    else:
        there = truth.change_account(bench, carrier, base_url=truth.nobody_listens())
    (first,) = label_parcels(bench.work, [row.id])
    assert (first.result, first.code) == ("failed", "not_sent")
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.NOT_SENT)]
    if route is Route.PLATFORM:
        truth.change_shop(bench, row.shop, **there)
    else:
        truth.change_account(bench, carrier, **there)
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.ISSUED)]


def test_what_changed_since_the_request_was_saved_gets_a_key_of_its_own(bench: Bench) -> None:
    """A request that never left must not carry an old address to the carrier."""
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    bench.world.wechat.faults.answer_json(LABEL_CREATE, {"errcode": 10025011, "errmsg": "busy"})
    (first,) = label_parcels(bench.work, [row.id])
    assert not first.ok
    shop = bench.world.shops[row.shop]
    seed = next(o for o in bench.scenario.orders if o.order_id == row.orders[0])
    bench.clock.advance(30)
    shop.change_address(seed.order_id, {**seed.receiver, "detail_info": "示例路 77 号"})
    syncing.sync_shop(bench.work, row.shop)
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued", second
    states = [state for _, state in truth.requests_of(bench, row.id)]
    assert states == [RequestState.DEAD, RequestState.ISSUED]
    assert truth.numbers_given(bench, row) == [second.waybill]
    assert truth.parcel(bench, row.id).holds == ()


def test_a_refusal_of_a_carrier_spends_the_key(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "yunda")[0]
    truth.yunda_has(bench, 0)
    (first,) = label_parcels(bench.work, [row.id])
    assert (first.result, first.code) == ("failed", "balance")
    truth.yunda_has(bench, 10)
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    assert truth.requests_of(bench, row.id) == [
        (row.id, RequestState.DEAD),
        (f"{row.id}_2", RequestState.ISSUED),
    ]
    assert bench.world.yunda.numbers_issued(f"{row.id}_2") == [second.waybill]


def test_what_a_carrier_says_is_kept_without_the_person(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    booking, _ = build(bench.work, row.id, row.id)
    secrets = (booking.receiver.name, booking.receiver.address, "13912345678")
    bench.world.shops[row.shop].refuse_labels("ZTO", "超区：" + " ".join(secrets))
    (refused,) = label_parcels(bench.work, [row.id])
    assert "超区" in str(refused.message)
    with bench.work.db.read() as tx:
        kept = [
            tx.execute(select(parcels.c.failure).where(parcels.c.id == row.id)).scalar(),
            tx.execute(
                select(waybill_requests.c.problem).where(waybill_requests.c.parcel_id == row.id)
            ).scalar(),
            tx.execute(select(holds.c.reason).where(holds.c.parcel_id == row.id)).scalar(),
        ]
    for stored in kept:
        assert "超区" in str(stored)
        assert not [secret for secret in secrets if secret in str(stored)]


def test_the_platform_gets_a_fresh_key_only_after_it_knows_of_no_number(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    bench.world.shops[row.shop].refuse_labels("ZTO", "网点暂停服务")
    (first,) = label_parcels(bench.work, [row.id])
    assert first.result == "failed"
    assert bench.world.wechat.journal.count(LABEL_GET) == 0
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    asked = bench.world.wechat.journal.calls(LABEL_GET)
    assert [c.code for c in asked] == ["10025010"]
    (dead, issued) = truth.requests_of(bench, row.id)
    assert dead == (row.id, RequestState.DEAD)
    assert issued[0].isdigit()
    assert issued[0] != row.id


def test_the_platform_is_not_asked_again_while_it_cannot_say_what_became_of_it(
    bench: Bench,
) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    bench.world.shops[row.shop].refuse_labels("ZTO", "网点暂停服务")
    label_parcels(bench.work, [row.id])
    bench.world.wechat.faults.bad_gateway(LABEL_GET, times=5)
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "failed"
    assert bench.world.wechat.journal.count(LABEL_CREATE) == 1


def test_an_empty_balance_stops_the_account_and_leaves_the_others(bench: Bench) -> None:
    empty = [r.id for r in truth.ready(bench, Route.DIRECT, "yunda")]
    other = [r.id for r in truth.ready(bench, Route.DIRECT, "zto")]
    assert len(empty) > 1
    truth.yunda_has(bench, 0)
    rows = label_parcels(bench.work, [*empty, *other])
    assert [r.code for r in rows[: len(empty)]] == ["balance"] * len(empty)
    assert all(r.result == "issued" for r in rows[len(empty) :])
    assert bench.world.carriers.server.journal.count(truth.YUNDA_CREATE) == 1


def test_a_wrong_secret_stops_the_account(bench: Bench) -> None:
    ids = [r.id for r in truth.ready(bench, Route.DIRECT, "yunda")]
    bench.services.secrets.set(secret_name("carrier", "yunda", "app_secret"), "wrong")
    rows = label_parcels(bench.work, ids)
    assert {r.code for r in rows} == {"auth"}
    assert bench.world.carriers.server.journal.count(truth.YUNDA_CREATE) == 1


def test_a_number_it_has_is_kept_while_its_account_is_stopped(bench: Bench) -> None:
    first, second, *_ = truth.ready(bench, Route.DIRECT, "yunda")
    (kept,) = label_parcels(bench.work, [second.id])
    truth.yunda_has(bench, 0)
    stopped, still = label_parcels(bench.work, [first.id, second.id])
    assert stopped.code == "balance"
    assert (still.result, still.waybill) == ("kept", kept.waybill)


@pytest.mark.parametrize(("route", "carrier"), SOURCES)
@pytest.mark.parametrize("fault", ["bad_gateway", "truncate", "bad_gateway_after"])
def test_a_broken_answer_is_unknown_and_then_settled(
    bench: Bench, route: Route, carrier: str, fault: str
) -> None:
    row = truth.ready(bench, route, carrier)[0]
    platform = route is Route.PLATFORM
    faults = bench.world.wechat.faults if platform else bench.world.carriers.server.faults
    path = LABEL_CREATE if platform else truth.CREATE_PATHS[carrier]
    when = None if platform else truth.only_creates(carrier)
    match fault:
        case "truncate":
            faults.truncate(path, when=when)
        case "bad_gateway":
            faults.bad_gateway(path, when=when)
        case _:
            faults.bad_gateway(path, when=when, takes_effect=True)
    (first,) = label_parcels(bench.work, [row.id])
    assert first.result == "unknown"
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    assert truth.numbers_given(bench, row) == [second.waybill]
    assert [key for key, _ in truth.requests_of(bench, row.id)] == [row.id]


@pytest.mark.parametrize("early", [True, False])
def test_an_answer_later_than_the_time_out_is_unknown(bench: Bench, early: bool) -> None:
    """``early``: the carrier books at once and says so late; else it books when we are gone."""
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    truth.change_account(bench, "sf", timeout_s=0.2)
    server = bench.world.carriers.server
    hang = server.faults.hang(SF_PATH, when=truth.creates, takes_effect=early)
    (first,) = label_parcels(bench.work, [row.id])
    assert first.result == "unknown"
    truth.change_account(bench, "sf", timeout_s=20)
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    calls = server.journal.count(SF_PATH)
    hang.release()
    server.journal.wait_for(SF_PATH, calls + 1)
    assert truth.numbers_given(bench, row) == [second.waybill]
    assert integrity.check(bench.work).broken == ()


def test_two_threads_that_label_one_wave_get_one_number_a_parcel(bench: Bench) -> None:
    wave = bench.wave()
    gate = threading.Barrier(2)

    def both(_n: int) -> list[outcomes.LabelRow]:
        gate.wait(10)
        return label_wave(bench.work, wave)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(both, range(2))
    for one, other in zip(first, second, strict=True):
        assert {one.result, other.result} <= {"issued", "kept", "failed", "held"}
        numbers = truth.numbers_given(bench, truth.parcel(bench, one.parcel))
        assert len(numbers) <= 1
    label_wave(bench.work, wave)
    for row in first:
        mine = truth.parcel(bench, row.parcel)
        assert truth.numbers_given(bench, mine) == ([mine.waybill] if mine.waybill else [])
    assert integrity.check(bench.work).broken == ()


def test_a_call_under_way_is_not_looked_up_by_another_thread(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    server = bench.world.carriers.server
    hang = server.faults.hang(SF_PATH, when=truth.creates, takes_effect=False)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(label_parcels, bench.work, [row.id])
        hang.wait_until_met()
        (other,) = label_parcels(bench.work, [row.id])
        hang.release()
        (first,) = waiting.result(20)
    assert (other.result, other.code) == ("failed", "busy_elsewhere")
    assert first.result == "issued"
    assert truth.numbers_given(bench, row) == [first.waybill]


def test_over_the_decode_quota_the_sentence_says_so(bench: Bench) -> None:
    first, second, *_ = truth.ready(bench, Route.DIRECT, "sf")
    truth.change_shop(bench, first.shop, decode_per_day=1)
    rows = label_parcels(bench.work, [first.id, second.id])
    assert [r.code for r in rows] == ["", "decode_quota"]
    assert "1" in str(rows[1].message)
    assert rows[1].remedy is not None


def test_an_order_is_decoded_once(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    path = "/channels/ec/order/sensitiveinfo/decode"
    bench.world.carriers.server.faults.close_before(SF_PATH, times=2)
    for _ in range(3):
        label_parcels(bench.work, [row.id])
    assert truth.parcel(bench, row.id).waybill
    handled = [c for c in bench.world.wechat.journal.calls(path) if c.code in {"", "0"}]
    assert len(handled) == 1


def test_cancelling_between_two_parcels_keeps_what_is_done(bench: Bench) -> None:
    rows = truth.ready(bench, Route.PLATFORM, "zto")
    token = CancelToken()

    def stop_after_two(step: Step) -> None:
        if step.done == 2:
            token.cancel()

    done = label_parcels(bench.work, [r.id for r in rows], stop_after_two, token)
    assert [r.result for r in done] == ["issued", "issued"]
    for row in rows[2:]:
        assert truth.requests_of(bench, row.id) == []


def test_a_held_parcel_gets_no_number(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    shop = bench.world.shops[row.shop]
    seed = next(o for o in bench.scenario.orders if o.order_id == row.orders[0])
    line = seed.order["order_detail"]["product_infos"][0]
    bench.clock.advance(30)
    shop.open_aftersale(seed.order_id, line["product_id"], line["sku_id"], 1)
    syncing.sync_shop(bench.work, row.shop)
    (refused,) = label_parcels(bench.work, [row.id])
    assert (refused.result, refused.code) == ("held", HoldCode.REFUND)
    assert truth.numbers_given(bench, row) == []
    assert truth.parcel(bench, row.id).state == ParcelState.TO_LABEL
