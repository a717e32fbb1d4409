"""One line a call, and nothing in it that belongs to a person or opens a door."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from app.carriers.registry import carrier, make_source
from app.domain.waybills import Booking
from tests.carriers.recording import RecordingTransport, answer, no_answer, page
from tests.carriers.samples import (
    JT_CONFIG,
    KUAIDI100_CONFIG,
    SF_CONFIG,
    STO_CONFIG,
    YTO_CONFIG,
    YUNDA_CONFIG,
    ZTO_CONFIG,
    jt_booking,
    kuaidi100_booking,
    sample,
    sf_booking,
    sto_booking,
    yto_booking,
    yunda_booking,
    zto_booking,
)
from tests.support.clock import FakeClock

_CASES = [
    (SF_CONFIG, sf_booking(), sample("sf_create_order.response")["body"]),
    (ZTO_CONFIG, zto_booking(), sample("zto_create_order.response")["body"]),
    (YUNDA_CONFIG, yunda_booking(), sample("yunda_create_order.response")["body"]),
    (YTO_CONFIG, yto_booking(), sample("yto_answers")["created"]),
    (STO_CONFIG, sto_booking(), sample("sto_answers")["created"]),
    (JT_CONFIG, jt_booking(), sample("jt_answers")["created"]),
    (KUAIDI100_CONFIG, kuaidi100_booking(), sample("kuaidi100_answers")["ordered"]),
]
_LINE = re.compile(r"carrier=\w+ key=\S+ service=\S+ outcome=\w+ code=(\S+|HTTP \d+) ms=\d+")


@pytest.mark.parametrize(("config", "booking", "body"), _CASES)
def test_a_line_tells_the_outcome_and_no_secret_and_no_person(
    config: dict[str, Any],
    booking: Booking,
    body: Any,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    transport = RecordingTransport([answer(body), no_answer(), page(403)])
    source = make_source(config, transport, clock)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            source.create(booking)
    lines = [record.getMessage() for record in caplog.records]
    assert all(_LINE.fullmatch(line) for line in lines)
    assert [line.split("outcome=")[1].split()[0] for line in lines] == [
        "Issued", "Unknown", "Rejected",
    ]  # fmt: skip
    assert all(f"key={booking.key} " in line for line in lines)
    people = [p for side in (booking.sender, booking.receiver)
              for p in (side.name, side.phone, side.address)]  # fmt: skip
    secrets = _secrets(config)
    assert not [word for word in people + secrets for line in lines if word in line]


def _secrets(config: dict[str, Any]) -> list[str]:
    found = [str(config[n]) for n in carrier(config["carrier"]).secret_names if n in config]
    assert found
    return found


@pytest.mark.parametrize(("config", "booking", "body"), _CASES)
def test_what_a_source_shows_of_itself_holds_no_secret(
    config: dict[str, Any], booking: Booking, body: Any, clock: FakeClock
) -> None:
    transport = RecordingTransport([answer(body)])
    outcome = make_source(config, transport, clock).create(booking)
    for word in (booking.receiver.phone, *_secrets(config)):
        assert word not in repr(outcome).partition("label=")[0]
