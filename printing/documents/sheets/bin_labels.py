"""Labels for shelves: the bin's name as large as it goes, and a code that the scanner reads."""

from __future__ import annotations

from app.domain.bins import bin_code
from app.domain.papers import Arrow, BinLabel, BinLabels
from printing.documents.code128 import code128_modules, is_encodable
from printing.documents.geometry import Box, code128_dots
from printing.documents.page import Book, Sheet
from printing.documents.sheets.codes import add_code, add_qr
from printing.documents.sheets.grid import on_grid
from printing.documents.sheets.pictures import add_arrow
from printing.documents.sheets.stock import nothing_to_print
from printing.documents.textfit import shrink
from printing.fonts import POINTS_PER_MM

_NAME_SHARE = 0.52  # of the height
_LARGEST_PT = 90.0
_SHEET_INSET_MM = (4.3, 3.6)  # office printers leave the paper's edge white
_SHEET_CELL_MM = 65.0
_CODE_LEAST_DOTS = 2


def add_bin_labels(book: Book, bins: BinLabels, width_mm: float, height_mm: float) -> None:
    """A label a bin, in the order given.

    Raises:
        UserError: ``paper_empty``, ``code_not_printable``.
    """
    if not bins.labels:
        raise nothing_to_print("bins")
    on_grid(book, bins.labels, bins.grid, (width_mm, height_mm), _draw)


def _draw(sheet: Sheet, cell: Box, label: BinLabel) -> None:
    """The name is read from the aisle, the code by the scanner: bars below it, or QR beside."""
    of_sheet = cell.width >= _SHEET_CELL_MM
    box = cell.inset(*(_SHEET_INSET_MM if of_sheet else (2, 1.5)))
    code = bin_code(label.name)
    if _fits_in_bars(sheet, code, cell.width - 1):
        name = Box(box.x, box.y, box.width, box.height * _NAME_SHARE)
        arrow = min(name.height * 0.8, name.width * 0.2)
        _name(sheet, _beside_arrow(sheet, name, arrow, label.arrow), label.name)
        top = name.bottom + 0.8
        digits = 8 if cell.height >= 34 else 6.5
        add_code(sheet, Box(cell.x + 0.5, top, cell.width - 1, box.bottom - top), code, digits)
        return
    side = min(box.height, box.width * 0.4)
    place = Box(box.right - side, box.middle_y - side / 2, side, side)
    add_qr(sheet, place, code)
    room = Box(box.x, box.y, box.width - side - 1, box.height)
    if label.arrow is not Arrow.NONE:
        arrow = min(room.height * 0.36, room.width * 0.5)
        left = room.x + (room.width - arrow) / 2
        add_arrow(sheet, Box(left, room.bottom - arrow, arrow, arrow), label.arrow)
        room = Box(room.x, room.y, room.width, room.height - arrow - 1)
    _name(sheet, room, label.name)


def _beside_arrow(sheet: Sheet, room: Box, side: float, arrow: Arrow) -> Box:
    """The room beside the arrow at its right; all of it where there is none."""
    if arrow is Arrow.NONE:
        return room
    add_arrow(sheet, Box(room.right - side, room.middle_y - side / 2, side, side), arrow)
    return Box(room.x, room.y, room.width - side - 2, room.height)


def _fits_in_bars(sheet: Sheet, code: str, width_mm: float) -> bool:
    if not is_encodable(code):
        return False
    modules = code128_modules(code)
    return code128_dots(modules, width_mm, sheet.book.dots_per_mm, 1.0) >= _CODE_LEAST_DOTS


def _name(sheet: Sheet, box: Box, name: str) -> None:
    """On one line where it is read from afar, else on two; a bin's name is never shortened."""
    bold = sheet.fonts.bold
    shown = sheet.book.shown(name, bold)
    largest = box.height * 0.85 * POINTS_PER_MM
    size = shrink(shown, bold, min(largest, _LARGEST_PT), box.width)
    middle = box.x + box.width / 2
    lines: tuple[str, ...] = (shown,)
    halves = _halves(shown)
    if halves is not None:
        smaller = min(shrink(half, bold, largest / 2.2, box.width) for half in halves)
        if smaller > size * 1.2:
            size, lines = smaller, halves
    step = size * 1.1 / POINTS_PER_MM
    y = box.middle_y - step * (len(lines) - 1) / 2
    for line in lines:
        sheet.text(middle, y, line, size, bold=True, align="center")
        y += step


def _halves(name: str) -> tuple[str, ...] | None:
    """``name`` broken behind the dash or blank nearest to its middle; ``None``: it has none."""
    breaks = [i + 1 for i, char in enumerate(name[:-1]) if char in "- /_"]
    if not breaks:
        return None
    at = min(breaks, key=lambda i: abs(2 * i - len(name)))
    return name[:at].rstrip(), name[at:]
