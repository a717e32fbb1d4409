"""What the demo expects of a right program, checked against the orders themselves."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime

import pytest

from app.domain.states import HoldCode
from app.simulators.demo_accounts import HEAVY_G, ISLAND_CITY, demo_accounts
from app.simulators.goods import ListingKind
from app.simulators.scenario import (
    OrderKind,
    OutOfFlow,
    Scenario,
    SeedOrder,
    build_scenario,
    later_orders,
)
from app.simulators.seed_orders import reserved_pieces

NOW = datetime(2026, 3, 18, 6, 2, tzinfo=UTC)
HELD = {
    OrderKind.PRESALE_WAIT: HoldCode.PRESALE,
    OrderKind.GIFT_PENDING: HoldCode.GIFT_PENDING,
    OrderKind.GREETING_CARD: HoldCode.SPECIAL,
    OrderKind.MADE_TO_ORDER: HoldCode.SPECIAL,
    OrderKind.INSPECTION: HoldCode.SPECIAL,
    OrderKind.DROPSHIP: HoldCode.SPECIAL,
    OrderKind.SERIALS: HoldCode.SPECIAL,
    OrderKind.ADDRESS_CHANGE: HoldCode.ADDRESS_CHANGE,
    OrderKind.SKU_CHANGE: HoldCode.SKU_CHANGE,
    OrderKind.REFUND_OPEN: HoldCode.REFUND,
    OrderKind.UNMAPPED: HoldCode.UNMAPPED,
    OrderKind.SHORT: HoldCode.SHORT,
    OrderKind.UNSHIPPABLE: HoldCode.OUT_OF_RANGE,
}
OUT = {
    OrderKind.SAME_CITY: OutOfFlow.SAME_CITY,
    OrderKind.VIRTUAL_GOODS: OutOfFlow.VIRTUAL,
    OrderKind.CANCELLED: OutOfFlow.CANCELLED,
    OrderKind.SHIPPED: OutOfFlow.SHIPPED,
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return build_scenario(318, NOW)


def only(scenario: Scenario, kind: OrderKind) -> SeedOrder:
    return next(order for order in scenario.orders if order.kind is kind)


def test_every_order_ships_or_is_held_or_is_out_of_the_flow(scenario: Scenario) -> None:
    for order in scenario.orders:
        expected = order.expectation
        if order.kind in HELD:
            assert expected.holds == {HELD[order.kind]}
        elif order.kind in OUT:
            assert expected.out_of_flow is OUT[order.kind]
        else:
            assert expected.ships, order.kind
        assert [expected.ships, bool(expected.holds), expected.out_of_flow is not None].count(
            True
        ) == 1


@pytest.mark.parametrize("orders", [0, 60, 2000])
def test_the_shelf_holds_enough_for_everything_but_the_short_order(orders: int) -> None:
    scenario = build_scenario(5, NOW, orders=orders)
    shelf = {g.sku: g.on_hand for g in scenario.goods}
    for sku, pieces in reserved_pieces(scenario.orders).items():
        assert pieces <= shelf[sku], sku
    short = dict(only(scenario, OrderKind.SHORT).expectation.contents)
    assert all(pieces > shelf[sku] for sku, pieces in short.items())
    others = [o for o in scenario.orders if o.kind is not OrderKind.SHORT]
    assert short.keys().isdisjoint(sku for o in others for sku, _ in o.expectation.contents)


def test_later_orders_never_oversell_the_shelf_without_saying_so(scenario: Scenario) -> None:
    shelf = Counter({g.sku: g.on_hand for g in scenario.goods})
    shelf.subtract(reserved_pieces(scenario.orders))
    results = Counter[bool]()
    for order in itertools.islice(later_orders(scenario, 9), 3000):
        wanted = dict(order.expectation.contents)
        enough = all(shelf[sku] >= pieces for sku, pieces in wanted.items())
        assert order.expectation.ships is enough
        if enough:
            shelf.subtract(wanted)
        results[enough] += 1
    assert min(results[True], results[False]) > 100


def test_a_refunded_piece_and_a_piece_sent_before_are_not_in_the_box(scenario: Scenario) -> None:
    refunded = dict(only(scenario, OrderKind.PARTIAL_REFUND).expectation.contents)
    assert refunded == {"GJ-220": 1, "GM-900": 1}
    shipped = dict(only(scenario, OrderKind.PARTLY_SHIPPED).expectation.contents)
    assert shipped == {"ZL-S": 1}
    supplied = dict(only(scenario, OrderKind.DROPSHIP).expectation.contents)
    assert supplied == {"CJ-LN3": 1}


def test_a_listing_of_two_means_two_pieces(scenario: Scenario) -> None:
    assert dict(only(scenario, OrderKind.DOUBLE).expectation.contents) == {"LJ-100G": 2}
    bundle = dict(only(scenario, OrderKind.BUNDLE).expectation.contents)
    assert bundle == {"LA-500": 1, "GJ-220": 1}


def test_without_bundles_a_listing_of_two_skus_is_unmapped() -> None:
    scenario = build_scenario(318, NOW, bundles=False)
    for order in scenario.orders:
        if order.kind is OrderKind.BUNDLE:
            assert order.expectation.holds == {HoldCode.UNMAPPED}
        if order.kind is OrderKind.ORDINARY:
            assert order.expectation.ships
    assert all(len(mapping.contents) == 1 for mapping in scenario.mappings)


def test_every_shipping_line_that_needs_a_mapping_has_one(scenario: Scenario) -> None:
    told = {(m.shop, m.product_id, m.sku_id) for m in scenario.mappings}
    needed = {
        (shop.name, x.product_id, x.sku_id)
        for shop in scenario.shops
        for x in shop.listings
        if x.kind is ListingKind.MAPPED
    }
    assert told == needed != set()


def test_a_price_difference_takes_no_goods_away(scenario: Scenario) -> None:
    order = only(scenario, OrderKind.PRICE_DIFFERENCE)
    assert order.after_sales[0]["sub_type"] == "REFUND_PRICE_DIFF"
    assert order.order["aftersale_detail"]["on_aftersale_order_cnt"] == 1
    assert order.expectation.ships


def test_presales_wait_for_their_day_and_no_longer(scenario: Scenario) -> None:
    now_s = int(NOW.timestamp())
    lines = {
        kind: only(scenario, kind).order["order_detail"]["product_infos"][0]
        for kind in (OrderKind.PRESALE_WAIT, OrderKind.PRESALE_DUE, OrderKind.PRESALE_DEADLINE)
    }
    waiting, due, late = (line["sku_deliver_info"] for line in lines.values())
    assert int(waiting["predict_delivery_time"]) > now_s >= int(due["predict_delivery_time"])
    assert "predict_delivery_time" not in late
    two_days_s = 2 * 86_400
    assert lines[OrderKind.PRESALE_DEADLINE]["delivery_deadline"] - two_days_s <= now_s


def test_nothing_that_ships_is_late_yet(scenario: Scenario) -> None:
    now_s = int(NOW.timestamp())
    for order in scenario.orders:
        for line in order.order["order_detail"]["product_infos"]:
            if order.expectation.ships:
                assert line["delivery_deadline"] > now_s, order.kind


@pytest.mark.parametrize("seed", range(6))
def test_every_carrier_gets_parcels_of_the_shop_with_direct_labels(seed: int) -> None:
    _, direct = build_scenario(seed, NOW).shops
    carriers = {o.expectation.carrier for o in direct.orders if o.expectation.ships}
    assert carriers == {"sf", "zto", "yunda"}


@pytest.mark.parametrize("seed", range(4))
def test_no_box_is_near_the_weight_at_which_a_rule_turns(seed: int) -> None:
    for order in build_scenario(seed, NOW, orders=300).orders:
        weight_g = order.expectation.weight_g
        assert weight_g < HEAVY_G - 700 or weight_g > HEAVY_G + 3000, order.kind


def test_the_rules_decide_in_their_order() -> None:
    accounts = demo_accounts()
    assert accounts.carrier_for("shanye", "西藏自治区", 100) == "sf"
    assert accounts.carrier_for("shanye", "浙江省", HEAVY_G - 1) == "zto"
    assert accounts.carrier_for("shanye", "浙江省", HEAVY_G) == "sf"
    assert accounts.carrier_for("qinghe", "浙江省", 100) == "yunda"
    assert accounts.carrier_for("qinghe", "广东省", 100) == "sf"
    assert accounts.carrier_for("qinghe", "山东省", 100) == "zto"


def test_platform_parcels_go_only_to_companies_with_a_bound_account(scenario: Scenario) -> None:
    bound = {a.delivery_id.lower() for a in scenario.accounts.labels if a.status == 3}
    platform, _ = scenario.shops
    assert {o.expectation.carrier for o in platform.orders if o.expectation.ships} <= bound


def test_only_unshippable_orders_go_to_the_island(scenario: Scenario) -> None:
    there = [o.kind for o in scenario.orders if o.receiver.get("city_name") == ISLAND_CITY]
    assert there == [OrderKind.UNSHIPPABLE] * 2


def test_pushes_tell_of_what_the_order_cannot_say(scenario: Scenario) -> None:
    urged = only(scenario, OrderKind.URGED)
    assert [e["order_info"]["type"] for e in urged.events] == [7]
    assert urged.expectation.urged
    for order in scenario.orders:
        for event in order.events:
            assert str(event["order_info"]["order_id"]) == order.order_id
