"""Who gets the stock when there is too little of it, and who gives it up again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.states import HoldCode, MoveKind, ParcelState
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import checking
from app.services.parcels.shipping import ship
from app.services.stock import allocation, ledger, negatives, stock
from app.store.tables import audit, holds
from tests.services.truth import change_shop
from tests.support.invented import SHOP, Invented, figures, shelf
from tests.support.warehouse import Bench


@pytest.fixture
def buyer(bench: Bench) -> Invented:
    return Invented(bench)


def state(buyer: Invented, order_id: str) -> str:
    return buyer.parcel(order_id).state


def is_short(buyer: Invented, order_id: str) -> bool:
    return HoldCode.SHORT in buyer.parcel(order_id).holds


def hold(bench: Bench, parcel_id: str) -> None:
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, parcel_id, "asked the buyer")


def let_go(bench: Bench, parcel_id: str) -> None:
    with bench.work.db.write() as tx:
        holding.release_by_person(tx, bench.work, parcel_id)
    checking.recheck(bench.work)


def said(bench: Bench, action: str) -> list[str | None]:
    with bench.work.db.read() as tx:
        return list(tx.execute(select(audit.c.parcel_id).where(audit.c.action == action)).scalars())


def test_what_comes_in_goes_to_the_earliest_deadline(bench: Bench, buyer: Invented) -> None:
    shelf(bench, A=0)
    later = buyer.buy({"A": 1}, hours=40)
    sooner = buyer.buy({"A": 1}, hours=10)
    stock.receive(bench.work, "A", 1)
    assert (state(buyer, sooner), state(buyer, later)) == ("to_label", "to_check")
    stock.receive(bench.work, "A", 1)
    assert state(buyer, later) == "to_label"
    assert integrity.check(bench.work).broken == ()


def test_who_cannot_be_completed_lets_a_later_one_pass(bench: Bench, buyer: Invented) -> None:
    shelf(bench, A=0)
    big = buyer.buy({"A": 3}, hours=10)
    small = buyer.buy({"A": 1}, hours=40)
    stock.receive(bench.work, "A", 2)
    assert (is_short(buyer, big), state(buyer, small)) == (True, "to_label")


@pytest.mark.parametrize("note", ["", "please be quick"])
def test_a_new_order_does_not_overtake_one_that_waits(
    bench: Bench, buyer: Invented, note: str
) -> None:
    """Pieces came free without anybody trying the waiting parcel; by the quick and the long way."""
    shelf(bench, A=1)
    has = buyer.buy({"A": 1}, hours=5)
    waits = buyer.buy({"A": 1}, hours=10)
    assert is_short(buyer, waits)
    with bench.work.db.write() as tx:  # as if the program ended right after this
        allocation.release(tx, bench.work, buyer.parcel(has).id, "test")
    order = buyer.order({"A": 1}, hours=20)
    buyer.tell(replace(order, greeting=note))
    assert is_short(buyer, order.order_id)
    assert state(buyer, waits) == "to_label"


def test_a_new_order_that_is_more_urgent_comes_first(bench: Bench, buyer: Invented) -> None:
    shelf(bench, A=0)
    waits = buyer.buy({"A": 1}, hours=30)
    with bench.work.db.write() as tx:
        sku_id = stock.find_sku(tx, "A")
        ledger.post(tx, bench.work, ledger.Move(sku_id, MoveKind.RECEIVE, on_hand=1))
    urgent = buyer.buy({"A": 1}, hours=3)
    assert (state(buyer, urgent), is_short(buyer, waits)) == ("to_label", True)


def test_orders_told_together_reserve_by_their_deadlines(bench: Bench, buyer: Invented) -> None:
    shelf(bench, A=2)
    orders = [buyer.order({"A": 1}, hours=h) for h in (30, 20, 10)]
    buyer.tell(*orders)
    short = [is_short(buyer, o.order_id) for o in orders]
    assert short == [True, False, False]


def test_what_a_cancelled_order_frees_goes_to_the_next(bench: Bench, buyer: Invented) -> None:
    shelf(bench, A=2)
    first = buyer.buy({"A": 2}, hours=5)
    second, third = buyer.buy({"A": 1}, hours=20), buyer.buy({"A": 1}, hours=10)
    buyer.cancel(first)
    checking.recheck(bench.work)
    assert (state(buyer, second), state(buyer, third)) == ("to_label", "to_label")
    assert figures(bench, "A") == (2, 2, 0)
    assert integrity.check(bench.work).broken == ()


def test_the_reason_names_the_item_and_the_evidence_who_has_it(
    bench: Bench, buyer: Invented
) -> None:
    shelf(bench, A=2)
    has = buyer.buy({"A": 2})
    waits = buyer.buy({"A": 3})
    with bench.work.db.read() as tx:
        row = tx.execute(
            select(holds).where(
                holds.c.parcel_id == buyer.parcel(waits).id, holds.c.code == HoldCode.SHORT
            )
        ).one()
    assert "A ×3" in row.reason
    assert row.evidence["missing"] == {"A": 3}
    assert row.evidence["held_by"] == [
        {"sku": "A", "parcel": buyer.parcel(has).id, "orders": [has], "quantity": 2}
    ]


def test_a_held_parcel_keeps_its_stock_until_another_could_leave(
    bench: Bench, buyer: Invented
) -> None:
    shelf(bench, A=2)
    early, late = buyer.buy({"A": 1}, hours=10), buyer.buy({"A": 1}, hours=30)
    for order_id in (early, late):
        hold(bench, buyer.parcel(order_id).id)
    checking.recheck(bench.work)
    assert figures(bench, "A") == (2, 2, 0)
    fresh = buyer.buy({"A": 1}, hours=40)
    assert state(buyer, fresh) == "to_label"
    assert (is_short(buyer, early), is_short(buyer, late)) == (False, True)
    assert said(bench, "gave_way") == [buyer.parcel(late).id]
    stock.receive(bench.work, "A", 1)
    let_go(bench, buyer.parcel(late).id)
    assert state(buyer, late) == "to_label"
    assert integrity.check(bench.work).broken == ()


def test_nobody_gives_way_for_nothing(bench: Bench, buyer: Invented) -> None:
    """All that is missing must be found; a held parcel is nobody to give way to; never, if said."""
    shelf(bench, A=1, B=0)
    held = buyer.buy({"A": 1})
    hold(bench, buyer.parcel(held).id)
    assert is_short(buyer, buyer.buy({"A": 1, "B": 1}))
    assert is_short(buyer, buyer.buy({"A": 2}))
    change_shop(bench, SHOP, release_on_hold="never")
    assert is_short(buyer, buyer.buy({"A": 1}))
    change_shop(bench, SHOP, release_on_hold="needed", release_after_hours=4)
    waits = buyer.buy({"A": 1}, hours=1)
    assert is_short(buyer, waits)
    assert said(bench, "gave_way") == []
    bench.clock.advance(hours=5)
    checking.recheck(bench.work)
    assert state(buyer, waits) == "to_label"


def test_an_open_after_sale_gives_way_and_a_parcel_with_a_number_never(
    bench: Bench, buyer: Invented
) -> None:
    shelf(bench, A=2)
    labelled, asked = buyer.buy({"A": 1}, hours=30), buyer.buy({"A": 1}, hours=20)
    assert [r.ok for r in label_parcels(bench.work, [buyer.parcel(labelled).id])] == [True]
    buyer.after_sale(labelled, is_open=True)
    buyer.after_sale(asked, is_open=True)
    first, second = buyer.buy({"A": 1}), buyer.buy({"A": 1})
    assert (is_short(buyer, first), is_short(buyer, second)) == (False, True)
    assert said(bench, "gave_way") == [buyer.parcel(asked).id]
    buyer.after_sale(asked, is_open=False)
    assert is_short(buyer, asked)
    stock.receive(bench.work, "A", 2)
    assert state(buyer, asked) == "to_label"
    assert integrity.check(bench.work).broken == ()


def test_below_zero_only_where_the_shop_allows_it(bench: Bench, buyer: Invented) -> None:
    shelf(bench, A=1)
    assert is_short(buyer, buyer.buy({"A": 2}, hours=99))
    change_shop(bench, SHOP, negative_stock=True)
    order_id = buyer.buy({"A": 3})
    parcel_id = buyer.parcel(order_id).id
    assert state(buyer, order_id) == "to_label"
    assert said(bench, "oversold")[-1] == parcel_id
    assert [r.ok for r in label_parcels(bench.work, [parcel_id])] == [True]
    assert [r.ok for r in ship(bench.work, parcel_ids=[parcel_id], unpacked=True)] == [True]
    assert figures(bench, "A")[0] == -2
    assert parcel_id in said(bench, "below_zero")
    checked = integrity.check(bench.work)
    assert (checked.broken, checked.below_zero) == ((), 1)
    with bench.work.db.read() as tx:
        assert negatives.below_zero(tx) == {"A": -2}
    change_shop(bench, SHOP, negative_stock=False)
    assert [b.rule for b in integrity.check(bench.work).broken] == ["negative"]
    assert ParcelState(state(buyer, order_id)) is ParcelState.TO_REPORT


def test_a_mark_of_too_much_sold_ends_when_the_goods_are_there(
    bench: Bench, buyer: Invented
) -> None:
    shelf(bench, A=0)
    change_shop(bench, SHOP, negative_stock=True)
    order_id = buyer.buy({"A": 1})
    assert buyer.parcel(order_id).oversold
    stock.receive(bench.work, "A", 1)
    assert not buyer.parcel(order_id).oversold
