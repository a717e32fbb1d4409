from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.calling import Shell


@pytest.fixture
def shelf(shell: Shell, tmp_path: Path) -> Shell:
    file = tmp_path / "stock.csv"
    file.write_text(
        "货号,名称,数量,条码,安全库存\nTEA-1,Tea,20,690,50\nCUP-1,Cup,5,690,0\n", encoding="utf-8"
    )
    assert shell.json("stock", "import", str(file)).code == 0
    return shell


def test_an_item_is_made_changed_and_put_away(shell: Shell) -> None:
    new = shell.json("goods", "set", "BOX-3", "--new", "--kind", "packing", "--length-mm", "300")
    assert new.rows[0]["kind"] == "packing"
    assert shell.json("goods", "set", "BOX-3", "--note", "by the door").rows[0]["length_mm"] == 300
    assert [r["sku"] for r in shell.json("goods", "boxes").rows] == ["BOX-3"]
    assert shell.json("goods", "archive", "BOX-3").rows[0]["active"] is False
    assert shell.json("goods", "list").rows == []
    assert shell.json("goods", "archive", "BOX-3", "--undo").rows[0]["active"] is True


def test_a_code_on_two_items_names_them_and_the_item_code_decides(shelf: Shell) -> None:
    answer = shelf.json("goods", "show", "690")
    assert (answer.code, answer.errors[0]["code"]) == (1, "several_items")
    assert "TEA-1" in answer.errors[0]["message"]
    assert "CUP-1" in answer.errors[0]["message"]
    assert shelf.json("goods", "show", "690", "--sku", "CUP-1").rows[0]["sku"] == "CUP-1"


def test_barcodes_weights_and_look_alikes(shelf: Shell) -> None:
    shelf.json("goods", "barcode", "CUP-1", "691")
    assert shelf.json("goods", "show", "691").rows[0]["barcodes"] == ["690", "691"]
    shelf.json("goods", "barcode", "CUP-1", "690", "--remove")
    weighed = shelf.json("goods", "weigh", "CUP-1", "300", "--pieces", "2").rows
    assert (weighed[0]["weight_g"], weighed[0]["result"]) == (150, "changed")
    alike = shelf.json("goods", "alike", "CUP-1", "TEA-1", "--note", "round").rows
    assert [(r["other"], r["why"], r["hint"]) for r in alike] == [
        ("TEA-1", "hand", "Not Tea: round")
    ]


def test_a_picture_from_a_file(shelf: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cup.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    key = shelf.json("goods", "picture", "CUP-1", str(file)).rows[0]["picture"]
    assert (shelf.data / "pictures" / f"{key}.png").is_file()
    assert shelf.json("goods", "picture", "CUP-1").errors[0]["code"] == "usage"
    assert shelf.json("goods", "picture", "CUP-1", "--remove").rows[0]["picture"] == ""


def test_what_to_order_goes_into_a_file(shelf: Shell, tmp_path: Path) -> None:
    file = tmp_path / "buy.csv"
    rows = shelf.json("stock", "buy", "--csv", str(file)).rows
    assert [(r["sku"], r["quantity"]) for r in rows] == [("TEA-1", 30)]
    assert "mark of 50" in rows[0]["reason"]
    assert file.read_text(encoding="utf-8-sig").splitlines()[0].startswith("sku,name,spec")
    lasts = shelf.json("stock", "lasts", "--tab", "low").rows
    assert [(r["sku"], r["state"]) for r in lasts] == [("TEA-1", "low")]


def test_an_exported_file_is_imported_as_the_same(shelf: Shell, tmp_path: Path) -> None:
    file = tmp_path / "out.xlsx"
    assert shelf.json("stock", "export", str(file)).rows == [{"file": str(file), "rows": 2}]
    again = shelf.json("stock", "import", str(file))
    assert {r["result"] for r in again.rows} == {"same"}, json.dumps(again.rows)
    assert shelf.json("stock", "export", str(tmp_path / "out.txt")).errors[0]["code"] == (
        "export_kind"
    )
