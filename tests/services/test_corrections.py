"""A wrong number is corrected at the shop and here; one more parcel is told of afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.states import OutboxState, ParcelState, WaybillState
from app.ports import ExtraReason
from app.services import integrity
from app.services.parcels import splitting
from app.services.sync import shop_companies
from app.services.telling import corrections, extra_parcels
from app.store.tables import outbox, settings, waybills
from tests.services import truth
from tests.support.buying import SHOP, Buyer, on_hand, seal, tell
from tests.support.warehouse import Bench

CUP, BOWL = "CJ-LN3", "FW-QH6"
UPDATE = "/channels/ec/order/deliveryinfo/update"
EXTRA = "/channels/ec/order/delivery/compensation"
COMPANIES = "/channels/ec/order/deliverycompanylist/new/get"
NEW = "YT1234567890123"


@pytest.fixture
def buyer(bench: Bench) -> Buyer:
    return Buyer(bench)


@pytest.fixture
def sent(bench: Bench, buyer: Buyer) -> str:
    """An order of two items that the shop has as sent."""
    order = buyer.buy((CUP, 2), (BOWL, 1))
    seal(bench, [buyer.parcels(order)[0].id])
    assert [r.result for r in tell(bench)] == ["done"]
    return order


def correct(bench: Bench, buyer: Buyer, order: str, carrier: str = "yto", number: str = NEW) -> int:
    return corrections.correct(
        bench.work, buyer.parcels(order)[0].id, carrier, number, "typed the wrong one"
    )


def told_numbers(buyer: Buyer, order: str) -> list[str]:
    return [number for number, _ in buyer.on_file(order)]


def test_the_number_of_a_whole_order_is_corrected_and_ours_follows(
    bench: Bench, buyer: Buyer, sent: str
) -> None:
    row = buyer.parcels(sent)[0]
    assert correct(bench, buyer, sent, number="yt 1234567890123") == 1
    assert buyer.parcels(sent)[0].waybill == row.waybill  # until the shop has taken it
    assert [(r.kind, r.result) for r in tell(bench)] == [("correct", "done"), ("void", "done")]
    (call,) = bench.world.wechat.journal.calls(UPDATE)
    assert "delivery_list" in call.body
    assert told_numbers(buyer, sent) == [NEW]
    now = buyer.parcels(sent)[0]
    assert (now.waybill, now.carrier, now.state) == (NEW, "yto", ParcelState.SHIPPED)
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(waybills.c.number, waybills.c.state, waybills.c.request_id).where(
                waybills.c.parcel_id == row.id
            )
        ).all()
    by_number = {r.number: r for r in rows}
    assert by_number[NEW].state == WaybillState.HANDED_OVER
    assert by_number[NEW].request_id is None
    assert by_number[row.waybill].state == WaybillState.VOID
    assert integrity.check(bench.work).broken == ()


def test_one_parcel_of_a_split_order_is_corrected_without_the_other(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 2), (BOWL, 1))
    (row,) = buyer.parcels(order)
    ids = splitting.split(bench.work, row.id, [{BOWL: 1}])
    seal(bench, ids)
    tell(bench)
    other = truth.parcel(bench, ids[1]).waybill
    corrections.correct(bench.work, ids[0], "yto", NEW, "wrong label")
    assert ("correct", "done") in [(r.kind, r.result) for r in tell(bench)]
    (call,) = bench.world.wechat.journal.calls(UPDATE)
    (change,) = call.body["change_infos"]
    assert change["old"]["product_infos"] == change["new"]["product_infos"]
    assert sorted(told_numbers(buyer, order)) == sorted([NEW, other])


def test_a_lost_answer_to_a_correction_is_read_back(bench: Bench, buyer: Buyer, sent: str) -> None:
    correct(bench, buyer, sent)
    bench.world.wechat.faults.lose_answer(UPDATE)
    assert tell(bench)[0].result == "done"
    assert bench.world.wechat.journal.count(UPDATE) == 1
    assert buyer.parcels(sent)[0].waybill == NEW


def test_a_correction_that_took_effect_before_a_crash_is_not_sent_again(
    bench: Bench, buyer: Buyer, sent: str
) -> None:
    correct(bench, buyer, sent)
    parcel = buyer.store.order(sent).delivery["delivery_product_info"][0]
    parcel["waybill_id"], parcel["delivery_id"] = NEW, "YTO"
    with bench.work.db.write() as tx:
        tx.execute(
            update(outbox)
            .where(outbox.c.kind == "correct")
            .values(state=OutboxState.SENDING, attempts=1)
        )
    assert tell(bench)[0].result == "done"
    assert bench.world.wechat.journal.count(UPDATE) == 0
    assert buyer.parcels(sent)[0].waybill == NEW


def test_two_corrections_written_before_the_first_is_sent_end_with_the_second(
    bench: Bench, buyer: Buyer, sent: str
) -> None:
    buyer.store.quirks.delivery_updates_max = 2
    better = "YT9876543210123"
    assert correct(bench, buyer, sent) == 1
    assert correct(bench, buyer, sent, number=better) == 1
    assert [r.result for r in tell(bench) if r.kind == "correct"] == ["done", "done"]
    assert told_numbers(buyer, sent) == [better]
    assert buyer.parcels(sent)[0].waybill == better
    assert integrity.check(bench.work).broken == ()


def test_a_second_correction_that_the_shop_refuses_is_a_sentence_and_no_loop(
    bench: Bench, buyer: Buyer, sent: str
) -> None:
    correct(bench, buyer, sent)
    tell(bench)
    correct(bench, buyer, sent, number="YT9999999999999")
    (refused, *_) = tell(bench)
    assert (refused.kind, refused.result) == ("correct", "refused")
    assert "does not take the correction" in str(refused.message)
    assert tell(bench) == []
    assert told_numbers(buyer, sent) == [NEW]
    assert buyer.parcels(sent)[0].waybill == NEW
    assert buyer.parcels(sent)[0].state == ParcelState.SHIPPED
    assert buyer.parcels(sent)[0].holds == ()


def test_what_may_not_be_corrected_is_said_at_once(bench: Bench, buyer: Buyer, sent: str) -> None:
    other = buyer.buy((CUP, 1))
    seal(bench, [buyer.parcels(other)[0].id])
    mine = buyer.parcels(sent)[0]
    for order, carrier, number, code in [
        (other, "yto", NEW, "not_reported"),
        (sent, mine.carrier, mine.waybill, "same_number"),
        (sent, "yto", "短", "bad_number"),
        (sent, "nobody", NEW, "report_carrier"),
    ]:
        with pytest.raises(UserError) as caught:
            correct(bench, buyer, order, carrier, number)
        assert caught.value.code == code
    assert bench.world.wechat.journal.count(UPDATE) == 0


def add(bench: Bench, order: str, reason: ExtraReason, **how: object) -> bool:
    wanted = {"carrier": "YTO", "number": NEW, "goods": {CUP: 1}, **how}
    return extra_parcels.add(bench.work, order, reason=reason, **wanted)  # type: ignore[arg-type]  # the test's own keywords


@pytest.mark.parametrize(
    ("reason", "taken"),
    [(ExtraReason.MISSED, 0), (ExtraReason.DAMAGED, 1), (ExtraReason.GIFT, 1)],
)
def test_a_parcel_sent_afterwards_is_told_once_and_moves_stock_once(
    bench: Bench, buyer: Buyer, sent: str, reason: ExtraReason, taken: int
) -> None:
    before = on_hand(bench, CUP)
    assert add(bench, sent, reason)
    assert not add(bench, sent, reason)
    assert on_hand(bench, CUP) == before - taken
    bench.world.wechat.faults.lose_answer(EXTRA)
    assert [(r.kind, r.result) for r in tell(bench)] == [("extra", "done")]
    (call,) = bench.world.wechat.journal.calls(EXTRA)
    assert call.body["reason"] == int(reason)
    assert told_numbers(buyer, sent)[1:] == [NEW]
    buyer.fetch(sent)
    assert [r.state for r in buyer.parcels(sent)] == [ParcelState.SHIPPED]
    assert integrity.check(bench.work).broken == ()


def test_an_extra_parcel_that_makes_no_sense_is_refused_here(
    bench: Bench, buyer: Buyer, sent: str
) -> None:
    unsent = buyer.buy((CUP, 1))
    cases: list[tuple[str, dict[str, object], str]] = [
        (unsent, {}, "not_sent"),
        ("none", {}, "no_such_order"),
        (sent, {"goods": {"none": 1}}, "extra_goods"),
        (sent, {"goods": {}}, "extra_goods"),
        (sent, {"carrier": "nobody"}, "report_carrier"),
    ]
    for order, how, code in cases:
        with pytest.raises(UserError) as caught:
            add(bench, order, ExtraReason.MISSED, **how)
        assert caught.value.code == code


def test_the_shops_carriers_are_asked_for_once_a_day(bench: Bench, buyer: Buyer) -> None:
    shop = bench.work.outside.shop(SHOP)
    for _ in range(3):
        shop_companies.refresh_if_old(bench.work, shop)
    assert bench.world.wechat.journal.count(COMPANIES) == 1
    bench.clock.advance(24 * 3600 + 1)
    shop_companies.refresh_if_old(bench.work, shop)
    assert bench.world.wechat.journal.count(COMPANIES) == 2
    with bench.work.db.read() as tx:
        found = shop_companies.known(tx, bench.work, SHOP)
    assert found is not None
    assert {"SF", "ZTO", "YUNDA"} <= set(found)


def test_a_list_that_cannot_be_had_stops_nothing_and_is_not_asked_for_all_the_time(
    bench: Bench, buyer: Buyer
) -> None:
    shop = bench.work.outside.shop(SHOP)
    bench.world.wechat.faults.bad_gateway(COMPANIES, times=10)
    for _ in range(3):
        shop_companies.refresh_if_old(bench.work, shop)
    assert bench.world.wechat.journal.count(COMPANIES) == 1
    order = buyer.buy((CUP, 1))
    seal(bench, [buyer.parcels(order)[0].id])
    assert [r.result for r in tell(bench)] == ["done"]
    assert corrections.correct(bench.work, buyer.parcels(order)[0].id, "ZTO", "789000000001", "r")


def test_a_carrier_that_the_shop_does_not_list_is_refused_before_anything_is_sent(
    bench: Bench, buyer: Buyer
) -> None:
    shop_companies.refresh_if_old(bench.work, bench.work.outside.shop(SHOP))
    with bench.work.db.write() as tx:
        key = f"companies:{SHOP}"
        value = tx.execute(select(settings.c.value).where(settings.c.key == key)).scalar_one()
        listed = {"YTO": "圆通速递"}
        tx.execute(
            update(settings)
            .where(settings.c.key == key)
            .values(value={**value, "companies": listed})
        )
    order = buyer.buy((CUP, 1))
    seal(bench, [buyer.parcels(order)[0].id])
    (refused,) = tell(bench)
    assert (refused.result, refused.code) == ("refused", shop_companies.NOT_KNOWN)
    assert bench.world.wechat.journal.count(truth.SEND) == 0


@pytest.mark.parametrize("what", ["correction", "extra parcel"])
def test_what_was_refused_is_told_when_a_person_asks_for_it_again(
    bench: Bench, buyer: Buyer, sent: str, what: str
) -> None:
    shelf = on_hand(bench, CUP)

    def ask() -> int:
        if what == "correction":
            return correct(bench, buyer, sent)
        return extra_parcels.add(bench.work, sent, "yto", NEW, {CUP: 1}, ExtraReason.GIFT)

    no_right = {"errcode": 606005, "errmsg": " rid: 00000000-00000000-00000000"}
    for path in (UPDATE, EXTRA):
        bench.world.wechat.faults.answer_json(path, no_right)
    assert ask() == 1
    assert [r.result for r in tell(bench)] == ["refused"]
    assert ask() == 1
    assert ask() == 0
    assert tell(bench)[0].result == "done"
    assert NEW in told_numbers(buyer, sent)
    assert shelf - on_hand(bench, CUP) == (what == "extra parcel")
