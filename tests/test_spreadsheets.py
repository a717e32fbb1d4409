from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from app.domain.errors import UserError
from app.spreadsheets import STOCK_COLUMNS, read_rows

REQUIRED = ("sku", "quantity")


def _rows(file: Path) -> list[dict[str, str]]:
    return list(read_rows(file, STOCK_COLUMNS, REQUIRED))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_in_any_encoding_and_with_any_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    file = tmp_path / "s.csv"
    lines = ["货号,条码,名称,数量,备注", "茶-1,6901234567892,龙井,20,x"]
    file.write_bytes("\r\n".join(lines).replace(",", separator).encode(encoding))
    assert _rows(file) == [
        {"sku": "茶-1", "barcode": "6901234567892", "name": "龙井", "quantity": "20"}
    ]


def test_long_numbers_lose_their_armour(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text('sku,quantity,barcode\n \'007 ,1,"=""0690"""\n', encoding="utf-8")
    assert _rows(file) == [{"sku": "007", "quantity": "1", "barcode": "0690"}]


def test_short_rows_are_filled_and_empty_ones_kept(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text("sku,quantity\nA\n\nB,2\n", encoding="utf-8")
    assert [r["sku"] for r in _rows(file)] == ["A", "", "B"]


def test_excel_numbers_stay_codes(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["SKU", "数量", "条码"])
    book.active.append(["TEA-1", 20.0, 6901234567892.0])
    book.active.append([None, None, None])
    file = tmp_path / "s.xlsx"
    book.save(file)
    assert _rows(file) == [
        {"sku": "TEA-1", "quantity": "20", "barcode": "6901234567892"},
        {"sku": "", "quantity": "", "barcode": ""},
    ]


def test_missing_column_names_the_nearest_heading(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text("sku,quantitty\nA,1\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        _rows(file)
    assert str(caught.value.remedy) == "Rename “quantitty” to quantity."


@pytest.mark.parametrize(("name", "content"), [("s.xlsx", b"no zip"), ("s.csv", b"\xff\xff\x00")])
def test_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        _rows(file)
    assert caught.value.code == "import_file"


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        _rows(tmp_path / "none.csv")
