"""The platform's local print component (微信小店打印组件): WebSocket on loopback, paper as PNG.

Commands getAppInfo, getPrinterList, print (version "2.0") and preview; one JSON text frame each,
answered with the same command and requestID. It alone can read a ``printInfo``.
"""

from __future__ import annotations

import ipaddress
import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from app.simulators.platform_label import LabelArtist
from app.simulators.print_faults import Garble, PrintFaults, Reaction
from app.simulators.print_tasks import (
    MessageError,
    PrintRequest,
    read_message,
    read_request,
    result_of,
)

if TYPE_CHECKING:
    from websockets.sync.server import Server, ServerConnection

VERSION = "1.3.4"
READY = 3
_INVALID_DATA, _GOING_AWAY = 1007, 1001


@dataclass(frozen=True, slots=True)
class PrinterInfo:
    """A printer as getPrinterList shows it."""

    name: str
    display_name: str
    status: int = READY


@dataclass(frozen=True, slots=True)
class Paper:
    """One sheet that came out. ``waybill`` is empty for an arbitrary page (printType 2)."""

    number: int
    printer: str
    task_id: str
    waybill: str
    ewaybill_order_id: str
    position: tuple[int, int]
    png: bytes
    at_s: float


class PrintComponent:
    """Serves from ``start()`` to ``stop()``; a context manager does both.

    Without ``port`` it takes a free one (the real program uses 12705); ``url`` tells. ``folder``
    gets every sheet as ``<printer>/<number>.png``. The first printer is the default one.
    ``size_names`` are the members of ``size``, which no document names.

    Raises:
        ValueError: ``host`` is not a loopback address, or there is no printer.
    """

    def __init__(
        self,
        printers: Iterable[PrinterInfo] = (PrinterInfo("_KM_202_NEW_", "KM-202(NEW)"),),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        font_path: Path | None = None,
        bold_font_path: Path | None = None,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
        size_names: tuple[str, str] = ("width", "height"),
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError("a simulator listens on loopback only")
        self.printers = tuple(printers)
        if not self.printers:
            raise ValueError("a print component needs a printer")
        self.faults = PrintFaults()
        self._size_names = size_names
        self._artist = LabelArtist(font_path, bold_font_path)
        self._address = (host, port)
        self._folder = folder
        self._clock = clock
        self._papers: list[Paper] = []
        self._previews: list[Paper] = []
        self._lock = threading.Lock()
        self._connections: set[ServerConnection] = set()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """``ws://127.0.0.1:PORT``.

        Raises:
            RuntimeError: it is not running.
        """
        if self._server is None:
            raise RuntimeError("the print component is not running")
        return f"ws://{self._address[0]}:{self._server.socket.getsockname()[1]}"

    @property
    def papers(self) -> list[Paper]:
        """Every sheet that came out, oldest first."""
        with self._lock:
            return list(self._papers)

    @property
    def previews(self) -> list[Paper]:
        """Every label that was shown in the preview window."""
        with self._lock:
            return list(self._previews)

    def prints_of_task(self, task_id: str) -> int:
        """How many sheets came out for a taskID."""
        return sum(paper.task_id == task_id for paper in self.papers)

    def prints_of_waybill(self, waybill: str) -> int:
        """How many labels with this number came out: more than one is a double print."""
        return sum(paper.waybill == waybill for paper in self.papers)

    def start(self) -> Self:
        """Listen and serve in threads of its own.

        Raises:
            OSError: the port is taken.
        """
        from websockets.sync.server import serve

        self.faults.reopen()
        self._server = serve(self._converse, *self._address, compression=None, max_size=2**24)
        self._thread = threading.Thread(target=self._server.serve_forever, name="print component")
        self._thread.start()
        return self

    def stop(self) -> None:
        """Release what hangs and end every connection. May be called twice."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        self.faults.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.close(_GOING_AWAY)
        server.shutdown()
        thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _converse(self, connection: ServerConnection) -> None:
        from websockets.exceptions import ConnectionClosed

        with self._lock:
            self._connections.add(connection)
        try:
            for frame in connection:
                if not self._answer_frame(connection, frame):
                    break
        except ConnectionClosed:
            return
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _answer_frame(self, connection: ServerConnection, frame: str | bytes) -> bool:
        """Whether the connection goes on."""
        try:
            message = read_message(frame)
        except ValueError:
            connection.close(_INVALID_DATA, "not a JSON text frame")
            return False
        answer = self._answer(message)
        if answer is None:
            return True
        if answer is HANG_UP:
            connection.close(_GOING_AWAY)
            return False
        for reply in _replies(answer, self.faults.garbled()):
            connection.send(reply)
        return True

    def _answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        head = {"command": message["command"], "requestID": message["requestID"]}
        match message["command"]:
            case "getAppInfo":
                return {**head, "appInfo": {"version": self.faults.version(VERSION)}}
            case "getPrinterList":
                return {**head, "printerList": [self._listed(p) for p in self.printers]}
            case "print":
                return self._print(head, message)
            case "preview":
                return self._preview(head, message)
            case _:
                return {**head, "success": False, "failureReason": "unknown command"}

    def _listed(self, printer: PrinterInfo) -> dict[str, Any]:
        status = self.faults.status_of(printer.name, printer.status)
        return {"name": printer.name, "displayName": printer.display_name, "status": status}

    def _print(self, head: dict[str, Any], message: dict[str, Any]) -> dict[str, Any] | None:
        names = [printer.name for printer in self.printers]
        try:
            request = read_request(message, names, self._size_names)
        except MessageError as error:
            return {**head, **error.as_answer(message)}
        results = []
        for task in request.tasks:
            reaction = self.faults.meet(request.printer)
            if reaction.prints:
                self._put_out(request, task.task_id)
            if reaction is Reaction.MUTE:
                return None
            if reaction is Reaction.CRASH:
                return HANG_UP
            results.append(result_of(task.task_id, reaction.failure))
        return {**head, "results": results}

    def _preview(self, head: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
        names = [printer.name for printer in self.printers]
        try:
            request = read_request(
                {"version": "2.0", "printType": 1} | message, names, self._size_names
            )
        except MessageError as error:
            return {**head, **error.as_answer(message)}
        sheets = [self._draw(request, task.task_id) for task in request.tasks]
        with self._lock:
            self._previews.extend(sheets)
        return {**head, "results": [result_of(sheet.task_id, "") for sheet in sheets]}

    def _put_out(self, request: PrintRequest, task_id: str) -> None:
        sheet = self._draw(request, task_id)
        with self._lock:
            numbered = Paper(
                len(self._papers) + 1,
                sheet.printer,
                sheet.task_id,
                sheet.waybill,
                sheet.ewaybill_order_id,
                sheet.position,
                sheet.png,
                sheet.at_s,
            )
            self._papers.append(numbered)
        if self._folder is not None:
            folder = self._folder / sheet.printer
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{numbered.number}.png").write_bytes(numbered.png)

    def _draw(self, request: PrintRequest, task_id: str) -> Paper:
        task = next(t for t in request.tasks if t.task_id == task_id)
        if task.contents is None:
            png = self._artist.text_page(task.text, request.size)
        else:
            png = self._artist.label(task.contents, task.position, task.own_lines, request.size)
        found = task.contents or {}
        return Paper(
            0,
            request.printer,
            task_id,
            str(found.get("waybill", "")),
            str(found.get("ewaybill_order_id", "")),
            task.position,
            png,
            self._clock(),
        )


def _replies(answer: dict[str, Any], garble: Garble | None) -> list[str | bytes]:
    whole = json.dumps(answer, ensure_ascii=False)
    match garble:
        case None:
            return [whole]
        case Garble.NOISE_FIRST:
            progress = {"command": "printProgress", "requestID": answer["requestID"]}
            noise: list[str | bytes] = [
                "",
                "<html>502</html>",
                b"\x00\xff",
                "[1]",
                "null",
                json.dumps(progress),
            ]
            return [*noise, whole]
        case Garble.OTHER_ID:
            return [json.dumps({**answer, "requestID": "somebody-else"})]
        case Garble.NOT_JSON:
            return [whole[: len(whole) // 2]]
        case Garble.HUGE:
            return [json.dumps({**answer, "more": "x" * 5_000_000})]
        case Garble.DEEP:
            return ["[" * 200_000]


HANG_UP: dict[str, Any] = {}
"""Stands for an answer that is no answer: the program has crashed."""
