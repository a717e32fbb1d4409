"""ZPL II: the page as one graphic field, status by ~HS."""

from __future__ import annotations

import base64
import binascii
import re
import time
import zlib

from app.ports import DeviceStatus
from printing.documents.bitmap import Bitmap
from printing.languages import states
from printing.languages.language import Completion, Ending, Language, Link, PageSettings

_LINE = re.compile(rb"\x02([^\x03]*)\x03")
_POLL_S = 0.02


_SAME = re.compile(rb"([0-9A-F])\1{2,}")  # two are as short as they are


def encode(bitmap: Bitmap, settings: PageSettings) -> bytes:
    """``^GFA`` with Z64 data (zlib and base64); ``graphics`` hex or acs for printers without it.

    The picture stands at ``^FO0,0`` with ``^LH0,0``; what moves it has been done to the dots, so
    ``^LS`` and ``^LT``, which printers remember, are left alone. ``~SD`` is remembered as well (for
    other programs, too, until the printer is switched off), so it is sent only when a density is
    set, and then before every label.
    """
    total = bitmap.row_bytes * bitmap.height
    if settings.graphics == "hex":
        data = bitmap.rows.hex().upper().encode("ascii")
    elif settings.graphics == "acs":
        data = acs(bitmap.rows, bitmap.row_bytes)
    else:
        data = z64(bitmap.rows)
    parts = []
    if settings.density is not None:
        parts.append(f"~SD{settings.density:02d}")
    if settings.tear_off_mm is not None:
        parts.append(_tear_off(settings.tear_off_mm * settings.dots_per_mm))
    parts.append("^XA")
    if settings.ribbon is not None:
        parts.append("^MTT" if settings.ribbon else "^MTD")
    if settings.speed is not None:
        parts.append(f"^PR{settings.speed:g}")
    if settings.cut:
        parts.append("^MMC")
    stock = {"gap": "W", "mark": "M", "continuous": "N"}[settings.stock]
    turn = "I" if settings.turned else "N"
    parts.append(f"^MN{stock}^PW{bitmap.width}^LL{bitmap.height}^LH0,0^PO{turn}^PMN^FO0,0")
    parts.append(f"^GFA,{total},{total},{bitmap.row_bytes},")
    return "".join(parts).encode("ascii") + data + b"^FS^PQ1^XZ\r\n"


def z64(data: bytes) -> bytes:
    """``:Z64:…:CRC``: CRC-16/XMODEM over the base64 text, in upper case (readers compare it so)."""
    text = base64.b64encode(zlib.compress(data))
    return b":Z64:%b:%04X" % (text, binascii.crc_hqx(text, 0))


def acs(data: bytes, row_bytes: int) -> bytes:
    """Hexadecimal digits with runs told as letters (Zebra's "alternative data compression").

    ``,`` and ``!`` fill the rest of a row with 0 or 1, ``:`` repeats the row above, G–Y are 1–19
    and g–z 20–400 times the digit that follows.
    """
    digits = data.hex().upper().encode("ascii")
    length = 2 * row_bytes
    known: dict[bytes, bytes] = {}
    out: list[bytes] = []
    above = b""
    for start in range(0, len(digits), length):
        row = digits[start : start + length]
        if row == above:
            out.append(b":")
            continue
        above = row
        written = known.get(row)
        if written is None:
            written = known[row] = _acs_row(row)
        out.append(written)
    return b"".join(out)


def _acs_row(row: bytes) -> bytes:
    for digit, rest in ((b"0", b","), (b"F", b"!")):
        if row.endswith(digit):
            return _SAME.sub(_acs_run, row.rstrip(digit)) + rest
    return _SAME.sub(_acs_run, row)


def _acs_run(found: re.Match[bytes]) -> bytes:
    most, left = divmod(len(found[0]), 400)
    twenties, ones = divmod(left, 20)
    return (
        b"z" * most
        + (bytes((ord("f") + twenties,)) if twenties else b"")
        + (bytes((ord("F") + ones,)) if ones else b"")
        + found[1]
    )


def _tear_off(dots: float) -> str:
    """``~TA`` has exactly three digits, and a sign when it goes back."""
    rows = max(-120, min(120, round(dots)))
    return f"~TA{rows:04d}" if rows < 0 else f"~TA{rows:03d}"


class ZplDialect:
    """``~HS``: three lines between STX and ETX; formats and labels still to print are counted."""

    def clearing(self, most_bytes: int) -> bytes:
        """``~JA``: a format that was begun is forgotten."""
        return b"~JA"

    def status(self, link: Link, timeout_s: float) -> DeviceStatus | None:
        while link.receive(0):
            pass
        lines = self._ask(link, timeout_s)
        return _state(lines) if lines else None

    def wait_done(self, link: Link, timeout_s: float) -> Completion:
        ends_s = time.monotonic() + timeout_s
        answered = False
        ready_answers = 0  # one could fall between reading a format and starting to print it
        while time.monotonic() < ends_s:
            lines = self._ask(link, 1.0)
            if lines:
                answered = True
                status = _state(lines)
                if not status.can_start:
                    return Completion(Ending.TROUBLE, status)
                ready_answers = ready_answers + 1 if status == states.ready() else 0
                if ready_answers == 2:
                    return Completion(Ending.DONE, status)
            link.receive(_POLL_S)
        return Completion(Ending.LATE if answered else Ending.SILENT)

    @staticmethod
    def _ask(link: Link, timeout_s: float) -> list[list[str]]:
        """The fields of the three lines; empty when they do not come."""
        link.send(b"~HS\r\n")
        ends_s = time.monotonic() + timeout_s
        reply = b""
        while (left_s := ends_s - time.monotonic()) > 0:
            reply += link.receive(left_s)
            lines = _LINE.findall(reply)
            if len(lines) >= 3:
                return [line.decode("ascii", "replace").split(",") for line in lines[-3:]]
        return []


def _state(lines: list[list[str]]) -> DeviceStatus:
    """Line 1: paper, pause, formats waiting, half a format. Line 2: head, ribbon, labels left."""
    first, second = lines[0] + [""] * 12, lines[1] + [""] * 11
    if first[1] == "1":
        return states.paper_out()
    if second[2] == "1":
        return states.cover_open()
    if second[3] == "1":
        return states.ribbon_out()
    if first[2] == "1":
        return states.paused()
    waiting = (_count(first[4]), _count(first[7]), _count(second[8]))
    return states.busy() if any(waiting) else states.ready()


def _count(field: str) -> int:
    return int(field) if field.strip().isdigit() else 0


ZPL = Language("zpl", "zpl", encode, ZplDialect(), most_density=30)
