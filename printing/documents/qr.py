"""QR codes as runs of dark modules, encoded by zxing-cpp (0.15 ms a code)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

QUIET_MODULES = 4


@dataclass(frozen=True, slots=True)
class QrCode:
    """``runs``: (column, row, length) of dark modules in a row, without the quiet zone."""

    modules: int
    runs: tuple[tuple[int, int, int], ...]


@lru_cache(maxsize=1024)
def qr_code(text: str, level: str = "M") -> QrCode:
    """The QR code whose content is exactly ``text`` (UTF-8), error correction ``level``.

    Raises:
        ValueError: ``text`` is empty or too long for any QR code.
    """
    import zxingcpp

    if not text:
        raise ValueError("an empty QR code says nothing")
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    image: Any = code.to_image(scale=1, add_quiet_zones=False)  # its stub leaves the buffer out
    rows, columns = image.shape
    flat = memoryview(image).tobytes()
    runs: list[tuple[int, int, int]] = []
    for row in range(rows):
        line = flat[row * columns : (row + 1) * columns]
        start = line.find(0)
        while start >= 0:
            end = line.find(255, start)
            if end < 0:
                end = columns
            runs.append((start, row, end - start))
            start = line.find(0, end)
    return QrCode(columns, tuple(runs))
