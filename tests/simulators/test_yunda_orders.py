"""Booking, updating, cancelling and tracking with the simulated Yunda."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from app.simulators.ground import OUT_OF_RANGE, ROUTE_LATER, SUSPENDED, VAGUE
from app.simulators.yunda import YundaAccount, YundaQuirks
from tests.simulators.recorded import sample
from tests.simulators.yunda_wire import (
    CANCEL,
    COUNT,
    CREATE,
    PDF_INFO,
    ROUTE,
    TRACK,
    UPDATE,
    order,
    to_receiver,
    yunda,
)

USE_UPDATE = "更新订单请使用更新接口"
AREA = "上海市,上海市,青浦区,"


def _marking(kind: str, value: Any) -> dict[str, Any]:
    return {"markingInfos": [{"type": kind, "markingValue": {"value": value}}]}


WRONG_ORDERS: list[tuple[str, dict[str, Any]]] = [
    ("order_serial_no", order("DD-1")),
    ("order_serial_no", order("")),
    ("node_id", order(node_id=350)),
    ("order_type", order(order_type="cod")),
    ("以省,市,区开头", to_receiver(address="盈港东路6679号")),
    ("以省,市,区开头", to_receiver(address="上海市上海市青浦区盈港东路6679号")),
    ("以省,市,区开头", to_receiver(address="上海市，上海市，青浦区，盈港东路6679号")),
    ("以省,市,区开头", to_receiver(address=AREA)),
    ("以省,市,区开头", to_receiver(county="徐汇区")),
    ("name不能为空", to_receiver(name=" ")),
    ("脱敏", to_receiver(name="王**")),
    ("脱敏", to_receiver(mobile="138****0002")),
    ("脱敏", to_receiver(address=AREA + "盈港东路6***号")),
    ("不能同时为空", to_receiver(mobile="")),
    ("虚拟", to_receiver(mobile="13800000002转1234")),
    ("不合法", to_receiver(mobile="1380000000")),
    ("weight", order(weight="1.0")),
    ("单位为米", order(size="12,23,11")),
    ("items", order(items=[])),
    ("物品名称", order(items=[{"name": ""}])),
    ("物品数量", order(items=[{"name": "衣服", "number": 1.5}])),
    ("非法的增值服务", order(**_marking("cod", 1))),
    ("金额错误", order(**_marking("INSURED", "2100"))),
    ("COD", order(collection_value=15, markingInfos=[])),
    ("一票多件", order(multi_pack={"mulpck": "1", "total": 3, "endmark": 0})),
    ("服务范围", to_receiver(address=f"{AREA}{OUT_OF_RANGE}路1号")),
    ("停发", to_receiver(address=f"{AREA}{SUSPENDED}路1号")),
    ("三段码", to_receiver(address=f"{AREA}{VAGUE}")),
]


@pytest.mark.parametrize(("text", "wrong"), WRONG_ORDERS)
def test_a_wrong_order_fails_alone_in_a_call_that_succeeds(
    text: str, wrong: dict[str, Any]
) -> None:
    with yunda() as wire:
        bad, good = wire.items(CREATE, wrong, order("good"))
        assert (bad["status"], bad["mail_no"], bad["pdf_info"]) == ("0", None, None)
        assert text in bad["msg"]
        assert good["status"] == "1"
        assert [o.serial_no for o in wire.simulator.orders] == ["good"]


def test_the_recorded_order_is_booked_with_a_complete_pdf_info() -> None:
    recorded = sample("yunda_create_order.response.json")
    with yunda() as wire:
        [made] = wire.items(CREATE, order())
        assert set(made) == set(recorded["body"]["data"][0])
        assert made["mail_no"].isdigit()
        assert len(made["mail_no"]) == 13
        [[fields, tail]] = json.loads(made["pdf_info"])
        assert set(recorded["decoded_pdf_info"][0][0]) - set(fields) <= {"nb_ckh", "shi2", "sheng2"}
        assert fields["mailno"] == made["mail_no"]
        assert fields["mailno_barcode"] == made["mail_no"] + tail[0] + str(tail[1])
        assert len(fields["mailno_barcode"]) == 18
        assert fields["qrcode"].startswith(made["mail_no"] + "/")
        assert fields["package_wdjc"] != fields["package_wdjc"].strip()
        assert fields["privacy_receiver_name"] == "王**"
        assert fields["privacy_receiver_mobile"] == "138****0002"
        assert wire.simulator.numbers_issued("DD20260101_0001") == [made["mail_no"]]


def test_without_privacy_there_are_no_privacy_fields() -> None:
    with yunda() as wire:
        [made] = wire.items(CREATE, order(isProtectPrivacy="0"))
        assert "privacy_receiver_name" not in made["pdf_info"]


def test_a_repeat_fails_with_the_text_that_proves_the_first_one() -> None:
    with yunda() as wire:
        [first] = wire.items(CREATE, order())
        [again] = wire.items(CREATE, order())
        assert (again["status"], again["msg"], again["mail_no"]) == ("0", USE_UPDATE, None)
        [updated] = wire.items(UPDATE, order())
        assert updated["mail_no"] == first["mail_no"]
        assert wire.simulator.numbers_issued("DD20260101_0001") == [first["mail_no"]]
        twins = wire.items(CREATE, order("twin"), order("twin"))
        assert [t["status"] for t in twins] == ["1", "0"]


def test_an_update_replaces_the_data_until_the_first_scan() -> None:
    with yunda() as wire:
        assert wire.items(UPDATE, order())[0]["msg"] == "订单不存在,请使用创建接口"
        [made] = wire.items(CREATE, order())
        wire.items(UPDATE, to_receiver(name="王大虎"))
        [known] = wire.simulator.orders
        assert (known.request["receiver"]["name"], known.updates) == ("王大虎", 1)
        assert wire.items(UPDATE, order(mailno="4060005469862"))[0]["status"] == "0"
        wire.simulator.advance(made["mail_no"])
        assert "揽收" in wire.items(UPDATE, order())[0]["msg"]


def test_an_update_ends_after_fifteen_days() -> None:
    with yunda() as wire:
        wire.items(CREATE, order())
        wire.clock.now_s += 15 * 86400 + 1
        assert "15天" in wire.items(UPDATE, order())[0]["msg"]


def test_a_cancel_wants_both_names_and_works_once() -> None:
    with yunda() as wire:
        [made] = wire.items(CREATE, order())
        both = {"order_serial_no": "DD20260101_0001", "mailno": made["mail_no"]}
        assert wire.items(CANCEL, {"order_serial_no": "DD20260101_0001"})[0]["status"] == "0"
        assert wire.items(CANCEL, both | {"mailno": "4060005469862"})[0]["status"] == "0"
        assert wire.items(CANCEL, both)[0]["msg"] == "取消成功"
        assert wire.items(CANCEL, both)[0]["msg"] == "订单已取消"
        assert wire.items(CREATE, order())[0]["msg"] == USE_UPDATE
        [moving] = wire.items(CREATE, order("moving"))
        wire.simulator.advance(moving["mail_no"])
        cancel = {"order_serial_no": "moving", "mailno": moving["mail_no"]}
        assert "揽收" in wire.items(CANCEL, cancel)[0]["msg"]
        assert wire.simulator.numbers_left("999999") == 998


def test_a_cancelled_number_may_be_credited() -> None:
    with yunda(YundaQuirks(cancel_credits=True)) as wire:
        [made] = wire.items(CREATE, order())
        wire.items(CANCEL, {"order_serial_no": "DD20260101_0001", "mailno": made["mail_no"]})
        assert wire.simulator.numbers_left("999999") == 1000


def test_the_label_data_can_be_asked_again_under_another_name() -> None:
    with yunda() as wire:
        [made] = wire.items(CREATE, to_receiver(address=f"{AREA}{ROUTE_LATER}路1号"))
        assert (made["status"], made["pdf_info"]) == ("1", None)
        [found] = wire.items(PDF_INFO, {"mailno": made["mail_no"]})
        assert json.loads(found["pdfInfo"])[0][0]["mailno"] == made["mail_no"]
        [missing] = wire.items(PDF_INFO, {"mailno": "4060005469862"})
        assert (missing["status"], missing["pdfInfo"]) == ("0", None)


def test_the_number_may_stand_under_its_other_name() -> None:
    with yunda(YundaQuirks(number_field="mailno")) as wire:
        [made] = wire.items(CREATE, order())
        assert "mail_no" not in made
        assert len(made["mailno"]) == 13


def test_the_balance_falls_to_nothing() -> None:
    with yunda(account=YundaAccount(numbers_left=1)) as wire:
        first, second = wire.items(CREATE, order("a"), order("b"))
        assert (first["status"], second["status"]) == ("1", "0")
        assert second["msg"] == "商户库存余额不足"
        assert wire.call(COUNT, wire.merchant(type="common"))["data"] == {"count": 0}


def test_the_route_is_known_before_and_equals_the_label() -> None:
    body = {"id": 1, "sender_address": "江苏省徐州市新沂市湖东路999号"}
    body |= {"receiver_address": "上海市上海市青浦区盈港东路6679号"}
    with yunda() as wire:
        route = wire.call(ROUTE, wire.merchant(**body))["data"]
        [made] = wire.items(CREATE, order())
        fields = json.loads(made["pdf_info"])[0][0]
        assert (route["close"], route["one_code"]) == ("0", fields["position"])
        assert f"{route['two_code']} {route['three_code']}" == fields["position_no"]
        assert wire.call(ROUTE, body)["code"] == "7100"
        closed = wire.merchant(**body | {"receiver_address": f"上海市{SUSPENDED}路"})
        assert wire.call(ROUTE, closed)["data"]["close"] == "1"
    with yunda(YundaQuirks(route_needs_account=False)) as wire:
        assert wire.call(ROUTE, body)["code"] == "0000"


def test_several_parcels_of_one_ticket_are_several_orders() -> None:
    recorded = sample("yunda_multi.request.json")["body"]["orders"]
    with yunda() as wire:
        made = wire.items(CREATE, *recorded)
        assert [m["status"] for m in made] == ["1", "1", "1"]
        assert len({m["mail_no"] for m in made}) == 3


def test_a_track_grows() -> None:
    with yunda() as wire:
        [made] = wire.items(CREATE, order())
        ask = {"mailno": made["mail_no"]}
        assert wire.call(TRACK, ask)["data"]["status"] == "ACCEPT"
        wire.simulator.advance(made["mail_no"], 5)
        track = wire.call(TRACK, ask)["data"]
        assert track["status"] == "SIGNED"
        actions = [s["action"] for s in track["steps"]]
        assert actions == ["GOT", "DEPARTURE", "ARRIVAL", "SENT", "SIGNED"]
        assert track["steps"][0]["time"] == "2026-01-01 08:00:00"
        assert wire.call(TRACK, {"mailno": "4060005469862"})["result"] is False


def test_masked_text_passes_where_the_quirk_allows_it() -> None:
    with yunda(YundaQuirks(masked_refused=False)) as wire:
        [made] = wire.items(CREATE, to_receiver(name="王**", mobile="138****0002"))
        assert made["status"] == "1"


def test_twenty_clients_at_once_with_one_serial_get_one_number() -> None:
    with yunda() as wire:
        states: list[str] = []
        both = threading.Lock()

        def book() -> None:
            [made] = wire.items(CREATE, order())
            with both:
                states.append(made["status"])

        threads = [threading.Thread(target=book) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(states) == ["0"] * 19 + ["1"]
        assert len(wire.simulator.numbers_issued("DD20260101_0001")) == 1


def test_a_lost_answer_is_recovered_by_repeat_and_update() -> None:
    with yunda() as wire:
        wire.server.faults.lose_answer(CREATE)
        with pytest.raises(httpx.TransportError):
            wire.items(CREATE, order())
        assert wire.items(CREATE, order())[0]["msg"] == USE_UPDATE
        [found] = wire.items(UPDATE, order())
        assert wire.simulator.numbers_issued("DD20260101_0001") == [found["mail_no"]]
