"""A client that is wrong about YTO fails at the simulated YTO, and a right one gets on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.simulators.yto import Repeat, YtoAccount, YtoQuirks, sign
from tests.simulators.recorded import compact, vectors
from tests.simulators.yto_wire import (
    CANCEL,
    CREATE,
    PRICE,
    PRINT,
    TRACK,
    md5_base64,
    official,
    order,
    yto,
)


def test_the_signature_equals_the_recorded_one() -> None:
    [vector] = [v for v in vectors("yto_sign") if v["kind"] == "computed"]
    given = vector["inputs"]
    assert sign(given["param"], given["method"], given["secret"]) == vector["expected"]


def _without_method(param: str, method: str, secret: str) -> str:
    return md5_base64(param + "v1" + secret)


def _reserialised(param: str, method: str, secret: str) -> str:
    return official(json.dumps(json.loads(param)), method, secret)


def _escaped(param: str, method: str, secret: str) -> str:
    return official(param.encode("unicode_escape").decode(), method, secret)


@pytest.mark.parametrize("signer", [_without_method, _reserialised, _escaped])
def test_a_wrong_signature_is_refused(signer: Callable[[str, str, str], str]) -> None:
    with yto() as wire:
        wire.sign = signer
        refused = wire.call(CREATE, order())
        assert (refused["success"], refused["message"]) == (False, "签名验证失败")
        assert wire.simulator.orders == []


def test_address_and_envelope_are_checked() -> None:
    with yto() as wire:
        good = wire.envelope(CREATE, order())
        wrong = [
            (wire.path(CREATE).replace("v1", "v2"), good),
            (wire.path(CREATE).replace(CREATE, "korder_create_adapter"), good),
            (wire.path(CREATE) + "/more", good),
            (wire.path(CREATE).replace("FAKEtk", "other"), good),
            (wire.path(CREATE), good | {"format": "XML"}),
            (wire.path(CREATE), good | {"timestamp": "1767225600"}),
            (wire.path(CREATE), good | {"timestamp": "1767229200001"}),
            (wire.path(CREATE), good | {"param": order()}),
            (wire.path(CREATE), good | {"more": "1"}),
            (wire.path(CREATE), [good]),
        ]
        for path, envelope in wrong:
            assert wire.send(path, envelope)["success"] is False
        url = wire.server.base_url + wire.path(CREATE)
        assert httpx.post(url, data=good).json()["code"] == "415"
        assert httpx.get(url).json()["code"] == "405"
        assert wire.simulator.orders == []
        assert wire.send(wire.path(CREATE), good)["mailNo"].startswith("YT8")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"logisticsNo": ""}, "logisticsNo"),
        ({"recipientName": "赵*"}, "脱敏"),
        ({"recipientMobile": "138****0002"}, "联系电话"),
        ({"recipientMobile": "18412345678-1234"}, "虚拟手机号"),
        ({"recipientCountyName": ""}, "CountyName"),
        ({"goods": [{"name": "", "quantity": 1}]}, "物品名称"),
        ({"goods": [{"name": "茶", "quantity": 0}]}, "物品数量"),
        ({"increments": [{"type": 3, "amount": 5}]}, "类型"),
        ({"increments": [{"type": 1, "amount": 5}, {"type": 2, "amount": 5}]}, "同时"),
        ({"increments": [{"type": 1, "amount": 2.99}]}, "3至20000"),
        ({"increments": [{"type": 4, "amount": "100"}]}, "金额错误"),
        ({"productCode": "XX"}, "产品编码"),
        ({"recipientAddress": "申贵路超区"}, "服务范围"),
    ],
)
def test_a_wrong_order_is_refused_in_words(changes: dict[str, Any], said: str) -> None:
    with yto() as wire:
        refused = wire.call(CREATE, order() | changes)
        assert said in refused["reason"]
        assert wire.simulator.orders == []


def test_a_repeated_id_does_what_the_quirk_says() -> None:
    for repeat, numbers in ((Repeat.SECOND_NUMBER, 2), (Repeat.SAME_NUMBER, 1)):
        with yto(YtoQuirks(repeat=repeat)) as wire:
            answers = [wire.call(CREATE, order()) for _ in range(2)]
            assert len({a["mailNo"] for a in answers}) == numbers
            assert len(wire.simulator.numbers_issued("DD20260101-0001")) == numbers
    with yto(YtoQuirks(repeat=Repeat.REFUSED)) as wire:
        wire.call(CREATE, order())
        assert wire.call(CREATE, order())["reason"] == "物流单号已存在"


def test_cancelling_tracking_printing_and_prices() -> None:
    with yto() as wire:
        number = wire.call(CREATE, order())["mailNo"]
        assert wire.call(TRACK, {"NUMBER": number})["code"] == "1001"
        wire.simulator.advance(number, 2)
        assert [s["infoContent"] for s in wire.call(TRACK, {"NUMBER": number})] == [
            "GOT",
            "DEPARTURE",
        ]
        gone = {"logisticsNo": "DD20260101-0001", "cancelDesc": "订单取消"}
        assert "已揽收" in wire.call(CANCEL, gone)["reason"]
        wire.call(CREATE, order("2"))
        second = gone | {"logisticsNo": "2"}
        assert wire.call(CANCEL, second) == {"logisticsNo": "2"}
        assert "已取消" in wire.call(CANCEL, second)["reason"]
        assert wire.call(PRINT, {"waybillNo": number})["data"]["pdfBase64"].startswith("JVBERi0")
        assert wire.call(PRINT, {"waybillNo": "YT1"})["code"] == "-1"
        places = {"startProvince": "上海", "startCity": "上海市", "endProvince": "西藏自治区"}
        price = wire.call(PRICE, places | {"endCity": "拉萨市", "goodsWeight": 1.2})
        assert price == {"price": "11.00"}


def test_queries_may_have_keys_of_their_own_and_numbers_run_out() -> None:
    own = YtoAccount(query_token="Q", query_customer_code="TEST", query_secret="q", numbers_left=1)
    with yto(account=own) as wire:
        assert wire.call(TRACK, {"NUMBER": "YT1"})["success"] is True
        stranger = wire.path(TRACK).replace("/Q/TEST", "/FAKEtk/K21000119")
        assert wire.send(stranger, wire.envelope(TRACK, {"NUMBER": "YT1"}))["code"] == "1002"
        assert "mailNo" in wire.call(CREATE, order())
        assert wire.call(CREATE, order("2"))["reason"] == "电子面单余额不足"


def test_a_body_that_names_something_twice_is_no_json() -> None:
    with yto() as wire:
        twice = compact(order())[:-1] + ',"weight":1}'
        assert wire.call(CREATE, twice)["code"] == "1000"
