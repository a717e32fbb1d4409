from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Shell


@pytest.fixture
def shelf(shell: Shell, tmp_path: Path) -> Shell:
    file = tmp_path / "stock.csv"
    file.write_text("sku,name,quantity,bin\nTEA-1,Tea,20,A1\nCUP-1,Cup,5,B2\n", encoding="utf-8")
    assert shell.json("stock", "import", str(file)).code == 0
    return shell


def test_imported_stock_is_listed(shelf: Shell) -> None:
    rows = {r["sku"]: r for r in shelf.json("stock", "list").rows}
    assert {k: rows["TEA-1"][k] for k in ("on_hand", "allocated", "available", "bin")} == {
        "on_hand": 20,
        "allocated": 0,
        "available": 20,
        "bin": "A1",
    }


def test_receiving_and_adjusting_are_in_the_ledger(shelf: Shell) -> None:
    assert shelf.json("stock", "receive", "TEA-1", "4", "--bin", "C3").rows[0]["on_hand"] == 24
    assert (
        shelf.json("stock", "adjust", "TEA-1", "-3", "--reason", "broken").rows[0]["on_hand"] == 21
    )
    moves = shelf.json("stock", "moves", "TEA-1").rows
    assert [(m["kind"], m["on_hand"]) for m in moves] == [
        ("adjust", -3),
        ("receive", 4),
        ("count", 20),
    ]
    assert moves[0]["reason"] == "broken"


def test_the_same_paper_counts_once(shelf: Shell) -> None:
    for _ in range(2):
        shelf("stock", "receive", "TEA-1", "4", "--reference", "IN-7")
    assert shelf.json("stock", "list", "--search", "TEA").rows[0]["on_hand"] == 24


def test_bad_rows_are_named_and_the_others_stored(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "stock.csv"
    file.write_text("sku,name,quantity\nTEA-1,Tea,20\nCUP-1,Cup,many\n", encoding="utf-8")
    answer = shell.json("stock", "import", str(file))
    assert answer.code == 4
    assert [e["ref"] for e in answer.errors] == ["stock.csv:3"]
    assert [r["sku"] for r in shell.json("stock", "list").rows] == ["TEA-1"]


def test_dry_run_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "stock.csv"
    file.write_text("sku,name,quantity\nTEA-1,Tea,20\n", encoding="utf-8")
    answer = shell.json("stock", "import", str(file), "--dry-run")
    assert [r["result"] for r in answer.rows] == ["new"]
    assert shell.json("stock", "list").rows == []


def test_unknown_item_is_said(shell: Shell) -> None:
    answer = shell.json("stock", "receive", "NONE", "1")
    assert (answer.code, answer.errors[0]["code"]) == (1, "no_such_sku")
