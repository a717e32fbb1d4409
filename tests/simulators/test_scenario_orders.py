"""The shape of the demo's orders: what the simulated shop will say on the wire."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.simulators.people import PHONE_PREFIXES
from app.simulators.scenario import (
    OrderKind,
    Scenario,
    SeedOrder,
    build_scenario,
    later_orders,
)

NOW = datetime(2026, 3, 18, 6, 2, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[1] / "data" / "wechat"
# Described by the order model of the platform, but in none of its samples.
ONLY_IN_THE_MODEL = {
    "intra_city_order_info",
    "order_detail.price_info.national_subsidy_discounted_price",
    "order_detail.product_infos.national_subsidy_discounted_price",
    "order_detail.custom_info",
    "order_detail.delivery_info.quality_inspect_info",
    "order_detail.product_infos.dropship_info",
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return build_scenario(318, NOW)


def sample_orders() -> list[dict[str, Any]]:
    return [
        json.loads(path.read_text(encoding="utf-8"))["response"]["order"]
        for path in sorted(SAMPLES.glob("order_get_*.json"))
    ]


def key_paths(value: Any, path: str = "") -> set[str]:
    """Every key below ``value``; the items of a list share one path."""
    if isinstance(value, dict):
        below = {f"{path}.{key}".lstrip(".") for key in value}
        return below.union(*(key_paths(v, f"{path}.{k}".lstrip(".")) for k, v in value.items()))
    if isinstance(value, list):
        return set().union(*(key_paths(item, path) for item in value))
    return set()


def test_every_key_of_an_order_is_one_that_the_samples_have(scenario: Scenario) -> None:
    known = set().union(*(key_paths(order) for order in sample_orders()))
    for order in scenario.orders:
        unknown = {
            path
            for path in key_paths(order.order) - known
            if not any(path == m or path.startswith(f"{m}.") for m in ONLY_IN_THE_MODEL)
        }
        assert unknown == set(), order.kind


def test_no_order_lacks_a_key_that_every_sample_has(scenario: Scenario) -> None:
    always = set.intersection(*(key_paths(order) for order in sample_orders()))
    for order in scenario.orders:
        assert always - key_paths(order.order) == set(), order.kind


def test_values_have_the_types_of_the_samples(scenario: Scenario) -> None:
    def types(value: Any, path: str = "") -> set[tuple[str, type]]:
        if isinstance(value, dict):
            return set().union(*(types(v, f"{path}.{k}") for k, v in value.items()))
        if isinstance(value, list):
            return set().union(*(types(item, path) for item in value))
        return {(path, type(value))}

    known = set().union(*(types(order) for order in sample_orders()))
    paths = {path for path, _ in known}
    for order in scenario.orders:
        wrong = {(p, t) for p, t in types(order.order) - known if p in paths}
        assert wrong == set(), order.kind


def test_an_after_sale_has_the_keys_of_the_samples(scenario: Scenario) -> None:
    known: set[str] = set()
    for name in ("refund_before_ship", "price_diff", "refund_done"):
        text = (SAMPLES / f"aftersale_get_{name}.json").read_text(encoding="utf-8")
        known |= key_paths(json.loads(text)["response"]["after_sale_order"])
    after_sales = [a for order in scenario.orders for a in order.after_sales]
    assert len(after_sales) == 5
    for after_sale in after_sales:
        assert key_paths(after_sale) <= known


def test_an_order_names_each_of_its_after_sales(scenario: Scenario) -> None:
    for order in scenario.orders:
        named = [
            a["aftersale_order_id"] for a in order.order["aftersale_detail"]["aftersale_order_list"]
        ]
        assert named == [a["after_sale_order_id"] for a in order.after_sales]


def test_ids_are_unique_and_as_long_as_real_ones(scenario: Scenario) -> None:
    orders = [*scenario.orders, *itertools.islice(later_orders(scenario, 1), 500)]
    ids = [order.order_id for order in orders]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"37\d{17}", order_id) for order_id in ids)
    after_sales = [a["after_sale_order_id"] for order in orders for a in order.after_sales]
    assert len(set(after_sales)) == len(after_sales)
    lines = [
        x["product_unique_id"] for o in orders for x in o.order["order_detail"]["product_infos"]
    ]
    assert len(set(lines)) == len(lines)


def test_one_seed_gives_one_scenario_and_another_seed_another() -> None:
    first, again, other = (build_scenario(seed, NOW, orders=90) for seed in (7, 7, 8))
    assert first == again
    assert [o.order for o in first.orders] != [o.order for o in other.orders]
    pairs = zip(later_orders(first, 3), later_orders(again, 3), strict=False)
    assert all(a == b for a, b in itertools.islice(pairs, 50))


def test_every_kind_is_there_however_few_orders_are_wanted() -> None:
    few = build_scenario(1, NOW, orders=0)
    assert {order.kind for order in few.orders} == set(OrderKind) - {OrderKind.ORDINARY}


@pytest.mark.parametrize("orders", [60, 150, 601])
def test_the_first_shop_gets_two_thirds(orders: int) -> None:
    first, second = build_scenario(1, NOW, orders=orders).shops
    assert len(first.orders) + len(second.orders) == orders
    assert len(second.orders) == orders // 3


def test_nothing_happens_in_the_future_or_before_the_shops_window(scenario: Scenario) -> None:
    now_s, window_s = int(NOW.timestamp()), int(timedelta(days=7).total_seconds())
    for order in scenario.orders:
        for key in ("create_time", "update_time"):
            assert now_s - window_s < order.order[key] <= now_s, order.kind
        assert order.order["create_time"] <= order.order["update_time"]
        for after_sale in order.after_sales:
            assert after_sale["update_time"] <= now_s


def test_a_later_order_is_paid_when_it_is_taken(scenario: Scenario) -> None:
    at = NOW + timedelta(hours=5)
    order = next(later_orders(scenario, 2, clock=lambda: at))
    assert order.order["order_detail"]["pay_info"]["pay_time"] == int(at.timestamp())


def test_prices_add_up(scenario: Scenario) -> None:
    for order in scenario.orders:
        detail = order.order["order_detail"]
        prices, lines = detail["price_info"], detail["product_infos"]
        coupon = prices.get("cash_coupon_discounted_price", 0)
        coupon += prices.get("national_subsidy_discounted_price", 0)
        goods = sum(line["sale_price"] * line["sku_cnt"] for line in lines)
        assert prices["product_price"] == goods
        assert prices["order_price"] == goods + prices["freight"] - coupon
        assert sum(line["real_price"] for line in lines) == goods - coupon


def test_nobody_in_the_demo_could_be_called_by_mistake(scenario: Scenario) -> None:
    orders = [*scenario.orders, *itertools.islice(later_orders(scenario, 1), 200)]
    phone = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
    for order in orders:
        text = json.dumps([_without_ids(order), order.receiver], ensure_ascii=False)
        found = phone.findall(text)
        assert all(number.startswith(PHONE_PREFIXES) for number in found), order.kind
        if order.receiver:
            assert order.receiver["tel_number"].startswith(PHONE_PREFIXES)
            assert "示例" in order.receiver["detail_info"]


def test_names_and_addresses_try_the_program(scenario: Scenario) -> None:
    people = [order.receiver for order in scenario.orders if order.receiver]
    names = "".join(person["user_name"] for person in people)
    assert set("㛃𬭊龘喆赟·") <= set(names)
    details = [person["detail_info"] for person in people]
    assert max(map(len, details)) > 80
    assert any("１２８" in detail for detail in details)
    provinces = {person["province_name"] for person in people}
    assert {"西藏自治区", "新疆维吾尔自治区", "上海市"} <= provinces


def test_one_buyer_has_one_address_code_and_different_people_have_different_ones(
    scenario: Scenario,
) -> None:
    codes: dict[str, set[str]] = {}
    for order in scenario.orders:
        address = order.order["order_detail"]["delivery_info"]["address_info"]
        if address["hash_code"]:
            codes.setdefault(address["hash_code"], set()).add(order.order["openid"])
    assert all(len(buyers) == 1 for buyers in codes.values())
    twice = [o for o in scenario.orders if o.kind is OrderKind.SAME_BUYER]
    keys = {o.order["order_detail"]["delivery_info"]["address_info"]["hash_code"] for o in twice}
    assert (len(twice), len(keys)) == (4, 2)


def _without_ids(order: SeedOrder) -> dict[str, Any]:
    """The order without numbers that are longer than a phone and may hold one inside."""
    text = json.dumps(order.order, ensure_ascii=False)
    cleaned: dict[str, Any] = json.loads(re.sub(r"[0-9a-f]{15,}", "", text))
    return cleaned
