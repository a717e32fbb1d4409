"""Goods, stock and the shop's own facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from app.simulators.wechat.gateway import WechatServer
from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import APP_ID, RECEIVER, SECRET, Client, sample, sample_order

LIST, GET = "/channels/ec/product/list/get", "/channels/ec/product/get"
STOCK = "/channels/ec/product/stock"
TEE, WHITE = "10000154828200", "3616331701"
IDS = {"product_id": TEE, "sku_id": WHITE}


def has(client: Client) -> int:
    return int(client.call(f"{STOCK}/get", IDS)["data"]["normal_stock_num"])


def test_products_come_in_pages_without_has_more(client: Client, shop: WechatShop) -> None:
    product = sample("product_get_multi_sku")["response"]["product"]
    for number in range(3):
        shop.add_product(product | {"product_id": f"2000{number}", "status": 11})
    seen: list[str] = []
    body: dict[str, Any] = {"page_size": 3, "next_key": ""}
    while True:
        answer = client.call(LIST, body)
        assert "has_more" not in answer
        assert answer["total_num"] == 4
        seen += answer["product_ids"]
        if not answer["next_key"]:
            break
        body["next_key"] = answer["next_key"]
    assert seen == [TEE, "20000", "20001", "20002"]
    assert client.call(LIST, {"page_size": 30, "status": 5})["product_ids"] == [TEE]


@pytest.mark.parametrize("body", [{}, {"page_size": 31}, {"page_size": 0}])
def test_a_page_of_products_has_one_to_thirty(client: Client, body: dict[str, Any]) -> None:
    assert client.code(LIST, body) == 40097


def test_a_product_is_read_by_its_text_id(client: Client) -> None:
    product = client.call(GET, {"product_id": TEE, "data_type": 1})["product"]
    assert [sku["sku_code"] for sku in product["skus"]] == ["TEE-WHT-M", "TEE-BLK-L", "TEE-BLK-XL"]
    assert "product" not in client.call(GET, {"product_id": TEE, "data_type": 2})
    assert client.code(GET, {"product_id": int(TEE)}) == 47001
    assert client.code(GET, {"product_id": "1"}) == 10020052
    assert client.code(GET, {"product_id": TEE, "data_type": 4}) == 40097


def test_stock_is_added_taken_and_set(client: Client) -> None:
    assert has(client) == 42
    for change, num, after in ((1, 10, 52), (2, 2, 50), (3, 7, 7), (3, 0, 0)):
        assert client.code(f"{STOCK}/update", IDS | {"diff_type": change, "num": num}) == 0
        assert has(client) == after


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"diff_type": 2, "num": 43}, 10020054),
        ({"diff_type": 1, "num": 0}, 10020054),
        ({"diff_type": 2, "num": 0}, 10020054),
        ({"diff_type": 1, "num": 1, "sku_id": "1"}, 10020054),
        ({"diff_type": 4, "num": 1}, 40097),
        ({"diff_type": "1", "num": 1}, 47001),
        ({"diff_type": 1, "num": -1}, 47001),
        ({"diff_type": 1, "num": 1, "product_id": int(TEE)}, 47001),
        ({"diff_type": 1}, 10020051),
    ],
)
def test_a_wrong_change_of_stock_changes_nothing(
    client: Client, changes: dict[str, Any], code: int
) -> None:
    assert client.code(f"{STOCK}/update", IDS | changes) == code
    assert has(client) == 42


def test_many_stocks_are_read_at_once(client: Client) -> None:
    answer = client.call(f"{STOCK}/batchget", {"product_id": [TEE]})
    [product] = answer["data"]["spu_stock_list"]
    assert [sku["normal_stock_num"] for sku in product["sku_stock"]] == [42, 0, 15]
    assert client.code(f"{STOCK}/batchget", {"product_id": TEE}) == 47001
    assert client.code(f"{STOCK}/batchget", {"product_id": ["1"]}) == 10020052


def test_an_order_takes_stock_and_its_end_gives_it_back(client: Client, shop: WechatShop) -> None:
    order = sample_order("multi_sku") | {"order_id": "3732000000000000501"}
    shop.add_order(order, RECEIVER)
    assert has(client) == 40
    shop.finish_refund(shop.open_aftersale("3732000000000000501", TEE, WHITE, 1))
    assert has(client) == 41
    shop.cancel("3732000000000000501")
    assert has(client) == 42
    shop.quirks.orders_take_stock = False
    shop.add_order(order, RECEIVER)
    assert has(client) == 42


def test_the_shop_tells_who_it_is(client: Client) -> None:
    info = client.call("/channels/ec/basics/info/get", {}, method="GET")["info"]
    assert (info["nickname"], info["status"]) == ("示例小店", "open_finished")


def test_the_return_address_is_found(client: Client, shop: WechatShop) -> None:
    ids = client.call("/channels/ec/merchant/address/list", {"offset": 0, "limit": 10})
    assert ids["address_id_list"] == ["123"]
    path = "/channels/ec/merchant/address/get"
    detail = client.call(path, {"address_id": "123"})["address_detail"]
    assert (detail["address_id"], detail["default_recv"]) == (123, True)
    assert client.code(path, {"address_id": 123}) == 47001
    assert client.code(path, {"address_id": "9"}) == 40097
    shop.drop_return_address()
    detail = client.call(path, {"address_id": "123"})["address_detail"]
    assert detail["default_recv"] is False


def test_pictures_are_served_beside_the_api(tmp_path: Path) -> None:
    (tmp_path / "tee.png").write_bytes(b"picture")
    shop = WechatShop(APP_ID, SECRET)
    order = sample_order("single")
    order["order_detail"]["product_infos"][0]["thumb_img"] = "/pictures/tee.png"
    shop.add_order(order, RECEIVER)
    with WechatServer([shop], pictures=tmp_path) as server:
        client = Client(server)
        client.log_in()
        told = client.call("/channels/ec/order/get", {"order_id": order["order_id"]})["order"]
        address = told["order_detail"]["product_infos"][0]["thumb_img"]
        picture = httpx.get(address)
        assert (picture.content, picture.headers["content-type"]) == (b"picture", "image/png")
        assert httpx.get(server.base_url + "/pictures/..%2Ftee.png").status_code == 404
        client.close()


def test_a_cancelled_order_is_told_and_gone(client: Client, shop: WechatShop) -> None:
    shop.cancel("3732000000000000101")
    assert shop.order_data("3732000000000000101")["status"] == 250
    assert shop.events[-1]["Event"] == "channels_ec_order_cancel"
    assert "3732000000000000101" not in shop.ids_with_status(20)


def test_a_received_order_is_done(shop: WechatShop) -> None:
    with pytest.raises(ValueError, match="status 20"):
        shop.confirm_receipt("3732000000000000101")
    shop.ship_elsewhere("3732000000000000101", "ZTO", "78900000000001")
    shop.confirm_receipt("3732000000000000101")
    assert shop.order_data("3732000000000000101")["status"] == 100
