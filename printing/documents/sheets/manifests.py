"""交接单: what a driver takes and signs for, a part for each carrier's account."""

from __future__ import annotations

from app.domain.papers import Manifest, ManifestPart, ManifestRow
from printing.documents.content import printed_time
from printing.documents.geometry import Box
from printing.documents.page import Book, Sheet
from printing.documents.sheets.stock import (
    CODE_MODULE_MM,
    Stock,
    nothing_to_print,
    one_line,
    paged,
    stock_for,
)

_WIDE_ROW_MM = 6.0
_SLIM_ROW_MM = 8.0


def add_manifest(book: Book, manifest: Manifest, width_mm: float, height_mm: float) -> None:
    """Each part begins on a page of its own: every driver signs for what is his.

    Raises:
        UserError: ``paper_empty``, ``paper_too_small``.
    """
    stock = stock_for(width_mm, height_mm)
    if not any(part.rows for part in manifest.parts):
        raise nothing_to_print("manifest")
    for part in manifest.parts:
        if part.rows:
            _add_part(book, stock, manifest, part)


def _add_part(book: Book, stock: Stock, manifest: Manifest, part: ManifestPart) -> None:
    row_height = _WIDE_ROW_MM if stock.is_wide else _SLIM_ROW_MM
    tail = 36.0 if stock.is_wide else 30.0
    first_top, next_top = _head_height(stock, True), _head_height(stock, False)
    heights = [*([row_height] * len(part.rows)), tail]
    pages = paged(heights, stock, first_top, next_top)
    done = 0
    for number, count in enumerate(pages, start=1):
        rows = range(done, min(done + count, len(part.rows)))
        last = number == len(pages)
        done += count

        def draw(sheet: Sheet, rows: range = rows, number: int = number, last: bool = last) -> None:
            _head(sheet, stock, manifest, part, number, len(pages))
            y = _head_height(stock, number == 1)
            for i in rows:
                _row(sheet, stock, i + 1, part.rows[i], y)
                y += row_height
            if last:
                _tail(sheet, stock, part, y)

        book.page(stock.width, stock.height, draw)


def _head_height(stock: Stock, first: bool) -> float:
    if stock.is_wide:
        return stock.margin + (34 if first else 16)
    return stock.margin + (34 if first else 13)


def _weight(weight_g: int) -> str:
    return f"{weight_g / 1000:.2f} kg" if weight_g > 0 else "没称"


def _facts(part: ManifestPart) -> str:
    said = f"{len(part.rows)} 件"
    if part.weight_g:
        said += f" · {part.weight_g / 1000:.2f} kg"
    if part.unweighed and part.weight_g:
        said += f"（{part.unweighed} 件没称）"
    return said


def _head(
    sheet: Sheet, stock: Stock, manifest: Manifest, part: ManifestPart, number: int, pages: int
) -> None:
    top, book, bold = stock.margin, sheet.book, sheet.fonts.bold
    page = f"{number} / {pages} 页"
    again = f"重打 {part.reprint_no}" if part.reprint_no else ""
    name = f"交接单 {part.carrier}"
    if number > 1:
        right = f"{again}  {page}".strip()
        room = stock.room - sheet.fonts.regular.width_mm(right, stock.row_pt) - 4
        title = one_line(book, f"{name} · {part.code}", bold, stock.title_pt * 0.7, room, 6)
        sheet.text(stock.left, top + 3, title.lines[0], title.size_pt, bold=True)
        sheet.text(stock.right, top + 3, right, stock.row_pt - 1, align="right")
        _column_titles(sheet, stock, _head_height(stock, False))
        return
    title_room = stock.room - 92 if stock.is_wide else stock.room - (16 if again else 0)
    title = one_line(book, name, bold, stock.title_pt, title_room, 8)
    sheet.text(stock.left, top + 3.6, title.lines[0], title.size_pt, bold=True)
    who = " · ".join(
        x for x in (manifest.shop, f"账号 {part.account}" if part.account else "") if x
    )
    printed = f"打印 {printed_time(manifest.printed_at)}"
    if stock.is_wide:
        sheet.text(stock.left, top + 11.4, _facts(part), 13, bold=True)
        line = one_line(book, who, sheet.fonts.regular, 9.5, title_room, 6)
        sheet.text(stock.left, top + 17, line.lines[0], line.size_pt)
        sheet.text(stock.left, top + 22, f"{printed}    {page}", 9)
        code, below, align = Box(stock.right - 88, top - 2, 88, 15), top + 16.4, "right"
    else:
        sheet.text(stock.left, top + 9.2, _facts(part), 10, bold=True)
        sheet.text(stock.right, top + 9.2, page, 7.5, align="right")
        line = one_line(book, f"{who} · {printed}", sheet.fonts.regular, 7, stock.room, 5)
        sheet.text(stock.left, top + 13.4, line.lines[0], line.size_pt)
        code, below, align = Box(stock.left, top + 16, stock.room, 8), top + 26, "center"
    bars = sheet.code128(
        code,
        part.code,
        max_module_mm=CODE_MODULE_MM,
        align="right" if align == "right" else "center",
    )
    sheet.text(bars.x + bars.width / 2, below, part.code, 8, align="center")
    if again:
        _again(sheet, stock, again, top)
    _column_titles(sheet, stock, _head_height(stock, True))


def _again(sheet: Sheet, stock: Stock, again: str, top: float) -> None:
    """White on black: this is no first print, and nothing is handed over twice."""
    box = (
        Box(stock.right - 26, top + 19.2, 26, 6.4)
        if stock.is_wide
        else Box(stock.right - 15, top + 1, 15, 5)
    )
    sheet.area(box)
    size = 10 if stock.is_wide else 8
    middle = box.x + box.width / 2
    sheet.text(middle, box.middle_y, again, size, bold=True, align="center", white=True)


def _columns(stock: Stock) -> tuple[float, float, float, float, float]:
    """Number (right edge), waybill, box, weight (right edge), city."""
    left = stock.left
    if stock.is_wide:
        return left + 10, left + 14, left + 78, left + 116, left + 124
    return left + 7, left + 9, left + 9, stock.right - 5.5, left + 22


def _column_titles(sheet: Sheet, stock: Stock, y: float) -> None:
    sheet.rule(stock.left, y - 0.6, stock.right, y - 0.6, 0.4)
    number_x, waybill_x, box_x, weight_x, city_x = _columns(stock)
    if not stock.is_wide:
        sheet.text(waybill_x, y - 3, "运单号 / 箱 / 到", 7)
        sheet.text(weight_x, y - 3, "重量", 7, align="right")
        return
    sheet.text(number_x, y - 3.4, "序号", 8.5, align="right")
    for x, word in ((waybill_x, "运单号"), (box_x, "箱"), (city_x, "到")):
        sheet.text(x, y - 3.4, word, 8.5)
    sheet.text(weight_x, y - 3.4, "重量", 8.5, align="right")


def _row(sheet: Sheet, stock: Stock, number: int, row: ManifestRow, y: float) -> None:
    number_x, waybill_x, box_x, weight_x, city_x = _columns(stock)
    regular, bold, book = sheet.fonts.regular, sheet.fonts.bold, sheet.book
    height = _WIDE_ROW_MM if stock.is_wide else _SLIM_ROW_MM
    first = y + (height / 2 if stock.is_wide else 2.4) - 0.2
    second = first if stock.is_wide else y + 5.6
    small = stock.row_pt if stock.is_wide else stock.row_pt - 1
    sheet.text(number_x, first, str(number), small, align="right")
    waybill_room = (box_x if stock.is_wide else weight_x - 18) - waybill_x - 2
    waybill = one_line(book, row.number, bold, stock.row_pt + 0.5, waybill_room, 5)
    sheet.text(waybill_x, first, waybill.lines[0], waybill.size_pt, bold=True)
    boxes = f"{row.box_no}/{row.box_count}" if stock.is_wide or row.box_count > 1 else "1/1"
    sheet.text(box_x, second, boxes, small)
    sheet.text(weight_x, first, _weight(row.weight_g), small, align="right")
    room = stock.right - 8 - city_x
    city = one_line(book, row.city, regular, small, room, 5)
    sheet.text(city_x, second, city.lines[0], city.size_pt)
    side = 3.2
    sheet.outline(Box(stock.right - side - 0.4, first - side / 2, side, side), 0.2)
    line = y + height - 0.3
    sheet.rule(stock.left, line, stock.right, line, 0.125)


def _tail(sheet: Sheet, stock: Stock, part: ManifestPart, y: float) -> None:
    """The total, then who signs: the driver with time and plate, and the shop."""
    size = stock.row_pt + (2 if stock.is_wide else 1.5)
    sheet.text(stock.left, y + 4.4, f"合计 {_facts(part)}", size, bold=True)
    middle = stock.left + stock.room / 2
    line = y + (24 if stock.is_wide else 18)
    for x, word in ((stock.left, "快递员"), (middle + 2, "交接人")):
        sheet.text(x, line - 1.6, word, stock.row_pt)
        sheet.rule(x + 14, line, x + stock.room / 2 - 3, line, 0.2)
    line += 9 if stock.is_wide else 8
    for x, word in ((stock.left, "车牌"), (middle + 2, "时间")):
        sheet.text(x, line - 1.6, word, stock.row_pt)
        sheet.rule(x + 14, line, x + stock.room / 2 - 3, line, 0.2)
