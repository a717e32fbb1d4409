"""YTO and STO by commands: no rule chooses them, a person does; everything else is as ever."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.simulators.scenario import build_scenario
from app.simulators.warehouse import SimulatedWarehouse
from tests.cli.calling import Shell


@pytest.fixture
def world() -> Iterator[SimulatedWarehouse]:
    scenario = build_scenario(1, datetime.now(UTC), 30, bundles=False)
    with SimulatedWarehouse(scenario) as running:
        yield running


@pytest.fixture
def synced(shell: Shell, world: SimulatedWarehouse, tmp_path: Path) -> Shell:
    config, stock = tmp_path / "demo.toml", tmp_path / "stock.csv"
    config.write_text(world.configuration(), encoding="utf-8")
    assert shell.json("config", "apply", str(config)).code == 0
    with stock.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["货号", "名称", "数量", "库位", "重量(g)"])
        writer.writerows(
            [g.sku, g.name, g.on_hand, g.bin, g.weight_g] for g in world.scenario.goods
        )
    assert shell.json("stock", "import", str(stock)).code == 0
    assert shell.json("sync").code == 0
    return shell


def _wave_with(shell: Shell, carrier: str) -> tuple[str, list[str]]:
    """A wave of all direct parcels, every one with ``carrier``; its id and theirs."""
    waiting = shell.json("parcels", "list", "--state", "to_label", "--limit", "1000").rows
    direct = [p["id"] for p in waiting if p["route"] == "direct" and not p["holds"]]
    for parcel in direct:
        changed = shell.json("parcels", "carrier", parcel, carrier)
        assert (changed.code, changed.rows[0]["carrier"]) == (0, carrier)
    return shell.json("wave", "create").rows[0]["id"], direct


@pytest.mark.parametrize(("carrier", "start"), [("yto", "YT8"), ("sto", "773")])
def test_a_wave_is_labelled_printed_followed_and_cancelled(
    synced: Shell, world: SimulatedWarehouse, tmp_path: Path, carrier: str, start: str
) -> None:
    wave, chosen = _wave_with(synced, carrier)
    labelled = synced.json("wave", "label", wave)
    mine = [r for r in labelled.rows if r["parcel"] in chosen]
    assert Counter(r["result"] for r in mine)["issued"] > 5
    numbers = [r["waybill"] for r in mine if r["result"] == "issued"]
    assert all(n.startswith(start) for n in numbers)
    simulated = world.carriers.yto if carrier == "yto" else world.carriers.sto
    assert len(simulated.orders) == len(numbers)

    file = tmp_path / "label.pdf"
    drawn = synced.json("label", "render", numbers[0], "--format", "pdf", "--out", str(file))
    assert drawn.code == 0
    assert file.read_bytes().startswith(b"%PDF")
    printed = synced.json("wave", "print", wave)
    assert printed.code == 0

    gone = synced.json("waybill", "cancel", numbers[1])
    assert gone.code == 0
    assert synced.json("outbox", "drain").code == 0
    assert [o.is_cancelled for o in simulated.orders].count(True) == 1

    parcel = next(r["parcel"] for r in mine if r["waybill"] == numbers[0])
    assert synced.json("ship", "--parcel", parcel, "--unpacked").code == 0
    simulated.advance(numbers[0], 2)
    (track,) = synced.json("track", numbers[0]).rows
    assert (track["waybill"], track["carrier"]) == (numbers[0], carrier)
    assert track["stage"] == "in_transit"
    assert synced.json("carriers", "check", carrier).code == 0
    assert synced.json("db", "check").code == 0
