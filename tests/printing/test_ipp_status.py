"""How an IPP printer or a queue is, and who answers at an address at all."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.ports import DeviceState, SendResult
from printing.devices.ipp_wire import Operation, Tag, Typed, keyword
from tests.printing.ipp_server import (
    Asked,
    ToldPrinter,
    enum,
    printer_of,
    said,
    serving,
)
from tests.printing.samples import usual_labels

LABEL = usual_labels()["zto"]
CONFIRMED, SENT, UNKNOWN, NOT_STARTED = (
    SendResult.CONFIRMED,
    SendResult.SENT,
    SendResult.UNKNOWN,
    SendResult.NOT_STARTED,
)


class TestStatus:
    @pytest.mark.parametrize(
        ("state", "reasons", "expected"),
        [
            (3, ["none"], DeviceState.READY),
            (4, ["none"], DeviceState.BUSY),
            (4, ["media-empty-warning"], DeviceState.PAPER_OUT),
            (5, ["media-needed-error"], DeviceState.PAPER_OUT),
            (3, ["media-empty-report"], DeviceState.READY),
            (5, ["media-empty-report"], DeviceState.PAPER_OUT),
            (5, ["media-jam"], DeviceState.ERROR),
            (5, ["paused", "cover-open-error"], DeviceState.COVER_OPEN),
            (3, ["door-open"], DeviceState.COVER_OPEN),
            (5, ["paused"], DeviceState.PAUSED),
            (3, ["moving-to-paused"], DeviceState.PAUSED),
            (3, ["offline-report"], DeviceState.OFFLINE),
            (5, ["shutdown"], DeviceState.OFFLINE),
            (3, ["toner-low-warning", "media-low-report"], DeviceState.READY),
            (5, ["marker-supply-empty-error"], DeviceState.ERROR),
            (5, ["toner-empty"], DeviceState.ERROR),
            (3, ["vendor-thing-error"], DeviceState.ERROR),
            (5, ["none"], DeviceState.ERROR),
            (3, ["spool-area-full"], DeviceState.ERROR),
        ],
    )
    def test_reasons(
        self,
        told: ToldPrinter,
        address: str,
        state: int,
        reasons: list[str],
        expected: DeviceState,
    ) -> None:
        told.printer["printer-state"] = [enum(state)]
        told.printer["printer-state-reasons"] = [keyword(reason) for reason in reasons]
        printer = printer_of("system", address)
        status = printer.status()
        assert status.state is expected
        if not status.can_start:
            assert status.remedy is not None
            sent = printer.print_paper(LABEL)
            assert (sent.result, told.operations()) == (NOT_STARTED, [])

    def test_a_printer_that_takes_no_jobs_is_paused(self, told: ToldPrinter, address: str) -> None:
        told.printer["printer-is-accepting-jobs"] = [Typed(Tag.BOOLEAN, False)]
        assert printer_of("system", address).status().state is DeviceState.PAUSED

    def test_a_queue_that_connects_for_a_moment_is_waited_for(
        self, told: ToldPrinter, address: str
    ) -> None:
        told.printer["printer-state-reasons"] = [keyword("connecting-to-device")]

        def connected(asked: Asked) -> bytes | None:
            told.answers.clear()
            connecting = said(0, [(Tag.PRINTER_GROUP, list(told.printer.items()))])
            told.printer["printer-state-reasons"] = [keyword("none")]
            return connecting

        told.answers[Operation.GET_PRINTER_ATTRIBUTES] = connected
        assert printer_of("system", address).status().state is DeviceState.READY

    @pytest.mark.parametrize(
        ("http", "ipp", "words"),
        [
            (401, 0, "password"),
            (403, 0, "password"),
            (404, 0, "no print queue"),
            (426, 0, "encrypted"),
            (500, 0, "speaks IPP"),
            (200, 0x0402, "password"),
            (200, 0x0406, "no print queue"),
            (200, 0x0500, "0x0500"),
        ],
    )
    def test_refusals_are_sentences(
        self, told: ToldPrinter, address: str, http: int, ipp: int, words: str
    ) -> None:
        told.status = http
        told.answers[Operation.GET_PRINTER_ATTRIBUTES] = lambda _: said(ipp)
        sent = printer_of("system", address).print_paper(LABEL)
        if ipp or http != 200:
            assert sent.result is NOT_STARTED
            assert words in str(sent.reason)

    def test_a_printer_that_is_off_is_offline(self) -> None:
        printer = printer_of("system", f"ipp://127.0.0.1:{_closed_port()}/ipp/print")
        assert printer.status().state is DeviceState.OFFLINE
        assert printer.print_paper(LABEL).result is NOT_STARTED

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"HTTP/1.0 200 OK\r\n\r\n<html>hello</html>",
            b"HTTP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n\x02\x00",
            b"HTTP/1.0 200 OK\r\n\r\n"
            + b"\x02\x00\x00\x00\x00\x00\x00\x01\x04"
            + b"\x7f" * 3_000_000,
        ],
        ids=["closed", "another protocol", "a web page", "cut off", "endless"],
    )
    def test_what_is_no_printer_is_not_taken_for_one(self, answer: bytes) -> None:
        with Speaking(answer) as port:
            status = printer_of("system", f"ipp://127.0.0.1:{port}/ipp/print").status()
        assert status.state in {DeviceState.ERROR, DeviceState.OFFLINE}


class TestQueues:
    @pytest.fixture
    def queue(
        self, told: ToldPrinter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> ToldPrinter:
        told.printer |= {
            "cups-version": [keyword("2.4.2")],
            "device-uri": [Typed(Tag.URI, "usb://Maker/Label")],
        }
        monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "s"))
        return told

    @pytest.mark.parametrize("language", ["tspl", "system"])
    def test_through_the_socket_of_cups(
        self, queue: ToldPrinter, tmp_path: Path, language: str
    ) -> None:
        with serving(queue, tmp_path / "s"):
            assert printer_of(language, "queue:bench").print_paper(LABEL).result is SENT
        assert queue.asked[0].attributes["printer-uri"] == ("ipp://localhost/printers/bench",)

    def test_through_another_computers_cups(
        self, queue: ToldPrinter, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CUPS_SERVER", address.removeprefix("ipp://").partition("/")[0])
        assert printer_of("tspl", "queue:bench").print_paper(LABEL).result is SENT

    def test_a_label_language_brings_no_paper_and_no_banner(
        self, queue: ToldPrinter, tmp_path: Path
    ) -> None:
        queue.printer["job-sheets-supported"] = [keyword("none"), keyword("standard")]
        with serving(queue, tmp_path / "s"):
            printer_of("tspl", "queue:bench").print_paper(LABEL)
        assert queue.of(Operation.CREATE_JOB).job == {"job-sheets": ("none",)}

    def test_a_stopped_queue_is_paused(self, queue: ToldPrinter, tmp_path: Path) -> None:
        queue.printer["printer-state"] = [enum(5)]
        with serving(queue, tmp_path / "s"):
            assert printer_of("tspl", "queue:bench").status().state is DeviceState.PAUSED

    def test_cups_that_is_not_running_is_offline(self, queue: ToldPrinter) -> None:
        assert printer_of("tspl", "queue:bench").status().state is DeviceState.OFFLINE

    def test_a_computer_without_queues_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CUPS_SERVER", raising=False)
        monkeypatch.setattr("printing.devices.ipp_client._SOCKETS", ())
        with pytest.raises(UserError) as caught:
            printer_of("tspl", "queue:bench")
        assert caught.value.code == "queue_unsupported"

    @pytest.mark.parametrize("name", ["a b", "-o", "x;rm", "../admin"])
    def test_a_name_that_is_no_queue_is_refused(self, queue: ToldPrinter, name: str) -> None:
        with pytest.raises(UserError):
            printer_of("tspl", f"queue:{name}")


@pytest.mark.parametrize(
    "address",
    ["ipp://", "ipp://user:word@host/x", "ipp://host/x?verify=yes", "ipp://host/x?colour=red"],
)
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(UserError) as caught:
        printer_of("system", address)
    assert caught.value.code == "printer_address"


def _closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Speaking:
    """A port that says ``answer`` to whoever asks anything, then closes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(10)
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        client, _ = self._socket.accept()
        with client:
            client.recv(65_536)
            with contextlib.suppress(OSError):  # it has heard enough
                client.sendall(self._answer)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._socket.close()
