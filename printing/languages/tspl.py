"""TSPL (TSC's language, also of most Chinese label printers)."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator

from app.ports import DeviceState, DeviceStatus
from printing.documents.bitmap import Bitmap
from printing.languages import states
from printing.languages.language import Completion, Ending, Language, Link, PageSettings

_ASK = b"\x1b!?"  # answered at once, one byte
_MODEL = b"~!T\r\n"  # answered in its turn, behind everything sent before
_MODEL_REPLY = re.compile(rb"[ -~]*[@-~][ -~]*[\r\n]*")
_PRINTABLE = re.compile(rb"[ -~]")
_POLL_S = 0.02
_REST_S = 0.15  # between two pieces of one line of text
_SETTLE_S = 2.0  # a printer that is going to print says so by then


_ESCAPE = re.compile(rb"\x1b(?=!)")
_REAL_TIME = b"\x1b!"  # ESC ! ?, ESC ! R … are obeyed wherever they stand


def encode(bitmap: Bitmap, settings: PageSettings) -> bytes:
    """SIZE, GAP or BLINE, the page as BITMAP (0 = black), PRINT 1,1.

    One BITMAP as a rule: where its data would hold ``ESC !``, which printers take for a real-time
    command (``ESC ! R`` restarts them), it is split there into pictures side by side.
    """
    lines = [f"SIZE {settings.width_mm:g} mm,{settings.height_mm:g} mm"]
    if settings.stock == "mark":
        lines.append(f"BLINE {settings.gap_mm:g} mm,0 mm")
    else:
        gap_mm = 0.0 if settings.stock == "continuous" else settings.gap_mm
        lines.append(f"GAP {gap_mm:g} mm,0 mm")
    if settings.density is not None:
        lines.append(f"DENSITY {settings.density}")
    if settings.speed is not None:
        lines.append(f"SPEED {settings.speed:g}")
    if settings.cut:
        lines.append("SET CUTTER 1")
    if settings.tear_off_mm is not None:
        lines.append(f"OFFSET {settings.tear_off_mm:g} mm")
    turn = 1 if settings.turned else 0
    lines += [f"DIRECTION {turn},0", "REFERENCE 0,0", "CLS", ""]
    rows = bitmap.rows if settings.inverted else bitmap.inverted_rows()
    if settings.graphics == "zlib":
        image = f"BITMAP 0,0,{bitmap.row_bytes},{bitmap.height},3,".encode("ascii")
        images = image + zlib.compress(rows)
    else:
        images = b"\r\n".join(_pictures(rows, bitmap.row_bytes))
    return "\r\n".join(lines).encode("ascii") + images + b"\r\nPRINT 1,1\r\n"


def _pictures(rows: bytes, row_bytes: int) -> Iterator[bytes]:
    """``BITMAP x,y,width in bytes,height,0,data`` of all rows, none with ``ESC !`` in its data."""
    start = 0  # the first byte not yet given out: always the first of a row
    while (at := rows.find(_REAL_TIME, start)) >= 0:
        begin = at - at % row_bytes
        if begin > start:
            yield _picture(0, start // row_bytes, row_bytes, rows[start:begin])
        yield from _pieces(rows[begin : begin + row_bytes], begin // row_bytes)
        start = begin + row_bytes
    if start < len(rows):
        yield _picture(0, start // row_bytes, row_bytes, rows[start:])


def _pieces(row: bytes, y: int) -> Iterator[bytes]:
    """One row, cut behind every ``ESC`` that a ``!`` follows."""
    x = 0
    for end in (*(found.end() for found in _ESCAPE.finditer(row)), len(row)):
        yield _picture(x, y, end - x, row[x:end])
        x = end


def _picture(x_bytes: int, y: int, row_bytes: int, data: bytes) -> bytes:
    head = f"BITMAP {x_bytes * 8},{y},{row_bytes},{len(data) // row_bytes},0,"
    return head.encode("ascii") + data


def read_status(byte: int) -> DeviceStatus:
    """The answer to ``ESC ! ?``; its bits combine."""
    if byte & 0x04:
        return states.paper_out()
    if byte & 0x01:
        return states.cover_open()
    if byte & 0x02:
        return states.jammed()
    if byte & 0x08:
        return states.ribbon_out()
    if byte & 0x10:
        return states.paused()
    if byte & 0x80:
        return states.failing()
    return states.busy() if byte & 0x20 else states.ready()


class _Replies:
    """Tells the answer to ``~!T`` (a line of text) from the single bytes of ``ESC ! ?``.

    On slow lines the text comes in pieces, and a piece looks like a status: ``O`` has the bit of
    "paper out", ``4`` too. So after a printable byte the rest is waited for, and what holds a
    letter is text (no status has bit 6).
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._data = b""
        self._in_line_end = False
        self.model_came = False

    def drain(self) -> None:
        while self._link.receive(0):
            pass

    def collect(self, timeout_s: float) -> None:
        """What comes within ``timeout_s``, and the rest of a line that has begun."""
        self._data += self._link.receive(timeout_s)
        while not self.model_came and _PRINTABLE.match(self._data[-1:]):
            more = self._link.receive(_REST_S)
            if not more:
                break
            self._data += more
        if self._in_line_end and self._data:
            self._data = self._data.lstrip(b"\r\n")
            self._in_line_end = False
        if model := _MODEL_REPLY.search(self._data):
            self.model_came = True
            self._data = self._data[: model.start()] + self._data[model.end() :]
            self._in_line_end = not model.group().endswith(b"\n")

    def ask(self, timeout_s: float) -> DeviceStatus | None:
        """The state after everything that has come so far."""
        self.collect(0)
        self._data = b""
        self._link.send(_ASK)
        ends_s = time.monotonic() + timeout_s
        while not self._data and (left_s := ends_s - time.monotonic()) > 0:
            self.collect(left_s)
        return read_status(self._data[-1]) if self._data else None


class TsplDialect:
    """``ESC ! ?`` tells the state now. ``~!T`` behind the job answers when its turn comes."""

    def clearing(self, most_bytes: int) -> bytes:
        """Empty lines: data to a BITMAP that waits for more, nothing otherwise; CLS follows."""
        return b"\r\n" * (most_bytes // 2 + 1)

    def status(self, link: Link, timeout_s: float) -> DeviceStatus | None:
        return _Replies(link).ask(timeout_s)

    def wait_done(self, link: Link, timeout_s: float) -> Completion:
        """Done: the question behind the job was answered, or printing was seen, and it is idle.

        A printer that answers only ``ESC ! ?`` and never said it was printing is ``SILENT``:
        it may have swallowed the job.
        """
        replies = _Replies(link)
        replies.drain()
        link.send(_MODEL)
        started_s = time.monotonic()
        was_busy = answered = False
        while (waited_s := time.monotonic() - started_s) < timeout_s:
            in_turn = replies.model_came  # before asking: the state must be that of afterwards
            status = replies.ask(0.5)
            if status is not None:
                answered = True
                if not status.can_start:
                    return Completion(Ending.TROUBLE, status)
                if status.state is DeviceState.BUSY:
                    was_busy = True
                elif in_turn or was_busy:
                    return Completion(Ending.DONE, status)
                elif waited_s > _SETTLE_S:
                    return Completion(Ending.SILENT, status)
            if not replies.model_came:
                replies.collect(_POLL_S)
        return Completion(Ending.LATE if answered else Ending.SILENT)


TSPL = Language("tspl", "tspl", encode, TsplDialect(), most_density=15)
