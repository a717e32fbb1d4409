"""Our own keys: 41 bits of milliseconds since 2020 and 22 random bits, as decimal text.

Of the 22 bits a program at a shared database keeps 7 for its slot there (``KeyMaker.use_slot``).

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
_SLOT_BITS = 7
SLOTS = 1 << _SLOT_BITS  # programs at one database that never make the same key


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

    Programs that share a database meet once in 2**22 pairs of the same millisecond: some times a
    year with five busy benches. With a slot of its own (``use_slot``) a program gives its keys the
    slot's number in the last 7 of the 22 bits, and meets nobody.
    """

    def __init__(self) -> None:
        self._last = -1
        self._slot: int | None = None
        self._guard = threading.Lock()

    def key(self, now: datetime) -> str:
        """A fresh key that is larger than every key made before."""
        drawn = int(new_key(now))
        with self._guard:
            if self._slot is not None:
                drawn = _in_slot(drawn, self._slot)
            if drawn <= self._last or drawn >> _RANDOM_BITS == self._last >> _RANDOM_BITS:
                drawn = self._last + 1 + secrets.randbelow(_LONGEST_STEP)
                if self._slot is not None:
                    drawn = _in_slot(drawn + SLOTS, self._slot)
            self._last = drawn
        return str(drawn)

    def use_slot(self, slot: int) -> None:
        """From now on only keys of this slot (0 to ``SLOTS`` - 1), which nobody else uses."""
        if not 0 <= slot < SLOTS:
            raise ValueError(f"there are {SLOTS} slots")
        with self._guard:
            self._slot = slot


def _in_slot(key: int, slot: int) -> int:
    return key >> _SLOT_BITS << _SLOT_BITS | slot


def attempt_key(key: str, attempt: int) -> str:
    """The key for attempt ``attempt`` (1 is the key itself): letters, digits and ``_`` only."""
    if attempt < 1:
        raise ValueError("attempts count from 1")
    return key if attempt == 1 else f"{key}_{attempt}"
