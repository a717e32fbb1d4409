"""Documents without a printer: previews, files, the same bytes a printer would get."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from app.domain.errors import UserError
from app.domain.label_designs import LabelDesign
from app.domain.labels import DrawnLabel, FileLabel, Label, PackingSlip, PickList
from app.domain.papers import Sheet, TestPage
from app.domain.text import T, Text
from app.ports import DesignProof
from printing.documents.carrier_file import file_pages, file_pdf
from printing.documents.design_proof import proof_of
from printing.documents.designs import standard_designs, standard_for
from printing.documents.labels import add_label, own_area_box
from printing.documents.layouts import media_size
from printing.documents.page import Book
from printing.documents.raster import joined, rasterise
from printing.documents.sheets import add_sheet
from printing.fonts import Fonts, load_fonts
from printing.languages.language import PageSettings
from printing.languages.registry import LANGUAGES, language_of
from printing.printers import drawn_label, trouble_text

FORMATS = ("pdf", "png", *(language.code for language in LANGUAGES))


@dataclass(frozen=True, slots=True)
class Rendered:
    """Bytes, and what the person should know about them.

    ``warning``: characters that cannot be printed. ``cut_texts``: how many texts were too long for
    their place and are shortened on the paper (never a number).
    """

    data: bytes
    warning: Text | None
    cut_texts: int = 0


@dataclass(frozen=True, slots=True)
class PaperStationery:
    """Implements ``app.ports.Stationery``; fonts are loaded on first use. Safe from any thread."""

    fonts: Callable[[], Fonts] = load_fonts

    def render(self, label: Label, fmt: str, media: str, dots_per_mm: float) -> bytes:
        """The bytes a printer would get; ``fmt`` is pdf, png, escpos, tspl, zpl or cpcl.

        Raises:
            UserError: ``platform_label``, ``format_unknown``, ``label_incomplete``,
                ``media_unknown``, ``media_too_small``.
        """
        return self.rendered(label, fmt, media, dots_per_mm).data

    def rendered(self, label: Label, fmt: str, media: str, dots_per_mm: float) -> Rendered:
        """Like ``render``, with the warning."""
        drawn = label if isinstance(label, FileLabel) else drawn_label(label)
        _check_format(fmt)
        width_mm, height_mm = media_size(media)
        if isinstance(drawn, FileLabel):
            return Rendered(_of_file(drawn, fmt, (width_mm, height_mm), dots_per_mm), None)
        book = Book(self.fonts(), dots_per_mm, drawn.number)
        add_label(book, drawn, width_mm, height_mm)
        pdf = book.finish()
        warning = trouble_text(book.trouble)
        if fmt == "pdf":
            return Rendered(pdf, warning, book.trouble.cut_texts)
        bitmap = rasterise(pdf, dots_per_mm)[0]
        if fmt == "png":
            return Rendered(bitmap.png(dots_per_mm), warning, book.trouble.cut_texts)
        settings = PageSettings(width_mm, height_mm, dots_per_mm)
        data = language_of(fmt).encode(bitmap, settings)
        return Rendered(data, warning, book.trouble.cut_texts)

    def missing_glyphs(self, text: str) -> str:
        """The characters of ``text`` that the fonts of our labels do not have, each once."""
        return self.fonts().regular.missing(text)

    def designs(self) -> tuple[LabelDesign, ...]:
        """See ``app.ports.Stationery``."""
        return standard_designs()

    def standard_design(self, template: str, media: str) -> LabelDesign:
        """See ``app.ports.Stationery``."""
        return standard_for(template, *media_size(media))

    def proof(self, label: DrawnLabel, design: LabelDesign, dots_per_mm: float) -> DesignProof:
        """See ``app.ports.Stationery``."""
        return proof_of(label, design, self.fonts(), dots_per_mm)

    def own_area_mm(self, template: str, media: str) -> tuple[float, float, float, float]:
        """Left, top, width and height of the shop's own area, for a preview that marks it."""
        box = own_area_box(template, *media_size(media))
        return box.x, box.y, box.width, box.height

    def labels_pdf(self, labels: Sequence[Label], media: str) -> bytes:
        """One PDF, the labels in their order; fonts embedded once as long as we draw them.

        Raises:
            UserError: like ``render``; ``ref`` names the label.
        """
        width_mm, height_mm = media_size(media)
        parts: list[bytes] = []
        for drawn_by_carrier, some in groupby(labels, lambda x: isinstance(x, FileLabel)):
            if drawn_by_carrier:
                files = [x for x in some if isinstance(x, FileLabel)]
                parts += [file_pdf(file, width_mm, height_mm) for file in files]
                continue
            drawn = [drawn_label(label) for label in some]
            book = Book(self.fonts(), title="Packbench")
            for label in drawn:
                add_label(book, label, width_mm, height_mm)
            parts.append(book.finish())
        return parts[0] if len(parts) == 1 else joined(parts)

    def sheet(self, sheet: Sheet, fmt: str, media: str, dots_per_mm: float = 8.0) -> bytes:
        """What a printer would get of a list, slip, card or small label; png: the first page.

        Raises:
            UserError: ``format_unknown``, ``media_unknown``, ``paper_empty``,
                ``paper_too_small``, ``code_not_printable``.
        """
        _check_format(fmt)
        width_mm, height_mm = media_size(media)
        book = Book(self.fonts(), dots_per_mm, str(sheet.document))
        add_sheet(book, sheet, width_mm, height_mm)
        pdf = book.finish()
        if fmt == "pdf":
            return pdf
        bitmaps = rasterise(pdf, dots_per_mm)
        if fmt == "png":
            return bitmaps[0].png(dots_per_mm)
        settings = PageSettings(width_mm, height_mm, dots_per_mm)
        language = language_of(fmt)
        return b"".join(language.encode(bitmap, settings) for bitmap in bitmaps)

    def pick_list_pdf(self, pick_list: PickList) -> bytes:
        """The pick list on A4."""
        return self.sheet(pick_list, "pdf", "A4")

    def slip_pdf(self, slip: PackingSlip, media: str) -> bytes:
        return self.sheet(slip, "pdf", media)

    def test_page_pdf(self, printer: str, media: str, dots_per_mm: float = 8.0) -> bytes:
        """The page "打一张测试单" prints."""
        return self.sheet(TestPage(datetime.now(UTC), printer), "pdf", media, dots_per_mm)


def _check_format(fmt: str) -> None:
    if fmt not in FORMATS:
        raise UserError(
            "format_unknown",
            T("There is no format {format}.", format=fmt),
            T("Choose one of {known}.", known=", ".join(FORMATS)),
        )


def _of_file(label: FileLabel, fmt: str, size_mm: tuple[float, float], dots_per_mm: float) -> bytes:
    """The carrier's own bytes as PDF; a picture shows the first page, a printer gets all."""
    if fmt == "pdf":
        return label.content
    pages = file_pages(label, *size_mm, dots_per_mm)
    if fmt == "png":
        return pages[0].png(dots_per_mm)
    settings = PageSettings(*size_mm, dots_per_mm)
    return b"".join(language_of(fmt).encode(page, settings) for page in pages)
