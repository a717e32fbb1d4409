"""What the simulated carriers agree on: markers in an address, masked text, numbers from a seed.

A test steers a simulated carrier by writing one of the markers into an address.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import time
from collections.abc import Callable
from typing import Any

Clock = Callable[[], float]
"""Seconds since the epoch."""

OUT_OF_RANGE = "超区"
"""In an address: the carrier does not go there."""
SUSPENDED = "停发"
"""In an address: the carrier does not go there for the time being."""
TO_CONFIRM = "人工确认"
"""In an address: SF answers with filterResult 1."""
VAGUE = "地址不详"
"""In an address: too vague; SF's filter says 4 and the route label has one part only."""
ROUTE_LATER = "路由待定"
"""In an address: the number comes without route text, which has to be asked for afterwards."""

MASKED = re.compile(r"[*＊●•]|[xX]{3,}")
VIRTUAL_MOBILE = re.compile(r"1\d{10}\s*(?:[-,，_#]|转|ext)\s*\d{2,6}")
MOBILE = re.compile(r"1\d{10}")
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?|400-?\d{3}-?\d{4}|\d{7,8}")


def system_clock() -> float:
    """The machine's clock."""
    return time.time()


def china_clock(at_s: float) -> str:
    """Wall clock time in China, ``2026-01-01 08:00:00``."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_s + 8 * 3600))


def is_masked(text: str) -> bool:
    """Whether somebody hid part of the text."""
    return MASKED.search(text) is not None


def parse_strict(raw: bytes | str) -> Any:
    """JSON as RFC 8259 has it: no NaN, no byte order mark, no name twice in one object.

    Raises:
        ValueError: it is not.
    """
    text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique_names)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


class Serial:
    """Distinct numbers of a fixed width that look random and repeat with the seed. Not locked."""

    def __init__(self, seed: int, digits: int, *, first: int | None = None) -> None:
        self._size = 10**digits
        self._digits = digits
        chance = random.Random(seed)
        self._next = chance.randrange(self._size) if first is None else first
        # Odd and no multiple of 5: it meets every value once before it repeats.
        self._step = chance.randrange(1, 5000) * 10 + 7

    def take(self) -> str:
        """The next number, padded with zeros."""
        value, self._next = self._next, (self._next + self._step) % self._size
        return str(value).zfill(self._digits)


def stable_number(text: str, below: int) -> int:
    """A number under ``below`` that depends on the text only."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8]) % below


def stable_hex(text: str, length: int) -> str:
    """Lower-case hex digits that depend on the text only."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]
