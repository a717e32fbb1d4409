"""What is more than one text or line on a label: parties, services, tags, edges."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.address import Address
from printing.documents.content import LabelContent
from printing.documents.geometry import Box
from printing.documents.page import Sheet
from printing.documents.textfit import fit_block, shrink
from printing.fonts import Face

_MARK_CELL_MM = 7.0
_GAP_MM = 0.4
_MONEY_MM = (4.2, 6.4)  # a line of money: at least, and with room
_LINE_MM = 4.4
_MARKS_MM = 5.2


def edges(sheet: Sheet, box: Box, number: str, size_pt: float) -> None:
    """The number along all four sides of ``box``, so that it survives a torn corner."""
    text = f"*{number}"
    for share in (0.25, 0.75):
        x = box.x + box.width * share
        sheet.text(x, box.y, text, size_pt, align="center")
        sheet.text(x, box.bottom, text, size_pt, align="center")
        y = box.y + box.height * share
        sheet.turned_text(box.x, y, text, size_pt, up=True)
        sheet.turned_text(box.right, y, text, size_pt)


def tags(sheet: Sheet, box: Box, words: Sequence[str], size_pt: float) -> None:
    """Words white on black from the right edge leftwards, smaller where there are many."""
    if not words:
        return
    face = sheet.fonts.bold
    padding, gap = 1.1, 0.9
    spare = len(words) * 2 * padding + (len(words) - 1) * gap
    size = shrink("".join(words), face, size_pt, max(4.0, box.width - spare))
    height = size * 0.5
    right, middle = box.right, box.middle_y
    for word in reversed(words):
        shown = sheet.book.shown(word, face)
        width = face.width_mm(shown, size) + 2 * padding
        sheet.area(Box(right - width, middle - height / 2, width, height))
        sheet.text(right - width / 2, middle, word, size, bold=True, align="center", white=True)
        right -= width + gap


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
    left = box.x + 1.0
    if mark:
        left += _MARK_CELL_MM
        middle = box.x + _MARK_CELL_MM / 2
        sheet.text(middle, box.middle_y, mark, 13, bold=True, align="center")
    room = box.right - left - 0.8
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


def services(sheet: Sheet, box: Box, content: LabelContent, size_pt: float, *, sign: bool) -> None:
    """Money in big type, payment and weight, the carrier's marks; what a signature means."""
    face = sheet.fonts.bold
    money = [words.split(" ", 1) for words in (content.cod, content.collect) if words]
    line = "  ".join(w for w in (content.payment, content.weight) if w)
    has_marks = bool(content.flags or content.icons)
    room = box.height - _GAP_MM - (_LINE_MM if line else 0) - (_MARKS_MM if has_marks else 0)
    y = box.y + _GAP_MM
    least, most = _MONEY_MM
    side_by_side = len(money) > 1 and room / len(money) - _GAP_MM < least
    rows = 1 if side_by_side else len(money)
    for n, words in enumerate(money):
        height = max(least, min(most, room / rows - _GAP_MM))
        width = box.width / 2 if side_by_side else box.width
        x = box.x + n * width if side_by_side else box.x
        _money(sheet, Box(x, y, width, height), words[0], "".join(words[1:]))
        if not side_by_side or n == len(money) - 1:
            y += height + _GAP_MM
    if line:
        shown = sheet.book.shown(line, face)
        size = shrink(shown, face, size_pt, box.width)
        sheet.text(box.x, y + 2.0, shown, size, bold=True)
        y += _LINE_MM
    if has_marks:
        marks(sheet, Box(box.x, y, box.width, _MARKS_MM - _GAP_MM), content, 10.5)
        y += _MARKS_MM
    if sign and box.bottom - y >= 3.4:
        sheet.text(box.x, box.bottom - 1.7, "您的签字代表已验收此包裹", 6.5)


def _money(sheet: Sheet, box: Box, name: str, amount: str) -> None:
    """White on black: what it is, small and on two lines, and the amount as large as it fits."""
    face = sheet.fonts.bold
    if not amount:
        size = shrink(name, face, box.height * 2.1, box.width - 2.4)
        width = face.width_mm(name, size) + 2.4
        sheet.area(Box(box.x, box.y, width, box.height))
        sheet.text(box.x + 1.2, box.middle_y, name, size, bold=True, white=True)
        return
    parts = [name[:2], name[2:]] if len(name) == 4 else [name]
    name_pt = box.height * (1.15 if len(parts) == 2 else 1.5)
    name_mm = max(face.width_mm(part, name_pt) for part in parts)
    size = shrink(amount, face, box.height * 2.3, box.width - name_mm - 3.0)
    amount_mm = face.width_mm(amount, size)
    sheet.area(Box(box.x, box.y, name_mm + amount_mm + 3.0, box.height))
    step = box.height / len(parts)
    for n, part in enumerate(parts):
        middle = box.y + step * (n + 0.5) * 0.94 + box.height * 0.03
        sheet.text(box.x + 0.9, middle, part, name_pt, bold=True, white=True)
    sheet.text(box.x + name_mm + 2.0, box.middle_y, amount, size, bold=True, white=True)


def marks(sheet: Sheet, box: Box, content: LabelContent, size_pt: float) -> None:
    """XB, A/B framed; 易碎, 生鲜 … white on black, in one row from the left."""
    face = sheet.fonts.bold
    words = [*content.flags, *content.icons]
    if not words:
        return
    spare = len(words) * 3.4
    size = shrink("".join(words), face, size_pt, max(4.0, box.width - spare))
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
