"""delivery/send: what the shop accepts, and the code for everything it does not."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from app.simulators.wechat.gateway import WechatServer
from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import RECEIVER, Client, Clock, sample, sample_order

SEND = "/channels/ec/order/delivery/send"
UPDATE = "/channels/ec/order/deliveryinfo/update"
COMPENSATE = "/channels/ec/order/delivery/compensation"
SINGLE, MULTI, SPLIT = (f"37320000000000001{n:02d}" for n in (1, 2, 7))
TEE, WHITE, BLACK = "10000154828200", "3616331701", "3616331702"
BAG = ("10000154828333", "3616331801")
STICKER = ("10000154828444", "3616331901")
Lines = list[tuple[str, str, int]]
WHOLE_MULTI: Lines = [(TEE, WHITE, 2), (TEE, BLACK, 1), (*BAG, 1), (*STICKER, 1)]


def parcel(lines: Lines, number: str = "78900000000001", **changes: Any) -> dict[str, Any]:
    return {
        "delivery_id": "ZTO",
        "waybill_id": number,
        "deliver_type": 1,
        "product_infos": [
            {"product_id": p, "sku_id": s, "product_cnt": units} for p, s, units in lines
        ],
    } | changes


def message(order_id: str, *parcels: dict[str, Any]) -> dict[str, Any]:
    return {"order_id": order_id, "delivery_list": list(parcels)}


def test_the_sample_calls_pass(client: Client, shop: WechatShop) -> None:
    requests = sample("delivery_send")
    assert client.code(SEND, requests["whole_order"]["request"]) == 0
    assert client.code(SEND, requests["split_two_parcels_one_call"]["request"]) == 0
    assert shop.order_data(SINGLE)["status"] == 30
    told = shop.order_data(MULTI)["order_detail"]["delivery_info"]["delivery_product_info"]
    assert [p["waybill_id"] for p in told] == ["78900000000001", "78900000000002"]
    assert [p["delivery_name"] for p in told] == ["中通快递", "中通快递"]
    assert shop.order_data(MULTI)["order_detail"]["delivery_info"]["ship_done_time"] > 0


def test_a_part_leaves_the_order_at_21_until_the_rest_is_gone(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    clock.tick(60)
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI[:1]))) == 0
    assert shop.order_data(MULTI)["status"] == 21
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI[:1]))) == 109000
    clock.tick(60)
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI[1:], "78900000000002"))) == 0
    order = shop.order_data(MULTI)
    assert (order["status"], order["update_time"]) == (30, int(clock()))
    assert [s.waybill_id for s in shop.shipments(MULTI)] == ["78900000000001", "78900000000002"]
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 109001
    assert shop.refusals(MULTI, 109001) == 1
    finish = [
        e["order_info"]["finish_delivery"] for e in shop.events if e["Event"].endswith("deliver")
    ]
    assert finish == [0, 1]


def test_a_merged_parcel_is_told_once_for_each_order(client: Client, shop: WechatShop) -> None:
    first = message(SINGLE, parcel([("10000154828123", "3616331648", 1)]))
    assert client.code(SEND, first) == 0
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 0
    assert {s.order_id for s in shop.shipments()} == {SINGLE, MULTI}


def test_the_order_id_may_be_a_number_here(client: Client) -> None:
    body = message(SINGLE, parcel([("10000154828123", "3616331648", 1)]))
    assert client.code(SEND, body | {"order_id": int(SINGLE)}) == 0


@pytest.mark.parametrize(
    ("parcels", "code"),
    [
        ([], 40097),
        ([parcel([])], 109002),
        ([parcel(WHOLE_MULTI, deliver_type=3)], 606008),
        ([parcel(WHOLE_MULTI, delivery_id="YD")], 606004),
        ([parcel(WHOLE_MULTI, delivery_id="")], 606004),
        ([parcel(WHOLE_MULTI, number="")], 606005),
        ([parcel(WHOLE_MULTI, number="ZTO 789")], 606005),
        ([parcel(WHOLE_MULTI, number="1234", delivery_id="SF")], 606005),
        ([parcel([(TEE, WHITE, 1)])], 606030),
        ([parcel([(TEE, WHITE, 1)]), parcel([(TEE, WHITE, 1)], "78900000000002")], 606030),
        ([parcel([(TEE, WHITE, 2)]), parcel([(TEE, WHITE, 2)], "78900000000002")], 606030),
        ([parcel([(TEE, WHITE, 3)])], 109000),
        ([parcel([(TEE, WHITE, 0)])], 109000),
        ([parcel([(TEE, "3616331703", 1)])], 606031),
        ([parcel([("10000000000001", WHITE, 2)])], 606031),
    ],
)
def test_a_wrong_parcel_ships_nothing(
    client: Client, shop: WechatShop, parcels: list[dict[str, Any]], code: int
) -> None:
    assert client.code(SEND, message(MULTI, *parcels)) == code
    assert shop.shipments() == []
    assert shop.order_data(MULTI)["status"] == 20


@pytest.mark.parametrize(
    "changes",
    [
        {"product_id": int(TEE)},
        {"sku_id": int(WHITE)},
        {"product_cnt": "2"},
    ],
)
def test_goods_in_a_parcel_are_strings_and_counts_numbers(
    client: Client, changes: dict[str, Any]
) -> None:
    body = message(MULTI, parcel([(TEE, WHITE, 2)]))
    body["delivery_list"][0]["product_infos"][0] |= changes
    assert client.code(SEND, body) == 47001


def test_a_wrong_second_parcel_stops_the_first_too(client: Client, shop: WechatShop) -> None:
    good, bad = parcel([(TEE, WHITE, 2)]), parcel([(TEE, BLACK, 2)], "78900000000002")
    assert client.code(SEND, message(MULTI, good, bad)) == 109000
    assert shop.shipments(MULTI) == []


def test_an_unknown_order_is_100002(client: Client) -> None:
    assert client.code(SEND, message("3732000000000000999", parcel(WHOLE_MULTI))) == 100002


@pytest.mark.parametrize("status", [10, 12, 13, 200, 250])
def test_an_order_that_cannot_ship_is_109000(client: Client, shop: WechatShop, status: int) -> None:
    shop.add_order(sample_order("multi_sku") | {"status": status}, RECEIVER)
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 109000


def test_an_open_aftersale_blocks_the_whole_order(client: Client, shop: WechatShop) -> None:
    asked = shop.open_aftersale(MULTI, TEE, BLACK, 1)
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI[:1]))) == 108009
    shop.withdraw_aftersale(asked)
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 0


def test_refunded_units_cannot_ship_any_more(client: Client, shop: WechatShop) -> None:
    shop.finish_refund(shop.open_aftersale(MULTI, TEE, WHITE, 1))
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 109000
    rest = [(TEE, WHITE, 1), *WHOLE_MULTI[1:]]
    assert client.code(SEND, message(MULTI, parcel(rest))) == 0
    assert shop.order_data(MULTI)["status"] == 30


def test_a_price_difference_does_not_block_unless_it_does(client: Client, shop: WechatShop) -> None:
    shop.open_aftersale(MULTI, TEE, WHITE, 1, price_difference_fen=300)
    shop.quirks.price_difference_blocks = True
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 108009
    shop.quirks.price_difference_blocks = False
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 0


def test_a_shop_without_a_return_address_cannot_ship(client: Client, shop: WechatShop) -> None:
    shop.drop_return_address()
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 606003


def test_an_order_of_another_software_cannot_ship_from_here(
    client: Client, shop: WechatShop
) -> None:
    shop.bind_to_isv(MULTI)
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 606034


def test_a_changed_sku_makes_the_old_one_unknown(client: Client, shop: WechatShop) -> None:
    shop.request_sku_change(MULTI, TEE, WHITE, "3616331703")
    client.call("/channels/ec/order/preshipmentchangesku/approve", {"order_id": MULTI})
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 606031


def test_a_forgotten_gift_keeps_the_order_open_or_not(client: Client, shop: WechatShop) -> None:
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI[:3]))) == 0
    assert shop.order_data(MULTI)["status"] == 21
    shop.quirks.gifts_ship_themselves = True
    shop.add_order(sample_order("multi_sku"), RECEIVER)
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI[:3]))) == 0
    assert shop.order_data(MULTI)["status"] == 30


def test_virtual_goods_ship_without_a_number(client: Client, shop: WechatShop) -> None:
    order = sample_order("single") | {"order_id": "3732000000000000120"}
    order["order_detail"]["delivery_info"]["deliver_method"] = 1
    shop.add_order(order, None)
    lines = [("10000154828123", "3616331648", 1)]
    assert client.code(SEND, message("3732000000000000120", parcel(lines))) == 606008
    virtual = {"deliver_type": 3, "product_infos": parcel(lines)["product_infos"]}
    assert client.code(SEND, message("3732000000000000120", virtual)) == 0


def test_a_lost_answer_ships_once_and_the_repeat_is_109001(
    client: Client, shop: WechatShop, server: WechatServer
) -> None:
    server.faults.lose_answer(SEND)
    with pytest.raises(httpx.RemoteProtocolError):
        client.call(SEND, message(MULTI, parcel(WHOLE_MULTI)))
    told = shop.order_data(MULTI)["order_detail"]["delivery_info"]["delivery_product_info"]
    assert [p["waybill_id"] for p in told] == ["78900000000001"]
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 109001
    assert len(shop.shipments(MULTI)) == 1


def test_two_threads_ship_one_order_once(
    client: Client, server: WechatServer, shop: WechatShop
) -> None:
    codes: list[int] = []
    gate = threading.Barrier(2)

    def ship(number: str) -> None:
        own = Client(server)
        own.token = client.token
        gate.wait()
        codes.append(own.code(SEND, message(MULTI, parcel(WHOLE_MULTI, number))))
        own.close()

    threads = [
        threading.Thread(target=ship, args=(n,)) for n in ("78900000000001", "78900000000002")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 109001]
    assert len(shop.shipments(MULTI)) == 1


def test_shipping_elsewhere_looks_like_shipping(client: Client, shop: WechatShop) -> None:
    shop.ship_elsewhere(MULTI, "ZTO", "78900000000009", [(TEE, WHITE, 2)])
    assert shop.order_data(MULTI)["status"] == 21
    shop.ship_elsewhere(MULTI, "ZTO", "78900000000010")
    assert shop.order_data(MULTI)["status"] == 30
    assert {s.via for s in shop.shipments(MULTI)} == {"elsewhere"}
    assert client.code(SEND, message(MULTI, parcel(WHOLE_MULTI))) == 109001


def test_a_label_that_is_paid_may_forbid_another_number(client: Client, shop: WechatShop) -> None:
    create = sample("ewaybill_create")["normal"]["request"]
    path = "/channels/ec/logistics/ewaybill/biz/order/create"
    number = client.call(path, create)["waybill_id"]
    lines = [("10000154828123", "3616331648", 1)]
    shop.quirks.refuse_second_waybill = True
    assert client.code(SEND, message(SINGLE, parcel(lines))) == 109205
    assert client.code(SEND, message(SINGLE, parcel(lines, number))) == 0
    assert [label.status for label in shop.waybills().values()] == [4]


def test_a_number_can_be_corrected_once(client: Client, shop: WechatShop) -> None:
    body = sample("deliveryinfo_update")["one_parcel_of_a_split_order"]["request"]
    assert client.code(UPDATE, body) == 0
    told = shop.order_data(SPLIT)["order_detail"]["delivery_info"]["delivery_product_info"]
    assert [(p["delivery_id"], p["waybill_id"]) for p in told] == [("YTO", "YT0000000000001")]
    assert client.code(UPDATE, body) == 109000
    change = body["change_infos"][0]
    again = {"old": change["new"], "new": change["old"]}
    assert client.code(UPDATE, {"order_id": SPLIT, "change_infos": [again]}) == 40097


def test_a_whole_order_is_corrected_only_in_one_parcel(client: Client, shop: WechatShop) -> None:
    client.call(SEND, message(MULTI, parcel(WHOLE_MULTI)))
    fixed = parcel(WHOLE_MULTI, "78900000000002")
    assert client.code(UPDATE, {"order_id": MULTI, "delivery_list": [fixed]}) == 0
    assert client.code(UPDATE, {"order_id": MULTI}) == 40097
    part = parcel(WHOLE_MULTI[:1], "78900000000003")
    assert client.code(UPDATE, {"order_id": MULTI, "delivery_list": [part]}) == 109000
    assert [s.waybill_id for s in shop.shipments(MULTI)] == ["78900000000001", "78900000000002"]


def test_a_second_parcel_of_one_sku_is_a_compensation(client: Client, shop: WechatShop) -> None:
    client.call(SEND, message(MULTI, parcel(WHOLE_MULTI)))
    extra = parcel([(TEE, WHITE, 1)], "78900000000002")
    body = {"order_id": MULTI, "reason": 2, "delivery_list": [extra]}
    assert client.code(COMPENSATE, body) == 0
    assert client.code(COMPENSATE, body | {"reason": 9}) == 40097
    assert client.code(COMPENSATE, body | {"order_id": SINGLE}) == 109000
    assert shop.order_data(MULTI)["status"] == 30


def test_companies_are_listed(client: Client) -> None:
    answer = client.call("/channels/ec/order/deliverycompanylist/new/get", {"ewaybill_only": False})
    assert {"delivery_id": "SF", "delivery_name": "顺丰速运"} in answer["company_list"]
