"""Waybill labels: one page a label, drawn by its design."""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.label_designs import LabelDesign, stands_on
from app.domain.labels import DrawnLabel
from app.domain.text import T
from printing.documents.code128 import code128_modules, is_encodable
from printing.documents.content import content_of
from printing.documents.design_plan import Plan, plan_of
from printing.documents.designs import standard_for
from printing.documents.geometry import Box, code128_dots
from printing.documents.label_values import values_of
from printing.documents.page import Book, Sheet

_SIDES_MM = 6.0  # both margins beside the widest code


def add_label(book: Book, label: DrawnLabel, width_mm: float, height_mm: float) -> None:
    """One page with ``label``, as its own design says where that stands on this paper.

    Raises:
        UserError: ``label_incomplete``, ``template_unknown``, ``media_too_small``.
    """
    content = content_of(label)
    design = design_for(label, width_mm, height_mm)
    room_mm = design.size_mm[0] - _SIDES_MM
    if not is_encodable(label.number) or not code128_dots(
        code128_modules(label.number), room_mm, book.dots_per_mm, 1.0
    ):
        raise UserError(
            "label_incomplete",
            T("The waybill number cannot be printed as a bar code."),
            T("Check the number: letters and digits, up to 20."),
            ref=label.number,
        )
    values = values_of(label, content)
    plan = _planned(book, design)

    def draw(sheet: Sheet) -> None:
        try:
            plan.draw(sheet, values)
        except ValueError as error:  # a code is longer than the place that its design gives it
            raise UserError(
                "label_incomplete",
                T("A code does not fit into its place on the label."),
                T("Give the code more room in the design, or take the standard design."),
                ref=label.number,
            ) from error

    book.page(width_mm, height_mm, draw)


def design_for(label: DrawnLabel, width_mm: float, height_mm: float) -> LabelDesign:
    """The design of ``label`` on this paper: its own, or the standard one where that is too large.

    Raises:
        UserError: ``media_too_small``, ``template_unknown``.
    """
    own = label.design
    if own is not None and own.template == label.template and stands_on(own, width_mm, height_mm):
        return own
    return standard_for(label.template, width_mm, height_mm)


def own_area_box(template: str, width_mm: float, height_mm: float) -> Box:
    """Where the shop's own area stands on a standard label, for a preview that marks it.

    Raises:
        UserError: ``media_too_small``.
    """
    place = standard_for(template, width_mm, height_mm).own.place
    return Box(place.x, place.y, place.width, place.height)


def _planned(book: Book, design: LabelDesign) -> Plan:
    kept = book.kept.get(id(design))
    if kept is None or kept[0] is not design:
        kept = book.kept[id(design)] = (design, plan_of(design, f"design{len(book.kept)}"))
    plan: Plan = kept[1]
    return plan
