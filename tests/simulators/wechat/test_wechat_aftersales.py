"""After-sales: what is listed, what a refund does to an order, and the shop's answers."""

from __future__ import annotations

from typing import Any

import pytest

from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import NOW_S, RECEIVER, Client, Clock, sample_order

BASE = "/channels/ec/aftersale"
LIST, GET = f"{BASE}/getaftersalelist", f"{BASE}/getaftersaleorder"
ACCEPT, REJECT = f"{BASE}/acceptapply", f"{BASE}/rejectapply"
RESHIP = f"{BASE}/acceptexchangereship"
MULTI = "3732000000000000102"
TEE, WHITE, BLACK = "10000154828200", "3616331701", "3616331702"
STICKER = ("10000154828444", "3616331901")
WINDOW = {"begin_update_time": int(NOW_S) - 3600, "end_update_time": int(NOW_S) + 3600}


def line(shop: WechatShop, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = shop.order_data(MULTI)["order_detail"]["product_infos"][index]
    return found


def status_of(client: Client, aftersale_id: str) -> str:
    answer = client.call(GET, {"after_sale_order_id": aftersale_id})
    return str(answer["after_sale_order"]["status"])


def test_they_are_listed_by_creation_or_by_update(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1)
    clock.tick(7200)
    shop.withdraw_aftersale(asked)
    client.log_in()
    created = {"begin_create_time": int(NOW_S), "end_create_time": int(NOW_S) + 1}
    assert client.call(LIST, created)["after_sale_order_id_list"] == [asked]
    assert client.call(LIST, WINDOW)["after_sale_order_id_list"] == []
    later = {"begin_update_time": int(NOW_S) + 7200, "end_update_time": int(NOW_S) + 7200}
    assert client.call(LIST, later)["after_sale_order_id_list"] == [asked]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 40097),
        ({"begin_update_time": 1767225600}, 40097),
        (WINDOW | {"begin_create_time": 1767225600, "end_create_time": 1767225601}, 40097),
        ({"begin_update_time": 1767225600, "end_update_time": 1767225600 + 86401}, 10020004),
        ({"begin_update_time": 1767225601, "end_update_time": 1767225600}, 10020004),
        ({"begin_update_time": "1767225600", "end_update_time": 1767225601}, 47001),
        (WINDOW | {"page_size": 10}, 40097),
        (WINDOW | {"next_key": "invented"}, 606006),
    ],
)
def test_a_wrong_window_is_refused(client: Client, body: dict[str, Any], code: int) -> None:
    assert client.code(LIST, body) == code


def test_an_older_shop_knows_only_creation_times(client: Client, shop: WechatShop) -> None:
    shop.quirks.aftersale_update_pair = False
    assert client.code(LIST, WINDOW) == 40097


def test_they_come_in_pages(client: Client, shop: WechatShop) -> None:
    shop.quirks.aftersale_page_size = 2
    asked = {shop.open_aftersale(MULTI, TEE, WHITE, 1) for _ in range(2)}
    asked.add(shop.open_aftersale(MULTI, TEE, BLACK, 1))
    first = client.call(LIST, WINDOW)
    assert first["has_more"]
    second = client.call(LIST, WINDOW | {"next_key": first["next_key"]})
    assert not second["has_more"]
    found = first["after_sale_order_id_list"] + second["after_sale_order_id_list"]
    assert (len(found), set(found)) == (3, asked)
    moved = WINDOW | {"end_update_time": int(NOW_S), "next_key": first["next_key"]}
    assert client.code(LIST, moved) == 606006


def test_an_open_one_counts_on_the_line_and_in_the_order(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    clock.tick(30)
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 2)
    order = shop.order_data(MULTI)
    assert line(shop)["on_aftersale_sku_cnt"] == 2
    assert order["aftersale_detail"] == {
        "aftersale_order_list": [{"aftersale_order_id": asked, "status": 2}],
        "on_aftersale_order_cnt": 1,
    }
    assert order["update_time"] == int(NOW_S) + 30
    with pytest.raises(ValueError, match="more units"):
        shop.open_aftersale(MULTI, TEE, WHITE, 1)
    shop.withdraw_aftersale(asked)
    assert line(shop)["on_aftersale_sku_cnt"] == 0
    assert shop.order_data(MULTI)["aftersale_detail"]["on_aftersale_order_cnt"] == 0


def test_an_aftersale_may_leave_the_orders_time_alone(shop: WechatShop) -> None:
    shop.quirks.aftersale_touches_order = False
    before = shop.order_data(MULTI)["update_time"]
    shop.open_aftersale(MULTI, TEE, WHITE, 1)
    assert shop.order_data(MULTI)["update_time"] == before


def test_a_refund_takes_the_gift_with_it(client: Client, shop: WechatShop) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 2, gifts=((*STICKER, 1),))
    shop.finish_refund(asked)
    assert (
        line(shop, 0)["finish_aftersale_sku_cnt"],
        line(shop, 3)["finish_aftersale_sku_cnt"],
    ) == (
        2,
        1,
    )
    assert status_of(client, asked) == "MERCHANT_REFUND_SUCCESS"
    answer = client.call(GET, {"after_sale_order_id": asked})["after_sale_order"]
    assert answer["refund_info"]["refund_reason"] == 4
    assert answer["complete_time"] == int(NOW_S)
    assert "deadline" not in answer


def test_an_order_refunded_to_the_last_unit_is_cancelled(shop: WechatShop) -> None:
    shop.quirks.all_refunded_status = 200
    for product_id, sku_id, units in (
        (TEE, WHITE, 2),
        (TEE, BLACK, 1),
        ("10000154828333", "3616331801", 1),
        (*STICKER, 1),
    ):
        shop.finish_refund(shop.open_aftersale(MULTI, product_id, sku_id, units))
    assert shop.order_data(MULTI)["status"] == 200


def test_refunding_what_is_left_completes_a_partly_shipped_order(shop: WechatShop) -> None:
    split = "3732000000000000107"
    shop.finish_refund(shop.open_aftersale(split, "10000154828333", "3616331801", 1))
    assert shop.order_data(split)["status"] == 30


def test_a_price_difference_moves_no_goods(client: Client, shop: WechatShop) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1, price_difference_fen=300)
    shop.finish_refund(asked)
    assert line(shop)["finish_aftersale_sku_cnt"] == 0
    answer = client.call(GET, {"after_sale_order_id": asked})["after_sale_order"]
    assert (answer["sub_type"], answer["refund_info"]["amount"]) == ("REFUND_PRICE_DIFF", 300)


def test_the_deadline_is_seconds_left_or_a_time(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    body = {"after_sale_order_id": shop.open_aftersale(MULTI, TEE, WHITE, 1)}
    clock.tick(600)
    assert client.call(GET, body)["after_sale_order"]["deadline"] == 36 * 3600 - 600
    shop.quirks.deadline_is_remaining = False
    assert client.call(GET, body)["after_sale_order"]["deadline"] == int(NOW_S) + 36 * 3600


def test_an_unknown_one_and_a_number_for_its_id(client: Client) -> None:
    assert client.code(GET, {"after_sale_order_id": "1"}) == 10021050
    assert client.code(GET, {"after_sale_order_id": 1}) == 47001


def test_refunds_of_one_order_are_a_minute_apart(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    first = shop.open_aftersale(MULTI, TEE, WHITE, 1)
    second = shop.open_aftersale(MULTI, TEE, BLACK, 1)
    assert client.code(ACCEPT, {"after_sale_order_id": first}) == 0
    assert client.code(ACCEPT, {"after_sale_order_id": second}) == 10021059
    clock.tick(60)
    assert client.code(ACCEPT, {"after_sale_order_id": second}) == 0
    assert client.code(ACCEPT, {"after_sale_order_id": second}) == 10021041


def test_a_return_needs_an_address_and_then_the_goods(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1, kind="RETURN")
    body = {"after_sale_order_id": asked}
    assert client.code(ACCEPT, body) == 40097
    assert client.code(ACCEPT, body | {"address_id": "999"}) == 40097
    assert client.code(ACCEPT, body | {"address_id": "123", "accept_type": 2}) == 10021041
    assert client.code(ACCEPT, body | {"address_id": "123", "accept_type": 1}) == 0
    assert status_of(client, asked) == "USER_WAIT_RETURN"
    assert client.code(ACCEPT, body | {"accept_type": 2}) == 10021041
    shop.send_back(asked, "ZTO", "78900000000031")
    assert client.code(ACCEPT, body | {"accept_type": 2}) == 0
    assert status_of(client, asked) == "MERCHANT_RETURN_SUCCESS"
    assert line(shop)["finish_aftersale_sku_cnt"] == 1


def test_a_rejection_needs_the_type_of_its_reason(client: Client, shop: WechatShop) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1)
    body = {"after_sale_order_id": asked, "reject_reason": "包裹已发出"}
    reasons = client.call(f"{BASE}/rejectreason/get", {})["reason_list"]
    assert client.code(REJECT, body) == 40097
    assert client.code(REJECT, body | {"reject_reason_type": 99}) == 40097
    known = reasons[0]["reject_reason_type"]
    assert client.code(REJECT, body | {"reject_reason_type": known}) == 0
    assert status_of(client, asked) == "MERCHANT_REJECT_REFUND"
    assert line(shop)["on_aftersale_sku_cnt"] == 0
    assert client.code(REJECT, body | {"reject_reason_type": known}) == 10021041


def test_an_exchange_is_shipped_by_its_own_call(client: Client, shop: WechatShop) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1, kind="EXCHANGE")
    body = {"after_sale_order_id": asked, "delivery_id": "ZTO", "waybill_id": "78900000000009"}
    assert client.code(RESHIP, body) == 10021041
    client.call(ACCEPT, {"after_sale_order_id": asked, "address_id": "123"})
    shop.send_back(asked, "ZTO", "78900000000031")
    assert client.code(RESHIP, body | {"delivery_id": "OTHER"}) == 9700224
    assert client.code(RESHIP, body) == 0
    answer = client.call(GET, {"after_sale_order_id": asked})["after_sale_order"]
    assert answer["exchange_delivery_info"]["waybill_id"] == "78900000000009"
    assert answer["exchange_delivery_info"]["address_info"]["user_name"] == "林**"
    assert shop.shipments(MULTI) == []
    shop.move_aftersale(asked, "MERCHANT_EXCHANGE_SUCCESS")
    assert line(shop)["finish_aftersale_sku_cnt"] == 0


def test_orders_bring_their_aftersales_along(client: Client, shop: WechatShop) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1)
    told = client.call(GET, {"after_sale_order_id": asked})["after_sale_order"]
    own = told | {"after_sale_order_id": "2000000000009999", "order_id": "3732000000000000777"}
    order = sample_order("partial_refund") | {"order_id": "3732000000000000777"}
    shop.add_order(order, RECEIVER, [own])
    assert status_of(client, "2000000000009999") == "MERCHANT_PROCESSING"
    pushed = [e for e in shop.events if e["Event"] == "channels_ec_aftersale_update"]
    assert pushed[0]["finder_shop_aftersale_status_update"]["after_sale_order_id"] == asked


CERTIFICATE = f"{BASE}/uploadrefundcertificate"
REJECT_RESHIP = f"{BASE}/rejectexchangereship"
UPLOAD = "/channels/ec/basics/img/upload"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16


def put(client: Client, content: bytes, *, bare: bool = False) -> dict[str, Any]:
    params = {"access_token": client.token, "upload_type": "0", "resp_type": "0"}
    if bare:
        kind = {"content-type": "image/png"}
        sent = client.http.post(UPLOAD, params=params, content=content, headers=kind)
    else:
        sent = client.http.post(UPLOAD, params=params, files={"media": ("a.png", content)})
    answer: dict[str, Any] = sent.json()
    return answer


def test_a_picture_comes_as_a_form_or_as_it_is(client: Client, shop: WechatShop) -> None:
    as_form = put(client, PNG)["pic_file"]["media_id"]
    bare = put(client, PNG, bare=True)["pic_file"]["media_id"]
    assert {as_form, bare} == set(shop.pictures)
    assert set(shop.pictures.values()) == {PNG}
    assert put(client, b"%PDF")["errcode"] == 40097
    shop.quirks.picture_max_bytes = 10
    assert put(client, PNG)["errcode"] == 40097


def test_certificates_are_taken_after_the_platform_could_not_pay(
    client: Client, shop: WechatShop
) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1)
    media = put(client, PNG)["pic_file"]["media_id"]
    body = {"after_sale_order_id": asked, "refund_certificates": [media], "desc": "已转账"}
    assert client.code(CERTIFICATE, body) == 10021041
    shop.move_aftersale(asked, "PLATFORM_REFUND_FAIL")
    assert client.code(CERTIFICATE, body | {"refund_certificates": ["unknown"]}) == 40097
    assert client.code(CERTIFICATE, body | {"refund_certificates": []}) == 40097
    assert client.code(CERTIFICATE, body) == 0
    told = client.call(GET, {"after_sale_order_id": asked})["after_sale_order"]
    assert told["merchant_upload_info"]["refund_certificates"] == [media]
    assert told["status"] == "PLATFORM_REFUND_FAIL"


def test_each_step_has_its_own_reasons_for_a_rejection(client: Client, shop: WechatShop) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1, kind="RETURN")
    body = {"after_sale_order_id": asked, "reject_reason_type": 9}
    assert client.code(REJECT, body) == 40097
    client.call(ACCEPT, {"after_sale_order_id": asked, "address_id": "123"})
    shop.send_back(asked, "ZTO", "78900000000031")
    assert client.code(REJECT, body | {"reject_reason_type": 4}) == 40097
    assert client.code(REJECT, body) == 0


def test_a_buyer_with_the_goods_is_not_rejected_without_proof(
    client: Client, shop: WechatShop
) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1, buyer_has_goods=True)
    body = {"after_sale_order_id": asked, "reject_reason_type": 4}
    assert client.code(REJECT, body) == 40097
    media = put(client, PNG)["pic_file"]["media_id"]
    assert client.code(REJECT, body | {"reject_certificates": [media]}) == 0


def test_an_exchange_may_be_refused_when_the_goods_are_back(
    client: Client, shop: WechatShop
) -> None:
    asked = shop.open_aftersale(MULTI, TEE, WHITE, 1, kind="EXCHANGE")
    body = {"after_sale_order_id": asked, "reject_reason_type": 9}
    assert client.code(REJECT_RESHIP, body) == 10021041
    client.call(ACCEPT, {"after_sale_order_id": asked, "address_id": "123"})
    shop.send_back(asked, "ZTO", "78900000000031")
    assert client.code(REJECT_RESHIP, body) == 0
    assert status_of(client, asked) == "MERCHANT_REJECT_EXCHANGE"


def test_exchanges_of_one_order_are_a_minute_apart_and_end_with_the_buyer(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    first = shop.open_aftersale(MULTI, TEE, WHITE, 1, kind="RESHIP")
    second = shop.open_aftersale(MULTI, TEE, BLACK, 1, kind="RESHIP")
    with pytest.raises(ValueError, match="nothing was sent"):
        shop.confirm_exchange(first)
    body = {"delivery_id": "ZTO", "waybill_id": "78900000000009"}
    assert client.code(RESHIP, body | {"after_sale_order_id": first}) == 0
    assert client.code(RESHIP, body | {"after_sale_order_id": second}) == 10021059
    clock.tick(60)
    assert client.code(RESHIP, body | {"after_sale_order_id": second}) == 0
    shop.confirm_exchange(first)
    assert status_of(client, first) == "MERCHANT_EXCHANGE_SUCCESS"
