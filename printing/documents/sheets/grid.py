"""Many small labels on one sheet: cells across and down, a label alone where the paper is small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.domain.papers import Grid
from printing.documents.geometry import Box
from printing.documents.page import Book, Sheet

Item = TypeVar("Item")
_USUAL_CELL_MM = (70.0, 37.0)  # 24 on A4
_SMALL_MM = 60.0  # paper up to this height is one label
_CROSS_MM = 1.5


def on_grid(
    book: Book,
    items: Sequence[Item],
    grid: Grid,
    size_mm: tuple[float, float],
    draw: Callable[[Sheet, Box, Item], None],
) -> None:
    """Every item in a cell of its own, row by row; cells of one page are equally large.

    Small crosses mark where to cut; paper that is pre-cut has its cuts there too.
    """
    columns, rows = grid_for(grid, *size_mm)
    a_page = columns * rows
    width, height = size_mm[0] / columns, size_mm[1] / rows
    for first in range(0, len(items), a_page):
        some = items[first : first + a_page]

        def page(sheet: Sheet, some: Sequence[Item] = some) -> None:
            for i, item in enumerate(some):
                row, column = divmod(i, columns)
                draw(sheet, Box(column * width, row * height, width, height), item)
            for row in range(1, rows):
                for column in range(columns + 1):
                    _cross(sheet, column * width, row * height, size_mm)
            for column in range(1, columns):
                for row in (0, rows):
                    _cross(sheet, column * width, row * height, size_mm)

        book.page(*size_mm, page)


def grid_for(grid: Grid, width_mm: float, height_mm: float) -> tuple[int, int]:
    """Columns and rows: as wished, else about 70×37 mm a cell, one on small paper."""
    columns = grid.columns or max(1, int(width_mm / _USUAL_CELL_MM[0] + 1e-6))
    rows = grid.rows or (
        1 if height_mm <= _SMALL_MM else max(1, int(height_mm / _USUAL_CELL_MM[1] + 1e-6))
    )
    return columns, rows


def _cross(sheet: Sheet, x: float, y: float, size_mm: tuple[float, float]) -> None:
    left, right = max(0.0, x - _CROSS_MM), min(size_mm[0], x + _CROSS_MM)
    top, bottom = max(0.0, y - _CROSS_MM), min(size_mm[1], y + _CROSS_MM)
    if 0 < y < size_mm[1]:
        sheet.rule(left, y, right, y, 0.125)
    if 0 < x < size_mm[0]:
        sheet.rule(x, top, x, bottom, 0.125)
