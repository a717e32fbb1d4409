"""J&T: what leaves when a parcel is booked, and what every kind of answer proves."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.jt import wire
from app.carriers.jt.errors import jt_problem
from app.carriers.jt.settings import JtSettings
from app.carriers.jt.signature import business_digest, header_digest
from app.carriers.jt.source import JtSource
from app.carriers.validation import ready
from app.carriers.wire_json import encode
from app.domain.waybills import Booking, Issued, IssuedNumber, ProblemClass, Rejected, Unknown
from app.net.transport import Response
from tests.carriers.recording import RecordingTransport, answer, page
from tests.carriers.samples import JT_CONFIG, jt_booking, sample, vectors
from tests.support.clock import FakeClock

_ANSWERS = sample("jt_answers")
_SAMPLE = sample("other_carriers.requests")["items"]["jt"]
_NUMBER = "JT5000000000017"


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> JtSource:
    return JtSource(settings(), transport, clock)


def settings(**changes: Any) -> JtSettings:
    return read_account(JtSettings, JT_CONFIG | changes)


def passed(booking: Booking) -> Booking:
    prepared = ready(booking, wire.LIMITS)
    assert isinstance(prepared, Booking)
    return prepared


def created(**changes: Any) -> Response:
    whole = _ANSWERS["created"]
    return answer(whole | {"data": whole["data"] | changes})


def found(**changes: Any) -> Response:
    whole = _ANSWERS["found"]
    return answer(whole | {"data": [whole["data"][0] | changes]})


def refused(code: str, said: str) -> Response:
    return answer({"code": code, "msg": said, "data": None})


def test_the_business_digest_is_the_official_one() -> None:
    [vector] = vectors("jt_business_digest", "official")
    given = vector["inputs"]
    digest = business_digest(given["customerCode"], given["pwd"], given["privateKey"])
    assert digest == vector["expected"]


def test_the_header_digest_covers_the_json_before_the_form() -> None:
    [vector] = vectors("jt_header_digest")
    given = vector["inputs"]
    digest = header_digest(given["bizContent"].encode(), given["privateKey"])
    assert digest == vector["expected"]


def test_the_order_is_the_sample_to_the_byte_apart_from_its_goods() -> None:
    data = wire.order_data(settings(), passed(jt_booking()))
    assert data.pop("items") == [{"itemName": "女装", "number": 1}]
    data["digest"] = "<business digest>"
    assert encode(data).decode() == _SAMPLE["form"]["bizContent"]


def test_extras_are_only_there_when_they_are_wanted() -> None:
    booking = passed(jt_booking(cod_fen=29950, insured_fen=100000, remark="轻放", product="TYD"))
    land_line = replace(booking.sender, phone="02157180000", company="示例商贸")
    data = wire.order_data(settings(), replace(booking, sender=land_line))
    assert (data["itemsValue"], data["offerFee"], data["remark"]) == ("299.50", "1000.00", "轻放")
    assert data["expressType"] == "TYD"
    assert data["sender"]["phone"] == "02157180000"
    assert (data["sender"]["mobile"], data["sender"]["company"]) == ("", "示例商贸")


def test_goods_of_worth_are_declared() -> None:
    booking = passed(jt_booking())
    data = wire.order_data(settings(insure_from_fen=12900), booking)
    assert data["offerFee"] == "129.00"
    assert "offerFee" not in wire.order_data(settings(insure_from_fen=12901), booking)


@pytest.mark.parametrize(
    ("weight_g", "text"), [(1, "0.01"), (500, "0.5"), (1000, "1"), (1230, "1.23")]
)
def test_the_weight_is_kilograms_as_text(weight_g: int, text: str) -> None:
    data = wire.order_data(settings(), passed(jt_booking(weight_g=weight_g)))
    assert data["weight"] == text


def test_the_signed_text_is_the_sent_text(
    source: JtSource, transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.will(created())
    source.create(jt_booking(remark="50% off * ~ + ' \" ( ) 轻放"))
    sent = transport.last
    text = sent.form["bizContent"] + JT_CONFIG["private_key"]
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    assert (sent.method, sent.url) == ("POST", _SAMPLE["url"])
    assert sent.headers == {
        "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
        "apiAccount": "178337126125932605",
        "digest": base64.b64encode(digest).decode(),
        "timestamp": str(int(clock.now().timestamp() * 1000)),
    }
    assert list(sent.form) == ["bizContent"]


def test_the_test_environment_is_told_its_user(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.will(created())
    JtSource(settings(uuid="abc 1"), transport, clock).create(jt_booking())
    assert transport.last.url == _SAMPLE["url"] + "?uuid=abc+1"


def test_an_answer_is_a_number_with_its_sorting_code(
    source: JtSource, transport: RecordingTransport
) -> None:
    transport.will(created())
    issued = source.create(jt_booking())
    assert isinstance(issued, Issued)
    assert issued.numbers == (IssuedNumber(_NUMBER),)
    assert (issued.template, issued.warning) == ("plain", None)
    assert issued.label == {
        "sortingCode": "382 300-64 010",
        "lastCenterName": "华东转运中心B1",
        "company": "极兔速递",
        "mark": "382 300-64 010",
        "bagAddr": "华东转运中心B1",
        "qrcode": _NUMBER,
    }


@pytest.mark.parametrize("name", ["sortingCode", "sortCode", "threeSegmentCode", "sorting_code"])
def test_the_sorting_code_may_have_any_of_its_names(
    source: JtSource, transport: RecordingTransport, name: str
) -> None:
    transport.will(created(**{"sortingCode": None, name: "1 2 3"}))
    issued = source.create(jt_booking())
    assert isinstance(issued, Issued)
    assert issued.label["mark"] == "1 2 3"


def test_a_sorting_code_that_is_missing_is_asked_for_once(
    source: JtSource, transport: RecordingTransport
) -> None:
    transport.will(created(sortingCode=None), found(), created(sortingCode=None), page(502))
    first, second = source.create(jt_booking()), source.create(jt_booking())
    asked = json.loads(transport.sent[1].form["bizContent"])
    assert (asked["command"], asked["serialNumber"]) == (2, [_NUMBER])
    assert isinstance(first, Issued)
    assert first.label["mark"] == "382 300-64 010"
    assert isinstance(second, Issued)
    assert second.label["mark"] == ""
    assert "do not print" in str(second.warning)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refused("145003084", "收件人信息不完整"), ProblemClass.FIX_ADDRESS),
        (refused("145003066", "收件地址超出服务范围"), ProblemClass.OUT_OF_RANGE),
        (refused("0", "收件地址解析失败"), ProblemClass.FIX_ADDRESS),
        (refused("145003030", "headers签名验证失败"), ProblemClass.AUTH),
        (refused("145003080", "客户未找到"), ProblemClass.ACCOUNT),
        (refused("145003110", "电子面单余额不足"), ProblemClass.BALANCE),
        (page(404), ProblemClass.OTHER),
        (page(403), ProblemClass.AUTH),
        (page(429), ProblemClass.RATE),
    ],
)
def test_a_refusal_says_that_nothing_happened(
    source: JtSource, transport: RecordingTransport, reply: Response, kind: ProblemClass
) -> None:
    transport.will(reply)
    outcome = source.create(jt_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is kind
    assert str(outcome.problem.remedy)


@pytest.mark.parametrize(
    "reply",
    [
        refused("0", "fail"),
        refused("145005000", "系统错误"),
        refused("145003101", "客户订单号已存在,不能下单"),
        refused("145003050", "重复下单"),
        created(billCode=""),
        created(txlogisticId="somebody-else"),
        answer({"code": "1", "msg": "success", "data": None}),
    ],
)
def test_an_answer_that_proves_nothing_is_unknown(
    source: JtSource, transport: RecordingTransport, reply: Response | Exception
) -> None:
    transport.will(reply)
    assert isinstance(source.create(jt_booking()), Unknown)


def test_what_can_be_seen_to_be_wrong_is_not_sent(
    source: JtSource, transport: RecordingTransport
) -> None:
    receiver = replace(jt_booking().receiver, name="周*")
    assert isinstance(source.create(jt_booking(receiver=receiver)), Rejected)
    assert isinstance(source.create(jt_booking(box_count=2)), Rejected)
    assert transport.sent == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("145003010", "base_url"), ("145003012", "console"), ("145003030", "private_key"),
        ("145003031", "password"), ("145003080", "customer_code"), ("145003083", "sender"),
    ],
)  # fmt: skip
def test_remedies_name_the_place(code: str, words: str) -> None:
    assert words in str(jt_problem(code, "…").remedy)
