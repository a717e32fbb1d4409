"""Gifts by rule: put in once, counted, stock-limited, and where their order's goods are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.gifts import GiftRule
from app.domain.labels import DrawnLabel
from app.domain.states import ParcelState
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.parcels import merging, slip_content, splitting
from app.services.parcels.packing import read_parcel
from app.services.parcels.parcel_queries import parcel_goods
from app.services.parcels.shipping import ship
from app.services.parcels.unshipping import unship
from app.services.printing import label_content
from app.services.stock import gifts, remapping, stock
from app.services.waves import picking
from app.store.tables import audit, outbox, waybills
from tests.services.truth import change_shop
from tests.support.invented import SHOP, Invented, figures, shelf
from tests.support.warehouse import Bench


@pytest.fixture
def buyer(bench: Bench) -> Invented:
    shelf(bench, A=50, B=50, G=5)
    return Invented(bench)


def rule(bench: Bench, name: str = "spring", gift: str = "G", **how: Any) -> None:
    gifts.store(bench.work, GiftRule("", name, "", **how), gift)


def given(bench: Bench, name: str = "spring") -> int:
    return next(r.given for r in gifts.listed(bench.work) if r.rule.name == name)


def contents(bench: Bench, parcel_id: str) -> list[tuple[str, int, bool]]:
    return sorted((g.sku, g.quantity, g.gift) for g in parcel_goods(bench.work, parcel_id))


def of_order(bench: Bench, buyer: Invented, order_id: str) -> list[tuple[str, int, bool]]:
    return contents(bench, buyer.parcel(order_id).id)


def is_sound(bench: Bench) -> bool:
    assert integrity.check(bench.work).broken == ()
    return True


def test_a_gift_is_put_in_once_and_the_shop_hears_nothing_of_it(
    bench: Bench, buyer: Invented
) -> None:
    rule(bench, quantity=2, skus=frozenset({"A"}))
    order_id = buyer.buy({"A": 1})
    other = buyer.buy({"B": 1})
    buyer.again(order_id)
    assert of_order(bench, buyer, order_id) == [("A", 1, False), ("G", 2, True)]
    assert of_order(bench, buyer, other) == [("B", 1, False)]
    assert (given(bench), figures(bench, "G")) == (2, (5, 2, 0))
    parcel_id = buyer.parcel(order_id).id
    with bench.work.db.read() as tx:
        opened = read_parcel(tx, parcel_id)
    assert {(x.item.code, x.need, x.gift) for x in opened.lines} == {
        ("A", 1, False),
        ("G", 2, True),
    }
    assert [r.is_gift for r in slip_content.slip(bench.work, parcel_id).rows] == [False, True]
    assert buyer.parcel(order_id).expected_weight_g == 300
    assert [r.ok for r in label_parcels(bench.work, [parcel_id])] == [True]
    assert [r.ok for r in ship(bench.work, parcel_ids=[parcel_id], unpacked=True)] == [True]
    assert figures(bench, "G") == (3, 0, 0)
    with bench.work.db.read() as tx:
        (payload,) = tx.execute(
            select(outbox.c.payload).where(outbox.c.parcel_id == parcel_id, outbox.c.kind == "ship")
        ).scalars()
    assert [n for *_, n in payload["lines"]] == [1]
    assert unship(bench.work, parcel_id, "forgot something") == ParcelState.TO_PACK
    assert figures(bench, "G") == (5, 2, 0)
    assert is_sound(bench)


def test_rules_that_do_not_match_leave_the_quick_way_alone(bench: Bench, buyer: Invented) -> None:
    rule(bench, skus=frozenset({"B"}))
    plain, gifted = buyer.order({"A": 1}), buyer.order({"B": 1})
    buyer.tell(plain, gifted)
    assert of_order(bench, buyer, plain.order_id) == [("A", 1, False)]
    assert of_order(bench, buyer, gifted.order_id) == [("B", 1, False), ("G", 1, True)]
    rule(bench, "late")  # orders that were looked at keep what they have
    buyer.again(plain.order_id)
    assert of_order(bench, buyer, plain.order_id) == [("A", 1, False)]


def test_no_more_are_given_than_the_rule_says(bench: Bench, buyer: Invented) -> None:
    rule(bench, most=2)
    bought = [buyer.buy({"A": 1}) for _ in range(3)]
    assert [len(of_order(bench, buyer, o)) for o in bought] == [2, 2, 1]
    assert given(bench) == 2
    buyer.cancel(bought[0])
    assert given(bench) == 1
    assert len(of_order(bench, buyer, buyer.buy({"A": 1}))) == 2
    assert is_sound(bench)


def test_without_stock_it_goes_without_or_waits(bench: Bench, buyer: Invented) -> None:
    shelf(bench, G=1)
    rule(bench)
    first, second = buyer.buy({"A": 1}), buyer.buy({"A": 1})
    assert len(of_order(bench, buyer, first)) == 2
    assert of_order(bench, buyer, second) == [("A", 1, False)]
    assert (buyer.parcel(second).state, given(bench)) == ("to_label", 1)
    with bench.work.db.read() as tx:
        (why,) = tx.execute(
            select(audit.c.detail).where(audit.c.action == "gift_without")
        ).scalars()
    assert why["why"] == "no_stock"
    rule(bench, wait=True)
    third = buyer.buy({"A": 1})
    assert (buyer.parcel(third).state, buyer.parcel(third).holds) == ("to_check", ("short",))
    stock.receive(bench.work, "G", 1)
    assert buyer.parcel(third).state == "to_label"
    buyer.again(second)
    assert len(of_order(bench, buyer, second)) == 1
    assert is_sound(bench)


def test_a_shop_that_sells_below_zero_gives_away_only_what_there_is(
    bench: Bench, buyer: Invented
) -> None:
    shelf(bench, A=0, G=0)
    rule(bench)
    change_shop(bench, SHOP, negative_stock=True)
    order_id = buyer.buy({"A": 1})
    assert of_order(bench, buyer, order_id) == [("A", 1, False)]
    assert buyer.parcel(order_id).state == "to_label"
    assert figures(bench, "G") == (0, 0, 0)


def test_a_refund_takes_its_part_of_the_gift_with_it(bench: Bench, buyer: Invented) -> None:
    rule(bench, each=True, skus=frozenset({"A"}))
    order_id = buyer.buy({"A": 3, "B": 1})
    assert ("G", 3, True) in of_order(bench, buyer, order_id)
    buyer.refund(order_id, pieces=1)
    assert ("G", 2, True) in of_order(bench, buyer, order_id)
    assert (given(bench), figures(bench, "G")) == (2, (5, 2, 0))
    buyer.refund(order_id)
    assert of_order(bench, buyer, order_id) == [("B", 1, False)]
    assert (given(bench), figures(bench, "G")) == (0, (5, 0, 0))
    assert is_sound(bench)


def test_a_labelled_parcel_keeps_its_gift_while_anything_of_the_order_is_left(
    bench: Bench, buyer: Invented
) -> None:
    rule(bench, skus=frozenset({"A"}))
    order_id = buyer.buy({"A": 1, "B": 1})
    assert [r.ok for r in label_parcels(bench.work, [buyer.parcel(order_id).id])] == [True]
    buyer.refund(order_id, 0)
    assert of_order(bench, buyer, order_id) == [("B", 1, False), ("G", 1, True)]
    buyer.refund(order_id, 1)
    assert buyer.parcel(order_id).state == "cancelled"
    assert (given(bench), figures(bench, "G")) == (0, (5, 0, 0))
    assert is_sound(bench)


def test_a_gift_follows_its_orders_goods(bench: Bench, buyer: Invented) -> None:
    rule(bench, skus=frozenset({"A"}))
    one, two = buyer.order({"A": 1}), buyer.order({"B": 2})
    buyer.tell(one, replace(two, buyer_id=one.buyer_id))
    mine, theirs = buyer.parcel(one.order_id).id, buyer.parcel(two.order_id).id
    merging.merge(bench.work, [theirs, mine])
    everything = [("A", 1, False), ("B", 2, False), ("G", 1, True)]
    assert contents(bench, theirs) == everything
    _, parted = splitting.split(bench.work, theirs, [{"A": 1}])
    assert contents(bench, parted) == [("A", 1, False), ("G", 1, True)]
    assert contents(bench, theirs) == [("B", 2, False)]
    merging.merge(bench.work, [theirs, parted])
    assert [r.ok for r in label_parcels(bench.work, [theirs])] == [True]
    buyer.cancel(one.order_id)
    assert contents(bench, theirs) == [("B", 2, False)]
    assert (given(bench), figures(bench, "G")) == (0, (5, 0, 0))
    assert is_sound(bench)


def test_part_of_a_merged_parcel_is_taken_back_with_its_gift(bench: Bench, buyer: Invented) -> None:
    rule(bench, skus=frozenset({"A"}))
    one, two = buyer.order({"A": 1}), buyer.order({"B": 1})
    buyer.tell(one, replace(two, buyer_id=one.buyer_id))
    box = merging.merge(bench.work, [buyer.parcel(o.order_id).id for o in (one, two)])
    assert [r.ok for r in label_parcels(bench.work, [box])] == [True]
    assert [r.ok for r in ship(bench.work, parcel_ids=[box], unpacked=True)] == [True]
    with bench.work.db.write() as tx:  # the shop has the other order's part already
        mine = tx.execute(select(outbox).where(outbox.c.parcel_id == box)).all()
        told = [r.id for r in mine if r.payload["order_id"] == two.order_id]
        tx.execute(update(outbox).where(outbox.c.id.in_(told)).values(state="done"))
    unship(bench.work, box, "the buyer called")
    (opened,) = [p for p in buyer.parcels(one.order_id) if p.id != box]
    assert contents(bench, opened.id) == [("A", 1, False), ("G", 1, True)]
    assert contents(bench, box) == [("B", 1, False)]
    assert is_sound(bench)


def test_goods_that_are_matched_later_bring_their_gift(bench: Bench, buyer: Invented) -> None:
    rule(bench, skus=frozenset({"A"}))
    order = buyer.order({"A": 1})
    unknown = replace(order.lines[0], product_id="777", sku_id="778", sku_code="nobody")
    buyer.tell(replace(order, lines=(unknown,)))
    remapping.map_listing(bench.work, SHOP, "777", "778", "A")
    assert of_order(bench, buyer, order.order_id) == [("A", 1, False), ("G", 1, True)]


def test_rules_are_changed_turned_off_and_tried(bench: Bench, buyer: Invented) -> None:
    bought = buyer.buy({"A": 2}, paid_fen=9_900)
    buyer.buy({"A": 1})
    rule(bench, least_fen=9_000, each=True)
    (row,) = gifts.trial(bench.work, 2)
    assert (row.order_id, row.rule, row.sku, row.pieces) == (bought, "spring", "G", 2)
    rule(bench, least_fen=1, quantity=3)
    assert [(r.rule.least_fen, r.rule.quantity) for r in gifts.listed(bench.work)] == [(1, 3)]
    gifts.remove(bench.work, "spring")
    assert gifts.listed(bench.work) == []
    assert [r.active for r in gifts.listed(bench.work, everything=True)] == [False]
    assert of_order(bench, buyer, buyer.buy({"A": 1})) == [("A", 1, False)]
    with pytest.raises(UserError) as caught:
        gifts.remove(bench.work, "spring")
    assert caught.value.code == "no_such_rule"
    with pytest.raises(UserError) as caught:
        rule(bench, gift="none")
    assert caught.value.code == "no_such_sku"
    with pytest.raises(UserError) as caught:
        rule(bench, quantity=0)
    assert caught.value.code == "gift_rule"


def test_papers_and_the_label_mark_the_gift(bench: Bench, buyer: Invented) -> None:
    rule(bench, quantity=2, skus=frozenset({"A"}))
    parcel_id = buyer.parcel(buyer.buy({"A": 1, "G": 1})).id
    wave = bench.wave()
    assert [r.ok for r in label_parcels(bench.work, [parcel_id])] == [True]
    rows = {r.sku: (r.quantity, r.gifts) for r in picking.pick_list(bench.work, wave).rows}
    assert rows == {"A": (1, 0), "G": (3, 2)}
    with bench.work.db.read() as tx:
        row = tx.execute(select(waybills).where(waybills.c.parcel_id == parcel_id)).one()
        label = label_content.label_of(tx, bench.work, row)
    assert isinstance(label, DrawnLabel)
    assert [line.startswith("赠 ") for line in label.own.lines] == [False, False, True]
    assert label.own.codes == ("A ×1", "G ×1", "赠 G ×2")
