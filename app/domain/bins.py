"""Places on the shelf: their walking order, and the code on their label."""

from __future__ import annotations

import re

from app.domain.errors import UserError
from app.domain.text import T

BIN_PREFIX = "BIN-"
LONGEST_BIN = 32
FETCHED = "@picked"
"""The place of pieces that were fetched for a parcel and have not left yet."""

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


def clean_bin(text: str) -> str:
    """The bin that a person or a scan names, by its name or its label's code; "" stays "".

    Raises ``UserError`` (``bad_bin``).
    """
    name = " ".join((read_bin(text.strip()) or text).split())
    if len(name) > LONGEST_BIN or name.startswith("@") or not name.isprintable():
        raise _bad_bin(name)
    return name


def no_bin_named() -> UserError:
    """The refusal where a bin must be named."""
    return _bad_bin("")


def _bad_bin(name: str) -> UserError:
    return UserError(
        "bad_bin",
        T("“{bin}” is no name of a bin.", bin=name),
        T("Give at most {n} characters, like A-01-3.", n=LONGEST_BIN),
        ref=name,
    )
