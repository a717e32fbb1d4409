"""ESC/POS: images through python-escpos, status by DLE EOT, the end of a job by GS r."""

from __future__ import annotations

import time
from copy import deepcopy
from typing import Any

from app.ports import DeviceStatus
from printing.documents.bitmap import Bitmap
from printing.languages import states
from printing.languages.language import Completion, Ending, Language, Link, PageSettings

_INITIALISE = b"\x1b@"
_CUT = b"\x1dVA\x00"
_FEEDS = {"ff": b"\x0c", "gs_ff": b"\x1d\x0c", "cut": _CUT, "none": b""}
_IMPLEMENTATIONS = {"raster": "bitImageRaster", "graphics": "graphics", "column": "bitImageColumn"}
_FRAGMENT_ROWS = 960
_GRAPHICS_BYTES = 65_535 - 12  # GS ( L counts its data in two bytes


def encode(bitmap: Bitmap, settings: PageSettings) -> bytes:
    """The page as images one below the other, and the feed to the next label.

    Works around python-escpos 3.1: a picture of one bit a dot passes its dithering unchanged,
    the profile has a width (else it prints a line on stdout for every image), nothing is centred
    (fragments would lose it), and ``graphics`` stays below the length its header can tell.
    """
    from escpos.printer import Dummy

    graphics = settings.graphics or "raster"
    rows = _FRAGMENT_ROWS
    if graphics == "graphics":
        rows = min(rows, _GRAPHICS_BYTES // bitmap.row_bytes)
    printer: Any = Dummy()
    printer.profile = _profile(bitmap.width)
    printer._raw(_INITIALISE)
    printer.image(
        bitmap.image(), impl=_IMPLEMENTATIONS[graphics], fragment_height=rows, center=False
    )
    printer._raw(_FEEDS[settings.feed or "ff"])
    if settings.cut and settings.feed != "cut":
        printer._raw(_CUT)
    return bytes(printer.output)


def _profile(width_dots: int) -> Any:
    """python-escpos' default printer with a head just as wide as the page."""
    from escpos.capabilities import get_profile_class

    base = get_profile_class("default")
    data = deepcopy(base.profile_data)
    data["media"]["width"]["pixels"] = width_dots
    return type("LabelProfile", (base,), {"profile_data": data})()


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
                if not status.can_start:
                    return Completion(Ending.TROUBLE, status)
        return Completion(Ending.LATE if answered else Ending.SILENT)


ESCPOS = Language("escpos", "escpos", encode, EscPosDialect(), most_density=0)
