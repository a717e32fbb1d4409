"""YTO: the bytes that leave, and what each shape of answer proves."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.registry import make_source
from app.carriers.wire_json import encode
from app.carriers.yto import wire
from app.carriers.yto.errors import yto_problem
from app.carriers.yto.label import LABEL
from app.carriers.yto.settings import YtoSettings
from app.carriers.yto.signature import digest, sign
from app.carriers.yto.source import YtoSource
from app.domain.waybills import (
    AskPerson,
    Issued,
    IssuedNumber,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
    VoidResult,
)
from app.net.transport import Response
from app.ports import Capability
from tests.carriers.recording import RecordingTransport, answer, no_answer, nothing_left, page
from tests.carriers.samples import YTO_CONFIG, sample, vectors, yto_booking
from tests.support.clock import FakeClock

K = ProblemClass
_SAMPLE = sample("other_carriers.requests")["items"]["yto"]
_ANSWERS = sample("yto_answers")
_NUMBER = "YT8800000000011"


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> YtoSource:
    return opened(transport, clock)


@pytest.fixture
def safe(transport: RecordingTransport, clock: FakeClock) -> YtoSource:
    return opened(transport, clock, repeat_is_safe=True)


def opened(transport: RecordingTransport, clock: FakeClock, **config: Any) -> YtoSource:
    source = make_source(YTO_CONFIG | config, transport, clock)
    assert isinstance(source, YtoSource)
    return source


def settings(**config: Any) -> YtoSettings:
    return read_account(YtoSettings, YTO_CONFIG | config)


def refused(said: str, **more: Any) -> Response:
    return answer({"success": False, "reason": said} | more)


def test_the_signature_equals_ytos_own_example_and_the_vectors() -> None:
    [official] = vectors("yto_sign", "official")
    assert digest(official["inputs"]["data"], official["inputs"]["secret"]) == official["expected"]
    [computed] = vectors("yto_sign", "computed")
    given = computed["inputs"]
    signed = sign(given["param"], given["method"], given["secret"], given["v"])
    assert signed == computed["expected"]


def test_the_order_is_the_sample_to_the_byte() -> None:
    assert encode(wire.order_data(settings(), yto_booking())).decode() == _SAMPLE["json"]["param"]


def test_the_signed_text_is_the_sent_text_at_the_interfaces_own_address(
    source: YtoSource, transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.will(answer(_ANSWERS["created"]))
    source.create(yto_booking(remark="50% off * ~ + ' \" ( ) 轻放"))
    sent = transport.last
    place = _SAMPLE["url"].replace("{token}", "FAKEtk").replace("{customerCode}", "K21000119")
    assert (sent.method, sent.url) == ("POST", place)
    assert sent.headers == {"content-type": "application/json;charset=UTF-8"}
    body = sent.json
    assert list(body) == list(_SAMPLE["json"])
    assert body["timestamp"] == str(int(clock.now().timestamp() * 1000))
    assert body["format"] == "JSON"
    assert body["sign"] == sign(body["param"], "privacy_create_adapter", "FAKEytosecret")
    assert json.loads(body["param"])["remark"] == "50% off * ~ + ' \" ( ) 轻放"


def test_extra_services_are_increments_in_yuan() -> None:
    data = wire.order_data(settings(), yto_booking(cod_fen=29950))
    assert data["increments"] == [{"type": 1, "amount": 299.5}, {"type": 4, "amount": 100}]
    declared = wire.order_data(settings(insure_from_fen=12900), yto_booking(insured_fen=0))
    assert declared["increments"] == [{"type": 4, "amount": 129}]
    collect = wire.order_data(settings(freight_collect_fen=1200), yto_booking(insured_fen=0))
    assert collect["increments"] == [{"type": 2, "amount": 12}]


def test_a_product_comes_from_the_booking_or_the_account() -> None:
    assert "productCode" not in wire.order_data(settings(), yto_booking())
    assert wire.order_data(settings(product="PK"), yto_booking())["productCode"] == "PK"
    booked = wire.order_data(settings(product="PK"), yto_booking(product="YZD"))
    assert booked["productCode"] == "YZD"


def test_the_products_are_named(source: YtoSource) -> None:
    assert [p.code for p in source.products()] == ["PK", "YZD"]


def test_land_lines_goods_without_weight_and_order_ids_find_their_fields() -> None:
    booking = yto_booking(order_ids=("3701", "3702"))
    receiver = replace(booking.receiver, phone="021-59815121", street="华漕镇")
    goods = (replace(booking.goods[0], weight_g=0),)
    data = wire.order_data(settings(), replace(booking, receiver=receiver, goods=goods))
    assert data["recipientMobile"] == "021-59815121"
    assert data["recipientAddress"] == "华漕镇申贵路1500号"
    assert data["goods"] == [{"name": "女装", "quantity": 1}]
    assert data["cstOrderNo"] == "3701"


def test_cash_on_delivery_and_collected_freight_exclude_each_other(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    source = opened(transport, clock, freight_collect_fen=1000)
    outcome = source.create(yto_booking(cod_fen=100))
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is K.PRODUCT_OR_VAS
    assert transport.sent == []


@pytest.mark.parametrize("name", ["created", "created_wrapped"])
def test_a_number_comes_flat_or_wrapped(
    source: YtoSource, transport: RecordingTransport, name: str
) -> None:
    transport.will(answer(_ANSWERS[name]))
    issued = source.create(yto_booking())
    assert isinstance(issued, Issued)
    assert issued.numbers == (IssuedNumber(_NUMBER),)
    assert issued.template == "plain"
    assert issued.label == {
        "company": "圆通速递", "mark": "300-052-118", "bagAddr": "", "qrcode": "",
    }  # fmt: skip
    assert issued.warning is None
    assert json.loads(issued.raw) == _ANSWERS[name]


@pytest.mark.parametrize(
    "body",
    [
        {"waybillNo": _NUMBER},
        {"success": "true", "result": {"mailNo": _NUMBER}},
        {"code": "0", "data": [{"logisticsNo": "DD20260101-0001", "mailNo": _NUMBER}]},
        {"success": True, "data": json.dumps({"mailNo": _NUMBER})},
    ],
)
def test_other_shapes_of_a_number_are_read_and_warn_without_a_route(
    source: YtoSource, transport: RecordingTransport, body: dict[str, Any]
) -> None:
    transport.will(answer(body))
    issued = source.create(yto_booking())
    assert isinstance(issued, Issued)
    assert issued.number == _NUMBER
    assert issued.label["mark"] == ""
    assert "do not print" in str(issued.warning)


@pytest.mark.parametrize("name", ["shortAddress", "short_address", "threeSegmentCode", "bigPen"])
def test_the_route_text_is_found_under_the_names_met(name: str) -> None:
    assert LABEL.of({name: " 300-052-118 "})["mark"] == "300-052-118"
    assert LABEL.of({name: None})["mark"] == ""


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("收件地址超出服务范围", K.OUT_OF_RANGE),
        ("收件网点停发", K.OUT_OF_RANGE),
        ("收件地址不详细,未获取到三段码", K.FIX_ADDRESS),
        ("收件人联系电话不合法", K.PHONE),
        ("电子面单余额不足", K.BALANCE),
        ("客户编码不存在", K.ACCOUNT),
        ("签名验证失败", K.AUTH),
        ("sign error", K.AUTH),
        ("增值服务金额错误", K.PRODUCT_OR_VAS),
        ("天外来物", K.OTHER),
    ],
)
def test_a_refusal_is_classed_by_its_words(
    source: YtoSource, transport: RecordingTransport, said: str, kind: ProblemClass
) -> None:
    for body in ({"success": False, "reason": said}, {"code": "1003", "message": said}):
        transport.will(answer(body))
        outcome = source.create(yto_booking())
        assert isinstance(outcome, Rejected)
        assert (outcome.problem.kind, outcome.problem.said) == (kind, said)


def test_the_remedies_of_the_account_name_its_keys() -> None:
    assert "token" in str(yto_problem("1003", "签名验证失败").remedy)
    assert "customer_code" in str(yto_problem("1002", "客户编码不存在").remedy)


@pytest.mark.parametrize(
    "given",
    [
        refused("物流单号已存在"),
        refused("重复下单"),
        refused("物流单号已存在", mailNo=_NUMBER),
        refused("系统异常,请稍后"),
        refused("天外来物", mailNo=_NUMBER),
        answer({"success": True}),
        answer({"code": "0", "message": "success", "data": {}}),
        answer({"code": "9999"}),
        answer({"success": False}),
        answer({"logisticsNo": "DD20260101-0001"}),
        answer({"logisticsNo": "SOMEBODY", "mailNo": _NUMBER}),
        answer([]),
    ],
)
def test_what_may_have_taken_effect_is_unknown(
    source: YtoSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(given)
    assert isinstance(source.create(yto_booking()), Unknown)
    assert len(transport.sent) == 1


def test_an_old_answer_for_somebody_else_is_not_ours(
    source: YtoSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["created"] | {"recipientName": "钱*"}))
    outcome = source.create(yto_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is K.DUPLICATE


def test_a_contract_that_allows_it_repeats_the_very_same_create(
    safe: YtoSource, transport: RecordingTransport
) -> None:
    assert Capability.RECONCILE in safe.capabilities
    transport.will(no_answer(), answer(_ANSWERS["created"]))
    safe.create(yto_booking())
    found = safe.reconcile(yto_booking())
    assert isinstance(found, Issued)
    assert found.number == _NUMBER
    assert transport.sent[0].body == transport.sent[1].body


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (refused("物流单号已存在", mailNo=_NUMBER), Issued),
        (refused("物流单号已存在"), AskPerson),
        (refused("收件地址超出服务范围"), Rejected),
        (refused("电子面单余额不足"), Unknown),
        (refused("签名验证失败"), Unknown),
        (refused("天外来物"), Unknown),
        (nothing_left(), Unknown),
        (no_answer(), Unknown),
        (page(502), Unknown),
        (page(404), Unknown),
    ],
)
def test_what_a_repeated_create_proves(
    safe: YtoSource, transport: RecordingTransport, given: Response | Exception, kind: type[object]
) -> None:
    transport.will(given)
    assert isinstance(safe.reconcile(yto_booking()), kind)


def test_a_route_that_was_missing_comes_with_the_repeated_create(
    safe: YtoSource, transport: RecordingTransport
) -> None:
    assert Capability.LABEL_DATA in safe.capabilities
    transport.will(answer(_ANSWERS["created"]), answer(_ANSWERS["created"] | {"mailNo": "YT1"}))
    label = safe.fetch_label(yto_booking(), _NUMBER)
    assert isinstance(label, dict)
    assert label["mark"] == "300-052-118"
    assert isinstance(safe.fetch_label(yto_booking(), _NUMBER), Problem)
    transport.will(answer({"mailNo": _NUMBER}), no_answer())
    assert isinstance(safe.fetch_label(yto_booking(), _NUMBER), Problem)
    assert isinstance(safe.fetch_label(yto_booking(), _NUMBER), Problem)


def test_a_route_that_is_missing_is_not_asked_for_without_that_contract(
    source: YtoSource, transport: RecordingTransport
) -> None:
    assert isinstance(source.fetch_label(yto_booking(), _NUMBER), Problem)
    assert transport.sent == []


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (answer(_ANSWERS["cancelled"]), VoidResult.VOIDED),
        (answer({"success": True, "message": "成功"}), VoidResult.VOIDED),
        (answer({"code": "0", "data": _ANSWERS["cancelled"]}), VoidResult.VOIDED),
        (refused("订单已取消"), VoidResult.ALREADY_VOID),
        (refused("订单不存在"), VoidResult.ALREADY_VOID),
        (refused("订单已揽收,不能取消"), VoidResult.TOO_LATE),
        (refused("天外来物"), VoidResult.UNKNOWN),
        (answer({"logisticsNo": "SOMEBODY"}), VoidResult.UNKNOWN),
        (answer(_ANSWERS["cancelled"] | {"reason": "处理中"}), VoidResult.UNKNOWN),
        (no_answer(), VoidResult.UNKNOWN),
        (page(502), VoidResult.UNKNOWN),
    ],
)
def test_cancelling(
    source: YtoSource,
    transport: RecordingTransport,
    given: Response | Exception,
    result: VoidResult,
) -> None:
    transport.will(given)
    assert source.void(yto_booking(), _NUMBER, "").result is result
    assert "/open/korder_cancel_adapter/v1/" in transport.last.url
    assert json.loads(transport.last.json["param"])["logisticsNo"] == "DD20260101-0001"
