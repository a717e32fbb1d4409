"""YTO beyond numbers: tracks, the connection test, prices and YTO's own label."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.carriers.yto.signature import sign
from app.carriers.yto.source import YtoSource
from app.domain.fees import Quote
from app.domain.tracking import TrackQuery, TrackStage
from app.domain.waybills import Problem, ProblemClass
from app.net.transport import Response
from app.ports import Capability, has
from app.ports.carriers import LabelFile, LabelPage
from tests.carriers.recording import RecordingTransport, answer, nothing_left, page
from tests.carriers.samples import YTO_CONFIG, sample, yto_booking
from tests.support.clock import FakeClock

K = ProblemClass
S = TrackStage
_ANSWERS = sample("yto_answers")
_NUMBER = "YT8800000000011"


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> YtoSource:
    return opened(transport, clock)


def opened(transport: RecordingTransport, clock: FakeClock, **config: Any) -> YtoSource:
    source = make_source(YTO_CONFIG | config, transport, clock)
    assert isinstance(source, YtoSource)
    return source


def refused(said: str, **more: Any) -> Response:
    return answer({"success": False, "reason": said} | more)


def test_tracks_are_read_as_a_bare_list(source: YtoSource, transport: RecordingTransport) -> None:
    transport.will(answer(_ANSWERS["track"]))
    [track] = source.track([TrackQuery(_NUMBER)])
    assert transport.last.json["param"] == f'{{"NUMBER":"{_NUMBER}"}}'
    assert [e.stage for e in track.events] == [
        S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED,
    ]  # fmt: skip
    assert track.events[0].at.isoformat() == "2026-01-01T12:37:33+00:00"
    assert (track.events[0].code, track.events[0].place) == ("GOT", "上海市")


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "map": {_NUMBER: _ANSWERS["track"]}},
        {"code": "200", "data": _ANSWERS["track"]},
        {"success": True, "data": {"traces": _ANSWERS["track"]}},
    ],
)
def test_tracks_are_read_however_they_are_wrapped(
    source: YtoSource, transport: RecordingTransport, body: dict[str, Any]
) -> None:
    transport.will(answer(body))
    [track] = source.track([TrackQuery(_NUMBER)])
    assert len(track.events) == 4
    assert track.stage is S.DELIVERED


@pytest.mark.parametrize(
    ("code", "stage"),
    [
        ("GOT", S.PICKED_UP), ("ARRIVAL", S.IN_TRANSIT), ("DEPARTURE", S.IN_TRANSIT),
        ("SENT_SCAN", S.OUT_FOR_DELIVERY), ("INBOUND", S.AT_PICKUP_POINT),
        ("SIGNED", S.DELIVERED), ("FAILED", S.EXCEPTION), ("FORWARDING", S.IN_TRANSIT),
        ("TMS_RETURN", S.RETURNING), ("AIRSEND", S.IN_TRANSIT), ("AIRPICK", S.IN_TRANSIT),
        ("天外来物", S.IN_TRANSIT),
    ],
)  # fmt: skip
def test_every_state_of_yto_has_its_stage(
    source: YtoSource, transport: RecordingTransport, code: str, stage: TrackStage
) -> None:
    transport.will(answer([_ANSWERS["track"][0] | {"infoContent": code}, {"upload_Time": None}]))
    [track] = source.track([TrackQuery(_NUMBER)])
    assert track.stage is stage


def test_a_number_without_events_and_one_that_is_refused(
    source: YtoSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_ANSWERS["track_empty"]), answer(_ANSWERS["refused_gateway"]), page(502))
    empty, stopped, lost = source.track([TrackQuery(_NUMBER)] * 3)
    assert (empty.events, empty.problem) == ((), None)
    assert (stopped.problem and stopped.problem.kind) is K.AUTH
    assert (lost.problem and lost.problem.code) == "unknown"


def test_tracks_and_prices_may_have_keys_of_their_own(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    own = {"query_token": "Qt", "query_customer_code": "TEST", "query_secret": "qsecret"}
    source = opened(transport, clock, quotes=True, **own)
    transport.will(answer(_ANSWERS["track_empty"]), answer({"price": "8"}))
    source.track([TrackQuery(_NUMBER)])
    source.quote(yto_booking())
    for sent, method in zip(transport.sent, ("track_query_adapter", "charge_adapter"), strict=True):
        assert sent.url.endswith(f"/open/{method}/v1/Qt/TEST")
        assert sent.json["sign"] == sign(sent.json["param"], method, "qsecret")
    transport.will(answer(_ANSWERS["track_empty"]), answer(_ANSWERS["print_refused"]))
    assert source.check().ok
    assert transport.last.url.endswith("/open/waybill_print_adapter/v1/FAKEtk/K21000119")


@pytest.mark.parametrize(
    ("given", "ok"),
    [
        (answer(_ANSWERS["track_empty"]), True),
        (answer([]), True),
        (refused("运单号不存在"), True),
        (answer(_ANSWERS["refused_gateway"]), False),
        (refused("客户编码不存在"), False),
        (refused("系统异常"), False),
        (page(403), False),
        (page(502), False),
        (nothing_left(), False),
    ],
)
def test_the_connection_test(
    source: YtoSource, transport: RecordingTransport, given: Response | Exception, ok: bool
) -> None:
    transport.will(given)
    assert source.check().ok is ok
    assert len(transport.sent) == 1


@pytest.mark.parametrize(
    "body",
    [{"price": "12.50"}, [{"amount": 12.5}], {"success": True, "data": [{"totalFee": "12.5"}]}],
)
def test_a_price_is_in_yuan_under_any_name(
    transport: RecordingTransport, clock: FakeClock, body: Any
) -> None:
    source = opened(transport, clock, quotes=True, box_size_mm=[300, 205, 100])
    assert Capability.QUOTE in source.capabilities
    transport.will(answer(body))
    assert source.quote(yto_booking()).quotes == (Quote(fee_fen=1250),)
    asked = json.loads(transport.last.json["param"])
    assert (asked["startProvince"], asked["endCity"]) == ("上海", "上海市")
    assert asked["goodsWeight"] == 0.5
    assert [asked[f"goods{n}"] for n in ("Length", "Width", "Height")] == ["30", "20.5", "10"]


@pytest.mark.parametrize("given", [refused("没有开通"), answer({}), page(502), nothing_left()])
def test_without_a_price_there_is_a_reason(
    transport: RecordingTransport, clock: FakeClock, given: Response | Exception
) -> None:
    transport.will(given)
    quotes = opened(transport, clock, quotes=True).quote(yto_booking())
    assert quotes.quotes == ()
    assert quotes.problem is not None


def test_ytos_own_label_is_a_pdf(transport: RecordingTransport, clock: FakeClock) -> None:
    source = opened(transport, clock, label_source="cloud")
    assert Capability.LABEL_FILE in source.capabilities
    transport.will(answer(_ANSWERS["print"]))
    file = source.label_file(yto_booking(), LabelPage(_NUMBER))
    assert isinstance(file, LabelFile)
    assert file == LabelFile(_NUMBER, b"%PDF-1.4\n%%EOF\n")
    assert transport.last.json["param"] == f'{{"waybillNo":"{_NUMBER}"}}'


@pytest.mark.parametrize(
    "given",
    [
        answer(_ANSWERS["print_refused"]),
        answer({"code": "0", "data": {"pdfBase64": "***"}}),
        answer({"code": "0", "data": {"pdfBase64": base64.b64encode(b"<html>").decode()}}),
        answer({"code": "0", "data": None}),
        page(502),
    ],
)
def test_what_is_no_label_is_not_printed(
    transport: RecordingTransport, clock: FakeClock, given: Response
) -> None:
    transport.will(given)
    source = opened(transport, clock, label_source="cloud")
    assert isinstance(source.label_file(yto_booking(), LabelPage(_NUMBER)), Problem)


def test_what_the_account_has_not_opened_is_not_offered(source: YtoSource) -> None:
    assert not {Capability.QUOTE, Capability.LABEL_FILE} & source.capabilities


def test_every_part_that_is_named_is_there(transport: RecordingTransport, clock: FakeClock) -> None:
    everything = {"quotes": True, "label_source": "cloud", "repeat_is_safe": True}
    source = opened(transport, clock, **everything)
    assert all(has(source, capability) for capability in source.capabilities)
    assert {Capability.QUOTE, Capability.LABEL_FILE, Capability.LABEL_DATA} < source.capabilities
