"""TSPL: SIZE, GAP, BLINE, DIRECTION, REFERENCE, CLS, BITMAP and PRINT. After TSC's manual."""

from __future__ import annotations

import zlib

from PIL import Image

from tests.printing.readers.page import Page, ReadError

_SETTINGS = {"SIZE", "GAP", "BLINE", "DENSITY", "SPEED", "SET", "OFFSET", "DIRECTION", "REFERENCE"}


def read(data: bytes, dots_per_mm: float) -> list[Page]:
    """One page a PRINT, as large as SIZE."""
    pages: list[Page] = []
    settings: list[str] = []
    page: Page | None = None
    size = (0, 0)
    at = 0
    while at < len(data):
        if data.startswith(b"BITMAP ", at):
            if page is None:
                raise ReadError("BITMAP before CLS")
            at = _bitmap(page, data, at + len(b"BITMAP "))
            continue
        end = data.index(b"\r\n", at)
        line = data[at:end].decode("ascii")
        at = end + 2
        name, _, values = line.partition(" ")
        if name == "SIZE":
            wide, high = (float(value.removesuffix(" mm")) for value in values.split(","))
            size = int(wide * dots_per_mm + 0.5), int(high * dots_per_mm + 0.5)
        elif name == "CLS":
            page = Page(Image.new("1", size))
        elif name == "PRINT":
            if page is None or values != "1,1":
                raise ReadError(f"PRINT {values}")
            page.commands = settings
            if "DIRECTION 1,0" in settings:
                page.image = page.image.transpose(Image.Transpose.ROTATE_180)
            pages.append(page)
            settings, page = [], None
        elif line and name not in _SETTINGS:
            raise ReadError(line)
        if name in _SETTINGS:
            settings.append(line)
    return pages


def _bitmap(page: Page, data: bytes, at: int) -> int:
    """``x,y,width in bytes,height,mode,`` and 0 = black; gives back where the next line begins."""
    numbers: list[int] = []
    while len(numbers) < 5:
        comma = data.index(b",", at)
        numbers.append(int(data[at:comma]))
        at = comma + 1
    x, y, row_bytes, height, mode = numbers
    size = row_bytes * height
    if mode == 0:
        dots, at = data[at : at + size], at + size
    elif mode == 3:
        unpacker = zlib.decompressobj()
        dots = unpacker.decompress(data[at:])
        at = len(data) - len(unpacker.unused_data)
    else:
        raise ReadError(f"mode {mode}")
    if len(dots) != size:
        raise ReadError("BITMAP with too few bytes")
    if data[at : at + 2] != b"\r\n":
        raise ReadError("no line end behind BITMAP")
    page.put(x, y, row_bytes, bytes(255 - byte for byte in dots))
    return at + 2
