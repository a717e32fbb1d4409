"""J&T: lost orders, cancelling, tracks, balance, prices and the connection test."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.jt.settings import JtSettings
from app.carriers.jt.source import JtSource
from app.domain.fees import NumbersLeft
from app.domain.tracking import TrackQuery, TrackStage
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
from tests.carriers.recording import RecordingTransport, answer, no_answer, page
from tests.carriers.samples import JT_CONFIG, jt_booking, sample
from tests.support.clock import FakeClock

_ANSWERS = sample("jt_answers")
_STRANGE: tuple[Any, ...] = ("", "[]", [1], {}, 7)
_NUMBER = "JT5000000000017"


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> JtSource:
    return JtSource(settings(), transport, clock)


def settings(**changes: Any) -> JtSettings:
    return read_account(JtSettings, JT_CONFIG | changes)


def found(**changes: Any) -> Response:
    whole = _ANSWERS["found"]
    return answer(whole | {"data": [whole["data"][0] | changes]})


def refused(code: str, said: str) -> Response:
    return answer({"code": code, "msg": said, "data": None})


def test_a_lost_order_is_found_by_our_own_id(
    source: JtSource, transport: RecordingTransport
) -> None:
    transport.will(found())
    issued = source.reconcile(jt_booking())
    asked = json.loads(transport.last.form["bizContent"])
    assert (asked["command"], asked["serialNumber"]) == (1, ["DD20260101-0001"])
    assert isinstance(issued, Issued)
    assert (issued.number, issued.label["mark"]) == (_NUMBER, "382 300-64 010")


@pytest.mark.parametrize("data", [None, [], {"records": []}, {"records": None}])
def test_an_empty_list_proves_that_there_is_none(
    source: JtSource, transport: RecordingTransport, data: Any
) -> None:
    transport.will(answer({"code": "1", "msg": "success", "data": data}))
    assert isinstance(source.reconcile(jt_booking()), NeverExisted)


def test_not_found_has_a_code_and_words(source: JtSource, transport: RecordingTransport) -> None:
    transport.will(refused("999001030", "…"), refused("0", "订单不存在"))
    assert isinstance(source.reconcile(jt_booking()), NeverExisted)
    assert isinstance(source.reconcile(jt_booking()), NeverExisted)


@pytest.mark.parametrize(
    "reply",
    [
        refused("145003030", "headers签名验证失败"),
        refused("145003012", "API账户无接口权限"),
        page(403),
        page(500),
        no_answer(),
        found(txlogisticId="somebody-else"),
        found(billCode=None),
        *(answer({"code": "1", "msg": "", "data": data}) for data in _STRANGE),
    ],
)
def test_a_question_that_was_not_answered_leaves_it_open(
    source: JtSource, transport: RecordingTransport, reply: Response | Exception
) -> None:
    transport.will(reply)
    assert isinstance(source.reconcile(jt_booking()), Unknown)


@pytest.mark.parametrize(
    "changes", [{"receiver": {"name": "别人", "mobile": "13900000000"}}, {"orderStatus": "104"}]
)
def test_an_order_that_cannot_be_ours_is_not_taken_over(
    source: JtSource, transport: RecordingTransport, changes: dict[str, Any]
) -> None:
    transport.will(found(**changes))
    outcome = source.reconcile(jt_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is ProblemClass.DUPLICATE


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (answer(_ANSWERS["cancelled"]), VoidResult.VOIDED),
        (refused("999002010", "订单已取消,请勿重复取消"), VoidResult.ALREADY_VOID),
        (refused("999002000", "订单不存在"), VoidResult.ALREADY_VOID),
        (refused("999002010", "订单已揽收,不能取消"), VoidResult.TOO_LATE),
        (refused("145003031", "业务参数签名验证失败"), VoidResult.UNKNOWN),
        (no_answer(), VoidResult.UNKNOWN),
    ],
)
def test_what_came_of_cancelling(
    source: JtSource,
    transport: RecordingTransport,
    reply: Response | Exception,
    result: VoidResult,
) -> None:
    transport.will(reply)
    assert source.void(jt_booking(), _NUMBER, "").result is result


def test_a_track_is_every_scan_at_its_time(source: JtSource, transport: RecordingTransport) -> None:
    transport.will(answer(_ANSWERS["track"]))
    known, unknown = source.track([TrackQuery(_NUMBER), TrackQuery("JT5000000000025")])
    asked = json.loads(transport.last.form["bizContent"])
    assert asked == {"billCodes": f"{_NUMBER},JT5000000000025"}
    assert [(e.stage, e.code) for e in known.events] == [
        (TrackStage.PICKED_UP, "10"),
        (TrackStage.IN_TRANSIT, "30"),
        (TrackStage.OUT_FOR_DELIVERY, "出仓扫描"),
        (TrackStage.DELIVERED, "100"),
    ]
    assert known.events[0].at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert (unknown.events, unknown.problem) == ((), None)


def test_many_numbers_are_asked_for_ten_at_a_time(
    source: JtSource, transport: RecordingTransport
) -> None:
    transport.will(*[answer({"code": "1", "msg": "", "data": []})] * 2, no_answer())
    tracks = source.track([TrackQuery(f"JT{n:013}") for n in range(25)])
    assert [len(s.form["bizContent"].split(",")) for s in transport.sent] == [10, 10, 5]
    assert [t.number for t in tracks] == [f"JT{n:013}" for n in range(25)]
    assert [t.problem is None for t in tracks] == [True] * 20 + [False] * 5


@pytest.mark.parametrize(
    ("data", "left"),
    [(7, 7), ({"surplus": "12"}, 12), ([{"num": 3}], 3), ({"balance": None}, None), ("x", None)],
)
def test_the_balance_may_stand_anywhere(
    source: JtSource, transport: RecordingTransport, data: Any, left: int | None
) -> None:
    transport.will(answer({"code": "1", "msg": "success", "data": data}))
    assert source.numbers_left() == NumbersLeft(left)


def test_a_quote_is_read_in_fen(source: JtSource, transport: RecordingTransport) -> None:
    transport.will(answer(_ANSWERS["quote"]), refused("145003065", "省市区地址不合法"))
    [quote] = source.quote(jt_booking()).quotes
    assert quote.fee_fen == 1250
    refusal = source.quote(jt_booking())
    assert isinstance(refusal.problem, Problem)
    assert refusal.problem.kind is ProblemClass.FIX_ADDRESS


def test_the_connection_test_books_nothing(source: JtSource, transport: RecordingTransport) -> None:
    transport.will(answer(_ANSWERS["nothing"]), answer(_ANSWERS["balance"]))
    health = source.check()
    assert (health.ok, health.balance) == (True, 873)
    assert [s.url.rpartition("/")[2] for s in transport.sent] == ["getOrders", "balance"]
    transport.will(answer(_ANSWERS["nothing"]), answer({"code": "1", "msg": "", "data": 0}))
    empty = source.check()
    assert (empty.ok, empty.balance) == (False, 0)
    transport.will(answer(_ANSWERS["nothing"]), refused("145003012", "API账户没有权限"))
    assert source.check().ok, "not every account may count its numbers"
    transport.will(refused("145003030", "headers签名验证失败"))
    wrong = source.check()
    assert not wrong.ok
    assert "private_key" in str(wrong.remedy)
