"""Yunda: what leaves when a parcel is booked, and what every kind of answer proves."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.registry import make_source
from app.carriers.validation import ready
from app.carriers.wire_json import encode
from app.carriers.yunda import wire
from app.carriers.yunda.label import label_data
from app.carriers.yunda.settings import YundaSettings
from app.domain.waybills import Booking, Issued, IssuedNumber, ProblemClass, Rejected, Unknown
from app.net.transport import Response
from app.ports import WaybillSource
from tests.carriers.recording import RecordingTransport, answer, no_answer, page
from tests.carriers.samples import YUNDA_CONFIG, sample, yunda_booking
from tests.support.clock import FakeClock

_CREATED = sample("yunda_create_order.response")
_FIELDS, _TAIL = _CREATED["decoded_pdf_info"][0]
_CHANGES = sample("yunda_update_cancel")
_ERRORS = {case["body"]["code"]: case["body"] for case in sample("yunda_errors")["cases"]}
_BASE = "https://u-openapi.yundasys.com/openapi-api/v1/accountOrder"


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> WaybillSource:
    return make_source(YUNDA_CONFIG, transport, clock)


def settings(**changes: Any) -> YundaSettings:
    return read_account(YundaSettings, YUNDA_CONFIG | changes)


def passed(booking: Booking) -> Booking:
    prepared = ready(booking, wire.LIMITS)
    assert isinstance(prepared, Booking)
    return prepared


def element(**changes: Any) -> Response:
    """The captured answer with its one element changed."""
    [captured] = _CREATED["body"]["data"]
    return answer(_CREATED["body"] | {"data": [captured | changes]})


def refused(said: str) -> Response:
    return element(status="0", msg=said, mail_no=None, pdf_info=None)


def sample_order(**changes: Any) -> tuple[YundaSettings, Booking]:
    account = settings(box_size_mm=[120, 230, 110], return_slip=True)
    return account, passed(yunda_booking(cod_fen=1500, insured_fen=210000, **changes))


REPEATED = refused("更新订单请使用更新接口")


def test_the_order_is_the_sample_apart_from_the_amount_to_collect() -> None:
    """The sample marks cash on delivery of 15 yuan and leaves collection_value at 0."""
    data = wire.order_data(*sample_order())
    assert data["orders"][0]["collection_value"] == 15
    data["orders"][0]["collection_value"] = 0
    sent = encode(data).decode()
    assert sent == sample("yunda_create_order.request")["body_bytes_as_signed"]


def test_cancelling_is_the_sample_to_the_byte() -> None:
    data = wire.cancel_data(settings(), "DD20260101_0001", "4060005469862")
    assert encode(data).decode() == _CHANGES["cancel"]["body_bytes_as_signed"]


def test_the_balance_query_is_the_sample_to_the_byte() -> None:
    data = wire.balance_data(settings())
    assert encode(data).decode() == sample("yunda_balance")["body_bytes_as_signed"]


def test_the_signed_bytes_are_the_sent_bytes(
    source: WaybillSource, transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.will(element())
    source.create(yunda_booking(remark="50% off * ~ + ' \" ( ) 😀 轻放"))
    sent = transport.last
    signed = sent.body + b"_" + YUNDA_CONFIG["app_secret"].encode()
    assert (sent.method, sent.url) == ("POST", f"{_BASE}/createBmOrder")
    assert sent.headers == {
        "content-type": "application/json;charset=UTF-8",
        "app-key": "999999",
        "req-time": str(int(clock.now().timestamp() * 1000)),
        "sign": hashlib.md5(signed, usedforsecurity=False).hexdigest(),
    }
    body = sent.json
    assert (body["appid"], body["partner_id"], body["secret"]) == (
        "999999", "201700101001", "123456789",
    )  # fmt: skip


def test_an_order_without_extras_marks_nothing() -> None:
    data = wire.order_data(settings(protect_privacy=False), passed(yunda_booking(order_ids=())))
    order = data["orders"][0]
    assert order["markingInfos"] == []
    assert (order["isProtectPrivacy"], order["cus_area1"], order["size"]) == ("0", "", "")


def test_the_captured_answer_is_a_number_with_its_field_map_and_tail(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(element())
    issued = source.create(yunda_booking())
    assert isinstance(issued, Issued)
    assert issued.numbers == (IssuedNumber("4060005469862"),)
    assert issued.template == "yunda"
    assert issued.label == _FIELDS | {"routing_tail": ["0424", 0]}
    assert issued.warning is None


@pytest.mark.parametrize(
    "changes",
    [
        {"mail_no": None, "mailno": "4060005469862"},
        {"status": None},
        {"pdf_info": json.dumps(json.dumps(_CREATED["decoded_pdf_info"]))},
        {"pdf_info": [[json.dumps(_FIELDS), _TAIL]]},
        {"pdf_info": [[[_FIELDS], _TAIL]]},
        {"pdf_info": [[_FIELDS]]},
        {"pdf_info": _FIELDS},
        {"mail_no": None},
        {"mail_no": 4060005469862, "status": 1},
        {"pdf_info": _CREATED["decoded_pdf_info"]},
        {"pdf_info": [_FIELDS, _TAIL]},
        {"order_serial_no": None},
    ],
)
def test_the_number_and_the_label_are_found_in_every_form(
    source: WaybillSource, transport: RecordingTransport, changes: dict[str, Any]
) -> None:
    transport.will(element(**changes))
    issued = source.create(yunda_booking())
    assert isinstance(issued, Issued)
    assert issued.number == "4060005469862"
    assert issued.label["position_no"] == "G096-00 20"


@pytest.mark.parametrize("given", [None, "", "[[", "[]", 7, [[{}]], '[[{"position":""}]]'])
def test_label_data_that_cannot_be_read_are_empty(given: Any) -> None:
    assert label_data(given) == {"position": "", "position_no": ""}


def test_missing_label_data_are_asked_for_by_number(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    pdf = json.dumps(_CREATED["decoded_pdf_info"])
    transport.will(
        element(pdf_info=None),
        answer(_CREATED["body"] | {"data": [{"mailno": "4060005469862", "pdfInfo": pdf}]}),
    )
    issued = source.create(yunda_booking())
    assert isinstance(issued, Issued)
    assert issued.label["position"] == "300"
    assert issued.warning is None
    assert transport.last.url == f"{_BASE}/bmGetPdfInfo"
    assert transport.last.json["orders"] == [{"mailno": "4060005469862"}]


@pytest.mark.parametrize(
    "given",
    [
        no_answer(),
        page(404),
        answer(_ERRORS["7200"]),
        answer(_CREATED["body"] | {"data": [{"mailno": "1", "pdfInfo": '[[{"position":1}]]'}]}),
    ],
)
def test_label_data_that_stay_away_leave_the_number_with_a_warning(
    source: WaybillSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(element(pdf_info="?"), given)
    issued = source.create(yunda_booking())
    assert isinstance(issued, Issued)
    assert issued.number == "4060005469862"
    assert issued.label["position"] == ""
    assert "do not print" in str(issued.warning)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("7100", ProblemClass.ACCOUNT),
        *((code, ProblemClass.AUTH) for code in ("7200", "7300", "7400")),
        *((code, ProblemClass.DAY_LIMIT) for code in ("7500", "7501")),
        *((code, ProblemClass.RATE) for code in ("7502", "7503")),
        *((f"760{n}", ProblemClass.AUTH) for n in range(6)),
    ],
)
def test_a_refusal_of_the_gateway_did_nothing(
    source: WaybillSource, transport: RecordingTransport, code: str, kind: ProblemClass
) -> None:
    transport.will(answer(_ERRORS[code]))
    outcome = source.create(yunda_booking())
    assert isinstance(outcome, Rejected)
    found = outcome.problem
    assert (found.kind, found.code, found.said) == (kind, code, _ERRORS[code]["message"])


def test_a_used_up_day_says_tomorrow(source: WaybillSource, transport: RecordingTransport) -> None:
    transport.will(answer(_ERRORS["7500"]))
    outcome = source.create(yunda_booking())
    assert isinstance(outcome, Rejected)
    assert "tomorrow" in str(outcome.problem.remedy)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("电子面单账户余额为0", ProblemClass.BALANCE),
        ("收件地址在盲区", ProblemClass.OUT_OF_RANGE),
        ("到方电话或手机不合法", ProblemClass.PHONE),
        ("未获取到三段码", ProblemClass.FIX_ADDRESS),
        ("网点停发", ProblemClass.OUT_OF_RANGE),
        ("天外来物", ProblemClass.OTHER),
    ],
)
def test_a_refused_order_is_classed_by_its_words(
    source: WaybillSource, transport: RecordingTransport, said: str, kind: ProblemClass
) -> None:
    transport.will(refused(said))
    outcome = source.create(yunda_booking())
    assert isinstance(outcome, Rejected)
    assert (outcome.problem.kind, outcome.problem.said) == (kind, said)


@pytest.mark.parametrize(
    "given",
    [
        REPEATED,
        answer(_ERRORS["7777"]),
        answer(_ERRORS["7777"] | {"message": "?"}),
        answer(_ERRORS["7777"] | {"code": "7799", "message": "?"}),
        answer({"code": "7100", "message": "no envelope of Yunda's"}),
        refused("系统错误"),
        refused(""),
        element(status="0", msg="收件地址在盲区", pdf_info=None),
        element(order_serial_no="SOMEBODY"),
        element(mail_no=None, pdf_info=None),
        answer(_CREATED["body"] | {"data": []}),
        answer(_CREATED["body"] | {"data": None}),
        answer({"code": 500, "message": "error"}, 500),
    ],
)
def test_what_may_have_taken_effect_is_unknown(
    source: WaybillSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(given)
    assert isinstance(source.create(yunda_booking()), Unknown)
    assert len(transport.sent) == 1
