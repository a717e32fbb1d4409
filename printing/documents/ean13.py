"""EAN-13 (ISO/IEC 15420) as widths of bars and spaces; a UPC-A is one that begins with 0."""

from __future__ import annotations

from functools import lru_cache

QUIET_LEFT, QUIET_RIGHT = 11, 7
MODULES = 95
# Which digits of the left half are in set B, by the first digit (ISO/IEC 15420, table 3).
_LEFT_SETS = (
    "AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB",
    "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA",
)  # fmt: skip
# Widths of space, bar, space, bar of the digits in set A; set C has the same widths from a bar on,
# set B is set C mirrored.
_SET_A = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
_GUARD, _CENTRE = "111", "11111"


def check_digit(digits: str) -> str:
    """The last digit that belongs behind ``digits`` (12 of an EAN-13, 11 of a UPC-A)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def as_ean13(code: str) -> str | None:
    """``code`` as 13 digits when it is an EAN-13 or a UPC-A with the right check digit."""
    if not (code.isascii() and code.isdigit() and len(code) in {12, 13}):
        return None
    return code.zfill(13) if check_digit(code[:-1]) == code[-1] else None


@lru_cache(maxsize=1024)
def ean13_widths(digits: str) -> tuple[int, ...]:
    """Widths in modules, beginning and ending with a bar, without the quiet zones.

    Raises:
        ValueError: these are no 13 digits with the right check digit.
    """
    if as_ean13(digits) != digits:
        raise ValueError("no EAN-13")
    left = "".join(
        _SET_A[int(d)] if kind == "A" else _SET_A[int(d)][::-1]
        for d, kind in zip(digits[1:7], _LEFT_SETS[int(digits[0])], strict=True)
    )
    right = "".join(_SET_A[int(d)] for d in digits[7:])
    return tuple(map(int, f"{_GUARD}{left}{_CENTRE}{right}{_GUARD}"))
