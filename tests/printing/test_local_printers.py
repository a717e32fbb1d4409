"""Folders, device files, serial ports and the system's queues."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.ports import DeviceState, Printer, PrinterConfig, SendResult
from printing.documents.raster import rasterise
from printing.languages.language import PageSettings
from printing.languages.registry import language_of
from printing.registry import make_printer
from tests.printing.reading import codes, printed
from tests.printing.samples import slip, usual_labels

LABEL = usual_labels()["zto"]
BYTES = language_of("tspl").encode(printed(LABEL), PageSettings(76, 130, 8.0))


def printer_of(language: str, address: str, **options: object) -> Printer:
    patient = {"status_timeout_s": 10.0, "timeout_s": 30.0, **options}
    return make_printer(PrinterConfig("bench-1", language, address, options=patient))


class TestFolders:
    def test_every_label_is_a_pdf_of_its_own(self, tmp_path: Path) -> None:
        printer = printer_of("pdf", f"file:{tmp_path}/labels")
        for _ in range(3):
            assert printer.print_paper(LABEL).result is SendResult.CONFIRMED
        names = sorted(p.name for p in (tmp_path / "labels").iterdir())
        assert names == ["1.pdf", "2.pdf", "3.pdf"]
        (page,) = rasterise((tmp_path / "labels" / "2.pdf").read_bytes(), 8.0)
        assert ("Code 128", LABEL.number) in codes(page.image())

    def test_counting_goes_on_after_what_is_there(self, tmp_path: Path) -> None:
        (tmp_path / "41.pdf").write_bytes(b"x")
        printer_of("pdf", f"file:{tmp_path}").print_paper(LABEL)
        assert (tmp_path / "42.pdf").read_bytes().startswith(b"%PDF")
        assert (tmp_path / "41.pdf").read_bytes() == b"x"

    def test_a_language_writes_the_printers_bytes(self, tmp_path: Path) -> None:
        printer_of("tspl", str(tmp_path)).print_paper(LABEL)
        assert (tmp_path / "1.tspl").read_bytes() == BYTES

    def test_slip_goes_into_the_folder_too(self, tmp_path: Path) -> None:
        assert printer_of("pdf", f"file:{tmp_path}").print_paper(slip()).result == "confirmed"

    def test_folder_that_cannot_be_used_is_not_started(self, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("a file")
        printer = printer_of("pdf", f"file:{tmp_path}/taken/labels")
        sent = printer.print_paper(LABEL)
        assert sent.result is SendResult.NOT_STARTED
        assert printer.status().state is DeviceState.ERROR
        assert str(tmp_path) not in str(sent.reason)

    def test_usable_folder_is_ready(self, tmp_path: Path) -> None:
        assert printer_of("pdf", f"file:{tmp_path}").status().state is DeviceState.READY

    def test_device_file_gets_every_byte_and_never_answers(self, tmp_path: Path) -> None:
        pipe = tmp_path / "lp0"
        os.mkfifo(pipe)
        got: list[bytes] = []
        reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
        reader.start()
        sent = printer_of("tspl", f"file:{pipe}").print_paper(LABEL)
        reader.join()
        assert sent.result is SendResult.SENT
        assert got == [BYTES]


def _read_into(got: bytearray, end: int, count: int) -> None:
    while len(got) < count:
        got.extend(os.read(end, 65536))


class _Line:
    @pytest.fixture
    def line(self) -> Iterator[tuple[int, str]]:
        """The printer's end of a line, and the name of ours."""
        import tty

        printer_end, our_end = os.openpty()
        tty.setraw(our_end)
        yield printer_end, os.ttyname(our_end)
        os.close(our_end)
        os.close(printer_end)


class TestDeviceFiles(_Line):
    """As /dev/usb/lp0; a pseudo terminal is the nearest that a test has."""

    def test_printer_that_answers_is_confirmed(self, line: tuple[int, str]) -> None:
        end, name = line
        got = bytearray()
        done = threading.Event()

        def serve() -> None:
            asked = named = 0
            while not done.is_set():
                if select.select([end], [], [], 0.02)[0]:
                    got.extend(os.read(end, 4096))
                if b"~!T\r\n" in got and not named:
                    named = os.write(end, b"MODEL\r\n")
                if (now := got.count(b"\x1b!?")) > asked:
                    asked += os.write(end, b"\x00" * (now - asked))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            sent = printer_of("tspl", f"file:{name}").print_paper(LABEL)
        finally:
            done.set()
            thread.join()
        assert sent.result is SendResult.CONFIRMED
        assert BYTES in bytes(got)

    def test_printer_that_takes_no_data_does_not_block(self, line: tuple[int, str]) -> None:
        _, name = line
        printer = printer_of("tspl", f"file:{name}", send_timeout_s=0.2, status=False)
        assert printer.print_paper(LABEL).result is SendResult.UNKNOWN
        sent = printer.print_paper(LABEL)  # its buffer is still full: not one byte goes
        assert sent.result is SendResult.NOT_STARTED
        assert "takes no data" in str(sent.reason)

    def test_file_that_is_not_there_is_offline(self) -> None:
        printer = printer_of("tspl", "file:/dev/usb/lp97")
        assert printer.status().state is DeviceState.OFFLINE
        assert printer.print_paper(LABEL).result is SendResult.NOT_STARTED


class TestSerialPorts(_Line):
    @pytest.mark.parametrize("model", [b"MODEL\r\n", b"4BARCODE 3B-365\r\n", b"O4\n", b"XP-D4"])
    @pytest.mark.parametrize("pieces", [1, 99])
    def test_printer_that_answers_is_confirmed(
        self, line: tuple[int, str], model: bytes, pieces: int
    ) -> None:
        """However slowly its name comes, no letter of it is taken for a status."""
        end, name = line
        got = bytearray()
        done = threading.Event()

        def serve() -> None:
            answered = named = 0
            while not done.is_set():
                if not select.select([end], [], [], 0.02)[0]:
                    continue
                got.extend(os.read(end, 4096))
                if b"~!T\r\n" in got and not named:
                    named = 1
                    for i in range(0, len(model), len(model) // pieces + 1):
                        os.write(end, model[i : i + len(model) // pieces + 1])
                        done.wait(0.01)
                os.write(end, b"\x00" * (got.count(b"\x1b!?") - answered))
                answered = got.count(b"\x1b!?")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            sent = printer_of("tspl", f"serial:{name}?baud=115200").print_paper(LABEL)
        finally:
            done.set()
            thread.join()
        assert sent.result is SendResult.CONFIRMED
        assert BYTES in bytes(got)

    def test_mute_printer_gets_every_byte(self, line: tuple[int, str]) -> None:
        end, name = line
        got = bytearray()

        def serve() -> None:
            while b"PRINT 1,1\r\n" not in got:
                got.extend(os.read(end, 4096))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        sent = printer_of("tspl", f"serial:{name}?baud=115200", status_timeout_s=0.3).print_paper(
            LABEL
        )
        thread.join(5)
        assert sent.result is SendResult.SENT
        assert BYTES in bytes(got)

    def test_printer_that_takes_no_data_does_not_block(self, line: tuple[int, str]) -> None:
        _, name = line
        printer = printer_of("tspl", f"serial:{name}", send_timeout_s=0.3, status=False)
        sent = printer.print_paper(LABEL)
        assert sent.result is SendResult.UNKNOWN
        assert "stopped taking data" in str(sent.reason)

    def test_line_that_is_cut_in_mid_label_is_unknown(self) -> None:
        import tty

        end, our_end = os.openpty()
        tty.setraw(our_end)
        name = os.ttyname(our_end)

        def take_some_and_hang_up() -> None:
            got = 0
            while got < 9000:
                got += len(os.read(end, 4096))
            os.close(end)

        thread = threading.Thread(target=take_some_and_hang_up)
        printer = printer_of("tspl", f"serial:{name}", status=False)
        thread.start()
        sent = printer.print_paper(LABEL)
        thread.join()
        os.close(our_end)
        assert sent.result is SendResult.UNKNOWN
        assert "broke after part" in str(sent.reason)

    def test_what_a_stuck_printer_left_is_thrown_away(self, line: tuple[int, str]) -> None:
        """It would go into the next label as soon as the printer wakes up."""
        end, name = line
        printer = printer_of("tspl", f"serial:{name}", send_timeout_s=0.2, status=False)
        assert printer.print_paper(LABEL).result is SendResult.UNKNOWN
        while select.select([end], [], [], 0)[0]:
            assert os.read(end, 65536) in BYTES
        got = bytearray()
        thread = threading.Thread(target=lambda: _read_into(got, end, len(BYTES)))
        thread.start()
        patient = printer_of("tspl", f"serial:{name}", status=False)
        assert patient.print_paper(LABEL).result is SendResult.SENT
        thread.join()
        assert bytes(got) == BYTES

    def test_port_in_use_by_another_program_is_named(self, line: tuple[int, str]) -> None:
        import fcntl

        _, name = line
        other = os.open(name, os.O_RDWR | os.O_NOCTTY)
        try:
            fcntl.flock(other, fcntl.LOCK_EX)
            sent = printer_of("tspl", f"serial:{name}").print_paper(LABEL)
        finally:
            os.close(other)
        assert sent.result is SendResult.NOT_STARTED
        assert "Another program" in str(sent.reason)

    def test_port_that_is_not_there_is_not_started(self, tmp_path: Path) -> None:
        printer = printer_of("tspl", f"serial:{tmp_path}/ttyUSB7")
        assert printer.print_paper(LABEL).result is SendResult.NOT_STARTED
        assert printer.status().state is DeviceState.OFFLINE

    @pytest.mark.parametrize("query", ["baud=fast", "parity=x", "flow=river", "colour=red"])
    def test_wrong_settings_are_named(self, query: str) -> None:
        with pytest.raises(UserError) as caught:
            printer_of("tspl", f"serial:/dev/ttyS0?{query}").print_paper(LABEL)
        assert caught.value.code == "printer_address"
