"""Paper, cover, buffer and connection faults of the simulated printers."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from PIL import Image

from app.simulators.printers import LabelPrinter, PrinterFaults
from tests.simulators.label_picture import ask, connect, label, send

TSPL_HEAD = b"SIZE 76 mm,130 mm\r\nGAP 3 mm,0 mm\r\nCLS\r\n"


def jobs() -> dict[str, bytes]:
    """The same label in each language, one whole job each; any two may follow each other."""
    picture = label()
    size = len(picture.bits)
    shape = picture.row_bytes.to_bytes(2, "little") + picture.height.to_bytes(2, "little")
    tspl = f"BITMAP 0,0,{picture.row_bytes},{picture.height},0,".encode()
    zpl = f"^XA^FO0,0^GFA,{size},{size},{picture.row_bytes},{picture.bits.hex()}^FS^XZ"
    cpcl = f"! 0 200 200 {picture.height} 1\r\nPAGE-WIDTH 608\r\nCG {picture.row_bytes} "
    cpcl += f"{picture.height} 0 0 "
    return {
        "escpos": b"\x1b@\x1dv0\x00" + shape + picture.bits + b"\x1d\x0c",
        "tspl": TSPL_HEAD + tspl + picture.inverted() + b"\r\nPRINT 1,1\r\n",
        "zpl": zpl.encode(),
        "cpcl": cpcl.encode() + picture.bits + b"\r\nFORM\r\nPRINT\r\n",
    }


LANGUAGES = ["escpos", "tspl", "zpl", "cpcl"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_out_of_paper_keeps_the_job_and_prints_it_after_the_refill(language: str) -> None:
    job = jobs()[language]
    with LabelPrinter(language, faults=PrinterFaults(labels_left=2)) as printer:
        send(printer, job * 3)  # the printer takes all three and says nothing
        printer.wait_until_stalled()
        assert len(printer.papers) == 2
        assert printer.sensors.paper_out
        printer.load_paper()
        papers = printer.wait_for_papers(3)
        assert [p.bits for p in papers] == [label().bits] * 3
        assert printer.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_open_cover_or_a_pause_holds_the_job(language: str) -> None:
    for faults in (PrinterFaults(cover_open=True), PrinterFaults(paused=True)):
        with LabelPrinter(language, faults=faults) as printer:
            send(printer, jobs()[language])
            printer.wait_until_stalled()
            assert printer.papers == []
            printer.set_cover(is_open=False)
            printer.set_paused(paused=False)
            assert [p.bits for p in printer.wait_for_papers(1)] == [label().bits]


def test_the_end_of_the_paper_is_seen_late_or_at_once() -> None:
    for at_once in (False, True):
        faults = PrinterFaults(labels_left=1, paper_end_seen_at_once=at_once)
        with LabelPrinter("tspl", faults=faults) as printer:
            send(printer, jobs()["tspl"])
            printer.wait_for_papers(1)
            assert printer.sensors.paper_out is at_once
            assert printer.sensors.paper_low


def test_opening_the_cover_does_not_refill_the_roll() -> None:
    with LabelPrinter("tspl", faults=PrinterFaults(labels_left=2)) as printer:
        send(printer, jobs()["tspl"])
        printer.set_cover(is_open=True)
        printer.set_cover(is_open=False)
        send(printer, jobs()["tspl"] * 2)
        printer.wait_until_stalled()
        assert len(printer.papers) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_small_buffer_holds_the_sender_while_the_paper_is_out(language: str) -> None:
    job = jobs()[language]
    faults = PrinterFaults(labels_left=0, buffer_bytes=20_000)
    with LabelPrinter(language, faults=faults) as printer, connect(printer) as port:
        port.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        port.settimeout(0.3)
        with pytest.raises(TimeoutError):
            port.sendall(job * 20)
        assert printer.papers == []
        assert printer.received_bytes < len(job) * 2


def test_a_small_buffer_still_prints_a_large_job() -> None:
    with LabelPrinter("tspl", faults=PrinterFaults(buffer_bytes=20_000)) as printer:
        send(printer, jobs()["tspl"] * 2)
        assert [p.bits for p in printer.wait_for_papers(2)] == [label().bits] * 2


@pytest.mark.parametrize(
    ("language", "question"), [("escpos", b"\x10\x04\x01"), ("tspl", b"\x1b!?"), ("zpl", b"~HS")]
)
def test_a_mute_printer_prints_and_never_answers(language: str, question: bytes) -> None:
    with LabelPrinter(language, faults=PrinterFaults(mute=True)) as printer:
        assert send(printer, question + jobs()[language] + question) == b""
        assert len(printer.wait_for_papers(1)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reset_in_the_middle_loses_the_label(language: str) -> None:
    job = jobs()[language]
    faults = PrinterFaults(reset_after_bytes=len(job) // 2)
    with LabelPrinter(language, faults=faults) as printer:
        with pytest.raises(ConnectionError):
            _send_until_refused(printer, job)
        printer.wait_until_idle()
        assert printer.papers == []
        assert printer.received_bytes == len(job) // 2
        # The next connection is served again, and nothing of the cut job is left.
        send(printer, (b"\x1d\x0c" if language == "escpos" else b"") + job)
        assert printer.papers[-1].bits == label().bits


def _send_until_refused(printer: LabelPrinter, job: bytes) -> None:
    with connect(printer) as port:
        for start in range(0, len(job), 4096):
            port.sendall(job[start : start + 4096])
        port.shutdown(socket.SHUT_WR)
        while port.recv(4096):
            pass


def test_a_reset_after_the_last_byte_leaves_a_label_nobody_knows_of() -> None:
    job = jobs()["tspl"]
    with LabelPrinter("tspl", faults=PrinterFaults(reset_after_bytes=len(job))) as printer:
        with pytest.raises(OSError, match=r"reset|Broken pipe|not connected"):
            _send_until_refused(printer, job)
        assert [p.bits for p in printer.wait_for_papers(1)] == [label().bits]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_printer_may_close_and_print_nothing(language: str) -> None:
    with LabelPrinter(language, faults=PrinterFaults(close_after_bytes=1000)) as printer:
        assert send(printer, jobs()[language]) == b""
        assert printer.papers == []
        send(printer, jobs()[language])
        assert len(printer.papers) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unread_status_byte_and_an_abrupt_close_lose_the_job(language: str) -> None:
    job = jobs()[language]
    faults = PrinterFaults(unsolicited_status=True, bytes_per_s=50_000)
    with LabelPrinter(language, faults=faults) as printer:
        with connect(printer) as port:
            port.recv(1, socket.MSG_PEEK)  # the status has come, and nobody reads it
            port.sendall(job)
        printer.wait_until_idle()
        assert printer.papers == []
        assert printer.received_bytes < len(job)
        # Half-closing and reading to the end brings the whole job over.
        before = printer.received_bytes
        printer.set_faults(PrinterFaults(unsolicited_status=True))
        send(printer, (b"\x1d\x0c" if language == "escpos" else b"") + job)
        assert printer.received_bytes - before >= len(job)
        assert printer.wait_for_papers(1)[-1].bits == label().bits


def test_a_cut_command_may_swallow_the_next_job() -> None:
    job = jobs()["tspl"]
    faults = PrinterFaults(reset_after_bytes=len(job) - 40_000, half_command_survives=True)
    with LabelPrinter("tspl", faults=faults) as printer:
        with pytest.raises(ConnectionError):
            _send_until_refused(printer, job)
        send(printer, job)
        # 40,000 bytes of the second job filled up the bitmap of the first; the rest is nonsense.
        assert printer.complaints
        assert all(p.bits != label().bits for p in printer.papers)


def test_a_slow_label_shows_as_printing() -> None:
    with LabelPrinter("tspl", faults=PrinterFaults(label_print_s=30)) as printer:
        with connect(printer) as port:
            port.sendall(jobs()["tspl"])
            while ask(port, b"\x1b!?", 1) != b"\x20":
                assert printer.papers == []
            printer.set_faults(PrinterFaults())
        assert printer.papers == []


def test_one_connection_is_served_at_a_time() -> None:
    with LabelPrinter("tspl") as printer, connect(printer) as first:
        assert ask(first, b"\x1b!?", 1) == b"\x00"
        with connect(printer) as second:
            second.sendall(b"\x1b!?")
            second.settimeout(0.2)
            with pytest.raises(TimeoutError):
                second.recv(1)
            first.close()
            second.settimeout(10)
            assert second.recv(1) == b"\x00"


def test_power_off_loses_what_was_not_printed_and_keeps_the_port(tmp_path: Path) -> None:
    printer = LabelPrinter("zpl", out_dir=tmp_path, faults=PrinterFaults(labels_left=1))
    with printer:
        address = printer.address
        send(printer, jobs()["zpl"] * 2)
        printer.wait_until_stalled()
    with pytest.raises(ConnectionError):
        connect(printer)
    printer.load_paper()
    with printer:
        assert printer.address == address
        assert len(printer.papers) == 1
        send(printer, jobs()["zpl"])
        assert len(printer.wait_for_papers(2)) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.png", "2.png"]
    with Image.open(tmp_path / "2.png") as picture:
        assert picture.size == (608, 1040)
        assert picture.tobytes() == label().inverted()


def test_old_papers_may_forget_their_dots() -> None:
    with LabelPrinter("tspl", keep=1) as printer:
        send(printer, jobs()["tspl"] * 3)
        assert [len(p.bits) for p in printer.papers] == [0, 0, 79040]


def test_waiting_for_papers_that_do_not_come_ends() -> None:
    with LabelPrinter("tspl") as printer:
        send(printer, b"NONSENSE\r\n")
        with pytest.raises(TimeoutError, match="0 of 1 labels; complaints: unknown command"):
            printer.wait_for_papers(1, timeout_s=0.05)


def test_three_hundred_dots_per_inch_are_as_exact() -> None:
    picture = label(1181, 1772)
    shape = picture.row_bytes.to_bytes(2, "little") + picture.height.to_bytes(2, "little")
    job = b"\x1dv0\x00" + shape + picture.bits + b"\x1d\x0c"
    with LabelPrinter("escpos", 11.811, 100, 150) as printer:
        send(printer, job)
        [paper] = printer.wait_for_papers(1)
        assert (paper.width_dots, paper.height_dots) == (1181, 1772)
        assert printer.complaints == []
        assert paper.bits == picture.bits
