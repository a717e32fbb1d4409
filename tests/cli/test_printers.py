"""Printers by commands: found, asked, set up, tried out, switched off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.states import Document
from app.simulators.printers import LabelPrinter, PrinterFaults
from tests.cli.calling import Shell
from tests.printing.reading import codes
from tests.printing.usb_bus import PluggedPrinter, plugged


@pytest.fixture
def device() -> Iterator[LabelPrinter]:
    with LabelPrinter("tspl") as made:
        yield made


@pytest.fixture
def only_usb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but one USB printer is near this computer."""
    plugged(monkeypatch, PluggedPrinter())
    for name in ("find_announced", "find_queues", "find_serial_ports"):
        monkeypatch.setattr(f"printing.discovery.finder.{name}", lambda *_: iter(()))


def test_printer_is_asked_set_up_tried_and_switched_off(shell: Shell, device: LabelPrinter) -> None:
    host = f"127.0.0.1:{device.port}"
    (found,) = shell.json("printers", "find", "--address", host).rows
    assert found == {
        "name": "SIMULATED TSPL",
        "kind": "network",
        "address": device.address,
        "language": "tspl",
        "dots_per_mm": None,
        "media": "",
        "state": "ready",
        "message": "The printer is ready.",
        "configured_as": "",
    }
    added = shell.json("printers", "add", "bench-1", "--from", device.address, "--set", "gap_mm=3")
    assert added.rows == [
        {
            "name": "bench-1",
            "language": "tspl",
            "address": device.address,
            "dots_per_mm": 8.0,
            "media": "76x130",
            "documents": [Document.LABEL.value],
            "gap_mm": 3,
        }
    ]
    (stored,) = [r for r in shell.json("config", "show").rows if r["section"] == "printer"]
    assert {"section": "printer", **added.rows[0]} == stored
    (listed,) = shell.json("printers", "list").rows
    assert (listed["state"], listed["remedy"]) == ("ready", "")
    (found,) = shell.json("printers", "find", "--address", host).rows
    assert found["configured_as"] == "bench-1"
    assert device.papers == []
    (tested,) = shell.json("printers", "test", "bench-1").rows
    assert tested == {"printer": "bench-1", "result": "confirmed", "reason": ""}
    assert codes(device.wait_for_papers(1)[0].image())
    assert shell.json("printers", "remove", "bench-1").rows == [{"name": "bench-1"}]
    assert shell.json("printers", "list").rows == []


def test_printer_in_trouble_is_listed_with_its_remedy(shell: Shell, device: LabelPrinter) -> None:
    shell.json("printers", "add", "bench-1", "--from", device.address)
    device.set_faults(PrinterFaults(labels_left=0, paper_end_seen_at_once=True))
    (listed,) = shell.json("printers", "list").rows
    assert (listed["state"], listed["message"]) == ("paper_out", "The printer is out of paper.")
    assert listed["remedy"] == "Load paper and close the cover."
    tested = shell.json("printers", "test", "bench-1")
    assert tested.code == 2
    assert tested.errors[0]["code"] == "printer_not_ready"
    assert tested.errors[0]["remedy"] == "Load paper and close the cover."
    (listed,) = shell.json("printers", "list", "--no-status").rows
    assert listed["state"] == ""


def test_a_new_roll_is_counted_until_nobody_wants_it(shell: Shell, device: LabelPrinter) -> None:
    shell.json("printers", "add", "bench-1", "--from", device.address)
    first = shell.json("printers", "roll", "bench-1")
    assert (first.code, first.errors[0]["code"]) == (1, "roll_size")
    assert shell.json("printers", "roll", "bench-1", "--labels", "500").rows[0]["left"] == 500
    (listed,) = shell.json("printers", "list", "--no-status").rows
    assert listed["left"] == 500
    assert shell.json("printers", "roll", "bench-1").rows[0]["left"] == 500
    assert shell.json("printers", "roll", "bench-1", "--labels", "0").code == 0
    (listed,) = shell.json("printers", "list", "--no-status").rows
    assert listed["left"] is None
    nobody = shell.json("printers", "roll", "none", "--labels", "5")
    assert (nobody.code, nobody.errors[0]["code"]) == (1, "no_such_printer")
    assert (
        shell.json("printers", "roll", "bench-1", "--labels", "many").errors[0]["code"] == "usage"
    )


def test_without_a_printer_the_list_says_where_they_are_found(shell: Shell) -> None:
    assert "printers find" in shell("printers", "list").out


def test_test_page_that_may_be_out_is_not_called_failed(shell: Shell, device: LabelPrinter) -> None:
    shell.json("printers", "add", "bench-1", "--from", device.address)
    device.set_faults(PrinterFaults(labels_left=0))
    tested = shell.json("printers", "test", "bench-1")
    assert tested.code == 4
    assert tested.errors[0]["code"] == "print_unknown"


@pytest.mark.usefixtures("only_usb")
def test_usb_printer_is_found_and_set_up_with_its_language(shell: Shell) -> None:
    (found,) = shell.json("printers", "find").rows
    assert (found["kind"], found["address"]) == ("usb", "usb:0483:5743:B260001")
    (added,) = shell.json("printers", "add", "stick", "--from", "usb:0483:5743").rows
    assert (added["address"], added["language"]) == ("usb:0483:5743", "tspl")
    (again,) = shell.json("printers", "find").rows
    assert again["configured_as"] == "stick"
    shown = shell("printers", "find")
    assert "Xprinter XP-DT426B" in shown.out
    assert "stick" in shown.out


@pytest.mark.usefixtures("only_usb")
def test_way_that_cannot_look_is_told_to_people(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("libusb1", "libusb0", "openusb"):
        monkeypatch.setattr(f"usb.backend.{name}.get_backend", lambda: None)
    monkeypatch.setattr("printing.discovery.finder.find_device_files", lambda _: iter(()))
    shown = shell("printers", "find")
    assert shown.code == 0
    assert "No printer was found." in shown.out
    assert "libusb" in shown.err
    assert shell.json("printers", "find").rows == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--from", "serial:/dev/ttyUSB0"), "printer_language"),
        (("--from", "tcp://127.0.0.1:9", "--language", "tspl", "--set", "gap"), "usage"),
        (
            ("--from", "tcp://127.0.0.1:9", "--language", "tspl", "--set", "gap_mm=99"),
            "printer_option",
        ),
        (("--from", "tcp://127.0.0.1:9", "--language", "pdf"), "printer_address"),
        (("--from", "nowhere", "--language", "tspl"), "config_value"),
    ],
)
def test_what_cannot_be_is_not_stored(shell: Shell, arguments: tuple[str, ...], code: str) -> None:
    answer = shell.json("printers", "add", "bench-1", *arguments)
    assert answer.code == 1
    assert [e["code"] for e in answer.errors] == [code]
    assert shell.json("printers", "list").rows == []


def test_nobody_at_the_address_is_for_later(shell: Shell, tmp_path: Path) -> None:
    answer = shell.json("printers", "find", "--address", "127.0.0.1:9", "--timeout", "1")
    assert answer.code == 2
    assert answer.errors[0]["code"] == "no_printer_there"


def test_printer_that_is_not_there_cannot_be_removed_or_tried(shell: Shell) -> None:
    for command in ("remove", "test"):
        answer = shell.json("printers", command, "bench-9")
        assert [e["code"] for e in answer.errors] == ["no_such_printer"]
