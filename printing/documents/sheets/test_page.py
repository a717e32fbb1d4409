"""The page a printer is set up by: place, true dots a millimetre, density, smallest type, codes."""

from __future__ import annotations

from app.domain.papers import Arrow, TestPage
from printing.documents.code128 import code128_modules
from printing.documents.content import printed_time
from printing.documents.geometry import Box, code128_dots
from printing.documents.page import Book, Sheet
from printing.documents.sheets.pictures import add_arrow
from printing.documents.sheets.stock import one_line
from printing.fonts import POINTS_PER_MM

_FRAME_MM = 2.0
_INSIDE_MM = 10.0  # rulers and their numbers stand before it
_LONGEST_MM = 100
_QR_CONTENT = "PACKBENCH-TEST-山野集"
_TYPE_PT = (5, 6, 7, 8, 10, 12)


def add_test_page(book: Book, page: TestPage, width_mm: float, height_mm: float) -> None:
    """One page; on small paper what has no room is left out, rulers and measures never are.

    A measure of known length in both directions gives the true dots a millimetre, the frame 2 mm
    inside and the rulers from the paper's corner give the offsets.
    """

    def draw(sheet: Sheet) -> None:
        sheet.outline(Box(2, 2, sheet.width_mm - 4, sheet.height_mm - 4))
        _rulers(sheet)
        inside = _measures(sheet)
        y = _about(sheet, page, inside, (width_mm, height_mm))
        for block in (_bars, _square_and_type, _density, _hints):
            y = block(sheet, Box(inside.x, y, inside.width, inside.bottom - y))

    book.page(width_mm, height_mm, draw)


def _rulers(sheet: Sheet) -> None:
    """A tick a millimetre from the paper's own corner, numbers every ten."""
    right, bottom = sheet.width_mm, sheet.height_mm
    for mm in range(3, int(right) - 2):
        sheet.rule(mm, _FRAME_MM, mm, _FRAME_MM + _tick(mm), 0.125)
        if mm % 10 == 0 and mm < right - 4:
            sheet.text(mm, 7.4, str(mm), 6.5, align="center")
    for mm in range(3, int(bottom) - 2):
        sheet.rule(_FRAME_MM, mm, _FRAME_MM + _tick(mm), mm, 0.125)
        if mm % 10 == 0 and 10 < mm < bottom - 3:
            sheet.text(5.8, mm, str(mm), 6)


def _tick(mm: int) -> float:
    return 3.5 if mm % 10 == 0 else 2.4 if mm % 5 == 0 else 1.4


def _measures(sheet: Sheet) -> Box:
    """A line of a known length across and one down; gives back the room that is left."""
    right, bottom = sheet.width_mm - 5.0, sheet.height_mm - 5.0
    across = min(_LONGEST_MM, int((right - _INSIDE_MM - 2) / 10) * 10)
    down = min(_LONGEST_MM, int((bottom - _INSIDE_MM - 2) / 10) * 10)
    if across:
        _end_to_end(sheet, _INSIDE_MM, bottom, across, 0)
        label = f"横 {across} mm"
        sheet.text(_INSIDE_MM + across / 2, bottom - 2.2, label, 6.5, align="center")
    if down:
        _end_to_end(sheet, right, _INSIDE_MM, 0, down)
        sheet.turned_text(right - 2.2, _INSIDE_MM + down / 2, f"竖 {down} mm", 6.5)
    return Box(_INSIDE_MM, _INSIDE_MM, right - 4.6 - _INSIDE_MM, bottom - 4.4 - _INSIDE_MM)


def _end_to_end(sheet: Sheet, x: float, y: float, across: float, down: float) -> None:
    """The line with a mark at either end; the marks' middles are the length apart."""
    sheet.rule(x, y, x + across, y + down, 0.125)
    for end_x, end_y in ((x, y), (x + across, y + down)):
        if across:
            sheet.rule(end_x, end_y - 1.2, end_x, end_y + 1.2, 0.125)
        else:
            sheet.rule(end_x - 1.2, end_y, end_x + 1.2, end_y, 0.125)


def _about(sheet: Sheet, page: TestPage, box: Box, size_mm: tuple[float, float]) -> float:
    """Which printer this is and how it is set up, with arrows to the paper's top and left."""
    small = box.width < 45
    side = 2.2 if small else 4.4
    arrows = Box(box.right - 2 * side - 1, box.y, 2 * side + 1, side)
    add_arrow(sheet, Box(arrows.x, arrows.y, side, side), Arrow.UP)
    add_arrow(sheet, Box(arrows.x + side + 1, arrows.y, side, side), Arrow.LEFT)
    book, fonts = sheet.book, sheet.fonts
    title_pt, line_pt = (8.0, 5.5) if small else (15.0, 8.5)
    name = page.printer if small else f"测试单 {page.printer}"
    title = one_line(book, name, fonts.bold, title_pt, box.width - arrows.width - 1.5, 5)
    y = box.y + side / 2
    sheet.text(box.x, y, title.lines[0], title.size_pt, bold=True)
    y += max(side, title_pt / POINTS_PER_MM) / 2 + line_pt * 0.9 / POINTS_PER_MM
    media = f"{size_mm[0]:g}×{size_mm[1]:g} mm · 每毫米 {sheet.book.dots_per_mm:g} 点"
    told = (("语言", page.language), ("接口", page.address_kind))
    how = " · ".join(f"{word} {value}" for word, value in told if value)
    lines = [media, how, printed_time(page.printed_at)]
    if small:  # the time is no help in setting a printer up
        lines = lines[:2]
    for line in filter(None, lines):
        fitted = one_line(book, line, fonts.regular, line_pt, box.width, 4.5)
        sheet.text(box.x, y, fitted.lines[0], fitted.size_pt)
        y += line_pt * 1.3 / POINTS_PER_MM
    return y - line_pt * 0.4 / POINTS_PER_MM


def _bars(sheet: Sheet, box: Box) -> float:
    """A Code 128 of two, three and four dots a module: the narrowest that scans is known."""
    y, per_mm = box.y, sheet.book.dots_per_mm
    for module in (2, 3, 4):
        content = f"TEST{module}"
        tall = 9.0 if box.height > 40 else 5.0
        place = Box(box.x - 0.5, y, box.width + 2, tall)
        fits = code128_dots(code128_modules(content), place.width, per_mm, 9) >= module
        if not fits or y + tall + 3.6 > box.bottom:
            continue
        drawn = sheet.code128(place, content, max_module_mm=(module + 0.01) / per_mm, align="left")
        sheet.text(drawn.x, y + tall + 1.7, f"条码 {module} 点", 6.5)
        y += tall + 4.4
    return y


def _square_and_type(sheet: Sheet, box: Box) -> float:
    """A QR code, and type from the smallest up; both beside each other where there is room."""
    side = min(24.0, box.height, box.width)
    if side < 12:
        return box.y
    sheet.qr(box.x - 2, box.y, side, _QR_CONTENT)
    x, y = box.x + side + 1, box.y + 1.5
    for size in _TYPE_PT:
        step = size * 1.25 / POINTS_PER_MM
        text = f"{size} 号 收寄龘赟 0689"
        width = sheet.fonts.regular.width_mm(text, size)
        if y + step > box.y + side + 2 or x + width > box.right:
            break
        sheet.text(x, y + step / 2, text, size)
        y += step
    return box.y + side + 1


def _density(sheet: Sheet, box: Box) -> float:
    """Lines of one to four dots both ways, then white lines in black: what the head can part."""
    if box.height < 11 or box.width < 40:
        return box.y
    dot = 1 / sheet.book.dots_per_mm
    tall, x = 5.0, box.x
    for thick in (1, 2, 3, 4):
        wide = 9 * thick * dot
        for i in range(5):
            sheet.area(Box(x + 2 * i * thick * dot, box.y, thick * dot, tall))
        for i in range(min(5, int(tall / (2 * thick * dot)) + 1)):
            top = box.y + 2 * i * thick * dot
            sheet.area(Box(x + wide + 1, top, 3.0, thick * dot))
        middle = x + (wide + 4) / 2
        sheet.text(middle, box.y + tall + 1.9, f"{thick} 点", 6, align="center")
        x += wide + 6.5
        if x + 14 > box.right:
            break
    if x + 8 <= box.right:
        sheet.area(Box(x, box.y, 8, tall))
        for thick in (1, 2, 3):
            left = x + 1.4 + (thick - 1) * 2.2
            sheet.area(Box(left, box.y, thick * dot, tall), white=True)
        sheet.text(x + 4, box.y + tall + 1.9, "反白", 6, align="center")
    return box.y + tall + 4.4


def _hints(sheet: Sheet, box: Box) -> float:
    """What to do with it, in one line each."""
    per_mm = f"{sheet.book.dots_per_mm:g}"
    y = box.y + 1.4
    for hint in (
        "边框离四边一样远，位置就对了；偏多少就调多少。",
        f"量横线竖线：每毫米点数 = {per_mm} × 线上写的长度 ÷ 量到的长度。",
        "箭头朝纸的上边和左边；条码先扫 2 点的，扫不出就调浓淡或用宽的。",
    ):
        if y + 2.4 > box.bottom:
            break
        fitted = one_line(sheet.book, hint, sheet.fonts.regular, 7.5, box.width, 4.5)
        sheet.text(box.x, y, fitted.lines[0], fitted.size_pt)
        y += 4
    return y
