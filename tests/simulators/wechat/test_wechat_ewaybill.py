"""Platform labels: one paid number per id, strict accounts and addresses, and what is sealed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.simulators.wechat.gateway import WechatServer
from app.simulators.wechat.print_blob import unseal
from app.simulators.wechat.records import LabelAccount
from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import (
    EWAYBILL,
    RECEIVER,
    SENDER,
    Client,
    Clock,
    sample,
    sample_order,
)

CREATE, GET, CANCEL = (f"{EWAYBILL}/order/{name}" for name in ("create", "get", "cancel"))
SINGLE, MULTI = "3732000000000000101", "3732000000000000102"
LABEL_ID = "3878000000000000166"
TEE, WHITE = 10000154828200, 3616331701


def request(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = sample("ewaybill_create")["normal"]["request"]
    return body | changes


def entry(order_id: str, product_id: int, sku_id: int) -> dict[str, Any]:
    goods = {"good_name": "棉质T恤", "good_count": 1, "product_id": product_id, "sku_id": sku_id}
    return {"ec_order_id": int(order_id), "goods_list": [goods]}


def test_the_sample_gets_a_number_and_the_sealed_label(client: Client, shop: WechatShop) -> None:
    answer = client.call(CREATE, request())
    assert (answer["errcode"], answer["delivery_error_msg"]) == (0, "")
    label = unseal(answer["print_info"])
    assert label["waybill"] == answer["waybill_id"]
    assert label["receiver"]["name"] == "林晓"
    assert label["receiver"]["address"] == "示例路1号2单元301"
    assert label["carrier"] == "中通快递"
    assert len(answer["waybill_id"]) == 14
    account = shop.account("6600000000001")
    assert account is not None
    assert (account.available, account.allocated) == (4, 1)


def test_without_a_template_there_is_no_print_info(client: Client) -> None:
    body = request()
    del body["template_id"]
    assert client.call(CREATE, body)["print_info"] == ""
    wanted = {"ewaybill_order_id": LABEL_ID, "template_id": "single"}
    assert unseal(client.call(f"{EWAYBILL}/print/get", wanted)["print_info"])


def test_a_used_id_is_10025019_and_costs_nothing(client: Client, shop: WechatShop) -> None:
    first = client.call(CREATE, request())["waybill_id"]
    assert client.code(CREATE, request()) == 10025019
    assert client.call(GET, {"ewaybill_order_id": LABEL_ID})["order_info"]["waybill_id"] == first
    account = shop.account("6600000000001")
    assert account is not None
    assert account.available == 4
    assert len(shop.waybills()) == 1


def test_a_lost_answer_leaves_one_number_to_be_found(
    client: Client, shop: WechatShop, server: WechatServer
) -> None:
    server.faults.lose_answer(CREATE)
    with pytest.raises(httpx.RemoteProtocolError):
        client.call(CREATE, request())
    info = client.call(GET, {"ewaybill_order_id": LABEL_ID})["order_info"]
    assert (info["waybill_id"], info["status"]) == (shop.waybills()[LABEL_ID].waybill_id, 1)
    assert client.code(CREATE, request()) == 10025019


def test_two_threads_with_one_id_get_one_number(
    client: Client, server: WechatServer, shop: WechatShop
) -> None:
    codes: list[int] = []
    gate = threading.Barrier(2)

    def create() -> None:
        own = Client(server)
        own.token = client.token
        gate.wait()
        codes.append(own.code(CREATE, request()))
        own.close()

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 10025019]
    assert len(shop.waybills(alive=True)) == 1


# trap 25
def test_two_ids_cost_two_numbers(client: Client, shop: WechatShop) -> None:
    client.call(CREATE, request())
    client.call(CREATE, request(ewaybill_order_id="3878000000000000167"))
    assert len({label.waybill_id for label in shop.waybills().values()}) == 2


@pytest.mark.parametrize("label_id", ["SPH2023000000001", "", "-1", "0", "18446744073709551616"])
def test_an_id_that_is_no_uint64_is_10025020(client: Client, label_id: str) -> None:
    assert client.code(CREATE, request(ewaybill_order_id=label_id)) == 10025020


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ewaybill_order_id": int(LABEL_ID)}, 47001),
        ({"ewaybill_acct_id": 6600000000001}, 47001),
        ({"ec_order_list": [entry(SINGLE, 0, 0) | {"ec_order_id": SINGLE}]}, 47001),
        ({"ec_order_list": [{"ec_order_id": int(SINGLE), "goods_list": {}}]}, 47001),
        ({"delivery_id": "YD"}, 10025012),
        ({"site_code": "210045"}, 10025013),
        ({"site_code": ""}, 10025013),
        ({"ewaybill_acct_id": "6600000000009"}, 10025014),
        ({"ewaybill_acct_id": "6600000000002"}, 10025014),
        ({"shop_id": "5000000000009"}, 10025018),
        ({"shop_id": "wx1234567890abcdef"}, 10025017),
        ({"template_id": "double"}, 10025125),
        ({"ec_order_list": []}, 10025017),
        ({"ec_order_list": [entry("3732000000000000999", 0, 0)]}, 10025017),
        ({"ec_order_list": [entry(SINGLE, TEE, WHITE)]}, 10025017),
        ({"ec_order_list": [entry(SINGLE, 0, 0), entry(SINGLE, 0, 0)]}, 10025017),
        ({"ec_order_list": [{"ec_order_id": int(SINGLE), "goods_list": []}]}, 10025017),
        ({"delivery_info": {"package_quantity": 1}}, 40097),
        ({"delivery_info": {"package_quantity": 301}}, 40097),
        ({"delivery_info": {"package_quantity": 2}}, 10025005),
    ],
)
def test_a_wrong_request_buys_nothing(
    client: Client, shop: WechatShop, changes: dict[str, Any], code: int
) -> None:
    assert client.code(CREATE, request(**changes)) == code
    assert shop.waybills() == {}


@pytest.mark.parametrize("name", ["good_name", "good_count", "goods_ext"])
def test_goods_need_a_name_and_a_count(client: Client, name: str) -> None:
    wrong = {"good_name": " ", "good_count": 0, "goods_ext": "x" * 513}[name]
    line = entry(SINGLE, 0, 0)
    line["goods_list"][0][name] = wrong
    assert client.code(CREATE, request(ec_order_list=[line])) == 10025017


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "仓**"),
        ("mobile", "139****0000"),
        ("mobile", "12345"),
        ("county", ""),
        ("address", "别处2号"),
    ],
)
def test_the_sender_is_plain_complete_and_the_accounts_own(
    client: Client, name: str, value: str
) -> None:
    body = request()
    body["sender"][name] = value
    assert client.code(CREATE, body) == 10025015


@pytest.mark.parametrize(
    ("name", "value"), [("name", ""), ("mobile", ""), ("county", "仓山区"), ("name", "陈**")]
)
def test_the_receiver_is_the_orders_own(client: Client, name: str, value: str) -> None:
    body = request()
    body["receiver"][name] = value
    assert client.code(CREATE, body) == 10025016


def test_a_decoded_receiver_is_accepted_too(client: Client) -> None:
    body = request()
    body["receiver"] |= {
        "name": "林晓",
        "mobile": "18300002807",
        "address": "示例路1号2单元301",
    }
    assert client.code(CREATE, body) == 0


def yunda(**changes: Any) -> dict[str, Any]:
    return request(
        delivery_id="YUNDA", site_code="210045", ewaybill_acct_id="6600000000003", **changes
    )


def test_yunda_refuses_masked_text_and_the_id_is_burnt(client: Client, shop: WechatShop) -> None:
    answer = client.call(CREATE, yunda())
    assert answer["errcode"] == 10025005
    assert answer["delivery_error_msg"] == "收件地址中包含脱敏字符"
    assert client.code(CREATE, yunda()) == 10025019
    assert client.code(GET, {"ewaybill_order_id": LABEL_ID}) == 10025010
    assert shop.waybills() == {}
    shop.quirks.carriers_refusing_masked = frozenset()
    assert client.code(CREATE, yunda(ewaybill_order_id="3878000000000000167")) == 0


def test_a_refused_id_may_also_stay_free(client: Client, shop: WechatShop) -> None:
    shop.quirks.refused_ids_are_burnt = False
    shop.refuse_labels("ZTO", "")
    answer = client.call(CREATE, request())
    assert (answer["errcode"], answer["delivery_error_msg"]) == (10025005, "")
    assert client.code(CREATE, request()) == 0


def test_a_place_out_of_range_is_refused_by_the_carrier(client: Client, shop: WechatShop) -> None:
    shop.unreachable.add(("", "罗源县"))
    assert "超出" in client.call(CREATE, request())["delivery_error_msg"]


def test_the_balance_falls_to_nothing(client: Client, shop: WechatShop) -> None:
    for number in range(5):
        assert client.code(CREATE, request(ewaybill_order_id=f"{number + 1}")) == 0
    answer = client.call(CREATE, request(ewaybill_order_id="9"))
    assert (answer["errcode"], answer["delivery_error_msg"]) == (10025005, "电子面单余额不足")


def test_a_merged_parcel_has_one_address(client: Client, shop: WechatShop) -> None:
    both = [entry(SINGLE, 0, 0), entry(MULTI, TEE, WHITE)]
    answer = client.call(CREATE, request(ec_order_list=both))
    assert unseal(answer["print_info"])["order_ids"] == [SINGLE, MULTI]
    shop.change_address(MULTI, replace(RECEIVER, detail_info="示例路2号"))
    body = request(ec_order_list=both, ewaybill_order_id="3878000000000000167")
    assert client.code(CREATE, body) == 10025017


def test_no_label_for_cancelled_refunded_or_unaccepted_orders(
    client: Client, shop: WechatShop
) -> None:
    shop.finish_refund(shop.open_aftersale(SINGLE, "10000154828123", "3616331648", 1))
    assert shop.order_data(SINGLE)["status"] == 250
    assert client.code(CREATE, request()) == 10025017
    gift = sample_order("single") | {"order_id": SINGLE, "status": 12}
    shop.add_order(gift, None)
    assert client.code(CREATE, request()) == 10025017


def test_an_open_aftersale_is_told_as_a_risk(client: Client, shop: WechatShop) -> None:
    shop.open_aftersale(SINGLE, "10000154828123", "3616331648", 1)
    [risk] = client.call(CREATE, request())["order_risk_info"]
    assert risk["risk_ec_order_info"] == {"ec_order_id": int(SINGLE)}


def test_precreate_checks_and_books_nothing(client: Client, shop: WechatShop) -> None:
    body = sample("ewaybill_precreate")["request"]
    label_id = client.call(f"{EWAYBILL}/order/precreate", body)["ewaybill_order_id"]
    assert client.code(GET, {"ewaybill_order_id": label_id}) == 10025010
    assert client.code(f"{EWAYBILL}/order/precreate", body | {"site_code": "1"}) == 10025013
    assert client.code(CREATE, request(ewaybill_order_id=label_id)) == 0
    assert len(shop.waybills()) == 1


def test_a_cancelled_number_is_dead_and_given_back(client: Client, shop: WechatShop) -> None:
    number = client.call(CREATE, request())["waybill_id"]
    body = {"ewaybill_order_id": LABEL_ID, "delivery_id": "ZTO", "waybill_id": number}
    assert client.code(CANCEL, body | {"waybill_id": "78900000000009"}) == 10025012
    assert client.code(CANCEL, body) == 0
    assert client.call(GET, {"ewaybill_order_id": LABEL_ID})["order_info"]["status"] == 2
    assert shop.waybills(alive=True) == {}
    account = shop.account("6600000000001")
    assert account is not None
    assert (account.available, account.recycled, account.cancelled) == (5, 1, 1)
    again = client.call(CANCEL, body)
    assert (again["errcode"], again["delivery_error_msg"]) == (10025006, "面单已取消")
    shop.quirks.cancel_twice_refused = False
    assert client.code(CANCEL, body) == 0
    assert account.available == 5
    assert client.code(CREATE, request()) == 10025019
    wanted = {"ewaybill_order_id": LABEL_ID, "template_id": "single"}
    assert client.code(f"{EWAYBILL}/print/get", wanted) == 10025125


def test_a_parcel_on_its_way_cannot_be_cancelled(client: Client, shop: WechatShop) -> None:
    number = client.call(CREATE, request())["waybill_id"]
    shop.pick_up(number)
    body = {"ewaybill_order_id": LABEL_ID, "delivery_id": "ZTO", "waybill_id": number}
    answer = client.call(CANCEL, body)
    assert (answer["errcode"], answer["delivery_error_msg"]) == (10025006, "快件已揽收")


def test_an_unknown_label_has_three_codes(client: Client) -> None:
    body = {"ewaybill_order_id": "1", "delivery_id": "ZTO", "waybill_id": "1"}
    assert client.code(GET, {"ewaybill_order_id": "1"}) == 10025010
    assert client.code(CANCEL, body) == 10025010
    wanted = {"ewaybill_order_id": "1", "template_id": "single"}
    assert client.code(f"{EWAYBILL}/print/get", wanted) == 1000003


def test_an_unknown_template_is_10025106(client: Client) -> None:
    client.call(CREATE, request())
    wanted = {"ewaybill_order_id": LABEL_ID, "template_id": "double"}
    assert client.code(f"{EWAYBILL}/print/get", wanted) == 10025106


def test_printing_is_told_first_and_again(client: Client, shop: WechatShop, clock: Clock) -> None:
    number = client.call(CREATE, request())["waybill_id"]
    path = f"{EWAYBILL}/order/print"
    body = {
        "ewaybill_order_id": LABEL_ID,
        "delivery_id": "ZTO",
        "waybill_id": number,
        "re_print": 0,
    }
    assert client.code(path, body | {"re_print": False}) == 47001
    assert client.code(path, body | {"re_print": 2}) == 40097
    assert client.code(path, body | {"waybill_id": "1"}) == 10025012
    assert client.code(path, body) == 0
    assert client.call(GET, {"ewaybill_order_id": LABEL_ID})["order_info"]["status"] == 3
    assert client.code(path, body | {"re_print": 1}) == 0
    assert [notice.re_print for notice in shop.printed(number)] == [0, 1]


def test_a_batch_of_notices_is_taken_one_by_one(client: Client) -> None:
    number = client.call(CREATE, request())["waybill_id"]
    good = {
        "ewaybill_order_id": LABEL_ID,
        "delivery_id": "ZTO",
        "waybill_id": number,
        "re_print": 0,
    }
    bad = good | {"ewaybill_order_id": "1"}
    path = f"{EWAYBILL}/order/batchprint"
    answer = client.call(path, {"req_list": [good, bad]})
    assert answer["succ_ewaybill_order_id"] == [LABEL_ID]
    assert answer["fail_ewaybill_order_id"] == ["1"]
    assert client.code(path, {"req_list": [good] * 51}) == 40097


def test_boxes_of_one_shipment_have_child_numbers(client: Client, shop: WechatShop) -> None:
    shop.accounts.append(LabelAccount("JD", "6600000000004", SENDER, company_type=2))
    body = request(
        delivery_id="JD",
        site_code="",
        ewaybill_acct_id="6600000000004",
        delivery_info={"package_quantity": 3},
    )
    answer = client.call(CREATE, body)
    kinds = [child["waybill_type"] for child in answer["waybill_id_list"]]
    assert kinds == [1, 2, 2]
    child = answer["waybill_id_list"][1]["waybill_id"]
    wanted = {"ewaybill_order_id": LABEL_ID, "template_id": "single", "sub_waybill_id": child}
    label = unseal(client.call(f"{EWAYBILL}/print/get", wanted)["print_info"])
    assert (label["waybill"], label["box"], label["boxes"]) == (child, 2, 3)
    more = {
        "ewaybill_order_id": int(LABEL_ID),
        "waybill_id": answer["waybill_id"],
        "delivery_id": "JD",
        "add_package_quantity": 1,
        "shop_id": "5000000000001",
        "ewaybill_acct_id": "6600000000004",
    }
    path = f"{EWAYBILL}/order/addsuborder"
    assert client.code(path, more | {"ewaybill_order_id": LABEL_ID}) == 47001
    assert client.code(path, more | {"ewaybill_order_id": 5}) == 10025020
    [added] = client.call(path, more)["waybill_id_list"]
    assert added["waybill_id"].endswith("-4-4-")


def test_a_label_for_another_shops_order_needs_its_whole_code(
    client: Client, server: WechatServer, clock: Clock
) -> None:
    other = WechatShop("wxaaaabbbbccccdddd", "s", clock=clock)
    other.add_order(sample_order("single"), RECEIVER)
    server.add_shop(other)
    body = sample("ewaybill_create")["cross_shop_dropship"]["request"]
    short = [body["ec_order_list"][0] | {"ewaybill_order_code": "ofDEMO"}]
    assert client.code(CREATE, body | {"ec_order_list": short}) == 10025017
    both = [body["ec_order_list"][0] | {"ec_order_id": int(SINGLE)}]
    assert client.code(CREATE, body | {"ec_order_list": both}) == 10025017
    assert client.code(CREATE, body) == 0


def test_accounts_are_listed_with_limits(client: Client, shop: WechatShop) -> None:
    path = f"{EWAYBILL}/account/get"
    body = {"need_balance": True, "offset": 0, "limit": 20}
    answer = client.call(path, body)
    assert answer["total_num"] == 3
    assert answer["account_list"][0]["available"] == 5
    assert answer["account_list"][0]["site_info"]["site_code"] == "029055"
    assert client.code(path, body | {"limit": 21}) == 40097
    assert client.code(path, {"limit": 1}) == 40097
    assert client.code(path, body | {"need_balance": 1}) == 47001
    assert client.call(path, body | {"delivery_id": "SF"})["total_num"] == 1
    shop.accounts.clear()
    assert client.call(path, body)["account_list"] == []
    assert client.code(f"{EWAYBILL}/delivery/get", {"status": 3}) == 10025120
    assert client.code(CREATE, request()) == 10025120


def test_carriers_and_templates_are_listed(client: Client) -> None:
    answer = client.call(f"{EWAYBILL}/delivery/get", {"status": 3})
    assert answer["shop_id"] == "5000000000001"
    assert [c["delivery_id"] for c in answer["list"]] == ["ZTO", "SF", "YUNDA"]
    template = client.call(f"{EWAYBILL}/template/config", {})["config"]["ZTO"]["single"]
    assert (template["width"], template["height"]) == (76, 130)
    assert client.code(f"{EWAYBILL}/template/get", {"delivery_id": "ZTO"}) == 0


def _template(name: str = "备注", **info: Any) -> dict[str, Any]:
    options = [
        {"option_id": n, "font_size": 0, "is_bold": False, "is_open": n > 3} for n in range(8)
    ]
    return {
        "delivery_id": "ZTO",
        "info": {"template_name": name, "template_type": "single", "options": options, **info},
    }


def test_a_template_of_the_shop_is_kept_and_used(client: Client, clock: Clock) -> None:
    made = client.call(f"{EWAYBILL}/template/create", _template(is_default=True))["template_id"]
    one = {"delivery_id": "ZTO", "template_id": made}
    listed = client.call(f"{EWAYBILL}/template/get", {"delivery_id": "ZTO"})["total_template"][0]
    assert listed["default_template_id"] == made
    assert listed["template_list"][0]["create_time"] == str(int(clock()))
    assert client.call(f"{EWAYBILL}/template/getbyid", one)["template_info"]["create_time"] == int(
        clock()
    )
    assert client.call(CREATE, request(template_id=made))["print_info"]
    assert client.code(f"{EWAYBILL}/template/create", _template()) == 40097  # the name is taken
    changed = _template("改名", template_id=made)
    assert client.code(f"{EWAYBILL}/template/update", changed) == 0
    assert client.code(f"{EWAYBILL}/template/delete", one) == 0
    assert client.code(f"{EWAYBILL}/template/delete", one) == 10025106
    wanted = {"ewaybill_order_id": LABEL_ID, "template_id": made}
    assert client.code(f"{EWAYBILL}/print/get", wanted) == 10025106


@pytest.mark.parametrize("ids", [range(7), [*range(7), 6], [*range(8), 7], range(1, 9)])
def test_a_template_has_each_of_its_eight_options_once(client: Client, ids: Iterable[int]) -> None:
    options = [{"option_id": n, "font_size": 0, "is_bold": False, "is_open": True} for n in ids]
    assert client.code(f"{EWAYBILL}/template/create", _template(options=options)) == 40097
