"""Command cards of the bench: one a label, or a sheet to hang up beside the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.commands import Command, command_code
from app.domain.papers import CommandCards, Grid
from printing.documents.geometry import Box
from printing.documents.page import Align, Book, Sheet
from printing.documents.sheets.grid import on_grid
from printing.documents.sheets.pictures import add_pictogram
from printing.documents.sheets.stock import nothing_to_print, one_line

# Both languages stand on the card: it hangs on a wall that people of either language pass.
_WORDS: Mapping[Command, tuple[str, str]] = {
    Command.SEEN: ("知道了", "Seen, go on"),
    Command.UNDO: ("撤销上一件", "Undo last piece"),
    Command.SHORT: ("缺货", "Out of stock"),
    Command.ASIDE: ("放一边", "Put aside"),
    Command.BOX: ("换箱子", "Another box"),
    Command.REPRINT: ("重打面单", "Print label again"),
    Command.PAUSE: ("暂停", "Pause"),
}
_SHEET_MM = 150.0  # from this width on all cards stand on one sheet
_MODULE_MM = 0.51
_MARGIN_MM = 10.0


def add_command_cards(book: Book, cards: CommandCards, width_mm: float, height_mm: float) -> None:
    """On wide paper a sheet with all of them in two columns, else a label a card.

    Raises:
        UserError: ``paper_empty``, ``paper_too_small``.
    """
    if not cards.commands:
        raise nothing_to_print("cards")
    if width_mm >= _SHEET_MM:
        _add_sheets(book, cards.commands, width_mm, height_mm)
        return
    on_grid(book, cards.commands, Grid(1, 1), (width_mm, height_mm), _card)


def _add_sheets(book: Book, commands: Sequence[Command], width_mm: float, height_mm: float) -> None:
    """Two columns, at least eight places, so that few cards do not become posters."""
    top = _MARGIN_MM + 16
    rows = max(1, int((height_mm - top - _MARGIN_MM) / 62))
    width, height = (width_mm - 2 * _MARGIN_MM) / 2, (height_mm - top - _MARGIN_MM) / rows
    a_page = 2 * rows
    for first in range(0, len(commands), a_page):
        some = commands[first : first + a_page]

        def page(sheet: Sheet, some: Sequence[Command] = some) -> None:
            sheet.text(_MARGIN_MM, _MARGIN_MM + 4, "打包台指令卡", 20, bold=True)
            hint = "挂在打包台旁边，要做什么就扫一下，不用碰键盘"
            sheet.text(_MARGIN_MM, _MARGIN_MM + 11.4, hint, 10)
            for i, card in enumerate(some):
                row, column = divmod(i, 2)
                place = Box(_MARGIN_MM + column * width, top + row * height, width, height)
                frame = place.inset(2, 2)
                sheet.outline(frame, 0.25)
                _card(sheet, frame, card)

        book.page(width_mm, height_mm, page)


def _card(sheet: Sheet, cell: Box, card: Command) -> None:
    """Pictogram and word side by side above the bars; upright paper has the picture on top."""
    box = cell.inset(max(1.5, cell.width * 0.05), max(1.5, cell.height * 0.06))
    code_height = min(18.0, max(8.0, box.height * 0.36))
    head = Box(box.x, box.y, box.width, box.height - code_height - 5)
    if head.height > head.width * 0.7:
        side = min(head.height * 0.5, head.width * 0.5)
        words_height = min(head.height - side - 3, 24.0)
        top = head.y + (head.height - side - 3 - words_height) / 2
        picture = Box(box.x + (box.width - side) / 2, top, side, side)
        words = Box(box.x, picture.bottom + 3, box.width, words_height)
        _words(sheet, words, card, centred=True)
    else:
        side = min(head.height * 0.9, head.width * 0.32)
        picture = Box(box.x, head.middle_y - side / 2, side, side)
        left = picture.right + max(2.0, box.width * 0.05)
        _words(sheet, Box(left, head.y, box.right - left, head.height), card, centred=False)
    add_pictogram(sheet, picture, card)
    content = command_code(card)
    bars = Box(cell.x + 0.5, box.bottom - code_height - 4, cell.width - 1, code_height)
    drawn = sheet.code128(bars, content, max_module_mm=_MODULE_MM)
    sheet.text(drawn.x + drawn.width / 2, box.bottom - 1.8, content, 7, align="center")


def _words(sheet: Sheet, box: Box, card: Command, *, centred: bool) -> None:
    """The word as large as its room, the English below it, the pair in the middle."""
    book, fonts = sheet.book, sheet.fonts
    chinese, english = _WORDS[card]
    word = one_line(book, chinese, fonts.bold, min(34.0, box.height * 1.25), box.width, 8)
    small = one_line(book, english, fonts.regular, min(12.0, box.height * 0.5), box.width, 5)
    both = (word.size_pt * 1.2 + small.size_pt * 1.2) / 72 * 25.4
    y = box.middle_y - both / 2 + word.size_pt * 0.6 / 72 * 25.4
    x = box.x + box.width / 2 if centred else box.x
    align: Align = "center" if centred else "left"
    sheet.text(x, y, word.lines[0], word.size_pt, bold=True, align=align)
    y += (word.size_pt * 0.6 + small.size_pt * 0.7) / 72 * 25.4
    sheet.text(x, y, small.lines[0], small.size_pt, align=align)
