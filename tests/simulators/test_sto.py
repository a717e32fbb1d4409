"""A client that is wrong about STO fails at the simulated STO, and a right one gets on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.simulators.sto import Repeat, StoAccount, StoQuirks, data_digest
from tests.simulators.recorded import compact, vectors
from tests.simulators.sto_wire import (
    CANCEL,
    CREATE,
    DISPATCH,
    TRACK,
    URL,
    official,
    order,
    sto,
)


def test_the_digest_equals_the_recorded_one() -> None:
    [vector] = vectors("sto_data_digest")
    given = vector["inputs"]
    wanted = vector["expected"]["data_digest"]
    assert data_digest(given["content"], given["secretKey"]) == wanted


def _encoded_first(content: str, secret: str) -> str:
    return official(quote(content), secret)


def _encoded_twice(content: str, secret: str) -> str:
    return quote(official(content, secret), safe="")


def _reserialised(content: str, secret: str) -> str:
    return official(json.dumps(json.loads(content)), secret)


@pytest.mark.parametrize("signer", [_encoded_first, _encoded_twice, _reserialised])
def test_a_wrong_digest_is_turned_away_in_xml(signer: Callable[[str, str], str]) -> None:
    with sto() as wire:
        wire.sign = signer
        said = wire.send(wire.fields(CREATE, order()))
        assert said.startswith("<response>")
        assert "<errorCode>S02</errorCode>" in said
        assert wire.simulator.orders == []


def test_the_form_is_checked() -> None:
    with sto(StoQuirks(xml_at_the_door=False)) as wire:
        wrong = [
            wire.fields(CREATE, order(), from_appkey="other"),
            wire.fields(CREATE, order(), from_code="other"),
            wire.fields(CREATE, order(), to_code="sto_trace_query"),
            wire.fields(CREATE, order(), api_name="OTHER"),
            wire.fields(CREATE, order(), more="1"),
            wire.fields(CREATE, "[]"),
            wire.fields(CREATE, compact(order())[:-1] + ',"billType":"00"}'),
        ]
        for fields in wrong:
            assert json.loads(wire.send(fields))["success"] == "false"
        url = wire.server.base_url + URL
        assert httpx.post(url, json=wire.fields(CREATE, order())).json()["errorCode"] == "S01"
        assert httpx.get(url).json()["errorCode"] == "S01"
        assert wire.simulator.orders == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"orderNo": ""}, "orderNo"),
        ({"orderSource": "other"}, "orderSource"),
        ({"billType": "77"}, "billType"),
        ({"billType": "01"}, "codValue"),
        ({"codValue": "15.00"}, "codValue"),
        ({"billType": "01", "codValue": "15"}, "小数点后两位"),
        ({"insuredAnnex": {"insuredValue": "100.00"}}, "保价"),
        ({"customer": {}}, "客户密码"),
        ({"cargo": {"battery": "30"}}, "物品名称"),
        ({"cargo": None}, "带电标识"),
        ({"receiver": None}, "收件人"),
    ],
)
def test_a_wrong_order_is_refused_in_words(changes: dict[str, Any], said: str) -> None:
    with sto() as wire:
        refused = wire.call(CREATE, order() | changes)
        assert refused["success"] == "false"
        assert said in refused["errorMsg"]
        assert wire.simulator.orders == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "孙*"}, "脱敏"),
        ({"mobile": ""}, "不能同时为空"),
        ({"mobile": "138****0002"}, "不合法"),
        ({"mobile": "18412345678-1234"}, "虚拟手机号"),
        ({"area": ""}, "area"),
        ({"towns": "x"}, "信息错误"),
        ({"address": "申贵路超区"}, "服务范围"),
        ({"address": "申贵路地址不详"}, "不详细"),
    ],
)
def test_a_wrong_receiver_is_refused_in_words(changes: dict[str, Any], said: str) -> None:
    with sto() as wire:
        receiver = order()["receiver"] | changes
        assert said in wire.call(CREATE, order(receiver=receiver))["errorMsg"]


def test_a_repeated_id_does_what_the_quirk_says() -> None:
    for repeat, numbers in ((Repeat.SECOND_NUMBER, 2), (Repeat.SAME_NUMBER, 1)):
        with sto(StoQuirks(repeat=repeat)) as wire:
            answers = [wire.call(CREATE, order())["data"] for _ in range(2)]
            assert len({a["waybillNo"] for a in answers}) == numbers
            assert len(wire.simulator.numbers_issued("DD20260101-0001")) == numbers
    with sto(StoQuirks(repeat=Repeat.REFUSED)) as wire:
        wire.call(CREATE, order())
        assert "重复" in wire.call(CREATE, order())["errorMsg"]


def test_cancelling_tracking_and_route_text() -> None:
    with sto() as wire:
        made = wire.call(CREATE, order())["data"]
        number = made["waybillNo"]
        assert number.startswith("773")
        source = StoAccount().order_source
        asked = {"BillCode": number, "OrderSourceCode": source}
        assert wire.call(DISPATCH, asked)["data"]["bigWord"] == made["bigWord"]
        wanted = {"waybillNoList": [number, "1"], "order": "asc"}
        assert wire.call(TRACK, wanted)["data"] == {}
        wire.simulator.advance(number, 2)
        scans = wire.call(TRACK, wanted)["data"][number]
        assert [s["scanType"] for s in scans] == ["收件", "发件"]
        cancel = {"billCode": number, "orderSource": source, "orderType": "01"}
        assert "已揽收" in wire.call(CANCEL, cancel)["errorMsg"]
        second = wire.call(CREATE, order("2"))["data"]["waybillNo"]
        other = cancel | {"billCode": second, "sourceOrderId": "2"}
        assert wire.call(CANCEL, other)["success"] == "true"
        assert "已取消" in wire.call(CANCEL, other)["errorMsg"]


def test_numbers_run_out() -> None:
    with sto(account=StoAccount(numbers_left=1)) as wire:
        assert wire.call(CREATE, order())["success"] == "true"
        assert wire.call(CREATE, order("2"))["errorMsg"] == "电子面单余额不足"
