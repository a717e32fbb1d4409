"""Tracks: what is asked, and what the carriers' events mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.carriers.sf import wire as sf_wire
from app.carriers.sf.source import SfSource
from app.carriers.track_times import china_time, millisecond_time
from app.carriers.wire_json import encode
from app.carriers.yunda.source import YundaSource
from app.carriers.zto.source import ZtoSource
from app.carriers.zto.tracks import read_push, stage_of_scan
from app.domain.tracking import TrackQuery, TrackStage, stage_of
from tests.carriers.recording import RecordingTransport, answer, no_answer, page
from tests.carriers.samples import SF_CONFIG, YUNDA_CONFIG, ZTO_CONFIG, sample
from tests.support.clock import FakeClock

S = TrackStage
_SF, _ZTO, _YUNDA = (sample(n) for n in ("sf_search_routes", "zto_track", "yunda_track"))
_PUSH = sample("zto_track_push")


@pytest.fixture
def sf(transport: RecordingTransport, clock: FakeClock) -> SfSource:
    source = make_source(SF_CONFIG, transport, clock)
    assert isinstance(source, SfSource)
    return source


@pytest.fixture
def zto(transport: RecordingTransport, clock: FakeClock) -> ZtoSource:
    source = make_source(ZTO_CONFIG, transport, clock)
    assert isinstance(source, ZtoSource)
    return source


@pytest.fixture
def yunda(transport: RecordingTransport, clock: FakeClock) -> YundaSource:
    source = make_source(YUNDA_CONFIG, transport, clock)
    assert isinstance(source, YundaSource)
    return source


def test_sf_is_asked_as_the_sample_to_the_byte() -> None:
    data = sf_wire.routes_data([TrackQuery("SF7444471039325", "0002")])
    assert encode(data).decode() == _SF["form"]["msgData"]


def test_sf_hears_each_phone_once() -> None:
    wanted = [
        TrackQuery("1", "0002"),
        TrackQuery("2", "0003"),
        TrackQuery("3", "0002"),
        TrackQuery("4"),
    ]
    assert sf_wire.routes_data(wanted)["checkPhoneNo"] == "0002,0003"


def test_sfs_captured_routes_are_read(sf: SfSource, transport: RecordingTransport) -> None:
    transport.will(answer(_SF["response_full"]))
    [track] = sf.track([TrackQuery("SF1011603494291", "0002")])
    assert [e.stage for e in track.events] == [
        S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED,
    ]  # fmt: skip
    assert track.stage is S.DELIVERED
    first = track.events[0]
    assert first.at == datetime(2024, 9, 2, 12, 10, tzinfo=UTC)
    assert (first.code, first.text, first.place) == ("50", "顺丰速运 已收取快件", "深圳市")


def test_sf_is_asked_for_ten_numbers_a_call_and_answers_each(
    sf: SfSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_SF["response"]), no_answer(), page(403))
    numbers = ["SF7444471039325", *(f"SF{n:013d}" for n in range(24))]
    tracks = sf.track([TrackQuery(number, "0002") for number in numbers])
    assert [t.number for t in tracks] == numbers
    asked = [json.loads(s.form["msgData"])["trackingNumber"] for s in transport.sent]
    assert [len(numbers) for numbers in asked] == [10, 10, 5]
    assert tracks[0].stage is S.PICKED_UP
    assert (tracks[1].events, tracks[1].problem) == ((), None)
    codes = [t.problem.code if t.problem else "" for t in tracks]
    assert codes[10:] == ["unknown"] * 10 + ["HTTP 403"] * 5


@pytest.mark.parametrize(
    ("code", "stage"),
    [
        ("54", S.PICKED_UP), ("123", S.AT_PICKUP_POINT), ("130", S.AT_PICKUP_POINT),
        ("607", S.AT_PICKUP_POINT), ("3036", S.IN_TRANSIT), ("655", S.AT_PICKUP_POINT),
        ("8000", S.DELIVERED), ("33", S.EXCEPTION), ("70", S.EXCEPTION), ("648", S.RETURNING),
        ("99", S.IN_TRANSIT), ("12345", S.IN_TRANSIT), ("", S.IN_TRANSIT),
    ],
)  # fmt: skip
def test_sfs_codes_are_read_and_new_ones_are_in_transit(
    sf: SfSource, transport: RecordingTransport, code: str, stage: TrackStage
) -> None:
    inner = json.loads(_SF["response"]["apiResultData"])
    inner["msgData"]["routeResps"][0]["routes"][0]["opCode"] = code
    transport.will(answer(_SF["response"] | {"apiResultData": inner}))
    [track] = sf.track([TrackQuery("SF7444471039325")])
    assert track.stage is stage


def test_ztos_scans_are_read(zto: ZtoSource, transport: RecordingTransport) -> None:
    transport.will(answer(_ZTO["response"]))
    [track] = zto.track([TrackQuery("73100196611386", "0002")])
    assert transport.last.body.decode() == _ZTO["body_bytes_as_signed"]
    assert transport.last.url.endswith("/zto.merchant.waybill.track.query")
    assert [(e.stage, e.place) for e in track.events] == [
        (S.PICKED_UP, "青浦华新"),
        (S.DELIVERED, "郑州高新区"),
    ]
    assert track.events[0].at == datetime(2026, 1, 1, tzinfo=UTC)


def test_ztos_refusal_names_the_phone(zto: ZtoSource, transport: RecordingTransport) -> None:
    refused = {"result": None, "message": "校验不一致", "statusCode": "E409", "status": False}
    transport.will(answer(refused), no_answer())
    wrong, lost = zto.track([TrackQuery("73100196611386", "9"), TrackQuery("73100196611387")])
    assert wrong.problem
    assert wrong.problem.code == "E409"
    assert lost.problem
    assert lost.problem.code == "unknown"
    assert wrong.stage is None


def test_ztos_pushes_in_any_order_end_delivered() -> None:
    found = [
        read_push(data) for data in [*_PUSH["other_events"], json.loads(_PUSH["form"]["data"])]
    ]
    events = [event for event in found if event is not None]
    assert len(events) == len(found)
    assert stage_of(events) is S.DELIVERED
    assert stage_of(events[:5]) is S.AT_PICKUP_POINT
    assert read_push({"action": "SIGNED", "actionTime": "gestern"}) is None


@pytest.mark.parametrize(
    ("code", "stage"),
    [
        ("DISPATCH", S.OUT_FOR_DELIVERY), ("HANDOVERSCAN_SIGNED", S.AT_PICKUP_POINT),
        ("RETURN_SCAN", S.RETURNING), ("RETURN_SIGNED", S.RETURNED), ("问题件", S.EXCEPTION),
        ("DEPARTURE_SIGNED", S.DELIVERED), ("天外来物", S.IN_TRANSIT),
    ],
)  # fmt: skip
def test_ztos_codes_are_read_and_new_ones_are_in_transit(code: str, stage: TrackStage) -> None:
    assert stage_of_scan(code) is stage


def test_yundas_steps_are_read(yunda: YundaSource, transport: RecordingTransport) -> None:
    transport.will(answer(_YUNDA["response"]))
    [track] = yunda.track([TrackQuery("4060005469862")])
    assert transport.last.body.decode() == _YUNDA["body_bytes_as_signed"]
    assert transport.last.url == _YUNDA["http"]["url"]
    assert [(e.stage, e.place) for e in track.events] == [
        (S.PICKED_UP, "新沂公司"),
        (S.DELIVERED, "青浦公司"),
    ]


@pytest.mark.parametrize(
    ("code", "stage"),
    [
        ("ACCEPT", S.ANNOUNCED), ("SENT", S.OUT_FOR_DELIVERY), ("OUTBOUND", S.DELIVERED),
        ("REJECTION", S.EXCEPTION), ("RETURN", S.RETURNING), ("OTHER", S.IN_TRANSIT),
    ],
)  # fmt: skip
def test_yundas_codes_are_read_and_new_ones_are_in_transit(
    yunda: YundaSource, transport: RecordingTransport, code: str, stage: TrackStage
) -> None:
    steps = [{"time": "2026-01-01 18:10:00", "status": code, "city": "上海市"}, {"time": None}]
    transport.will(answer(_YUNDA["response"] | {"data": {"steps": steps}}))
    [track] = yunda.track([TrackQuery("4060005469862")])
    assert [(e.stage, e.place) for e in track.events] == [(stage, "上海市")]


def test_a_number_yunda_refuses_says_why(yunda: YundaSource, transport: RecordingTransport) -> None:
    transport.will(answer({"result": False, "code": "7502", "message": "单用户QPS", "data": None}))
    transport.will(page(502))
    refused, lost = yunda.track([TrackQuery("1"), TrackQuery("2")])
    assert (refused.problem and refused.problem.code) == "7502"
    assert (lost.problem and lost.problem.code) == "unknown"


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (1767225600000, datetime(2026, 1, 1, tzinfo=UTC)),
        ("1767225600000", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01 08:00:00", datetime(2026, 1, 1, tzinfo=UTC)),
        (10**30, None),
        (None, None),
        ("bald", None),
        ([], None),
    ],
)
def test_times_are_aware_utc_or_missing(value: Any, at: datetime | None) -> None:
    assert millisecond_time(value) == at
    assert china_time("2026-13-01 08:00:00") is None
