"""The configuration that the demo writes, and the goods its shops show."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bootstrap import adapters
from app.ports import PrinterConfig
from app.settings import parse_config
from app.simulators.demo_accounts import demo_accounts
from app.simulators.demo_config import config_toml
from app.simulators.demo_prices import DEMO_PRICES
from app.simulators.demo_shop import open_shops, products
from app.simulators.scenario import build_scenario

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "wechat" / "product_get_multi_sku.json"
CODES = ("sf", "zto", "yunda", "yto", "sto", "jt", "kuaidi100")
CARRIERS = {code: f"http://127.0.0.1:2/{code}" for code in CODES}
PRINTERS = (
    PrinterConfig("bench-1", "tspl", "tcp://127.0.0.1:9100", 8.0, "76x130", ("label",)),
    PrinterConfig("platform", "component", "ws://127.0.0.1:12705"),
)
NOW = datetime(2026, 3, 18, 6, 2, tzinfo=UTC)


def written() -> str:
    return config_toml(demo_accounts(), "http://127.0.0.1:1", CARRIERS, PRINTERS)


def test_the_file_says_what_the_accounts_say() -> None:
    accounts, document = demo_accounts(), tomllib.loads(written())
    assert [shop["name"] for shop in document["shop"]] == ["shanye", "qinghe"]
    assert [shop["label_route"] for shop in document["shop"]] == ["platform", "direct"]
    assert document["sender"]["name"] == "山野集"
    for carrier in document["carrier"]:
        assert carrier["base_url"].startswith(CARRIERS[carrier["carrier"]])
    follows, books = (c for c in document["carrier"] if c["carrier"] == "kuaidi100")
    assert follows["query_url"] == books["query_url"] == CARRIERS["kuaidi100"] + "/poll/query.do"
    assert follows["detect_url"] == CARRIERS["kuaidi100"] + "/autonumber/auto"
    assert "company" not in follows
    assert document["carrier"][0]["checkword"] == accounts.sf.checkword
    assert [rule["when"] for rule in document["rule"][:-1]] == [r.when for r in accounts.rules[:-1]]
    assert document["rule"][-1] == {"name": "默认", "then": {"carrier": "zto"}}


def test_config_apply_takes_the_file_without_a_word() -> None:
    config = parse_config(written().encode(), adapters(), {})
    assert config.printers is not None
    assert [p.language for p in config.printers] == ["tspl", "component"]
    assert config.carriers is not None
    secrets = [c.secrets for c in config.carriers]
    assert [sorted(s) for s in secrets] == [
        ["checkword"],
        ["account_password", "app_secret"],
        ["app_secret", "partner_secret"],
        ["secret", "token"],
        ["secret_key", "site_password"],
        ["password", "private_key"],
        ["key"],
        ["key", "partner_key", "secret"],
    ]
    companies = [c.company for c in config.carriers]
    assert companies == ["sf", "zto", "yunda", "yto", "sto", "jt", "", "jd"]


def test_a_product_has_the_keys_of_the_sample() -> None:
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))["response"]["product"]
    scenario = build_scenario(1, NOW)
    for shop in scenario.shops:
        for product in products(shop.listings, scenario.goods):
            assert product.keys() == sample.keys()
            for sku in product["skus"]:
                assert sku.keys() == sample["skus"][0].keys()


def test_an_opened_shop_has_its_orders_its_goods_and_its_pushes() -> None:
    scenario = build_scenario(1, NOW)
    for filled, opened in zip(scenario.shops, open_shops(scenario, NOW.timestamp), strict=True):
        assert set(opened.orders) == {order.order_id for order in filled.orders}
        assert set(opened.products) == {listing.product_id for listing in filled.listings}
        urged: list[dict[str, Any]] = [
            event for event in opened.events if event.get("order_info", {}).get("type") == 7
        ]
        assert len(urged) == sum(order.expectation.urged for order in filled.orders)


def test_the_prices_come_back_from_the_file_as_they_are() -> None:
    config = parse_config(written().encode(), adapters(), {})
    assert config.prices == DEMO_PRICES
