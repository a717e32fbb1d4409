"""Scarce stock by commands: on a bench with invented orders, called in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Shell
from tests.support.invented import Invented, shelf
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def scarce(tmp_path: Path) -> tuple[Shell, Bench, str, str]:
    """Two orders for the one piece of A: the ids of the parcel that has it and the one that waits.

    The bench is closed when the commands run: they open its data folder themselves.
    """
    with open_bench(tmp_path) as bench:
        shelf(bench, A=1, B=4)
        buyer = Invented(bench)
        has, waits = (buyer.parcel(buyer.buy({"A": 1}, hours=h)).id for h in (9, 30))
    return Shell(tmp_path / "data"), bench, has, waits


def test_short_and_give(scarce: tuple[Shell, Bench, str, str]) -> None:
    shell, _, has, waits = scarce
    (row,) = shell.json("stock", "short").rows
    assert (row["sku"], row["available"], row["missing"]) == ("A", 0, 1)
    assert [(c["parcel"], c["can_give"]) for c in row["held_by"]] == [(has, True)]
    assert [c["parcel"] for c in row["waiting"]] == [waits]
    assert f"{has} ×1" in shell("stock", "short").out
    given = shell.json("stock", "give", "--from", has, "--to", waits)
    assert [(r["id"], r["state"], r["holds"]) for r in given.rows] == [
        (has, "to_check", ["short"]),
        (waits, "to_label", []),
    ]
    refused = shell.json("stock", "give", "--from", has, "--to", waits)
    assert (refused.code, [e["code"] for e in refused.errors]) == (1, ["give_not_waiting"])
    assert shell.json("db", "check").code == 0


def test_presale(scarce: tuple[Shell, Bench, str, str]) -> None:
    shell = scarce[0]
    (row,) = shell.json("stock", "presale", "B", "+3").rows
    assert row == {"sku": "B", "available": 1, "presale": 3, "served": 0, "waiting": 0}
    assert shell.json("stock", "presale", "B", "-1").rows[0]["presale"] == 2
    assert [r["sku"] for r in shell.json("stock", "presale").rows] == ["B"]
    assert shell.json("stock", "presale", "B", "9").errors[0]["code"] == "stock_missing"
    rows = {r["sku"]: r for r in shell.json("stock", "list").rows}
    assert (rows["B"]["allocated"], rows["B"]["presale"]) == (2, 2)
    assert not rows["B"]["below_zero"]
