"""What a label language is: how a page becomes bytes, and how its printer is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from app.ports import DeviceStatus
from printing.documents.bitmap import Bitmap


@dataclass(frozen=True, slots=True)
class PageSettings:
    """How a printer is to print a page; ``None`` leaves the printer's own setting."""

    width_mm: float
    height_mm: float
    dots_per_mm: float
    density: int | None = None
    speed: float | None = None  # inches a second, as printers count
    gap_mm: float = 2.0  # between labels; height of the black mark with ``stock`` mark
    stock: str = "gap"  # gap | mark | continuous
    cut: bool = False  # behind every page, where there is a knife
    graphics: str = ""  # the language's way to send images; empty: its usual one
    feed: str = ""  # ESC/POS: ff | gs_ff | cut | none; empty: ff
    turned: bool = False  # upside down: the label leaves the printer with its foot first
    tear_off_mm: float | None = None  # further out, or back, before the edge to tear at
    ribbon: bool | None = None  # ZPL: thermal transfer or direct
    inverted: bool = False  # TSPL, CPCL: a clone that means black and white the other way round
    tone: int | None = None  # CPCL: darkness of printers that do not know CONTRAST
    epson: bool = False  # ESC/POS: knows GS ( K (density, speed) and GS ( D


class Link(Protocol):
    """An open two-way connection to a printer.

    Raises ``OSError`` from both methods when the connection is gone.
    """

    def send(self, data: bytes) -> None: ...

    def receive(self, timeout_s: float) -> bytes:
        """What has arrived; empty when nothing came in time."""
        ...


class Ending(Enum):
    """What the printer says about a job it was sent."""

    DONE = "done"  # everything before the question is out, paper is present
    TROUBLE = "trouble"  # it stopped; ``status`` says why
    SILENT = "silent"  # it never said that it printed
    LATE = "late"  # it was still at it when the waiting ended


@dataclass(frozen=True, slots=True)
class Completion:
    ending: Ending
    status: DeviceStatus | None = None


class Dialect(Protocol):
    """The questions of a language. Raises ``OSError`` when the link is gone."""

    def status(self, link: Link, timeout_s: float) -> DeviceStatus | None:
        """How the printer is now; ``None`` when it does not answer."""
        ...

    def wait_done(self, link: Link, timeout_s: float) -> Completion:
        """Ask and wait until the job sent before is out, trouble is seen, or time is up."""
        ...


@runtime_checkable
class Clears(Protocol):
    """A dialect that can end a command which was cut short: else it swallows the next job."""

    def clearing(self, most_bytes: int) -> bytes:
        """What to send first when up to ``most_bytes`` of a command may still be waited for."""
        ...


@dataclass(frozen=True, slots=True)
class Language:
    """One entry of the registry. ``dialect`` is ``None`` for printers that never answer."""

    code: str
    extension: str
    encode: Callable[[Bitmap, PageSettings], bytes]
    dialect: Dialect | None
    most_density: int
