"""Labels for goods: short name, variant and the code as it is; a price never."""

from __future__ import annotations

from app.domain.papers import GoodsLabel, GoodsLabels
from printing.documents.geometry import Box
from printing.documents.page import Book, Sheet
from printing.documents.sheets.codes import add_code
from printing.documents.sheets.grid import on_grid
from printing.documents.sheets.stock import nothing_to_print, one_line
from printing.documents.textfit import LEADING, fit_block
from printing.fonts import POINTS_PER_MM

_INSET_MM = 1.5
_SHEET_INSET_MM = (4.3, 3.6)  # office printers leave the paper's edge white
_SHEET_CELL_MM = 65.0
_TALL_MM = 34.0


def add_goods_labels(book: Book, goods: GoodsLabels, width_mm: float, height_mm: float) -> None:
    """Every label as often as its copies say, in order.

    Raises:
        UserError: ``paper_empty``, ``code_not_printable``.
    """
    labels = [label for label in goods.labels for _ in range(label.copies)]
    if not labels:
        raise nothing_to_print("goods")
    on_grid(book, labels, goods.grid, (width_mm, height_mm), _draw)


def _draw(sheet: Sheet, cell: Box, label: GoodsLabel) -> None:
    """Name on two lines at most, the variant, then the code in all the room that is left."""
    of_sheet = cell.width >= _SHEET_CELL_MM
    box = cell.inset(*_SHEET_INSET_MM) if of_sheet else cell.inset(_INSET_MM, _INSET_MM)
    large = cell.height >= _TALL_MM or cell.width >= 60
    name_pt, spec_pt, digits_pt = (11.0, 9.0, 8.0) if large else (8.5, 7.0, 7.0)
    book, bold = sheet.book, sheet.fonts.bold
    two = name_pt * (LEADING + 1.05) / POINTS_PER_MM
    name = fit_block(book.shown(label.name, bold), bold, name_pt, name_pt - 2, box.width, two)
    y = sheet.lines(box.x, box.y, name, bold=True)
    # The SKU's own code is said here unless it is what the bars say.
    said = [label.spec, label.sku if label.sku != label.code else ""]
    under = "  ".join(x for x in said if x)
    if under:
        line = one_line(book, under, sheet.fonts.regular, spec_pt, box.width, 4.5)
        y = sheet.lines(box.x, y + 0.3, line)
    top = y + 0.8
    add_code(sheet, Box(cell.x + 0.5, top, cell.width - 1, box.bottom - top), label.code, digits_pt)
