"""The data table: columns as data, rows by id, painted by one delegate."""

from ui.table.cells import Cell, CellTag, Column, RowHeight, TableRow
from ui.table.delegate import RowDelegate
from ui.table.model import PagedModel
from ui.table.selection import Selection, SelectionSpec
from ui.table.view import DataTable

__all__ = [
    "Cell",
    "CellTag",
    "Column",
    "DataTable",
    "PagedModel",
    "RowDelegate",
    "RowHeight",
    "Selection",
    "SelectionSpec",
    "TableRow",
]
