"""Real HTTP for the carriers: one transport per test, closed when the test ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.net.transport import HttpxTransport


@pytest.fixture
def http() -> Iterator[HttpxTransport]:
    transport = HttpxTransport()
    yield transport
    transport.close()
