"""Booking, asking, cancelling and tracking with the simulated ZTO."""

from __future__ import annotations

import base64
import hashlib
import threading
from typing import Any

import httpx
import pytest

from app.simulators.ground import OUT_OF_RANGE, ROUTE_LATER, SUSPENDED
from app.simulators.zto import (
    ForbiddenRegion,
    RepeatReply,
    ZtoAccount,
    ZtoQuirks,
    ZtoWaybillAccount,
)
from tests.simulators.recorded import sample
from tests.simulators.zto_wire import (
    BALANCE,
    BIND,
    CANCEL,
    CREATE,
    FORBIDDEN,
    INFO,
    MARK,
    TRACK,
    order,
    to_receiver,
    zto,
)


def _payer(**changes: Any) -> dict[str, Any]:
    return {"accountInfo": order()["accountInfo"] | changes}


def _vas(kind: str, **changes: Any) -> dict[str, Any]:
    return {"orderVasList": [{"vasType": kind, **changes}]}


WRONG_ORDERS: list[tuple[str, str, dict[str, Any]]] = [
    ("S208", "partnerType不能为空", order(partnerType=2)),
    ("9999", "合作模式", order(orderType="5")),
    ("9999", "合作模式", order(partnerType="1", orderType="3")),
    ("S208", "partnerOrderCode", order(code="")),
    ("9999", "过长", order(code="k" * 51)),
    ("9999", "运单号不可用", order(billCode="73100196611386")),
    ("E404", "未绑定电子面单账号", order(**_payer(accountId="nobody"))),
    ("9999", "密码错误", order(**_payer(accountPassword="zto123"))),
    ("9999", "商户不存在", order(partnerType="1")),
    ("S208", "receiverDistrict", to_receiver(receiverDistrict="")),
    ("S208", "receiverProvince", to_receiver(receiverProvince=None)),
    ("S208", "不能同时为空", to_receiver(receiverMobile="")),
    ("9999", "脱敏", to_receiver(receiverName="李*")),
    ("9999", "脱敏", to_receiver(receiverAddress="申贵路15**号")),
    ("9999", "脱敏", to_receiver(receiverMobile="138****0002")),
    ("9999", "虚拟", to_receiver(receiverMobile="13800000002-1234")),
    ("9999", "不合法", to_receiver(receiverMobile="138 0000 0002")),
    ("9999", "非法的增值服务", order(**_vas("cod"))),
    ("9999", "单位:分", order(**_vas("COD", vasAmount=99.9, accountNo="1"))),
    ("9999", "单位:分", order(**_vas("insured", vasAmount="10000"))),
    ("S208", "accountNo", order(**_vas("COD", vasAmount=100))),
    ("9999", "未开通", order(**_vas("standardExpress"))),
    ("S208", "siteCode", order(**_vas("receiveReturnService"))),
    ("9999", "尺寸", order(summaryInfo={"size": "50x50x50"})),
    ("9999", "重量", order(orderItems=[{"name": "女装", "weight": 0.5}])),
    ("S208", "name", order(orderItems=[{"weight": 500}])),
    ("9999", "超出中通快递服务范围", to_receiver(receiverAddress=f"{OUT_OF_RANGE}路1号")),
    ("9999", "超出中通快递服务范围", to_receiver(receiverAddress=f"{SUSPENDED}路1号")),
]


@pytest.mark.parametrize(("code", "text", "body"), WRONG_ORDERS)
def test_a_wrong_order_is_told_why_and_gets_no_number(
    code: str, text: str, body: dict[str, Any]
) -> None:
    with zto() as wire:
        answer = wire.call(CREATE, body)
        assert (answer["status"], answer["statusCode"], answer["result"]) == (False, code, None)
        assert text in answer["message"]
        assert wire.simulator.orders == []
        assert wire.simulator.numbers_left("test") == 1000


def test_the_recorded_request_is_booked_and_paid_for() -> None:
    with zto() as wire:
        result = wire.call(CREATE, order())["result"]
        recorded = sample("zto_create_order.response.json")["body"]["result"]
        assert set(result) == set(recorded)
        assert set(result["bigMarkInfo"]) == {"mark", "bagAddr"}
        assert len(result["billCode"]) == 14
        assert result["billCode"].startswith("73")
        assert result["orderCode"].startswith("260101")
        assert wire.simulator.numbers_issued("DD20260101-0001") == [result["billCode"]]
        assert wire.simulator.numbers_left("test") == 999
        assert wire.simulator.orders[0].cod_fen == 10000


def test_a_repeat_costs_a_second_number() -> None:
    with zto() as wire:
        first = wire.call(CREATE, order())["result"]
        second = wire.call(CREATE, order())["result"]
        assert first["billCode"] != second["billCode"]
        assert len(wire.simulator.numbers_issued("DD20260101-0001")) == 2
        assert wire.simulator.numbers_left("test") == 998


@pytest.mark.parametrize("reply", [RepeatReply.SAME_NUMBER, RepeatReply.REFUSE])
def test_a_repeat_may_behave_better(reply: RepeatReply) -> None:
    with zto(ZtoQuirks(repeat=reply)) as wire:
        first = wire.call(CREATE, order())["result"]
        second = wire.call(CREATE, order())
        if reply is RepeatReply.REFUSE:
            assert second["status"] is False
        else:
            assert second["result"]["billCode"] == first["billCode"]
        assert wire.simulator.numbers_issued("DD20260101-0001") == [first["billCode"]]


def test_every_third_order_comes_without_a_mark_and_the_mark_can_be_asked() -> None:
    body = sample("zto_bag_addr_mark.json")["body"]
    with zto() as wire:
        marks = [wire.call(CREATE, order(f"k{i}"))["result"]["bigMarkInfo"] for i in range(6)]
        assert [m is None for m in marks] == [False, False, True, False, False, True]
        assert wire.call(MARK, body)["result"] == marks[0]
        assert wire.code(MARK, body | {"receive_district": ""}) == "S208"
        assert wire.code(MARK, body | {"receive_address": "申贵路1***号"}) == "9999"
        later = wire.call(CREATE, to_receiver(receiverAddress=f"{ROUTE_LATER}路1号"))["result"]
        assert later["bigMarkInfo"] is None


def test_the_balance_falls_to_nothing_and_can_be_filled() -> None:
    poor = ZtoAccount(waybill_accounts=(ZtoWaybillAccount(numbers_left=1),))
    ask = sample("zto_balance.json")["body"]
    with zto(account=poor) as wire:
        wire.call(CREATE, order("k1"))
        assert wire.call(BALANCE, ask)["result"]["available"] == 0
        assert wire.call(CREATE, order("k2"))["message"] == "电子面单余额不足"
        wire.simulator.recharge("test", 5)
        assert wire.code(CREATE, order("k2")) == "0000"
        assert wire.call(BALANCE, ask)["result"]["available"] == 4
        assert wire.code(BALANCE, ask | {"partner": "nobody"}) == "E404"
        assert wire.call(BALANCE, ask | {"verify": "no"})["status"] is False
        assert wire.code(BALANCE, ask | {"content": {}}) == "S208"


def test_an_account_has_to_be_bound_once() -> None:
    unbound = ZtoAccount(waybill_accounts=(ZtoWaybillAccount(is_bound=False),))
    with zto(account=unbound) as wire:
        assert wire.code(CREATE, order()) == "E404"
        bound = wire.call(BIND, {"eaccount": "test", "eaccountPwd": "ZTO123", "siteCode": "02100"})
        assert (bound["status"], bound["result"]) == (True, None)
        assert wire.code(CREATE, order()) == "0000"


def test_the_forbidden_regions_are_listed_and_refused() -> None:
    region = ForbiddenRegion("上海", "上海市", "闵行区")
    with zto(forbidden=(region,)) as wire:
        listed = wire.call(FORBIDDEN, {})["result"]
        assert [(r["province"], r["city"], r["district"]) for r in listed] == [
            ("上海", "上海市", "闵行区")
        ]
        assert wire.call(CREATE, order())["message"] == "超出中通快递服务范围"
        assert wire.code(CREATE, to_receiver(receiverDistrict="徐汇区")) == "0000"


def test_an_order_is_found_by_its_own_codes_only() -> None:
    with zto() as wire:
        made = wire.call(CREATE, order())["result"]
        for name in ("orderCode", "billCode"):
            [found] = wire.call(INFO, {"type": 1, name: made[name]})["result"]
            assert found["partnerOrderCode"] == "DD20260101-0001"
        assert wire.call(INFO, {"type": "0", "billCode": made["billCode"]})["result"] == []
        assert wire.code(INFO, {"type": 1, "partnerOrderCode": "DD20260101-0001"}) == "S208"
    with zto(ZtoQuirks(info_by_partner_code=True)) as wire:
        wire.call(CREATE, order())
        found = wire.call(INFO, {"type": 1, "partnerOrderCode": "DD20260101-0001"})["result"]
        assert len(found) == 1


def test_only_appointments_can_be_cancelled_and_only_once() -> None:
    with zto() as wire:
        normal = wire.call(CREATE, order("k1"))["result"]
        cancel = {"cancelType": "2", "orderCode": "", "billCode": normal["billCode"]}
        assert wire.call(CANCEL, cancel)["message"] == "仅支持取消预约件"
        appointment = wire.call(CREATE, order("k2", orderType="2"))["result"]
        cancel["billCode"] = appointment["billCode"]
        assert wire.code(CANCEL, cancel | {"cancelType": "8"}) == "S208"
        assert wire.call(CANCEL, cancel)["status"] is True
        assert wire.call(CANCEL, cancel)["message"] == "订单已取消"
        assert wire.call(CANCEL, cancel | {"billCode": "73000000000000"})["status"] is False


def test_an_appointment_of_type_three_has_no_number() -> None:
    with zto() as wire:
        result = wire.call(CREATE, order(orderType="3"))["result"]
        assert result["billCode"] is None
        assert wire.simulator.numbers_left("test") == 1000


def test_a_return_slip_has_a_number_of_its_own() -> None:
    with zto() as wire:
        body = order(**_vas("receiveReturnService"), siteCode="02100", siteName="上海")
        result = wire.call(CREATE, body)["result"]
        issued = [result["billCode"], result["signBillInfo"]["billCode"]]
        assert wire.simulator.numbers_issued("DD20260101-0001") == issued


def test_a_track_wants_the_last_four_digits() -> None:
    with zto() as wire:
        bill = wire.call(CREATE, order())["result"]["billCode"]
        assert wire.code(TRACK, {"billCode": bill}) == "E413"
        assert wire.code(TRACK, {"billCode": bill, "mobilePhone": "13800000002"}) == "E413"
        assert wire.code(TRACK, {"billCode": bill, "mobilePhone": "9999"}) == "E409"
        assert wire.code(TRACK, {"billCode": "SF7444496931331", "mobilePhone": "0002"}) == "E416"
        assert wire.code(TRACK, {"billCode": "73100000000000", "mobilePhone": "0002"}) == "E418"
        wire.simulator.advance(bill, 5)
        scans = wire.call(TRACK, {"billCode": bill, "mobilePhone": "0002"})["result"]
        assert [s["scanType"] for s in scans] == ["收件", "发件", "到件", "派件", "签收"]
        assert scans[0]["scanDate"] == 1767225600000


def test_a_push_is_signed_over_its_data() -> None:
    with zto() as wire:
        bill = wire.call(CREATE, order())["result"]["billCode"]
        form = wire.simulator.trace_push(bill, "GOT")
        text = form["data"] + wire.account.app_secret
        right = hashlib.md5(text.encode(), usedforsecurity=False).digest()
        assert form["data_digest"] == base64.b64encode(right).decode()


def test_a_hyphen_is_refused_where_the_quirk_says_so() -> None:
    body = to_receiver(receiverMobile="", receiverPhone="021-55550000")
    with zto() as wire:
        assert wire.code(CREATE, body) == "0000"
    with zto(ZtoQuirks(digits_only_phones=True)) as wire:
        assert wire.call(CREATE, body)["message"] == "固话和手机只能包含数字"


def test_twenty_clients_at_once_get_twenty_different_numbers() -> None:
    with zto() as wire:
        threads = [
            threading.Thread(target=wire.call, args=(CREATE, order(f"k{i}"))) for i in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        numbers = [o.bill_code for o in wire.simulator.orders]
        assert len(set(numbers)) == 20
        assert wire.simulator.numbers_left("test") == 980
        assert wire.simulator.counts == {CREATE: 20}


def test_a_lost_answer_costs_a_number_that_no_question_brings_back() -> None:
    with zto() as wire:
        wire.server.faults.lose_answer("/" + CREATE)
        with pytest.raises(httpx.TransportError):
            wire.call(CREATE, order())
        assert len(wire.simulator.numbers_issued("DD20260101-0001")) == 1
        asked = {"type": 1, "orderCode": "", "billCode": "", "partnerOrderCode": "DD20260101-0001"}
        assert wire.call(INFO, asked)["status"] is False
