"""Kuaidi100: what leaves when a parcel is booked, and what every kind of answer proves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.kuaidi100 import wire
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.kuaidi100.signature import label_sign, push_sign, query_sign
from app.carriers.kuaidi100.source import Kuaidi100Source
from app.carriers.validation import ready
from app.carriers.wire_json import encode
from app.domain.text import Text
from app.domain.waybills import (
    AskPerson,
    Booking,
    Issued,
    IssuedNumber,
    NotSent,
    ProblemClass,
    Rejected,
    Unknown,
    VoidResult,
)
from app.net.transport import Response
from app.ports import Capability
from tests.carriers.recording import RecordingTransport, answer, nothing_left, page
from tests.carriers.samples import KUAIDI100_CONFIG, kuaidi100_booking, sample, vectors
from tests.support.clock import FakeClock

_ANSWERS = sample("kuaidi100_answers")
_SAMPLE = sample("other_carriers.requests")["items"]["kuaidi100_order"]
_NUMBER = "4300000000017"
_FOLLOWS = {k: v for k, v in KUAIDI100_CONFIG.items() if k in {"carrier", "key", "customer"}}


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> Kuaidi100Source:
    return Kuaidi100Source(settings(), transport, clock)


@pytest.fixture
def follower(transport: RecordingTransport, clock: FakeClock) -> Kuaidi100Source:
    return Kuaidi100Source(read_account(Kuaidi100Settings, _FOLLOWS), transport, clock)


def settings(**changes: Any) -> Kuaidi100Settings:
    return read_account(Kuaidi100Settings, KUAIDI100_CONFIG | changes)


def passed(booking: Booking) -> Booking:
    prepared = ready(booking, wire.LIMITS)
    assert isinstance(prepared, Booking)
    return prepared


def ordered(**changes: Any) -> Response:
    whole = _ANSWERS["ordered"]
    return answer(whole | {"data": whole["data"] | changes})


def refused(code: int, said: str) -> Response:
    return answer({"success": False, "code": code, "message": said, "data": None})


def sent_ago(clock: FakeClock, hours: float) -> Booking:
    return kuaidi100_booking(sent_at=clock.now() - timedelta(hours=hours))


def test_the_three_signatures_equal_the_vector() -> None:
    [vector] = vectors("kuaidi100")
    given, expected = vector["inputs"], vector["expected"]
    signed = label_sign(given["param"], given["t"], given["key"], given["secret"])
    assert signed == expected["label_order_sign"]
    asked = query_sign(given["param"], given["key"], given["customer"])
    assert asked == expected["query_sign"]
    assert push_sign(given["param"], given["salt"]) == expected["push_sign"]


def test_the_order_is_the_sample_to_the_byte() -> None:
    account = settings(partner_id="FAKE", partner_key="FAKE")
    data = wire.order_data(account, passed(kuaidi100_booking()))
    assert encode(data).decode() == _SAMPLE["form"]["param"]


def test_extras_are_only_there_when_they_are_wanted() -> None:
    account = settings(partner_secret="S", partner_code="C", partner_site="上海网点")
    booking = kuaidi100_booking(cod_fen=29950, insured_fen=100000, remark="轻放", product="特快")
    data = wire.order_data(account, passed(booking))
    assert (data["collection"], data["valinsPay"], data["remark"]) == (299.5, 1000, "轻放")
    assert (data["partnerSecret"], data["code"], data["net"]) == ("S", "C", "上海网点")
    assert data["expType"] == "特快"


def test_goods_of_worth_are_declared() -> None:
    booking = passed(kuaidi100_booking())
    assert wire.order_data(settings(insure_from_fen=12900), booking)["valinsPay"] == 129
    assert "valinsPay" not in wire.order_data(settings(insure_from_fen=12901), booking)


def test_the_signed_text_is_the_sent_text(
    source: Kuaidi100Source, transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.will(ordered())
    source.create(kuaidi100_booking(remark="50% off * ~ + ' \" ( ) 轻放"))
    sent = transport.last
    form = sent.form
    assert (sent.method, sent.url) == ("POST", _SAMPLE["url"])
    assert list(form) == list(_SAMPLE["form"])
    assert (form["method"], form["key"]) == ("order", "FAKEkey")
    assert form["t"] == str(int(clock.now().timestamp() * 1000))
    text = form["param"] + form["t"] + "FAKEkey" + "FAKEsecret"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    assert form["sign"] == digest


@pytest.mark.parametrize("body", ["ordered", "older_ordered"])
def test_an_answer_is_a_number_with_its_route(
    source: Kuaidi100Source, transport: RecordingTransport, body: str
) -> None:
    transport.will(answer(_ANSWERS[body]))
    issued = source.create(kuaidi100_booking())
    assert isinstance(issued, Issued)
    assert issued.numbers == (IssuedNumber(_NUMBER),)
    assert (issued.template, issued.carrier_order, issued.warning) == ("plain", "KD00000001", None)
    assert {k: issued.label[k] for k in ("company", "mark", "bagAddr", "qrcode")} == {
        "company": "韵达快递",
        "mark": "310-A024 05",
        "bagAddr": "上海闵行集包",
        "qrcode": _NUMBER,
    }


def test_a_finished_label_with_both_parties_is_not_kept(
    source: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(ordered(label="https://label.example/x", template="<p>冯十一</p>"))
    issued = source.create(kuaidi100_booking())
    assert isinstance(issued, Issued)
    assert not {"label", "template"} & set(issued.label)


def test_without_a_sorting_code_the_label_is_left_to_the_city(
    source: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(ordered(bulkpen=None, destCode=None))
    issued = source.create(kuaidi100_booking())
    assert isinstance(issued, Issued)
    assert "mark" not in issued.label
    assert "city" in str(issued.warning)


@pytest.mark.parametrize(
    ("reply", "kind", "who"),
    [
        (refused(10018, "收件地址超出服务范围"), ProblemClass.OUT_OF_RANGE, "Yunda Express"),
        (refused(30007, "电子面单账号状态异常"), ProblemClass.ACCOUNT, "Yunda Express"),
        (refused(10018, "电子面单余额不足"), ProblemClass.BALANCE, "Yunda Express"),
        (refused(30002, "验证签名失败"), ProblemClass.AUTH, "Kuaidi100 account"),
        (refused(30004, "单量不足,请充值"), ProblemClass.BALANCE, "Kuaidi100 account"),
    ],
)
def test_a_refusal_names_who_refused_and_the_account(
    source: Kuaidi100Source,
    transport: RecordingTransport,
    reply: Response,
    kind: ProblemClass,
    who: str,
) -> None:
    transport.will(reply)
    outcome = source.create(kuaidi100_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is kind
    assert who in str(outcome.problem.message)
    assert "kd-yd" in str(outcome.problem.message)
    stored = Text.from_json(outcome.problem.message.as_json())
    assert str(stored) == str(outcome.problem.message)


@pytest.mark.parametrize(
    "reply",
    [
        refused(500, "系统错误"),
        refused(99999, "…"),
        refused(10018, "重复下单"),
        ordered(kuaidinum=None),
        ordered(kuaidicom="zhongtong"),
        answer({"success": True, "code": 200, "message": "success", "data": None}),
    ],
)
def test_an_answer_that_proves_nothing_is_unknown(
    source: Kuaidi100Source, transport: RecordingTransport, reply: Response | Exception
) -> None:
    transport.will(reply)
    assert isinstance(source.create(kuaidi100_booking()), Unknown)


def test_within_48_hours_a_lost_answer_is_replayed(
    source: Kuaidi100Source, transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.will(ordered())
    found = source.reconcile(sent_ago(clock, 46.9))
    assert isinstance(found, Issued)
    assert json.loads(transport.last.form["param"])["reorder"] is False


@pytest.mark.parametrize("hours", [47, 48, 100])
def test_later_a_person_is_asked_and_nothing_is_sent(
    source: Kuaidi100Source, transport: RecordingTransport, clock: FakeClock, hours: int
) -> None:
    outcome = source.reconcile(sent_ago(clock, hours))
    assert isinstance(outcome, AskPerson)
    assert "Yunda Express" in str(outcome.reason)
    assert isinstance(source.reconcile(kuaidi100_booking()), AskPerson)  # nobody knows when
    assert transport.sent == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refused(10018, "收件地址超出服务范围"), Rejected),
        (refused(30002, "验证签名失败"), Unknown),
        (refused(30004, "单量不足"), Unknown),
        (refused(30007, "电子面单账号状态异常"), Unknown),
        (refused(10018, "电子面单余额不足"), Unknown),
        (page(403), Unknown),
        (page(502), Unknown),
        (nothing_left(), NotSent),
    ],
)
def test_only_a_refusal_of_the_order_proves_that_there_is_none(
    source: Kuaidi100Source,
    transport: RecordingTransport,
    clock: FakeClock,
    reply: Response | Exception,
    kind: type[Any],
) -> None:
    transport.will(reply)
    assert isinstance(source.reconcile(sent_ago(clock, 1)), kind)


def test_another_companys_parcel_is_refused_before_anything_is_sent(
    source: Kuaidi100Source, transport: RecordingTransport
) -> None:
    outcome = source.create(kuaidi100_booking(carrier="zto"))
    assert isinstance(outcome, Rejected)
    assert "Yunda Express" in str(outcome.problem.message)
    masked = replace(kuaidi100_booking().receiver, name="冯*")
    assert isinstance(source.create(kuaidi100_booking(receiver=masked)), Rejected)
    assert transport.sent == []


def test_an_account_without_a_company_only_follows_and_recognises(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    assert follower.capabilities == {Capability.TRACK, Capability.RECOGNISE}
    assert isinstance(follower.create(kuaidi100_booking()), Rejected)
    assert isinstance(follower.reconcile(kuaidi100_booking()), AskPerson)
    assert follower.void(kuaidi100_booking(), _NUMBER, "").result is VoidResult.UNKNOWN
    assert transport.sent == []


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            ("广东省", "广州市", "黄埔区", "骏业路255号"),
            "广东省广州市黄埔区骏业路255号",
        ),
        (("上海市", "上海市", "闵行区", "申贵路1500号"), "上海市闵行区申贵路1500号"),
        (("重庆", "重庆市", "渝中区", "1号"), "重庆市渝中区1号"),
    ],
)
def test_a_municipality_is_named_once(given: tuple[str, str, str, str], line: str) -> None:
    province, city, district, rest = given
    receiver = replace(
        kuaidi100_booking().receiver, province=province, city=city, district=district, address=rest
    )
    data = wire.order_data(settings(), passed(kuaidi100_booking(receiver=receiver)))
    assert data["recMan"]["printAddr"] == line
