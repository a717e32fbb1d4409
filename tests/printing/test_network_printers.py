"""Printers on TCP: what is certain about a label after every kind of trouble."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from app.ports import DeviceState, Printer, PrinterConfig, SendResult
from app.simulators.printers import LabelPrinter, PrinterFaults
from printing.registry import make_printer
from tests.printing.reading import codes
from tests.printing.samples import usual_labels

LANGUAGES = ["escpos", "tspl", "zpl"]
LABEL = usual_labels()["zto"]


def printer_at(address: str, language: str = "tspl", **options: object) -> Printer:
    patient = {"status_timeout_s": 10.0, "timeout_s": 30.0, **options}
    return make_printer(PrinterConfig("bench-1", language, address, options=patient))


@pytest.fixture(params=LANGUAGES)
def device(request: pytest.FixtureRequest) -> Iterator[LabelPrinter]:
    with LabelPrinter(request.param) as made:
        yield made


@pytest.fixture
def printer(device: LabelPrinter) -> Printer:
    return printer_at(device.address, device.language)


def test_good_label_is_confirmed_and_out(device: LabelPrinter, printer: Printer) -> None:
    sent = printer.print_paper(LABEL)
    assert sent.result is SendResult.CONFIRMED
    assert sent.reason is None
    assert len(device.papers) == 1
    assert ("Code 128", LABEL.number) in codes(device.papers[0].image())


def test_labels_come_out_one_by_one_in_order(device: LabelPrinter, printer: Printer) -> None:
    numbers = [f"7310019661{i:04d}" for i in range(5)]
    for number in numbers:
        assert printer.print_paper(replace(LABEL, number=number)).result is SendResult.CONFIRMED
    assert [n for p in device.papers for n in numbers if ("Code 128", n) in codes(p.image())] == (
        numbers
    )
    assert device.complaints == []


def test_confirmation_waits_until_the_label_is_out(device: LabelPrinter, printer: Printer) -> None:
    device.set_faults(PrinterFaults(label_print_s=0.4))
    assert printer.print_paper(LABEL).result is SendResult.CONFIRMED
    assert len(device.papers) == 1


@pytest.mark.parametrize(
    ("faults", "state"),
    [
        (PrinterFaults(labels_left=0, paper_end_seen_at_once=True), DeviceState.PAPER_OUT),
        (PrinterFaults(cover_open=True), DeviceState.COVER_OPEN),
        (PrinterFaults(paused=True), DeviceState.PAUSED),
    ],
    ids=["paper", "cover", "pause"],
)
def test_printer_that_is_not_ready_gets_nothing(
    device: LabelPrinter, printer: Printer, faults: PrinterFaults, state: DeviceState
) -> None:
    device.set_faults(faults)
    assert printer.status().state is state
    before = device.received_bytes
    sent = printer.print_paper(LABEL)
    assert sent.result is SendResult.NOT_STARTED
    assert sent.status is not None
    assert sent.status.state is state
    assert sent.status.remedy is not None
    assert device.received_bytes - before < 100  # questions only
    assert device.papers == []


def test_ready_printer_says_so(device: LabelPrinter, printer: Printer) -> None:
    assert printer.status().state is DeviceState.READY


def test_paper_running_out_with_the_label_inside_is_unknown(
    device: LabelPrinter, printer: Printer
) -> None:
    device.set_faults(PrinterFaults(labels_left=0))
    sent = printer.print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN
    assert "paper ran out" in str(sent.reason)
    assert sent.status is not None
    assert sent.status.state is DeviceState.PAPER_OUT
    device.load_paper()
    device.wait_for_papers(1)  # as the reason says: it still prints, so a resend would make two


def test_second_label_does_not_start_on_the_empty_roll(
    device: LabelPrinter, printer: Printer
) -> None:
    device.set_faults(PrinterFaults(labels_left=1, paper_end_seen_at_once=True))
    printer.print_paper(LABEL)
    sent = printer.print_paper(replace(LABEL, number="73100196611387"))
    assert sent.result is SendResult.NOT_STARTED
    assert len(device.papers) == 1


@pytest.mark.parametrize(
    "faults",
    [PrinterFaults(reset_after_bytes=9000), PrinterFaults(close_after_bytes=9000)],
    ids=["reset", "closed"],
)
def test_connection_lost_in_the_middle_is_unknown(
    device: LabelPrinter, printer: Printer, faults: PrinterFaults
) -> None:
    device.set_faults(faults)
    sent = printer.print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN
    assert "broke" in str(sent.reason)
    assert device.papers == []


def test_mute_printer_gets_every_byte_and_counts_as_sent(device: LabelPrinter) -> None:
    device.set_faults(PrinterFaults(mute=True))
    printer = printer_at(device.address, device.language, status_timeout_s=0.3)
    for count in (1, 2):
        sent = printer.print_paper(LABEL)
        assert sent.result is SendResult.SENT
        assert sent.status is not None
        assert sent.status.state is DeviceState.MUTE
        assert ("Code 128", LABEL.number) in codes(device.wait_for_papers(count)[-1].image())
    assert printer.status().state is DeviceState.MUTE


def test_printer_known_to_be_mute_is_not_asked(device: LabelPrinter) -> None:
    printer = printer_at(device.address, device.language, status=False)
    assert printer.print_paper(LABEL).result is SendResult.SENT
    assert printer.status().state is DeviceState.MUTE
    assert len(device.wait_for_papers(1)) == 1


def test_status_nobody_asked_for_is_no_answer(device: LabelPrinter, printer: Printer) -> None:
    device.set_faults(PrinterFaults(unsolicited_status=True))
    assert printer.print_paper(LABEL).result is SendResult.CONFIRMED
    assert len(device.papers) == 1


def test_slow_printer_with_a_small_memory_gets_every_byte() -> None:
    faults = PrinterFaults(buffer_bytes=4096, bytes_per_s=400_000)
    with LabelPrinter("tspl", faults=faults) as device:
        assert printer_at(device.address).print_paper(LABEL).result is SendResult.CONFIRMED
        assert ("Code 128", LABEL.number) in codes(device.papers[0].image())


def test_mute_printer_that_is_slow_still_gets_every_byte() -> None:
    faults = PrinterFaults(buffer_bytes=4096, bytes_per_s=400_000, mute=True)
    with LabelPrinter("tspl", faults=faults) as device:
        printer = printer_at(device.address, status_timeout_s=0.3)
        assert printer.print_paper(LABEL).result is SendResult.SENT
        assert ("Code 128", LABEL.number) in codes(device.wait_for_papers(1)[0].image())


def test_printer_that_stops_taking_data_is_unknown() -> None:
    with LabelPrinter("tspl", faults=PrinterFaults(buffer_bytes=4096, labels_left=0)) as device:
        printer = printer_at(device.address, send_timeout_s=0.3)
        # the first label fills head and memory, the second one cannot get in completely
        assert printer.print_paper(LABEL).result is SendResult.UNKNOWN


def test_nobody_there_is_not_started() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        printer = printer_at(f"tcp://127.0.0.1:{unused.getsockname()[1]}")
        sent = printer.print_paper(LABEL)
    assert sent.result is SendResult.NOT_STARTED
    assert sent.status is not None
    assert sent.status.state is DeviceState.OFFLINE
    assert printer.status().state is DeviceState.OFFLINE


@contextmanager
def peer(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A printer of one connection that does just what ``behave`` says."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def _read_all(connection: socket.socket) -> bytes:
    data = b""
    while part := connection.recv(65536):
        data += part
    return data


def test_hanging_up_before_the_job_is_not_started() -> None:
    with peer(lambda connection: None) as address:
        assert printer_at(address).print_paper(LABEL).result is SendResult.NOT_STARTED


def test_stray_status_bytes_do_not_cost_the_label() -> None:
    """An unread byte at closing time would make the system reset the connection."""
    got: list[bytes] = []

    def chatty(connection: socket.socket) -> None:
        connection.sendall(b"\x00")
        data = b""
        while b"PRINT 1,1" not in data:
            data += connection.recv(65536)
            connection.sendall(b"\x00" if data.endswith(b"\x1b!?") else b"")
        connection.sendall(b"\x00\x00")
        while part := connection.recv(65536):
            data += part
            connection.sendall(b"\x00")
        got.append(data)

    with peer(chatty) as address:
        sent = printer_at(address).print_paper(LABEL)
    # it says ready for ever and never that it prints: the job may have been swallowed
    assert sent.result is SendResult.SENT
    assert b"PRINT 1,1\r\n" in got[0]


def test_tspl_printer_that_prints_and_never_becomes_ready_is_unknown() -> None:
    def endless(connection: socket.socket) -> None:
        data = b""
        connection.settimeout(10)
        while part := connection.recv(65536):
            data += part
            connection.sendall(b"\x20" if b"PRINT" in data else b"\x00")

    with peer(endless) as address:
        sent = printer_at(address, timeout_s=0.5).print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN
    assert "does not say that it is out" in str(sent.reason)


def test_tspl_printer_without_the_model_question_is_confirmed_by_its_busy_bit() -> None:
    def plain(connection: socket.socket) -> None:
        data, asked = b"", 0
        connection.settimeout(10)
        while part := connection.recv(65536):
            data += part
            if part.endswith(b"\x1b!?"):
                asked += b"PRINT" in data
                connection.sendall(b"\x20" if 1 <= asked < 4 else b"\x00")

    with peer(plain) as address:
        assert printer_at(address).print_paper(LABEL).result is SendResult.CONFIRMED


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (b"\x01", "cover was opened"),
        (b"\x10", "paused with the label inside"),
        (b"\x02", "stopped with an error"),
        (b"\x04", "paper ran out"),
    ],
)
def test_trouble_with_the_label_inside_says_what_happened(status: bytes, words: str) -> None:
    def troubled(connection: socket.socket) -> None:
        data = b""
        connection.settimeout(10)
        while part := connection.recv(65536):
            data += part
            if part.endswith(b"\x1b!?"):
                connection.sendall(status if b"PRINT" in data else b"\x00")

    with peer(troubled) as address:
        sent = printer_at(address).print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN
    assert words in str(sent.reason)


def test_escpos_answers_are_told_apart_from_automatic_status() -> None:
    """Four bytes of automatic status hold zeros that look like the answer to GS r."""

    def automatic(connection: socket.socket) -> None:
        data = b""
        connection.settimeout(10)
        while part := connection.recv(65536):
            data += part
            if part.startswith(b"\x10\x04"):
                connection.sendall(b"\x12")
            if data.endswith(b"\x1dr\x01"):
                connection.sendall(b"\x10\x00\x00\x00")  # printing starts
                connection.sendall(b"\x14\x00\x0c\x00")  # ... and the paper is out

    with peer(automatic) as address:
        sent = printer_at(address, "escpos", timeout_s=1.0).print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN


def test_zpl_printer_with_labels_left_is_not_done() -> None:
    def line(formats: int, left: int) -> bytes:
        one = f"\x02030,0,0,1040,{formats:03},0,0,0,000,0,0,0\x03\r\n"
        return f"{one}\x02000,0,0,0,0,2,4,0,{left:08},1,000\x03\r\n\x021234,0\x03\r\n".encode()

    answers = [line(0, 0), line(1, 0), line(0, 1), line(0, 0), line(0, 0), line(0, 0)]
    asked: list[int] = []

    def counting(connection: socket.socket) -> None:
        connection.settimeout(10)
        while part := connection.recv(65536):
            if part.endswith(b"~HS\r\n"):
                connection.sendall(answers[len(asked)])
                asked.append(1)

    with peer(counting) as address:
        assert printer_at(address, "zpl").print_paper(LABEL).result is SendResult.CONFIRMED
    assert len(asked) == 5


def test_cpcl_printer_is_never_asked() -> None:
    got: list[bytes] = []
    with peer(lambda connection: got.append(_read_all(connection))) as address:
        sent = printer_at(address, "cpcl").print_paper(LABEL)
    assert sent.result is SendResult.SENT
    assert got[0].startswith(b"! 0 200 200 1040 1\r\n")
    assert got[0].endswith(b"PRINT\r\n")


def test_character_that_cannot_be_printed_is_a_warning_with_the_result() -> None:
    label = replace(LABEL, goods="茶叶\ue123")
    with LabelPrinter("tspl") as device:
        sent = printer_at(device.address).print_paper(label)
    assert sent.result is SendResult.CONFIRMED
    assert "No font has \ue123" in str(sent.reason)
