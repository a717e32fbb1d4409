"""What each refusal of a shop leads to: sent again, kept back, or a person's to settle."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.states import HoldCode, OutboxState, ParcelState
from app.services import integrity
from app.services.orders import holding
from app.services.telling import outbox, outbox_stops
from app.services.telling.outbox_results import OutboxRow
from app.settings import secret_name
from app.store.tables import order_lines
from tests.services import truth
from tests.services.truth import SEND
from tests.support.buying import SHOP, Buyer, seal, tell
from tests.support.warehouse import Bench

CUP, BOWL, BOOK = "CJ-LN3", "FW-QH6", "BJ-A5"
OTHER_CUP = "CJ-LN1"
ORDER_GET = "/channels/ec/order/get"


@pytest.fixture
def buyer(bench: Bench) -> Buyer:
    return Buyer(bench)


@pytest.fixture
def sealed(bench: Bench, buyer: Buyer) -> list[str]:
    """Four orders whose parcels are sealed; the clock stands still, so they count as fresh."""
    orders = [buyer.buy((CUP, 1)) for _ in range(4)]
    seal(bench, [buyer.parcels(order)[0].id for order in orders])
    bench.world.wechat.journal.clear()
    return orders


def due(bench: Bench) -> list[OutboxRow]:
    return outbox.drain(bench.work)


def change_sku(buyer: Buyer, order: str, sku_id: str, sku_code: str) -> None:
    """The line has another SKU id in the shop from now on."""
    line = buyer.store.order(order).lines[0]
    line["sku_id"], line["sku_code"] = sku_id, sku_code
    buyer.store.order(order).touch(buyer.bench.clock.now().timestamp() + 1)


# trap 22
def test_a_changed_sku_id_of_the_same_goods_is_reported_with_the_id_of_now(
    bench: Bench, buyer: Buyer, sealed: list[str]
) -> None:
    order = sealed[0]
    _as_synced(bench)
    change_sku(buyer, order, "3842099999", CUP)
    results = tell(bench)
    assert [r.result for r in results] == ["done"] * 4
    assert buyer.store.refusals(order, 606031) == 1
    (on_file,) = buyer.store.order_data(order)["order_detail"]["delivery_info"][
        "delivery_product_info"
    ]
    assert [line["sku_id"] for line in on_file["product_infos"]] == ["3842099999"]
    assert buyer.parcels(order)[0].state == ParcelState.SHIPPED
    assert integrity.check(bench.work).broken == ()


# trap 22
def test_another_variant_in_the_box_is_never_reported_as_the_one_the_buyer_wants(
    bench: Bench, buyer: Buyer, sealed: list[str]
) -> None:
    order = sealed[0]
    _as_synced(bench)
    change_sku(buyer, order, "3842017044", OTHER_CUP)
    held, *others = tell(bench)
    assert (held.result, held.code) == ("held", HoldCode.SKU_CHANGE)
    assert {r.result for r in others} == {"done"}
    assert buyer.on_file(order) == []
    assert tell(bench)[0].result == "held"
    assert buyer.store.refusals(order, 606031) == 1


def _as_synced(bench: Bench) -> None:
    """The shop was synced a moment ago: nothing is read again before it is reported."""
    from app.services.sync import sync_state

    sync_state.move_cursor(bench.work, SHOP, bench.clock.now())


# trap 23
def test_a_missing_return_address_keeps_every_parcel_and_blames_none(
    bench: Bench, buyer: Buyer, sealed: list[str]
) -> None:
    buyer.store.drop_return_address()
    (later,) = tell(bench)
    assert (later.result, later.code, later.behind) == ("later", "606003", 3)
    assert "return address" in str(later.message)
    assert bench.world.wechat.journal.count(SEND) == 1
    assert all(buyer.parcels(o)[0].holds == () for o in sealed)
    for address in buyer.store.merchant_addresses:
        address["default_recv"] = True
    assert [r.result for r in tell(bench)] == ["done"] * 4


@pytest.mark.parametrize(
    ("code", "result", "calls"),
    [
        (-1, "later", 4),  # says nothing about the effect: read back, then later
        (100003, "later", 4),
        (45009, "later", 1),
        (45011, "later", 1),
        (109205, "refused", 4),
        (606005, "refused", 4),
        (606008, "refused", 4),
        (109002, "refused", 4),
        (606034, "refused", 4),
    ],
)
def test_each_refusal_has_its_own_consequence(
    bench: Bench, buyer: Buyer, sealed: list[str], code: int, result: str, calls: int
) -> None:
    _as_synced(bench)
    said = {"errcode": code, "errmsg": " rid: 6683b36e-5be86892-04872704"}
    bench.world.wechat.faults.answer_json(SEND, said, times=10)
    results = tell(bench)
    assert [r.result for r in results] == [result] * len(results)
    assert len(results) == calls
    held = {h for o in sealed for h in buyer.parcels(o)[0].holds}
    assert held == ({HoldCode.REPORT_REFUSED} if result == "refused" else set())
    bench.world.wechat.faults.clear()
    if result == "later":
        bench.clock.advance(3600)
        assert [r.result for r in due(bench)] == ["done"] * 4
    assert integrity.check(bench.work).broken == ()


def test_a_shop_that_is_gone_is_tried_once_a_round(
    bench: Bench, buyer: Buyer, sealed: list[str]
) -> None:
    other = Buyer(bench, "shanye")
    from app.services.numbers import label_accounts

    label_accounts.refresh_accounts(bench.work, bench.work.outside.shop("shanye"))
    elsewhere = other.buy(("LJ-250G", 1))
    seal(bench, [other.parcels(elsewhere)[0].id])
    before = truth.change_shop(bench, SHOP, base_url=truth.nobody_listens())
    results = {r.shop: r for r in tell(bench) if r.kind == "ship"}
    assert (results[SHOP].result, results[SHOP].code) == ("later", "shop_offline")
    assert results[SHOP].behind == 3
    assert results["shanye"].result == "done"
    assert due(bench) == []  # the others wait for the same pause
    (stop,) = outbox_stops.stopped_shops(bench.work)
    assert (stop.shop, stop.code, stop.waiting) == (SHOP, "shop_offline", 4)
    bench.clock.advance(3)
    assert [r.code for r in due(bench)] == ["shop_offline"]
    truth.change_shop(bench, SHOP, **before)
    bench.clock.advance(3600)
    assert [r.result for r in due(bench)] == ["done"] * 4
    assert integrity.check(bench.work).broken == ()


def test_a_wrong_secret_is_tried_once_and_goes_on_by_itself(
    bench: Bench, buyer: Buyer, sealed: list[str]
) -> None:
    name = secret_name("shop", SHOP, "app_secret")
    right = bench.services.secrets.get(name)
    assert right is not None
    bench.services.secrets.set(name, "wrong")
    (later,) = tell(bench)
    assert (later.result, later.code, later.behind) == ("later", "shop_auth", 3)
    bench.services.secrets.set(name, right)
    assert [r.result for r in tell(bench)] == ["done"] * 4


def test_a_shop_that_is_silent_twice_is_left_alone_for_the_round(
    bench: Bench, buyer: Buyer, sealed: list[str]
) -> None:
    bench.world.wechat.faults.bad_gateway(ORDER_GET, times=20)
    results = tell(bench)
    assert [r.code for r in results] == ["shop_no_answer", "shop_no_answer"]
    assert results[1].behind == 3
    bench.world.wechat.faults.clear()
    bench.clock.advance(3600)
    assert [r.result for r in due(bench)] == ["done"] * 4


# trap 20
def test_already_shipped_after_a_time_out_is_success_when_our_number_is_on_file(
    bench: Bench, buyer: Buyer, sealed: list[str]
) -> None:
    _as_synced(bench)
    bench.world.wechat.faults.lose_answer(SEND, times=4)
    bench.world.wechat.faults.bad_gateway(ORDER_GET, times=2)
    assert {r.result for r in tell(bench)} <= {"later", "done"}
    bench.world.wechat.faults.clear()
    results = tell(bench)
    assert {r.result for r in results} == {"done"}
    for order in sealed:
        assert buyer.on_file(order) == [(buyer.parcels(order)[0].waybill, 1)]


# trap 25
def test_a_parcel_asked_for_twice_reports_its_one_number(bench: Bench, buyer: Buyer) -> None:
    from app.services.numbers.labelling import label_parcels

    order = buyer.buy((BOOK, 1))
    row = buyer.parcels(order)[0]
    label_parcels(bench.work, [row.id])
    (kept,) = label_parcels(bench.work, [row.id])
    assert kept.result == "kept"
    assert truth.numbers_given(bench, row) == [kept.waybill]
    seal(bench, [row.id])
    assert [r.result for r in tell(bench)] == ["done"]
    assert buyer.on_file(order) == [(kept.waybill, 1)]


def test_a_box_that_is_not_what_the_order_wants_is_not_mended(
    bench: Bench, buyer: Buyer, sealed: list[str]
) -> None:
    """Only ids may be put right by the program; pieces are a person's matter."""
    _as_synced(bench)
    order = sealed[0]
    buyer.store.order(order).lines[0]["sku_id"] = "3842099999"
    buyer.store.order(order).lines[0]["sku_cnt"] = 3
    buyer.store.order(order).touch(bench.clock.now().timestamp() + 1)
    first, *_ = tell(bench)
    assert first.result == "refused"
    (message,) = (m for m in truth.messages(bench) if m.payload["order_id"] == order)
    assert message.state == OutboxState.REFUSED
    with bench.work.db.read() as tx:
        assert tx.execute(select(order_lines.c.id).where(order_lines.c.quantity == 3)).first()


def test_released_and_refused_again_for_the_same_reason_it_is_held_again(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 1))
    (row,) = buyer.parcels(order)
    seal(bench, [row.id])
    bench.world.wechat.faults.close_before(SEND)
    tell(bench)
    buyer.store.ship_elsewhere(order, "ZTO", "78900000000099")  # found by looking it up
    for _ in range(3):
        assert [(r.result, r.code) for r in tell(bench)] == [("refused", "sent_by_another")]
        assert buyer.parcels(order)[0].holds == (HoldCode.REPORT_REFUSED,)
        with bench.work.db.write() as tx:
            assert holding.release_by_person(tx, bench.work, row.id) == [HoldCode.REPORT_REFUSED]
