"""An IPP printer that answers as a test tells it, over real HTTP on loopback or a Unix socket."""

from __future__ import annotations

import http.server
import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.ports import PrinterConfig
from printing.devices.ipp_wire import (
    Attributes,
    Collection,
    Operation,
    Resolution,
    Tag,
    Typed,
    collection,
    decode_answer,
    encode_request,
    integer,
    keyword,
)
from printing.printers import PagePrinter
from printing.registry import make_printer

PRINTER, JOB, UNSUPPORTED = Tag.PRINTER_GROUP, Tag.JOB_GROUP, Tag.UNSUPPORTED_GROUP
Groups = Sequence[tuple[Tag, Attributes]]


def enum(number: int) -> Typed:
    return Typed(Tag.ENUM, number)


def text(words: str) -> Typed:
    return Typed(Tag.TEXT, words)


def mime(*names: str) -> list[Typed]:
    return [Typed(Tag.MIME_TYPE, name) for name in names]


def size(width: int, height: int) -> Typed:
    return collection(("x-dimension", integer(width)), ("y-dimension", integer(height)))


@dataclass(slots=True)
class Asked:
    """One request as it came."""

    operation: int
    attributes: Collection
    job: Collection
    document: bytes
    version: bytes


@dataclass(slots=True)
class ToldPrinter:
    """Printer and job as attributes; ``answers`` override what an operation is answered."""

    printer: dict[str, list[Typed]] = field(default_factory=dict)
    job: dict[str, list[Typed]] = field(default_factory=dict)
    answers: dict[int, Callable[[Asked], bytes | None]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    jobs: list[dict[str, list[Typed]]] = field(default_factory=list)
    status: int = 200  # HTTP's

    def operations(self) -> list[int]:
        """Without the questions that are asked again and again."""
        quiet = {Operation.GET_JOB_ATTRIBUTES, Operation.GET_PRINTER_ATTRIBUTES}
        return [a.operation for a in self.asked if a.operation not in quiet]

    def of(self, operation: Operation) -> Asked:
        return next(a for a in self.asked if a.operation == operation)

    def reply(self, asked: Asked) -> bytes | None:
        """``None`` closes the connection without an answer."""
        if (told := self.answers.get(asked.operation)) is not None:
            return told(asked)
        match asked.operation:
            case Operation.GET_PRINTER_ATTRIBUTES:
                return said(0, [(PRINTER, list(self.printer.items()))])
            case Operation.GET_JOBS:
                return said(0, [(JOB, list(job.items())) for job in self.jobs])
            case Operation.CANCEL_JOB:
                self.job["job-state"] = [enum(7)]
                return said(0)
            case _:
                return said(0, [(JOB, list(self.job.items()))])


def said(status: int, groups: Groups = ()) -> bytes:
    """An answer: its header is a request's with a status in the operation's place."""
    operation: Any = status
    first: list[tuple[Tag, Attributes]] = [
        (Tag.OPERATION_GROUP, [("attributes-charset", [Typed(Tag.CHARSET, "utf-8")])])
    ]
    return encode_request(operation, 1, [*first, *groups])


def resolution(dpi: int) -> Typed:
    return Typed(Tag.RESOLUTION, (Resolution(dpi, dpi)))


def driverless(*formats: str) -> dict[str, list[Typed]]:
    """A label printer of 76×130 and 100×150 mm that can do everything."""
    return {
        "printer-state": [enum(3)],
        "printer-state-reasons": [keyword("none")],
        "printer-is-accepting-jobs": [Typed(Tag.BOOLEAN, True)],
        "operations-supported": [enum(n) for n in (2, 4, 5, 6, 8, 9, 10, 11)],
        "document-format-supported": mime(*(formats or ("application/pdf",))),
        "media-size-supported": [size(7600, 13000), size(10000, 15000)],
        "print-scaling-supported": [keyword("none"), keyword("fit")],
        "printer-resolution-default": [resolution(203)],
        "printer-resolution-supported": [resolution(203)],
    }


def done(pages: int = 1) -> dict[str, list[Typed]]:
    return {
        "job-id": [integer(7)],
        "job-state": [enum(9)],
        "job-state-reasons": [keyword("job-completed-successfully")],
        "job-impressions-completed": [integer(pages)],
        "time-at-processing": [integer(1)],
    }


def printer_of(language: str, address: str, **options: object) -> PagePrinter:
    quick = {"timeout_s": 0.3, **options}
    dots = float(str(quick.pop("dots_per_mm", 8.0)))
    printer = make_printer(PrinterConfig("bench-1", language, address, dots, options=quick))
    assert isinstance(printer, PagePrinter)
    return printer


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = False
    block_on_close = True


class _SocketServer(_Server):
    address_family = getattr(__import__("socket"), "AF_UNIX", 0)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", 0


@contextmanager
def serving(told: ToldPrinter, socket: Path | None = None) -> Iterator[str]:
    """The printer's address: ``ipp://127.0.0.1:PORT/ipp/print``, or the socket's path."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if told.status != 200:
                self.send_error(told.status)
                return
            asked = read(body)
            told.asked.append(asked)
            answer = told.reply(asked)
            if answer is None:
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/ipp")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

        def address_string(self) -> str:
            return "client"

    address: Any = str(socket) if socket else ("127.0.0.1", 0)
    server = (_SocketServer if socket else _Server)(address, Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield str(socket) if socket else f"ipp://127.0.0.1:{server.server_address[1]}/ipp/print"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def read(body: bytes) -> Asked:
    """A request has the shape of an answer; the document is what stands behind its end."""
    answer = decode_answer(body)
    version, encoded = body[:2], _end_of_attributes(body)
    return Asked(
        answer.status,
        answer.first(Tag.OPERATION_GROUP),
        answer.first(Tag.JOB_GROUP),
        body[encoded:],
        version,
    )


def _end_of_attributes(body: bytes) -> int:
    at = 8
    while (tag := body[at]) != 3:
        at += 1
        if tag > 0x0F:
            for _ in ("name", "value"):
                at += 2 + int.from_bytes(body[at : at + 2], "big")
    return at + 1
