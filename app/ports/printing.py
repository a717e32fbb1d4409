"""Printers, and drawing documents without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from app.domain.errors import PackbenchError
from app.domain.label_designs import Finding, LabelDesign
from app.domain.labels import DrawnLabel, Label, PackingSlip, Paper, PickList
from app.domain.papers import Sheet
from app.domain.text import Text


class DeviceState(StrEnum):
    READY = "ready"
    BUSY = "busy"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    PAUSED = "paused"
    ERROR = "error"
    OFFLINE = "offline"
    MUTE = "mute"  # takes data, never says how it is


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    state: DeviceState
    message: Text
    remedy: Text | None = None

    @property
    def can_start(self) -> bool:
        return self.state in {DeviceState.READY, DeviceState.BUSY, DeviceState.MUTE}


class SendResult(StrEnum):
    """What is certain about one label after sending it."""

    CONFIRMED = "confirmed"  # the printer says it is out
    SENT = "sent"  # every byte left; this printer never says more
    UNKNOWN = "unknown"  # failed after the first byte
    NOT_STARTED = "not_started"  # failed before the first byte


@dataclass(frozen=True, slots=True)
class Sent:
    """``cut``: part of the document has left, and the printer may wait for the rest of it."""

    result: SendResult
    reason: Text | None = None
    status: DeviceStatus | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class PrinterConfig:
    """One ``[[printer]]`` of the configuration."""

    name: str
    language: str  # escpos | tspl | zpl | cpcl | pdf | system | component
    address: str
    dots_per_mm: float = 8.0
    media: str = "76x130"
    documents: tuple[str, ...] = ("label",)
    options: Mapping[str, Any] | None = None
    fallback: str = ""  # the printer that takes over when this one is in trouble
    bench: str = ""  # the only bench that drives it; "" = any

    @property
    def size_mm(self) -> tuple[float, float]:
        width, _, height = self.media.lower().partition("x")
        return float(width), float(height)


@dataclass(frozen=True, slots=True)
class ComponentPrinterInfo:
    """A printer as the platform's print component lists it; what ``status`` means is not known."""

    name: str
    display_name: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class ComponentInfo:
    """The platform's print component on this computer. ``other_version``: a second one answers."""

    version: str
    printers: tuple[ComponentPrinterInfo, ...]
    other_version: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One document as the printer will get it; nothing has been sent.

    ``paper`` is the document itself, for a printer that draws it (the print component).
    ``warning``: what could not be printed as it was given. ``cut_texts``: how many texts are
    shortened on the paper (never a number).
    """

    ref: str
    paper: Paper
    data: bytes = field(default=b"", repr=False)
    warning: Text | None = None
    cut_texts: int = 0


class Printer(Protocol):
    """One printer that puts documents on paper."""

    @property
    def config(self) -> PrinterConfig: ...

    @property
    def takes_platform_labels(self) -> bool: ...

    def status(self) -> DeviceStatus: ...

    def prepare(self, paper: Paper) -> Prepared:
        """Draw ``paper`` and put it in the printer's language; the printer is not touched.

        From any thread, also while another document is being sent. Raises ``UserError`` when it
        cannot be drawn, or not on this printer.
        """
        ...

    def prepare_all(self, papers: Sequence[Paper]) -> list[Prepared | PackbenchError]:
        """``prepare`` for several at once, which is quicker; a refusal stands in its place."""
        ...

    def send(self, prepared: Prepared, key: str = "") -> Sent:
        """Send one prepared document, and wait (bounded) for what the printer says of it.

        One call at a time per printer. ``key`` is our print job's own, told to queues that keep
        one. Never raises for the printer or the connection.
        """
        ...

    def print_paper(self, paper: Paper) -> Sent:
        """``send(prepare(paper))``."""
        ...


@runtime_checkable
class LooksUpJobs(Protocol):
    """A printer or queue that may know what became of a job of ours, also after a crash."""

    def look_up(self, key: str) -> Sent | None:
        """What became of the document that was sent with ``key``; waits, bounded, for its end.

        ``None``: nobody knows it there, which proves nothing. Never sends anything.
        """
        ...


@runtime_checkable
class MistrustedPrinter(Protocol):
    """A printer that is sent bytes, and may be left in the middle of a job when a program ends."""

    @property
    def can_be_cut(self) -> bool:
        """Not where a document is handed over as a whole: a file, a queue."""
        ...

    def mistrust(self) -> None:
        """It may have happened: the next document must not be swallowed by the rest of it."""
        ...


@runtime_checkable
class PlatformPrinter(Protocol):
    """What only a printer of the platform's print component can do."""

    def about(self) -> ComponentInfo:
        """Which component runs here, and the printers that it sees.

        Raises ``RetryableError`` (``component_offline``, ``component_foreign``).
        """
        ...

    def preview(self, label: Label) -> Sent:
        """Show the label in the component's own window; nothing is printed."""
        ...


@dataclass(frozen=True, slots=True)
class DesignProof:
    """A label drawn by a design; ``findings``: every fault, each with its place."""

    png: bytes = field(repr=False)
    findings: tuple[Finding, ...]


class Stationery(Protocol):
    """Draws documents without a printer: ``label render``, previews, the demo's PDF."""

    def render(self, label: Label, fmt: str, media: str, dots_per_mm: float) -> bytes:
        """The bytes a printer would get; ``fmt`` is pdf, png, escpos, tspl, zpl or cpcl.

        Raises ``UserError`` (``platform_label``) for a label that only the component can draw.
        """
        ...

    def missing_glyphs(self, text: str) -> str:
        """The characters of ``text`` that a label we draw cannot show, each once."""
        ...

    def designs(self) -> tuple[LabelDesign, ...]:
        """Every standard design, by template and paper. Raises ``UserError``: ``design_wrong``."""
        ...

    def standard_design(self, template: str, media: str) -> LabelDesign:
        """The standard design of ``template`` for this paper.

        Raises ``UserError``: ``template_unknown``, ``media_unknown``, ``media_too_small``.
        """
        ...

    def proof(self, label: DrawnLabel, design: LabelDesign, dots_per_mm: float) -> DesignProof:
        """``label`` drawn by ``design`` on the design's own paper, and what is wrong with it."""
        ...

    def labels_pdf(self, labels: Sequence[Label], media: str) -> bytes:
        """One PDF, one page a label, fonts embedded once."""
        ...

    def sheet(self, sheet: Sheet, fmt: str, media: str, dots_per_mm: float = 8.0) -> bytes:
        """Lists, slips, cards and small labels as ``fmt``; png shows the first page.

        Raises ``UserError`` (``format_unknown``, ``media_unknown``, ``paper_empty``,
        ``paper_too_small``, ``code_not_printable``).
        """
        ...

    def pick_list_pdf(self, pick_list: PickList) -> bytes: ...

    def slip_pdf(self, slip: PackingSlip, media: str) -> bytes: ...
