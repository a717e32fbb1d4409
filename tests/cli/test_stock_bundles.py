"""Bundles by commands."""

from __future__ import annotations

import pytest

from tests.cli.calling import Shell


def stocked(shell: Shell) -> Shell:
    file = shell.data.parent / "stock.csv"
    file.write_text("sku,name,quantity\nTEA,茶,9\nCUP,杯,4\n", encoding="utf-8")
    assert shell.json("stock", "import", str(file)).code == 0
    return shell


def test_a_bundle_is_made_built_and_taken_apart(shell: Shell) -> None:
    stocked(shell)
    made = shell.json("stock", "bundle", "set", "SET", "TEA=2", "CUP=1", "--name", "茶具套装")
    (row,) = made.rows
    assert (made.code, row["available"], row["possible"], row["built"]) == (0, 4, 4, 0)
    assert [(p["sku"], p["quantity"]) for p in row["parts"]] == [("CUP", 1), ("TEA", 2)]
    built = shell.json("stock", "bundle", "build", "SET", "3").rows[0]
    assert (built["on_hand"], built["possible"]) == (3, 1)
    assert shell.json("stock", "undo", built["operation"]).code == 0
    assert shell.json("stock", "bundle", "show", "SET").rows[0]["on_hand"] == 0
    refused = shell.json("stock", "bundle", "build", "SET", "5")
    assert (refused.code, refused.errors[0]["code"]) == (1, "parts_missing")
    shell.json("stock", "bundle", "build", "SET", "1")
    assert shell.json("stock", "bundle", "unbuild", "SET", "1").rows[0]["on_hand"] == 0
    nested = shell.json("stock", "bundle", "set", "BOX", "SET=1", "--name", "盒")
    assert nested.errors[0]["code"] == "bundle_nested"
    assert shell.json("stock", "bundle", "remove", "SET").code == 0
    assert shell.json("stock", "bundle", "show").rows == []
    assert shell.json("stock", "bundle", "show", "SET").errors[0]["code"] == "no_bundle"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_help_names_every_command(
    shell: Shell, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell("stock", "bundle", "--help", "--lang", language).code == 0
    shown = capsys.readouterr().out
    for name in ("set", "show", "remove", "build", "unbuild"):
        assert name in shown
