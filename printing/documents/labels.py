"""Waybill labels: one page a label, ZTO, Yunda, SF and plain, on one-part and two-part paper."""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.labels import DrawnLabel
from app.domain.text import T
from printing.documents import blocks
from printing.documents.code128 import code128_modules, is_encodable
from printing.documents.content import LabelContent, content_of
from printing.documents.geometry import Box, code128_dots
from printing.documents.layouts import SF_ROWS, STRIP_ROWS, Rows, rows_for
from printing.documents.page import Book, Sheet
from printing.documents.textfit import shrink

_EDGE_MM = 1.9  # from the paper's edge to the middle of the numbers along it
_COPY_CODE_MM = 16.0  # below the perforation: number and code, then both parties
_COPY_PARTY_MM = 12.5
_COPY_WORDS_MM = 25.0  # company, hotline and count beside that code


def add_label(book: Book, label: DrawnLabel, width_mm: float, height_mm: float) -> None:
    """One page with ``label``.

    Raises:
        UserError: ``label_incomplete``, ``template_unknown``, ``media_too_small``.
    """
    content = content_of(label)
    is_sf = label.template == "sf"
    rows = rows_for(_layouts(label.template), width_mm, height_mm)
    room_mm = rows.right - rows.left
    if not is_encodable(label.number) or not code128_dots(
        code128_modules(label.number), room_mm, book.dots_per_mm, 1.0
    ):
        raise UserError(
            "label_incomplete",
            T("The waybill number cannot be printed as a bar code."),
            T("Check the number: letters and digits, up to 20."),
            ref=label.number,
        )

    def draw(sheet: Sheet) -> None:
        if is_sf:
            _sf_part(sheet, rows, content)
        else:
            _strip_part(sheet, rows, content)
        if rows.perforation:
            _copy_part(sheet, rows, label, content)
        else:
            blocks.own_area(sheet, _own_box(rows), label.own)

    book.page(width_mm, height_mm, draw)


def own_area_box(template: str, width_mm: float, height_mm: float) -> Box:
    """Where the shop's own area stands on a label, for a preview that marks it.

    Raises:
        UserError: ``media_too_small``.
    """
    return _own_box(rows_for(_layouts(template), width_mm, height_mm))


def _layouts(template: str) -> tuple[Rows, ...]:
    return SF_ROWS if template == "sf" else STRIP_ROWS


def _own_box(rows: Rows) -> Box:
    top = rows.goods
    if rows.perforation:
        top = rows.perforation + _COPY_CODE_MM + _COPY_PARTY_MM
    return Box(rows.left, top, rows.right - rows.left, rows.end - top)


def _row(rows: Rows, top: float, bottom: float, right: float) -> Box:
    return Box(rows.left, top, right - rows.left, bottom - top)


def _strip_part(sheet: Sheet, rows: Rows, content: LabelContent) -> None:
    """Route, code, 集包地, parties, services; the turned code in a strip at the right."""
    right, strip = rows.right, rows.strip_x
    sheet.stamp("strip", lambda frame: _strip_lines(frame, rows))
    if not rows.perforation:
        blocks.edges(sheet, content.number, _EDGE_MM, rows.width - _EDGE_MM, 1.7, rows.height - 1.7)
    blocks.header(sheet, _row(rows, rows.top, rows.header, right), content)
    route = _row(rows, rows.header, rows.route, right)
    blocks.big_line(sheet, route, content.route, rows.route_pt)
    code = _row(rows, rows.route, rows.code, right)
    blocks.main_code(sheet, code, content.number, content.mother_number)
    blocks.bag_line(sheet, _row(rows, rows.code, rows.bag, strip), content)
    _parties(sheet, rows, content, strip)
    _services(sheet, rows, content, strip)
    side = Box(strip, rows.code, right - strip, rows.goods - rows.code)
    blocks.side_code(sheet, side, content.number)


def _parties(sheet: Sheet, rows: Rows, content: LabelContent, right: float) -> None:
    blocks.party(
        sheet, _row(rows, rows.bag, rows.receiver, right), "收", content.receiver,
        name_pt=12, address_pt=10.5, bold=True,
    )  # fmt: skip
    blocks.party(
        sheet, _row(rows, rows.receiver, rows.sender, right), "寄", content.sender,
        name_pt=7.5, address_pt=7.5, bold=False,
    )  # fmt: skip


def _strip_lines(frame: Sheet, rows: Rows) -> None:
    left, right, strip = rows.left, rows.right, rows.strip_x
    for y in (rows.header, rows.route, rows.code):
        frame.rule(left, y, right, y)
    if not rows.perforation:
        frame.rule(left, rows.goods, right, rows.goods)
    for y in {rows.bag, rows.receiver, rows.sender, rows.service} - {rows.goods}:
        frame.rule(left, y, strip, y)
    frame.rule(strip, rows.code, strip, rows.goods)
    frame.rule(left + 7, rows.bag, left + 7, rows.sender)
    _perforation(frame, rows)


def _perforation(frame: Sheet, rows: Rows) -> None:
    if not rows.perforation:
        return
    frame.dashed(1, rows.perforation, rows.width - 1)
    top = rows.perforation + _COPY_CODE_MM
    frame.rule(rows.left, top, rows.right, top)
    frame.rule(rows.left, top + _COPY_PARTY_MM, rows.right, top + _COPY_PARTY_MM)
    middle = (rows.left + rows.right) / 2
    frame.rule(middle, top, middle, top + _COPY_PARTY_MM)


def _copy_part(sheet: Sheet, rows: Rows, label: DrawnLabel, content: LabelContent) -> None:
    """Below the perforation: number, both parties, goods and the shop's own area."""
    top = rows.perforation + 1.2
    line = rows.perforation + _COPY_CODE_MM
    left, right = rows.left, rows.right
    company = sheet.book.shown(content.company, sheet.fonts.bold)
    size = shrink(company, sheet.fonts.bold, 12, _COPY_WORDS_MM)
    sheet.text(left + 1, top + 2.8, company, size, bold=True)
    if content.hotline:
        sheet.text(left + 1, top + 7.2, f"客服 {content.hotline}", 8)
    sheet.text(left + 1, top + 10.5, content.count, 8, bold=True)
    sheet.text(left + 1, top + 13.2, content.printed, 6.5)
    beside = _COPY_WORDS_MM + 2
    code = Box(left + beside, top, right - left - beside, line - top)
    blocks.copy_code(sheet, code, content.number)
    middle = (left + right) / 2
    for x, mark, person in ((left, "收", content.receiver), (middle, "寄", content.sender)):
        box = Box(x, line, middle - left, _COPY_PARTY_MM)
        blocks.party(sheet, box, mark, person, name_pt=8, address_pt=7.5, bold=False)
    blocks.own_area(sheet, _own_box(rows), label.own)


def _sf_part(sheet: Sheet, rows: Rows, content: LabelContent) -> None:
    """Code, route, parties with the mapping codes beside them, services."""
    right, strip = rows.right, rows.strip_x
    sheet.stamp("sf", lambda frame: _sf_lines(frame, rows))
    blocks.header(sheet, _row(rows, rows.top, rows.header, right), content)
    code = _row(rows, rows.header, rows.code, right)
    blocks.main_code(sheet, code, content.number, content.mother_number)
    route = _row(rows, rows.code, rows.route, right)
    blocks.big_line(sheet, route, content.route, rows.route_pt)
    _parties(sheet, rows, content, strip)
    half = rows.receiver
    if content.mapping:
        box = Box(strip, rows.bag, right - strip, half - rows.bag)
        blocks.big_line(sheet, box, content.mapping, 34)
    blocks.sf_low_cell(sheet, Box(strip, half, right - strip, rows.sender - half), content)
    _services(sheet, rows, content, right)
    if not rows.perforation:
        sheet.text(right - 1, rows.service - 2.4, f"客服 {content.hotline}", 7, align="right")
        if content.hints:
            hint = content.hints[0]
            sheet.text(right - 1, rows.service - 6.4, hint, 9, bold=True, align="right")


def _services(sheet: Sheet, rows: Rows, content: LabelContent, right: float) -> None:
    """The service area; the goods have a row of their own where the layout gives them one."""
    in_one = rows.service >= rows.goods
    box = _row(rows, rows.sender, rows.service, right)
    blocks.services(sheet, box, content, rows.qr_mm, with_goods=in_one)
    if not in_one:
        blocks.goods_line(sheet, _row(rows, rows.service, rows.goods, right), content)


def _sf_lines(frame: Sheet, rows: Rows) -> None:
    left, right, strip = rows.left, rows.right, rows.strip_x
    for y in (rows.header, rows.code, rows.route, rows.receiver, rows.sender):
        frame.rule(left, y, right, y)
    if not rows.perforation:
        frame.rule(left, rows.service, right, rows.service)
        frame.rule(left, rows.goods, right, rows.goods)
    frame.rule(strip, rows.route, strip, rows.sender)
    frame.rule(left + 7, rows.route, left + 7, rows.sender)
    _perforation(frame, rows)
