"""Our own keys: 41 bits of milliseconds since 2020 and 22 random bits, as decimal text.

A key is made with the row it names and is the idempotency key that carriers and the platform see.
Never a database counter: after a reinstall a counter would start again, and a carrier that
replays the first answer for a repeated key would hand out another customer's label.
"""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 22
_TIME_BITS = 41
_LONGEST_STEP = 256


def new_key(now: datetime) -> str:
    """A fresh key of at most 19 decimal digits; it fits an unsigned and a signed 64-bit integer."""
    milliseconds = int((now - EPOCH).total_seconds() * 1000)
    if not 0 <= milliseconds < 1 << _TIME_BITS:
        raise ValueError("the clock is outside 2020 to 2089")
    return str((milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS))


class KeyMaker:
    """Keys that never meet within one program, however many are made in one millisecond.

    The first key of a millisecond is drawn as ``new_key`` does, the next ones follow it at random
    distances: drawing each would repeat one in some hundred thousand rows. Safe to use from any
    thread.
    """

    def __init__(self) -> None:
        self._last = -1
        self._guard = threading.Lock()

    def key(self, now: datetime) -> str:
        """A fresh key that is larger than every key made before."""
        drawn = int(new_key(now))
        with self._guard:
            if drawn <= self._last or drawn >> _RANDOM_BITS == self._last >> _RANDOM_BITS:
                drawn = self._last + 1 + secrets.randbelow(_LONGEST_STEP)
            self._last = drawn
        return str(drawn)


def attempt_key(key: str, attempt: int) -> str:
    """The key for attempt ``attempt`` (1 is the key itself): letters, digits and ``_`` only."""
    if attempt < 1:
        raise ValueError("attempts count from 1")
    return key if attempt == 1 else f"{key}_{attempt}"
