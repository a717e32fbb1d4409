"""No answer whatever raises: one value of a good answer is replaced by any JSON at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.carriers.registry import make_source
from app.carriers.wire_json import as_count, as_object, as_objects, as_text, decode, encode, is_true
from app.domain.fees import NumbersLeft, Quotes
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import (
    AskPerson,
    Booking,
    Issued,
    NeverExisted,
    NotSent,
    Problem,
    Rejected,
    Unknown,
    Voided,
)
from app.ports import Health, Tracks
from app.ports.carriers import (
    CountsNumbers,
    DrawsLabels,
    FetchesLabelData,
    LabelFile,
    LabelPage,
    Quoting,
    Recognises,
)
from tests.carriers.contract_entries import CONTRACTS
from tests.carriers.recording import RecordingTransport, answer
from tests.carriers.samples import SF_CONFIG, sample, sf_booking
from tests.support.clock import FakeClock

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["1", "0", "[]", "{}", "[[", "A1000", "S0000", "0000", "[[{}]]"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def _unfolded(body: Any) -> Any:
    """The answer with its JSON strings as values, so that every place in them can be reached."""
    if isinstance(body, dict):
        return {key: _unfolded(value) for key, value in body.items()}
    if isinstance(body, list):
        return [_unfolded(value) for value in body]
    inner = decode(body) if isinstance(body, str) and body[:1] in {"{", "["} else None
    return body if inner is None else _unfolded(inner)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _paths(value[key], (*path, key))


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


_BODIES = {
    "sf": [
        sample("sf_create_order_multi.response")["body"],
        sample("sf_search_order.response")["body"],
        sample("sf_update_order.cancel")["response_ok"],
        sample("sf_search_routes")["response_full"],
        sample("sf_oauth")["response"],
    ],
    "zto": [
        sample("zto_create_order.response")["body"],
        sample("zto_get_order_info")["response"],
        sample("zto_balance")["response"],
        sample("zto_cancel")["response"],
        sample("zto_track")["response"],
    ],
    "yunda": [
        sample("yunda_create_order.response")["body"],
        sample("yunda_update_cancel")["cancel_response"],
        sample("yunda_balance")["response"],
        sample("yunda_track")["response"],
    ],
    "yto": [
        sample("yto_answers")[name]
        for name in (
            *("created", "created_wrapped", "refused_reason", "cancelled"),
            *("track", "track_empty", "print"),
        )
    ],
    "sto": [sample("sto_answers")[name] for name in ("created", "refused", "dispatch", "track")],
    "jt": list(sample("jt_answers")["all"].values()),
    "kuaidi100": list(sample("kuaidi100_answers")["all"].values()),
}
_CASES = [  # each agreement once, whatever the simulated carrier makes of it
    *{str(c.config): (c.code, c.config, c.booking()) for c in CONTRACTS}.values(),
    ("sf", SF_CONFIG | {"signature": "oauth"}, sf_booking()),
]
_OUTCOMES = (Issued, Rejected, Unknown, NotSent, NeverExisted, AskPerson)


@pytest.mark.parametrize(("code", "config", "booking"), _CASES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_answer_ends_in_an_outcome(
    code: str, config: Mapping[str, Any], booking: Booking, clock: FakeClock, data: st.DataObject
) -> None:
    body = _unfolded(data.draw(st.sampled_from(_BODIES[code])))
    path = data.draw(st.sampled_from(list(_paths(body))))
    strange = answer(_replaced(body, path, data.draw(_JSON)))
    transport = RecordingTransport([strange] * 40)
    source = make_source(config, transport, clock)
    assert isinstance(source.create(booking), _OUTCOMES)
    assert isinstance(source.reconcile(replace(booking, sent_at=clock.now())), _OUTCOMES)
    assert isinstance(source.void(booking, "1", "2"), Voided)
    assert isinstance(source.check(), Health)
    assert isinstance(source, Tracks)
    assert all(isinstance(t, Track) for t in source.track([TrackQuery("SF1011603494291")]))
    if isinstance(source, FetchesLabelData):
        assert isinstance(source.fetch_label(booking, "1"), Mapping | Problem)
    if isinstance(source, Quoting):
        assert isinstance(source.quote(booking), Quotes)
    if isinstance(source, DrawsLabels):
        assert isinstance(source.label_file(booking, LabelPage("1")), LabelFile | Problem)
    if isinstance(source, CountsNumbers):
        assert isinstance(source.numbers_left(), NumbersLeft)
    if isinstance(source, Recognises):
        assert isinstance(source.recognise("73100196611386"), list | Problem)


@given(_JSON)
def test_json_is_written_the_same_way_after_reading_it(value: Any) -> None:
    body = encode([value])
    assert encode(json.loads(body)) == body


@given(_JSON)
def test_the_tolerant_readers_read_anything(value: Any) -> None:
    assert as_object(value) is None or isinstance(as_object(value), dict)
    assert all(isinstance(item, dict) for item in as_objects(value))
    assert isinstance(as_text(value), str)
    assert isinstance(is_true(value), bool)
    count = as_count(value)
    assert count is None or count >= 0


@given(st.binary(max_size=40))
def test_any_bytes_are_a_value_or_nothing(body: bytes) -> None:
    assert decode(body) is None or encode([decode(body)])


def test_chinese_is_written_as_it_is_and_compactly() -> None:
    assert encode({"名": ["顺丰", 1.5, None]}).decode() == '{"名":["顺丰",1.5,null]}'
