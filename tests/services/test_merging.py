"""One parcel for several orders: only for one buyer at one address, and each order told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.states import HoldCode, ParcelState
from app.services import integrity
from app.services.numbers import booking, label_accounts
from app.services.numbers.labelling import label_parcels
from app.services.orders import receiver_correction
from app.services.parcels import checking, merging
from app.simulators.people import SHANGHAI
from app.store.tables import address_corrections
from tests.services import truth
from tests.support.buying import Buyer, allocated, pieces, seal, tell
from tests.support.warehouse import Bench

ELSEWHERE = Address(
    name="周小满",
    phone="13900000009",
    province="浙江省",
    city="杭州市",
    district="西湖区",
    street="翠苑街道",
    address="文三路 20 号 3 栋 501",
)
CUP, BOWL = "CJ-LN3", "FW-QH6"


@pytest.fixture
def buyer(bench: Bench) -> Buyer:
    return Buyer(bench)


@pytest.fixture
def two(buyer: Buyer) -> tuple[str, str]:
    """Two orders of one buyer to one address."""
    first = buyer.draft((CUP, 1))
    second = buyer.draft((BOWL, 2), like=first)
    return buyer.buy(draft=first), buyer.buy(draft=second)


def ids_of(buyer: Buyer, *orders: str) -> list[str]:
    return [row.id for order in orders for row in buyer.parcels(order)]


def refused(bench: Bench, ids: list[str]) -> str:
    with pytest.raises(UserError) as caught:
        merging.merge(bench.work, ids)
    return caught.value.code


def test_two_orders_of_one_buyer_are_proposed_and_become_one_parcel(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    buyer.buy((CUP, 1))  # somebody else
    ids = ids_of(buyer, *two)
    (found,) = merging.candidates(bench.work)
    assert (set(found.parcels), set(found.orders)) == (set(ids), set(two))
    before = allocated(bench, CUP), allocated(bench, BOWL)
    merged = merging.merge(bench.work, ids)
    assert merged == ids[0]
    row = truth.parcel(bench, merged)
    assert set(row.orders) == set(two)
    assert (row.state, pieces(bench, merged)) == (ParcelState.TO_LABEL, 3)
    assert truth.parcel(bench, ids[1]).state == ParcelState.CANCELLED
    assert (allocated(bench, CUP), allocated(bench, BOWL)) == before
    assert merging.candidates(bench.work) == []
    assert integrity.check(bench.work).broken == ()


def test_each_order_of_a_merged_parcel_is_told_of_the_same_number(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    merged = merging.merge(bench.work, ids_of(buyer, *two))
    seal(bench, [merged])
    number = truth.parcel(bench, merged).waybill
    assert [r.result for r in tell(bench)] == ["done", "done"]
    assert [buyer.on_file(o) for o in two] == [[(number, 1)], [(number, 2)]]
    assert [buyer.status(o) for o in two] == [30, 30]
    assert truth.parcel(bench, merged).state == ParcelState.SHIPPED
    assert integrity.check(bench.work).broken == ()


# trap 15
def test_the_same_visible_address_of_another_buyer_is_not_merged(
    bench: Bench, buyer: Buyer
) -> None:
    first = buyer.draft((CUP, 1))
    second = buyer.draft((CUP, 1), like=first)
    second.order["openid"] = "oSomebodyElse0000000000001"
    ids = ids_of(buyer, buyer.buy(draft=first), buyer.buy(draft=second))
    assert merging.candidates(bench.work) == []
    assert refused(bench, ids) == "merge_address"


# trap 14
def test_addresses_that_differ_only_in_the_hidden_part_are_not_merged(
    bench: Bench, buyer: Buyer
) -> None:
    from dataclasses import replace

    first = buyer.draft((CUP, 1))
    second = buyer.draft((CUP, 1), like=first)
    assert first.person is not None
    second.person = replace(first.person, detail_info=first.person.detail_info + "乙")
    second.delivery["address_info"]["detail_info"] += "乙"
    one, other = buyer.buy(draft=first), buyer.buy(draft=second)
    shown = [
        buyer.store.order_data(o)["order_detail"]["delivery_info"]["address_info"]
        for o in (one, other)
    ]
    assert shown[0]["detail_info"] == shown[1]["detail_info"]
    assert shown[0]["hash_code"] != shown[1]["hash_code"]
    assert merging.candidates(bench.work) == []
    assert refused(bench, ids_of(buyer, one, other)) == "merge_address"


def test_a_cancelled_order_takes_only_its_own_goods_out(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    merged = merging.merge(bench.work, ids_of(buyer, *two))
    bench.clock.advance(5)
    buyer.store.cancel(two[0])
    buyer.fetch(two[0])
    row = truth.parcel(bench, merged)
    assert (row.state, pieces(bench, merged)) == (ParcelState.TO_LABEL, 2)
    assert allocated(bench, CUP) == 0
    seal(bench, [merged])
    assert [r.result for r in tell(bench)] == ["done"]
    assert buyer.on_file(two[0]) == []
    assert buyer.status(two[1]) == 30
    assert integrity.check(bench.work).broken == ()


def test_the_parcel_is_cancelled_with_its_last_order(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    merged = merging.merge(bench.work, ids_of(buyer, *two))
    bench.clock.advance(5)
    for order in two:
        buyer.store.cancel(order)
        buyer.fetch(order)
    assert truth.parcel(bench, merged).state == ParcelState.CANCELLED
    assert integrity.check(bench.work).broken == ()


def test_an_order_that_moves_gets_a_parcel_of_its_own(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    merged = merging.merge(bench.work, ids_of(buyer, *two))
    bench.clock.advance(5)
    buyer.store.change_address(two[1], buyer.crowd.person(SHANGHAI).as_dict())
    buyer.fetch(two[1])
    assert truth.parcel(bench, merged).orders == (two[0],)
    live = [r for r in buyer.parcels(two[1]) if r.state != ParcelState.CANCELLED]
    assert [(r.orders, r.state) for r in live] == [((two[1],), ParcelState.TO_LABEL)]
    assert integrity.check(bench.work).broken == ()


def test_an_order_that_moves_after_the_label_holds_the_parcel_until_they_are_parted(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    from app.services.numbers import voiding

    merged = merging.merge(bench.work, ids_of(buyer, *two))
    label_parcels(bench.work, [merged])
    bench.clock.advance(5)
    buyer.store.change_address(two[1], buyer.crowd.person(SHANGHAI).as_dict())
    buyer.fetch(two[1])
    row = truth.parcel(bench, merged)
    assert row.holds == (HoldCode.ADDRESS_CHANGE,)
    voiding.cancel_waybill(bench.work, row.waybill)
    assert truth.parcel(bench, merged).orders == (two[0],)
    live = [r for r in buyer.parcels(two[1]) if r.state != ParcelState.CANCELLED]
    assert [r.orders for r in live] == [(two[1],)]


def test_parcels_with_a_number_or_of_two_shops_are_not_merged(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    ids = ids_of(buyer, *two)
    other = Buyer(bench, "shanye")
    elsewhere = ids_of(other, other.buy(("LJ-250G", 1)))
    assert refused(bench, [ids[0], *elsewhere]) == "merge_shop"
    assert refused(bench, ids[:1]) == "merge_one"
    assert refused(bench, [ids[0], "none"]) == "no_such_parcel"
    label_parcels(bench.work, [ids[1]])
    assert merging.candidates(bench.work) == []
    assert refused(bench, ids) == "has_number"
    seal(bench, [ids[1]])
    assert refused(bench, ids) == "merge_state"


def test_a_platform_label_of_a_merged_parcel_names_both_orders(bench: Bench) -> None:
    label_accounts.refresh_accounts(bench.work, bench.work.outside.shop("shanye"))
    buyer = Buyer(bench, "shanye")
    first = buyer.draft(("LJ-250G", 1))
    second = buyer.draft(("LJ-100G", 1), like=first)
    orders = buyer.buy(draft=first), buyer.buy(draft=second)
    merged = merging.merge(bench.work, ids_of(buyer, *orders))
    seal(bench, [merged])
    number = truth.parcel(bench, merged).waybill
    (label,) = buyer.store.waybills(alive=True).values()
    assert (label.waybill_id, set(label.order_ids)) == (number, set(orders))
    assert [r.result for r in tell(bench) if r.kind == "ship"] == ["done", "done"]
    assert [buyer.on_file(o) for o in orders] == [[(number, 1)], [(number, 1)]]


# trap 16
def test_the_label_never_goes_to_the_address_of_an_order_that_was_taken_out(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    parcel_id = merging.merge(bench.work, ids_of(buyer, *two))
    bench.clock.advance(5)
    buyer.store.cancel(two[0])
    buyer.fetch(two[0])
    moved = buyer.crowd.person(SHANGHAI)
    buyer.store.change_address(two[1], moved.as_dict())
    buyer.fetch(two[1])
    (row,) = [r for r in buyer.parcels(two[1]) if r.state == ParcelState.TO_LABEL]
    assert row.id == parcel_id
    booked, _ = booking.build(bench.work, parcel_id, parcel_id)
    assert booked.receiver.phone == moved.tel_number
    assert booked.order_ids == (two[1],)
    seal(bench, [parcel_id])
    assert {r.result for r in tell(bench)} == {"done"}
    assert integrity.check(bench.work).broken == ()


def _correct(bench: Bench, ids: list[str], *receivers: Address) -> None:
    for parcel, receiver in zip(ids, receivers, strict=True):
        receiver_correction.correct(bench.work, parcel, receiver)


def test_parcels_that_were_corrected_alike_keep_the_correction(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    ids = ids_of(buyer, *two)
    _correct(bench, ids, ELSEWHERE, ELSEWHERE)
    merged = merging.merge(bench.work, ids)
    assert booking.build(bench.work, merged, "1", decode=False)[0].receiver == ELSEWHERE
    with bench.work.db.read() as tx:
        kept = tx.execute(select(address_corrections.c.parcel_id)).scalars().all()
    assert kept == [merged]  # a parcel that is gone keeps nobody's address


def test_parcels_that_were_not_corrected_alike_are_not_merged(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    ids = ids_of(buyer, *two)
    _correct(bench, ids[1:], ELSEWHERE)
    assert refused(bench, ids) == "merge_corrected"
    _correct(bench, ids[:1], replace(ELSEWHERE, address="文三路 8 号"))
    assert refused(bench, ids) == "merge_corrected"
    receiver_correction.undo(bench.work, ids[0])
    receiver_correction.undo(bench.work, ids[1])
    assert merging.merge(bench.work, ids) == ids[0]


@pytest.mark.parametrize("arrived", [True, False])
def test_an_order_that_moves_while_the_number_is_in_doubt_never_goes_along(
    bench: Bench, buyer: Buyer, two: tuple[str, str], arrived: bool
) -> None:
    merged = merging.merge(bench.work, ids_of(buyer, *two))
    checking.change_carrier(bench.work, merged, "sf")
    faults = bench.world.carriers.server.faults
    break_it = faults.lose_answer if arrived else faults.close_before
    break_it(truth.SF_PATH, when=truth.creates)
    (doubt,) = label_parcels(bench.work, [merged])
    assert doubt.result == "unknown"
    bench.clock.advance(30)
    buyer.store.change_address(two[1], buyer.crowd.person(SHANGHAI).as_dict())
    buyer.fetch(two[1])
    (row,) = label_parcels(bench.work, [merged])
    now = truth.parcel(bench, merged)
    assert row.result == "issued"
    if arrived:  # there is a number for both: it must not leave as it is
        assert HoldCode.ADDRESS_CHANGE in now.holds
        assert set(now.orders) == set(two)
    else:
        assert now.orders == (two[0],)
        (other,) = buyer.parcels(two[1])
        assert other.id != merged
        assert other.state == ParcelState.TO_LABEL
        assert [r.result for r in label_parcels(bench.work, [other.id])] == ["issued"]
    assert integrity.check(bench.work).broken == ()


def test_an_order_that_moves_leaves_a_parcel_whose_carrier_a_person_chose(
    bench: Bench, buyer: Buyer, two: tuple[str, str]
) -> None:
    merged = merging.merge(bench.work, ids_of(buyer, *two))
    checking.change_carrier(bench.work, merged, "zto")
    bench.clock.advance(30)
    buyer.store.change_address(two[1], buyer.crowd.person(SHANGHAI).as_dict())
    buyer.fetch(two[1])
    now = truth.parcel(bench, merged)
    assert (now.orders, now.carrier, now.state) == ((two[0],), "zto", ParcelState.TO_LABEL)
    (other,) = buyer.parcels(two[1])
    assert other.id != merged
