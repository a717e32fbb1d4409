"""A carrier's own label and more boxes for its number, by commands alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.states import Route
from tests.cli.calling import Shell
from tests.services import truth
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        # commands have the real time: the carriers get it too
        opened.clock.advance((datetime.now(UTC) - opened.clock.now()).total_seconds())
        yield opened


@pytest.fixture
def shell(bench: Bench) -> Shell:
    """The same data folder, by commands."""
    return Shell(bench.folder / "data")


def test_the_carriers_own_label_by_commands(bench: Bench, shell: Shell, tmp_path: Path) -> None:
    truth.change_account(bench, "sf", label_source="cloud")
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    wave = bench.wave(only=[row.id])
    bench.world.carriers.server.faults.bad_gateway("/sf/print-file")
    failed = shell.json("wave", "label", wave)
    assert (failed.code, failed.errors[0]["code"]) == (1, "label_file")
    number = failed.rows[0]["waybill"]
    assert truth.numbers_given(bench, row) == [number]
    (fetched,) = shell.json("label", "fetch", number).rows
    assert fetched == {"waybill": number, "media": "76x130", "result": "fetched"}
    file = tmp_path / "label.pdf"
    shell.json("label", "render", number, "--format", "pdf", "--out", str(file))
    assert number.encode() in file.read_bytes()
    assert shell.json("waybill", "boxes", number, "--add", "2").code == 0
    assert [r["box"] for r in shell.json("waybill", "boxes", number).rows] == [1, 2, 3]
    (printed,) = shell.json("wave", "print", wave).rows
    assert printed["result"] == "printed"
    wide = shell.json("label", "fetch", number, "--media", "100x150")
    assert wide.rows[0]["media"] == "100x150"
    nowhere = shell.json("label", "fetch", number, "--media", "60x40")
    assert nowhere.errors[0]["code"] == "label_file"
    assert truth.numbers_given(bench, row) == [number]
