"""What is wrong with a drawn design: cut texts, crowded codes, overlaps, elements that lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain.errors import UserError
from app.domain.label_design_files import placeholders
from app.domain.label_designs import Element, Finding, Kind, LabelDesign, Place, check_own
from app.domain.text import T, Text, verbatim
from printing.documents.code128 import QUIET_MODULES as CODE128_QUIET
from printing.documents.code128 import code128_modules
from printing.documents.design_plan import said_by
from printing.documents.design_proof import OWN, Inked, Pixels
from printing.documents.label_values import LabelValues
from printing.documents.qr import QUIET_MODULES as QR_QUIET
from printing.documents.qr import qr_code

_SHAPES = frozenset({Kind.LINE, Kind.BOX})
_CODES = frozenset({Kind.BARCODE, Kind.QR})
_EDGE_MM = 0.5  # rolls and drivers move the picture by as much
_FEWEST_DOTS = 2  # a module of one dot is gone with the first worn place of the head
_TOUCH_DOTS = 6  # so few common dots are two shapes that touch
_CALLED = {
    OWN: T("the own area"),
    "receiver": T("the receiver"),
    "sender": T("the sender"),
    "route": T("the route"),
    "code": T("the bar code"),
    "side_code": T("the turned bar code"),
    "qr": T("the QR code"),
    "bag": T("the place where parcels are put together"),
    "goods": T("the goods line"),
    "services": T("money and services"),
    "tags": T("the marks in the header"),
    "company": T("the carrier's name"),
    "copy_code": T("the bar code of the second part"),
    "copy_receiver": T("the receiver of the second part"),
    "copy_sender": T("the sender of the second part"),
}


def faults(
    design: LabelDesign, inked: Sequence[Inked], values: LabelValues, dots_per_mm: float
) -> Iterator[Finding]:
    """Every fault, those that stop a parcel first."""
    yield from _lacking(design, inked, values)
    for one in inked:
        yield from _of_one(one)
        if one.element is not None and one.element.kind in _CODES and one.pixels:
            yield from _of_code(one, one.element, inked, values, dots_per_mm)
    yield from _overlaps(inked)
    yield from _outside(design, inked, dots_per_mm)


def called(name: str) -> Text:
    """An element in words; one of the merchant's own has its own name."""
    return _CALLED.get(name.partition("_wide")[0]) or verbatim(f"“{name}”")


def _found(code: str, one: Inked, message: Text) -> Finding:
    return Finding(code, one.name, message, one.place)


# --- what must be there ---------------------------------------------------------------------------


def _lacking(design: LabelDesign, inked: Sequence[Inked], values: LabelValues) -> Iterator[Finding]:
    shown = [one.element for one in inked if one.element is not None and one.pixels]
    codes = [e for e in shown if e.kind is Kind.BARCODE]
    qr_codes = [e for e in shown if e.kind is Kind.QR]
    elements = design.elements
    compulsory = (
        ("number", T("the number as a bar code"), _holds(codes, "number")),
        ("route", T("the route"), _names([e for e in shown if e.kind is Kind.TEXT], "route")),
        ("receiver", T("the receiver"), any(e.who == "receiver" for e in shown)),
        ("marks", T("reprint and box marks"), any("marks" in e.fields for e in elements)),
        ("checked", T("已验视"), any("已验视" in e.text for e in shown)),
        (
            "money",
            T("cash on delivery and freight to collect"),
            any(e.kind is Kind.SERVICES for e in elements)
            or (_names(elements, "cod") and _names(elements, "collect")),
        ),
        ("qr", T("the QR code"), not values.content.qr or _holds(qr_codes, "qr")),
    )
    for name, words, there in compulsory:
        if not there:
            yield Finding("element_missing", name, T("The label lacks {what}.", what=words), None)
    try:
        check_own(design)
    except UserError as error:
        yield Finding(error.code, OWN, error.message, design.own.place)


def _names(elements: Sequence[Element], field: str) -> bool:
    return any(field in placeholders(e.text) for e in elements)


def _holds(codes: Sequence[Element], field: str) -> bool:
    """Whether one of these holds the field and nothing else: a sorter reads no more than that."""
    return any(e.text == f"{{{field}}}" for e in codes)


# --- one element ----------------------------------------------------------------------------------


def _of_one(one: Inked) -> Iterator[Finding]:
    what = called(one.name)
    if one.cut:
        yield _found("text_cut", one, T("The text does not fit: {what}.", what=what))
    if one.missing:
        yield _found(
            "glyph_missing",
            one,
            T("No font has {characters}: {what}.", characters=one.missing, what=what),
        )
    if one.too_long:
        yield _found("code_too_long", one, T("The code has no room: {what}.", what=what))


def _of_code(
    one: Inked, element: Element, inked: Sequence[Inked], values: LabelValues, dots_per_mm: float
) -> Iterator[Finding]:
    left, top, right, bottom = one.pixels or (0, 0, 0, 0)
    turned = element.turn == "down"
    length = bottom - top if turned else right - left
    content = said_by(element.text)(values)
    if element.kind is Kind.QR:
        modules, quiet = qr_code(content).modules, QR_QUIET
    else:
        modules, quiet = code128_modules(content), CODE128_QUIET
    module = length / modules
    what = called(one.name)
    if abs(module - round(module)) * modules > 1.0:
        yield _found("dot_grid", one, T("The code is off the head's dots: {what}.", what=what))
    elif round(module) < _FEWEST_DOTS:
        yield _found(
            "dot_grid", one, T("The code's bars are only one dot wide: {what}.", what=what)
        )
    room = round(quiet * module)
    across, down = (0, room) if turned else (room, 0)
    if element.kind is Kind.QR:
        across = down = room
    zone = (left - across, top - down, right + across, bottom + down)
    width, height = one.ink.size
    if zone[0] < 0 or zone[1] < 0 or zone[2] > width or zone[3] > height:
        yield _found("quiet_zone", one, T("The code needs white around it: {what}.", what=what))
        return
    for other in inked:
        if other is not one and _has_ink(other, zone):
            yield _found(
                "quiet_zone",
                one,
                T(
                    "The code needs white around it, {other} is too near: {what}.",
                    other=called(other.name),
                    what=what,
                ),
            )


def _has_ink(other: Inked, zone: Pixels) -> bool:
    if other.pixels is None or not _common(other.pixels, zone):
        return False
    return other.ink.crop(zone).getbbox() is not None


# --- one beside the other -------------------------------------------------------------------------


def _common(a: Pixels, b: Pixels) -> Pixels | None:
    left, top = max(a[0], b[0]), max(a[1], b[1])
    right, bottom = min(a[2], b[2]), min(a[3], b[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _overlaps(inked: Sequence[Inked]) -> Iterator[Finding]:
    from PIL import ImageChops

    for n, one in enumerate(inked):
        for other in inked[n + 1 :]:
            if one.pixels is None or other.pixels is None or _both_shapes(one, other):
                continue
            common = _common(one.pixels, other.pixels)
            if common is None:
                continue
            both = ImageChops.logical_and(one.ink.crop(common), other.ink.crop(common))
            if both.histogram()[255] > _TOUCH_DOTS:
                yield _found(
                    "overlap",
                    other,
                    T(
                        "{one} and {other} cover each other.",
                        one=called(one.name),
                        other=called(other.name),
                    ),
                )


def _both_shapes(one: Inked, other: Inked) -> bool:
    return all(i.element is not None and i.element.kind in _SHAPES for i in (one, other))


def _outside(design: LabelDesign, inked: Sequence[Inked], dots_per_mm: float) -> Iterator[Finding]:
    paper = Place(0, 0, *design.size_mm)
    edge = _EDGE_MM * dots_per_mm
    for one in inked:
        if one.pixels is None:
            continue
        left, top, right, bottom = one.pixels
        width, height = one.ink.size
        near = left < edge or top < edge or right > width - edge or bottom > height - edge
        if near or not paper.holds(one.place):
            yield _found(
                "outside", one, T("Too near the paper's edge: {what}.", what=called(one.name))
            )
