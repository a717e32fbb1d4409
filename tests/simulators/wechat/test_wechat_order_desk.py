"""What may be changed in an order before it ships, as the simulated platform allows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import RECEIVER, Client, Clock

ADDRESS = "/channels/ec/order/address/update"
NUMBER = "/channels/ec/order/virtualtelnumber/get"
EXTEND = "/channels/ec/order/virtualnumber/delay"
RENEW = "/channels/ec/order/virtualnumber/applyagain"
SEND = "/channels/ec/order/delivery/send"
NOTE = "/channels/ec/order/merchantnotes/update"
ACCEPT = "/channels/ec/order/addressmodify/accept"
SINGLE, MULTI, VIRTUAL = (f"37320000000000001{n:02d}" for n in (1, 2, 8))
PLACE = {
    "user_name": "陈先生",
    "province_name": "广东省",
    "city_name": "广州市",
    "county_name": "海珠区",
    "detail_info": "示例路1号",
    "tel_number": "13900000000",
}
DAY_S = 86400


def address_of(shop: WechatShop, order_id: str = SINGLE) -> dict[str, Any]:
    found: dict[str, Any] = shop.order_data(order_id)["order_detail"]["delivery_info"][
        "address_info"
    ]
    return found


def kinds(shop: WechatShop) -> list[int]:
    """The types of the updates announced."""
    name = "channels_ec_order_ext_info_update"
    return [e["order_info"]["type"] for e in shop.events if e["Event"] == name]


def test_a_proposed_address_is_in_force_when_the_buyer_agrees(
    client: Client, shop: WechatShop
) -> None:
    assert client.code(ADDRESS, {"order_id": SINGLE, "user_address": PLACE}) == 0
    assert address_of(shop)["county_name"] == "罗源县"
    shop.answer_proposal(SINGLE, 16)
    assert address_of(shop)["county_name"] == "海珠区"
    assert address_of(shop)["detail_info"] == "****"
    assert kinds(shop) == [16]


def test_a_proposal_that_is_refused_changes_nothing(client: Client, shop: WechatShop) -> None:
    client.call(ADDRESS, {"order_id": SINGLE, "user_address": PLACE})
    shop.answer_proposal(SINGLE, 17)
    assert address_of(shop)["county_name"] == "罗源县"


def test_older_shops_take_a_proposal_at_once(client: Client, shop: WechatShop) -> None:
    shop.quirks.address_update_negotiates = False
    client.call(ADDRESS, {"order_id": int(SINGLE), "user_address": PLACE})
    assert address_of(shop)["county_name"] == "海珠区"


def test_what_is_no_proposal_is_refused(client: Client, shop: WechatShop) -> None:
    body = {"order_id": SINGLE, "user_address": PLACE}
    incomplete = {"order_id": SINGLE, "user_address": {**PLACE, "tel_number": ""}}
    assert client.code(ADDRESS, incomplete) == 606002
    assert [client.code(ADDRESS, body) for _ in range(6)] == [0] * 5 + [606001]
    shop.ship_elsewhere(SINGLE, "ZTO", "78900000000001")
    assert client.code(ADDRESS, body) == 606000


@pytest.fixture
def ends_s(shop: WechatShop, clock: Clock) -> int:
    """When the virtual number of an order ends: in thirty days."""
    end_s = int(clock.now_s) + 30 * DAY_S
    shop.give_virtual_number(SINGLE, "13212345774", "1234", end_s)
    return end_s


def test_a_number_is_extended_in_its_last_week_and_not_for_ever(
    client: Client, shop: WechatShop, clock: Clock, ends_s: int
) -> None:
    def extend(times: int) -> dict[str, Any]:
        client.log_in()
        return client.call(EXTEND, {"order_id": SINGLE, "has_delay_times": times})

    assert extend(0)["errcode"] == 40097
    clock.now_s = ends_s - 6 * DAY_S
    answer = extend(0)
    assert (answer["expiration"], answer["available_extend_num"]) == (ends_s + 30 * DAY_S, 2)
    assert extend(0)["errcode"] == 40097  # told twice
    info = address_of(shop)["tel_number_ext_info"]
    assert (info["has_delay_times"], info["virtual_tel_expire_time"]) == (1, ends_s + 30 * DAY_S)
    for times in (1, 2):
        clock.tick(30 * DAY_S)
        assert extend(times)["errcode"] == 0
    clock.tick(30 * DAY_S)
    assert extend(3)["errcode"] == 40097


def test_a_new_number_comes_once_after_the_first(
    client: Client, shop: WechatShop, clock: Clock, ends_s: int
) -> None:
    assert client.code(RENEW, {"order_id": SINGLE}) == 40097
    clock.now_s = ends_s
    client.log_in()
    answer = client.call(RENEW, {"order_id": SINGLE})
    assert (answer["virtual_number"], answer["extension"]) == ("13212345775", "1235")
    shown = client.call(NUMBER, {"order_id": SINGLE})
    assert shown["virtual_tel_number"] == "13212345775-1235"
    assert shown["virtual_tel_expire_time"] == ends_s + 30 * DAY_S
    assert client.code(RENEW, {"order_id": SINGLE}) == 40097


@pytest.mark.parametrize("path", [EXTEND, RENEW])
def test_an_order_without_virtual_number_is_6060453(client: Client, path: str) -> None:
    body: dict[str, Any] = {"order_id": SINGLE}
    if path == EXTEND:
        body["has_delay_times"] = 0
    assert client.code(path, body) == 6060453


def test_a_virtual_number_changes_neither_address_nor_hash(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    before = address_of(shop)
    shop.give_virtual_number(SINGLE, "13212345774", "1234", int(clock.now_s) + DAY_S)
    after = address_of(shop)
    assert after["hash_code"] == before["hash_code"]
    assert (before["use_tel_number"], after["use_tel_number"]) == (0, 1)
    assert kinds(shop) == [5]


def test_changes_are_announced(client: Client, shop: WechatShop) -> None:
    client.call(NOTE, {"order_id": SINGLE, "merchant_notes": "x"})
    shop.request_address_change(SINGLE, replace(RECEIVER, county_name="仓山区"))
    client.call(ACCEPT, {"order_id": SINGLE})
    assert kinds(shop) == [3, 4, 2]


def sent(shop: WechatShop, order_id: str, **more: Any) -> dict[str, Any]:
    lines = shop.order_data(order_id)["order_detail"]["product_infos"]
    goods = [
        {"product_id": x["product_id"], "sku_id": x["sku_id"], "product_cnt": x["sku_cnt"]}
        for x in lines
    ]
    parcel = {
        "delivery_id": "ZTO",
        "waybill_id": "78900000000001",
        "deliver_type": 1,
        "product_infos": goods,
        **more,
    }
    return {"order_id": order_id, "delivery_list": [parcel]}


@pytest.mark.parametrize(
    ("serials", "code"),
    [
        (None, 40097),
        ({"sn_code": "", "imei1": "", "imei2": ""}, 40097),
        ({"sn_code": "SN-20467", "imei1": "123"}, 40097),
        ({"sn_code": "SN-20467", "imei1": "490154203237518", "imei2": ""}, 0),
    ],
)
def test_subsidised_goods_are_sent_with_their_serial_number(
    client: Client, shop: WechatShop, serials: dict[str, str] | None, code: int
) -> None:
    shop.orders[SINGLE].lines[0]["national_subsidy_discounted_price"] = 500
    more = {} if serials is None else {"sn_info": serials}
    assert client.code(SEND, sent(shop, SINGLE, **more)) == code
    found = [s.serials for s in shop.shipments(SINGLE)]
    assert found == ([("SN-20467", "490154203237518", "")] if code == 0 else [])


def test_other_goods_need_no_serial_number(client: Client, shop: WechatShop) -> None:
    assert client.code(SEND, sent(shop, SINGLE)) == 0
