"""Places on the shelf: their walking order, and the code on their label."""

from __future__ import annotations

import re

BIN_PREFIX = "BIN-"

_DIGITS = re.compile(r"(\d+)")


def walking_key(place: str) -> tuple[bool, tuple[str | int, ...]]:
    """What bins are sorted by: as a person counts (A-2 before A-10), goods without one at the end.

    Text and numbers take turns in the key, so that any two compare.
    """
    parts = _DIGITS.split(place.strip().casefold())
    return not place.strip(), tuple(int(p) if i % 2 else p for i, p in enumerate(parts))


def bin_code(place: str) -> str:
    """What stands in the code on the bin's label."""
    return f"{BIN_PREFIX}{place}"


def read_bin(code: str) -> str | None:
    """The bin whose label was scanned; ``None``: this is no bin's label."""
    if code[: len(BIN_PREFIX)].upper() != BIN_PREFIX:
        return None
    return code[len(BIN_PREFIX) :].strip() or None
