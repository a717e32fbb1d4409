"""Rows of a CSV or Excel file by column name, whatever the encoding and the headings' language."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from app.domain.errors import UserError
from app.domain.text import T

# Our names and the headings that people and other programs write above the same column.
# The first of them is what we write ourselves.
STOCK_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sku": ("货号", "货品编码", "商品编码", "规格编码", "sku编码", "sku code", "商家编码"),
    "barcode": ("条码", "条形码", "商品条码", "bar code", "ean"),
    "barcodes": ("全部条码", "多条码", "附加条码"),
    "product": ("所属商品", "款名", "产品名称"),
    "name": ("名称", "货品名称", "商品名称", "品名"),
    "spec": ("规格", "规格名称", "颜色尺码", "variant"),
    "short_name": ("简称", "短名称", "货品简称"),
    "kind": ("货品类型", "类型"),
    "quantity": ("数量", "实盘数", "实盘数量", "库存", "在库", "qty", "counted"),
    "bin": ("库位", "货位", "location"),
    "batch": ("批号", "批次", "批次号"),
    "expires": ("到期日", "有效期至", "到期日期", "过期日期", "保质期至"),
    "weight_g": ("重量(g)", "重量", "重量（克）", "重量(克)", "weight"),
    "length_mm": ("长(mm)", "长", "长度", "长（毫米）", "长(毫米)"),
    "width_mm": ("宽(mm)", "宽", "宽度", "宽（毫米）", "宽(毫米)"),
    "height_mm": ("高(mm)", "高", "高度", "高（毫米）", "高(毫米)"),
    "safety": ("安全库存", "库存下限", "safety stock"),
    "lead_days": ("到货天数", "补货天数", "采购周期"),
    "pack_quantity": ("箱规", "装箱数", "每箱数量"),
    "keep_days": ("最少剩余天数", "临期天数"),
    "batch_tracked": ("管批次", "批次管理"),
    "serial_tracked": ("管序列号", "序列号管理"),
    "picture": ("图片", "主图"),
    "note": ("货品备注",),
    "active": ("在用",),
}
BUY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sku": ("货号",),
    "name": ("名称",),
    "spec": ("规格",),
    "quantity": ("要订",),
    "packs": ("箱数",),
    "pack_quantity": ("箱规",),
    "available": ("可用",),
    "in_transit": ("在途",),
    "owed": ("欠货",),
    "safety": ("安全库存",),
    "lead_days": ("到货天数",),
    "sold_week": ("7 天销量",),
    "reason": ("为什么",),
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


def write_rows(
    file: Path,
    columns: Mapping[str, Sequence[str]],
    rows: Iterable[Mapping[str, str | int]],
    *,
    chinese: bool,
) -> int:
    """Write ``rows`` to an Excel or CSV file that ``read_rows`` reads back; returns how many.

    ``chinese``: the headings are the first of each column's other names. Raises ``UserError``
    (``export_kind``, ``file_not_written``); a file that was there is then as it was.
    """
    kind = file.suffix.lower()
    if kind not in {".xlsx", ".csv"}:
        raise UserError(
            "export_kind",
            T("{file} is neither a CSV nor an Excel file.", file=file.name),
            T("Let its name end in .xlsx or .csv."),
            ref=file.name,
        )
    headings = [others[0] if chinese and others else name for name, others in columns.items()]
    cells = ([_armoured(row.get(name, "")) for name in columns] for row in rows)
    half = file.with_name(f".{file.name}.half")
    try:
        count = (_write_excel if kind == ".xlsx" else _write_csv)(half, headings, cells)
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise not_written(file) from error
    return count


def not_written(file: Path) -> UserError:
    """The refusal for a file that another one could not be put in the place of."""
    return UserError(
        "file_not_written",
        T("The file {file} cannot be written.", file=file),
        T("Check the folder and the right to write there."),
        ref=file.name,
    )


def csv_bytes(names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A CSV file for another program: UTF-8 with the mark that Excel needs, values as they are."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _armoured(value: str | int) -> str | int:
    """Text that a table program would take for a formula; ``_clean`` takes the mark off again."""
    if isinstance(value, int):
        return value
    plain = "".join(c for c in value if c >= " ")
    return f"'{plain}" if plain[:1] in {"=", "+", "-", "@", "'"} else plain


def _write_csv(file: Path, headings: list[str], rows: Iterable[list[str | int]]) -> int:
    count = 0
    with file.open("w", encoding="utf-8-sig", newline="") as out:  # the mark is for Excel
        writer = csv.writer(out)
        writer.writerow(headings)
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the last one counts them
            writer.writerow(row)
    return count


def _write_excel(file: Path, headings: list[str], rows: Iterable[list[str | int]]) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append(headings)
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - the last one counts them
        sheet.append(row)
    book.save(file)
    return count


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


def read_text(file: Path) -> str:
    """What stands in ``file``: UTF-8 or GB 18030. Raises ``UserError`` (``import_file``)."""
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
    return text


def _csv(file: Path) -> Iterator[list[str]]:
    text = read_text(file)
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
