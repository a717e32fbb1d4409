"""PWG Raster read by CUPS' own library, which shares no code with our writer."""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

from PIL import Image

_HEADER_BYTES = 1796


def raster_pages(path: Path) -> list[tuple[Image.Image, int]]:
    """Every page as people see it (mode "L"), and its dots per inch."""
    cups = ctypes.CDLL("libcups.so.2")
    cups.cupsRasterOpen.restype = ctypes.c_void_p
    cups.cupsRasterReadHeader2.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    cups.cupsRasterReadPixels.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint]
    cups.cupsRasterClose.argtypes = [ctypes.c_void_p]
    descriptor = os.open(path, os.O_RDONLY)
    raster = cups.cupsRasterOpen(descriptor, 0)
    try:
        pages = []
        header = ctypes.create_string_buffer(_HEADER_BYTES)
        while cups.cupsRasterReadHeader2(raster, header):
            pages.append(_page(cups, raster, header.raw))
        return pages
    finally:
        cups.cupsRasterClose(raster)
        os.close(descriptor)


def _page(cups: ctypes.CDLL, raster: int, header: bytes) -> tuple[Image.Image, int]:
    (dpi,) = struct.unpack_from("=I", header, 276)
    width, height = struct.unpack_from("=II", header, 372)
    bits, row_bytes = struct.unpack_from("=II", header, 388)
    row = ctypes.create_string_buffer(row_bytes)
    rows = bytearray()
    for _ in range(height):
        if cups.cupsRasterReadPixels(raster, row, row_bytes) != row_bytes:
            raise ValueError("the raster ends too early")
        rows += row.raw
    if bits == 8:
        return Image.frombytes("L", (width, height), bytes(rows)), dpi
    black = Image.frombytes("1", (width, height), bytes(rows)).convert("L")
    return black.point(lambda value: 255 - value), dpi
