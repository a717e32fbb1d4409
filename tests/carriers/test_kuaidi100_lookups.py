"""Kuaidi100: tracks, recognition, cancelling and the connection test, each at its own host."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.kuaidi100.source import Kuaidi100Source
from app.domain.tracking import TrackQuery, TrackStage
from app.domain.waybills import Problem, ProblemClass, VoidResult
from app.net.transport import Response
from tests.carriers.recording import RecordingTransport, answer, no_answer, page
from tests.carriers.samples import KUAIDI100_CONFIG, kuaidi100_booking, sample
from tests.support.clock import FakeClock

_ANSWERS = sample("kuaidi100_answers")
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


def refused(code: int, said: str) -> Response:
    return answer({"success": False, "code": code, "message": said, "data": None})


def test_a_track_is_asked_for_at_the_other_host(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["track"]))
    follower.track([TrackQuery("73100196611386", "0002", "zto")])
    sent = transport.last
    assert (sent.method, sent.url) == ("POST", "https://poll.kuaidi100.com/poll/query.do")
    assert list(sent.form) == ["customer", "sign", "param"]
    param = '{"com":"zhongtong","num":"73100196611386","phone":"0002","resultv2":"4"}'
    assert sent.form["param"] == param
    text = param + "FAKEkey" + "FAKEcustomer"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    assert sent.form["sign"] == digest


def test_whose_number_it_is_is_asked_for_at_the_third(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["companies"]), answer([]))
    assert follower.recognise("73100196611386") == ["zto", "sto"]
    assert follower.recognise("1") == []
    url = "https://www.kuaidi100.com/autonumber/auto?num=73100196611386&key=FAKEkey"
    assert (transport.sent[0].method, transport.sent[0].url) == ("GET", url)
    assert transport.sent[0].body == b""


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (answer(_ANSWERS["cancelled"]), VoidResult.VOIDED),
        (refused(10019, "订单已取消"), VoidResult.ALREADY_VOID),
        (refused(10019, "快件已揽收,不能取消"), VoidResult.TOO_LATE),
        (refused(10019, "该快递公司不支持取消"), VoidResult.UNKNOWN),
        (no_answer(), VoidResult.UNKNOWN),
    ],
)
def test_what_came_of_cancelling(
    source: Kuaidi100Source,
    transport: RecordingTransport,
    reply: Response | Exception,
    result: VoidResult,
) -> None:
    transport.will(reply)
    assert source.void(kuaidi100_booking(), _NUMBER, "KD00000001").result is result
    param = json.loads(transport.last.form["param"])
    assert transport.last.form["method"] == "cancel"
    assert (param["kuaidicom"], param["kuaidinum"], param["orderId"]) == (
        "yunda", _NUMBER, "KD00000001",
    )  # fmt: skip


def test_a_track_has_the_same_stages_for_every_company(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["track"]))
    [track] = follower.track([TrackQuery("73100196611386", company="zto")])
    assert [(e.stage, e.code) for e in track.events] == [
        (TrackStage.PICKED_UP, "103"),
        (TrackStage.IN_TRANSIT, "1002"),
        (TrackStage.OUT_FOR_DELIVERY, "5"),
        (TrackStage.AT_PICKUP_POINT, "501"),
        (TrackStage.DELIVERED, "301"),
    ]
    assert track.events[0].at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert "phone" not in json.loads(transport.last.form["param"])


def test_without_codes_the_words_decide_and_the_whole_state_speaks_for_the_last(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    at = "2026-01-0{} 09:00:00"
    rows = [
        {"time": at.format(3), "context": "拒收"},
        {"time": at.format(2), "context": "派件", "status": "派件"},
        {"time": at.format(1), "context": "…", "status": "天外"},
        {"time": "gestern", "context": "…"},
    ]
    transport.will(answer(_ANSWERS["track"] | {"state": "14", "data": rows}))
    [track] = follower.track([TrackQuery("73100196611386", company="zto")])
    assert [e.stage for e in track.events] == [
        TrackStage.IN_TRANSIT,
        TrackStage.OUT_FOR_DELIVERY,
        TrackStage.EXCEPTION,
    ]


def test_no_track_yet_is_no_problem(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    other = _ANSWERS["track"] | {"nu": "73100196611394"}
    transport.will(answer(_ANSWERS["no_track"]), answer(other))
    for _ in range(2):
        [track] = follower.track([TrackQuery("73100196611386", company="zto")])
        assert (track.events, track.problem) == ((), None)


def test_a_track_that_cannot_be_had_says_why(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["phone_wanted"]), page(404))
    wanted = [
        TrackQuery("SF7444496931331", company="sf"),
        TrackQuery("73100196611386", company="zto"),
        TrackQuery("73100196611386"),
        TrackQuery("DPK000000000000", company="dbl"),
    ]
    phone, address, nobody, unknown = (t.problem for t in follower.track(wanted))
    assert phone is not None
    assert phone.kind is ProblemClass.PHONE
    assert "SF Express" in str(phone.message)
    assert address is not None
    assert "query_url" in str(address.remedy)
    assert nobody is not None
    assert unknown is not None
    assert {nobody.code, unknown.code} == {"company_unknown"}
    assert len(transport.sent) == 2


def test_recognition_that_was_refused_says_why(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(answer({"returnCode": "601", "message": "key已过期"}), no_answer(), page(404))
    expired, lost, wrong = (follower.recognise("73100196611386") for _ in range(3))
    assert isinstance(expired, Problem)
    assert expired.kind is ProblemClass.AUTH
    assert isinstance(lost, Problem)
    assert isinstance(wrong, Problem)
    assert "detect_url" in str(wrong.remedy)


def test_the_connection_test_asks_both_services_and_books_nothing(
    source: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["no_track"]), refused(10019, "订单不存在"))
    assert source.check().ok
    assert transport.sent[1].form["method"] == "cancel"
    transport.will(answer({"returnCode": "503", "message": "验证签名失败", "result": False}))
    assert not source.check().ok
    transport.will(answer(_ANSWERS["no_track"]), answer(_ANSWERS["wrong_sign"]))
    assert "secret" in str(source.check().remedy)


def test_a_follower_asks_for_tracks_only(
    follower: Kuaidi100Source, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["no_track"]))
    assert follower.check().ok
    assert len(transport.sent) == 1
