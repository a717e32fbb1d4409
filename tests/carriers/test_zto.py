"""ZTO: what every kind of answer proves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.registry import make_source
from app.carriers.zto.settings import ZtoSettings
from app.carriers.zto.source import ZtoSource
from app.domain.waybills import (
    AskPerson,
    Issued,
    IssuedNumber,
    Outcome,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
    VoidResult,
)
from app.net.transport import Response
from app.ports import Capability, WaybillSource
from tests.carriers.recording import RecordingTransport, answer, no_answer, nothing_left, page
from tests.carriers.samples import ZTO_CONFIG, sample, zto_booking
from tests.support.clock import FakeClock

_CREATED = sample("zto_create_order.response")
_NO_MARK = {k: v for k, v in _CREATED["variant_no_mark"].items() if k != "_note"}
_NO_MARK["result"] |= {"partnerOrderCode": "DD20260101-0001"}
_MARK = sample("zto_bag_addr_mark")
_INFO = sample("zto_get_order_info")
_ERRORS = {case["body"]["statusCode"]: case["body"] for case in sample("zto_errors")["cases"]}


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> WaybillSource:
    return make_source(ZTO_CONFIG, transport, clock)


def settings(**changes: Any) -> ZtoSettings:
    return read_account(ZtoSettings, ZTO_CONFIG | changes)


def refusal(said: str, code: str = "SYS001") -> Response:
    return answer({"result": None, "message": said, "statusCode": code, "status": False})


@pytest.fixture
def asking(transport: RecordingTransport, clock: FakeClock) -> WaybillSource:
    return make_source(ZTO_CONFIG | {"query_by_partner_code": True}, transport, clock)


def test_cash_on_delivery_needs_its_account(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    refused = source.create(zto_booking(cod_fen=1))
    assert isinstance(refused, Rejected)
    assert refused.problem.kind is ProblemClass.PRODUCT_OR_VAS
    assert "cod_account" in str(refused.problem.remedy)
    assert transport.sent == []


def test_several_boxes_are_not_one_booking(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    refused = source.create(zto_booking(box_count=2))
    assert isinstance(refused, Rejected)
    assert str(refused.problem.message) == "ZTO Express books every box by itself."
    assert transport.sent == []


def test_the_captured_answer_is_a_number_with_its_mark(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_CREATED["body"]))
    issued = source.create(zto_booking())
    assert isinstance(issued, Issued)
    assert issued.numbers == (IssuedNumber("73100196611386"),)
    assert (issued.template, issued.carrier_order) == ("zto", "250522000006047100")
    assert issued.label == {"bagAddr": "沪西", "mark": "300- H12 09"}
    assert issued.warning is None
    assert len(transport.sent) == 1


def test_a_return_slip_is_a_number_of_its_own_kind(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    result = _CREATED["body"]["result"] | {"signBillInfo": {"billCode": "73100196611399"}}
    transport.will(answer(_CREATED["body"] | {"result": json.dumps(result), "status": "true"}))
    issued = source.create(zto_booking())
    assert isinstance(issued, Issued)
    assert issued.numbers[1] == IssuedNumber("73100196611399", "return_slip")


def test_a_missing_mark_is_asked_for_before_the_number_is_handed_on(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_NO_MARK), answer(_MARK["response"]))
    issued = source.create(zto_booking())
    assert isinstance(issued, Issued)
    assert issued.label == {"mark": "300- H12 09", "bagAddr": "沪西"}
    assert issued.warning is None
    assert transport.last.url == "https://japi-test.zto.com/zto.innovate.bagAddrMark"
    assert transport.last.body.decode() == _MARK["body_bytes_as_signed"]


@pytest.mark.parametrize(
    "given",
    [
        no_answer(),
        nothing_left(),
        page(502),
        refusal("超出中通快递服务范围"),
        answer(_MARK["response"] | {"result": {"mark": "", "bagAddr": "沪西"}}),
        answer(_MARK["response"] | {"result": None}),
    ],
)
def test_a_mark_that_stays_away_leaves_the_number_with_a_warning(
    source: WaybillSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(answer(_NO_MARK), given)
    issued = source.create(zto_booking())
    assert isinstance(issued, Issued)
    assert issued.number == "73100196611387"
    assert issued.label == {"mark": "", "bagAddr": ""}
    assert "do not print" in str(issued.warning)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("S203", ProblemClass.CLOSED_TEMPORARILY),
        ("S206", ProblemClass.RATE),
        ("S207", ProblemClass.OTHER),
        ("S208", ProblemClass.OTHER),
        ("S210", ProblemClass.AUTH),
        ("S211", ProblemClass.AUTH),
        ("S212", ProblemClass.AUTH),
        ("S214", ProblemClass.AUTH),
        ("S221", ProblemClass.RATE),
        ("E404", ProblemClass.ACCOUNT),
        ("E409", ProblemClass.PHONE),
        ("E413", ProblemClass.PHONE),
        ("E416", ProblemClass.OTHER),
        ("E418", ProblemClass.ACCOUNT),
    ],
)
def test_a_coded_refusal_did_nothing(
    source: WaybillSource, transport: RecordingTransport, code: str, kind: ProblemClass
) -> None:
    transport.will(answer(_ERRORS[code]))
    refused = source.create(zto_booking())
    assert isinstance(refused, Rejected)
    found = refused.problem
    assert (found.kind, found.code, found.said) == (kind, code, _ERRORS[code]["message"])


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("电子面单余额不足", ProblemClass.BALANCE),
        ("未绑定电子面单账号", ProblemClass.ACCOUNT),
        ("客户面单账号未开通产品增值服务", ProblemClass.PRODUCT_OR_VAS),
        ("超出中通快递服务范围", ProblemClass.OUT_OF_RANGE),
        ("商户不存在", ProblemClass.ACCOUNT),
        ("固话和手机只能包含数字", ProblemClass.PHONE),
        ("不支持虚拟手机号取号", ProblemClass.MASKED),
        ("收方地址不详细", ProblemClass.FIX_ADDRESS),
        ("托寄物违禁品不可收寄", ProblemClass.PROHIBITED),
        ("因异常天气暂停收寄", ProblemClass.CLOSED_TEMPORARILY),
        ("天外来物", ProblemClass.OTHER),
    ],
)
def test_a_refusal_in_words_is_classed_by_its_words(
    source: WaybillSource, transport: RecordingTransport, said: str, kind: ProblemClass
) -> None:
    transport.will(refusal(said))
    refused = source.create(zto_booking())
    assert isinstance(refused, Rejected)
    assert (refused.problem.kind, refused.problem.said) == (kind, said)


@pytest.mark.parametrize(
    "given",
    [
        answer(_ERRORS["S200"]),
        answer(_ERRORS["S202"]),
        refusal("?", "S299"),
        refusal("系统异常，请稍后再试"),
        answer({"status": False, "message": "?"}),
        answer(_CREATED["body"] | {"result": None}),
        answer(_CREATED["body"] | {"result": {"billCode": None}}),
        answer(
            _CREATED["body"]
            | {"result": _CREATED["body"]["result"] | {"partnerOrderCode": "SOMEBODY"}}
        ),
    ],
)
def test_what_may_have_taken_effect_is_unknown(
    source: WaybillSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(given)
    assert isinstance(source.create(zto_booking()), Unknown)
    assert len(transport.sent) == 1


def test_a_page_of_the_gateway_is_a_refusal(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(page(403))
    refused = source.create(zto_booking())
    assert isinstance(refused, Rejected)
    assert refused.problem.kind is ProblemClass.AUTH


def test_a_lost_booking_is_a_persons_business_and_nothing_is_sent(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    assert isinstance(source.reconcile(zto_booking()), AskPerson)
    assert transport.sent == []
    assert Capability.RECONCILE not in source.capabilities


def test_an_account_that_may_ask_by_our_key_finds_the_booking(
    asking: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_INFO["response"]), answer(_MARK["response"]))
    issued = asking.reconcile(zto_booking())
    assert isinstance(issued, Issued)
    assert (issued.number, issued.carrier_order) == ("73100196611386", "250522000006047100")
    assert issued.label["mark"] == "300- H12 09"
    assert transport.sent[0].json == {
        "type": 1,
        "orderCode": "",
        "billCode": "",
        "partnerOrderCode": "DD20260101-0001",
    }
    assert Capability.RECONCILE in asking.capabilities


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (answer(_INFO["response"] | {"result": []}), AskPerson),
        (answer(_INFO["response"] | {"result": None}), AskPerson),
        (
            answer(
                _INFO["response"]
                | {
                    "result": [
                        {"partnerOrderCode": "DD20260101-0001", "billCode": "73100196611386"},
                        {"partnerOrderCode": "DD20260101-0001", "billCode": "73100196611387"},
                    ]
                }
            ),
            AskPerson,
        ),
        (
            answer(
                _INFO["response"]
                | {
                    "result": [
                        {
                            "partnerOrderCode": "DD20260101-0001",
                            "billCode": "73100196611386",
                            "receiveInfo": {"receiverName": "王**"},
                        }
                    ]
                }
            ),
            AskPerson,
        ),
        (answer(_ERRORS["S208"]), Unknown),
        (answer(_ERRORS["S211"]), Unknown),
        (page(403), Unknown),
        (no_answer(), Unknown),
        (nothing_left(), Unknown),
    ],
)
def test_a_query_that_does_not_settle_it_leaves_it_open(
    asking: WaybillSource,
    transport: RecordingTransport,
    given: Response | Exception,
    outcome: type[Outcome],
) -> None:
    transport.will(given)
    assert isinstance(asking.reconcile(zto_booking()), outcome)


def test_an_agreed_collection_expires_by_itself(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    voided = source.void(zto_booking(), "73100196611386", "250522000006047100")
    assert voided.result is VoidResult.EXPIRES_BY_ITSELF
    assert transport.sent == []
    assert Capability.CANCEL not in source.capabilities


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (answer(sample("zto_cancel")["response"]), VoidResult.VOIDED),
        (refusal("订单已取消"), VoidResult.ALREADY_VOID),
        (refusal("订单已揽收,不能取消"), VoidResult.TOO_LATE),
        (refusal("订单不存在"), VoidResult.ALREADY_VOID),
        (refusal("天外来物"), VoidResult.UNKNOWN),
        (answer(_ERRORS["S211"]), VoidResult.UNKNOWN),
        (page(502), VoidResult.UNKNOWN),
        (nothing_left(), VoidResult.UNKNOWN),
    ],
)
def test_an_appointment_can_be_cancelled(
    transport: RecordingTransport,
    clock: FakeClock,
    given: Response | Exception,
    result: VoidResult,
) -> None:
    source = make_source(ZTO_CONFIG | {"order_type": "2"}, transport.will(given), clock)
    voided = source.void(zto_booking(), "73100196611386", "250522000006047100")
    assert voided.result is result
    assert Capability.CANCEL in source.capabilities
    assert transport.last.json == {
        "cancelType": "2",
        "orderCode": "250522000006047100",
        "billCode": "73100196611386",
    }


@pytest.mark.parametrize(
    ("given", "ok", "left"),
    [
        (answer(sample("zto_balance")["response"]), True, 873),
        (answer(sample("zto_balance")["response"] | {"result": {"available": "12"}}), True, 12),
        (answer(sample("zto_balance")["response"] | {"result": {"available": 0}}), False, 0),
        (answer(sample("zto_balance")["response"] | {"result": {}}), True, None),
        (answer(_ERRORS["S211"]), False, None),
        (answer(_ERRORS["E404"]), False, None),
        (page(404), False, None),
        (no_answer(), False, None),
    ],
)
def test_the_connection_test_tells_the_balance(
    source: WaybillSource,
    transport: RecordingTransport,
    given: Response | Exception,
    ok: bool,
    left: int | None,
) -> None:
    transport.will(given)
    health = source.check()
    assert (health.ok, health.balance) == (ok, left)
    assert (health.remedy is None) is ok
    assert transport.last.json["datetime"] == "2026-11-20 10:00:00"


def test_label_data_are_fetched_again_for_a_number_without(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    source = ZtoSource(settings(), transport, clock)
    transport.will(answer(_MARK["response"]))
    label = source.fetch_label(zto_booking(), "73100196611387")
    assert not isinstance(label, Problem)
    assert label["mark"] == "300- H12 09"
    transport.will(
        refusal("超出中通快递服务范围"), answer(_MARK["response"] | {"result": None}), no_answer()
    )
    for code in ("SYS001", "no_route", "unknown"):
        problem = source.fetch_label(zto_booking(), "73100196611387")
        assert isinstance(problem, Problem)
        assert problem.code == code
