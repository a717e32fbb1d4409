"""A page of dots in memory and a sheet of paper that came out; 1 is black everywhere here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

INVERTED = bytes(byte ^ 0xFF for byte in range(256))  # for ``bytes.translate``: black is white


class Ink(Enum):
    """How new dots meet those that are there."""

    REPLACE = "replace"
    ADD = "add"
    FLIP = "flip"


class Bitmap:
    """A page of dots; what is drawn beside it is lost. Each row is one integer, left dot first."""

    def __init__(self, width_dots: int, height_dots: int) -> None:
        self.width_dots = width_dots
        self.rows = [0] * height_dots
        self._all = (1 << width_dots) - 1

    @property
    def height_dots(self) -> int:
        return len(self.rows)

    def stamp(self, x: int, y: int, row_bytes: int, data: bytes, ink: Ink) -> None:
        """Draw packed rows (most significant bit left) with the left upper corner at x, y."""
        for number in range(len(data) // row_bytes if row_bytes else 0):
            row = int.from_bytes(data[number * row_bytes : (number + 1) * row_bytes])
            self._draw(y + number, x, row_bytes * 8, row, ink)

    def fill(self, x: int, y: int, width: int, height: int, ink: Ink = Ink.ADD) -> None:
        """Draw a black rectangle."""
        for row in range(y, y + height):
            self._draw(row, x, width, (1 << width) - 1, ink)

    def erase(self, x: int, y: int, width: int, height: int) -> None:
        """Make a rectangle white."""
        for row in range(y, y + height):
            self._draw(row, x, width, 0, Ink.REPLACE)

    def frame(self, x: int, y: int, width: int, height: int, thickness: int, ink: Ink) -> None:
        """Draw a box with lines of ``thickness`` inside its rectangle."""
        if 2 * thickness >= min(width, height):
            self.fill(x, y, width, height, ink)
            return
        self.fill(x, y, width, thickness, ink)
        self.fill(x, y + height - thickness, width, thickness, ink)
        inner = height - 2 * thickness
        self.fill(x, y + thickness, thickness, inner, ink)
        self.fill(x + width - thickness, y + thickness, thickness, inner, ink)

    def _draw(self, y: int, x: int, width: int, dots: int, ink: Ink) -> None:
        if not 0 <= y < len(self.rows) or width <= 0:
            return
        shift = self.width_dots - x - width
        placed = _shifted(dots, shift) & self._all
        if ink is Ink.ADD:
            self.rows[y] |= placed
        elif ink is Ink.FLIP:
            self.rows[y] ^= placed
        else:
            covered = _shifted((1 << width) - 1, shift) & self._all
            self.rows[y] = self.rows[y] & ~covered | placed

    def mirrored(self) -> Bitmap:
        """The page with left and right exchanged."""
        other = Bitmap(self.width_dots, 0)
        width = self.width_dots
        other.rows = [int(f"{row:0{width}b}"[::-1], 2) if row else 0 for row in self.rows]
        return other


def _shifted(value: int, by: int) -> int:
    return value << by if by >= 0 else value >> -by


def packed_rows(rows: Iterable[int], width_dots: int) -> bytes:
    """Rows as bytes, most significant bit left, the last byte padded with white."""
    row_bytes = (width_dots + 7) // 8
    padding = row_bytes * 8 - width_dots
    return b"".join((row << padding).to_bytes(row_bytes) for row in rows)


@dataclass(frozen=True, slots=True)
class Paper:
    """One label (or one cut piece of a roll) as it came out of the printer.

    ``bits`` are packed rows, 1 = black, in the direction in which the label is read; ``turned``
    says that it left the printer with its foot first. ``stray_text`` counts characters which the
    printer took for text, ``native_elements`` texts and codes of the language itself: neither is
    drawn here.
    """

    number: int
    width_dots: int
    height_dots: int
    bits: bytes
    turned: bool = False
    stray_text: int = 0
    native_elements: int = 0
    path: Path | None = None

    @property
    def row_bytes(self) -> int:
        return (self.width_dots + 7) // 8

    @property
    def is_blank(self) -> bool:
        return not any(self.bits)

    def is_black(self, x: int, y: int) -> bool:
        """Whether the head burnt the dot ``x`` from the left and ``y`` from the top."""
        return bool(self.bits[y * self.row_bytes + x // 8] & (0x80 >> x % 8))

    def image(self) -> Image:
        """A 1-bit picture, black on white."""
        from PIL import Image

        inverted = self.bits.translate(INVERTED)
        return Image.frombytes("1", (self.width_dots, self.height_dots), inverted)
