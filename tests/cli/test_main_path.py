"""Every step from a paid order to the shop's answer, by commands against the real simulators."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.simulators.scenario import Scenario, build_scenario
from app.simulators.warehouse import SimulatedWarehouse
from tests.cli.calling import Shell


@pytest.fixture
def world() -> Iterator[SimulatedWarehouse]:
    scenario = build_scenario(1, datetime.now(UTC), 30, bundles=False)
    with SimulatedWarehouse(scenario) as running:
        yield running


@pytest.fixture
def stocked(shell: Shell, world: SimulatedWarehouse, tmp_path: Path) -> Shell:
    """Connected to the simulators, with counted stock."""
    config = tmp_path / "demo.toml"
    config.write_text(world.configuration(), encoding="utf-8")
    applied = shell.json("config", "apply", str(config))
    assert applied.code == 0
    assert {r["result"] for r in applied.rows} == {"new"}
    stock = tmp_path / "stock.csv"
    _write_stock(world.scenario, stock)
    assert shell.json("stock", "import", str(stock)).code == 0
    return shell


def _write_stock(scenario: Scenario, file: Path) -> None:
    """As a Chinese spreadsheet program saves it."""
    with file.open("w", encoding="gbk", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["货号", "条码", "名称", "规格", "数量", "库位", "重量(g)"])
        for g in scenario.goods:
            writer.writerow([g.sku, g.barcode, g.name, g.spec, g.on_hand, g.bin, g.weight_g])


def test_orders_go_out_by_commands_alone(stocked: Shell, tmp_path: Path) -> None:
    synced = stocked.json("sync")
    assert synced.code == 0
    orders = stocked.json("orders", "list", "--limit", "1000").rows
    assert len(orders) == sum(r["new"] for r in synced.rows) > 0
    assert set(orders[0]) == {
        "id", "shop", "order_id", "status", "stage", "holds", "paid_at", "deadline_at", "lines",
        "parcels", "flow", "flags",
    }  # fmt: skip
    assert all(o["paid_at"].endswith("Z") for o in orders if o["paid_at"])

    (wave,) = stocked.json("wave", "create").rows
    assert set(wave) == {"id", "name", "parcels"}
    labelled = stocked.json("wave", "label", wave["id"])
    results = Counter(r["result"] for r in labelled.rows)
    assert labelled.code == 4  # the scenario has addresses that no carrier goes to
    assert results["issued"] > 10
    assert [e["code"] for e in labelled.errors] == ["out_of_range"] * results["failed"]

    printed = stocked.json("wave", "print", wave["id"])
    assert printed.code == 0
    assert {r["result"] for r in printed.rows} == {"printed"}
    again = stocked.json("wave", "print", wave["id"])
    assert {r["result"] for r in again.rows} == {"kept"}

    parcels = stocked.json("parcels", "list", "--state", "to_pick", "--limit", "1000").rows
    assert {p["wave"] for p in parcels} == {wave["name"]}
    assert all(p["printed"] for p in parcels)
    first, second, *rest = parcels
    _pack(stocked, first)
    unpacked = stocked.json("ship", "--parcel", second["id"])
    assert (unpacked.code, unpacked.errors[0]["code"]) == (1, "not_packed")
    shipped = stocked.json("ship", "--wave", wave["id"], "--unpacked")
    assert Counter(r["result"] for r in shipped.rows)["kept"] == 1
    assert Counter(r["result"] for r in shipped.rows)["shipped"] == len(rest) + 1

    waiting = stocked.json("outbox", "list").rows
    assert {r["state"] for r in waiting} == {"pending"}
    drained = stocked.json("outbox", "drain")
    assert drained.code == 0
    assert len(drained.rows) == len(waiting)
    assert stocked.json("outbox", "list").rows == []
    done = stocked.json("parcels", "show", first["waybill"]).rows[0]
    assert done["state"] == "shipped"
    assert stocked.json("db", "check").code == 0


def _pack(shell: Shell, parcel: dict[str, str]) -> None:
    """A wrong piece first, then the right ones."""
    number = parcel["waybill"]
    order = shell.json("orders", "show", parcel["orders"][0]).rows[0]
    codes = [line["sku"] for line in order["lines"] for _ in range(line["quantity"])]
    wrong = shell.json("pack", number, "--scan", "no-such-code")
    assert (wrong.code, wrong.rows[0]["verdict"]) == (1, "unknown")
    packed = shell.json("pack", number, "--weight-g", "480", "--user", "packer", "--scan", *codes)
    assert packed.code == 0
    assert set(packed.rows[0]) == {"scan", "verdict", "sku", "have", "need"}
    assert packed.rows[-1]["verdict"] == "parcel_done"
    again = shell.json("pack", number)
    assert (again.code, again.rows[0]["verdict"]) == (1, "already_shipped")


def test_labels_are_rendered_reprinted_and_cancelled(stocked: Shell, tmp_path: Path) -> None:
    stocked("sync")
    wave = stocked.json("wave", "create").rows[0]["id"]
    stocked("wave", "label", wave)
    parcels = stocked.json("parcels", "list", "--wave", wave, "--limit", "1000").rows
    numbered = [p for p in parcels if p["waybill"]]
    drawn = next(p for p in numbered if p["route"] == "direct")
    platform = next(p for p in numbered if p["route"] == "platform")
    starts = {"pdf": b"%PDF", "png": b"\x89PNG", "tspl": b"SIZE", "zpl": b"^XA", "escpos": b"\x1b@"}
    for fmt, start in starts.items():
        file = tmp_path / f"label.{fmt}"
        answer = stocked.json(
            "label", "render", drawn["waybill"], "--format", fmt, "--out", str(file)
        )
        assert answer.rows[0]["bytes"] == file.stat().st_size
        assert start in file.read_bytes()[:400]
    out = tmp_path / "platform.pdf"
    refused = stocked.json(
        "label", "render", platform["waybill"], "--format", "pdf", "--out", str(out)
    )
    assert (refused.code, refused.errors[0]["code"]) == (1, "platform_label")
    assert not out.exists()

    stocked("wave", "print", wave)
    again = stocked.json("reprint", drawn["waybill"], "--reason", "torn")
    assert (again.code, again.rows[0]["result"]) == (0, "printed")
    cancelled = stocked.json("waybill", "cancel", drawn["waybill"])
    assert (cancelled.code, cancelled.rows[0]["parcel"]) == (0, drawn["id"])
    assert stocked.json("waybill", "cancel", drawn["waybill"]).rows == cancelled.rows


def test_a_parcel_is_held_released_and_given_another_carrier(stocked: Shell) -> None:
    stocked("sync")
    parcel = stocked.json("parcels", "list", "--state", "to_label").rows[0]["id"]
    held = stocked.json("parcels", "hold", parcel, "--reason", "ask the buyer").rows[0]
    assert held["holds"] == ["manual"]
    found = stocked.json("parcels", "list", "--hold", "manual").rows
    assert [p["id"] for p in found] == [parcel]
    assert stocked.json("parcels", "release", parcel).rows[0]["holds"] == []
    changed = stocked.json("parcels", "carrier", parcel, "sf").rows[0]
    assert changed["carrier"] == "sf"
    assert changed["reason"] == "Chosen by hand"
    missing = stocked.json("parcels", "show", "none")
    assert (missing.code, missing.errors[0]["ref"]) == (1, "none")


def test_tables_for_people_say_the_same(stocked: Shell) -> None:
    stocked("sync")
    order = stocked.json("orders", "list", "--limit", "1").rows[0]
    listed = stocked("orders", "list", "--limit", "1")
    assert order["order_id"] in listed.out
    assert "see more with --limit" in listed.out
    shown = stocked("orders", "show", order["order_id"])
    assert order["lines"][0]["sku"] in shown.out
    assert "On hand" in stocked("stock", "list").out
    assert "All is well." in stocked("doctor").out


def test_configuration_is_shown_without_secrets(stocked: Shell, world: SimulatedWarehouse) -> None:
    secrets = [s.app_secret for s in world.scenario.accounts.shops]
    secrets.append(world.scenario.accounts.sf.checkword)
    for answer in (stocked("config", "show"), stocked.json("config", "show")):
        assert "shanye" in answer.out
        assert not [s for s in secrets if s in answer.out]


def test_applying_the_same_file_again_changes_nothing(stocked: Shell, tmp_path: Path) -> None:
    again = stocked.json("config", "apply", str(tmp_path / "demo.toml"))
    assert {r["result"] for r in again.rows} == {"same"}


def test_shop_that_is_gone_exits_with_2(stocked: Shell, world: SimulatedWarehouse) -> None:
    world.wechat.stop()
    answer = stocked.json("sync")
    assert answer.code == 2
    assert {e["ref"] for e in answer.errors} == {"shanye", "qinghe"}


def test_other_papers_of_a_wave_are_printed(
    stocked: Shell, world: SimulatedWarehouse, tmp_path: Path
) -> None:
    stocked("sync")
    wave = stocked.json("wave", "create", "--limit", "3", "--carrier", "yunda").rows[0]
    stocked("wave", "label", wave["id"])
    refused = stocked.json("wave", "print", wave["id"], "--document", "slip")
    assert (refused.code, refused.errors[0]["code"]) == (1, "no_printer")

    config = tmp_path / "papers.toml"
    papers = 'documents = ["label", "slip", "picklist"]'
    config.write_text(world.configuration().replace('documents = ["label"]', papers), "utf-8")
    assert stocked("config", "apply", str(config)).code == 0
    slips = stocked.json("wave", "print", wave["id"], "--document", "slip")
    assert slips.code == 0
    assert [r["parcel"] for r in slips.rows] == wave["parcels"]
    assert {r["result"] for r in slips.rows} == {"printed"}
    listed = stocked.json("wave", "print", wave["name"], "--document", "picklist")
    assert listed.rows[0]["result"] == "confirmed"
    assert (
        "The pick list is printed."
        in stocked("wave", "print", wave["id"], "--document", "picklist").out
    )

    stocked("wave", "print", wave["id"])
    assert stocked.json("wave", "picked", wave["id"]).rows[0]["parcels"] == 3
    (row,) = stocked.json("wave", "list").rows
    assert (row["parcels"], row["numbered"], row["printed"], row["picked"]) == (3, 3, 3, True)
    assert wave["name"] in stocked("wave", "list").out


def test_papers_do_not_come_out_of_a_printer_that_is_off(
    stocked: Shell, world: SimulatedWarehouse, tmp_path: Path
) -> None:
    config = tmp_path / "papers.toml"
    papers = 'documents = ["label", "slip", "picklist"]'
    config.write_text(world.configuration().replace('documents = ["label"]', papers), "utf-8")
    stocked("config", "apply", str(config))
    stocked("sync")
    wave = stocked.json("wave", "create", "--limit", "3", "--carrier", "yunda").rows[0]["id"]
    stocked("wave", "label", wave)
    for printer in world.printers.values():
        printer.stop()
    for document in ("slip", "picklist", "label"):
        answer = stocked.json("wave", "print", wave, "--document", document)
        assert answer.code == 2, document
        assert {e["code"] for e in answer.errors} == {"printer_not_ready"}
