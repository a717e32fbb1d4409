"""Yunda: a lost answer, cancelling, the balance, and label data by number."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.registry import make_source
from app.carriers.yunda.settings import YundaSettings
from app.carriers.yunda.source import YundaSource
from app.domain.waybills import (
    AskPerson,
    Issued,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
    VoidResult,
)
from app.net.transport import Response
from app.ports import WaybillSource
from tests.carriers.recording import RecordingTransport, answer, no_answer, nothing_left, page
from tests.carriers.samples import YUNDA_CONFIG, sample, yunda_booking
from tests.support.clock import FakeClock

_CREATED = sample("yunda_create_order.response")
_FIELDS, _TAIL = _CREATED["decoded_pdf_info"][0]
_PDF = json.dumps(_CREATED["decoded_pdf_info"])
_CHANGES = sample("yunda_update_cancel")
_ERRORS = {case["body"]["code"]: case["body"] for case in sample("yunda_errors")["cases"]}
_BASE = "https://u-openapi.yundasys.com/openapi-api/v1/accountOrder"


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> WaybillSource:
    return make_source(YUNDA_CONFIG, transport, clock)


def settings(**changes: Any) -> YundaSettings:
    return read_account(YundaSettings, YUNDA_CONFIG | changes)


def element(**changes: Any) -> Response:
    """The captured answer with its one element changed."""
    [captured] = _CREATED["body"]["data"]
    return answer(_CREATED["body"] | {"data": [captured | changes]})


def refused(said: str) -> Response:
    return element(status="0", msg=said, mail_no=None, pdf_info=None)


def updated(**fields: Any) -> Response:
    """An answer to updateBmOrder whose label names our receiver unless ``fields`` say otherwise."""
    ours = {
        "receiver_name": "王小虎",
        "receiver_mobile": "13800000002",
        "receiver_phone": "",
        "receiver_address": "盈港东路6679号",
    }
    return element(pdf_info=json.dumps([[_FIELDS | ours | fields, _TAIL]]))


def _balance(data: Any) -> Response:
    return answer(sample("yunda_balance")["response"] | {"data": data})


REPEATED = refused("更新订单请使用更新接口")


def test_a_lost_booking_is_found_by_updating_it_with_its_own_data(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(REPEATED, updated())
    issued = source.reconcile(yunda_booking())
    assert isinstance(issued, Issued)
    assert issued.number == "4060005469862"
    assert [s.url for s in transport.sent] == [f"{_BASE}/createBmOrder", f"{_BASE}/updateBmOrder"]
    created, changed = (s.body for s in transport.sent)
    assert created == changed


def test_a_booking_that_never_arrived_is_made_once(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(element())
    assert isinstance(source.reconcile(yunda_booking()), Issued)
    assert len(transport.sent) == 1


def test_a_refused_order_proves_that_there_is_none(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(refused("收件地址在盲区"))
    outcome = source.reconcile(yunda_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is ProblemClass.OUT_OF_RANGE


@pytest.mark.parametrize(
    "given",
    [
        answer(_ERRORS["7400"]),
        answer(_ERRORS["7503"]),
        answer(_ERRORS["7777"]),
        page(403),
        page(502),
        no_answer(),
        nothing_left(),
    ],
)
def test_a_repeat_that_never_reached_the_order_leaves_it_open(
    source: WaybillSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(given)
    assert isinstance(source.reconcile(yunda_booking()), Unknown)
    transport.will(REPEATED, given)
    assert isinstance(source.reconcile(yunda_booking()), Unknown)


def test_an_order_that_can_no_longer_be_updated_is_a_persons_business(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(REPEATED, refused("订单已揽收,不能更新"))
    assert isinstance(source.reconcile(yunda_booking()), AskPerson)


@pytest.mark.parametrize(
    "shown",
    [
        {"receiver_name": "陆大有"},
        {"receiver_mobile": "13700000075"},
        {"receiver_mobile": "", "receiver_phone": "020-00000341"},
    ],
)
def test_another_customers_label_is_never_adopted(
    source: WaybillSource, transport: RecordingTransport, shown: dict[str, str]
) -> None:
    transport.will(REPEATED, updated(**shown))
    outcome = source.reconcile(yunda_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is ProblemClass.DUPLICATE


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (answer(_CHANGES["cancel_response"]), VoidResult.VOIDED),
        (refused("订单已取消"), VoidResult.ALREADY_VOID),
        (refused("面单已经被揽收,签收或回收"), VoidResult.TOO_LATE),
        (refused("订单不存在"), VoidResult.ALREADY_VOID),
        (refused("天外来物"), VoidResult.UNKNOWN),
        (answer(_ERRORS["7400"]), VoidResult.UNKNOWN),
        (page(502), VoidResult.UNKNOWN),
        (nothing_left(), VoidResult.UNKNOWN),
    ],
)
def test_what_cancelling_came_to(
    source: WaybillSource,
    transport: RecordingTransport,
    given: Response | Exception,
    result: VoidResult,
) -> None:
    transport.will(given)
    voided = source.void(yunda_booking(), "4060005469862", "")
    assert voided.result is result
    assert transport.last.url == f"{_BASE}/cancelBmOrder"
    assert transport.last.body.decode() == _CHANGES["cancel"]["body_bytes_as_signed"]


@pytest.mark.parametrize(
    ("given", "ok", "left"),
    [
        (answer(sample("yunda_balance")["response"]), True, 873),
        (_balance("55"), True, 55),
        (_balance([{"balance": 7}]), True, 7),
        (_balance({"count": 0}), False, 0),
        (_balance({"something": 1}), True, None),
        (answer(_ERRORS["7400"]), False, None),
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


def test_label_data_are_fetched_again_for_a_number_without(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    source = YundaSource(settings(), transport, clock)
    transport.will(
        answer(_CREATED["body"] | {"data": [{"mailno": "4060005469862", "pdfInfo": _PDF}]})
    )
    label = source.fetch_label(yunda_booking(), "4060005469862")
    assert not isinstance(label, Problem)
    assert label["position"] == "300"
    transport.will(answer(_ERRORS["7200"]), answer(_CREATED["body"] | {"data": []}), no_answer())
    for code in ("7200", "no_route", "unknown"):
        problem = source.fetch_label(yunda_booking(), "4060005469862")
        assert isinstance(problem, Problem)
        assert problem.code == code
