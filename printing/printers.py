"""Printers as the services see them: a label in, what is certain about it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Lock

from app.domain.errors import PackbenchError, UserError
from app.domain.labels import (
    DrawnLabel,
    FileLabel,
    Label,
    Paper,
    PickList,
    PlatformLabel,
    TestPage,
)
from app.domain.papers import BinLabels, CommandCards, GoodsLabels, Manifest
from app.domain.text import T, Text
from app.ports import ComponentInfo, DeviceStatus, Prepared, PrinterConfig, SendResult, Sent
from printing.devices.component import PrintComponent
from printing.devices.device import Device, KnowsResolution, LooksUp, Mistrusts
from printing.documents.bitmap import Bitmap
from printing.documents.carrier_file import file_pages, file_pdf
from printing.documents.geometry import dots
from printing.documents.labels import add_label
from printing.documents.page import Book, Trouble
from printing.documents.raster import rasterise
from printing.documents.sheets import add_sheet
from printing.fonts import load_fonts
from printing.languages import states
from printing.languages.language import Language
from printing.languages.registry import language_of
from printing.options import PrinterOptions, read_options
from printing.workshop import Workshop

# Printers that get PDF: a folder of files, or a queue that draws for itself.
PDF_LANGUAGES = ("pdf", "system")


class PagePrinter:
    """A printer that gets pages we draw: as a bitmap in its language, or as PDF without one.

    ``turn`` is held while the device is spoken to: whoever shares a device shares the turn.
    """

    takes_platform_labels = False

    def __init__(
        self,
        config: PrinterConfig,
        options: PrinterOptions,
        device: Device,
        language: Language | None,
        *,
        turn: Lock,
        workshop: Workshop,
    ) -> None:
        self._config = config
        self._device = device
        self._dialect = language.dialect if language and options.answers else None
        self._draws_itself = language is None
        self._turn = turn
        self._workshop = workshop

    @property
    def config(self) -> PrinterConfig:
        return self._config

    def status(self) -> DeviceStatus:
        """Busy without asking while a document is on its way."""
        if not self._turn.acquire(blocking=False):
            return states.busy()
        try:
            return self._device.status(self._dialect)
        finally:
            self._turn.release()

    def prepare(self, paper: Paper) -> Prepared:
        """See ``app.ports.Printer``.

        Raises:
            UserError: ``platform_label``, ``label_incomplete``, ``media_too_small``,
                ``label_file_size`` …
        """
        return self._workshop.call(prepared, self._config, paper, self._dots_per_mm())

    def prepare_all(self, papers: Sequence[Paper]) -> list[Prepared | PackbenchError]:
        """See ``app.ports.Printer``."""
        return self._workshop.call(prepared_all, self._config, papers, self._dots_per_mm())

    def send(self, prepared: Prepared, key: str = "") -> Sent:
        device = self._device
        with self._turn:
            if isinstance(device, LooksUp):
                sent = device.deliver_as(prepared.data, self._dialect, key)
            else:
                sent = device.deliver(prepared.data, self._dialect)
        return _with_warning(sent, prepared.warning)

    def look_up(self, key: str) -> Sent | None:
        """See ``app.ports.LooksUpJobs``."""
        device = self._device
        if not key or not isinstance(device, LooksUp):
            return None
        with self._turn:
            return device.look_up(key)

    @property
    def can_be_cut(self) -> bool:
        """See ``app.ports.MistrustedPrinter``."""
        return isinstance(self._device, Mistrusts)

    def mistrust(self) -> None:
        """See ``app.ports.MistrustedPrinter``."""
        if isinstance(self._device, Mistrusts):
            with self._turn:
                self._device.mistrust()

    def print_paper(self, paper: Paper) -> Sent:
        return self.send(self.prepare(paper))

    def _dots_per_mm(self) -> float | None:
        """The queue's own where it draws a PDF itself: bars must stand on its dots."""
        if self._draws_itself and isinstance(self._device, KnowsResolution):
            return self._device.dots_per_mm()
        return None


def prepared(config: PrinterConfig, paper: Paper, dots_per_mm: float | None = None) -> Prepared:
    """``paper`` as the printer of ``config`` will get it.

    ``dots_per_mm``: what a PDF's bars are laid on, where the printer knows better than its entry.

    Raises:
        UserError: like ``PagePrinter.prepare``.
    """
    options = read_options(config)
    language = None if config.language in PDF_LANGUAGES else language_of(config.language)
    page = options.page
    if isinstance(paper, FileLabel):
        return Prepared(paper.number, paper, _of_file(paper, options, language))
    book = Book(load_fonts(), dots_per_mm or page.dots_per_mm, config.name)
    add_paper(book, paper, config, page.width_mm, page.height_mm)
    pdf = book.finish()
    data = pdf
    if language is not None:
        data = _pages(rasterise(pdf, page.dots_per_mm), options, language)
    trouble = book.trouble
    return Prepared(paper_ref(paper), paper, data, trouble_text(trouble), trouble.cut_texts)


def prepared_all(
    config: PrinterConfig, papers: Sequence[Paper], dots_per_mm: float | None = None
) -> list[Prepared | PackbenchError]:
    """``prepared`` for several papers; what cannot be drawn has its refusal in its place.

    Labels that become dots are drawn as pages of one document: embedding the fonts, two thirds of
    the work for a single label, is then done once for all of them.
    """
    found: list[Prepared | PackbenchError | None] = [None] * len(papers)
    together: list[tuple[int, DrawnLabel]] = []
    for n, paper in enumerate(papers):
        if isinstance(paper, DrawnLabel) and config.language not in PDF_LANGUAGES:
            together.append((n, paper))
            continue
        try:
            found[n] = prepared(config, paper, dots_per_mm)
        except PackbenchError as error:
            found[n] = error
    if together:
        options, language = read_options(config), language_of(config.language)
        for n, one in zip(
            [n for n, _ in together],
            _together([label for _, label in together], config, options, language),
            strict=True,
        ):
            found[n] = one
    return [one for one in found if one is not None]


def _together(
    labels: Sequence[DrawnLabel], config: PrinterConfig, options: PrinterOptions, language: Language
) -> list[Prepared | PackbenchError]:
    page = options.page
    book = Book(load_fonts(), page.dots_per_mm, config.name)
    said: list[Trouble | PackbenchError] = []
    for label in labels:
        book.trouble = Trouble()
        try:
            add_label(book, label, page.width_mm, page.height_mm)
        except PackbenchError as error:
            said.append(error)
        else:
            said.append(book.trouble)
    pages: Iterator[Bitmap] = iter(())
    if any(isinstance(one, Trouble) for one in said):
        pages = iter(rasterise(book.finish(), page.dots_per_mm))
    return [
        trouble
        if isinstance(trouble, PackbenchError)
        else Prepared(
            label.number,
            label,
            _pages([next(pages)], options, language),
            trouble_text(trouble),
            trouble.cut_texts,
        )
        for label, trouble in zip(labels, said, strict=True)
    ]


def _of_file(label: FileLabel, options: PrinterOptions, language: Language | None) -> bytes:
    page = options.page
    if language is None:
        return file_pdf(label, page.width_mm, page.height_mm)
    pages = file_pages(label, page.width_mm, page.height_mm, page.dots_per_mm)
    return _pages(pages, options, language)


def _pages(bitmaps: Sequence[Bitmap], options: PrinterOptions, language: Language) -> bytes:
    right = _signed_dots(options.offset_x_mm, options.page.dots_per_mm)
    down = _signed_dots(options.offset_y_mm, options.page.dots_per_mm)
    return b"".join(encoded(bitmap.shifted(right, down), language, options) for bitmap in bitmaps)


def encoded(bitmap: Bitmap, language: Language, options: PrinterOptions) -> bytes:
    """One page in ``language``; a density beyond what it knows becomes its darkest."""
    page = options.page
    if page.density is not None and page.density > language.most_density:
        page = replace(page, density=language.most_density)
    return language.encode(bitmap, page)


def _signed_dots(length_mm: float, dots_per_mm: float) -> int:
    return -dots(-length_mm, dots_per_mm) if length_mm < 0 else dots(length_mm, dots_per_mm)


class ComponentPrinter:
    """The platform's print component: platform labels only."""

    takes_platform_labels = True

    def __init__(self, config: PrinterConfig, component: PrintComponent, *, turn: Lock) -> None:
        self._config = config
        self._component = component
        self._turn = turn

    @property
    def config(self) -> PrinterConfig:
        return self._config

    def status(self) -> DeviceStatus:
        return self._component.status()

    def prepare(self, paper: Paper) -> Prepared:
        """The component draws for itself.

        Raises:
            UserError: ``component_only``, anything but a platform label.
        """
        if not isinstance(paper, PlatformLabel):
            raise self._only_platform_labels(paper_ref(paper))
        return Prepared(paper.number, paper)

    def prepare_all(self, papers: Sequence[Paper]) -> list[Prepared | PackbenchError]:
        """See ``app.ports.Printer``."""
        return [
            Prepared(paper.number, paper)
            if isinstance(paper, PlatformLabel)
            else self._only_platform_labels(paper_ref(paper))
            for paper in papers
        ]

    def send(self, prepared: Prepared, key: str = "") -> Sent:
        """One label, one task."""
        if not isinstance(prepared.paper, PlatformLabel):
            raise self._only_platform_labels(prepared.ref)
        with self._turn:
            return self._component.print_label(prepared.paper)

    def print_paper(self, paper: Paper) -> Sent:
        return self.send(self.prepare(paper))

    def about(self) -> ComponentInfo:
        """See ``PlatformPrinter``."""
        return self._component.about()

    def preview(self, label: Label) -> Sent:
        """See ``PlatformPrinter``.

        Raises:
            UserError: ``component_only``, a label that we draw.
        """
        if not isinstance(label, PlatformLabel):
            raise self._only_platform_labels(label.number)
        return self._component.preview(label)

    def _only_platform_labels(self, ref: str) -> UserError:
        return UserError(
            "component_only",
            T("Printer {printer} only prints the platform's labels.", printer=self._config.name),
            T("Choose another printer for this document."),
            ref=ref,
        )


def add_paper(
    book: Book, paper: Paper, config: PrinterConfig, width_mm: float, height_mm: float
) -> None:
    """Draw ``paper``; a test page says what ``config`` says.

    Raises:
        UserError: ``platform_label``, ``label_incomplete``, ``media_too_small``, ``paper_empty``,
            ``paper_too_small``, ``code_not_printable`` …
    """
    if isinstance(paper, DrawnLabel | PlatformLabel | FileLabel):
        add_label(book, drawn_label(paper), width_mm, height_mm)
        return
    if isinstance(paper, TestPage):
        kind = config.address.partition(":")[0]
        paper = replace(paper, printer=config.name, language=config.language, address_kind=kind)
    add_sheet(book, paper, width_mm, height_mm)


def paper_ref(paper: Paper) -> str:
    """What a person calls this paper: its number, its wave's name, or what it is."""
    match paper:
        case PickList():
            return paper.wave
        case Manifest() | CommandCards() | GoodsLabels() | BinLabels() | TestPage():
            return str(paper.document)
        case _:
            return paper.number


def drawn_label(label: Label) -> DrawnLabel:
    """``label`` when it is one that we draw.

    Raises:
        UserError: ``platform_label``.
    """
    if isinstance(label, DrawnLabel):
        return label
    raise UserError(
        "platform_label",
        T("Only the platform's print component can draw this label."),
        T("Print it on a printer of the component."),
        ref=label.number,
    )


def trouble_text(trouble: Trouble) -> Text | None:
    """What the person should know of what could not be printed as it was given."""
    if trouble.missing:
        return T(
            "No font has {characters}, they show as 〓: check the label.",
            characters=" ".join(trouble.missing),
        )
    if trouble.dropped:
        return T("{count} emoji are left out on the paper.", count=trouble.dropped)
    return None


def _with_warning(sent: Sent, warning: Text | None) -> Sent:
    if warning is None or sent.reason is not None:
        return sent
    if sent.result in {SendResult.CONFIRMED, SendResult.SENT}:
        return replace(sent, reason=warning)
    return sent
