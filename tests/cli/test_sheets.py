"""Papers beside the label from the command line: into files, onto printers, and refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Shell


@pytest.fixture
def shelf(shell: Shell, tmp_path: Path) -> Shell:
    file = tmp_path / "stock.csv"
    file.write_text(
        "sku,name,quantity,bin,barcode\nTEA-1,Tea,20,A-10,6901234567892\nCUP-1,Cup,5,A-2,\n",
        encoding="utf-8",
    )
    assert shell.json("stock", "import", str(file)).code == 0
    return shell


def test_cards_are_written_as_pdf(shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "cards.pdf"
    answer = shell.json("cards", "render", "--out", str(out), "--media", "A4")
    assert answer.code == 0
    assert answer.rows == [{"document": "cards", "count": 7, "file": str(out)}]
    assert out.read_bytes().startswith(b"%PDF")


def test_labels_of_goods_have_their_bar_code(shelf: Shell, tmp_path: Path) -> None:
    out = tmp_path / "tea.png"
    answer = shelf.json(
        "labels", "product", "TEA-1", "--copies", "2", "--out", str(out), "--format", "png"
    )
    assert (answer.rows[0]["code"], answer.rows[0]["count"]) == ("6901234567892", 2)
    assert out.read_bytes().startswith(b"\x89PNG")


def test_all_bins_come_in_walking_order(shelf: Shell, tmp_path: Path) -> None:
    out = tmp_path / "bins.tspl"
    answer = shelf.json("labels", "bin", "--all", "--out", str(out), "--format", "tspl")
    assert [r["bin"] for r in answer.rows] == ["A-2", "A-10"]
    assert answer.rows[0]["code"] == "BIN-A-2"
    assert out.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("labels", "bin"), "usage"),
        (("labels", "bin", "A-1", "--all"), "usage"),
        (("labels", "product", "NO-SUCH"), "no_such_sku"),
        (("labels", "product", "TEA-1"), "no_printer"),
        (("cards", "print"), "no_printer"),
        (("cards", "print", "--printer", "none"), "no_such_printer"),
        (("manifest", "print"), "nothing_to_hand_over"),
        (("manifest", "print", "--date", "someday"), "usage"),
        (("labels", "product", "TEA-1", "--grid", "0x9"), "usage"),
        (("wave", "print", "W", "--places", "9-1", "--document", "picklist"), "usage"),
        (("wave", "print", "W", "--cart", "1", "--document", "picklist"), "usage"),
        (("wave", "print", "W", "--places", "1-3"), "usage"),
        (("wave", "print", "W", "--cart-size", "9", "--document", "slip"), "usage"),
    ],
)
def test_what_cannot_be_printed_is_refused(
    shelf: Shell, arguments: tuple[str, ...], code: str
) -> None:
    answer = shelf.json(*arguments)
    assert answer.code == 1
    assert [e["code"] for e in answer.errors] == [code]


def test_a_file_that_cannot_be_written_is_named(shell: Shell, tmp_path: Path) -> None:
    answer = shell.json("cards", "render", "--out", str(tmp_path / "no" / "cards.pdf"))
    assert [e["code"] for e in answer.errors] == ["file_not_written"]


def test_the_slip_section_is_kept_and_shown(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "slip.toml"
    file.write_text('[slip]\nwords = "thanks"\nnotes = "buyer"\nreturn_address = true\n', "utf-8")
    assert shell.json("config", "apply", str(file)).rows[0]["result"] == "changed"
    assert shell.json("config", "apply", str(file)).rows[0]["result"] == "same"
    shown = [r for r in shell.json("config", "show").rows if r["section"] == "slip"]
    assert shown == [
        {"section": "slip", "words": "thanks", "notes": "buyer", "return_address": True}
    ]
