"""Where text and codes stand on a PDF's pages, told by the PDF itself, and what is wrong with it.

PDFium's text page gives the ink of every character; what our pages are drawn with is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from printing.fonts import POINTS_PER_MM

TOUCH_MM = 0.12  # two characters of neighbouring lines may come this near before they overlap
_CODE_SEGMENTS = 60  # a path with so many corners is the bars or dots of a code


@dataclass(frozen=True, slots=True)
class Ink:
    """The ink of one character or one code, in mm from the page's top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Ink) -> bool:
        """Whether both cover the same place by more than a touch, across and down."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > TOUCH_MM and down > TOUCH_MM


@dataclass(frozen=True, slots=True)
class PageInk:
    """One page: its size in mm, its characters in the order they are drawn, and its codes."""

    width: float
    height: float
    characters: tuple[Ink, ...]
    codes: tuple[Ink, ...]

    @property
    def text(self) -> str:
        return "".join(c.text for c in self.characters)


def pages_ink(pdf: bytes) -> list[PageInk]:
    """What stands where on every page of ``pdf``."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_page_ink(page) for page in document]
    finally:
        document.close()


def faults(pdf: bytes, margin_mm: float = 0.0) -> list[str]:
    """Every text that leaves the page (less ``margin_mm``), or overlaps other text or a code.

    Empty when all is well; else a sentence a fault, with the page and the characters around it.
    """
    return [
        f"page {number}: {what}"
        for number, page in enumerate(pages_ink(pdf), start=1)
        for what in (*_outside(page, margin_mm), *_overlapping(page))
    ]


def _outside(page: PageInk, margin: float) -> Iterator[str]:
    for i, ink in enumerate(page.characters):
        inside = (
            ink.left >= margin
            and ink.top >= margin
            and ink.right <= page.width - margin
            and ink.bottom <= page.height - margin
        )
        if not inside:
            yield f"{_around(page, i)} leaves the page at {ink.left:.1f}, {ink.top:.1f} mm"


def _overlapping(page: PageInk) -> Iterator[str]:
    """Sorted by their tops, so that only neighbours are compared."""
    order = sorted(range(len(page.characters)), key=lambda i: page.characters[i].top)
    active: list[int] = []
    for i in order:
        ink = page.characters[i]
        active = [j for j in active if page.characters[j].bottom > ink.top]
        for j in active:
            if ink.overlaps(page.characters[j]):
                yield f"{_around(page, i)} overlaps {_around(page, j)}"
        for code in page.codes:
            if ink.overlaps(code):
                yield f"{_around(page, i)} stands on a code"
        active.append(i)


def _around(page: PageInk, i: int) -> str:
    first = max(0, i - 4)
    words = "".join(c.text for c in page.characters[first : i + 5])
    return f"“{page.characters[i].text}” in “{words}”"


def _page_ink(page: pypdfium2.PdfPage) -> PageInk:
    width_pt, height_pt = page.get_size()
    text_page = page.get_textpage()
    characters = []
    high = ""  # a character beyond U+FFFF comes as two halves that stand in one place
    for i in range(text_page.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(text_page, i))
        if "\ud800" <= char <= "\udbff":
            high = char
            continue
        char = (high + char).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        high = ""
        left, bottom, right, top = text_page.get_charbox(i)
        if char.isspace() or right <= left or top <= bottom:
            continue
        characters.append(_ink(char, left, bottom, right, top, height_pt))
    text_page.close()
    codes = tuple(
        _code_ink(found.get_bounds(), height_pt)
        for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1)
        if raw.FPDFPath_CountSegments(found) >= _CODE_SEGMENTS
    )
    page.close()
    return PageInk(width_pt / POINTS_PER_MM, height_pt / POINTS_PER_MM, tuple(characters), codes)


def _ink(text: str, left: float, bottom: float, right: float, top: float, height_pt: float) -> Ink:
    return Ink(
        text,
        left / POINTS_PER_MM,
        (height_pt - top) / POINTS_PER_MM,
        right / POINTS_PER_MM,
        (height_pt - bottom) / POINTS_PER_MM,
    )


def _code_ink(bounds: tuple[float, ...], height_pt: float) -> Ink:
    left, bottom, right, top = bounds
    return _ink("", left, bottom, right, top, height_pt)
