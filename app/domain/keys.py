"""Our own keys: 41 bits of milliseconds since 2020 and 22 random bits, as decimal text.

A key is made with the row it names and is the idempotency key that carriers and the platform see.
Never a database counter: after a reinstall a counter would start again, and a carrier that
replays the first answer for a repeated key would hand out another customer's label.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 22
_TIME_BITS = 41


def new_key(now: datetime) -> str:
    """A fresh key of at most 19 decimal digits; it fits an unsigned and a signed 64-bit integer."""
    milliseconds = int((now - EPOCH).total_seconds() * 1000)
    if not 0 <= milliseconds < 1 << _TIME_BITS:
        raise ValueError("the clock is outside 2020 to 2089")
    return str((milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS))


def attempt_key(key: str, attempt: int) -> str:
    """The key for attempt ``attempt`` (1 is the key itself): letters, digits and ``_`` only."""
    if attempt < 1:
        raise ValueError("attempts count from 1")
    return key if attempt == 1 else f"{key}_{attempt}"
