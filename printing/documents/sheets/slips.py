"""The packing slip: what the buyer finds in the box. It never shows a price."""

from __future__ import annotations

from app.domain.papers import PackingSlip, SlipRow
from app.domain.privacy import mask_name
from printing.documents.content import printed_time
from printing.documents.page import Book, Sheet
from printing.documents.sheets.stock import (
    Stock,
    block_height,
    line_height,
    nothing_to_print,
    one_line,
    paged,
    stock_for,
    two_lines,
)
from printing.documents.textfit import LEADING, Fitted, fit_block, wrap
from printing.fonts import POINTS_PER_MM

_GIFT = "赠品"
_INDENT = 3  # mm, of what a bundle holds
_PARTS_LINES = 4


def add_slip(book: Book, slip: PackingSlip, width_mm: float, height_mm: float) -> None:
    """On as many pages as the rows need; greeting, notes and where to return at the end.

    Raises:
        UserError: ``paper_empty``, ``paper_too_small``.
    """
    stock = stock_for(width_mm, height_mm)
    if not slip.rows:
        raise nothing_to_print(slip.number)
    rows = [_goods(book, stock, row) for row in slip.rows]
    top = stock.margin + (30 if stock.is_wide else 21)
    tail = _tail(book, stock, slip)
    tail_height = block_height(tail) + 3
    parts = [_parts(book, stock, row) for row in slip.rows]
    heights = [_height(g, p) for g, p in zip(rows, parts, strict=True)]
    pages = paged([*heights, tail_height], stock, top, top)
    done = 0
    for number, count in enumerate(pages, start=1):
        part = range(done, min(done + count, len(rows)))
        last = number == len(pages)
        done += count

        def draw(sheet: Sheet, part: range = part, number: int = number, last: bool = last) -> None:
            _head(sheet, stock, slip, number, len(pages))
            y = top
            for i in part:
                y = _row(sheet, stock, slip.rows[i], rows[i], parts[i], y)
            if last:
                sheet.lines(stock.left, y + 2, tail)

        book.page(width_mm, height_mm, draw)


def _count_text(row: SlipRow) -> str:
    return f"×{row.quantity}"


def _goods(book: Book, stock: Stock, row: SlipRow) -> Fitted:
    regular, bold = book.fonts.regular, book.fonts.bold
    right = bold.width_mm(_count_text(row), stock.row_pt + 2) + 3
    if row.is_gift:
        right += bold.width_mm(_GIFT, stock.row_pt) + 3
    text = book.shown(" ".join(p for p in (row.name, row.spec) if p), regular)
    room = stock.room - max(14, right)
    return fit_block(text, regular, stock.row_pt, stock.row_pt - 2, room, two_lines(stock))


def _parts(book: Book, stock: Stock, row: SlipRow) -> Fitted | None:
    """What a bundle holds, below it and smaller: the buyer counts these pieces."""
    if not row.parts:
        return None
    regular, size = book.fonts.regular, stock.row_pt - 1
    text = book.shown("内含 " + "、".join(row.parts), regular)
    room = _PARTS_LINES * line_height(size) + 0.1
    return fit_block(text, regular, size, size - 1.5, stock.room - _INDENT, room)


def _height(goods: Fitted, parts: Fitted | None) -> float:
    return block_height(goods) + (block_height(parts) + 0.6 if parts else 0) + 2


def _row(
    sheet: Sheet, stock: Stock, row: SlipRow, goods: Fitted, parts: Fitted | None, y: float
) -> float:
    """One row; gives back where it ends."""
    first = y + goods.size_pt * 0.51 / POINTS_PER_MM + 0.6
    sheet.lines(stock.left, y + 0.6, goods)
    count = _count_text(row)
    width = sheet.text(stock.right, first, count, stock.row_pt + 2, bold=True, align="right")
    if row.is_gift:
        sheet.text(stock.right - width - 3, first, _GIFT, stock.row_pt, bold=True, align="right")
    if parts is not None:
        sheet.lines(stock.left + _INDENT, y + block_height(goods) + 1.2, parts)
    y += _height(goods, parts)
    sheet.rule(stock.left, y - 0.4, stock.right, y - 0.4, 0.125)
    return y


def _tail(book: Book, stock: Stock, slip: PackingSlip) -> Fitted:
    """Greeting, words and notes below the rows; smaller when they would fill more than a page."""
    face = book.fonts.regular
    back = f"退换请寄：{slip.return_to}" if slip.return_to else ""
    texts = [t for t in (slip.greeting, slip.note, slip.shop_words, back) if t]
    size = stock.row_pt
    room = stock.height * 0.6
    while True:
        blocks = [wrap(book.shown(t, face), face, size, stock.room)[0] for t in texts]
        lines = [line for block in blocks for line in (*block, "")][:-1]
        if size <= 6 or len(lines) * size * LEADING / POINTS_PER_MM <= room:
            break
        size -= 0.5
    most = int(room * POINTS_PER_MM / (size * LEADING))
    return Fitted(tuple(lines[:most]), size, cut=len(lines) > most)


def _head(sheet: Sheet, stock: Stock, slip: PackingSlip, number: int, pages: int) -> None:
    top, book, bold = stock.margin, sheet.book, sheet.fonts.bold
    title = one_line(book, slip.shop, bold, stock.title_pt, stock.room * 0.6, 8)
    sheet.text(stock.left, top + 3.4, title.lines[0], title.size_pt, bold=True)
    sheet.text(stock.right, top + 3.4, "发货清单", stock.title_pt * 0.75, align="right")
    small = stock.row_pt - 1
    step = small * 1.5 / POINTS_PER_MM
    receiver = f"收件人 {mask_name(slip.receiver_name)}    " if slip.receiver_name else ""
    who = f"{receiver}运单号 {slip.number}" if slip.number else receiver.strip()
    page = f"    {number}/{pages} 页" if pages > 1 else ""
    when = f"{printed_time(slip.printed_at)}    共 {sum(r.quantity for r in slip.rows)} 件{page}"
    y = top + (10.5 if stock.is_wide else 8.2)
    for text in (who, _orders(slip), when):
        fitted = one_line(book, text, sheet.fonts.regular, small, stock.room, 4.5)
        sheet.text(stock.left, y, fitted.lines[0], fitted.size_pt)
        y += step
    end = stock.margin + (30 if stock.is_wide else 21) - 0.8
    sheet.rule(stock.left, end, stock.right, end, 0.4)


def _orders(slip: PackingSlip) -> str:
    """Order numbers in full: two at most, and how many more there are."""
    shown = "、".join(slip.order_ids[:2])
    more = f" 等 {len(slip.order_ids)} 单" if len(slip.order_ids) > 2 else ""
    return f"订单 {shown}{more}"
