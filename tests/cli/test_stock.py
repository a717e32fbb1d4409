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


def test_bins_are_made_filled_moved_and_removed(shelf: Shell) -> None:
    assert shelf.json("stock", "bins", "add", "BIN-R-1", "--kind", "reserve").rows == [
        {"bin": "R-1", "result": "new"}
    ]
    moved = shelf.json("stock", "move", "TEA-1", "5", "--from", "A1", "--to", "R-1").rows
    assert [(m["from"], m["to"], m["quantity"]) for m in moved] == [("A1", "R-1", 5)]
    places = shelf.json("stock", "bins", "of", "TEA-1").rows
    assert [(p["bin"], p["kind"], p["quantity"], p["home"]) for p in places] == [
        ("A1", "pick", 15, True),
        ("R-1", "reserve", 5, False),
    ]
    (lies,) = shelf.json("stock", "bins", "show", "R-1").rows
    assert (lies["sku"], lies["quantity"]) == ("TEA-1", 5)
    refused = shelf.json("stock", "bins", "remove", "R-1")
    assert (refused.code, refused.errors[0]["code"]) == (1, "bin_not_empty")
    assert shelf.json("stock", "move", "--all", "--from", "R-1", "--to", "A1").code == 0
    assert shelf.json("stock", "bins", "remove", "R-1").code == 0
    assert [b["bin"] for b in shelf.json("stock", "bins", "list").rows] == ["A1", "B2"]


def test_what_was_done_is_shown_and_taken_back(shelf: Shell) -> None:
    shelf("stock", "receive", "TEA-1", "4")
    (done,) = shelf.json("stock", "undo", "--list").rows
    assert (done["kind"], done["skus"], done["pieces"], done["result"]) == (
        "receive",
        ["TEA-1"],
        4,
        "done",
    )
    (undone,) = shelf.json("stock", "undo", done["operation"]).rows
    assert undone["result"] == "undone"
    assert shelf.json("stock", "list", "--search", "TEA").rows[0]["on_hand"] == 20
    again = shelf.json("stock", "undo")
    assert (again.code, again.errors[0]["code"]) == (1, "nothing_to_undo")
    newest, before, _ = shelf.json("stock", "moves", "TEA-1").rows
    assert (newest["undoes"], newest["balance"], before["balance"]) == (done["operation"], 20, 24)


def test_batches_numbers_and_defective_pieces(shelf: Shell) -> None:
    shelf(
        *("stock", "receive", "TEA-1", "2", "--batch", "L1", "--expires", "2020-01-01"),
        *("--serial", "S1", "S2"),
    )
    (batch,) = shelf.json("stock", "batches", "--within", "30").rows
    assert (batch["batch"], batch["due"], batch["quantity"]) == ("L1", True, 2)
    numbers = shelf.json("stock", "serials", "--sku", "TEA-1", "--state", "in").rows
    assert {r["serial"] for r in numbers} == {"S1", "S2"}
    shelf("stock", "defective", "found", "TEA-1", "1", "--batch", "L1", "--serial", "S1")
    assert [r["kind"] for r in shelf.json("stock", "serials", "S1").rows] == ["receive", "defect"]
    (gone,) = shelf.json("stock", "expire").rows
    assert (gone["batch"], gone["quantity"], gone["lacking"]) == ("L1", 1, 0)
    assert shelf.json("stock", "expire").rows == []
    assert shelf.json("stock", "defective", "discarded", "TEA-1", "2").rows[0]["on_hand"] == 20
    assert shelf.json("db", "check").code == 0


def test_moves_are_read_in_words(shelf: Shell) -> None:
    shelf("stock", "adjust", "TEA-1", "-1", "--reason", "lost", "--note", "shelf 3")
    told = shelf("stock", "moves", "TEA-1")
    assert "lost: shelf 3" in told.out
    assert "A1" in told.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("move", "TEA-1", "--to", "B"),
        ("move", "TEA-1", "1", "--all", "--to", "B"),
        ("move", "--to", "B"),
        ("undo", "x", "--list"),
        ("put-back",),
    ],
)
def test_half_a_command_is_refused(shelf: Shell, arguments: tuple[str, ...]) -> None:
    answer = shelf.json("stock", *arguments)
    assert (answer.code, answer.errors[0]["code"]) == (1, "usage")


def test_nothing_is_put_back_for_a_parcel_that_is_not_there(shelf: Shell) -> None:
    answer = shelf.json("stock", "put-back", "12")
    assert (answer.code, answer.errors[0]["code"]) == (1, "no_such_parcel")


def test_what_was_scanned_is_received_or_nothing_of_it(shelf: Shell, tmp_path: Path) -> None:
    codes = tmp_path / "codes.txt"
    codes.write_text("BIN-C3\nTEA-1*4\nCUP-1\nNONE\n", encoding="utf-8")
    refused = shelf.json("stock", "receive", "--scan", str(codes))
    assert (refused.code, refused.errors[0]["code"], refused.errors[0]["ref"]) == (
        1,
        "scan_unknown",
        "4:NONE",
    )
    codes.write_text("BIN-C3\nTEA-1*4\nCUP-1\n", encoding="utf-8")
    for _ in range(2):
        answer = shelf.json("stock", "receive", "--scan", str(codes), "--reference", "IN-3")
        assert [(r["verdict"], r["bin"], r["quantity"]) for r in answer.rows] == [
            ("bin", "C3", 0),
            ("counted", "C3", 4),
            ("counted", "C3", 1),
        ]
    assert {(r["sku"], r["quantity"]) for r in shelf.json("stock", "bins", "show", "C3").rows} == {
        ("TEA-1", 4),
        ("CUP-1", 1),
    }
    missing = shelf.json("stock", "receive", "--scan", str(tmp_path / "none.txt"))
    assert missing.errors[0]["code"] == "file_unreadable"


def test_the_stock_section_is_kept_and_shown(shelf: Shell, tmp_path: Path) -> None:
    file = tmp_path / "stock.toml"
    file.write_text("[stock]\ntake_off_expired = true\n", "utf-8")
    assert shelf.json("config", "apply", str(file)).rows[0]["result"] == "changed"
    assert shelf.json("config", "apply", str(file)).rows[0]["result"] == "same"
    shown = [r for r in shelf.json("config", "show").rows if r["section"] == "stock"]
    assert shown == [{"section": "stock", "take_off_expired": True}]
