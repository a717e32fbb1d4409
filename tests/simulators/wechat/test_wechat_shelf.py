"""Goods going on and off sale, reviews, flash sales, and how lists of goods end."""

from __future__ import annotations

from typing import Any

import pytest

from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import Client

BASE = "/channels/ec/product"
TEE, WHITE, BLACK = "10000154828200", "3616331701", "3616331702"
IDS = {"product_id": TEE, "sku_id": WHITE}


def status(client: Client) -> int:
    answer = client.call(f"{BASE}/get", {"product_id": TEE, "data_type": 3})
    return int(answer["product"]["status"])


def test_a_product_is_taken_off_and_put_on_again_after_its_review(
    client: Client, shop: WechatShop
) -> None:
    assert client.code(f"{BASE}/delisting", {"product_id": TEE}) == 0
    assert status(client) == 11
    assert client.code(f"{BASE}/delisting", {"product_id": TEE}) == 10020065
    assert client.code(f"{BASE}/listing", {"product_id": TEE}) == 0
    assert status(client) == 11
    assert client.code(f"{BASE}/listing", {"product_id": TEE}) == 10020049
    assert client.code(f"{BASE}/delisting", {"product_id": TEE}) == 10020049
    shop.finish_review(TEE, passed=False)
    assert status(client) == 11
    client.call(f"{BASE}/listing", {"product_id": TEE})
    shop.finish_review(TEE, passed=True)
    assert shop.status_of(TEE) == 5
    told = [e["Event"] for e in shop.events if e["Event"].startswith("product_")]
    assert told == ["product_spu_listing", *["product_spu_audit"] * 2, "product_spu_listing"]


def test_a_shop_without_reviews_lists_at_once(client: Client, shop: WechatShop) -> None:
    shop.quirks.listing_is_reviewed = False
    client.call(f"{BASE}/delisting", {"product_id": TEE})
    client.call(f"{BASE}/listing", {"product_id": TEE})
    assert status(client) == 5
    assert client.code(f"{BASE}/listing", {"product_id": TEE}) == 0


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"status": 13}, "listing", 10020008),
        ({"status": 20}, "listing", 10020008),
        ({"status": 11, "edit_status": 7}, "listing", 10020067),
        ({"edit_status": 2}, "delisting", 10020049),
    ],
)
def test_the_platform_keeps_a_product_as_it_is(
    client: Client, shop: WechatShop, changes: dict[str, Any], path: str, code: int
) -> None:
    shop.products[TEE].update(changes)
    before = shop.status_of(TEE)
    assert client.code(f"{BASE}/{path}", {"product_id": TEE}) == code
    assert client.code(f"{BASE}/{path}", {"product_id": "1"}) == 10020052
    assert shop.status_of(TEE) == before


def test_reviews_of_a_day_can_be_used_up(client: Client, shop: WechatShop) -> None:
    shop.reviews_left = 0
    client.call(f"{BASE}/delisting", {"product_id": TEE})
    assert client.code(f"{BASE}/listing", {"product_id": TEE}) == 10020066


def test_a_flash_sale_locks_the_stock_of_its_variant(client: Client, shop: WechatShop) -> None:
    shop.start_flash_sale(TEE, WHITE)
    change = {"diff_type": 1, "num": 1}
    assert client.code(f"{BASE}/stock/update", IDS | change) == 10020014
    assert client.code(f"{BASE}/stock/update", IDS | change | {"sku_id": BLACK}) == 0
    shop.end_flash_sale(TEE, WHITE)
    assert client.code(f"{BASE}/stock/update", IDS | change) == 0
    assert (shop.stock_of(TEE, WHITE), shop.stock_of(TEE, BLACK)) == (43, 1)


def test_stock_under_review_cannot_be_changed(client: Client, shop: WechatShop) -> None:
    shop.products[TEE]["edit_status"] = 2
    assert client.code(f"{BASE}/stock/update", IDS | {"diff_type": 1, "num": 1}) == 10020049
    assert shop.stock_of(TEE, WHITE) == 42


def test_stock_is_told_for_one_to_thirty_products(client: Client) -> None:
    path = f"{BASE}/stock/batchget"
    assert client.code(path, {"product_id": []}) == 40097
    assert client.code(path, {"product_id": [TEE] * 31}) == 40097
    assert client.code(path, {"product_id": [TEE] * 30}) == 0


def test_the_last_piece_sold_is_told_once(shop: WechatShop) -> None:
    shop.events.clear()
    for units in (41, 1, 1):
        shop.buy(TEE, WHITE, units)
    [event] = shop.events
    assert event["Event"] == "channels_ec_stock_no_enough"
    assert event["channels_ec_stock_no_enough"] == {
        **IDS,
        "remaining_stock_amount": 0,
        "remaining_code_amount": 0,
    }


def test_a_list_of_goods_may_repeat_its_key_and_hide_its_total(
    client: Client, shop: WechatShop
) -> None:
    product = shop.products[TEE]
    for number in range(3):
        shop.add_product(product | {"product_id": f"2000{number}"})
    shop.quirks.goods_key_stays, shop.quirks.goods_total = True, False
    first = client.call(f"{BASE}/list/get", {"page_size": 3})
    second = client.call(f"{BASE}/list/get", {"page_size": 3, "next_key": first["next_key"]})
    assert second["product_ids"] == ["20002"]
    assert second["next_key"] == first["next_key"]
    assert (first["total_num"], second["total_num"]) == (0, 0)


def test_a_product_never_on_sale_has_a_draft_only(client: Client, shop: WechatShop) -> None:
    shop.products[TEE]["status"] = 0
    assert "product" not in client.call(f"{BASE}/get", {"product_id": TEE, "data_type": 1})
    draft = client.call(f"{BASE}/get", {"product_id": TEE, "data_type": 2})["edit_product"]
    assert draft["title"] == product_title(shop)


def product_title(shop: WechatShop) -> str:
    return str(shop.products[TEE]["title"])


def test_what_is_dropped_is_not_sold_any_more(client: Client, shop: WechatShop) -> None:
    shop.drop_sku(TEE, WHITE)
    skus = client.call(f"{BASE}/get", {"product_id": TEE})["product"]["skus"]
    assert WHITE not in [sku["sku_id"] for sku in skus]
    shop.drop_product(TEE)
    assert client.code(f"{BASE}/get", {"product_id": TEE}) == 10020052
