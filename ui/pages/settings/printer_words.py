"""How printers are spoken of: one line of facts, one of state."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.states import Document
from app.domain.text import T, Text, ntr, sentences, tr
from app.domain.words import DOCUMENT_WORDS
from app.ports import DeviceState, DeviceStatus, PrinterConfig
from app.services.printing.printers import PrinterView
from app.settings import PAPER_DOCUMENTS
from ui.paint_status import Severity

# The darkest step that each language knows.
DENSITY_STEPS = {"tspl": 15, "zpl": 30, "escpos": 12, "cpcl": 3}
RASTER_LANGUAGES = frozenset(DENSITY_STEPS)
CUT_LANGUAGES = frozenset({"tspl", "zpl", "escpos"})
USUAL_MEDIA = ("76x130", "100x150", "100x180", "60x40", "210x297")
_MM_PER_INCH = 25.4
_LOW_ROLL = 0.1  # of a roll: time to bring the next one

_WAYS: dict[str, Text] = {
    "usb": T("USB"),
    "tcp": T("Network"),
    "serial": T("Serial port"),
    "queue": T("This computer's queue"),
    "ipp": T("Network"),
    "ipps": T("Network"),
    "file": T("Into a folder"),
    "ws": T("Print component"),
    "wss": T("Print component"),
}
_SHORT: dict[DeviceState, tuple[Severity, Text]] = {
    DeviceState.READY: (Severity.FINE, T("Ready")),
    DeviceState.BUSY: (Severity.INFO, T("Printing")),
    DeviceState.PAPER_OUT: (Severity.FAILED, T("No paper; goes on once loaded")),
    DeviceState.COVER_OPEN: (Severity.FAILED, T("Open; goes on once closed")),
    DeviceState.PAUSED: (Severity.PROBLEM, T("Paused at the printer")),
    DeviceState.ERROR: (Severity.FAILED, T("Out of order")),
    DeviceState.OFFLINE: (Severity.FAILED, T("Not reached")),
    DeviceState.MUTE: (Severity.INFO, T("Says nothing; labels count when scanned")),
}


@dataclass(frozen=True, slots=True)
class StateLine:
    """A shape, a few words, and the whole sentence behind them."""

    severity: Severity
    text: str
    detail: str = ""
    good: bool = True


def dpi(dots_per_mm: float) -> int:
    """Dots per inch as they are written on printers: 8 dots a mm are 203."""
    return round(dots_per_mm * _MM_PER_INCH)


def paper_name(media: str) -> str:
    """``76 × 130 mm``; A4 by its name."""
    if media.lower() in {"210x297", "a4"}:
        return "A4"
    return media.lower().replace("x", " × ") + " mm"


def document_name(document: str) -> str:
    """What goes to the printer, in words."""
    return str(DOCUMENT_WORDS[Document(document)])


def documents_line(documents: tuple[str, ...]) -> str:
    return tr(", ").join(document_name(d) for d in documents)


def facts_line(config: PrinterConfig) -> str:
    """``Labels · USB · 203 dpi · 76 × 130 mm``."""
    way = _WAYS.get(config.address.partition(":")[0].lower())
    parts = [documents_line(config.documents)]
    if way is not None:
        parts.append(str(way))
    if config.language in RASTER_LANGUAGES:
        parts.append(f"{dpi(config.dots_per_mm)} dpi")
    parts.append(paper_name(config.media))
    return " · ".join(parts)


def state_line(status: DeviceStatus | None, failure: str = "") -> StateLine | None:
    """``None`` while nobody has answered yet. ``failure``: the printer could not even be asked."""
    if failure:
        return StateLine(Severity.FAILED, tr("Cannot be asked"), failure, good=False)
    if status is None:
        return None
    severity, short = _SHORT[status.state]
    detail = sentences(status.message, status.remedy)
    return StateLine(severity, str(short), detail, good=status.can_start)


def jobs_line(view: PrinterView) -> tuple[str, bool]:
    """What is behind the printer and before it, and whether somebody has to look."""
    parts = []
    if view.unknown:
        parts.append(ntr("{n} label unclear", "{n} labels unclear", view.unknown))
    if view.waiting:
        parts.append(ntr("{n} waits", "{n} wait", view.waiting))
    if view.sent:
        parts.append(ntr("{n} not scanned yet", "{n} not scanned yet", view.sent))
    if view.roll is not None:
        parts.append(ntr("about {n} label left", "about {n} labels left", view.roll.left))
    return " · ".join(parts), bool(view.unknown) or roll_is_low(view)


def roll_is_low(view: PrinterView) -> bool:
    return view.roll is not None and view.roll.left <= view.roll.size * _LOW_ROLL


def known_documents() -> tuple[str, ...]:
    """Every document that a printer may take, labels first."""
    return PAPER_DOCUMENTS
