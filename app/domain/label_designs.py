"""How a waybill label looks, as data: elements in mm from the top left corner, and the own area.

A standard design stands in a file; a merchant's copy of one stands in the database. What a design
is written as is ``label_design_files``; what draws it is printing's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.domain.errors import UserError
from app.domain.text import T, Text

TEMPLATES = ("sf", "zto", "yunda", "plain")
SPARE_MM = 1.5  # drivers and rolls differ by a millimetre
_TOUCH_MM = 0.05

# The values of a label that a text may name in braces, and that a condition may ask for.
FIELDS = (
    "company", "hotline", "number", "grouped", "product", "route", "bag", "qr", "goods", "remark",
    "printed", "printed_short", "count", "marks", "cod", "collect", "payment", "mother_number",
    "mother_grouped", "weight", "mapping", "mapping_out", "team", "hint", "hints", "icons", "flags",
    "reprint", "child", "return_slip",
)  # fmt: skip


class OwnField(StrEnum):
    """What the shop may put into its own area; a reprint is marked on the label in any case."""

    GOODS = "goods"
    SKU_CODES = "sku_codes"
    BIN = "bin"
    WAVE = "wave"
    BUYER_NOTE = "buyer_note"
    MERCHANT_NOTE = "merchant_note"
    LOGO = "logo"


STANDARD_FIELDS = (OwnField.GOODS, OwnField.BIN, OwnField.WAVE, OwnField.BUYER_NOTE)


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on the label, in mm."""

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

    def holds(self, other: Place) -> bool:
        """Whether ``other`` stands in here, to a twentieth of a millimetre."""
        return (
            other.x >= self.x - _TOUCH_MM
            and other.y >= self.y - _TOUCH_MM
            and other.right <= self.right + _TOUCH_MM
            and other.bottom <= self.bottom + _TOUCH_MM
        )


class Kind(StrEnum):
    """What an element is."""

    TEXT = "text"
    BARCODE = "barcode"
    QR = "qr"
    LINE = "line"
    BOX = "box"
    PICTURE = "picture"
    TAGS = "tags"  # words white on black: product, 子件 2/3, 重打 1
    MARKS = "marks"  # the carrier's own marks: XB, A, 易碎
    PARTY = "party"  # receiver or sender
    SERVICES = "services"  # money, weight, marks, signature
    EDGES = "edges"  # the number along all four sides


@dataclass(frozen=True, slots=True)
class Element:
    """One thing on the label. Sizes of type are in points, everything else in mm.

    ``when``: fields that must have a value; ``unless``: fields that must have none.
    ``min_size`` 0: the text shrinks as far as it must and is never shortened.
    """

    name: str
    kind: Kind
    x: float
    y: float
    width: float
    height: float
    text: str = ""  # with {fields}; a barcode's and a QR code's content too
    size: float = 8.0
    min_size: float = 0.0
    align: str = "left"  # left, center, right
    fit: str = "line"  # line, wrap
    turn: str = ""  # down: read downwards; up: upwards
    bold: bool = False
    white: bool = False
    outline: bool = False
    module: float = 0.5  # the widest module of a code
    thickness: float = 0.25
    dashed: bool = False
    filled: bool = False
    picture: str = ""
    who: str = ""  # receiver, sender
    address_size: float = 7.5
    sign: bool = False  # services: a line for the signature
    fields: tuple[str, ...] = ()  # tags: which
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        return Place(self.x, self.y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class OwnBox:
    """The shop's own area: where it stands, what it shows, and its largest type in points."""

    x: float
    y: float
    width: float
    height: float
    fields: tuple[OwnField, ...] = STANDARD_FIELDS
    size: float = 13.0

    @property
    def place(self) -> Place:
        return Place(self.x, self.y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class LabelDesign:
    """One label's look for one paper.

    ``free``: where the own area may stand. ``pictures``: PNG files as base64 text by name; the one
    named ``logo`` is the shop's. ``revision`` counts the changes of a copy; a standard has 0.
    """

    code: str
    title: str
    template: str
    media: str
    version: int
    elements: tuple[Element, ...]
    own: OwnBox
    free: tuple[Place, ...] = ()
    pictures: Mapping[str, str] = field(default_factory=dict, hash=False)
    carrier: str = ""
    base: str = ""
    base_version: int = 0
    revision: int = 0

    @property
    def is_own(self) -> bool:
        """Whether it is a merchant's copy."""
        return self.revision > 0

    @property
    def size_mm(self) -> tuple[float, float]:
        width, _, height = self.media.partition("x")
        return float(width), float(height)

    def with_own(self, own: OwnBox) -> LabelDesign:
        """The same label with another own area.

        Raises:
            UserError: ``own_area_outside``, it would stand on the carrier's part.
        """
        changed = replace(self, own=own)
        check_own(changed)
        return changed

    def with_logo(self, png_base64: str) -> LabelDesign:
        """The same label with this picture as the shop's logo; empty takes it away."""
        others = {name: data for name, data in self.pictures.items() if name != "logo"}
        return replace(self, pictures={**others, **({"logo": png_base64} if png_base64 else {})})


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a design: which element, where on the label, in words.

    ``code``: text_cut, glyph_missing, quiet_zone, dot_grid, overlap, outside, element_missing,
    code_too_long, own_area_outside.
    """

    code: str
    element: str
    message: Text
    place: Place | None = None


def check_own(design: LabelDesign) -> None:
    """Raises ``UserError`` (``own_area_outside``) unless the own area stands in a free zone."""
    own = design.own.place
    if own.width < 10 or own.height < 4 or not any(zone.holds(own) for zone in design.free):
        raise UserError(
            "own_area_outside",
            T("The own area must stay in the free part of the label, at least 10×4 mm."),
            T("Move it into the free part, or make it smaller."),
            ref=design.code,
        )


def fitting(
    designs: Iterable[LabelDesign], template: str, width_mm: float, height_mm: float
) -> LabelDesign:
    """The largest design of ``template`` that stands on paper of this size.

    Raises:
        UserError: ``media_too_small``, ``template_unknown``.
    """
    own = [d for d in designs if d.template == template]
    if not own:
        raise UserError(
            "template_unknown",
            T("There is no label template {template}.", template=template),
            T("Choose one of sf, zto, yunda or plain."),
        )
    stands = [d for d in own if stands_on(d, width_mm, height_mm)]
    if not stands:
        raise UserError(
            "media_too_small",
            T(
                "A label does not fit on {width}×{height} mm.",
                width=f"{width_mm:g}",
                height=f"{height_mm:g}",
            ),
            T("Use 76×130, 100×150 or 100×180 mm paper."),
        )
    return max(stands, key=lambda d: d.size_mm[0] * d.size_mm[1])


def stands_on(design: LabelDesign, width_mm: float, height_mm: float) -> bool:
    """Whether the paper is large enough for ``design``."""
    width, height = design.size_mm
    return width <= width_mm + SPARE_MM and height <= height_mm + SPARE_MM


def problem(place: str, message: Text) -> UserError:
    """``design_wrong``: what is wrong, and at which element."""
    return UserError(
        "design_wrong",
        T("{place}: {what}", place=place, what=message),
        T("Correct the design there, then try again. Its format is in docs/label-designs.md."),
        ref=place,
    )
