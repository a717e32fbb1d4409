"""What calls a carrier in these tests: a transport that records, and one with real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.net.transport import HttpxTransport
from tests.carriers.contract import ContractStation
from tests.carriers.recording import RecordingTransport
from tests.support.clock import FakeClock


@pytest.fixture
def http() -> Iterator[HttpxTransport]:
    """One real transport a test, closed when it ends."""
    transport = HttpxTransport()
    yield transport
    transport.close()


@pytest.fixture
def transport() -> RecordingTransport:
    """Leaves nothing out of the house; a test tells it what to answer."""
    return RecordingTransport()


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[ContractStation]:
    """For the promises of every carrier; a carrier's own tests have a station of their own."""
    station = ContractStation(http, clock)
    yield station
    station.close()
