"""STO beyond numbers: scans and the connection test."""

from __future__ import annotations

import pytest

from app.carriers.registry import make_source
from app.carriers.sto.source import StoSource
from app.domain.tracking import TrackQuery, TrackStage
from app.domain.waybills import ProblemClass
from app.net.transport import Response
from tests.carriers.recording import RecordingTransport, answer, nothing_left, page
from tests.carriers.samples import STO_CONFIG, sample
from tests.support.clock import FakeClock

K = ProblemClass
S = TrackStage
_ANSWERS = sample("sto_answers")
_NUMBER = "773000000000011"
_XML = Response(200, {"content-type": "text/xml"}, _ANSWERS["refused_gateway_xml"].encode())


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> StoSource:
    source = make_source(STO_CONFIG, transport, clock)
    assert isinstance(source, StoSource)
    return source


def refused(said: str) -> Response:
    return answer(_ANSWERS["refused"] | {"errorMsg": said})


def test_scans_are_read_by_number(source: StoSource, transport: RecordingTransport) -> None:
    transport.will(answer(_ANSWERS["track"]))
    [track] = source.track([TrackQuery(_NUMBER)])
    form = transport.last.form
    assert form["to_appkey"] == "sto_trace_query"
    assert form["content"] == f'{{"order":"asc","waybillNoList":["{_NUMBER}"]}}'
    assert [e.stage for e in track.events] == [
        S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED,
    ]  # fmt: skip
    assert track.events[0].at.isoformat() == "2026-01-01T12:37:33+00:00"
    assert [e.place for e in track.events[1:3]] == ["上海市", "上海闵行公司"]


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        ("收件", S.PICKED_UP), ("到件", S.IN_TRANSIT), ("派件", S.OUT_FOR_DELIVERY),
        ("入库", S.AT_PICKUP_POINT), ("签收", S.DELIVERED), ("问题件", S.EXCEPTION),
        ("拒收", S.EXCEPTION), ("退件", S.RETURNING), ("退件签收", S.RETURNED),
        ("天外来物", S.IN_TRANSIT), ("", S.IN_TRANSIT),
    ],
)  # fmt: skip
def test_scans_have_their_stages_and_new_ones_are_in_transit(
    source: StoSource, transport: RecordingTransport, kind: str, stage: TrackStage
) -> None:
    [first, *_] = _ANSWERS["track"]["data"][_NUMBER]
    scans = [first | {"scanType": kind}, {"opTime": "bald"}, first | {"waybillNo": "1"}]
    transport.will(answer(_ANSWERS["track"] | {"data": scans}))
    [track] = source.track([TrackQuery(_NUMBER)])
    assert [e.stage for e in track.events] == [stage]


def test_a_number_without_scans_and_one_that_is_refused(
    source: StoSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["track"] | {"data": {}}), _XML, page(502))
    empty, stopped, lost = source.track([TrackQuery(_NUMBER)] * 3)
    assert (empty.events, empty.problem) == ((), None)
    assert (stopped.problem and stopped.problem.kind) is K.AUTH
    assert (lost.problem and lost.problem.code) == "unknown"


@pytest.mark.parametrize(
    ("given", "ok"),
    [
        (answer({"success": "true", "data": {}}), True),
        (refused("运单号不存在"), True),
        (_XML, False),
        (refused("系统异常"), False),
        (page(403), False),
        (page(502), False),
        (nothing_left(), False),
    ],
)
def test_the_connection_test(
    source: StoSource, transport: RecordingTransport, given: Response | Exception, ok: bool
) -> None:
    transport.will(given)
    assert source.check().ok is ok
