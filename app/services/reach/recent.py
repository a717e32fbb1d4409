"""What carriers answered a moment ago, so that looking again costs no call."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.checks import Finding
from app.domain.waybills import Booking
from app.services.numbers import booking as bookings

KEPT = timedelta(minutes=5)
_MOST = 4000  # a day's waves; the oldest answers go first


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of asking about one booking. ``reached``: the carrier says it goes there."""

    findings: tuple[Finding, ...]
    reached: bool = False


class RecentAnswers:
    """Kept in memory, for one window or one command; safe to use from several threads.

    An answer belongs to a booking as it was: another address, carrier or weight asks anew.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[datetime, Answered]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, booking: Booking, account: str, now: datetime) -> Answered | None:
        """The answer about this booking, if it is not too old."""
        with self._lock:
            at, answered = self._kept.get(_mark(booking, account), (now, None))
        return answered if now - at < KEPT else None

    def put(self, booking: Booking, account: str, now: datetime, answered: Answered) -> None:
        """Keep an answer."""
        mark = _mark(booking, account)
        with self._lock:
            self._kept[mark] = (now, answered)
            self._kept.move_to_end(mark)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)


def _mark(booking: Booking, account: str) -> str:
    text = f"{account}\n{bookings.as_json(replace(booking, key=''))}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
