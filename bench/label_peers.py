"""One neutral label by four libraries: 25 runs of Chinese text, 14 lines, a Code 128, a QR code.

Each function makes one PDF with a page for every label. The same fonts, the same places in mm, the
same bars and modules in whole dots; the codes' patterns come from the same encoders except in
ReportLab's own drawings, which bring theirs.
"""

from __future__ import annotations

import io
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from printing.documents.code128 import code128_widths
from printing.documents.geometry import Box
from printing.documents.page import Book, Sheet
from printing.documents.qr import qr_code
from printing.fonts import BOLD_FILE, FONT_FOLDER, POINTS_PER_MM, REGULAR_FILE, load_fonts

WIDTH, HEIGHT = 100.0, 150.0
DOT_MM = 0.125
BARS = (10.0, 40.0, 15.0)  # left, top, height in mm
BAR_MM = 4 * DOT_MM
QR = (12.0, 115.0)
QR_MM = 5 * DOT_MM
LINES = [(3.0, 8.0 + 10 * i, 97.0, 8.0 + 10 * i) for i in range(11) if i != 4] + [
    (3.0, 8.0, 3.0, 108.0),
    (97.0, 8.0, 97.0, 108.0),
    (50.0, 8.0, 50.0, 38.0),
    (50.0, 58.0, 50.0, 108.0),
]
_PLACES = [
    (5.0 + 48 * (i % 2), 11.0 + 10 * (i // 2)) for i in range(20) if i // 2 not in (3, 4)
] + [(40.0, 112.0 + 4 * i) for i in range(9)]


@dataclass(frozen=True)
class Plain:
    """``runs``: left, middle, text, size in pt, bold."""

    number: str
    link: str
    runs: tuple[tuple[float, float, str, float, bool], ...]


def plain_labels(count: int) -> list[Plain]:
    """Labels with other hanzi on each: about 2,300 different ones in a thousand labels."""
    dice = random.Random(25)
    common = [chr(code) for code in range(0x4E00, 0x4E00 + 2_300)]
    made = []
    for i in range(count):
        runs = tuple(
            (x, y, "".join(dice.choices(common, k=10)) + f" {i}", 9.0 + n % 3, n % 2 == 0)
            for n, (x, y) in enumerate(_PLACES)
        )
        link = f"https://example.test/parcel/{i:05d}"
        made.append(Plain(f"73{100_000_000_000 + i}", link, runs))
    return made


def here(made: list[Plain]) -> bytes:
    book = Book(load_fonts(), 8.0)

    def frame(fixed: Sheet) -> None:
        for line in LINES:
            fixed.rule(*line)

    for label in made:

        def draw(sheet: Sheet, label: Plain = label) -> None:
            sheet.stamp("lines", frame)
            for x, y, text, size, bold in label.runs:
                sheet.text(x, y, text, size, bold=bold)
            sheet.code128(Box(5, BARS[1], 90, BARS[2]), label.number, max_module_mm=BAR_MM + 0.01)
            sheet.qr(QR[0] - 3, QR[1] - 3, 32, label.link, max_module_mm=QR_MM + 0.01)

        book.page(WIDTH, HEIGHT, draw)
    return book.finish()


def reportlab_drawings(made: list[Plain]) -> bytes:
    """ReportLab as its manual shows it: drawString, line and createBarcodeDrawing."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode import createBarcodeDrawing
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfgen.canvas import Canvas

    fonts = load_fonts()
    names = {}
    for bold, face in ((False, fonts.regular), (True, fonts.bold)):
        pdfmetrics.registerFont(face.font)
        names[bold] = face.font.fontName
    mm = POINTS_PER_MM
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH * mm, HEIGHT * mm), pageCompression=1)
    for label in made:
        for x1, y1, x2, y2 in LINES:
            canvas.line(x1 * mm, (HEIGHT - y1) * mm, x2 * mm, (HEIGHT - y2) * mm)
        for x, y, text, size, bold in label.runs:
            canvas.setFont(names[bold], size)
            canvas.drawString(x * mm, (HEIGHT - y - 1) * mm, text)
        bars = createBarcodeDrawing(
            "Code128", value=label.number, barHeight=BARS[2] * mm, barWidth=BAR_MM * mm
        )
        renderPDF.draw(bars, canvas, BARS[0] * mm, (HEIGHT - BARS[1] - BARS[2]) * mm)
        side = (qr_code(label.link).modules + 8) * QR_MM * mm
        qr = createBarcodeDrawing(
            "QR", value=label.link, barWidth=side, barHeight=side, barLevel="M"
        )
        renderPDF.draw(qr, canvas, QR[0] * mm, (HEIGHT - QR[1]) * mm - side)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def fpdf2(made: list[Plain]) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(unit="mm", format=(WIDTH, HEIGHT))
    pdf.set_auto_page_break(False)
    pdf.add_font("Label", "", str(FONT_FOLDER / REGULAR_FILE))
    pdf.add_font("Label", "B", str(FONT_FOLDER / BOLD_FILE))
    pdf.set_line_width(0.25)
    for label in made:
        pdf.add_page()
        for line in LINES:
            pdf.line(*line)
        for x, y, text, size, bold in label.runs:
            pdf.set_font("Label", "B" if bold else "", size)
            pdf.text(x, y + 1, text)
        for x, y, width, height in _rectangles(label):
            pdf.rect(x, y, width, height, style="F")
    return bytes(pdf.output())


def qt_pdf_writer(made: list[Plain], folder: Path) -> bytes:
    from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF
    from PySide6.QtGui import QFontDatabase, QPageSize, QPainter, QPdfWriter

    application()
    fonts: dict[tuple[bool, float], Any] = {}
    families = {
        bold: QFontDatabase.applicationFontFamilies(
            QFontDatabase.addApplicationFont(str(FONT_FOLDER / name))
        )[0]
        for bold, name in ((False, REGULAR_FILE), (True, BOLD_FILE))
    }
    file = folder / "qt.pdf"
    writer = QPdfWriter(str(file))
    writer.setResolution(2032)  # 80 units a mm: a tenth of a dot
    writer.setPageSize(QPageSize(QSizeF(WIDTH, HEIGHT), QPageSize.Unit.Millimeter))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    black = painter.pen().color()
    for number, label in enumerate(made):
        if number:
            writer.newPage()
        for x1, y1, x2, y2 in LINES:
            painter.drawLine(QPointF(x1 * 80, y1 * 80), QPointF(x2 * 80, y2 * 80))
        for x, y, text, size, bold in label.runs:
            font = fonts.get((bold, size))
            if font is None:
                font = fonts[bold, size] = QFontDatabase.font(
                    families[bold], "Bold" if bold else "Regular", round(size)
                )
            painter.setFont(font)
            painter.drawText(QPointF(x * 80, (y + 1) * 80), text)
        for x, y, width, height in _rectangles(label):
            painter.fillRect(QRectF(x * 80, y * 80, width * 80, height * 80), black)
    painter.end()
    return file.read_bytes()


def application() -> object:
    """The Qt application of this process; without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    if not _ALIVE:
        _ALIVE.append(QGuiApplication.instance() or QGuiApplication([]))
    return _ALIVE[0]


_ALIVE: list[object] = []  # Qt ends with the last reference to its application


def _rectangles(label: Plain) -> list[tuple[float, float, float, float]]:
    """Bars and runs of dark modules in mm."""
    made = []
    x, top, height = BARS
    for i, width in enumerate(code128_widths(label.number)):
        if i % 2 == 0:
            made.append((x, top, width * BAR_MM, height))
        x += width * BAR_MM
    for column, row, length in qr_code(label.link).runs:
        made.append((QR[0] + column * QR_MM, QR[1] + row * QR_MM, length * QR_MM, QR_MM))
    return made
