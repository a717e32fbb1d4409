"""A design made ready for drawing: what never changes as one form, the rest as prepared steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from app.domain.label_design_files import placeholders
from app.domain.label_designs import Element, Kind, LabelDesign
from printing.documents import blocks
from printing.documents.geometry import Box
from printing.documents.label_values import LabelValues
from printing.documents.own_area import own_area
from printing.documents.page import Align, Sheet
from printing.documents.picture import Picture, picture_of
from printing.documents.textfit import fit_block, fit_line, shrink
from printing.fonts import POINTS_PER_MM


class Step(Protocol):
    """Draws one element of one label."""

    def __call__(self, sheet: Sheet, values: LabelValues) -> None: ...


_HIGHEST_SHARE = 0.86  # hanzi are as high as the line: type this large still stands in its box
_DIGIT_SHARE = 1.15  # digits are lower


@dataclass(frozen=True, slots=True)
class Plan:
    """``fixed``: the same on every label; ``steps``: one an element, in their order."""

    key: str
    fixed: tuple[Element, ...]
    steps: tuple[tuple[Element, Step], ...]
    own: Step

    def draw(self, sheet: Sheet, values: LabelValues) -> None:
        """The whole label."""
        if self.fixed:
            sheet.stamp(self.key, self.draw_fixed)
        for _, step in self.steps:
            step(sheet, values)
        self.own(sheet, values)

    def draw_fixed(self, sheet: Sheet) -> None:
        for element in self.fixed:
            draw_fixed(sheet, element)


def plan_of(design: LabelDesign, key: str) -> Plan:
    """``design`` with everything looked up that can be; ``key`` names its form in the document.

    Raises:
        UserError: ``picture_unreadable``.
    """
    pictures = {name: picture_of(data) for name, data in design.pictures.items()}
    fixed = tuple(e for e in design.elements if is_fixed(e))
    steps = tuple((e, step_of(e, pictures)) for e in design.elements if not is_fixed(e))
    frame, logo = design.own, pictures.get("logo")

    def own(sheet: Sheet, values: LabelValues) -> None:
        own_area(sheet, frame, values.own, logo)

    return Plan(key, fixed, steps, own)


def is_fixed(element: Element) -> bool:
    """Whether it looks the same on every label."""
    if element.when or element.unless:
        return False
    if element.kind is Kind.TEXT:
        return not placeholders(element.text)
    return element.kind in {Kind.LINE, Kind.BOX}


def draw_fixed(sheet: Sheet, element: Element) -> None:
    """A line, a box or a text without fields."""
    e = element
    if e.kind is Kind.LINE:
        _line(sheet, e)
    elif e.kind is Kind.BOX:
        _box(sheet, e)
    else:
        _put(sheet, e, e.text)


def step_of(element: Element, pictures: dict[str, Picture]) -> Step:
    """What draws ``element`` on one label; nothing where its conditions do not hold."""
    draw = _drawer(element, pictures)
    when, unless = element.when, element.unless
    if not when and not unless:
        return draw

    def step(sheet: Sheet, values: LabelValues) -> None:
        words = values.words
        if all(map(words.__getitem__, when)) and not any(map(words.__getitem__, unless)):
            draw(sheet, values)

    return step


def _drawer(e: Element, pictures: dict[str, Picture]) -> Step:
    box = Box(e.x, e.y, e.width, e.height)
    match e.kind:
        case Kind.TEXT:
            return _text(e)
        case Kind.BARCODE:
            said = said_by(e.text)
            turned, align = e.turn == "down", cast("Align", e.align)
            # A code without a place of its own stands in the middle.
            align = "center" if align == "left" else align

            def barcode(sheet: Sheet, values: LabelValues) -> None:
                content = said(values)
                if content:
                    sheet.code128(box, content, max_module_mm=e.module, turned=turned, align=align)

            return barcode
        case Kind.QR:
            said_qr = said_by(e.text)

            def qr(sheet: Sheet, values: LabelValues) -> None:
                content = said_qr(values)
                if content:
                    side = min(e.width, e.height)
                    top = box.middle_y - side / 2
                    sheet.qr(box.x, top, side, content, max_module_mm=e.module)

            return qr
        case Kind.LINE:
            return lambda sheet, values: _line(sheet, e)
        case Kind.BOX:
            return lambda sheet, values: _box(sheet, e)
        case Kind.PICTURE:
            picture = pictures.get(e.picture)

            def drawn(sheet: Sheet, values: LabelValues) -> None:
                if picture is not None:
                    sheet.picture(box, picture, cast("Align", e.align))

            return drawn
        case Kind.TAGS:
            return lambda sheet, values: blocks.tags(sheet, box, _tag_words(e, values), e.size)
        case Kind.MARKS:
            return lambda sheet, values: blocks.marks(sheet, box, values.content, e.size)
        case Kind.PARTY:

            def party(sheet: Sheet, values: LabelValues) -> None:
                content = values.content
                person = content.receiver if e.who == "receiver" else content.sender
                blocks.party(
                    sheet, box, e.text, person,
                    name_pt=e.size, address_pt=e.address_size, bold=e.bold,
                )  # fmt: skip

            return party
        case Kind.SERVICES:
            return lambda sheet, values: blocks.services(
                sheet, box, values.content, e.size, sign=e.sign
            )
        case Kind.EDGES:
            return lambda sheet, values: blocks.edges(sheet, box, values.words["number"], e.size)


def _tag_words(e: Element, values: LabelValues) -> Sequence[str]:
    words: list[str] = []
    for name in e.fields:
        if name == "marks":
            words += values.content.marks
        elif values.words[name]:
            words.append(values.words[name])
    return words


def said_by(text: str) -> Callable[[LabelValues], str]:
    """``text`` with its fields filled in; empty when it names fields and none has a value."""
    names = placeholders(text)
    if not names:
        return lambda _values: text
    if text == f"{{{names[0]}}}":
        only = names[0]
        return lambda values: values.words[only]
    parts = re.split(r"\{[a-z_]*\}", text)

    def said(values: LabelValues) -> str:
        found = [values.words[name] for name in names]
        if not any(found):
            return ""
        filled = parts[0]
        for value, part in zip(found, parts[1:], strict=True):
            filled += value + part
        return filled.strip()

    return said


def _text(e: Element) -> Step:
    said = said_by(e.text)

    def step(sheet: Sheet, values: LabelValues) -> None:
        text = said(values)
        if text:
            _put(sheet, e, text)

    return step


def _put(sheet: Sheet, e: Element, text: str) -> None:
    """One text in its box: smaller first, then on several lines if it may."""
    face = sheet.fonts.bold if e.bold else sheet.fonts.regular
    shown = sheet.book.shown(text, face)
    if e.fit == "wrap":
        fitted = fit_block(shown, face, e.size, e.min_size or 4.5, e.width, e.height)
        sheet.lines(e.x, e.y, fitted, bold=e.bold)
        return
    along, across = (e.height, e.width) if e.turn else (e.width, e.height)
    high = _DIGIT_SHARE if shown.isascii() else _HIGHEST_SHARE
    size = min(e.size, across * high * POINTS_PER_MM)
    if e.min_size:
        line = fit_line(shown, face, size, along, e.min_size)
        if line.cut:
            sheet.book.trouble.cut_texts += 1
        shown, size = line.lines[0], line.size_pt
    else:
        size = shrink(shown, face, size, along)
    x = e.x + {"left": 0.0, "center": e.width / 2, "right": e.width}[e.align]
    if e.turn:
        middle = e.x + e.width / 2
        sheet.turned_text(middle, e.y + e.height / 2, shown, size, bold=e.bold, up=e.turn == "up")
        return
    sheet.text(
        x, e.y + e.height / 2, shown, size,
        bold=e.bold, align=cast("Align", e.align), white=e.white, outline=e.outline,
    )  # fmt: skip


def _line(sheet: Sheet, e: Element) -> None:
    if e.dashed:
        sheet.dashed(e.x, e.y, e.x + e.width)
    else:
        sheet.rule(e.x, e.y, e.x + e.width, e.y + e.height, e.thickness)


def _box(sheet: Sheet, e: Element) -> None:
    box = Box(e.x, e.y, e.width, e.height)
    if e.filled:
        sheet.area(box)
    else:
        sheet.outline(box, e.thickness)
