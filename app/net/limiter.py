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

    Waiting callers are let through by priority, then by order of arrival. A sweep leaves half of
    the burst to the others: they need not wait even while it takes all it can get.
    """

    def __init__(
        self, rate: float, burst: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        _check(rate, burst)
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._tokens = burst
        self._at = monotonic()
        self._turn = itertools.count()
        self._waiting: list[tuple[int, int]] = []
        self._condition = threading.Condition()

    def change(self, rate: float, burst: float) -> None:
        """Other limits from now on; whoever waits, waits for these."""
        _check(rate, burst)
        with self._condition:
            self._refill()
            self._rate, self._burst = rate, burst
            self._tokens = min(self._tokens, burst)
            self._condition.notify_all()

    def acquire(self, priority: Priority = Priority.READ) -> None:
        """Return when a call may be made."""
        with self._condition:
            ticket = (int(priority), next(self._turn))
            heapq.heappush(self._waiting, ticket)
            try:
                while True:
                    self._refill()
                    first = self._waiting[0] == ticket
                    needed = 1.0
                    if priority is Priority.SWEEP:
                        needed += min(self._burst / 2, self._burst - 1)
                    if first and self._tokens >= needed:
                        self._tokens -= 1
                        return
                    # Only the first in the row watches the time; the others are woken in turn.
                    missing_s = max(0.001, (needed - self._tokens) / self._rate) if first else None
                    self._condition.wait(timeout=missing_s)
            finally:  # also when the wait is broken off: a dead ticket would block the row
                self._waiting.remove(ticket)
                heapq.heapify(self._waiting)
                self._condition.notify_all()

    def try_acquire(self) -> bool:
        """Take a call if one may be made at once and nobody waits for it."""
        with self._condition:
            self._refill()
            if self._waiting or self._tokens < 1:
                return False
            self._tokens -= 1
            return True

    def _refill(self) -> None:
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now


def _check(rate: float, burst: float) -> None:
    if rate <= 0 or burst < 1:
        raise ValueError("rate must be above 0 and burst at least 1")
