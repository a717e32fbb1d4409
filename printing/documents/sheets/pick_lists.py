"""The pick list of a wave or of one cart, in walking order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.papers import PickList, PickRow
from printing.documents.content import printed_time
from printing.documents.geometry import Box
from printing.documents.page import Book, Sheet
from printing.documents.sheets.stock import (
    CODE_MODULE_MM,
    Stock,
    block_height,
    flow,
    line_height,
    nothing_to_print,
    one_line,
    paged,
    stock_for,
    two_lines,
)
from printing.documents.textfit import LEADING, Fitted, fit_block
from printing.fonts import POINTS_PER_MM

_GAP_MM = 2.4  # between rows


@dataclass(frozen=True, slots=True)
class _Line:
    """One row, or what of its slots does not fit on a page with it (``more``)."""

    row: PickRow
    name: Fitted
    warning: Fitted
    slots: Fitted
    height: float
    more: bool = False


def add_pick_list(book: Book, pick_list: PickList, width_mm: float, height_mm: float) -> None:
    """Pages in walking order; the first has the code that marks the list as done.

    Raises:
        UserError: ``paper_empty``, ``paper_too_small``.
    """
    stock = stock_for(width_mm, height_mm)
    if not pick_list.rows:
        raise nothing_to_print(pick_list.code)
    lines = [line for row in pick_list.rows for line in _lines(book, stock, row)]
    first_top, next_top = _head_height(stock, True), _head_height(stock, False)
    pages = paged([line.height for line in lines], stock, first_top, next_top)
    done = 0
    for number, count in enumerate(pages, start=1):
        part = lines[done : done + count]
        done += count

        def draw(sheet: Sheet, part: Sequence[_Line] = part, number: int = number) -> None:
            _head(sheet, stock, pick_list, number, len(pages))
            y = _head_height(stock, number == 1)
            for line in part:
                _row(sheet, stock, line, y)
                y += line.height

        book.page(width_mm, height_mm, draw)


def _columns(stock: Stock) -> tuple[float, float, float, float]:
    """Where name, slots and quantity (right edge) begin, and the check box."""
    if stock.is_wide:
        return stock.left + 32, stock.left + 112, stock.right - 10, stock.right - 5
    return stock.left + 19, stock.left + 19, stock.right - 5.5, stock.right - 4


def _lines(book: Book, stock: Stock, row: PickRow) -> Iterator[_Line]:
    """The row; slots that fill more than half a page go on in rows of their own."""
    name_x, slots_x, quantity_x, _ = _columns(stock)
    regular, bold = book.fonts.regular, book.fonts.bold
    quantity_room = bold.width_mm(f"×{row.quantity}", stock.row_pt + 3) + 2
    name_room = (slots_x if stock.is_wide else quantity_x - quantity_room) - name_x - 2
    text = book.shown(" ".join(p for p in (row.name, row.spec) if p), bold)
    name = fit_block(text, bold, stock.row_pt, stock.row_pt - 2, name_room, two_lines(stock))
    warning_room = (slots_x if stock.is_wide else stock.right) - name_x - 2
    said = _warning(row)
    warning = (
        one_line(book, said, bold, stock.row_pt - 1, warning_room, 5)
        if said
        else Fitted((), stock.row_pt - 1)
    )
    slots_room = quantity_x - max(14, quantity_room + 2) - slots_x
    if not stock.is_wide:
        slots_room = stock.right - slots_x
    size = stock.row_pt - 1
    slot_lines = flow([book.shown(s, regular) for s in row.slots], regular, size, slots_room)
    own_height = block_height(name) + line_height(stock.row_pt - 2) + block_height(warning)
    most = max(4, int((stock.height - _head_height(stock, True)) / 2 / line_height(size)))
    parts = [slot_lines[i : i + most] for i in range(0, len(slot_lines), most)] or [[]]
    for i, part in enumerate(parts):
        slots = Fitted(tuple(part), size)
        own = line_height(stock.row_pt) if i else own_height
        under = block_height(slots)
        height = max(own, under) if stock.is_wide else own + under
        yield _Line(row, name, warning, slots, height + _GAP_MM, more=i > 0)


def _warning(row: PickRow) -> str:
    said = []
    if row.batch:
        said.append(
            f"拿批次 {row.batch}" + (f"（{row.expires_on} 到期）" if row.expires_on else "")
        )
    if row.refill:
        said.append(f"先从 {row.refill} 补货")
    if row.short:
        said.append(f"账上少 {row.short} 件")
    if row.gifts:
        said.append("赠品" if row.gifts == row.quantity else f"其中赠品 {row.gifts} 件")
    if row.alike:
        said.append(f"同款还有 {row.alike} 种规格，看清再拿")
    if row.look_alike:
        said.append(str(row.look_alike))
    return " · ".join(said)


def _head_height(stock: Stock, first: bool) -> float:
    if stock.is_wide:
        return stock.margin + (34 if first else 18)
    return stock.margin + (31.5 if first else 8)


def _title(pick_list: PickList) -> str:
    part = pick_list.part
    which = f" · 第 {part.cart} 车" if part is not None and part.cart else ""
    return f"拣货单 {pick_list.wave}{which}"


def _boxes(pick_list: PickList) -> str:
    """How the slots of the list are to be read."""
    part = pick_list.part
    if part is None:
        return "格号就是波次里的第几单"
    of = f" / {part.carts} 车" if part.carts else ""
    return f"第 {part.first}–{part.last} 单{of} · 格 1 放第 {part.first} 单"


def _head(sheet: Sheet, stock: Stock, pick_list: PickList, number: int, pages: int) -> None:
    top, book = stock.margin, sheet.book
    pieces = sum(row.quantity for row in pick_list.rows)
    facts = f"{pick_list.parcels} 单 · {len(pick_list.rows)} 种 · {pieces} 件"
    page = f"{number} / {pages} 页"
    bold = sheet.fonts.bold
    if number > 1:
        room = stock.room - bold.width_mm(page, stock.row_pt) - 4
        again = one_line(book, _title(pick_list), bold, stock.title_pt * 0.7, room, 6)
        sheet.text(stock.left, top + 3, again.lines[0], again.size_pt, bold=True)
        sheet.text(stock.right, top + 3, page, stock.row_pt - 1, align="right")
        _column_titles(sheet, stock, _head_height(stock, False))
        return
    title_room = stock.room - 92 if stock.is_wide else stock.room
    title = one_line(book, _title(pick_list), bold, stock.title_pt, title_room, 8)
    sheet.text(stock.left, top + 3.6, title.lines[0], title.size_pt, bold=True)
    printed = printed_time(pick_list.printed_at)
    if stock.is_wide:
        sheet.text(stock.left, top + 11.4, facts, 12, bold=True)
        sheet.text(stock.left, top + 17, _boxes(pick_list), 9)
        sheet.text(stock.left, top + 22, f"打印 {printed}    {page}", 9)
        code, below = Box(stock.right - 88, top - 2, 88, 15), top + 16.4
    else:
        sheet.text(stock.left, top + 9, facts, 9, bold=True)
        sheet.text(stock.right, top + 9, page, 7.5, align="right")
        regular = sheet.fonts.regular
        note = one_line(book, f"{_boxes(pick_list)} · {printed}", regular, 7, stock.room, 5)
        sheet.text(stock.left, top + 13.4, note.lines[0], note.size_pt)
        code, below = Box(stock.left, top + 16, stock.room, 9), top + 27
    bars = sheet.code128(
        code,
        pick_list.code,
        max_module_mm=CODE_MODULE_MM,
        align="right" if stock.is_wide else "center",
    )
    middle = bars.x + bars.width / 2
    sheet.text(middle, below, f"{pick_list.code}  扫一下就算拣完", 8, align="center")
    _column_titles(sheet, stock, _head_height(stock, True))


def _column_titles(sheet: Sheet, stock: Stock, y: float) -> None:
    sheet.rule(stock.left, y - 0.8, stock.right, y - 0.8, 0.4)
    if not stock.is_wide:
        return
    name_x, slots_x, quantity_x, _ = _columns(stock)
    for x, word in ((stock.left, "库位"), (name_x, "货品"), (slots_x, "放到（格 × 件）")):
        sheet.text(x, y - 3.6, word, 8.5)
    sheet.text(quantity_x, y - 3.6, "件数", 8.5, align="right")


def _row(sheet: Sheet, stock: Stock, line: _Line, y: float) -> None:
    name_x, slots_x, quantity_x, check_x = _columns(stock)
    row, bold, book = line.row, sheet.fonts.bold, sheet.book
    first = y + stock.row_pt * 0.51 / POINTS_PER_MM + 0.6
    room = name_x - stock.left - 1.5
    place = one_line(book, row.bin or "没库位", bold, stock.row_pt + 2, room, 6)
    sheet.text(stock.left, first, place.lines[0], place.size_pt, bold=True)
    ends = (slots_x if stock.is_wide else stock.right) - name_x - 2
    if line.more:
        again = one_line(book, f"接上：{row.sku}", bold, stock.row_pt - 1, ends, 5)
        sheet.text(name_x, first, again.lines[0], again.size_pt)
        below = y + 0.6 + line_height(stock.row_pt)
    else:
        below = _what(sheet, stock, line, y, ends)
        quantity = f"×{row.quantity}"
        sheet.text(quantity_x, first, quantity, stock.row_pt + 3, bold=True, align="right")
        side = 3.4
        left = check_x + (0.6 if stock.is_wide else 0.2)
        sheet.outline(Box(left, first - side / 2, side, side), 0.2)
    sheet.lines(slots_x, y + 0.6 if stock.is_wide else below, line.slots)
    sheet.rule(stock.left, y + line.height - 0.6, stock.right, y + line.height - 0.6, 0.125)


def _what(sheet: Sheet, stock: Stock, line: _Line, y: float, room: float) -> float:
    """Name, codes and warning; gives back where they end."""
    name_x = _columns(stock)[0]
    below = sheet.lines(name_x, y + 0.6, line.name, bold=True)
    small = stock.row_pt - 2
    codes = dict.fromkeys(c for c in (line.row.sku, line.row.barcode) if c)
    under = one_line(sheet.book, "  ".join(codes), sheet.fonts.regular, small, room, 4)
    sheet.text(name_x, below + small * 0.5 / POINTS_PER_MM, under.lines[0], under.size_pt)
    below += small * LEADING / POINTS_PER_MM
    return sheet.lines(name_x, below, line.warning, bold=True)
