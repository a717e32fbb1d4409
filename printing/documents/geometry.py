"""Places on paper: boxes in mm, whole dots, and how codes fill them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from printing.documents.code128 import QUIET_MODULES as CODE128_QUIET

# Bars are drawn this much narrower on each side: it changes no dot on the grid they are laid on,
# and keeps rasterisers that fill every touched pixel (CUPS' gstoraster) from adding one.
BAR_INSET_DOTS = 0.1


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, in mm."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle_y(self) -> float:
        return self.y + self.height / 2

    def inset(self, dx: float, dy: float = 0.0) -> Box:
        return Box(self.x + dx, self.y + dy, self.width - 2 * dx, self.height - 2 * dy)


def dots(length_mm: float, dots_per_mm: float) -> int:
    """Whole dots, halves up: 76 mm are 608 dots at 8, 150 mm are 1772 at 11.81."""
    return int(length_mm * dots_per_mm + 0.5)


def code128_dots(modules: int, width_mm: float, dots_per_mm: float, max_module_mm: float) -> int:
    """Like ``module_dots``, for a Code 128 of so many ``modules`` without its quiet zones."""
    return module_dots(modules + 2 * CODE128_QUIET, width_mm, dots_per_mm, max_module_mm)


def module_dots(modules: int, width_mm: float, dots_per_mm: float, max_module_mm: float) -> int:
    """Dots a module: the most at which ``modules`` fit ``width_mm``, up to ``max_module_mm``.

    0 when not even one dot fits.
    """
    fits = int(width_mm * dots_per_mm + 1e-6) // modules
    return min(fits, max(1, int(max_module_mm * dots_per_mm + 1e-6)))


def bar_rectangles(
    widths: Sequence[int], first: int, module: int, across: int, thick: int, *, turned: bool
) -> str:
    """Every other width is a bar; each is drawn ``BAR_INSET_DOTS`` narrower on both sides."""
    out: list[str] = []
    place = first
    less = 2 * BAR_INSET_DOTS
    for i, width in enumerate(widths):
        length = width * module
        if i % 2 == 0:
            begin, size = place + BAR_INSET_DOTS, length - less
            if turned:
                out.append(f"{across} {begin:.1f} {thick} {size:.1f} re")
            else:
                out.append(f"{begin:.1f} {across} {size:.1f} {thick} re")
        place += length
    return " ".join(out)
