"""The real clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from app.jobs import CancelToken


class SystemClock:
    """``app.ports.Clock`` of this machine; with a token a wait ends when the job is stopped."""

    def __init__(self, cancel: CancelToken | None = None) -> None:
        self._cancel = cancel

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Raises ``app.jobs.Cancelled`` as soon as a stop is asked for."""
        if self._cancel is None:
            time.sleep(max(seconds, 0.0))
        else:
            self._cancel.wait(max(seconds, 0.0))
