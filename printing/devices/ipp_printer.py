"""What an IPP printer or a CUPS queue says about itself, read out of Get-Printer-Attributes.

RFC 8011 section 5.4; PWG 5100.7 (media-col, print-scaling), PWG 5102.4 (PWG Raster).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.text import T
from app.ports import DeviceState, DeviceStatus
from printing.devices.ipp_wire import (
    Collection,
    Operation,
    Resolution,
    Span,
    collections,
    number,
    numbers,
    word,
    words,
)
from printing.languages import states

STATE_ATTRIBUTES = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
)
PRINTER_ATTRIBUTES = (
    *STATE_ATTRIBUTES,
    "cups-version",
    "device-uri",
    "document-format-supported",
    "job-creation-attributes-supported",
    "job-sheets-supported",
    "media-bottom-margin-supported",
    "media-col-supported",
    "media-left-margin-supported",
    "media-right-margin-supported",
    "media-size-supported",
    "media-top-margin-supported",
    "operations-supported",
    "print-scaling-supported",
    "printer-resolution-default",
    "printer-resolution-supported",
    "pwg-raster-document-resolution-supported",
    "pwg-raster-document-type-supported",
)
MARGINS = ("media-bottom-margin", "media-left-margin", "media-right-margin", "media-top-margin")
_STOPPED = 5  # RFC 8011 section 5.4.11: printer-state idle 3, processing 4, stopped 5
_PROCESSING = 4
_TOLERANCE = 100  # hundredths of a millimetre: a millimetre of difference is the same label
_DRIVERLESS = {"ipp", "ipps"}


@dataclass(frozen=True, slots=True)
class PrinterFacts:
    """The attributes of one answer, with the questions that printing asks."""

    attributes: Collection

    @property
    def is_cups(self) -> bool:
        return bool(words(self.attributes, "cups-version"))

    @property
    def device_uri(self) -> str:
        """Where a CUPS queue sends its jobs; empty for anything else."""
        return word(self.attributes, "device-uri") if self.is_cups else ""

    @property
    def passes_through(self) -> bool:
        """A queue that hands bytes on and hears nothing back: its "completed" says no more than
        that the data left (measured: 0.11 s, with the printer out of paper).

        CUPS hears back only through its IPP backend; sockets, USB, LPD, serial ports and files
        take bytes. A queue that sends to another CUPS queue knows only what that one knows.
        """
        if not self.is_cups:
            return False
        parts = urlsplit(self.device_uri)
        another = parts.path.startswith(("/printers/", "/classes/"))
        return parts.scheme not in _DRIVERLESS or another

    @property
    def formats(self) -> tuple[str, ...]:
        return words(self.attributes, "document-format-supported")

    def can(self, *operations: Operation) -> bool:
        known = numbers(self.attributes, "operations-supported")
        return all(operation in known for operation in operations)

    def takes(self, attribute: str, value: str) -> bool:
        """Whether ``value`` is among what the printer says it supports of ``attribute``."""
        return value in words(self.attributes, f"{attribute}-supported")

    @property
    def resolution(self) -> Resolution | None:
        for value in self.attributes.get("printer-resolution-default", ()):
            if isinstance(value, Resolution) and _sane(value):
                return value
        return None

    @property
    def raster_resolutions(self) -> list[Resolution]:
        """Which PWG Raster may have; square ones only."""
        values = self.attributes.get(
            "pwg-raster-document-resolution-supported"
        ) or self.attributes.get("printer-resolution-supported", ())
        return [v for v in values if isinstance(v, Resolution) and _sane(v)]

    def paper(self, width_mm: float, height_mm: float) -> tuple[int, int] | None:
        """The printer's own size of this paper in hundredths of a millimetre.

        A printer that names no sizes is believed to take any; ``None``: it has no such paper.
        """
        wanted = round(width_mm * 100), round(height_mm * 100)
        sizes = collections(self.attributes, "media-size-supported")
        if not sizes:
            return wanted
        near = [size for size in (_near(given, wanted) for given in sizes) if size]
        return min(near, key=lambda s: abs(s[0] - wanted[0]) + abs(s[1] - wanted[1]), default=None)

    @property
    def status(self) -> DeviceStatus:
        """How the printer is; ``MUTE`` for a queue that hears nothing from it."""
        trouble = self._trouble()
        if trouble is not None:
            return trouble
        if number(self.attributes, "printer-state") == _PROCESSING:
            return states.busy()
        return states.mute() if self.passes_through else states.ready()

    @property
    def is_connecting(self) -> bool:
        """CUPS is still looking for the printer; it says so for a moment with every job, too."""
        return any(name == "connecting-to-device" for name, _ in self._reasons())

    def _reasons(self) -> Iterator[tuple[str, str]]:
        """RFC 8011 section 5.4.12: a keyword and how bad it is (``-report`` … ``-error``)."""
        for reason in words(self.attributes, "printer-state-reasons"):
            for severity in ("report", "warning", "error"):
                if reason.endswith(f"-{severity}"):
                    yield reason.removesuffix(f"-{severity}"), severity
                    break
            else:
                yield reason, ""

    def _trouble(self) -> DeviceStatus | None:
        stopped = number(self.attributes, "printer-state") == _STOPPED
        # A report is no trouble (a second tray is empty), unless the printer stands still. Warnings
        # count: ippeveprinter calls an empty tray media-empty-warning while it waits for paper.
        said = [
            name for name, how in self._reasons() if how != "report" or stopped or name == "offline"
        ]
        for name, status in _REASONS.items():
            if name in said:
                return status
        if self.attributes.get("printer-is-accepting-jobs") == (False,):
            return _closed()
        if "connecting-to-device" in said:
            return _connecting()
        if stopped:
            return states.paused() if self.is_cups else states.failing()
        if any(how == "error" for _, how in self._reasons()):
            return states.failing()
        return None


def _sane(resolution: Resolution) -> bool:
    return resolution.across == resolution.feed and 5 <= resolution.dots_per_mm <= 50


def _near(size: Collection, wanted: tuple[int, int]) -> tuple[int, int] | None:
    width = _within(size.get("x-dimension", ()), wanted[0])
    height = _within(size.get("y-dimension", ()), wanted[1])
    return None if width is None or height is None else (width, height)


def _within(values: tuple[object, ...], wanted: int) -> int | None:
    """A size is a number, or a span for paper of any length."""
    for value in values:
        if isinstance(value, Span) and value.lower <= wanted <= value.upper:
            return wanted
        if isinstance(value, int) and abs(value - wanted) <= _TOLERANCE:
            return value
    return None


def _closed() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.PAUSED,
        T("The print queue takes no jobs at the moment."),
        T("Let it accept jobs again in the system's printer settings."),
    )


def _connecting() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.OFFLINE,
        T("The print queue does not reach the printer."),
        T("Check that the printer is switched on and connected."),
    )


def _no_supply() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer is out of ribbon, ink or toner."),
        T("Put in a new one."),
    )


def _no_filter() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The print queue lacks a program that it needs for this printer."),
        T("Set the queue up again in the system's printer settings."),
    )


def _full() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The print queue has no room for more jobs."),
        T("Cancel old jobs in the system's printer settings."),
    )


# RFC 8011 section 5.4.12 and PWG 5100.9, in the order in which one of several is named.
_REASONS: dict[str, DeviceStatus] = {
    "cover-open": states.cover_open(),
    "door-open": states.cover_open(),
    "interlock-open": states.cover_open(),
    "media-jam": states.jammed(),
    "media-empty": states.paper_out(),
    "media-needed": states.paper_out(),
    "marker-supply-empty": _no_supply(),
    "marker-supply-missing": _no_supply(),
    "toner-empty": _no_supply(),
    "developer-empty": _no_supply(),
    "offline": states.offline(),
    "shutdown": states.offline(),
    "timed-out": states.offline(),
    "spool-area-full": _full(),
    "cups-missing-filter": _no_filter(),
    "cups-insecure-filter": _no_filter(),
    "paused": states.paused(),
    "moving-to-paused": states.paused(),
    "hold-new-jobs": states.paused(),
}
