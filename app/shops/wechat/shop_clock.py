"""The shop's own time, as its answers tell it: a PC's clock may be wrong by minutes or years.

Source: HTTP, ``Date`` of an answer, in whole seconds. Each answer bounds the shop's time from both
sides (it was made between sending and receiving); many answers together bound it closely.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from app.ports import Clock


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The shop's time minus our monotonic clock, in s, lies between ``low`` and ``high``."""

    low: float
    high: float

    def meets(self, other: _Bounds) -> bool:
        return self.low <= other.high and other.low <= self.high

    def within(self, other: _Bounds) -> _Bounds:
        return _Bounds(max(self.low, other.low), min(self.high, other.high))


class ShopClock:
    """Follows the shop's time by the monotonic clock. Safe to use from several threads.

    Setting the PC's clock changes nothing here. A sudden jump is believed when a second answer
    says the same: a single odd one may come from somebody in between.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: _Bounds | None = None
        self._doubted: _Bounds | None = None

    def note(self, date: str | None, sent_at: float, received_at: float) -> None:
        """An answer with this ``Date``; the times are of the monotonic clock, in s."""
        told = _parsed(date)
        if told is None:
            return
        new = _Bounds(told - received_at, told + 1.0 - sent_at)
        with self._lock:
            if self._known is None:
                self._known = new
            elif self._known.meets(new):
                self._known, self._doubted = self._known.within(new), None
            elif self._doubted is not None and self._doubted.meets(new):
                self._known, self._doubted = self._doubted.within(new), None
            else:
                self._doubted = new

    def ahead(self) -> timedelta | None:
        """How far this PC's clock is ahead of the shop's; None before the first answer."""
        with self._lock:
            known = self._known
        if known is None:
            return None
        shop_s = self._clock.monotonic() + (known.low + known.high) / 2
        return timedelta(seconds=self._clock.now().timestamp() - shop_s)


def _parsed(date: str | None) -> float | None:
    """``Date`` in seconds since the epoch."""
    try:
        told: datetime | None = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    if told is None:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
