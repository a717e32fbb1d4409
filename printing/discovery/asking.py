"""What language does it speak? Asked so that nothing of the questions can come out as print.

The order matters. ``DLE EOT`` is three control bytes to everybody. ``ESC ! ?`` sets a type size on
an ESC/POS printer, which every label sets anew. ``ESC h`` and ``~HI`` hold letters, so they come
last and, when nobody answers, ``ESC @`` and a carriage return follow: the first empties the line
of an ESC/POS printer that never answers, the second ends the line that a TSPL printer could not
understand; neither moves paper. Whoever answers with words (a web server) is asked nothing more.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from app.ports import DeviceStatus
from printing.documents.layouts import media_size
from printing.languages import states
from printing.languages.escpos import ESCPOS
from printing.languages.language import Language, Link
from printing.languages.tspl import TSPL
from printing.languages.zpl import ZPL

_MOST_BYTES = 4096  # of somebody who never stops talking
_REST_S = 0.1  # between two pieces of one answer
_WORDS = re.compile(rb"[ -~]{4}")
_IDENTITY = re.compile(rb"\x02([^\x03]{1,200})\x03")
_HOST_STATUS = re.compile(rb"\x02\d{3},\d,\d,(\d{4}),")
_MEDIA = ("76x130", "100x100", "100x150", "100x180")
_NEAR_MM = 4.0
# What printers call their heads, and the true pitch.
_DOTS = {"6": 6.0, "8": 8.0, "12": 11.81, "24": 23.62}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What answered. An empty ``language`` is a printer that never says what it is."""

    language: str = ""
    model: str = ""
    dots_per_mm: float = 0.0
    media: str = ""
    status: DeviceStatus | None = None


class StrangerError(Exception):
    """What answers is no label printer."""


def ask(link: Link, wait_s: float) -> Spoken:
    """Ask in every language we know; ``wait_s`` for each answer. Five waits when it is mute.

    Raises:
        StrangerError: it talks, but not as a printer does.
        OSError: the connection broke.
    """
    _greeting(link)
    link.send(b"\x10\x04\x04")
    reply = _reply(link, wait_s)
    if reply and all(byte & 0x93 == 0x12 for byte in reply[:1]) and len(reply) <= 5:
        return _escpos(link, wait_s)
    _no_stranger(reply)
    link.send(b"\x1b!?")
    reply = _reply(link, wait_s)
    if len(reply) == 1 and not reply[0] & 0x40:
        return _tspl(link, wait_s)
    _no_stranger(reply)
    link.send(b"\x1bh")
    reply = _reply(link, wait_s)
    if len(reply) == 1 and not reply[0] & 0xE0:
        return Spoken("cpcl", status=states.mute())
    _no_stranger(reply)
    link.send(b"~HI")
    reply = _reply(link, wait_s)
    if identity := _IDENTITY.search(reply):
        return _zpl(link, identity[1].decode("ascii", "replace"), wait_s)
    _no_stranger(reply)
    link.send(b"\x1b@\r")
    return Spoken(status=states.mute())


def _greeting(link: Link) -> None:
    """Bytes of status nobody asked for; servers of other kinds introduce themselves in words."""
    said = _reply(link, _REST_S)
    if _HOST_STATUS.search(said):
        return
    _no_stranger(said, least=16)


def _no_stranger(reply: bytes, least: int = 1) -> None:
    if len(reply) >= least or _WORDS.search(reply):
        raise StrangerError


def _reply(link: Link, wait_s: float) -> bytes:
    """What comes within ``wait_s``, and what follows it at once."""
    said = link.receive(wait_s)
    while said and len(said) < _MOST_BYTES:
        more = link.receive(_REST_S)
        if not more:
            break
        said += more
    return said


def _escpos(link: Link, wait_s: float) -> Spoken:
    """``GS I 67``: the model's name between ``_`` and NUL (Epson; many clones are silent)."""
    status = _status(ESCPOS, link, wait_s)
    link.send(b"\x1dIC")
    model = _reply(link, wait_s).strip(b"_\x00\r\n ")
    return Spoken("escpos", _printable(model), status=status)


def _tspl(link: Link, wait_s: float) -> Spoken:
    """``~!T``: a line with the model's name. The line begun by the other questions ends first."""
    status = _status(TSPL, link, wait_s)
    link.send(b"\r\n~!T\r\n")
    return Spoken("tspl", _printable(_reply(link, wait_s)), status=status)


def _zpl(link: Link, identity: str, wait_s: float) -> Spoken:
    """``~HI`` says model, version, dots a mm and memory; ``~HS`` the length of a label in dots."""
    parts = [part.strip() for part in identity.split(",")]
    dots_per_mm = _DOTS.get(parts[2], 0.0) if len(parts) > 2 else 0.0
    status = _status(ZPL, link, wait_s)
    link.send(b"~HS\r\n")
    length = _HOST_STATUS.search(_reply(link, wait_s))
    media = _media_of(int(length[1]) / dots_per_mm) if length and dots_per_mm else ""
    return Spoken("zpl", _printable(parts[0].encode()), dots_per_mm, media, status)


def _media_of(length_mm: float) -> str:
    """The usual paper of this length, ``""`` when there is none."""
    off = {media: abs(media_size(media)[1] - length_mm) for media in _MEDIA}
    nearest = min(off, key=lambda media: off[media])
    return nearest if off[nearest] <= _NEAR_MM else ""


def _status(language: Language, link: Link, wait_s: float) -> DeviceStatus:
    said = language.dialect.status(link, wait_s) if language.dialect else None
    return said or states.mute()


def _printable(data: bytes) -> str:
    """A name from outside: one line of letters, not too long."""
    text = data.decode("ascii", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:60]


def settle(link: Link, timeout_s: float) -> bytes:
    """What still comes until the other side closes; the connection has to be half-closed."""
    ends_s = time.monotonic() + timeout_s
    said = b""
    try:
        while len(said) < _MOST_BYTES and (left_s := ends_s - time.monotonic()) > 0:
            said += link.receive(left_s)
    except OSError:  # it has closed: all is said
        return said
    return said
