"""What lists have in common: margins and type for a paper, breaking into pages, long rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import UserError
from app.domain.text import T
from printing.documents.page import Book
from printing.documents.textfit import LEADING, Fitted, fit_line
from printing.fonts import POINTS_PER_MM, Face

_WIDE_PAPER_MM = 150.0
_SMALLEST_MM = (60.0, 70.0)
CODE_MODULE_MM = 0.376  # three dots at 203 dpi


@dataclass(frozen=True, slots=True)
class Stock:
    """Margins and type sizes for one paper."""

    width: float
    height: float
    margin: float
    title_pt: float
    row_pt: float

    @property
    def left(self) -> float:
        return self.margin

    @property
    def right(self) -> float:
        return self.width - self.margin

    @property
    def bottom(self) -> float:
        return self.height - self.margin

    @property
    def room(self) -> float:
        return self.right - self.left

    @property
    def is_wide(self) -> bool:
        return self.width >= _WIDE_PAPER_MM


def stock_for(width_mm: float, height_mm: float) -> Stock:
    """A4 and the like, or label paper.

    Raises:
        UserError: ``paper_too_small``.
    """
    if width_mm < _SMALLEST_MM[0] or height_mm < _SMALLEST_MM[1]:
        raise UserError(
            "paper_too_small",
            T(
                "A list does not fit on {width}×{height} mm.",
                width=f"{width_mm:g}",
                height=f"{height_mm:g}",
            ),
            T("Use A4 or label paper of 76×130 mm and more."),
        )
    if width_mm >= _WIDE_PAPER_MM:
        return Stock(width_mm, height_mm, 12, 20, 10.5)
    return Stock(width_mm, height_mm, 3, 13, 8.5)


def nothing_to_print(what: str) -> UserError:
    """The refusal of a paper without a row; ``what`` is its reference."""
    return UserError(
        "paper_empty",
        T("There is nothing to print on it."),
        T("Choose something that has at least one row."),
        ref=what,
    )


def paged(heights: Sequence[float], stock: Stock, first: float, following: float) -> list[int]:
    """How many rows stand on each page, when rows begin at ``first`` and then ``following`` mm."""
    pages: list[int] = [0]
    y = first
    for height in heights:
        if y + height > stock.bottom and pages[-1]:
            pages.append(0)
            y = following
        pages[-1] += 1
        y += height
    return pages


def two_lines(stock: Stock) -> float:
    """The height of two lines of a row's type."""
    return stock.row_pt * (LEADING + 1.1) / POINTS_PER_MM


def block_height(fitted: Fitted) -> float:
    return len(fitted.lines) * fitted.size_pt * LEADING / POINTS_PER_MM


def line_height(size_pt: float) -> float:
    return size_pt * LEADING / POINTS_PER_MM


def one_line(
    book: Book, text: str, face: Face, size_pt: float, room_mm: float, least_pt: float
) -> Fitted:
    """``text`` on one line; what had to be left out is counted in the book's trouble."""
    fitted = fit_line(book.shown(text, face), face, size_pt, room_mm, least_pt)
    if fitted.cut:
        book.trouble.cut_texts += 1
    return fitted


def flow(items: Sequence[str], face: Face, size_pt: float, room_mm: float) -> list[str]:
    """``items`` side by side on lines of ``room_mm``; none is ever broken."""
    lines: list[str] = []
    for item in items:
        longer = f"{lines[-1]}   {item}" if lines else item
        if lines and face.width_mm(longer, size_pt) <= room_mm:
            lines[-1] = longer
        else:
            lines.append(item)
    return lines
