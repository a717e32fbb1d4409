"""What stands at an address is found out, and nothing of the questions is ever printed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app.domain.errors import RetryableError, UserError
from app.ports import DeviceState, Found, FoundKind, PrinterConfig, SendResult
from app.simulators.printers import LabelPrinter, PrinterFaults
from printing.discovery.finder import Finder
from printing.discovery.probing import read_place
from printing.registry import make_printer
from tests.printing.reading import printed
from tests.printing.samples import usual_labels

LABEL = usual_labels()["zto"]
LANGUAGES = ["escpos", "tspl", "zpl", "cpcl"]


def probe(address: str, timeout_s: float = 3.2) -> Found:
    (found,) = Finder().probe(address, timeout_s)
    return found


def then_print(device: LabelPrinter, **options: object) -> None:
    """A label comes out whole, as if nobody had asked anything before."""
    device.wait_until_idle()
    assert device.papers == []
    patient = {"status_timeout_s": 10.0, "timeout_s": 30.0, **options}
    config = PrinterConfig("bench-1", device.language, device.address, options=patient)
    sent = make_printer(config).print_paper(LABEL)
    assert sent.result in {SendResult.CONFIRMED, SendResult.SENT}
    (paper,) = device.wait_for_papers(1)
    assert paper.image().tobytes() == printed(LABEL).image().tobytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_is_found_out_and_nothing_is_printed(language: str) -> None:
    with LabelPrinter(language) as device:
        found = probe(f"127.0.0.1:{device.port}")
        assert (found.kind, found.language) == (FoundKind.NETWORK, language)
        assert found.address == device.address
        assert found.status is not None
        assert found.status.can_start
        then_print(device)


@pytest.mark.parametrize("language", LANGUAGES)
def test_mute_printer_is_found_and_prints_right_afterwards(language: str) -> None:
    with LabelPrinter(language, faults=PrinterFaults(mute=True)) as device:
        found = probe(device.address, timeout_s=0.8)
        assert found.language == ""
        assert found.status is not None
        assert found.status.state is DeviceState.MUTE
        then_print(device, status=False)


@pytest.mark.parametrize("language", ["escpos", "tspl"])
def test_printer_that_talks_first_is_found(language: str) -> None:
    with LabelPrinter(language, faults=PrinterFaults(unsolicited_status=True)) as device:
        assert probe(device.address).language == language
        then_print(device)


@pytest.mark.parametrize(
    ("language", "faults", "state"),
    [
        ("tspl", PrinterFaults(cover_open=True), DeviceState.COVER_OPEN),
        ("escpos", PrinterFaults(cover_open=True), DeviceState.COVER_OPEN),
        (
            "zpl",
            PrinterFaults(labels_left=0, paper_end_seen_at_once=True),
            DeviceState.PAPER_OUT,
        ),
    ],
)
def test_trouble_is_told(language: str, faults: PrinterFaults, state: DeviceState) -> None:
    with LabelPrinter(language, faults=faults) as device:
        found = probe(device.address)
        assert found.language == language
        assert found.status is not None
        assert found.status.state is state


def test_zebra_tells_its_dots_and_its_paper() -> None:
    with LabelPrinter("zpl", 8.0, 100, 150) as device:
        found = probe(device.address)
        assert (found.dots_per_mm, found.media) == (8.0, "100x150")
        assert found.name == "SIMULATED-ZPL"


def test_tspl_printer_tells_its_name() -> None:
    with LabelPrinter("tspl") as device:
        assert probe(device.address).name == "SIMULATED TSPL"


def test_closed_port_is_nobody() -> None:
    with socket.socket() as taken:  # bound, so that nobody else listens there
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(RetryableError) as caught:
            probe(f"127.0.0.1:{taken.getsockname()[1]}")
    assert caught.value.code == "no_printer_there"


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Somebody who takes one connection and does ``answer``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()


def _until_closed(connection: socket.socket) -> None:
    try:
        while connection.recv(4096):
            pass
    except OSError:
        return


def test_port_that_never_says_a_word_is_mute() -> None:
    with serving(_until_closed) as address:
        found = probe(address, timeout_s=0.8)
    assert found.language == ""


@pytest.mark.parametrize(
    "said",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail.example.com ready\r\n", bytes(range(256)) * 4],
    ids=["ssh", "mail", "noise"],
)
def test_server_that_talks_first_is_no_printer_and_gets_nothing(said: bytes) -> None:
    got = bytearray()

    def answer(connection: socket.socket) -> None:
        connection.sendall(said)
        try:
            while data := connection.recv(4096):
                got.extend(data)
        except OSError:
            return

    with serving(answer) as address, pytest.raises(UserError) as caught:
        probe(address)
    assert caught.value.code == "not_a_printer"
    assert got == b""


@pytest.mark.parametrize("reply", [b"HTTP/1.0 400 Bad\r\n\r\n", b"\x00\xff" * 40, b"what?\n"])
def test_answer_in_words_ends_the_questions(reply: bytes) -> None:
    got = bytearray()

    def answer(connection: socket.socket) -> None:
        got.extend(connection.recv(4096))
        connection.sendall(reply)
        try:
            while data := connection.recv(4096):
                got.extend(data)
        except OSError:
            return

    with serving(answer) as address, pytest.raises(UserError) as caught:
        probe(address)
    assert caught.value.code == "not_a_printer"
    assert bytes(got) == b"\x10\x04\x04"  # nothing that could be printed


def test_server_that_never_stops_talking_is_left() -> None:
    def answer(connection: socket.socket) -> None:
        try:
            while True:
                connection.sendall(b"\x12" * 512)
        except OSError:
            return

    with serving(answer) as address, pytest.raises(UserError) as caught:
        probe(address)
    assert caught.value.code == "not_a_printer"


def test_web_server_is_no_printer() -> None:
    class Quiet(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        with pytest.raises(UserError) as caught:
            probe(f"127.0.0.1:{server.server_port}", timeout_s=2)
    finally:
        thread.join()
        server.server_close()
    assert caught.value.code == "not_a_printer"


def test_one_that_hangs_up_at_the_first_question_is_there_and_mute() -> None:
    with serving(_hang_up_after) as address:
        assert probe(address).language == ""


def _hang_up_after(connection: socket.socket) -> None:
    connection.recv(16)


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("192.168.1.5", "192.168.1.5", None),
        ("tcp://printer.lan:9100/", "printer.lan", 9100),
        ("[fe80::1]:9101", "fe80::1", 9101),
        ("::1", "::1", None),
        (" zebra ", "zebra", None),
    ],
)
def test_addresses(address: str, host: str, port: int | None) -> None:
    place = read_place(address)
    assert (place.host, place.port) == (host, port)


@pytest.mark.parametrize(
    "address", ["", "a b", "host:", "host:0", "host:99999", "host:x", "[::1", "[x]:1", "-x", "a/b"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UserError) as caught:
        probe(address)
    assert caught.value.code == "printer_address"
