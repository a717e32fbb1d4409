"""SF: a lost answer, a repeated order, cancelling, and the connection test."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.registry import make_source
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.source import SfSource
from app.domain.waybills import (
    Issued,
    NeverExisted,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
    VoidResult,
)
from app.net.transport import Response
from app.ports import WaybillSource
from tests.carriers.recording import RecordingTransport, answer, no_answer, nothing_left, page
from tests.carriers.samples import SF_CONFIG, sample, sf_booking
from tests.support.clock import FakeClock

_FOUND = sample("sf_search_order.response")
_CANCEL = sample("sf_update_order.cancel")
_ERRORS = {case["name"]: case["body"] for case in sample("sf_create_order.errors")["cases"]}
_REPEATED = _ERRORS["repeat order (older behaviour; new docs: first result is replayed as success)"]
_PLATFORM = {
    case["body"]["apiResultCode"]: case["body"] for case in sample("sf_platform_errors")["cases"]
}
_OURS = [{"contactType": 2, "contact": "张三", "mobile": "13800000002"}]
_OTHERS = [{"contactType": 2, "contact": "李四", "mobile": "13900000009"}]


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> WaybillSource:
    return make_source(SF_CONFIG, transport, clock)


def found(**changes: Any) -> Response:
    """The captured search answer with its message data changed."""
    inner = json.loads(_FOUND["body"]["apiResultData"])
    inner["msgData"] |= changes
    return answer(_FOUND["body"] | {"apiResultData": json.dumps(inner)})


def refused(code: str, said: str = "") -> Response:
    inner = {"success": False, "errorCode": code, "errorMsg": said, "msgData": None}
    return answer(_FOUND["body"] | {"apiResultData": json.dumps(inner)})


def test_a_lost_booking_is_found_by_its_order_id(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_FOUND["body"]))
    issued = source.reconcile(sf_booking())
    route = _FOUND["decoded_msgData"]["routeLabelInfo"][0]["routeLabelData"]
    assert isinstance(issued, Issued)
    assert (issued.number, issued.label) == ("SF7444471039325", route)
    sent = transport.last.form
    assert sent["serviceCode"] == "EXP_RECE_SEARCH_ORDER_RESP"
    assert sent["msgData"] == sample("sf_search_order.request")["form"]["msgData"]


@pytest.mark.parametrize("contacts", [_OURS, json.dumps(_OURS, ensure_ascii=False), _OURS[0]])
def test_a_shown_receiver_that_is_ours_is_adopted(
    source: WaybillSource, transport: RecordingTransport, contacts: Any
) -> None:
    transport.will(found(contactInfo=contacts))
    assert isinstance(source.reconcile(sf_booking()), Issued)


@pytest.mark.parametrize(
    "shown", [{"mobile": "13900000009"}, {"tel": "0755-26001234"}, {"contact": "李四"}]
)
def test_any_part_of_another_receiver_gives_it_away(
    source: WaybillSource, transport: RecordingTransport, shown: dict[str, str]
) -> None:
    transport.will(found(contactInfo=[{"contactType": 2, **shown}]))
    assert isinstance(source.reconcile(sf_booking()), Rejected)


def test_another_customers_label_is_never_adopted(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(found(contactInfo=_OTHERS))
    outcome = source.reconcile(sf_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is ProblemClass.DUPLICATE
    assert "order number" in str(outcome.problem.message)


@pytest.mark.parametrize("code", ["6150", "8018"])
def test_no_such_order_proves_that_nothing_was_booked(
    source: WaybillSource, transport: RecordingTransport, code: str
) -> None:
    transport.will(refused(code, "找不到该订单"))
    assert isinstance(source.reconcile(sf_booking()), NeverExisted)


def test_the_captured_not_found_is_never_existed(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_FOUND["not_found"]))
    assert isinstance(source.reconcile(sf_booking()), NeverExisted)


@pytest.mark.parametrize(
    "given",
    [
        no_answer(),
        nothing_left(),
        page(502),
        page(403),
        answer(_PLATFORM["A1005"]),
        answer(_PLATFORM["A1006"]),
        answer(_PLATFORM["A1099"]),
        refused("S0003"),
        refused("9999", "服务不可达"),
    ],
)
def test_a_search_that_says_nothing_leaves_the_booking_open(
    source: WaybillSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(given)
    assert isinstance(source.reconcile(sf_booking()), Unknown)


def test_an_order_refused_by_the_address_filter_is_rejected_on_search_too(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(found(filterResult="3", remark="2楼请按门铃", waybillNoInfoList=[]))
    outcome = source.reconcile(sf_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is ProblemClass.OUT_OF_RANGE
    assert str(outcome.problem.message) == "SF does not deliver to this address."


def test_the_merchants_own_remark_is_no_hint_of_sf(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(found(remark="4：放门口"))
    issued = source.reconcile(sf_booking())
    assert isinstance(issued, Issued)
    assert issued.warning is None


def test_a_repeated_order_is_searched_and_adopted_when_the_receiver_is_ours(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_REPEATED), found(contactInfo=_OURS))
    issued = source.create(sf_booking())
    assert isinstance(issued, Issued)
    assert (issued.number, issued.warning) == ("SF7444471039325", None)
    assert [s.form["serviceCode"] for s in transport.sent] == [
        "EXP_RECE_CREATE_ORDER", "EXP_RECE_SEARCH_ORDER_RESP",
    ]  # fmt: skip


def test_a_repeated_order_whose_receiver_sf_hides_is_adopted_with_a_warning(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_REPEATED), answer(_FOUND["body"]))
    issued = source.create(sf_booking())
    assert isinstance(issued, Issued)
    assert str(issued.warning) == "SF had this order already: check the label."


def test_a_repeated_order_of_somebody_else_is_refused(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_REPEATED), found(contactInfo=_OTHERS))
    outcome = source.create(sf_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is ProblemClass.DUPLICATE


@pytest.mark.parametrize(
    "given", [no_answer(), nothing_left(), answer(_FOUND["not_found"]), answer(_PLATFORM["A1005"])]
)
def test_a_repeated_order_that_cannot_be_looked_up_is_unknown(
    source: WaybillSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(answer(_REPEATED), given)
    assert isinstance(source.create(sf_booking()), Unknown)


def test_cancelling_names_the_order(source: WaybillSource, transport: RecordingTransport) -> None:
    transport.will(answer(_CANCEL["response_ok"]))
    voided = source.void(sf_booking(key="2023091515166449"), "SF7444471039325", "")
    assert (voided.result, voided.problem) == (VoidResult.VOIDED, None)
    sent = transport.last.form
    assert sent["serviceCode"] == "EXP_RECE_UPDATE_ORDER"
    assert sent["msgData"] == _CANCEL["form"]["msgData"]


@pytest.mark.parametrize(
    ("given", "result", "code"),
    [
        (answer(_CANCEL["response_already_cancelled"]), VoidResult.ALREADY_VOID, None),
        (answer(_CANCEL["response_not_found"]), VoidResult.ALREADY_VOID, "8018"),
        (refused("8019", "订单已被确认或已消单,快件已收取"), VoidResult.TOO_LATE, "8019"),
        (refused("8168", "已揽收"), VoidResult.TOO_LATE, "8168"),
        (answer(_PLATFORM["A1006"]), VoidResult.UNKNOWN, "A1006"),
        (page(404), VoidResult.UNKNOWN, "HTTP 404"),
        (no_answer(), VoidResult.UNKNOWN, "unknown"),
        (nothing_left(), VoidResult.UNKNOWN, "not_sent"),
    ],
)
def test_what_cancelling_came_to(
    source: WaybillSource,
    transport: RecordingTransport,
    given: Response | Exception,
    result: VoidResult,
    code: str | None,
) -> None:
    transport.will(given)
    voided = source.void(sf_booking(), "SF7444471039325", "")
    assert voided.result is result
    assert (voided.problem.code if voided.problem else None) == code


def test_an_order_that_never_had_a_number_may_only_not_be_there_yet(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_CANCEL["response_not_found"]))
    assert source.void(sf_booking(), "", "").result is VoidResult.UNKNOWN


def test_label_data_are_fetched_again_from_one_answer(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    source = SfSource(read_account(SfSettings, SF_CONFIG), transport, clock)
    transport.will(answer(_FOUND["body"]), found(routeLabelInfo=None), no_answer())
    route = _FOUND["decoded_msgData"]["routeLabelInfo"][0]["routeLabelData"]
    assert source.fetch_label(sf_booking(), "SF7444471039325") == route
    for code in ("no_route", "unknown"):
        problem = source.fetch_label(sf_booking(), "SF7444471039325")
        assert isinstance(problem, Problem)
        assert problem.code == code


def test_any_business_answer_proves_the_account(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(
        answer(sample("sf_search_routes")["response_no_permission_or_no_route"]), refused("8191")
    )
    assert source.check().ok
    assert source.check().ok
    assert json.loads(transport.last.form["msgData"]) == {
        "language": "zh-CN",
        "trackingType": "1",
        "trackingNumber": ["SF0000000000000"],
        "methodType": "1",
        "checkPhoneNo": "0000",
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (answer(_PLATFORM["A1006"]), "checkword"),
        (answer(_PLATFORM["A1004"]), "Bind the service"),
        (answer(_PLATFORM["A1003"]), "network"),
        (page(404), "base_url"),
        (nothing_left(), "network"),
        (no_answer(), "network"),
    ],
)
def test_a_failed_connection_test_says_what_to_do(
    source: WaybillSource,
    transport: RecordingTransport,
    given: Response | Exception,
    words: str,
) -> None:
    transport.will(given)
    health = source.check()
    assert not health.ok
    assert words in str(health.remedy)


def test_a_timestamp_refused_to_a_digest_is_not_repeated(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_PLATFORM["A1002"]))
    outcome = source.create(sf_booking())
    assert isinstance(outcome, Rejected)
    assert "clock" in str(outcome.problem.remedy)
    assert len(transport.sent) == 1
