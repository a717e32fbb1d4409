"""Goods sold in advance: apart from ordinary stock until they are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.orders import LineSnapshot
from app.domain.states import HoldCode
from app.services import integrity
from app.services.parcels import checking, splitting
from app.services.stock import presale, remapping, stock, stock_wanted
from app.store.tables import listings
from tests.support.invented import SHOP, Invented, figures, shelf
from tests.support.warehouse import Bench


@pytest.fixture
def buyer(bench: Bench) -> Invented:
    shelf(bench, A=10, B=5)
    return Invented(bench)


def in_advance(buyer: Invented, pieces: dict[str, int], *, hours: float = 100) -> str:
    due = buyer.bench.clock.now() + timedelta(hours=hours)
    return buyer.buy(pieces, presale=True, due=due, hours=hours + 24)


def figures_of(bench: Bench, sku: str = "A") -> tuple[int, int, int]:
    (row,) = [r for r in presale.listed(bench.work) if r.sku == sku]
    return row.set_aside, row.served, row.waiting


def test_an_order_in_advance_takes_no_ordinary_stock_and_is_shown(
    bench: Bench, buyer: Invented
) -> None:
    order_id = in_advance(buyer, {"A": 3})
    assert buyer.parcel(order_id).holds == (HoldCode.PRESALE,)
    assert figures(bench, "A") == (10, 0, 0)
    assert figures_of(bench) == (0, 0, 3)
    assert integrity.check(bench.work).broken == ()


def test_what_is_set_aside_serves_orders_in_advance_and_nobody_else(
    bench: Bench, buyer: Invented
) -> None:
    first = in_advance(buyer, {"A": 3})
    presale.set_aside(bench.work, "A", 8)
    assert figures(bench, "A") == (10, 8, 5)
    assert figures_of(bench) == (5, 3, 0)
    second = in_advance(buyer, {"A": 2})
    assert figures_of(bench) == (3, 5, 0)
    assert HoldCode.SHORT in buyer.parcel(buyer.buy({"A": 3})).holds
    assert buyer.parcel(buyer.buy({"A": 2})).state == "to_label"
    buyer.cancel(second)
    assert figures_of(bench) == (5, 3, 0)
    buyer.refund(first, pieces=1)
    assert figures_of(bench) == (6, 2, 0)
    presale.set_aside(bench.work, "A", -6)
    assert figures(bench, "A")[2] == 0
    assert integrity.check(bench.work).broken == ()


def test_when_it_is_due_it_takes_what_is_set_aside_then_what_is_there(
    bench: Bench, buyer: Invented
) -> None:
    order_id = in_advance(buyer, {"A": 5}, hours=10)
    presale.set_aside(bench.work, "A", 2)
    assert figures(bench, "A") == (10, 2, 2)
    bench.clock.advance(hours=11)
    checking.recheck(bench.work)
    assert buyer.parcel(order_id).state == "to_label"
    assert figures(bench, "A") == (10, 5, 0)
    buyer.cancel(order_id)
    assert figures(bench, "A") == (10, 2, 2)
    assert integrity.check(bench.work).broken == ()


def test_due_and_nothing_there_is_an_ordinary_shortage(bench: Bench, buyer: Invented) -> None:
    order_id = in_advance(buyer, {"A": 12}, hours=10)
    bench.clock.advance(hours=11)
    checking.recheck(bench.work)
    assert buyer.parcel(order_id).holds == (HoldCode.SHORT,)
    stock.receive(bench.work, "A", 2)
    assert buyer.parcel(order_id).state == "to_label"


def test_a_split_takes_its_part_of_what_was_set_aside(bench: Bench, buyer: Invented) -> None:
    presale.set_aside(bench.work, "A", 4)
    order_id = in_advance(buyer, {"A": 3, "B": 1})
    assert figures(bench, "B") == (5, 0, 0)  # all of a parcel or nothing
    presale.set_aside(bench.work, "B", 1)
    assert (figures(bench, "A"), figures(bench, "B")) == ((10, 4, 1), (5, 1, 0))
    splitting.split(bench.work, buyer.parcel(order_id).id, [{"A": 1}], extra=True)
    assert figures(bench, "A") == (10, 4, 1)
    buyer.cancel(order_id)
    assert (figures(bench, "A"), figures(bench, "B")) == ((10, 4, 4), (5, 1, 1))
    assert integrity.check(bench.work).broken == ()


@pytest.mark.parametrize(("quantity", "code"), [(11, "stock_missing"), (-1, "presale_less")])
def test_no_more_is_set_aside_than_there_is(
    bench: Bench, buyer: Invented, quantity: int, code: str
) -> None:
    with pytest.raises(UserError) as caught:
        presale.set_aside(bench.work, "A", quantity)
    assert caught.value.code == code
    assert figures(bench, "A") == (10, 0, 0)


def test_a_listing_sold_in_advance_keeps_the_shops_own_figure(
    bench: Bench, buyer: Invented
) -> None:
    told = [in_advance(buyer, {"A": 3}), buyer.buy({"A": 1})]
    for line in (buyer.lines(order_id)[0] for order_id in told):
        remapping.map_listing(bench.work, SHOP, line.product_id, line.sku_id, "A")
    assert wanted(bench, buyer) == {False: 9}  # what is sold in advance takes none of the nine
    buyer.tell(replace(buyer.order({"A": 1}), lines=(no_more_in_advance(buyer, told[0]),)))
    assert wanted(bench, buyer) == {True: 8, False: 8}


def no_more_in_advance(buyer: Invented, order_id: str) -> LineSnapshot:
    line = buyer.lines(order_id)[0]
    return replace(line, line_key="again", quantity=1, presale=False, predicted_at=None)


def wanted(bench: Bench, buyer: Invented) -> dict[bool, int]:
    """For sale now, by whether it is the listing that was sold in advance first."""
    product_id = buyer.order({"A": 1}).lines[0].product_id
    with bench.work.db.read() as tx:
        rows = tx.execute(select(listings).where(listings.c.product_id == product_id)).all()
        found = stock_wanted.wanted(tx, SHOP, [r.id for r in rows])
    return {w.sku_id.endswith("1"): w.wanted for w in found}
