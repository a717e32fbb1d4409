"""A label drawn by a design, and everything that is wrong with it, read off the dots themselves.

Each element is drawn alone as well, so that a fault has the element's name and place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app.domain.label_designs import Element, LabelDesign, Place
from app.domain.labels import DrawnLabel
from app.ports import DesignProof
from printing.documents.bitmap import Bitmap
from printing.documents.content import content_of
from printing.documents.design_plan import Plan, draw_fixed, plan_of
from printing.documents.label_values import LabelValues, values_of
from printing.documents.page import Book, Sheet
from printing.documents.raster import rasterise
from printing.fonts import Fonts

if TYPE_CHECKING:
    from PIL.Image import Image

OWN = "own"
Pixels = tuple[int, int, int, int]


Draw = Callable[[Sheet], None]


@dataclass(frozen=True, slots=True)
class _Note:
    name: str
    element: Element | None
    place: Place
    cut: int
    missing: str
    dropped: int
    too_long: bool


@dataclass(frozen=True, slots=True)
class Inked:
    """One element drawn alone: its ink (white on black), and what could not be drawn.

    ``element`` is ``None`` for the own area. ``pixels``: left, top, right, bottom of the ink.
    """

    name: str
    element: Element | None
    place: Place
    ink: Image
    pixels: Pixels | None
    cut: int
    missing: str
    dropped: int
    too_long: bool


def proof_of(
    label: DrawnLabel, design: LabelDesign, fonts: Fonts, dots_per_mm: float
) -> DesignProof:
    """``label`` on the paper of ``design``. Takes a tenth of a second; from any thread.

    Raises:
        UserError: ``label_incomplete``, ``template_unknown``, ``picture_unreadable``.
    """
    from printing.documents.design_faults import faults

    values = values_of(label, content_of(label))
    width, height = design.size_mm
    book = Book(fonts, dots_per_mm)
    plan = plan_of(design, "design")
    notes: list[_Note] = []

    def alone(name: str, element: Element | None, place: Place, draw: Draw) -> None:
        notes.append(_drawn_alone(book, design, draw, name, element, place))

    for element in plan.fixed:
        alone(element.name, element, element.place, partial(draw_fixed, element=element))
    for element, step in plan.steps:
        alone(element.name, element, element.place, partial(step, values=values))
    alone(OWN, None, design.own.place, partial(plan.own, values=values))
    lame = {note.name for note in notes if note.too_long}
    book.page(width, height, lambda sheet: _whole(sheet, plan, values, lame))
    *bitmaps, whole = rasterise(book.finish(), dots_per_mm)
    inked = [_inked(note, bitmap) for note, bitmap in zip(notes, bitmaps, strict=True)]
    return DesignProof(whole.png(dots_per_mm), tuple(faults(design, inked, values, dots_per_mm)))


def _whole(sheet: Sheet, plan: Plan, values: LabelValues, lame: set[str]) -> None:
    """Everything but the codes that have no room: the person shall see the rest."""
    for element in plan.fixed:
        draw_fixed(sheet, element)
    for element, step in plan.steps:
        if element.name not in lame:
            step(sheet, values)
    plan.own(sheet, values)


def _drawn_alone(
    book: Book, design: LabelDesign, draw: Draw, name: str, element: Element | None, place: Place
) -> _Note:
    trouble = book.trouble
    cut, dropped = trouble.cut_texts, trouble.dropped
    trouble.missing.clear()
    too_long = False

    def page(sheet: Sheet) -> None:
        nonlocal too_long
        try:
            draw(sheet)
        except ValueError:  # a code is longer than its place
            too_long = True

    book.page(*design.size_mm, page)
    missing = "".join(trouble.missing)
    return _Note(
        name, element, place, trouble.cut_texts - cut, missing, trouble.dropped - dropped, too_long
    )


def _inked(note: _Note, bitmap: Bitmap) -> Inked:
    from PIL import Image

    ink = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.rows)
    return Inked(
        note.name, note.element, note.place, ink, ink.getbbox(),
        note.cut, note.missing, note.dropped, note.too_long,
    )  # fmt: skip
