"""Rows of a CSV or Excel file by column name, whatever the encoding and the headings' language."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.domain.errors import UserError
from app.domain.text import T

# Our names and the headings that people and other programs write above the same column.
STOCK_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sku": ("货号", "货品编码", "商品编码", "规格编码", "sku编码", "sku code", "商家编码"),
    "barcode": ("条码", "条形码", "商品条码", "bar code", "ean"),
    "name": ("名称", "货品名称", "商品名称", "品名"),
    "spec": ("规格", "规格名称", "颜色尺码", "variant"),
    "quantity": ("数量", "实盘数", "实盘数量", "库存", "在库", "qty", "counted"),
    "bin": ("库位", "货位", "location"),
    "weight_g": ("重量", "重量(g)", "重量（克）", "重量(克)", "weight"),
}
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_cells(file: Path) -> Iterator[list[str]]:
    """Every row of ``file`` as texts, empty ones too. Raises ``UserError`` (``import_file``)."""
    return _excel(file) if file.suffix.lower() in {".xlsx", ".xlsm"} else _csv(file)


def read_rows(
    file: Path, columns: Mapping[str, Sequence[str]], required: Sequence[str]
) -> Iterator[dict[str, str]]:
    """The rows of ``file`` under our column names, empty rows included: lines can be counted.

    Columns that ``columns`` does not know are left out. Raises ``UserError``: the file cannot be
    read, is of no known kind, or lacks a ``required`` column.
    """
    table = read_cells(file)
    headings = next(table, [])
    places = _places(headings, columns)
    missing = [name for name in required if name not in places]
    if missing:
        near = difflib.get_close_matches(missing[0], headings, n=1, cutoff=0.6)
        raise UserError(
            "import_columns",
            T("The file has no column {column}.", column=missing[0]),
            T("Rename “{near}” to {column}.", near=near[0], column=missing[0])
            if near
            else T("The first row must hold the headings: {columns}", columns=", ".join(columns)),
            ref=file.name,
        )
    return _named(table, places)


def _named(table: Iterator[list[str]], places: Mapping[str, int]) -> Iterator[dict[str, str]]:
    for row in table:
        yield {name: row[n] if n < len(row) else "" for name, n in places.items()}


def _places(headings: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    by_heading = {
        heading.lower(): name for name, others in columns.items() for heading in (name, *others)
    }
    places: dict[str, int] = {}
    for n, heading in enumerate(headings):
        name = by_heading.get(heading.strip().strip("*").lower())
        if name is not None:
            places.setdefault(name, n)
    return places


def _csv(file: Path) -> Iterator[list[str]]:
    content = _bytes(file)
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _unreadable(file)
    if "\0" in text:
        raise _unreadable(file)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return ([_clean(cell) for cell in row] for row in reader)


def _clean(cell: str) -> str:
    """Without blanks, and without the armour that shops put around long numbers."""
    cell = cell.strip()
    if cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1]
    return cell.removeprefix("'").strip()


def _excel(file: Path) -> Iterator[list[str]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(_bytes(file)), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise _unreadable(file) from error
    sheet = book.worksheets[0]
    return ([_cell(value) for value in row] for row in sheet.iter_rows(values_only=True))


def _cell(value: object) -> str:
    """Excel keeps codes made of digits as numbers: ``6901234567892.0`` is a bar code."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _clean(str(value))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserError(
            "import_file",
            T("The file {file} cannot be read.", file=file),
            T("Check the path and the right to read it."),
            ref=file.name,
        ) from error


def _unreadable(file: Path) -> UserError:
    return UserError(
        "import_file",
        T("{file} is neither a CSV nor an Excel file.", file=file.name),
        T("Save it as CSV (UTF-8) or as .xlsx and import that."),
        ref=file.name,
    )
