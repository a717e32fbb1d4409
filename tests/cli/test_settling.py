"""``waybill settle``: a person's word on a number that nobody can look up."""

from __future__ import annotations

from pathlib import Path

from tests.cli.calling import Shell
from tests.support.warehouse import Bench, open_bench


def test_a_number_can_be_typed_in_and_only_once(tmp_path: Path) -> None:
    with open_bench(tmp_path, then=Bench.sync) as bench:
        shell = Shell(bench.folder / "data")
        first, second = (
            r["id"] for r in shell.json("parcels", "list", "--state", "to_label").rows[:2]
        )
        typed = shell.json("waybill", "settle", first, "--number", "731200000000")
        assert (typed.code, typed.rows[0]["result"]) == (0, "issued")
        assert shell.json("parcels", "show", first).rows[0]["waybill"] == "731200000000"
        again = shell.json("waybill", "settle", first, "--number", "731200000001")
        assert [e["code"] for e in again.errors] == ["has_number"]
        lost = shell.json("waybill", "settle", second, "--lost")
        assert [e["code"] for e in lost.errors] == ["nothing_unknown"]
