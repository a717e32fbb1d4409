"""Pick list, packing slip and test page, on A4 and on label paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.labels import PackingSlip, PickList, PickRow, SlipRow
from printing.documents.code128 import code128_modules
from printing.documents.content import printed_time
from printing.documents.geometry import Box, code128_dots
from printing.documents.page import Book, Sheet
from printing.documents.textfit import LEADING, Fitted, fit_block, fit_line, wrap
from printing.fonts import POINTS_PER_MM

_WIDE_PAPER_MM = 150.0
_CODE_MODULE_MM = 0.376


@dataclass(frozen=True, slots=True)
class _Paper:
    """Margins and type sizes for one paper."""

    width: float
    height: float
    margin: float
    title_pt: float
    row_pt: float

    @property
    def left(self) -> float:
        return self.margin

    @property
    def right(self) -> float:
        return self.width - self.margin

    @property
    def bottom(self) -> float:
        return self.height - self.margin

    @property
    def room(self) -> float:
        return self.right - self.left

    @property
    def is_wide(self) -> bool:
        return self.width >= _WIDE_PAPER_MM


def _paper(width_mm: float, height_mm: float) -> _Paper:
    if width_mm >= _WIDE_PAPER_MM:
        return _Paper(width_mm, height_mm, 12, 20, 10.5)
    return _Paper(width_mm, height_mm, 3, 13, 8.5)


# --- pick list ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _PickLine:
    row: PickRow
    name: Fitted
    slots: Fitted
    height: float


def add_pick_list(book: Book, pick_list: PickList, width_mm: float, height_mm: float) -> None:
    """Pages in walking order; the first has the code that marks the list as done."""
    paper = _paper(width_mm, height_mm)
    lines = [_pick_line(book, paper, row) for row in pick_list.rows]
    first_top, next_top = _pick_head_height(paper, True), _pick_head_height(paper, False)
    pages = _paged([line.height for line in lines], paper, first_top, next_top)
    done = 0
    for number, count in enumerate(pages, start=1):
        part = lines[done : done + count]
        done += count

        def draw(sheet: Sheet, part: Sequence[_PickLine] = part, number: int = number) -> None:
            _pick_head(sheet, paper, pick_list, number, len(pages))
            y = _pick_head_height(paper, number == 1)
            for line in part:
                _pick_row(sheet, paper, line, y)
                y += line.height

        book.page(width_mm, height_mm, draw)


def _paged(heights: Sequence[float], paper: _Paper, first: float, following: float) -> list[int]:
    """How many rows stand on each page."""
    pages: list[int] = [0]
    y = first
    for height in heights:
        if y + height > paper.bottom and pages[-1]:
            pages.append(0)
            y = following
        pages[-1] += 1
        y += height
    return pages


def _columns(paper: _Paper) -> tuple[float, float, float, float]:
    """Where name, slots and quantity (right edge) begin, and the check box."""
    if paper.is_wide:
        return paper.left + 32, paper.left + 112, paper.right - 10, paper.right - 5
    return paper.left + 19, paper.left + 19, paper.right - 5.5, paper.right - 4


def _pick_line(book: Book, paper: _Paper, row: PickRow) -> _PickLine:
    name_x, slots_x, quantity_x, _ = _columns(paper)
    face = book.fonts.regular
    name_room = (slots_x if paper.is_wide else quantity_x - 9) - name_x - 2
    text = book.shown(" ".join(p for p in (row.name, row.spec) if p), book.fonts.bold)
    name = fit_block(text, book.fonts.bold, paper.row_pt, paper.row_pt - 2, name_room, _two(paper))
    slots_room = quantity_x - 14 - slots_x if paper.is_wide else paper.right - slots_x
    slot_lines, _whole = wrap(
        book.shown("   ".join(row.slots), face), face, paper.row_pt - 1, slots_room
    )
    slots = Fitted(tuple(slot_lines), paper.row_pt - 1)
    under = _height(Fitted(("x",), paper.row_pt - 2))
    name_height = _height(name) + under
    height = max(name_height, _height(slots)) if paper.is_wide else name_height + _height(slots)
    return _PickLine(row, name, slots, height + 2.4)


def _two(paper: _Paper) -> float:
    """The height of two lines of a row's type."""
    return paper.row_pt * (LEADING + 1.1) / POINTS_PER_MM


def _height(fitted: Fitted) -> float:
    return len(fitted.lines) * fitted.size_pt * LEADING / POINTS_PER_MM


def _pick_head_height(paper: _Paper, first: bool) -> float:
    if paper.is_wide:
        return paper.margin + (34 if first else 18)
    return paper.margin + (27 if first else 8)


def _pick_head(sheet: Sheet, paper: _Paper, pick_list: PickList, number: int, pages: int) -> None:
    top = paper.margin
    pieces = sum(row.quantity for row in pick_list.rows)
    facts = f"{pick_list.parcels} 单 · {len(pick_list.rows)} 种 · {pieces} 件"
    page = f"{number} / {pages} 页"
    if number > 1:
        again = f"拣货单 {pick_list.wave}"
        sheet.text(paper.left, top + 3, again, paper.title_pt * 0.7, bold=True)
        sheet.text(paper.right, top + 3, page, paper.row_pt - 1, align="right")
        _pick_titles(sheet, paper, _pick_head_height(paper, False))
        return
    face = sheet.fonts.bold
    title_room = paper.room * (0.5 if paper.is_wide else 1.0)
    title = fit_line(
        sheet.book.shown(f"拣货单 {pick_list.wave}", face), face, paper.title_pt, title_room, 8
    )
    sheet.text(paper.left, top + 3.6, title.lines[0], title.size_pt, bold=True)
    printed = printed_time(pick_list.printed_at)
    if paper.is_wide:
        sheet.text(paper.left, top + 12, facts, 12)
        sheet.text(paper.left, top + 18.4, f"打印 {printed}    {page}", 9)
        code = Box(paper.right - 88, top - 2, 88, 15)
        below = top + 16.4
    else:
        sheet.text(paper.left, top + 9, facts, 9, bold=True)
        sheet.text(paper.right, top + 9, page, 7.5, align="right")
        code = Box(paper.left, top + 11.6, paper.room, 9)
        below = top + 22.6
    bars = sheet.code128(
        code,
        pick_list.code,
        max_module_mm=_CODE_MODULE_MM,
        align="right" if paper.is_wide else "center",
    )
    middle = bars.x + bars.width / 2
    sheet.text(middle, below, f"{pick_list.code}  扫一下就算拣完", 8, align="center")
    _pick_titles(sheet, paper, _pick_head_height(paper, True))


def _pick_titles(sheet: Sheet, paper: _Paper, y: float) -> None:
    sheet.rule(paper.left, y - 0.8, paper.right, y - 0.8, 0.4)
    if not paper.is_wide:
        return
    name_x, slots_x, quantity_x, _ = _columns(paper)
    for x, word in ((paper.left, "库位"), (name_x, "货品"), (slots_x, "放到（格 × 件）")):
        sheet.text(x, y - 3.6, word, 8.5)
    sheet.text(quantity_x, y - 3.6, "件数", 8.5, align="right")


def _pick_row(sheet: Sheet, paper: _Paper, line: _PickLine, y: float) -> None:
    name_x, slots_x, quantity_x, check_x = _columns(paper)
    row, face = line.row, sheet.fonts.bold
    first = y + paper.row_pt * 0.51 / POINTS_PER_MM + 0.6
    place = fit_line(
        sheet.book.shown(row.bin or "没库位", face), face, paper.row_pt + 2,
        name_x - paper.left - 1.5, 6,
    )  # fmt: skip
    sheet.text(paper.left, first, place.lines[0], place.size_pt, bold=True)
    below = sheet.lines(name_x, y + 0.6, line.name, bold=True)
    small = paper.row_pt - 2
    text = f"{row.sku}  {row.barcode}".strip()
    room = (slots_x if paper.is_wide else paper.right) - name_x - 2
    regular = sheet.fonts.regular
    under = fit_line(sheet.book.shown(text, regular), regular, small, room, 4)
    sheet.text(name_x, below + small * 0.5 / POINTS_PER_MM, under.lines[0], under.size_pt)
    quantity = f"×{row.quantity}"
    sheet.text(quantity_x, first, quantity, paper.row_pt + 3, bold=True, align="right")
    side = 3.4
    sheet.outline(Box(check_x + (0.6 if paper.is_wide else 0.2), first - side / 2, side, side), 0.2)
    slots_y = y + 0.6 if paper.is_wide else below + small * LEADING / POINTS_PER_MM
    sheet.lines(slots_x, slots_y, line.slots)
    sheet.rule(paper.left, y + line.height - 0.6, paper.right, y + line.height - 0.6, 0.125)


# --- packing slip ---------------------------------------------------------------------------------


def add_slip(book: Book, slip: PackingSlip, width_mm: float, height_mm: float) -> None:
    """What the buyer finds in the box, on as many pages as its rows need; no prices."""
    paper = _paper(width_mm, height_mm)
    face = book.fonts.regular
    quantity_mm = 14.0
    rows = [_slip_row(book, paper, row, paper.room - quantity_mm) for row in slip.rows]
    top = paper.margin + (30 if paper.is_wide else 21)
    tail_lines = [
        line
        for text in (slip.greeting, slip.note)
        for line in wrap(book.shown(text, face), face, paper.row_pt, paper.room)[0]
    ]
    tail_height = len(tail_lines) * paper.row_pt * LEADING / POINTS_PER_MM + 3
    pages = _paged([*(_height(row) + 2 for row in rows), tail_height], paper, top, top)
    done = 0
    for number, count in enumerate(pages, start=1):
        part = range(done, min(done + count, len(rows)))
        last = number == len(pages)
        done += count

        def draw(sheet: Sheet, part: range = part, number: int = number, last: bool = last) -> None:
            _slip_head(sheet, paper, slip, number, len(pages))
            y = top
            for i in part:
                first = y + rows[i].size_pt * 0.51 / POINTS_PER_MM + 0.6
                sheet.lines(paper.left, y + 0.6, rows[i])
                count_text = f"×{slip.rows[i].quantity}"
                sheet.text(
                    paper.right, first, count_text, paper.row_pt + 2, bold=True, align="right"
                )
                y += _height(rows[i]) + 2
                sheet.rule(paper.left, y - 0.4, paper.right, y - 0.4, 0.125)
            if last:
                sheet.lines(paper.left, y + 2, Fitted(tuple(tail_lines), paper.row_pt))

        book.page(width_mm, height_mm, draw)


def _slip_row(book: Book, paper: _Paper, row: SlipRow, room: float) -> Fitted:
    face = book.fonts.regular
    text = book.shown(" ".join(p for p in (row.name, row.spec) if p), face)
    return fit_block(text, face, paper.row_pt, paper.row_pt - 2, room, _two(paper))


def _slip_head(sheet: Sheet, paper: _Paper, slip: PackingSlip, number: int, pages: int) -> None:
    top, face = paper.margin, sheet.fonts.bold
    title = fit_line(sheet.book.shown(slip.shop, face), face, paper.title_pt, paper.room * 0.6, 8)
    sheet.text(paper.left, top + 3.4, title.lines[0], title.size_pt, bold=True)
    sheet.text(paper.right, top + 3.4, "发货清单", paper.title_pt * 0.75, align="right")
    small = paper.row_pt - 1
    step = small * 1.5 / POINTS_PER_MM
    regular = sheet.fonts.regular
    who = f"收件人 {slip.receiver_name}    运单号 {slip.number}"
    orders = f"订单 {'、'.join(slip.order_ids)}"
    page = f"    {number}/{pages} 页" if pages > 1 else ""
    when = f"{printed_time(slip.printed_at)}    共 {sum(r.quantity for r in slip.rows)} 件{page}"
    y = top + (10.5 if paper.is_wide else 8.2)
    for text in (who, orders, when):
        fitted = fit_line(sheet.book.shown(text, regular), regular, small, paper.room, 4.5)
        sheet.text(paper.left, y, fitted.lines[0], fitted.size_pt)
        y += step
    end = paper.margin + (30 if paper.is_wide else 21) - 0.8
    sheet.rule(paper.left, end, paper.right, end, 0.4)


# --- test page ------------------------------------------------------------------------------------


def add_test_page(
    book: Book, printer: str, printed_at: datetime, width_mm: float, height_mm: float
) -> None:
    """Rulers from the paper's corner, bars from one dot up, type sizes, a frame 2 mm inside."""

    def draw(sheet: Sheet) -> None:
        right, bottom = sheet.width_mm, sheet.height_mm
        sheet.outline(Box(2, 2, right - 4, bottom - 4))
        _rulers(sheet, right, bottom)
        face = sheet.fonts.bold
        room = right - 18
        title = fit_line(sheet.book.shown(f"测试单 {printer}", face), face, 16, room, 7)
        sheet.text(10, 13, title.lines[0], title.size_pt, bold=True)
        media = f"{width_mm:g}×{height_mm:g} mm · 每毫米 {book.dots_per_mm:g} 点"
        sheet.text(10, 19, media, 9)
        sheet.text(10, 23.4, printed_time(printed_at), 9)
        y, per_mm = 28.0, book.dots_per_mm
        for module in (2, 3, 4):
            box = Box(8, y, right - 12, 9)
            content = f"TEST{module}"
            if code128_dots(code128_modules(content), box.width, per_mm, 9) < module:
                continue
            bars = sheet.code128(box, content, max_module_mm=(module + 0.01) / per_mm)
            sheet.text(bars.x, y + 11, f"条码 {module} 点", 7)
            y += 14
        sheet.qr(8, y, 24, "PACKBENCH-TEST-山野集")
        for i, size in enumerate((6, 7, 8, 10, 12)):
            sheet.text(34, y + 2.4 + i * 4.6, f"{size} 号 收寄 0123", size)
        y += 27
        sheet.text(10, y + 1, "边框四边一样宽，位置才是正的；标尺和实物尺对一对。", 7)
        _grey_steps(sheet, y + 4)

    book.page(width_mm, height_mm, draw)


def _rulers(sheet: Sheet, right: float, bottom: float) -> None:
    for mm in range(3, int(right) - 2):
        sheet.rule(mm, 2, mm, 2 + _tick(mm), 0.125)
        if mm % 10 == 0 and 0 < mm < right - 3:
            sheet.text(mm, 7.4, str(mm), 6.5, align="center")
    for mm in range(3, int(bottom) - 2):
        sheet.rule(2, mm, 2 + _tick(mm), mm, 0.125)
        if mm % 10 == 0 and 10 < mm < bottom - 3:
            sheet.text(6, mm, str(mm), 6.5)


def _tick(mm: int) -> float:
    return 3.5 if mm % 10 == 0 else 2.4 if mm % 5 == 0 else 1.4


def _grey_steps(sheet: Sheet, y: float) -> None:
    """Lines of one to four dots: what the head can still separate."""
    dot = 1 / sheet.book.dots_per_mm
    x = 10.0
    for thick in (1, 2, 3, 4):
        for i in range(5):
            left = x + 2 * i * thick * dot
            sheet.area(Box(left, y, thick * dot, 5))
        x += 14
