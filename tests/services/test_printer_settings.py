"""Printers are added, changed and removed one by one, checked as a configuration file is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.ports import DeviceState, PrinterConfig
from app.services import configuring
from app.services.numbers.labelling import label_wave
from app.services.printing import printers, printing, rolls
from app.services.printing.printers import (
    add_printer,
    change_printer,
    printer_views,
    remove_printer,
    restore_printer,
    status_of,
)
from app.simulators.printers import PrinterFaults
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, orders=12, then=Bench.sync) as made:
        yield made


def config(bench: Bench, name: str) -> PrinterConfig:
    return next(v.config for v in printer_views(bench.work) if v.config.name == name)


def test_a_change_is_stored_and_can_be_taken_back(bench: Bench) -> None:
    before = change_printer(bench.work, "bench-1", offset_x_mm=0.5, media="100x150", density=9)
    now = config(bench, "bench-1")
    assert now.media == "100x150"
    assert now.options == {"offset_x_mm": 0.5, "density": 9}
    assert before == {"offset_x_mm": None, "media": "76x130", "density": None}
    change_printer(bench.work, "bench-1", **before)
    assert config(bench, "bench-1").options == {}
    assert config(bench, "bench-1").media == "76x130"


def test_the_same_value_again_changes_nothing(bench: Bench) -> None:
    assert change_printer(bench.work, "bench-1", media="76x130") == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"media": "wide"},
        {"address": "tcp://"},
        {"offset_x_mm": 90},
        {"documents": ["label", "poster"]},
        {"language": "latin"},
        {"colour": "red"},
        {"density": "dark"},
        {"dots_per_mm": 99.0},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    bench: Bench, changes: dict[str, object]
) -> None:
    before = config(bench, "bench-1")
    with pytest.raises(UserError) as caught:
        change_printer(bench.work, "bench-1", speed=4, **changes)
    assert str(caught.value.message)
    assert config(bench, "bench-1") == before


def test_a_printer_is_added_removed_and_brought_back(bench: Bench) -> None:
    made = PrinterConfig("laser", "pdf", f"file:{bench.folder / 'out'}", documents=("picklist",))
    add_printer(bench.work, made)
    assert config(bench, "laser").documents == ("picklist",)
    with pytest.raises(UserError) as caught:
        add_printer(bench.work, made)
    assert caught.value.code == "printer_exists"
    remove_printer(bench.work, "laser")
    assert "laser" not in [v.config.name for v in printer_views(bench.work)]
    with pytest.raises(UserError):
        change_printer(bench.work, "laser", media="100x150")
    restore_printer(bench.work, "laser")
    assert [v.config.name for v in printer_views(bench.work)][-1] == "laser"
    remove_printer(bench.work, "laser")
    add_printer(bench.work, made)
    with pytest.raises(UserError):
        remove_printer(bench.work, "nobody")


def test_what_is_stored_is_what_a_file_would_store(bench: Bench) -> None:
    rows = configuring.show(bench.work, bench.services.secrets, lambda *_: frozenset())
    shown = next(r for r in rows if r["section"] == "printer" and r["name"] == "bench-1")
    assert printers.settings_of(config(bench, "bench-1")) == {
        k: v for k, v in shown.items() if k not in {"section", "name"}
    }


def test_the_device_is_asked_only_for_its_state(bench: Bench) -> None:
    assert status_of(bench.work, "bench-1").state is DeviceState.READY
    bench.world.printers["bench-1"].set_faults(
        PrinterFaults(labels_left=0, paper_end_seen_at_once=True)
    )
    assert status_of(bench.work, "bench-1").state is DeviceState.PAPER_OUT


def test_jobs_are_counted_by_printer(bench: Bench) -> None:
    wave = bench.wave()
    label_wave(bench.work, wave)
    change_printer(bench.work, "bench-1", status=False)  # mute: labels stay "sent"
    printed = [r for r in printing.print_wave(bench.work, wave) if r.result == "unconfirmed"]
    views = {v.config.name: v for v in printer_views(bench.work)}
    assert printed
    assert views["bench-1"].sent == len(printed)
    assert views["bench-1"].unknown == views["bench-1"].waiting == 0
    assert views["bench-2"].sent == 0


def test_a_roll_is_counted_down_and_never_below_nothing(bench: Bench) -> None:
    assert rolls.left(bench.work) == {}
    rolls.new_roll(bench.work, "bench-1", 500)
    with bench.work.db.write() as tx:
        rolls.used(tx, "bench-1", 3)
        rolls.used(tx, "bench-2")
    assert rolls.left(bench.work) == {"bench-1": rolls.Roll(500, 497)}
    with bench.work.db.write() as tx:
        rolls.used(tx, "bench-1", 600)
    assert rolls.left(bench.work)["bench-1"].left == 0
    rolls.new_roll(bench.work, "bench-1", 0)
    assert rolls.left(bench.work) == {}
    with pytest.raises(UserError):
        rolls.new_roll(bench.work, "bench-1", -1)
