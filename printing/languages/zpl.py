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


def encode(bitmap: Bitmap, settings: PageSettings) -> bytes:
    """``^GFA`` with Z64 data (zlib and base64), or hexadecimal with ``graphics`` hex."""
    total = bitmap.row_bytes * bitmap.height
    if settings.graphics == "hex":
        data = bitmap.rows.hex().upper().encode("ascii")
    else:
        data = z64(bitmap.rows)
    parts = ["^XA"]
    if settings.density is not None:
        parts.insert(0, f"~SD{settings.density:02d}")
    if settings.speed is not None:
        parts.append(f"^PR{settings.speed:g}")
    if settings.cut:
        parts.append("^MMC")
    stock = {"gap": "W", "mark": "M", "continuous": "N"}[settings.stock]
    parts.append(f"^MN{stock}^PW{bitmap.width}^LL{bitmap.height}^LH0,0^PON^PMN^FO0,0")
    parts.append(f"^GFA,{total},{total},{bitmap.row_bytes},")
    return "".join(parts).encode("ascii") + data + b"^FS^PQ1^XZ\r\n"


def z64(data: bytes) -> bytes:
    """``:Z64:…:CRC``: CRC-16/XMODEM over the base64 text, in upper case (readers compare it so)."""
    text = base64.b64encode(zlib.compress(data))
    return b":Z64:%b:%04X" % (text, binascii.crc_hqx(text, 0))


class ZplDialect:
    """``~HS``: three lines between STX and ETX; formats and labels still to print are counted."""

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
