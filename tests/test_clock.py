from __future__ import annotations

from datetime import UTC

import pytest

from app.clock import SystemClock
from app.jobs import Cancelled, CancelToken
from app.ports import Clock


def test_now_is_aware_utc_and_monotonic_does_not_go_back() -> None:
    clock: Clock = SystemClock()
    first = clock.monotonic()
    clock.sleep(0.001)
    assert clock.monotonic() > first
    assert clock.now().tzinfo is UTC


def test_waiting_ends_when_the_job_is_stopped() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        SystemClock(token).sleep(3600)
