"""The other goods of an exchange: packed like any parcel, told through the after-sale."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.domain.after_sales import AfterSaleStage
from app.domain.errors import UserError
from app.domain.states import HoldCode, OutboxState, ParcelState
from app.services import integrity
from app.services.after_sales import answers, exchanges
from app.services.numbers import by_person
from app.services.parcels import shipping
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.stock import stock
from app.services.telling import outbox
from app.store.tables import outbox as messages
from app.store.tables import parcel_lines, parcels, skus
from tests.services.after_sales.floor import Floor
from tests.support.buying import on_hand
from tests.support.warehouse import Bench

RESHIP = "/channels/ec/aftersale/acceptexchangereship"
SEND = "/channels/ec/order/delivery/send"


def other_variant(floor: Floor) -> tuple[str, str]:
    """Another listing of the same product whose goods are on the shelf: sku id and code."""
    line = floor.line
    product = floor.shop.products[line["product_id"]]
    for sku in product["skus"]:
        if sku["sku_id"] != line["sku_id"] and sku["sku_code"]:
            return sku["sku_id"], sku["sku_code"]
    return line["sku_id"], line["sku_code"]


def send_the_order(floor: Floor) -> None:
    """The order itself leaves and the shop hears of it."""
    for row in floor.parcels():
        ship(floor.bench, row, f"7312000000{row.id[-2:]}")
    outbox.drain(floor.bench.work, everything=True)
    assert {p.state for p in floor.parcels()} == {ParcelState.SHIPPED}


def ship(bench: Bench, row: ParcelRow, number: str) -> None:
    by_person.settle_by_person(bench.work, row.id, number)
    shipping.ship(bench.work, parcel_ids=[row.id], unpacked=True)


def returned(floor: Floor) -> str:
    """An exchange whose goods have come back."""
    asked = floor.ask(kind="EXCHANGE", new_sku=other_variant(floor))
    answers.accept_return(floor.bench.work, floor.seed.shop, asked)
    floor.shop.send_back(asked, "ZTO", "78900000000031")
    floor.sync()
    return asked


def told(bench: Bench) -> list[Any]:
    with bench.work.db.read() as tx:
        query = select(messages).where(messages.c.kind == "exchange").order_by(messages.c.id)
        return list(tx.execute(query))


def the_parcel(bench: Bench, parcel_id: str) -> ParcelRow:
    (row,) = parcel_rows(bench.work, [parcel_id])
    return row


# trap 34
def test_an_exchange_goes_its_own_way_and_never_by_delivery_send(floor: Floor) -> None:
    send_the_order(floor)
    sent_before = floor.bench.world.wechat.journal.count(SEND)
    asked = returned(floor)
    work, shop_id = floor.bench.work, floor.seed.shop
    answers.received(work, shop_id, asked, good=1)
    assert floor.stage(asked) is AfterSaleStage.SHIP_EXCHANGE
    parcel_id = exchanges.make_parcel(work, shop_id, asked)
    assert exchanges.make_parcel(work, shop_id, asked) == parcel_id
    row = the_parcel(floor.bench, parcel_id)
    assert (row.state, row.holds) == (ParcelState.TO_LABEL, ())  # not held by its own case
    with work.db.read() as tx:
        wanted = tx.execute(
            select(skus.c.code)
            .join(parcel_lines, parcel_lines.c.sku_id == skus.c.id)
            .where(parcel_lines.c.parcel_id == parcel_id)
        ).scalars()
        assert list(wanted) == [other_variant(floor)[1]]
    before = {s.sku: s.on_hand for s in stock.list_stock(work)}
    ship(floor.bench, row, "731299990001")
    outbox.drain(work, everything=True)
    assert the_parcel(floor.bench, parcel_id).state == ParcelState.SHIPPED
    assert floor.bench.world.wechat.journal.count(SEND) == sent_before
    sent = floor.bench.world.wechat.journal.calls(RESHIP)[-1].body
    assert sent["waybill_id"] == "731299990001"
    assert floor.case(asked).exchange_number == "731299990001"
    after = {s.sku: s.on_hand for s in stock.list_stock(work)}
    assert sum(before.values()) - sum(after.values()) == 1  # stock moved, the order's lines did not
    floor.bench.clock.advance(30)
    floor.shop.confirm_exchange(asked)
    floor.sync()
    floor.sync_orders()
    assert floor.stage(asked) is AfterSaleStage.EXCHANGED
    assert the_parcel(floor.bench, parcel_id).state == ParcelState.SHIPPED
    assert len(floor.parcels()) == 2  # the exchange is not sent a second time as an order's parcel
    assert integrity.check(work).broken == ()


def test_a_lost_answer_is_looked_up_in_the_case(floor: Floor) -> None:
    send_the_order(floor)
    asked = returned(floor)
    work = floor.bench.work
    exchanges.ship(work, floor.seed.shop, asked, "zto", "7312 9999 0002")
    floor.bench.world.wechat.faults.lose_answer(RESHIP)
    (done,) = outbox.drain(work, everything=True)
    assert (done.kind, done.result) == ("exchange", "done")
    assert floor.bench.world.wechat.journal.count(RESHIP) == 1
    assert floor.case(asked).exchange_number == "731299990002"
    assert exchanges.ship(work, floor.seed.shop, asked, "zto", "731299990002") == "kept"


def test_a_row_found_sending_after_a_crash_is_read_back_first(floor: Floor) -> None:
    send_the_order(floor)
    asked = returned(floor)
    work = floor.bench.work
    exchanges.ship(work, floor.seed.shop, asked, "zto", "731299990003")
    desk = work.outside.shop(floor.seed.shop).after_sales
    desk.ship_exchange(asked, "ZTO", "731299990003")  # it arrived, and then the power went
    with work.db.write() as tx:
        tx.execute(
            messages.update().values(state=OutboxState.SENDING).where(messages.c.kind == "exchange")
        )
    (done,) = outbox.drain(work, everything=True)
    assert done.result == "done"
    assert floor.bench.world.wechat.journal.count(RESHIP) == 1


def test_two_exchanges_of_an_order_are_told_a_minute_apart(floor: Floor) -> None:
    send_the_order(floor)
    lines = floor.shop.order_data(floor.seed.order_id)["order_detail"]["product_infos"]
    work, shop_id = floor.bench.work, floor.seed.shop
    asked = []
    for n in range(2):
        line = lines[n % len(lines)]
        asked.append(
            floor.shop.open_aftersale(
                floor.seed.order_id, line["product_id"], line["sku_id"], 1, kind="RESHIP"
            )
        )
    floor.sync()
    for n, after_sale_id in enumerate(asked):
        exchanges.ship(work, shop_id, after_sale_id, "zto", f"73129999001{n}")
    rows = outbox.drain(work)
    assert sorted(r.result for r in rows) == ["done", "later"]
    assert floor.bench.world.wechat.journal.count(RESHIP) == 1  # the shop was not asked in vain
    floor.bench.clock.advance(61)
    (second,) = outbox.drain(work)
    assert second.result == "done"


def test_other_is_no_carrier_for_an_exchange(floor: Floor) -> None:
    send_the_order(floor)
    asked = returned(floor)
    with pytest.raises(UserError) as refused:
        exchanges.ship(floor.bench.work, floor.seed.shop, asked, "other", "731299990004")
    assert refused.value.code == "exchange_carrier"


def test_a_carrier_the_shop_refuses_is_corrected_by_hand(floor: Floor) -> None:
    send_the_order(floor)
    asked = returned(floor)
    work, shop_id = floor.bench.work, floor.seed.shop
    parcel_id = exchanges.make_parcel(work, shop_id, asked)
    ship(floor.bench, the_parcel(floor.bench, parcel_id), "731299990005")
    floor.bench.world.wechat.faults.answer_json(RESHIP, {"errcode": 9700224, "errmsg": "args"})
    (refused,) = outbox.drain(work, everything=True)
    assert (refused.result, refused.code) == ("refused", "9700224")
    row = the_parcel(floor.bench, parcel_id)
    assert (row.state, row.holds) == (ParcelState.TO_REPORT, (HoldCode.REPORT_REFUSED,))
    assert exchanges.ship(work, shop_id, asked, "sf", "SF1234567890") == "queued"
    (done,) = outbox.drain(work, everything=True)
    assert done.result == "done"
    row = the_parcel(floor.bench, parcel_id)
    assert (row.state, row.holds) == (ParcelState.SHIPPED, ())
    assert [m.state for m in told(floor.bench)] == [OutboxState.SUPERSEDED, OutboxState.DONE]


def test_an_exchange_that_came_to_nothing_takes_its_parcel_away(floor: Floor) -> None:
    send_the_order(floor)
    asked = returned(floor)
    work = floor.bench.work
    parcel_id = exchanges.make_parcel(work, floor.seed.shop, asked)
    floor.bench.clock.advance(20)
    floor.shop.withdraw_aftersale(asked)
    floor.sync()
    assert the_parcel(floor.bench, parcel_id).state == ParcelState.CANCELLED
    assert integrity.check(work).broken == ()
    with pytest.raises(UserError) as late:
        exchanges.make_parcel(work, floor.seed.shop, asked)
    assert late.value.code == "after_sale_step"


def test_an_open_exchange_holds_the_orders_other_parcels_only(floor: Floor) -> None:
    asked = returned(floor)  # before anything of the order has left
    work = floor.bench.work
    (bought,) = floor.parcels()
    assert bought.holds == (HoldCode.REFUND,)
    parcel_id = exchanges.make_parcel(work, floor.seed.shop, asked)
    assert the_parcel(floor.bench, parcel_id).holds == ()
    assert the_parcel(floor.bench, bought.id).holds == (HoldCode.REFUND,)
    floor.bench.clock.advance(20)
    floor.shop.withdraw_aftersale(asked)
    floor.sync()
    assert the_parcel(floor.bench, bought.id).holds == ()


def test_goods_sent_once_more_use_the_orders_own_item(floor: Floor) -> None:
    send_the_order(floor)
    asked = floor.ask(kind="RESHIP")
    floor.sync()
    assert floor.stage(asked) is AfterSaleStage.SHIP_EXCHANGE
    parcel_id = exchanges.make_parcel(floor.bench.work, floor.seed.shop, asked)
    with floor.bench.work.db.read() as tx:
        row = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()
    assert (row.after_sale_id, row.state) == (asked, ParcelState.TO_LABEL)
    assert row.expected_weight_g > 0


def test_a_gift_of_the_same_item_leaves_the_shelf_too(floor: Floor) -> None:
    send_the_order(floor)
    line = floor.line
    asked = floor.ask(kind="RESHIP", gifts=((line["product_id"], line["sku_id"], 1),))
    floor.sync()
    work, shop_id = floor.bench.work, floor.seed.shop
    before = on_hand(floor.bench, line["sku_code"])
    assert exchanges.ship(work, shop_id, asked, "zto", "78900000000077") == "queued"
    assert exchanges.ship(work, shop_id, asked, "zto", "78900000000077") == "kept"
    assert before - on_hand(floor.bench, line["sku_code"]) == 2


def test_goods_nobody_knows_are_named(floor: Floor) -> None:
    send_the_order(floor)
    asked = floor.ask(kind="EXCHANGE", new_sku=("999999", "NO-SUCH-CODE"))
    answers.accept_return(floor.bench.work, floor.seed.shop, asked)
    floor.shop.send_back(asked, "ZTO", "78900000000031")
    floor.sync()
    with pytest.raises(UserError) as unknown:
        exchanges.make_parcel(floor.bench.work, floor.seed.shop, asked)
    assert unknown.value.code == "unmapped"
    assert "NO-SUCH-CODE" in str(unknown.value.message)
