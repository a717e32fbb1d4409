"""ESC/POS: images through python-escpos, status by DLE EOT, the end of a job by GS r."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from app.ports import DeviceStatus
from printing.documents.bitmap import Bitmap
from printing.languages import states
from printing.languages.language import Completion, Ending, Language, Link, PageSettings

_INITIALISE = b"\x1b@"
_CUT = b"\x1dVA\x00"
_FEEDS = {"ff": b"\x0c", "gs_ff": b"\x1d\x0c", "cut": _CUT, "none": b""}
_FRAGMENT_ROWS = 960  # 40 bands of 24: fragments of the column mode end with a whole band
_GRAPHICS_BYTES = 65_535 - 12  # GS ( L counts its data in two bytes
_BAND_ROWS = 24
_NORMAL_DENSITY = 6
# GS ( D: the pulse and the power-off of DLE DC4 are not obeyed in the middle of other data.
_NO_REAL_TIME = b"\x1d(D\x05\x00\x14\x01\x00\x02\x00"


def encode(bitmap: Bitmap, settings: PageSettings) -> bytes:
    """The page as images one below the other, and the feed to the next label.

    Image data are what they are: a byte sequence in them that is a real-time command (``DLE EOT``)
    may be answered, so what has arrived is thrown away before every question (``_Replies.ask``).
    ``epson``: the printer knows ``GS ( D`` (the harmful ones are switched off for the time of the
    page) and ``GS ( K`` (``density`` 0 to 12, 6 is normal; ``speed`` is Epson's level 1 to 13).
    """
    from escpos.printer import Dummy

    if settings.turned:
        bitmap = bitmap.upside_down()
    printer: Any = Dummy()
    printer._raw(_INITIALISE)
    if settings.epson:
        printer._raw(_NO_REAL_TIME)
        if settings.density is not None:
            printer._raw(b"\x1d(K\x02\x001" + bytes(((settings.density - _NORMAL_DENSITY) & 255,)))
        if settings.speed is not None:
            printer._raw(b"\x1d(K\x02\x002" + bytes((max(1, min(13, int(settings.speed))),)))
    _IMAGES[settings.graphics or "raster"](printer, bitmap)
    printer._raw(_FEEDS[settings.feed or "ff"])
    if settings.cut and settings.feed != "cut":
        printer._raw(_CUT)
    return bytes(printer.output)


def _fragments(bitmap: Bitmap, most_rows: int) -> Iterator[Any]:
    """Pieces from the top down, as python-escpos' own pictures.

    Its own way from a picture to dots (through RGBA and grey, with dithering) takes 12 ms a label
    and is gone twice, its ``image()`` loses the centring of fragments and speaks on stdout where
    the printer's width is unknown. Ours are dots already, so they are put in place.
    """
    from escpos.image import EscposImage
    from PIL import Image

    for top in range(0, bitmap.height, most_rows):
        rows = min(most_rows, bitmap.height - top)
        data = bitmap.rows[top * bitmap.row_bytes : (top + rows) * bitmap.row_bytes]
        fragment: Any = EscposImage.__new__(EscposImage)
        fragment._im = fragment.img_original = Image.frombytes("1", (bitmap.width, rows), data)
        yield fragment


def _raster(printer: Any, bitmap: Bitmap) -> None:
    """``GS v 0``: nothing stands between fragments, so they join without a gap."""
    for fragment in _fragments(bitmap, _FRAGMENT_ROWS):
        size = fragment.width_bytes.to_bytes(2, "little") + fragment.height.to_bytes(2, "little")
        printer._raw(b"\x1dv0\x00" + size + fragment.to_raster_format())


def _graphics(printer: Any, bitmap: Bitmap) -> None:
    """``GS ( L`` 112 and 50, in pieces whose length the two bytes of the header can tell."""
    most_rows = min(_FRAGMENT_ROWS, _GRAPHICS_BYTES // bitmap.row_bytes)
    for fragment in _fragments(bitmap, most_rows):
        size = fragment.width.to_bytes(2, "little") + fragment.height.to_bytes(2, "little")
        data = b"0\x01\x011" + size + fragment.to_raster_format()
        printer._image_send_graphics_data(b"0", b"p", data)
        printer._image_send_graphics_data(b"0", b"2", b"")


def _columns(printer: Any, bitmap: Bitmap) -> None:
    """``ESC *`` in bands of 24 rows, 24 dots a line feed, and white above and below as ``ESC J``.

    Bands begin at the first black row, or above it so that the last one ends on the page: filled
    up beyond it, the page would be longer than the label and the feed go to the next but one.
    """
    printer._raw(b"\x1b3" + bytes((_BAND_ROWS,)))
    row_bytes, rows = bitmap.row_bytes, bitmap.rows
    first = (len(rows) - len(rows.lstrip(b"\0"))) // row_bytes
    end = (len(rows.rstrip(b"\0")) + row_bytes - 1) // row_bytes
    banded = (max(0, end - first) + _BAND_ROWS - 1) // _BAND_ROWS * _BAND_ROWS
    top = max(0, min(first, bitmap.height - banded))
    _feed_rows(printer, top)
    inner = bitmap.shifted(0, -top).on_paper(bitmap.width, banded)
    for fragment in _fragments(inner, _FRAGMENT_ROWS):
        head = b"\x1b*\x21" + fragment.width.to_bytes(2, "little")
        for band in fragment.to_column_format():
            printer._raw(head + band + b"\n")
    printer._raw(b"\x1b2")
    _feed_rows(printer, bitmap.height - top - banded)


def _feed_rows(printer: Any, rows: int) -> None:
    while rows > 0:
        printer._raw(b"\x1bJ" + bytes((min(255, rows),)))
        rows -= 255


_IMAGES = {"raster": _raster, "graphics": _graphics, "column": _columns}


def _is_status(byte: int) -> bool:
    """Answers to DLE EOT have bits 1 and 4 set and bits 0 and 7 clear."""
    return byte & 0x93 == 0x12


def _is_automatic(byte: int) -> bool:
    """The first of the four bytes of an automatic status."""
    return byte & 0x93 == 0x10


class _Replies:
    """Sorts what arrives: answers to DLE EOT, the answer to GS r, automatic status (dropped)."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._skip = 0
        self._statuses: list[int] = []
        self._in_turn: int | None = None

    def wait(self, timeout_s: float) -> None:
        for byte in self._link.receive(timeout_s):
            if self._skip:
                self._skip -= 1
            elif _is_status(byte):
                self._statuses.append(byte)
            elif _is_automatic(byte):
                self._skip = 3
            elif byte & 0x90 == 0:
                self._in_turn = byte

    @property
    def has_in_turn(self) -> bool:
        return self._in_turn is not None

    def take_in_turn(self) -> int | None:
        """The answer to GS r if it has come; given out once."""
        answer, self._in_turn = self._in_turn, None
        return answer

    def ask(self, question: int, timeout_s: float) -> int | None:
        """The answer to DLE EOT ``question``; statuses nobody asked for are thrown away."""
        self.wait(0)
        self._statuses.clear()
        self._link.send(bytes((0x10, 0x04, question)))
        ends_s = time.monotonic() + timeout_s
        while not self._statuses:
            left_s = ends_s - time.monotonic()
            if left_s <= 0:
                return None
            self.wait(left_s)
        return self._statuses.pop(0)


class EscPosDialect:
    """DLE EOT 1, 2 and 4 now; GS r 1 in order."""

    def clearing(self, most_bytes: int) -> bytes:
        """White to an image that waits for more, nothing otherwise; then on to the next label.

        Where no image waited that label stays blank.
        """
        return bytes(most_bytes) + b"\x0c"

    def status(self, link: Link, timeout_s: float) -> DeviceStatus | None:
        return self._status(_Replies(link), timeout_s)

    def _status(self, replies: _Replies, timeout_s: float) -> DeviceStatus | None:
        paper = replies.ask(4, timeout_s)
        if paper is None:
            return None
        cause = replies.ask(2, timeout_s) or 0
        if paper & 0x60 or cause & 0x20:
            return states.paper_out()
        if cause & 0x04:
            return states.cover_open()
        if cause & 0x40:
            return states.failing()
        general = replies.ask(1, timeout_s) or 0
        return states.paused() if general & 0x28 else states.ready()

    def _is_ready_after_all(self, replies: _Replies) -> bool:
        """Ask again: the answer may have been to dots of the picture that look like a question.

        Such an answer comes late when the printer takes its time over the data, and says something
        else: "cover open" of one question is the drawer's switch in another.
        """
        status = self._status(replies, 0.5)
        return status is not None and status.can_start

    def wait_done(self, link: Link, timeout_s: float) -> Completion:
        """GS r 1 is answered when everything before it is done; trouble is looked for meanwhile."""
        replies = _Replies(link)
        replies.wait(0)
        replies.take_in_turn()
        link.send(b"\x1dr\x01")
        ends_s = time.monotonic() + timeout_s
        answered = False
        while time.monotonic() < ends_s:
            replies.wait(0.25)
            status = None if replies.has_in_turn else self._status(replies, 0.5)
            paper = replies.take_in_turn()
            if paper is not None:
                if paper & 0x0C:
                    return Completion(Ending.TROUBLE, states.paper_out())
                return Completion(Ending.DONE, states.ready())
            if status is not None:
                answered = True
                if not status.can_start and not self._is_ready_after_all(replies):
                    return Completion(Ending.TROUBLE, status)
        return Completion(Ending.LATE if answered else Ending.SILENT)


ESCPOS = Language("escpos", "escpos", encode, EscPosDialect(), most_density=12)
