"""Windows queues that get PDF: the driver's dots, one to one, from the paper's corner."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.ports import DeviceState, Prepared, PrinterConfig, SendResult
from printing.devices.device import KnowsResolution
from printing.devices.windows_queue import WindowsPagesDevice
from printing.devices.windows_spooler import PagePlace, bitmap_bits, bitmap_info
from printing.documents.bitmap import Bitmap
from printing.documents.raster import rasterise
from printing.printers import prepared
from tests.printing.reading import codes
from tests.printing.samples import usual_labels
from tests.printing.told_spooler import PLACE, ToldPages, ToldSpooler, read_dib

LABEL = usual_labels()["zto"]
CONFIG = PrinterConfig("bench-1", "system", "queue:Label printer")


@pytest.fixture
def spooler() -> ToldSpooler:
    return ToldSpooler()


@pytest.fixture
def device(spooler: ToldSpooler) -> WindowsPagesDevice:
    return WindowsPagesDevice(
        "Label printer", spooler, width_mm=76, height_mm=130, confirm_timeout_s=0.4
    )


def drawn(device: WindowsPagesDevice) -> Prepared:
    assert isinstance(device, KnowsResolution)
    return prepared(CONFIG, LABEL, device.dots_per_mm())


@pytest.mark.parametrize("place", [PLACE, PagePlace(300, 300, 898, 1535, 0, 0)])
def test_label_lies_on_the_drivers_dots(
    device: WindowsPagesDevice, spooler: ToldSpooler, place: PagePlace
) -> None:
    spooler.context = ToldPages(place)
    data = drawn(device).data
    assert device.deliver_as(data, None, "k1").result is SendResult.SENT
    (sheet,) = spooler.context.sheets
    (page,) = rasterise(data, place.dpi_across / 25.4)
    expected = page.on_paper(place.width, place.height).image()
    assert sheet.tobytes() == expected.tobytes()
    assert ("Code 128", LABEL.number) in codes(sheet)
    assert spooler.papers[-1] == (760, 1300)
    assert spooler.context.title == "packbench k1"
    assert spooler.context.calls == ["close", "start", "page", "end", "close"]


def test_unequal_pitch_keeps_the_length_true(
    device: WindowsPagesDevice, spooler: ToldSpooler
) -> None:
    spooler.context = ToldPages(PagePlace(300, 600, 898, 3071, 0, 0))
    assert device.deliver(drawn(device).data, None).result is SendResult.SENT
    assert spooler.context.sheets[0].size == (898, 3071)
    assert ("Code 128", LABEL.number) in codes(spooler.context.sheets[0].resize((898, 1535)))


def test_paper_that_the_driver_does_not_take_is_not_started(
    device: WindowsPagesDevice, spooler: ToldSpooler
) -> None:
    data = drawn(device).data
    spooler.context = ToldPages(replace(PLACE, width=812, height=1218))  # it stays with 4x6 inch
    sent = device.deliver(data, None)
    assert sent.result is SendResult.NOT_STARTED
    assert "76×130" in str(sent.reason)
    assert spooler.context.calls == ["close"]


@pytest.mark.parametrize(
    ("broken", "result"),
    [
        ("start", SendResult.NOT_STARTED),
        ("page", SendResult.UNKNOWN),
        ("end", SendResult.UNKNOWN),
    ],
)
def test_call_that_fails_is_placed_before_or_after_the_first_page(
    device: WindowsPagesDevice, spooler: ToldSpooler, broken: str, result: SendResult
) -> None:
    data = drawn(device).data
    spooler.context = ToldPages(PLACE, broken)
    assert device.deliver(data, None).result is result
    assert spooler.context.calls[-1] == "close"


def test_without_the_driver_nothing_is_started(
    device: WindowsPagesDevice, spooler: ToldSpooler
) -> None:
    spooler.refuses = True
    assert device.dots_per_mm() is None
    assert device.deliver(b"%PDF", None).result is SendResult.NOT_STARTED
    spooler.flags = 0x10
    assert device.status(None).state is DeviceState.PAPER_OUT


@pytest.mark.parametrize("width", [1, 8, 31, 32, 33, 607])
def test_bitmap_of_windows_holds_the_same_dots(width: int) -> None:
    row_bytes = (width + 7) // 8
    mask = 0xFF << (-width % 8) & 0xFF
    rows = b"".join(
        bytes((n * 37 + i * 11) & (mask if i == row_bytes - 1 else 0xFF) for i in range(row_bytes))
        for n in range(5)
    )
    bitmap = Bitmap(width, 5, rows)
    assert read_dib(bitmap_info(bitmap), bitmap_bits(bitmap)).tobytes() == bitmap.image().tobytes()
