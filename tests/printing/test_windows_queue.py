"""Windows queues: what the spooler's bits mean for a label (with a spooler that is told)."""

from __future__ import annotations

import pytest

from app.ports import DeviceState, SendResult
from printing.devices.windows_queue import WindowsQueueDevice


class ToldSpooler:
    """Says what it is told and keeps what it is given."""

    def __init__(self) -> None:
        self.flags: int | None = 0
        self.jobs: list[bytes] = []
        self.job_answers: list[int | None] = [None]
        self.refuses = False

    def printer_flags(self, queue: str) -> int:
        if self.flags is None:
            raise OSError(1801, "the printer name is invalid")
        return self.flags

    def print_raw(self, queue: str, title: str, data: bytes) -> int:
        if self.refuses:
            raise OSError(5, "access denied")
        self.jobs.append(data)
        return 7

    def job_flags(self, queue: str, job: int) -> int | None:
        assert job == 7
        return self.job_answers.pop(0) if len(self.job_answers) > 1 else self.job_answers[0]


@pytest.fixture
def spooler() -> ToldSpooler:
    return ToldSpooler()


@pytest.fixture
def device(spooler: ToldSpooler) -> WindowsQueueDevice:
    return WindowsQueueDevice("Label printer", spooler, confirm_timeout_s=0.5)


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        (0, DeviceState.READY),
        (0x400, DeviceState.BUSY),
        (0x10, DeviceState.PAPER_OUT),
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


@pytest.mark.parametrize("answers", [[None], [0x10, 0x10, None], [0x8, 0x80], [0x1000]])
def test_job_that_leaves_the_queue_counts_as_sent(
    device: WindowsQueueDevice, spooler: ToldSpooler, answers: list[int | None]
) -> None:
    spooler.job_answers = answers
    assert device.deliver(b"label", None).result is SendResult.SENT
    assert spooler.jobs == [b"label"]


@pytest.mark.parametrize("flags", [0x40, 0x2, 0x20, 0x400])
def test_job_that_stops_in_the_queue_is_unknown(
    device: WindowsQueueDevice, spooler: ToldSpooler, flags: int
) -> None:
    spooler.job_answers = [0x10, flags]
    sent = device.deliver(b"label", None)
    assert sent.result is SendResult.UNKNOWN
    assert "may come out later" in str(sent.reason)
    assert sent.status is not None


def test_job_that_never_ends_is_unknown(device: WindowsQueueDevice, spooler: ToldSpooler) -> None:
    spooler.job_answers = [0x10]
    assert device.deliver(b"label", None).result is SendResult.UNKNOWN


def test_refusal_of_the_spooler_is_not_started(
    device: WindowsQueueDevice, spooler: ToldSpooler
) -> None:
    spooler.refuses = True
    assert device.deliver(b"label", None).result is SendResult.NOT_STARTED
