"""Gift rules by commands."""

from __future__ import annotations

from pathlib import Path

from tests.cli.calling import Shell
from tests.support.invented import Invented, shelf
from tests.support.warehouse import open_bench


def test_a_rule_is_made_tried_and_turned_off(tmp_path: Path) -> None:
    with open_bench(tmp_path) as bench:
        shelf(bench, A=5, G=5)
        order_id = Invented(bench).buy({"A": 2})
    shell = Shell(tmp_path / "data")
    made = shell.json(
        "gifts", "set", "spring", "--gift", "G", "--sku", "A", "--each", "--most", "9",
        "--to", "2026-12-24T00:00:00+08:00",
    )  # fmt: skip
    (row,) = made.rows
    assert (row["name"], row["sku"], row["skus"], row["each"]) == ("spring", "G", ["A"], True)
    assert (row["most"], row["given"], row["wait"], row["active"]) == (9, 0, False, True)
    assert shell.json("gifts", "list").rows == made.rows
    tried = shell.json("gifts", "trial", "--last", "10").rows
    assert [(r["order_id"], r["rule"], r["pieces"]) for r in tried] == [(order_id, "spring", 2)]
    assert shell.json("gifts", "remove", "spring").code == 0
    assert shell.json("gifts", "list").rows == []
    assert len(shell.json("gifts", "list", "--all").rows) == 1
    assert shell.json("gifts", "remove", "spring").errors[0]["code"] == "no_such_rule"
    assert "spring" in shell("gifts", "list", "--all").out
