"""Making text fit a box: first smaller, then on several lines. A number is never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from printing.fonts import POINTS_PER_MM, Face

LEADING = 1.17  # line to line, in font sizes
ELLIPSIS = "…"
_NO_START = frozenset("，。、；：！？）》」』”’…·,.;:!?)]}%~”’")
_NO_END = frozenset("（《「『“‘([{￥¥")
# What a number counts: 2 号楼, 3 单元, 601 室 stay on one line, else "4 号 2" reads as a house.
_COUNTED = frozenset("号楼栋幢座单层室弄巷组")
_DIGITS = frozenset("0123456789")
_COUNTED_PAIRS = frozenset(("号楼", "号院", "单元"))
_STEP_PT = 0.5
_QUANTITY = re.compile(r"\s*[等共]*\s*×?\s*(?<![A-Za-z0-9.\-])\d+\s*[个件包盒罐瓶袋箱条只套份行]?$")
_MOST_OF_TAIL = 0.4  # of a line; a longer last word is no quantity


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that fit, at which size; ``cut`` says that something had to be left out."""

    lines: tuple[str, ...]
    size_pt: float
    cut: bool = False


def _belongs_together(char: str) -> bool:
    """Whether ``char`` is part of a word or number that must not be broken."""
    return (char.isascii() and (char.isalnum() or char in "-*.#/+_@&×￥")) or char == "×"


def pieces(text: str) -> Iterator[str]:
    """``text`` in pieces that stay whole on a line: hanzi one by one, numbers and words entire."""
    word = ""
    for char in text:
        if _belongs_together(char):
            word += char
            continue
        if word:
            yield word
            word = ""
        yield char
    if word:
        yield word


def _units(text: str) -> list[str]:
    """Pieces joined with the punctuation that may not begin or end a line.

    A number is joined with what it counts.
    """
    units: list[str] = []
    glue = False
    all_pieces = list(pieces(text))
    for n, piece in enumerate(all_pieces):
        if units and (glue or piece in _NO_START or _is_counted(units[-1], all_pieces, n)):
            units[-1] += piece
        else:
            units.append(piece)
        glue = piece in _NO_END
    return units


def _is_counted(before: str, all_pieces: list[str], n: int) -> bool:
    """Whether piece ``n`` says what the number at the end of ``before`` counts."""
    piece = all_pieces[n]
    if piece == " ":
        following = all_pieces[n + 1] if n + 1 < len(all_pieces) else ""
        return following in _COUNTED and before[-1] in _DIGITS
    if piece in _COUNTED and before.rstrip(" ")[-1:] in _DIGITS:
        return True
    return len(before) > 1 and before[-1] + piece in _COUNTED_PAIRS


def wrap(text: str, face: Face, size_pt: float, width_mm: float) -> tuple[list[str], bool]:
    """``text`` on lines of ``width_mm``, and whether every word stayed whole."""
    width_of = face.widths_em
    limit = width_mm * POINTS_PER_MM / size_pt + 1e-6
    lines: list[str] = []
    line, used, whole = "", 0.0, True
    for unit in _units(text):
        unit_em = sum([width_of[c] for c in unit])
        if used + unit_em <= limit:
            line, used = line + unit, used + unit_em
            continue
        if line.strip():
            lines.append(line.rstrip())
        line, used = "", 0.0
        if unit == " ":
            continue
        if unit_em > limit:
            whole = False
            *full, unit = _by_characters(unit, face, limit)
            lines.extend(full)
            unit_em = sum([width_of[c] for c in unit])
        line, used = unit, unit_em
    if line.strip():
        lines.append(line.rstrip())
    return lines, whole


def _by_characters(word: str, face: Face, limit_em: float) -> list[str]:
    """A word longer than a line, broken where the line is full; nothing is lost."""
    parts, part, used = [], "", 0.0
    for char in word:
        char_em = face.widths_em[char]
        if part and used + char_em > limit_em:
            parts.append(part)
            part, used = "", 0.0
        part, used = part + char, used + char_em
    return [*parts, part]


def shrink(text: str, face: Face, size_pt: float, width_mm: float) -> float:
    """The largest size up to ``size_pt`` at which ``text`` fits on one line of ``width_mm``."""
    width = face.width_mm(text, size_pt)
    return size_pt if width <= width_mm else size_pt * width_mm / width


def fit_line(text: str, face: Face, size_pt: float, width_mm: float, min_size_pt: float) -> Fitted:
    """One line: smaller down to ``min_size_pt``, then shortened inside its first words.

    The last word (the quantity of a goods line) and every number that is shown stay whole.
    """
    size = shrink(text, face, size_pt, width_mm)
    if size >= min_size_pt:
        return Fitted((text,), size)
    return Fitted((_elide(text, face, min_size_pt, width_mm),), min_size_pt, cut=True)


def _elide(text: str, face: Face, size_pt: float, width_mm: float) -> str:
    """Shortened in front of its last words: ``×2``, ``等 5 件``, ``共 78 件``.

    Where they are no number the last word is kept, unless it is half of the line.
    """
    found = _QUANTITY.search(text)
    if found is not None and found.start() > 0:
        head, tail = text[: found.start()], found[0]
        most = width_mm
    else:
        head, blank, last = text.rpartition(" ")
        head, tail = (head, blank + last) if head else (text, "")
        most = width_mm * _MOST_OF_TAIL
    if face.width_mm(ELLIPSIS + tail, size_pt) > most:
        head, tail = text, ""
    kept = list(pieces(head))
    room = width_mm - face.width_mm(ELLIPSIS + tail, size_pt)
    while kept and face.width_mm("".join(kept), size_pt) > room:
        kept.pop()
    return "".join(kept).rstrip() + ELLIPSIS + tail


def fit_block(
    text: str,
    face: Face,
    size_pt: float,
    min_size_pt: float,
    width_mm: float,
    height_mm: float,
) -> Fitted:
    """Several lines in a box: the largest size at which all of ``text`` stands in it."""
    size = size_pt
    while True:
        lines, whole = wrap(text, face, size, width_mm)
        room = lines_in(height_mm, size)
        if size <= min_size_pt:
            room = max(1, room)
        if len(lines) <= room and (whole or size <= min_size_pt):
            return Fitted(tuple(lines), size)
        if size <= min_size_pt:
            break
        size = max(min_size_pt, size - _STEP_PT)
    kept = lines[:room]
    last = kept[-1] + lines[room]
    kept[-1] = _elide(last, face, size, width_mm)
    return Fitted(tuple(kept), size, cut=True)


def lines_in(height_mm: float, size_pt: float) -> int:
    """How many lines of ``size_pt`` stand in ``height_mm``."""
    first_pt = size_pt * 1.02
    return int((height_mm * POINTS_PER_MM - first_pt) / (size_pt * LEADING) + 1 + 1e-6)


def fit_rows(
    rows: Sequence[str],
    face: Face,
    size_pt: float,
    min_size_pt: float,
    width_mm: float,
    height_mm: float,
) -> Fitted:
    """One row a line: smaller until all rows stand in the box, else the first and "另 n 行"."""
    if not rows:
        return Fitted((), size_pt)
    size = size_pt
    while size > min_size_pt and lines_in(height_mm, size) < len(rows):
        size = max(min_size_pt, size - _STEP_PT)
    room = max(1, lines_in(height_mm, size))
    if len(rows) > room:
        rows = [*rows[: room - 1], f"…另 {len(rows) - room + 1} 行"]
        cut = True
    else:
        cut = False
    widest = max(face.width_mm(row, size) for row in rows)
    if widest > width_mm:
        size = max(min_size_pt, size * width_mm / widest)
    lines = [fit_line(row, face, size, width_mm, size - 1e-6) for row in rows]
    return Fitted(
        tuple(line.lines[0] for line in lines), size, cut or any(line.cut for line in lines)
    )
