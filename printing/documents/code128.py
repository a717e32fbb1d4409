"""Code 128 (ISO/IEC 15417) with the fewest symbols, as widths of bars and spaces in modules."""

from __future__ import annotations

from functools import lru_cache

START_B, START_C, TO_B, TO_C, STOP = 104, 105, 100, 99, 106
QUIET_MODULES = 10
_FIRST, _LAST = " ", "~"  # what subset B shows of ASCII

# Widths of bar, space, bar, space, bar, space of the values 0 to 105, and of the stop symbol.
_PATTERN_ROWS = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232
    122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122
    321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311
    211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113
    213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422
    121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111
    241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121
    412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412
    211214 211232 2331112
"""
_PATTERNS = tuple(_PATTERN_ROWS.split())


def is_encodable(text: str) -> bool:
    """Whether every character has a Code 128 symbol here (printable ASCII)."""
    return bool(text) and all(_FIRST <= char <= _LAST for char in text)


@lru_cache(maxsize=4096)
def code128_widths(text: str) -> tuple[int, ...]:
    """Widths in modules, beginning and ending with a bar, without the quiet zones.

    Raises:
        ValueError: ``text`` is empty or holds something other than printable ASCII.
    """
    if not is_encodable(text):
        raise ValueError("Code 128 subset B and C hold printable ASCII only")
    values = _shortest_values(text)
    check = (values[0] + sum(i * v for i, v in enumerate(values))) % 103
    symbols = "".join([_PATTERNS[v] for v in (*values, check, STOP)])
    return tuple(map(int, symbols))


def code128_modules(text: str) -> int:
    """Length in modules without the quiet zones."""
    return sum(code128_widths(text))


def _shortest_values(text: str) -> list[int]:
    """Start symbol and data, switching between B and C where that saves symbols.

    Works from the end: the cheapest way to write ``text[i:]`` in either subset.
    """
    n = len(text)
    end: list[int] = []
    best_b: list[list[int]] = [end] * (n + 1)
    best_c: list[list[int]] = [end] * (n + 1)
    for i in range(n - 1, -1, -1):
        stay_b = [ord(text[i]) - 32, *best_b[i + 1]]
        pair = text[i : i + 2]
        in_c = [int(pair), *best_c[i + 2]] if len(pair) == 2 and pair.isdigit() else None
        switch_c = [TO_C, *in_c] if in_c is not None else None
        best_b[i] = stay_b if switch_c is None or len(stay_b) <= len(switch_c) else switch_c
        switch_b = [TO_B, *best_b[i]]
        best_c[i] = switch_b if in_c is None or len(switch_b) < len(in_c) else in_c
    from_b, from_c = [START_B, *best_b[0]], [START_C, *best_c[0]]
    return from_c if len(from_c) <= len(from_b) else from_b
