"""A clock that moves only when a test moves it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

START_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten in the morning in China


class FakeClock:
    """``app.ports.Clock`` under a test's control; ``sleep`` moves the time and returns at once.

    Safe to use from several threads.
    """

    def __init__(self, at: datetime = START_AT) -> None:
        if at.tzinfo is None:
            raise ValueError("the time must be aware")
        self._start_at = at.astimezone(UTC)
        self._passed_s = 0.0
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        with self._lock:
            return self._start_at + timedelta(seconds=self._passed_s)

    def monotonic(self) -> float:
        with self._lock:
            return self._passed_s

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)
            self._passed_s += max(seconds, 0.0)

    def advance(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Let time pass without anybody having slept."""
        with self._lock:
            self._passed_s += seconds + 60 * minutes + 3600 * hours
