"""One token bucket per account or app id: shipping goes before reading when both wait."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from enum import IntEnum


class Priority(IntEnum):
    """Lower goes first."""

    SHIP = 0
    LABEL = 1
    READ = 2
    SWEEP = 3


class RateLimiter:
    """At most ``rate`` calls a second on average and ``burst`` at once. Thread-safe.

    Waiting callers are let through by priority, then by order of arrival.
    """

    def __init__(
        self, rate: float, burst: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("rate must be above 0 and burst at least 1")
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._tokens = burst
        self._at = monotonic()
        self._turn = itertools.count()
        self._waiting: list[tuple[int, int]] = []
        self._condition = threading.Condition()

    def acquire(self, priority: Priority = Priority.READ) -> None:
        """Return when a call may be made."""
        with self._condition:
            ticket = (int(priority), next(self._turn))
            heapq.heappush(self._waiting, ticket)
            while True:
                self._refill()
                if self._waiting[0] == ticket and self._tokens >= 1:
                    heapq.heappop(self._waiting)
                    self._tokens -= 1
                    self._condition.notify_all()
                    return
                missing = max(0.0, 1 - self._tokens) / self._rate
                self._condition.wait(timeout=max(missing, 0.001))

    def _refill(self) -> None:
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
