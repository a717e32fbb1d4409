"""``waybill settle``: a person's word on a number that nobody can look up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from app.domain.states import Route
from app.services.numbers.labelling import label_parcels
from app.store.tables import waybills
from tests.cli.calling import Shell
from tests.services import truth
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


def test_a_number_of_another_company_and_the_ledger(tmp_path: Path) -> None:
    with open_bench(tmp_path, then=Bench.sync) as bench:
        shell = Shell(bench.folder / "data")
        parcel = truth.ready(bench, Route.DIRECT, "sf")[0].id
        typed = shell.json(
            "waybill", "settle", parcel, "--number", "*4312345678901*", "--carrier", "yunda"
        )
        assert (typed.code, typed.rows[0]["waybill"]) == (0, "4312345678901")
        assert typed.rows[0]["carrier"] == "yunda"
        assert shell.json("parcels", "show", parcel).rows[0]["carrier"] == "yunda"
        other = truth.ready(bench, Route.DIRECT, "zto")[0].id
        label_parcels(bench.work, [other])
        rows = shell.json("waybill", "ledger").rows
        assert {r["parcel"]: r["typed"] for r in rows} == {parcel: True, other: False}
        assert [r["parcel"] for r in shell.json("waybill", "ledger", "--account", "zto").rows] == [
            other
        ]
        assert shell.json("waybill", "ledger", "--to", "2020-01-01").rows == []
        assert "in_doubt" not in shell("waybill", "ledger").out


def test_each_unused_number_has_a_result(tmp_path: Path) -> None:
    with open_bench(tmp_path, then=Bench.sync) as bench:
        shell = Shell(bench.folder / "data")
        parcel = truth.ready(bench, Route.DIRECT, "zto")[0]
        (issued,) = label_parcels(bench.work, [parcel.id])
        with bench.work.db.write() as tx:  # the command has the real clock
            tx.execute(update(waybills).values(issued_at=datetime(2020, 1, 1, tzinfo=UTC)))
        (row,) = shell.json("waybill", "ledger", "--unused").rows
        assert (row["waybill"], row["to_do"]) == (issued.waybill, "wait")
        done = shell.json("waybill", "void-unused", "--account", "zto")
        assert [(r["waybill"], r["result"]) for r in done.rows] == [(issued.waybill, "waits")]
        assert truth.parcel(bench, parcel.id).waybill == issued.waybill
        assert shell.json("waybill", "void-unused", "--account", "sf").rows == []
