"""Orders: time windows, pages, search, masks, decoding and changes before shipping."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import NOW_S, RECEIVER, Client, Clock, sample_order

LIST = "/channels/ec/order/list/get"
SEARCH = "/channels/ec/order/search"
GET = "/channels/ec/order/get"
DECODE = "/channels/ec/order/sensitiveinfo/decode"
ACCEPT = "/channels/ec/order/addressmodify/accept"
REJECT = "/channels/ec/order/addressmodify/reject"
SKU_WAITING = "/channels/ec/order/preshipmentchangesku/get"
SKU_APPROVE = "/channels/ec/order/preshipmentchangesku/approve"
SKU_REJECT = "/channels/ec/order/preshipmentchangesku/reject"
SINGLE, MULTI, SPLIT, VIRTUAL = (f"37320000000000001{n:02d}" for n in (1, 2, 7, 8))
DAY = {"start_time": 1767225000, "end_time": 1767225000 + 86400}
TEE, WHITE, BLACK = "10000154828200", "3616331701", "3616331702"


def ids(client: Client, **body: Any) -> list[str]:
    answer = client.call(LIST, {"update_time_range": DAY, "page_size": 100} | body)
    assert answer["errcode"] == 0
    found: list[str] = answer["order_id_list"]
    return found


def test_the_list_gives_ids_only_and_filters(client: Client) -> None:
    assert set(ids(client)) == {SINGLE, MULTI, SPLIT, VIRTUAL}
    assert set(ids(client, status=20)) == {SINGLE, MULTI, SPLIT, VIRTUAL}
    assert ids(client, status=21) == [SPLIT]
    assert ids(client, status=100) == []
    late = {"start_time": 1767249999, "end_time": 1767250001}
    assert ids(client, update_time_range=late) == [SPLIT]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"update_time_range": DAY, "create_time_range": DAY},
        {"update_time_range": {"start_time": 1767225000, "end_time": 1767225000 + 7 * 86400 + 1}},
        {"update_time_range": {"start_time": 1767225001, "end_time": 1767225000}},
        {"update_time_range": {"start_time": 1767225000000, "end_time": 1767225000001}},
        {"update_time_range": {"start_time": 1767225000}},
        {"update_time_range": DAY, "page_size": 101},
        {"update_time_range": DAY, "page_size": 0},
    ],
)
def test_a_wrong_window_or_page_is_40097(client: Client, body: dict[str, Any]) -> None:
    assert client.code(LIST, body) == 40097


@pytest.mark.parametrize(
    "body",
    [
        {"update_time_range": DAY, "status": "20"},
        {"update_time_range": DAY, "page_size": "100"},
        {"update_time_range": [1767225000, 1767228600]},
        {"update_time_range": {"start_time": 1767225000.5, "end_time": 1767228600}},
        {"update_time_range": DAY, "next_key": 2},
    ],
)
def test_a_wrong_type_is_47001(client: Client, body: dict[str, Any]) -> None:
    assert client.code(LIST, body) == 47001


def test_exactly_seven_days_are_allowed(client: Client) -> None:
    week = {"start_time": 1767225000, "end_time": 1767225000 + 7 * 86400}
    assert client.code(LIST, {"update_time_range": week}) == 0


def test_pages_hang_together_only_with_the_same_arguments(client: Client) -> None:
    body: dict[str, Any] = {"update_time_range": DAY, "page_size": 3}
    first = client.call(LIST, body)
    assert (len(first["order_id_list"]), first["has_more"]) == (3, True)
    second = client.call(LIST, body | {"next_key": first["next_key"]})
    assert len(second["order_id_list"]) == 1
    assert (second["has_more"], second["next_key"]) == (False, "")
    assert len(set(first["order_id_list"]) | set(second["order_id_list"])) == 4
    moved = {"start_time": DAY["start_time"], "end_time": DAY["end_time"] + 1}
    for changes in ({"update_time_range": moved}, {"status": 20}, {"page_size": 2}):
        assert client.code(LIST, body | changes | {"next_key": first["next_key"]}) == 606006
    assert client.code(LIST, body | {"next_key": "invented"}) == 606006


def test_a_full_last_page_promises_an_empty_one(client: Client, shop: WechatShop) -> None:
    body: dict[str, Any] = {"update_time_range": DAY, "page_size": 4}
    first = client.call(LIST, body)
    assert first["has_more"]
    empty = client.call(LIST, body | {"next_key": first["next_key"]})
    assert (empty["order_id_list"], empty["has_more"]) == ([], False)
    shop.quirks.full_page_has_more = False
    assert not client.call(LIST, body)["has_more"]


def test_a_change_between_two_pages_skips_an_order(client: Client, shop: WechatShop) -> None:
    body: dict[str, Any] = {
        "update_time_range": {"start_time": 1767225000, "end_time": int(NOW_S) - 1},
        "page_size": 2,
    }
    first = client.call(LIST, body)
    shop.urge(first["order_id_list"][0])
    second = client.call(LIST, body | {"next_key": first["next_key"]})
    seen = set(first["order_id_list"]) | set(second["order_id_list"])
    assert len(seen) == 3


def test_too_many_orders_in_a_range_are_31042(client: Client, shop: WechatShop) -> None:
    shop.quirks.max_orders_in_range = 3
    assert client.code(LIST, {"update_time_range": DAY}) == 31042


def test_a_lagging_index_shows_an_order_later(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    shop.quirks.index_lag_s = 10
    shop.urge(SINGLE)
    now = {"start_time": int(NOW_S), "end_time": int(NOW_S) + 60}
    assert ids(client, update_time_range=now) == []
    assert SINGLE in ids(client)
    clock.tick(10)
    assert ids(client, update_time_range=now) == [SINGLE]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"tel_number_last4": "2807"}, {SINGLE, MULTI, SPLIT, VIRTUAL}),
        ({"user_name": "林晓", "sku_code": "TEE-BLK-L"}, {MULTI}),
        ({"title": "帆布"}, {MULTI, SPLIT, VIRTUAL}),
        ({"order_id": SPLIT}, {SPLIT}),
        ({"customer_notes": "分开包"}, {MULTI}),
        ({"address_under_review": True}, set()),
        ({"tel_number": "13900000000"}, set()),
    ],
)
def test_search(client: Client, condition: dict[str, Any], found: set[str]) -> None:
    answer = client.call(SEARCH, {"search_condition": condition, "page_size": 100})
    assert set(answer["orders"]) == found


def test_search_needs_a_condition_and_a_page_size(client: Client) -> None:
    assert client.code(SEARCH, {"search_condition": {}, "page_size": 10}) == 40097
    assert client.code(SEARCH, {"page_size": 10}) == 40097
    assert client.code(SEARCH, {"search_condition": {"order_id": SINGLE}}) == 40097


def test_search_finds_open_aftersales(client: Client, shop: WechatShop) -> None:
    shop.open_aftersale(MULTI, TEE, WHITE, 1)
    body = {"search_condition": {"tel_number_last4": "2807"}, "page_size": 100}
    assert client.call(SEARCH, body | {"on_aftersale_order_exist": 1})["orders"] == [MULTI]
    without = client.call(SEARCH, body | {"on_aftersale_order_exist": 0})["orders"]
    assert MULTI not in without


def test_the_receiver_is_masked(client: Client) -> None:
    order = client.call(GET, {"order_id": SINGLE, "encode_sensitive_info": False})["order"]
    address = order["order_detail"]["delivery_info"]["address_info"]
    shown = {n: address[n] for n in ("user_name", "tel_number", "detail_info", "county_name")}
    assert shown == {
        "user_name": "林**",
        "tel_number": "183****2807",
        "detail_info": "****",
        "county_name": "罗源县",
    }
    assert "示例路1号" not in str(order)


def test_hash_code_tells_addresses_apart(client: Client, shop: WechatShop) -> None:
    def hash_code(order_id: str) -> str:
        order = client.call(GET, {"order_id": order_id})["order"]
        return str(order["order_detail"]["delivery_info"]["address_info"]["hash_code"])

    assert hash_code(SINGLE) == hash_code(MULTI)
    shop.change_address(MULTI, replace(RECEIVER, detail_info="示例路2号"))
    assert hash_code(SINGLE) != hash_code(MULTI)


def test_numbers_may_come_as_numbers(client: Client, shop: WechatShop) -> None:
    shop.quirks.numeric_ids = shop.quirks.free_gift_as_number = True
    order = client.call(GET, {"order_id": MULTI})["order"]
    assert order["order_id"] == int(MULTI)
    lines = order["order_detail"]["product_infos"]
    assert [line.get("is_free_gift") for line in lines[2:]] == [0, 1]
    assert lines[0]["sku_id"] == int(WHITE)


def test_decoding_right_after_get_is_100003_once(client: Client) -> None:
    client.call(GET, {"order_id": SINGLE})
    assert client.code(DECODE, {"order_id": SINGLE}) == 100003
    decoded = client.call(DECODE, {"order_id": SINGLE})["address_info"]
    assert (decoded["user_name"], decoded["tel_number"]) == ("林晓", "18300002807")
    order = client.call(GET, {"order_id": SINGLE})["order"]
    address = order["order_detail"]["delivery_info"]["address_info"]
    assert address["user_name"] == "林**"


def test_decoding_is_rationed_and_repeats_count(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    shop.quirks.decodes_per_day = 2
    codes = [client.code(DECODE, {"order_id": SINGLE}) for _ in range(3)]
    assert codes == [0, 0, 45009]
    clock.tick(86400)
    client.log_in()
    assert client.code(DECODE, {"order_id": SINGLE}) == 0
    assert client.code(DECODE, {"order_id": int(SINGLE)}) == 47001


def test_a_virtual_number_keeps_the_phone_masked(client: Client) -> None:
    decoded = client.call(DECODE, {"order_id": VIRTUAL})
    assert decoded["address_info"]["tel_number"] == "183****2807"
    assert decoded["virtual_number_info"]["extension"] == "1234"
    path = "/channels/ec/order/virtualtelnumber/get"
    assert client.call(path, {"order_id": VIRTUAL})["virtual_tel_number"] == "13212345774-1234"
    assert client.code(path, {"order_id": SINGLE}) == 6060453


def test_notes_are_overwritten_and_have_a_limit(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    path = "/channels/ec/order/merchantnotes/update"
    clock.tick(5)
    assert client.code(path, {"order_id": MULTI, "merchant_notes": "缺货,周五发"}) == 0
    assert client.code(path, {"order_id": MULTI, "merchant_notes": "字" * 101}) == 40097
    order = shop.order_data(MULTI)
    assert order["order_detail"]["ext_info"]["merchant_notes"] == "缺货,周五发"
    assert order["update_time"] == int(NOW_S) + 5


def test_an_address_request_waits_for_the_answer(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    other = replace(RECEIVER, county_name="仓山区", detail_info="示例路9号")
    shop.request_address_change(SINGLE, other)
    body = {"search_condition": {"address_under_review": True}, "page_size": 10}
    assert client.call(SEARCH, body)["orders"] == [SINGLE]
    before = shop.order_data(SINGLE)["order_detail"]["delivery_info"]
    assert before["address_info"]["county_name"] == "罗源县"
    assert before["address_under_review"]["detail_info"] == "****"
    clock.tick(1)
    assert client.code(ACCEPT, {"order_id": SINGLE}) == 0
    after = shop.order_data(SINGLE)
    info = after["order_detail"]["delivery_info"]
    assert "address_under_review" not in info
    assert info["address_info"]["county_name"] == "仓山区"
    assert after["update_time"] == int(NOW_S) + 1
    assert client.call(DECODE, {"order_id": SINGLE})["address_info"]["detail_info"] == "示例路9号"
    assert client.code(ACCEPT, {"order_id": SINGLE}) == 40097


def test_a_rejected_address_request_changes_nothing(client: Client, shop: WechatShop) -> None:
    before = shop.order_data(SINGLE)["order_detail"]["delivery_info"]["address_info"]
    shop.request_address_change(SINGLE, replace(RECEIVER, county_name="仓山区"))
    assert client.code(REJECT, {"order_id": SINGLE}) == 0
    info = shop.order_data(SINGLE)["order_detail"]["delivery_info"]
    assert info["address_info"] == before
    assert client.code(REJECT, {"order_id": SINGLE}) == 40097


def test_an_address_cannot_change_after_shipping(client: Client, shop: WechatShop) -> None:
    shop.request_address_change(SINGLE, replace(RECEIVER, county_name="仓山区"))
    shop.ship_elsewhere(SINGLE, "ZTO", "78900000000001")
    assert client.code(ACCEPT, {"order_id": SINGLE}) == 606000


def test_an_address_changed_meanwhile_leaves_the_request_as_it_was_asked(
    client: Client, shop: WechatShop
) -> None:
    shop.request_address_change(SINGLE, replace(RECEIVER, detail_info="示例路9号"))
    shop.change_address(SINGLE, replace(RECEIVER, detail_info="示例路10号"))
    assert client.code(ACCEPT, {"order_id": SINGLE}) == 0
    assert client.code(DECODE, {"order_id": SINGLE}) in {0, 100003}
    assert client.call(DECODE, {"order_id": SINGLE})["address_info"]["detail_info"] == "示例路9号"


def test_a_sku_cannot_change_after_shipping(client: Client, shop: WechatShop) -> None:
    shop.request_sku_change(MULTI, TEE, WHITE, BLACK)
    shop.ship_elsewhere(MULTI, "ZTO", "78900000000001")
    assert client.code(SKU_APPROVE, {"order_id": MULTI}) == 606000


def test_a_line_that_was_sent_keeps_its_sku(client: Client, shop: WechatShop) -> None:
    shop.request_sku_change(MULTI, TEE, WHITE, BLACK)
    pieces = shop.order_data(MULTI)["order_detail"]["product_infos"][0]["sku_cnt"]
    shop.ship_elsewhere(MULTI, "ZTO", "78900000000001", [(TEE, WHITE, pieces)])
    assert shop.order_data(MULTI)["status"] == 21
    assert client.code(SKU_APPROVE, {"order_id": MULTI}) == 40097


def test_a_sku_change_is_answered_before_its_deadline(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    shop.request_sku_change(MULTI, TEE, WHITE, "3616331703", within_s=60)
    waiting = client.call(SKU_WAITING, {"page": 1, "page_size": 100})["order_ids"]
    assert waiting == [MULTI]
    assert client.code(SKU_APPROVE, {"order_id": MULTI}) == 0
    line = shop.order_data(MULTI)["order_detail"]["product_infos"][0]
    assert (line["sku_id"], line["sku_code"]) == ("3616331703", "TEE-BLK-XL")
    assert line["change_sku_info"]["preshipment_change_sku_state"] == 4
    shop.request_sku_change(MULTI, TEE, "3616331703", WHITE, within_s=60)
    clock.tick(60)
    assert client.code(SKU_APPROVE, {"order_id": MULTI}) == 40097
    line = shop.order_data(MULTI)["order_detail"]["product_infos"][0]
    assert (line["sku_id"], line["change_sku_info"]["preshipment_change_sku_state"]) == (
        "3616331703",
        7,
    )


def test_a_rejected_sku_change_leaves_the_line(client: Client, shop: WechatShop) -> None:
    shop.request_sku_change(MULTI, TEE, WHITE, BLACK)
    assert client.code(SKU_REJECT, {"order_id": MULTI}) == 0
    line = shop.order_data(MULTI)["order_detail"]["product_infos"][0]
    assert (line["sku_id"], line["change_sku_info"]["preshipment_change_sku_state"]) == (WHITE, 5)
    assert client.call(SKU_WAITING, {"page": 1, "page_size": 100})["order_ids"] == []


def test_a_gift_has_no_address_until_it_is_accepted(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    gift = sample_order("gift")
    gift["status"] = 12
    for name, value in gift["order_detail"]["delivery_info"]["address_info"].items():
        if isinstance(value, str):
            gift["order_detail"]["delivery_info"]["address_info"][name] = ""
    order_id = shop.add_order(gift, None)
    shown = client.call(GET, {"order_id": order_id})["order"]
    assert shown["order_detail"]["delivery_info"]["address_info"]["user_name"] == ""
    clock.tick(9)
    shop.accept_gift(order_id, RECEIVER)
    shown = client.call(GET, {"order_id": order_id})["order"]
    assert shown["status"] == 20
    assert shown["update_time"] == int(NOW_S) + 9
    assert shown["order_detail"]["delivery_info"]["address_info"]["user_name"] == "林**"


def test_an_unpaid_order_is_paid(client: Client, shop: WechatShop) -> None:
    order = sample_order("single") | {"order_id": "3732000000000000199", "status": 10}
    shop.add_order(order, RECEIVER)
    shop.pay("3732000000000000199")
    assert "3732000000000000199" in ids(client, status=20)
    kinds = [event["Event"] for event in shop.events[-2:]]
    assert kinds == ["channels_ec_order_pay", "channels_ec_order_wait_shipping"]
