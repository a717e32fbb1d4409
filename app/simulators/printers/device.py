"""A simulated label printer on a TCP port, as network printers listen on 9100."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from app.simulators.bell import Bell
from app.simulators.printers.bitmap import Paper
from app.simulators.printers.buffer import JobCutError, PowerOffError, ReceiveBuffer
from app.simulators.printers.cpcl import CpclInterpreter
from app.simulators.printers.escpos import EscPosInterpreter
from app.simulators.printers.interpreter import (
    BadCommandError,
    Controller,
    Interpreter,
    QuestionWatch,
)
from app.simulators.printers.mechanism import Mechanism, PrinterFaults, Sensors
from app.simulators.printers.tspl import TsplInterpreter
from app.simulators.printers.zpl import ZplInterpreter

log = logging.getLogger(__name__)

_PORTION = 16384
_SMALL_WINDOW = 8192
_POLL_S = 0.05
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() sends RST


class PrinterLanguage(StrEnum):
    """The language a printer understands."""

    ESCPOS = "escpos"
    TSPL = "tspl"
    ZPL = "zpl"
    CPCL = "cpcl"


class PrinterCrashedError(RuntimeError):
    """An interpreter raised what it should not: the simulator is wrong, not the sender."""


class LabelPrinter:
    """Prints on 127.0.0.1 from ``start()`` to ``stop()``; a context manager does both.

    The stock is ``width_mm`` × ``height_mm`` with gaps of ``gap_mm``; ``height_mm`` None is a roll
    that is cut. One connection is served at a time, the next one waits. With ``out_dir`` each
    paper is written there as ``<n>.png``; ``keep`` limits how many keep their dots in memory.
    After a stop, ``start()`` switches on again at the same port with an empty memory.
    """

    def __init__(
        self,
        language: PrinterLanguage | str,
        dots_per_mm: float = 8.0,
        width_mm: float = 76.0,
        height_mm: float | None = 130.0,
        out_dir: Path | None = None,
        faults: PrinterFaults | None = None,
        *,
        gap_mm: float = 3.0,
        port: int = 0,
        keep: int | None = None,
    ) -> None:
        self.language = PrinterLanguage(language)
        self.dots_per_mm = dots_per_mm
        self.received_bytes = 0
        self.connections = 0
        self._changed = threading.Condition(threading.RLock())
        self._mechanism = Mechanism(
            self._changed,
            width_dots=round(width_mm * dots_per_mm),
            height_dots=None if height_mm is None else round(height_mm * dots_per_mm),
            gap_dots=round(gap_mm * dots_per_mm),
            out_dir=out_dir,
            keep=keep,
        )
        self._port = port
        self._crashes: list[Exception] = []
        self._stopping = threading.Event()
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self.set_faults(faults or PrinterFaults())

    # switching on and off

    def start(self) -> Self:
        """Switch on and listen.

        Raises:
            OSError: the port is taken.
            RuntimeError: it is on already.
        """
        if self._listener is not None:
            raise RuntimeError("the printer is on")
        self._stopping.clear()
        self._mechanism.switch(on=True)
        self._buffer = ReceiveBuffer(self._changed, self._faults.buffer_bytes)
        controller = Controller(self._buffer, self._mechanism, self.dots_per_mm, self._reply)
        self._interpreter: Interpreter = _INTERPRETERS[self.language](controller)
        self._listener = _listening_socket(self._port)
        self._bell = Bell(self._listener)
        self._port = self._listener.getsockname()[1]
        self._narrow_window()
        self._threads = [
            threading.Thread(
                target=self._accept, args=(self._listener, self._bell), name="printer-port"
            ),
            threading.Thread(target=self._interpret, name="printer-engine"),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Switch off: the port closes, what was not printed is lost. May be called twice.

        Raises:
            PrinterCrashedError: the simulator itself failed.
        """
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._stopping.set()
        self._bell.ring()
        self._mechanism.switch(on=False)
        self._buffer.switch_off()
        for thread in self._threads:
            thread.join()
        self._bell.close()
        listener.close()
        if self._crashes:
            raise PrinterCrashedError from self._crashes[0]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return self._port

    @property
    def address(self) -> str:
        """``tcp://127.0.0.1:PORT``."""
        return f"tcp://127.0.0.1:{self._port}"

    # what came out

    @property
    def papers(self) -> list[Paper]:
        """The labels that came out, oldest first."""
        with self._changed:
            return list(self._mechanism.papers)

    @property
    def complaints(self) -> list[str]:
        """What senders did that the printer could make no sense of."""
        with self._changed:
            return list(self._mechanism.complaints)

    @property
    def sensors(self) -> Sensors:
        """Paper, cover and pause as they are now."""
        return self._mechanism.sensors

    def wait_for_papers(self, count: int, timeout_s: float = 10.0) -> list[Paper]:
        """Block until ``count`` labels came out since the printer was made, and return all.

        Raises:
            TimeoutError: they did not within ``timeout_s``.
        """
        with self._changed:
            papers = self._mechanism.papers
            if not self._changed.wait_for(lambda: len(papers) >= count, timeout_s):
                complaints = "; ".join(self._mechanism.complaints[-3:])
                raise TimeoutError(f"{len(papers)} of {count} labels; complaints: {complaints}")
            return list(papers)

    def wait_until_idle(self, timeout_s: float = 10.0) -> None:
        """Block until every byte that arrived is worked off and nobody is connected.

        Raises:
            TimeoutError: it did not happen within ``timeout_s``.
        """
        self._wait(lambda: self._connection is None and self._buffer.is_starving, timeout_s, "busy")

    def wait_until_stalled(self, timeout_s: float = 10.0) -> None:
        """Block until a print waits for paper, the cover or the end of a pause.

        Raises:
            TimeoutError: it did not happen within ``timeout_s``.
        """
        self._wait(lambda: self._mechanism.is_stalled, timeout_s, "not stalled")

    def _wait(self, condition: Callable[[], bool], timeout_s: float, otherwise: str) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, timeout_s):
                raise TimeoutError(f"the printer is {otherwise}")

    # faults

    def set_faults(self, faults: PrinterFaults) -> None:
        """Replace all faults from now on; the buffer's size counts from the next start."""
        with self._changed:
            self._faults = faults
            self._reset_after = faults.reset_after_bytes
            self._close_after = faults.close_after_bytes
            self._mechanism.set_faults(faults)
            self._narrow_window()

    def load_paper(self, labels: int | None = None) -> None:
        """Put in a roll of ``labels``, None: without end. A waiting label is printed."""
        self.set_faults(replace(self._faults, labels_left=labels))

    def set_cover(self, *, is_open: bool) -> None:
        """Open or close the cover."""
        self._change(cover_open=is_open)

    def set_paused(self, *, paused: bool) -> None:
        """Press the pause key."""
        self._change(paused=paused)

    def _change(self, **changes: bool) -> None:
        with self._changed:
            left = self._mechanism.labels_left
            self.set_faults(replace(self._faults, labels_left=left, **changes))

    def _narrow_window(self) -> None:
        """A slow printer takes little ahead, so that an abrupt close really loses bytes."""
        narrow = self._faults.bytes_per_s is not None or self._faults.buffer_bytes < _PORTION * 4
        if self._listener is not None and narrow:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_WINDOW)

    # the engine's thread

    def _interpret(self) -> None:
        while True:
            try:
                self._interpreter.run_command()
            except PowerOffError:
                return
            except JobCutError:
                self._mechanism.complain("a job ended in the middle of a command")
                self._interpreter.forget_command()
            except BadCommandError as error:
                self._mechanism.complain(str(error))
            except (
                Exception
            ) as error:  # nobody could catch it in this thread: stop() raises it again
                log.exception("a simulated printer crashed")
                self._crashes.append(error)
                return

    # the port's thread

    def _accept(self, listener: socket.socket, bell: Bell) -> None:
        while bell.wait():
            try:
                connection, _ = listener.accept()
            except TimeoutError:  # the one who knocked has gone again
                continue
            with connection:
                connection.settimeout(_POLL_S)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._changed:
                    self._connection = connection
                    self.connections += 1
                try:
                    self._serve(connection)
                except OSError:
                    log.debug("the sender hung up", exc_info=True)
                finally:
                    self._end_connection()

    def _end_connection(self) -> None:
        self._mark_end()
        with self._changed:
            self._connection = None
            self._changed.notify_all()

    def _mark_end(self) -> None:
        if not self._faults.half_command_survives:
            self._buffer.mark_end()

    def _serve(self, connection: socket.socket) -> None:
        watch = QuestionWatch(self._interpreter.questions, self._interpreter.longest_question)
        reset_after, self._reset_after = self._reset_after, None
        close_after, self._close_after = self._close_after, None
        if self._faults.unsolicited_status:
            self._reply(self._interpreter.greeting())
        got, closed = 0, False
        while True:
            data = self._receive(connection, reset_after and reset_after - got)
            if not data:
                break
            got += len(data)
            if close_after is None or got < close_after:
                self._buffer.put(data)
            for question in watch.feed(data):
                self._reply(self._interpreter.answer(question))
            if reset_after is not None and got >= reset_after:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                return
            if close_after is not None and got >= close_after and not closed:
                # What is not worked off is lost, and so is all that still comes.
                connection.shutdown(socket.SHUT_WR)
                self._buffer.throw_away()
                closed = True
            self._take_time(len(data))
        self._mark_end()
        self._let_finish()

    def _receive(self, connection: socket.socket, most: int | None) -> bytes:
        """Some bytes; none when the sender has finished or the printer is switched off."""
        while not self._stopping.is_set():
            room = self._buffer.wait_for_room(_POLL_S)
            if not room:
                continue
            pace = self._faults.bytes_per_s
            portion = min(room, _PORTION, most or _PORTION, max(256, pace // 50) if pace else room)
            try:
                data = connection.recv(portion)
            except TimeoutError:
                continue
            with self._changed:
                self.received_bytes += len(data)
            return data
        return b""

    def _take_time(self, count: int) -> None:
        pace = self._faults.bytes_per_s
        if pace:
            self._stopping.wait(count / pace)

    def _let_finish(self) -> None:
        """Keep the connection while its bytes are worked off, unless a print has to wait."""
        with self._changed:
            while not self._stopping.is_set():
                if self._buffer.is_starving or self._mechanism.is_stalled:
                    return
                self._changed.wait(_POLL_S)

    def _reply(self, data: bytes) -> None:
        with self._changed:
            connection = self._connection
        if connection is None or not data or self._faults.mute:
            return
        try:
            connection.sendall(data)
        except OSError:
            log.debug("nobody reads the status", exc_info=True)


def _listening_socket(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(8)
        listener.settimeout(_POLL_S)
    except OSError:
        listener.close()
        raise
    return listener


_INTERPRETERS: dict[PrinterLanguage, Callable[[Controller], Interpreter]] = {
    PrinterLanguage.ESCPOS: EscPosInterpreter,
    PrinterLanguage.TSPL: TsplInterpreter,
    PrinterLanguage.ZPL: ZplInterpreter,
    PrinterLanguage.CPCL: CpclInterpreter,
}
