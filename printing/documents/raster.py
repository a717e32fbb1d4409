"""From PDF pages to bitmaps of exactly the printer's dots.

A page drawn by ``page.Book`` is a whole number of dots; it is rendered into a bitmap of just that
many pixels (letting PDFium choose gives one too many), and a pixel is black when it is darker than
half. No dithering: that would break bars.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
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


class NotReadableError(ValueError):
    """The bytes are no PDF that can be opened."""


def page_sizes_mm(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every page; safe from any thread.

    Raises:
        NotReadableError: it is no PDF, or has no page.
    """
    import pypdfium2

    with _pdfium().lock:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise NotReadableError("no PDF") from error
        try:
            sizes = [document.get_page_size(n) for n in range(len(document))]
        finally:
            document.close()
    if not sizes:
        raise NotReadableError("no page")
    return [(width / POINTS_PER_MM, height / POINTS_PER_MM) for width, height in sizes]


def joined(pdfs: Sequence[bytes]) -> bytes:
    """All pages of several PDFs in one; safe from any thread."""
    import io

    import pypdfium2

    with _pdfium().lock:
        whole = pypdfium2.PdfDocument.new()
        try:
            for pdf in pdfs:
                part = pypdfium2.PdfDocument(pdf)
                whole.import_pages(part)
                part.close()
            out = io.BytesIO()
            whole.save(out)
        finally:
            whole.close()
    return out.getvalue()


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
