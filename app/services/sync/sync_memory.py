"""When each order was last read, so that overlapping windows need not read it again.

The list says no more than: the last change of this order, as far as the list knows, lies in this
window. Whether reading it again could bring anything follows from when it was read and what it
said then; when in doubt it is read. Kept in memory only: after a start everything is read.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

SETTLES_AFTER = timedelta(seconds=3)
"""So long after a change a reading surely holds it, and whatever happened in the same second."""
_KEPT = 50_000
_ALMOST_A_SECOND = timedelta(microseconds=999_999)


def whole_second(at: datetime) -> datetime:
    """``at`` without its fraction: the shop counts whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0)


class Need(Enum):
    """Whether an order that a window lists has to be read."""

    READ = "read"
    NOT = "not"
    MAYBE = "maybe"
    """The change we know explains the listing; another one in the same window would hide."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The last reading: when it began, and the change it told of. Both in the shop's time."""

    read_at: datetime
    updated_at: datetime

    @property
    def settled(self) -> bool:
        return self.read_at >= self.updated_at + SETTLES_AFTER


class RecentReadings:
    """The readings of one shop. Bounded; safe to use from several threads."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._readings: OrderedDict[str, Reading] = OrderedDict()

    def note(self, order_id: str, reading: Reading) -> None:
        """Remember a reading, unless a later one is known."""
        with self._lock:
            known = self._readings.get(order_id)
            if known is not None and known.read_at > reading.read_at:
                return
            self._readings[order_id] = reading
            self._readings.move_to_end(order_id)
            while len(self._readings) > self._kept:
                self._readings.popitem(last=False)

    def need(self, order_id: str, start: datetime, stop: datetime) -> Need:
        """Whether an order listed in ``[start, stop]`` has to be read."""
        with self._lock:
            known = self._readings.get(order_id)
        if known is None:
            return Need.READ
        # The shop is asked in whole seconds, so the window it lists is a little wider.
        start, stop = whole_second(start), whole_second(stop + _ALMOST_A_SECOND)
        if known.read_at >= stop + SETTLES_AFTER:
            return Need.NOT  # it was read after everything this window can tell of
        if known.settled and start <= known.updated_at <= stop:
            return Need.MAYBE
        return Need.READ

    def unknown_first(self, order_ids: Iterable[str]) -> list[str]:
        """All of them, those never read before the others: somebody waits for a new order."""
        ids = list(order_ids)
        with self._lock:
            return sorted(ids, key=self._readings.__contains__)

    def must_read(self, order_ids: Iterable[str], start: datetime, stop: datetime) -> list[str]:
        """Those to be read, where the window moves on before a hidden change could get out of it.

        The window that follows begins later: as soon as the change we know lies before it, the
        order is listed for the other one only, and read.
        """
        return [i for i in order_ids if self.need(i, start, stop) is Need.READ]
