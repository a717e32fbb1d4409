"""Splitting a parcel: pieces, reservations and the shop's rule of one number for one SKU."""

from __future__ import annotations

import pytest

from app.domain.errors import UserError
from app.domain.states import HoldCode, OutboxKind, OutboxState, ParcelState
from app.services import integrity
from app.services.numbers import voiding
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import splitting, unshipping
from app.services.parcels.parcel_queries import ParcelRow
from app.store import tables
from tests.services import truth
from tests.support.buying import SHOP, Buyer, allocated, pieces, seal, tell
from tests.support.warehouse import Bench

CUP, BOWL, BOOK = "CJ-LN3", "FW-QH6", "BJ-A5"
SEND = "/channels/ec/order/delivery/send"
EXTRA = "/channels/ec/order/delivery/compensation"


@pytest.fixture
def buyer(bench: Bench) -> Buyer:
    return Buyer(bench)


def split(bench: Bench, row: ParcelRow, *parts: dict[str, int], **how: bool) -> list[str]:
    return splitting.split(bench.work, row.id, parts, **how)


def refused(bench: Bench, row: ParcelRow, *parts: dict[str, int], **how: bool) -> UserError:
    with pytest.raises(UserError) as caught:
        split(bench, row, *parts, **how)
    return caught.value


def test_different_skus_travel_in_parcels_of_their_own(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 2), (BOWL, 1))
    (row,) = buyer.parcels(order)
    before = {sku: allocated(bench, sku) for sku in (CUP, BOWL)}
    ids = split(bench, row, {BOWL: 1})
    assert ids[0] == row.id
    first, second = buyer.parcels(order)
    assert {first.id, second.id} == set(ids)
    assert (first.state, second.state) == (ParcelState.TO_LABEL, ParcelState.TO_LABEL)
    assert first.carrier
    assert second.carrier
    assert {sku: allocated(bench, sku) for sku in (CUP, BOWL)} == before
    assert integrity.check(bench.work).broken == ()

    seal(bench, [ids[1]])
    assert [r.result for r in tell(bench)] == ["done"]
    assert buyer.status(order) == 21
    seal(bench, [ids[0]])
    assert [r.result for r in tell(bench)] == ["done"]
    assert buyer.status(order) == 30
    numbers = {truth.parcel(bench, i).waybill for i in ids}
    assert {n for n, _ in buyer.on_file(order)} == numbers
    assert integrity.check(bench.work).broken == ()


# trap 21
def test_tearing_one_sku_apart_is_explained_before_it_is_done(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 3), (BOWL, 1))
    (row,) = buyer.parcels(order)
    plan = splitting.plan(bench.work, row.id, [{CUP: 1}])
    assert not plan.keeps_rule
    (torn,) = plan.torn
    assert (torn.order_id, torn.sku, torn.parts) == (order, CUP, (0, 1))
    assert CUP in str(plan.warning)
    assert len(plan.ways) == 2
    assert refused(bench, row, {CUP: 1}).code == "split_rule"
    assert [p.id for p in buyer.parcels(order)] == [row.id]
    kept = splitting.plan(bench.work, row.id, [{CUP: 3}])
    assert kept.keeps_rule
    assert kept.warning is None


# trap 21
def test_the_first_part_of_a_torn_sku_reports_all_and_the_later_one_is_an_extra_parcel(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 3))
    (row,) = buyer.parcels(order)
    first, second = split(bench, row, {CUP: 2}, extra=True)
    seal(bench, [first])
    assert [r.result for r in tell(bench)] == ["done"]
    one = truth.parcel(bench, first)
    assert buyer.on_file(order) == [(one.waybill, 3)]
    assert buyer.status(order) == 30

    buyer.fetch(order)  # the shop counts all as sent: the second parcel must not shrink
    other = truth.parcel(bench, second)
    assert other.state == ParcelState.TO_LABEL
    assert allocated(bench, CUP) >= 2
    seal(bench, [second])
    (message,) = truth.messages(bench, OutboxKind.EXTRA)
    assert message.payload["reason"] == 2
    assert [r.result for r in tell(bench)] == ["done"]
    other = truth.parcel(bench, second)
    assert other.state == ParcelState.SHIPPED
    assert buyer.on_file(order) == [(one.waybill, 3), (other.waybill, 2)]
    assert buyer.store.refusals(order, 606030) == 0
    assert integrity.check(bench.work).broken == ()


def test_an_extra_parcel_waits_until_the_first_is_reported(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 2))
    (row,) = buyer.parcels(order)
    ids = split(bench, row, {CUP: 1}, extra=True)
    seal(bench, ids)
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, ids[0], "wrong box")
    assert [(r.kind, r.result) for r in tell(bench)] == [("ship", "held")]
    assert buyer.on_file(order) == []
    with bench.work.db.write() as tx:
        holding.release_by_person(tx, bench.work, ids[0])
    assert [(r.kind, r.result) for r in tell(bench)] == [("ship", "done"), ("extra", "done")]


def test_an_extra_parcel_is_never_sent_after_a_refused_report(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 2))
    (row,) = buyer.parcels(order)
    ids = split(bench, row, {CUP: 1}, extra=True)
    seal(bench, ids)
    buyer.store.bind_to_isv(order)
    assert [(r.kind, r.result) for r in tell(bench)] == [("ship", "refused"), ("extra", "held")]
    assert bench.world.wechat.journal.count(EXTRA) == 0
    buyer.store.order(order).other_isv = False
    with bench.work.db.write() as tx:
        holding.release_by_person(tx, bench.work, ids[0])
    assert [(r.kind, r.result) for r in tell(bench)] == [("ship", "done"), ("extra", "done")]


def test_a_lost_answer_about_an_extra_parcel_is_read_back(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 2))
    (row,) = buyer.parcels(order)
    seal(bench, split(bench, row, {CUP: 1}, extra=True))
    bench.world.wechat.faults.lose_answer(EXTRA)
    assert [r.result for r in tell(bench)] == ["done", "done"]
    assert [n for _, n in buyer.on_file(order)] == [2, 1]
    assert bench.world.wechat.journal.count(EXTRA) == 1


def test_the_second_reports_for_itself_when_the_first_is_taken_back(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 3))
    (row,) = buyer.parcels(order)
    first, second = split(bench, row, {CUP: 1}, extra=True)
    seal(bench, [first, second])
    assert unshipping.unship(bench.work, first, "wrong box") == ParcelState.TO_PACK
    kinds = {
        (m.kind, m.state)
        for kind in (OutboxKind.SHIP, OutboxKind.EXTRA)
        for m in truth.messages(bench, kind)
        if m.parcel_id == second
    }
    assert kinds == {("ship", OutboxState.PENDING), ("extra", OutboxState.SUPERSEDED)}
    assert [(r.kind, r.result) for r in tell(bench)] == [("ship", "done")]
    assert buyer.on_file(order) == [(truth.parcel(bench, second).waybill, 3)]
    seal(bench, [first])
    assert [(r.kind, r.result) for r in tell(bench)] == [("extra", "done")]
    assert integrity.check(bench.work).broken == ()


def test_an_extra_parcel_that_somebody_entered_at_the_shop_is_not_told_again(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 2), (BOWL, 1))
    (row,) = buyer.parcels(order)
    first, second = split(bench, row, {CUP: 1}, extra=True)
    seal(bench, [second, first])
    number = truth.parcel(bench, first).waybill
    buyer.store.ship_elsewhere(order, "OTHER", number)
    assert {(r.kind, r.result) for r in tell(bench)} >= {("ship", "done"), ("ship", "refused")}
    unshipping.unship(bench.work, second, "its goods left in the other box")
    assert ("extra", "done") in {(r.kind, r.result) for r in tell(bench)}
    assert [n for n, _ in buyer.on_file(order)] == [number]


def test_split_boxes_of_goods_that_went_elsewhere_are_taken_back_one_by_one(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 3))
    (row,) = buyer.parcels(order)
    boxes = split(bench, row, {CUP: 1}, {CUP: 1}, extra=True)
    seal(bench, boxes)
    buyer.store.ship_elsewhere(order, "YTO", "YT0000000000001")
    assert "refused" in {r.result for r in tell(bench)}
    buyer.fetch(order)
    for box in boxes:
        assert unshipping.unship(bench.work, box, "sent elsewhere") == ParcelState.CANCELLED
    assert allocated(bench, CUP) == 0
    assert [n for n, _ in buyer.on_file(order)] == ["YT0000000000001"]
    assert integrity.check(bench.work).broken == ()


def test_a_split_box_entered_by_hand_at_the_shop_leaves_the_others_as_they_are(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 3))
    (row,) = buyer.parcels(order)
    first, second = split(bench, row, {CUP: 1}, extra=True)
    seal(bench, [second])
    product, sku = buyer.goods(order)
    number = truth.parcel(bench, second).waybill
    buyer.store.ship_elsewhere(order, "OTHER", number, [(product, sku, 1)])
    bench.clock.advance(5)
    buyer.fetch(order)
    assert pieces(bench, first) == 2
    assert truth.parcel(bench, first).state == ParcelState.TO_LABEL


def test_a_gift_goes_with_the_goods_and_is_reported(bench: Bench, buyer: Buyer) -> None:
    draft = buyer.draft((CUP, 1), (BOWL, 1), (BOOK, 1))
    draft.lines[2]["is_free_gift"] = True
    order = buyer.buy(draft=draft)
    (row,) = buyer.parcels(order)
    ids = split(bench, row, {CUP: 1})
    seal(bench, ids)
    assert {r.result for r in tell(bench)} == {"done"}
    assert buyer.status(order) == 30  # a gift left out would keep it at 21
    assert sorted(n for _, n in buyer.on_file(order)) == [1, 2]


def test_a_refund_after_the_split_takes_pieces_of_what_is_still_here(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 3), (BOWL, 2))
    (row,) = buyer.parcels(order)
    _, second = split(bench, row, {BOWL: 2})
    bench.clock.advance(5)
    case = buyer.store.open_aftersale(order, *buyer.goods(order, 1), 1)
    buyer.store.finish_refund(case)
    buyer.fetch(order)
    lines = {r.id: pieces(bench, r.id) for r in buyer.parcels(order)}
    assert lines == {row.id: 3, second: 1}
    assert integrity.check(bench.work).broken == ()


def test_what_was_sent_elsewhere_is_not_sent_again(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 2), (BOWL, 1))
    (row,) = buyer.parcels(order)
    _, second = split(bench, row, {BOWL: 1})
    bench.clock.advance(5)
    product, sku = buyer.goods(order, 1)
    buyer.store.ship_elsewhere(order, "YTO", "YT0000000000001", [(product, sku, 1)])
    buyer.fetch(order)
    assert truth.parcel(bench, second).state == ParcelState.CANCELLED
    assert truth.parcel(bench, row.id).state == ParcelState.TO_LABEL


def test_holds_of_the_parcel_and_a_carrier_chosen_by_hand_stay(bench: Bench, buyer: Buyer) -> None:
    from app.services.parcels import checking

    order = buyer.buy((CUP, 1), (BOWL, 1))
    (row,) = buyer.parcels(order)
    checking.change_carrier(bench.work, row.id, "zto")
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, row.id, "ask the buyer")
    ids = split(bench, row, {BOWL: 1})
    for one in ids:
        parcel = truth.parcel(bench, one)
        assert (parcel.carrier, parcel.holds) == ("zto", (HoldCode.MANUAL,))
        assert parcel.state == ParcelState.TO_CHECK


def test_a_parcel_with_a_number_is_split_only_when_the_number_goes_back(
    bench: Bench, buyer: Buyer
) -> None:
    order = buyer.buy((CUP, 1), (BOWL, 1))
    (row,) = buyer.parcels(order)
    (issued,) = label_parcels(bench.work, [row.id])
    assert refused(bench, row, {BOWL: 1}).code == "has_number"
    ids = split(bench, row, {BOWL: 1}, void=True)
    assert [(r.kind, r.result) for r in tell(bench)] == [("void", "done")]
    assert truth.numbers_given(bench, row) == []
    seal(bench, ids)
    numbers = {truth.parcel(bench, i).waybill for i in ids}
    assert issued.waybill not in numbers
    assert len(numbers) == 2


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([{CUP: 5}], "split_quantity"),
        ([{"none": 1}], "split_goods"),
        ([{CUP: 2}], "nothing_to_split"),
        ([{}], "nothing_to_split"),
        ([{CUP: 2}, {CUP: 1}], "split_quantity"),
    ],
)
def test_a_split_that_does_not_add_up_changes_nothing(
    bench: Bench, buyer: Buyer, parts: list[dict[str, int]], code: str
) -> None:
    order = buyer.buy((CUP, 2))
    (row,) = buyer.parcels(order)
    assert refused(bench, row, *parts, extra=True).code == code
    (same,) = buyer.parcels(order)
    assert (same.id, pieces(bench, same.id), same.state) == (row.id, 2, ParcelState.TO_LABEL)


def test_pieces_sold_as_a_set_stay_together(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy(("FW-YB6-X4", 2))
    (row,) = buyer.parcels(order)
    assert refused(bench, row, {"FW-YB6": 3}, extra=True).code == "split_quantity"
    ids = split(bench, row, {"FW-YB6": 4}, extra=True)
    assert [pieces(bench, i) for i in ids] == [4, 4]


def test_an_order_without_a_shop_is_split_freely(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 2))
    (row,) = buyer.parcels(order)
    with bench.work.db.write() as tx:
        tx.execute(tables.shops.update().where(tables.shops.c.id == SHOP).values(platform="manual"))
    ids = split(bench, row, {CUP: 1})
    assert [pieces(bench, i) for i in ids] == [1, 1]


def test_a_sealed_parcel_is_not_split(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 1), (BOWL, 1))
    (row,) = buyer.parcels(order)
    seal(bench, [row.id])
    assert refused(bench, row, {BOWL: 1}).code == "split_state"
    with pytest.raises(UserError):
        voiding.cancel_waybill(bench.work, truth.parcel(bench, row.id).waybill)
