"""Receipts, blind counts, and the files of other programs from a shell."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from app.cli.commands import build
from main import DOORS
from tests.cli.calling import Shell

ROOT = Path(__file__).parents[2]


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


def test_papers_of_others_come_and_ours_go_by_file(shelf: Shell, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(
        "document,kind,sku,quantity\nS-1,issue,TEA-1,2\nS-2,issue,CUP-1,9\n", encoding="utf-8"
    )
    take = ("stock", "documents", "import", str(file), "--source", "pos")
    assert shelf.json(*take, "--dry-run").rows[0]["result"] == "done"
    assert figures(shelf)["TEA-1"] == 20
    answer = shelf.json(*take)
    assert (answer.code, [r["result"] for r in answer.rows]) == (4, ["done", "failed"])
    assert answer.errors[0]["ref"] == "sales.csv:3"
    assert [r["result"] for r in shelf.json(*take).rows] == ["kept", "failed"]
    assert figures(shelf) == {"TEA-1": 18, "CUP-1": 5}
    (row,) = shelf.json("stock", "documents", "list", "--kind", "issue").rows
    assert (row["number"], row["source"], row["done"]) == ("S-1", "pos", 2)
    assert shelf.json("stock", "documents", "show", "pos:S-1").rows[0]["sku"] == "TEA-1"


def test_a_folder_is_emptied_once(shelf: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("document,kind,sku,quantity\nS-1,issue,TEA-1,2\n", "utf-8")
    (folder / "b.csv").write_text("document,kind,sku,quantity\nS-2,issue,NONE,2\n", "utf-8")
    answer = shelf.json("stock", "documents", "watch", str(folder), "--once", "--every", "0.01")
    assert (answer.code, [r["result"] for r in answer.rows]) == (4, ["done", "failed"])
    assert (folder / "done" / "a.csv").exists()
    assert (folder / "failed" / "b.csv.result.json").exists()


def test_another_program_is_told_each_movement_once(shelf: Shell, tmp_path: Path) -> None:
    file = tmp_path / "moves.json"
    tell = ("stock", "documents", "export", str(file), "--reader", "erp")
    assert shelf.json(*tell).rows[0]["moves"] == 2
    first = json.loads(file.read_text(encoding="utf-8"))
    assert [(m["sku"], m["on_hand"]) for m in first["moves"]] == [("TEA-1", 20), ("CUP-1", 5)]
    assert shelf.json(*tell).rows[0]["moves"] == 0
    shelf.json("stock", "receive", "TEA-1", "3")
    refused = shelf.json(*tell)
    assert refused.errors[0]["code"] == "file_there"
    file.unlink()
    assert shelf.json(*tell).rows[0]["batch"] == 2
    assert json.loads(file.read_text(encoding="utf-8"))["moves"][0]["on_hand"] == 3
    table = tmp_path / "moves.csv"
    since = ("stock", "documents", "export", str(table), "--format", "csv", "--since")
    cursor = shelf.json(*since, "0").rows[0]["next"]
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 4
    assert shelf.json(*since, str(cursor)).rows[0]["moves"] == 0


def test_figures_as_a_file(shelf: Shell, tmp_path: Path) -> None:
    file = tmp_path / "levels.csv"
    assert shelf.json("stock", "levels", str(file)).rows[0]["rows"] == 2
    head, cup, _ = file.read_text(encoding="utf-8-sig").splitlines()
    assert head == "sku,barcode,name,spec,bin,on_hand,allocated,available,defective,in_transit"
    assert cup == "CUP-1,690002,Cup,,A-02,5,0,5,0,0"
    shelf.json("stock", "levels", str(file), "--format", "json")
    assert json.loads(file.read_text(encoding="utf-8"))["levels"][1]["available"] == 20


@pytest.mark.parametrize("name", ["stock-files.md", "stock-papers.md"])
def test_commands_of_the_handbook_are_understood(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    lines = [line for line in blocks.splitlines() if line.startswith("python main.py ")]
    assert len(lines) > 5
    for line in lines:
        assert build(DOORS).parse_args(shlex.split(line, comments=True)[2:]).run is not None, line
