"""USB printers through the real pyusb, on a bus whose printers are simulated ones."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator

import pytest

from app.domain.errors import UserError
from app.ports import DeviceState, Printer, PrinterConfig, SendResult
from app.simulators.printers import LabelPrinter, PrinterFaults
from printing.devices.ieee1284 import read_device_id, read_port_status
from printing.devices.usb_devices import read_usb_address
from printing.languages.language import PageSettings
from printing.languages.registry import language_of
from printing.registry import make_printer
from tests.printing.reading import codes, printed
from tests.printing.samples import usual_labels
from tests.printing.usb_bus import PluggedPrinter, plugged

LABEL = usual_labels()["zto"]
ADDRESS = "usb:0483:5743"
BYTES = language_of("tspl").encode(printed(LABEL), PageSettings(76, 130, 8.0))


def printer_of(address: str = ADDRESS, language: str = "tspl", **options: object) -> Printer:
    patient = {"status_timeout_s": 10.0, "timeout_s": 30.0, **options}
    return make_printer(PrinterConfig("bench-1", language, address, options=patient))


@pytest.fixture(params=["tspl", "zpl", "escpos"])
def device(request: pytest.FixtureRequest) -> Iterator[LabelPrinter]:
    with LabelPrinter(request.param) as made:
        yield made


def test_label_comes_out_and_is_confirmed(
    device: LabelPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = PluggedPrinter(device.port)
    plugged(monkeypatch, stick)
    printer = printer_of(language=device.language)
    assert printer.status().state is DeviceState.READY
    assert printer.print_paper(LABEL).result is SendResult.CONFIRMED
    assert ("Code 128", LABEL.number) in codes(device.papers[0].image())
    assert stick.log == ["claimed", "released"] * 2
    assert stick.opened == 0


def test_paper_running_out_with_the_label_inside_is_unknown(
    device: LabelPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged(monkeypatch, PluggedPrinter(device.port))
    device.set_faults(PrinterFaults(labels_left=0))
    sent = printer_of(language=device.language).print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN
    assert sent.status is not None
    assert sent.status.state is DeviceState.PAPER_OUT


def test_the_systems_driver_gets_the_printer_back(monkeypatch: pytest.MonkeyPatch) -> None:
    stick = PluggedPrinter(kernel_driver=True)
    plugged(monkeypatch, stick)
    assert printer_of(status=False).print_paper(LABEL).result is SendResult.SENT
    assert stick.log == ["detached", "claimed", "released", "attached"]
    assert bytes(stick.written) == BYTES


def test_bidirectional_setting_is_chosen_among_the_alternatives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stick = PluggedPrinter(protocols=(4, 1, 2))
    plugged(monkeypatch, stick)
    printer_of(status=False).print_paper(LABEL)
    assert stick.log == ["claimed", "setting 2", "released"]


def test_printer_without_a_way_back_is_mute(monkeypatch: pytest.MonkeyPatch) -> None:
    stick = PluggedPrinter(protocols=(1,))
    plugged(monkeypatch, stick)
    sent = printer_of(status_timeout_s=0.05).print_paper(LABEL)
    assert sent.result is SendResult.SENT
    assert bytes(stick.written).endswith(BYTES)


def test_unconfigured_printer_is_configured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stick = PluggedPrinter(configured=False)
    plugged(monkeypatch, stick)
    printer_of(status=False).print_paper(LABEL)
    assert stick.log == ["configured", "claimed", "released"]


class TestTrouble:
    @pytest.mark.parametrize(
        ("taken", "result"), [(0, SendResult.NOT_STARTED), (64, "unknown"), (9000, "unknown")]
    )
    def test_time_out_is_placed_by_the_bytes_that_went(
        self, monkeypatch: pytest.MonkeyPatch, taken: int, result: str
    ) -> None:
        stick = PluggedPrinter(takes_bytes=taken)
        plugged(monkeypatch, stick)
        sent = printer_of(status=False).print_paper(LABEL)
        assert sent.result == result
        assert len(stick.written) == taken
        assert stick.opened == 0
        assert "takes no data" in str(sent.reason) or "stopped taking data" in str(sent.reason)

    def test_transfer_that_went_in_part_is_continued(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stick = PluggedPrinter()
        bus = plugged(monkeypatch, stick)
        whole = bus.bulk_write
        monkeypatch.setattr(
            bus, "bulk_write", lambda h, e, i, data, ms: whole(h, e, i, data[:1000], ms)
        )
        assert printer_of(status=False).print_paper(LABEL).result is SendResult.SENT
        assert bytes(stick.written) == BYTES

    @pytest.mark.parametrize("after", [64, 30_000])
    def test_pulled_out_in_mid_label_is_unknown(
        self, monkeypatch: pytest.MonkeyPatch, after: int
    ) -> None:
        stick = PluggedPrinter(unplugged_after=after)
        plugged(monkeypatch, stick)
        printer = printer_of(status=False)
        sent = printer.print_paper(LABEL)
        assert sent.result is SendResult.UNKNOWN
        assert "broke after part" in str(sent.reason)
        assert printer.print_paper(LABEL).result is SendResult.NOT_STARTED
        assert printer.status().state is DeviceState.OFFLINE

    @pytest.mark.parametrize(
        ("after", "result"), [(0, SendResult.NOT_STARTED), (20_000, SendResult.UNKNOWN)]
    )
    def test_stall_is_cleared_and_the_next_label_goes(
        self, monkeypatch: pytest.MonkeyPatch, after: int, result: SendResult
    ) -> None:
        stick = PluggedPrinter(stalls_after=after)
        plugged(monkeypatch, stick)
        printer = printer_of(status=False)
        assert printer.print_paper(LABEL).result is result
        assert "cleared 0x3" in stick.log
        stick.written.clear()
        assert printer.print_paper(LABEL).result is SendResult.SENT
        assert bytes(stick.written) == BYTES

    def test_printer_held_by_another_program_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stick = PluggedPrinter(refuses_claim=errno.EBUSY, kernel_driver=True)
        plugged(monkeypatch, stick)
        sent = printer_of().print_paper(LABEL)
        assert sent.result is SendResult.NOT_STARTED
        assert "Another program" in str(sent.reason)
        assert stick.log[-1] == "attached"

    def test_missing_right_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        plugged(monkeypatch, PluggedPrinter(refuses_open=errno.EACCES))
        printer = printer_of()
        sent = printer.print_paper(LABEL)
        assert sent.result is SendResult.NOT_STARTED
        assert sent.status == printer.status()
        assert "may not use the USB printer" in str(sent.reason)

    def test_device_that_is_no_printer_is_not_started(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plugged(monkeypatch, PluggedPrinter(interface_class=8))
        assert printer_of().print_paper(LABEL).result is SendResult.NOT_STARTED


class TestEqualPrinters:
    def test_serial_number_or_port_tells_them_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = PluggedPrinter(serial="A1", ports=(1,))
        second = PluggedPrinter(serial="B2", ports=(2, 4))
        plugged(monkeypatch, first, second)
        printer_of(f"{ADDRESS}:B2", status=False).print_paper(LABEL)
        assert (len(first.written), bytes(second.written)) == (0, BYTES)
        printer_of(f"{ADDRESS}:1-1", status=False).print_paper(LABEL)
        assert bytes(first.written) == BYTES

    @pytest.mark.parametrize(
        ("serials", "named"), [(("A1", "B2"), ":A1, :B2"), (("X", "X"), ":1-1, :1-2.4")]
    )
    def test_without_a_word_none_is_guessed(
        self, monkeypatch: pytest.MonkeyPatch, serials: tuple[str, str], named: str
    ) -> None:
        first = PluggedPrinter(serial=serials[0], ports=(1,))
        second = PluggedPrinter(serial=serials[1], ports=(2, 4))
        plugged(monkeypatch, first, second)
        sent = printer_of().print_paper(LABEL)
        assert sent.result is SendResult.NOT_STARTED
        assert sent.status is not None
        assert named in str(sent.status.remedy)
        assert not first.written + second.written


class TestPortStatus:
    @pytest.mark.parametrize(
        ("byte", "state"),
        [
            (0x18, DeviceState.MUTE),
            (0x00, DeviceState.MUTE),
            (0x38, DeviceState.PAPER_OUT),
            (0x20, DeviceState.PAPER_OUT),
            (0x10, DeviceState.ERROR),
            (0x08, DeviceState.PAUSED),
            (None, DeviceState.MUTE),
        ],
    )
    def test_it_speaks_for_a_mute_printer(
        self, monkeypatch: pytest.MonkeyPatch, byte: int | None, state: DeviceState
    ) -> None:
        stick = PluggedPrinter(port_status=byte)
        plugged(monkeypatch, stick)
        printer = printer_of(language="cpcl")
        assert printer.status().state is state
        sent = printer.print_paper(LABEL)
        assert sent.result is (
            SendResult.SENT if state is DeviceState.MUTE else SendResult.NOT_STARTED
        )
        assert bool(stick.written) is (state is DeviceState.MUTE)

    def test_paper_out_behind_the_label_is_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stick = PluggedPrinter()
        bus = plugged(monkeypatch, stick)
        write = bus.bulk_write

        def write_and_run_out(*arguments: object) -> int:
            stick.port_status = 0x38
            return write(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(bus, "bulk_write", write_and_run_out)
        sent = printer_of(language="cpcl").print_paper(LABEL)
        assert sent.result is SendResult.UNKNOWN
        assert "paper ran out" in str(sent.reason)

    def test_words_of_the_best_status_do_not_promise_too_much(self) -> None:
        assert "never says" in str(read_port_status(0x18).message)


class TestDeviceId:
    def test_maker_model_and_language(self) -> None:
        text = b"MANUFACTURER:Zebra;COMMAND SET:ZPL,EPL;MODEL:GK420d;SERN:42J1;CLS:PRINTER;"
        found = read_device_id((len(text) + 2).to_bytes(2, "big") + text)
        assert (found.title, found.language, found.serial) == ("Zebra GK420d", "zpl", "42J1")

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            (b"MFG:TSC;MDL:TSC TE210;CMD:TSPL2;", "tspl"),
            (b"MFG:EPSON;MDL:TM-T88V;CMD:ESC/POS;", "escpos"),
            (b"MFG:Gprinter;MDL:GP-1324D;CMD:ESC;", ""),
            (b"MFG:HP;MDL:LaserJet;CMD:PCL,PDF;", ""),
            (b"", ""),
            (b"\x00", ""),
            (b"\xff\xffnonsense;;:;=:", ""),
        ],
    )
    def test_language(self, text: bytes, language: str) -> None:
        assert read_device_id(text).language == language


def test_without_the_library_the_remedy_names_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usb.core", None)
    status = printer_of().status()
    assert status.state is DeviceState.ERROR
    assert "queue:" in str(status.remedy)


def test_without_libusb_the_remedy_names_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("libusb1", "libusb0", "openusb"):
        monkeypatch.setattr(f"usb.backend.{name}.get_backend", lambda: None)
    sent = printer_of().print_paper(LABEL)
    assert sent.result is SendResult.NOT_STARTED
    assert sent.status is not None
    assert "queue:" in str(sent.status.remedy)


@pytest.mark.parametrize("address", ["usb:printer", "usb:0483", "usb:10483:5743", "usb:-1:5743"])
def test_address_that_is_no_pair_of_numbers_is_refused(address: str) -> None:
    with pytest.raises(UserError) as caught:
        printer_of(address)
    assert caught.value.code == "printer_address"


def test_serial_numbers_may_hold_colons() -> None:
    assert read_usb_address("0483:5743:00:11").which == "00:11"
