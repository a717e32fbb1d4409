"""Receipts and blind counts from a shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Shell


@pytest.fixture
def shelf(shell: Shell, tmp_path: Path) -> Shell:
    file = tmp_path / "stock.csv"
    file.write_text(
        "sku,barcode,name,quantity,bin\nTEA-1,690001,Tea,20,A-01\nCUP-1,690002,Cup,5,A-02\n",
        encoding="utf-8",
    )
    assert shell.json("stock", "import", str(file)).code == 0
    return shell


def figures(shell: Shell) -> dict[str, int]:
    return {r["sku"]: r["on_hand"] for r in shell.json("stock", "list").rows}


def test_a_receipt_from_announcement_to_its_end(shelf: Shell) -> None:
    (line, _) = shelf.json("stock", "receipt", "new", "TEA-1@B7=10", "CUP-1=2").rows
    number = line["paper"]
    assert (line["batch"], line["expected"], line["missing"]) == ("B7", 10, 10)
    for _ in range(2):
        shelf.json("stock", "receipt", "receive", number, "TEA-1=4", "--step", "1")
    assert shelf.json("stock", "receipt", "show", number).rows[0]["done"] == 4
    asked = shelf.json("stock", "receipt", "receive", number, "CUP-1=3")
    assert (asked.code, asked.errors[0]["code"]) == (1, "over_delivery")
    taken = ("CUP-1=3", "--over", "--note", "one for free", "--bin", "A-03")
    assert shelf.json("stock", "receipt", "receive", number, *taken).code == 0
    assert figures(shelf) == {"TEA-1": 24, "CUP-1": 8}
    (row,) = shelf.json("stock", "receipt", "list", "--state", "open").rows
    assert (row["number"], row["expected"], row["done"], row["missing"]) == (number, 12, 7, 6)
    assert "6 pieces" in shelf("stock", "receipt", "close", number).out
    assert shelf.json("stock", "receipt", "list", "--state", "open").rows == []
    assert shelf.json("stock", "receipt", "cancel", number).errors[0]["code"] == "paper_closed"
    assert shelf.json("db", "check").code == 0


def test_a_count_from_the_scanner_to_the_books(shelf: Shell, tmp_path: Path) -> None:
    started = shelf.json("stock", "count", "start", "--zone", "A-").rows
    number = started[0]["paper"]
    assert [(r["bin"], r["state"]) for r in started] == [("A-01", "open"), ("A-02", "open")]
    scans = tmp_path / "scans.txt"
    scans.write_text("BIN-A-01\n690001*18\n690001\nCUP-1\n\nBIN-A-02\n", encoding="utf-8")
    entered = shelf.json("stock", "count", "enter", number, "--scan", str(scans), "--complete")
    assert [(r["items"], r["pieces"]) for r in entered.rows] == [(2, 20), (0, 0)]
    blind = shelf.json("stock", "count", "show", number, "--blind").rows
    assert not {"expected", "difference"} & set(blind[0])
    rows = {(r["bin"], r["sku"]): r for r in shelf.json("stock", "count", "show", number).rows}
    assert {k: r["difference"] for k, r in rows.items()} == {
        ("A-01", "TEA-1"): -1,
        ("A-01", "CUP-1"): 1,
        ("A-02", "CUP-1"): -5,
    }
    assert rows["A-01", "CUP-1"]["elsewhere"] == ["A-02 ×5"]
    assert shelf("stock", "count", "recount", number, "--bin", "A-02").out
    again = ("enter", number, "--bin", "A-02", "CUP-1=3")
    assert shelf.json("stock", "count", *again, "--user", "ahua").code == 0
    assert shelf.json("stock", "count", "drop", number, "--bin", "A-01", "--sku", "CUP-1").code == 0
    assert shelf.json("stock", "count", "approve", number).code == 0
    assert figures(shelf) == {"TEA-1": 19, "CUP-1": 3}
    (row,) = shelf.json("stock", "count", "list").rows
    assert (row["state"], row["done"]) == ("done", -3)
    assert shelf.json("db", "check").code == 0


def test_a_line_that_cannot_be_booked_is_named(shelf: Shell) -> None:
    number = shelf.json("stock", "count", "start", "--bin", "A-01").rows[0]["paper"]
    shelf.json("stock", "count", "enter", number, "--bin", "A-01", "TEA-1=1")
    shelf.json("stock", "adjust", "TEA-1", "-5", "--reason", "sold")
    answer = shelf.json("stock", "count", "approve", number)
    assert (answer.code, answer.errors[0]["ref"]) == (1, "TEA-1")
    assert shelf.json("stock", "count", "cancel", number).code == 0
    assert figures(shelf)["TEA-1"] == 15


@pytest.mark.parametrize("item", ["TEA-1", "=3", "TEA-1=many"])
def test_what_is_not_understood_is_said(shelf: Shell, item: str) -> None:
    answer = shelf.json("stock", "receipt", "new", item)
    assert (answer.code, answer.errors[0]["code"]) == (1, "usage")
