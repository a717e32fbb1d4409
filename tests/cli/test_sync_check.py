"""``sync check`` from a shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Shell
from tests.support.shop_orders import SHOP, add_orders, stored
from tests.support.warehouse import Bench, open_bench


def test_the_check_names_what_is_missing_and_fetches_it(tmp_path: Path) -> None:
    with open_bench(tmp_path, then=Bench.sync) as bench:
        lost = add_orders(bench, 2, ago_s=86_400, status=30)
        sh = Shell(tmp_path / "data")
        answer = sh.json("sync", "check", "--shop", SHOP)
        assert answer.code == 1
        assert [e["code"] for e in answer.errors] == ["orders_differ"]
        (row,) = [r for r in answer.rows if r["missing"]]
        assert list(row) == [
            "shop", "day", "state", "shop_count", "local_count", "missing", "different",
        ]  # fmt: skip
        assert (row["shop_count"] - row["local_count"], row["missing"]) == (2, 2)
        # The option may stand before the command, too.
        assert sh.json("sync", "--shop", "qinghe", "check").code == 0
        assert sh.json("sync", "check", "--fix").code == 0
        assert sh.json("sync", "check", "--days", "2").code == 0
        assert set(lost) <= set(stored(bench))


def test_wrong_uses_are_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_bench(tmp_path):
        sh = Shell(tmp_path / "data")
        assert sh.json("sync", "check", "--shop", "nobody").code == 1
        assert sh.json("sync", "chek").code == 1
        assert sh.json("sync", "check", "--days", "0").code == 1
        assert sh("sync", "check", "--help").code == 0
        assert "--fix" in capsys.readouterr().out
        assert sh("sync", "--help").code == 0
        assert "check" in capsys.readouterr().out
