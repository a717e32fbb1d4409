"""Reading back what was printed, without the code that printed it."""

from __future__ import annotations

from itertools import groupby

import zxingcpp
from PIL import Image

from app.domain.labels import DrawnLabel
from printing.documents.bitmap import Bitmap
from printing.documents.labels import add_label
from printing.documents.page import Book, Trouble
from printing.documents.raster import rasterise
from printing.fonts import load_fonts

QUIET_MODULES = 10


def drawn(
    label: DrawnLabel, media: tuple[float, float] = (76, 130), dots_per_mm: float = 8.0
) -> tuple[bytes, Trouble]:
    """The label's PDF, and what could not be printed as given."""
    book = Book(load_fonts(), dots_per_mm)
    add_label(book, label, *media)
    trouble = book.trouble
    return book.finish(), trouble


def printed(
    label: DrawnLabel, media: tuple[float, float] = (76, 130), dots_per_mm: float = 8.0
) -> Bitmap:
    return rasterise(drawn(label, media, dots_per_mm)[0], dots_per_mm)[0]


def codes(image: Image.Image) -> set[tuple[str, str]]:
    """What a scanner finds: (kind, content)."""
    return {
        ("qr" if code.format == zxingcpp.BarcodeFormat.QRCode else str(code.format), code.text)
        for code in zxingcpp.read_barcodes(image.convert("L"))
    }


def text_of(pdf: bytes) -> str:
    """All text of a PDF without blanks, as a search in a viewer finds it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    parts = []
    for page in document:
        text_page = page.get_textpage()
        parts.append(text_page.get_text_range())
        text_page.close()
        page.close()
    document.close()
    return "".join("".join(parts).split())


def module_of(image: Image.Image, widths: tuple[int, ...], *, turned: bool = False) -> int:
    """Dots a module of the Code 128 with these ``widths``; 0 when no line across shows it exactly.

    Every bar and space must be that many whole dots, with 10 modules of white on both sides.
    """
    grey = image.convert("L")
    if turned:
        grey = grey.transpose(Image.Transpose.ROTATE_90)  # read downwards: top becomes left
    for y in range(0, grey.height, 5):
        line = grey.crop((0, y, grey.width, y + 1)).tobytes()
        runs = [(value, len(list(same))) for value, same in groupby(line)]
        found = _module_in(runs, widths)
        if found:
            return found
    return 0


def _module_in(runs: list[tuple[int, int]], widths: tuple[int, ...]) -> int:
    for start in range(1, len(runs) - len(widths)):
        value, first = runs[start]
        if value or first % widths[0]:
            continue
        module = first // widths[0]
        lengths = [length for _, length in runs[start : start + len(widths)]]
        quiet = min(runs[start - 1][1], runs[start + len(widths)][1])
        if lengths == [w * module for w in widths] and quiet >= QUIET_MODULES * module:
            return module
    return 0
