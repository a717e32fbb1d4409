"""The areas every label is made of: header, codes, parties, services, the shop's own area."""

from __future__ import annotations

from app.domain.address import Address
from app.domain.labels import OwnArea
from printing.documents.content import LabelContent, grouped
from printing.documents.geometry import Box
from printing.documents.page import Sheet
from printing.documents.textfit import LEADING, Fitted, fit_block, fit_line, fit_rows, shrink
from printing.fonts import POINTS_PER_MM, Face

# Widest module of the main code and of the codes beside it: 4 and 3 dots of a 203 dpi head.
MAIN_MODULE_MM = 0.51
SIDE_MODULE_MM = 0.376
_SMALL_PT = 6.5
_WIDE_MM = 50.0
_CHECKED = "已验视 已实名"


def edges(sheet: Sheet, number: str, left: float, right: float, top: float, bottom: float) -> None:
    """The number along all four sides, so that it survives a torn corner."""
    text = f"*{number}"
    for share in (0.25, 0.75):
        x = left + (right - left) * share
        sheet.text(x, top, text, _SMALL_PT, align="center")
        sheet.text(x, bottom, text, _SMALL_PT, align="center")
        y = top + (bottom - top) * share
        sheet.turned_text(left, y, text, _SMALL_PT, up=True)
        sheet.turned_text(right, y, text, _SMALL_PT)


def header(sheet: Sheet, box: Box, content: LabelContent) -> None:
    """Company left, product and marks in the middle, time and count right."""
    width = sheet.text(box.x + 0.8, box.middle_y, content.company, 13, bold=True)
    right = box.right - 0.8
    sheet.text(right, box.y + 2.4, content.printed[5:], 7, align="right")
    sheet.text(right, box.bottom - 2.2, content.count, 7.5, bold=True, align="right")
    product_right = right - 16
    room = product_right - (box.x + width + 2.5)
    words = [*content.marks, content.product] if content.product else list(content.marks)
    tags(sheet, product_right, box.middle_y, words, 10.5, room)


def tags(
    sheet: Sheet, right: float, middle_y: float, words: list[str], size_pt: float, room_mm: float
) -> None:
    """Words white on black from ``right`` leftwards, smaller where there are many."""
    if not words:
        return
    face = sheet.fonts.bold
    padding, gap = 1.1, 0.9
    spare = len(words) * 2 * padding + (len(words) - 1) * gap
    size = shrink("".join(words), face, size_pt, max(4.0, room_mm - spare))
    height = size * 0.5
    for word in reversed(words):
        shown = sheet.book.shown(word, face)
        width = face.width_mm(shown, size) + 2 * padding
        sheet.area(Box(right - width, middle_y - height / 2, width, height))
        sheet.text(right - width / 2, middle_y, word, size, bold=True, align="center", white=True)
        right -= width + gap


def big_line(sheet: Sheet, box: Box, text: str, size_pt: float) -> None:
    """The route: the largest line, over the whole width."""
    face = sheet.fonts.bold
    shown = sheet.book.shown(text, face)
    size = shrink(shown, face, size_pt, box.width - 2)
    if not shown.isascii():  # hanzi are as high as the line, digits only 0.73 of it
        size = min(size, box.height * 0.86 * POINTS_PER_MM)
    sheet.text(box.x + box.width / 2, box.middle_y, shown, size, bold=True, align="center")


def main_code(sheet: Sheet, box: Box, number: str, mother_number: str = "") -> None:
    """The number as Code 128 over the width with its digits below."""
    digits_mm = 5.2
    bars = Box(box.x, box.y + 1.4, box.width, box.height - digits_mm - 1.4)
    sheet.code128(bars, number, max_module_mm=MAIN_MODULE_MM)
    middle = box.bottom - digits_mm / 2 - 0.1
    if not mother_number:
        sheet.text(box.x + box.width / 2, middle, grouped(number), 12, bold=True, align="center")
        return
    face = sheet.fonts.bold
    child, mother = f"子单 {grouped(number)}", f"母单 {mother_number}"
    size = shrink(child, face, 10, box.width * 0.56)
    sheet.text(box.x + 1, middle, child, size, bold=True)
    size = shrink(mother, face, 8, box.width * 0.4)
    sheet.text(box.right - 1, middle, mother, size, bold=True, align="right")


def side_code(sheet: Sheet, box: Box, number: str) -> None:
    """The number turned by 90° in a strip at the right side, digits beside the bars."""
    bars = Box(box.x + 1.6, box.y, box.width - 6.6, box.height)
    sheet.code128(bars, number, max_module_mm=SIDE_MODULE_MM, turned=True)
    sheet.turned_text(box.right - 2.4, box.middle_y, grouped(number), 9, bold=True)


def bag_line(sheet: Sheet, box: Box, content: LabelContent) -> None:
    """集 and the place where parcels are put together; small hints at the right."""
    face = sheet.fonts.bold
    right = box.right - 0.8
    hints = [sheet.book.shown(h, face) for h in content.hints[:2]]
    for hint in hints:
        right -= sheet.text(right, box.middle_y, hint, 9, bold=True, align="right") + 1.2
    if not content.bag:
        sheet.text(box.x + 1, box.middle_y, content.count, 14, bold=True)
        return
    square = Box(box.x + 0.7, box.middle_y - 2.8, 5.6, 5.6)
    sheet.area(square)
    middle = square.x + square.width / 2
    sheet.text(middle, square.middle_y, "集", 12, bold=True, align="center", white=True)
    left = square.right + 1.7
    fitted = fit_line(sheet.book.shown(content.bag, face), face, 16, right - left, 7)
    _one(sheet, left, box.middle_y, fitted)


def _one(sheet: Sheet, x: float, middle_y: float, fitted: Fitted, *, bold: bool = True) -> None:
    if fitted.cut:
        sheet.book.trouble.cut_texts += 1
    sheet.text(x, middle_y, fitted.lines[0], fitted.size_pt, bold=bold)


def party(
    sheet: Sheet,
    box: Box,
    mark: str,
    person: Address,
    *,
    name_pt: float,
    address_pt: float,
    bold: bool,
) -> None:
    """收 or 寄 in a cell, name and phone on one line, the address below as large as it fits."""
    cell = 7.0
    sheet.text(box.x + cell / 2, box.middle_y, mark, 13, bold=True, align="center")
    left, room = box.x + cell + 1.0, box.width - cell - 1.8
    face = sheet.fonts.bold if bold else sheet.fonts.regular
    address = sheet.book.shown(person.full, face)
    top = box.y + 0.7
    for line_pt in (name_pt, name_pt * 0.8):  # a far address gets room from the name's line
        below = top + line_pt * 0.42 + 0.2
        fitted = fit_block(address, face, address_pt, 4.5, room, box.bottom - below - 0.3)
        if fitted.size_pt >= address_pt * 0.75:
            break
    who = _who(sheet, person, face, line_pt, room)
    size = shrink(who, face, line_pt, room)
    sheet.text(left, top + line_pt * 0.21, who, size, bold=bold)
    sheet.lines(left, below, fitted, bold=bold)


def _who(sheet: Sheet, person: Address, face: Face, size_pt: float, room_mm: float) -> str:
    """Name and phone, and the company where there is room; the phone never gives way."""
    phone = f"{person.phone} 转 {person.extension}" if person.extension else person.phone
    who = sheet.book.shown("  ".join(p for p in (person.name, phone) if p), face)
    if not person.company or person.company == person.name:
        return who
    longer = sheet.book.shown(f"{who}  {person.company}", face)
    return longer if shrink(longer, face, size_pt, room_mm) >= 6.5 else who


def services(
    sheet: Sheet, box: Box, content: LabelContent, qr_mm: float, *, with_goods: bool
) -> None:
    """QR code left; money, weight, marks, checks and signature (and goods) beside it."""
    left = box.x + 1.5
    if content.qr:
        side = min(qr_mm, box.height - 0.4)
        code = sheet.qr(box.x + 0.3, box.middle_y - side / 2, side, content.qr)
        left = code.right + max(2.0, (side - code.width) / 2 + 0.3)  # frames reach 0.2 mm out
    right, bottom = box.right - 1, box.bottom
    if with_goods:
        bottom -= 4.4
        goods_line(sheet, Box(left - 1, bottom - 0.2, box.right - left + 1, 4.4), content)
    if right - left > _WIDE_MM:
        facts = Box(left, box.y, right - left - 28, bottom - box.y)
        _facts(sheet, facts, content)
        _checks_column(sheet, right, box.y, bottom, content)
        return
    y = _facts(sheet, Box(left, box.y, right - left, bottom - box.y), content)
    end = bottom - 2.4
    size = shrink(_CHECKED, sheet.fonts.bold, 9, right - left)
    sheet.text(left, end, _CHECKED, size, bold=True)
    if end - y >= 7.5:
        sheet.text(left, y, "您的签字代表已验收此包裹", _SMALL_PT)
        y += 3.6
    if end - y >= 3.9:
        sheet.text(left, end - 4.3, "签收人/时间", 8, bold=True)


def _facts(sheet: Sheet, box: Box, content: LabelContent) -> float:
    """Cash on delivery, payment, weight and the carrier's marks; gives back the next line's y."""
    face = sheet.fonts.bold
    y = box.y + 2.9
    if content.cod:
        size = shrink(content.cod, face, 11, box.width - 2.4)
        width = face.width_mm(content.cod, size) + 2.4
        sheet.area(Box(box.x, y - 2.2, width, 4.8))
        sheet.text(box.x + 1.2, y + 0.2, content.cod, size, bold=True, white=True)
        y += 5.4
    words = [w for w in (content.payment, content.weight) if w]
    if words:
        line = sheet.book.shown("  ".join(words), face)
        sheet.text(box.x, y, line, shrink(line, face, 9, box.width), bold=True)
        y += 4.4
    if content.flags or content.icons:
        _service_marks(sheet, Box(box.x, y - 2.2, box.width, 4.8), content)
        y += 5.2
    return y


def _checks_column(
    sheet: Sheet, right: float, top: float, bottom: float, content: LabelContent
) -> None:
    """On wide paper: checks and signature at the right of the facts."""
    sheet.text(right, top + 2.9, _CHECKED, 9, bold=True, align="right")
    sheet.text(right - 25.6, top + 7.3, "签收人/时间", 8, bold=True)
    if bottom - top > 14:
        hotline = [f"客服 {content.hotline}"] if content.hotline else []
        sheet.text(
            right, bottom - 2.2, "  ".join([*content.hints[:1], *hotline]), 7.5, align="right"
        )


def _service_marks(sheet: Sheet, box: Box, content: LabelContent) -> None:
    """XB, A/B framed; 易碎, 生鲜 … white on black, in one row from the left."""
    face = sheet.fonts.bold
    words = [*content.flags, *content.icons]
    spare = len(words) * 3.4
    size = shrink("".join(words), face, 10.5, max(4.0, box.width - spare))
    if size < 7.5:  # too many for frames
        line = "  ".join(words)
        sheet.text(box.x, box.middle_y, line, shrink(line, face, 9, box.width), bold=True)
        return
    x = box.x
    for word in words:
        shown = sheet.book.shown(word, face)
        width = face.width_mm(shown, size) + 2.2
        frame = Box(x, box.y, width, box.height)
        framed = word in content.flags
        if framed:
            sheet.outline(frame)
        else:
            sheet.area(frame)
        middle = x + width / 2
        sheet.text(middle, frame.middle_y, shown, size, bold=True, align="center", white=not framed)
        x += width + 1.2


def goods_line(sheet: Sheet, box: Box, content: LabelContent) -> None:
    """品名 on one line."""
    face = sheet.fonts.regular
    text = f"品名：{content.goods or '日用品'}"
    if content.remark:
        text = f"{text}  备注：{content.remark}"
    fitted = fit_line(sheet.book.shown(text, face), face, 8, box.width - 2, 6.5)
    _one(sheet, box.x + 1, box.middle_y, fitted, bold=False)


def own_area(sheet: Sheet, box: Box, own: OwnArea) -> None:
    """The shop's own area: where the parcel stands in its wave, the goods, the note."""
    place = [f"波次 {own.wave}"] if own.wave else []
    if own.position:
        place.append(f"第 {own.position} 单")
    if own.bin:
        place.append(f"库位 {own.bin}")
    left, room = box.x + 1, box.width - 2
    top, bottom = box.y + 0.6, box.bottom - 0.4
    bold, regular = sheet.fonts.bold, sheet.fonts.regular
    if place:
        fitted = fit_line(sheet.book.shown(" · ".join(place), bold), bold, 9.5, room, 6.5)
        _one(sheet, left, top + 2.0, fitted)
        top += 4.4
    if own.note:
        note = sheet.book.shown(own.note, bold)
        share = min(bottom - top, max(4.0, (bottom - top) * (0.3 if own.lines else 1.0)))
        fitted = fit_block(note, bold, 10, 6, room, share)
        used = len(fitted.lines) * fitted.size_pt * LEADING / POINTS_PER_MM
        sheet.lines(left, bottom - used, fitted, bold=True)
        bottom -= used + 0.3
    rows = [sheet.book.shown(line, regular) for line in own.lines]
    if rows:
        _goods_rows(sheet, Box(left, top, room, bottom - top), rows)


def _goods_rows(sheet: Sheet, box: Box, rows: list[str]) -> None:
    """One column as long as it stays readable, else two."""
    regular = sheet.fonts.regular
    one = fit_rows(rows, regular, 13, 7.5, box.width, box.height)
    if not one.cut:
        sheet.lines(box.x, box.y, one)
        return
    half = (len(rows) + 1) // 2
    width = (box.width - 2) / 2
    for i, part in enumerate((rows[:half], rows[half:])):
        x = box.x + i * (width + 2)
        sheet.lines(x, box.y, fit_rows(part, regular, 8.5, 6, width, box.height))


def copy_code(sheet: Sheet, box: Box, number: str) -> None:
    """The number once more on the second part of a two-part label."""
    bars = Box(box.x, box.y + 0.8, box.width, box.height - 6.4)
    sheet.code128(bars, number, max_module_mm=SIDE_MODULE_MM)
    sheet.text(
        box.x + box.width / 2, box.bottom - 2.9, grouped(number), 10.5, bold=True, align="center"
    )


def sf_low_cell(sheet: Sheet, box: Box, content: LabelContent) -> None:
    """SF's outbound mapping code, and the delivery team's number in outline (their watermark)."""
    face = sheet.fonts.bold
    both = bool(content.mapping_out and content.team)
    room = box.width / 2 - 1 if both else box.width - 2
    left = box.x + box.width * (0.27 if both else 0.5)
    right = box.x + box.width * (0.74 if both else 0.5)
    if content.mapping_out:
        size = shrink(content.mapping_out, face, 16, room)
        sheet.text(left, box.middle_y, content.mapping_out, size, bold=True, align="center")
    if content.team:
        size = shrink(content.team, sheet.fonts.regular, 16, room)
        sheet.text(right, box.middle_y, content.team, size, align="center", outline=True)
