"""CPCL: the session line, PAGE-WIDTH, EG, CG, FORM and PRINT. After Zebra's manual."""

from __future__ import annotations

import re

from PIL import Image

from tests.printing.readers.page import Page, ReadError

_SESSION = re.compile(rb"! (\d+) (\d+) (\d+) (\d+) 1\r\n")
_GRAPHIC = re.compile(rb"(CG|EG) (\d+) (\d+) (\d+) (\d+) ")
_SETTINGS = {b"CONTRAST", b"TONE", b"SPEED", b"GAP-SENSE", b"BAR-SENSE", b"FORM"}


def read(data: bytes) -> list[Page]:
    """One page a PRINT; what the session says of its resolution is its first command."""
    pages: list[Page] = []
    page: Page | None = None
    at = height = 0
    while at < len(data):
        if session := _SESSION.match(data, at):
            height = int(session[4])
            page = Page(Image.new("1", (0, height)), [f"{int(session[2])} {int(session[3])}"])
            at = session.end()
            continue
        if page is None:
            raise ReadError("a command outside a session")
        if graphic := _GRAPHIC.match(data, at):
            row_bytes, rows, x, y = (int(graphic[n]) for n in (2, 3, 4, 5))
            at = graphic.end()
            if graphic[1] == b"EG":
                size = 2 * row_bytes * rows
                dots = bytes.fromhex(data[at : at + size].decode("ascii"))
            else:
                size = row_bytes * rows
                dots = data[at : at + size]
            at += size
            page.put(x, y, row_bytes, dots)
            if data[at : at + 2] != b"\r\n":
                raise ReadError("no line end behind a graphic")
            at += 2
            continue
        end = data.index(b"\r\n", at)
        line = data[at:end]
        at = end + 2
        name, _, value = line.partition(b" ")
        if name == b"PAGE-WIDTH":
            page.image = Image.new("1", (int(value), height))
        elif name == b"PRINT":
            pages.append(page)
            page = None
        elif name in _SETTINGS:
            page.commands.append(line.decode("ascii"))
        elif line:
            raise ReadError(repr(line))
    return pages
