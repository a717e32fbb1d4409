"""From PDF pages to bitmaps of exactly the printer's dots.

A page drawn by ``page.Book`` is a whole number of dots; it is rendered into a bitmap of just that
many pixels (letting PDFium choose gives one too many), and a pixel is black when it is darker than
half. No dithering: that would break bars.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from printing.documents.bitmap import Bitmap
from printing.documents.geometry import dots
from printing.fonts import POINTS_PER_MM

THRESHOLD = 128


@dataclass(frozen=True, slots=True)
class _Lock:
    """PDFium keeps global state: one thread of the process at a time may be inside it."""

    lock: threading.Lock


@lru_cache(maxsize=1)
def _pdfium() -> _Lock:
    return _Lock(threading.Lock())


def rasterise(pdf: bytes, dots_per_mm: float) -> list[Bitmap]:
    """Every page of ``pdf`` at ``dots_per_mm``; safe from any thread (they take turns)."""
    with _pdfium().lock:
        return list(_pages(pdf, dots_per_mm))


def _pages(pdf: bytes, dots_per_mm: float) -> Iterator[Bitmap]:
    import pypdfium2
    from PIL import Image
    from pypdfium2 import raw

    black_below = [255] * THRESHOLD + [0] * (256 - THRESHOLD)
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            width_pt, height_pt = page.get_size()
            width = dots(width_pt / POINTS_PER_MM, dots_per_mm)
            height = dots(height_pt / POINTS_PER_MM, dots_per_mm)
            bitmap = pypdfium2.PdfBitmap.new_native(width, height, raw.FPDFBitmap_Gray)
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
            raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, raw.FPDF_ANNOT)
            grey = Image.frombuffer(
                "L", (width, height), bytes(bitmap.buffer), "raw", "L", bitmap.stride, 1
            )
            yield Bitmap.of_image(grey.point(black_below, "1"))
            bitmap.close()
            page.close()
    finally:
        document.close()
