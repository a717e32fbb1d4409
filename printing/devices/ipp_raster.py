"""PWG Raster, for IPP printers that take no PDF.

PWG 5102.4: the page header in section 4.3, lines and their packing in 4.4.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from printing.documents.bitmap import Bitmap

_HEADER_BYTES = 1796
_BLACK, _SGRAY = 3, 18  # section 4.3.2.11: colour spaces
_MOST = 128  # of equal pixels, or of different ones, behind one count


def pwg_raster(pages: Sequence[Bitmap], dpi: int, *, grey: bool) -> bytes:
    """Every page at ``dpi``: one bit a dot (``black_1``), or eight (``sgray_8``)."""
    out = bytearray(b"RaS2")
    for page in pages:
        out += _header(page, dpi, len(pages), grey=grey)
        rows, row_bytes = page.rows, page.row_bytes
        if grey:
            rows, row_bytes = page.image().convert("L").tobytes(), page.width
        _put_lines(out, rows, row_bytes)
    return bytes(out)


def _header(page: Bitmap, dpi: int, pages: int, *, grey: bool) -> bytes:
    bits = 8 if grey else 1
    header = bytearray(_HEADER_BYTES)
    header[0:9] = b"PwgRaster"
    points = (round(page.width * 72 / dpi), round(page.height * 72 / dpi))
    for at, numbers in (
        (276, (dpi, dpi)),
        (340, (1,)),  # copies
        (352, points),
        (372, (page.width, page.height)),
        (384, (bits, bits, page.width if grey else page.row_bytes)),
        (400, (_SGRAY if grey else _BLACK,)),
        (420, (1,)),  # colours
        (452, (pages, 1, 1, 0, 0, page.width, page.height)),
    ):
        struct.pack_into(f">{len(numbers)}I", header, at, *numbers)
    return bytes(header)


def _put_lines(out: bytearray, rows: bytes, row_bytes: int) -> None:
    lines = [rows[start : start + row_bytes] for start in range(0, len(rows), row_bytes)]
    at = 0
    while at < len(lines):
        line, same = lines[at], 1
        while same < 256 and at + same < len(lines) and lines[at + same] == line:
            same += 1
        out.append(same - 1)
        _put_line(out, line)
        at += same


def _put_line(out: bytearray, line: bytes) -> None:
    """Counts and bytes: 0-127 repeats the next byte, 129-255 means different ones (257 - n)."""
    at, end = 0, len(line)
    while at < end:
        same = _run(line, at, end)
        if same > 1 or at + 1 == end:
            out += bytes((same - 1, line[at]))
            at += same
            continue
        stop = at + 1
        while stop < end and stop - at < _MOST and _run(line, stop, end) == 1:
            stop += 1
        if stop - at == 1:  # one alone cannot be written as "different ones"
            out += bytes((0, line[at]))
        else:
            out.append(257 - (stop - at))
            out += line[at:stop]
        at = stop


def _run(line: bytes, at: int, end: int) -> int:
    stop = min(end, at + _MOST)
    n = at + 1
    while n < stop and line[n] == line[at]:
        n += 1
    return n - at
