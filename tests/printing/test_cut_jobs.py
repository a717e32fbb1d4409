"""A job that was cut in the middle of a command: the next labels come out whole all the same."""

from __future__ import annotations

import pytest

from app.domain.labels import TestPage as Page
from app.ports import MistrustedPrinter, PrinterConfig, SendResult
from app.simulators.printers import LabelPrinter, PrinterFaults
from printing.registry import make_printer
from tests.support.clock import START_AT

PATIENT = PrinterFaults(half_command_survives=True)


@pytest.mark.parametrize("program_ended", [False, True])
@pytest.mark.parametrize("cut_at", [300, 5_000, 30_000])
@pytest.mark.parametrize("language", ["tspl", "escpos", "zpl"])
def test_a_cut_command_does_not_swallow_the_next_label(
    language: str, cut_at: int, program_ended: bool
) -> None:
    with LabelPrinter(language) as device:
        config = PrinterConfig("bench-1", language, device.address)
        page = Page(printed_at=START_AT, printer="bench-1")
        printer = make_printer(config)
        data = printer.prepare(page).data
        whole = _whole(language, page)
        cut = min(cut_at, len(data) // 2)
        device.set_faults(PrinterFaults(reset_after_bytes=cut, half_command_survives=True))
        assert printer.print_paper(page).result is SendResult.UNKNOWN
        device.set_faults(PATIENT)
        if program_ended:
            printer = make_printer(config)
            assert isinstance(printer, MistrustedPrinter)
            printer.mistrust()
        before = len(device.papers)
        assert printer.print_paper(page).result is SendResult.CONFIRMED
        out = len(device.papers)
        assert device.papers[-1].bits == whole
        assert out - before <= 2  # the rest of the cut one, and the label
        assert printer.print_paper(page).result is SendResult.CONFIRMED
        assert [p.bits for p in device.papers[out:]] == [whole]


def _whole(language: str, page: Page) -> bytes:
    with LabelPrinter(language) as device:
        printer = make_printer(PrinterConfig("bench-1", language, device.address))
        assert printer.print_paper(page).result is SendResult.CONFIRMED
        return device.papers[0].bits
