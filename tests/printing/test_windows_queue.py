"""Windows queues: what the spooler's bits mean for a label (with a spooler that is told)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.ports import DeviceState, SendResult
from printing.devices.device import KnowsResolution, LooksUp
from printing.devices.windows_queue import WindowsQueueDevice
from printing.devices.windows_spooler import SpoolerPrinter
from printing.discovery.queues import spooler_queues
from tests.printing.told_spooler import JOB, ToldSpooler

ROOT = Path(__file__).parents[2]


@pytest.fixture
def spooler() -> ToldSpooler:
    return ToldSpooler()


@pytest.fixture
def device(spooler: ToldSpooler) -> WindowsQueueDevice:
    return WindowsQueueDevice("Label printer", spooler, confirm_timeout_s=0.4)


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        (0, DeviceState.READY),
        (0x400, DeviceState.BUSY),
        (0x10, DeviceState.PAPER_OUT),
        (0x40, DeviceState.PAPER_OUT),
        (0x400010, DeviceState.PAPER_OUT),
        (0x400000, DeviceState.COVER_OPEN),
        (0x8, DeviceState.ERROR),
        (0x1, DeviceState.PAUSED),
        (0x80, DeviceState.OFFLINE),
        (0x100000, DeviceState.ERROR),
        (None, DeviceState.OFFLINE),
    ],
)
def test_bits_of_the_printer(
    device: WindowsQueueDevice, spooler: ToldSpooler, flags: int | None, state: DeviceState
) -> None:
    spooler.flags = flags
    assert device.status(None).state is state
    if not device.status(None).can_start:
        assert device.deliver(b"label", None).result is SendResult.NOT_STARTED
        assert spooler.jobs == []


def test_printer_that_windows_uses_offline_gets_nothing(
    device: WindowsQueueDevice, spooler: ToldSpooler
) -> None:
    spooler.attributes = 0x400
    assert device.deliver(b"label", None).result is SendResult.NOT_STARTED
    assert spooler.jobs == []


@pytest.mark.parametrize("answers", [[None], [0x10, 0x10, None], [0x8, 0x80], [0x1000]])
def test_job_that_leaves_the_queue_counts_as_sent(
    device: WindowsQueueDevice, spooler: ToldSpooler, answers: list[int | None]
) -> None:
    spooler.job_answers = answers
    assert device.deliver(b"label", None).result is SendResult.SENT
    assert spooler.jobs == [b"label"]
    assert spooler.cancelled == []


def test_paper_that_ran_out_behind_the_job_is_told(
    device: WindowsQueueDevice, spooler: ToldSpooler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def then_empty(queue: str, job: int) -> None:
        spooler.flags = 0x10

    monkeypatch.setattr(spooler, "job_flags", then_empty)
    sent = device.deliver(b"label", None)
    assert sent.result is SendResult.UNKNOWN
    assert "paper ran out" in str(sent.reason)


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        (0x40, DeviceState.PAPER_OUT),
        (0x2, DeviceState.ERROR),
        (0x20, DeviceState.OFFLINE),
        (0x200, DeviceState.ERROR),
        (0x400, DeviceState.ERROR),
        (0x1, DeviceState.PAUSED),
    ],
)
def test_job_that_stops_is_taken_out_in_the_end_and_unknown(
    device: WindowsQueueDevice, spooler: ToldSpooler, flags: int, state: DeviceState
) -> None:
    spooler.job_answers = [0x10, flags]
    sent = device.deliver(b"label", None)
    assert sent.result is SendResult.UNKNOWN
    assert "taken out of the print queue" in str(sent.reason)
    assert sent.status is not None
    assert sent.status.state is state
    assert spooler.cancelled == [JOB]


def test_job_that_goes_on_after_new_paper_counts_as_sent(
    device: WindowsQueueDevice, spooler: ToldSpooler
) -> None:
    spooler.job_answers = [0x40, 0x10, None]
    assert device.deliver(b"label", None).result is SendResult.SENT


def test_job_that_cannot_be_taken_out_may_come_out_later(
    device: WindowsQueueDevice, spooler: ToldSpooler
) -> None:
    spooler.job_answers = [0x10]
    spooler.cannot_cancel = True
    sent = device.deliver(b"label", None)
    assert sent.result is SendResult.UNKNOWN
    assert "may come out later" in str(sent.reason)


def test_job_that_somebody_deleted_is_unknown(
    device: WindowsQueueDevice, spooler: ToldSpooler
) -> None:
    spooler.job_answers = [0x10, 0x104]
    sent = device.deliver(b"label", None)
    assert sent.result is SendResult.UNKNOWN
    assert "deleted" in str(sent.reason)


def test_refusal_of_the_spooler_is_not_started(
    device: WindowsQueueDevice, spooler: ToldSpooler
) -> None:
    spooler.refuses = True
    assert device.deliver(b"label", None).result is SendResult.NOT_STARTED


def test_spooler_that_breaks_off_is_unknown(
    device: WindowsQueueDevice, spooler: ToldSpooler
) -> None:
    """It begins to print while it still takes data."""
    spooler.breaks_off = True
    assert device.deliver(b"label", None).result is SendResult.UNKNOWN


def test_job_is_found_again_by_our_key_while_it_is_there(
    device: WindowsQueueDevice, spooler: ToldSpooler
) -> None:
    assert isinstance(device, LooksUp)
    assert not isinstance(device, KnowsResolution)
    device.deliver_as(b"label", None, "k1")
    assert spooler.titles == {"packbench k1": JOB}
    found = device.look_up("k1")
    assert found is not None
    assert found.result is SendResult.SENT
    assert device.look_up("k2") is None


def test_queues_are_found_with_their_language(spooler: ToldSpooler) -> None:
    spooler.known = [
        SpoolerPrinter("Bench", "ZDesigner GK420d", "USB001"),
        SpoolerPrinter("面单机", "Gprinter GP-1324D", "USB002", status=0x10),
        SpoolerPrinter("Microsoft Print to PDF", "Microsoft Print To PDF", "PORTPROMPT:"),
    ]
    first, second = spooler_queues(spooler)
    assert (first.address, first.language) == ("queue:Bench", "zpl")
    assert (second.address, second.language) == ("queue:面单机", "system")
    assert second.status is not None
    assert second.status.state is DeviceState.PAPER_OUT


def test_what_only_windows_runs_is_typed(tmp_path: Path) -> None:
    """Nothing here calls it, so at least every name, argument and result must be right."""
    files = [
        "printing/devices/winspool.py",
        "printing/devices/windows_queue.py",
        "printing/devices/queue.py",
        "printing/devices/serial_port.py",
        "printing/devices/lp_file.py",
        "printing/discovery/queues.py",
    ]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--platform", "win32", "--follow-imports",
         "silent", "--cache-dir", str(tmp_path / "cache"), *files],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
