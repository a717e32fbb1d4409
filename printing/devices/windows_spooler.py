"""The calls of Windows that printing needs, as a protocol, and what their bits mean.

``winspool.WinSpooler`` speaks to Windows; the tests have a spooler of their own. Names and numbers
are those of winspool.h and wingdi.h (Win32 API reference, "Print Spooler API" and "Printing and
Print Spooler Functions").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Protocol

from app.ports import DeviceStatus
from printing.documents.bitmap import Bitmap
from printing.languages import states

# PRINTER_STATUS_… and PRINTER_ATTRIBUTE_… of PRINTER_INFO_2
_PAUSED, _ERROR, _JAM, _PAPER_OUT = 0x1, 0x2, 0x8, 0x10
_PAPER_PROBLEM, _OFFLINE, _BUSY, _PRINTING = 0x40, 0x80, 0x200, 0x400
_NOT_AVAILABLE, _PROCESSING, _INTERVENTION = 0x1000, 0x4000, 0x100000
_DOOR_OPEN = 0x400000
_WORK_OFFLINE = 0x400  # an attribute: somebody has ticked "use printer offline", or it is unplugged
# JOB_STATUS_… of JOB_INFO_1
JOB_PAUSED, JOB_ERROR, JOB_DELETING, JOB_OFFLINE = 0x1, 0x2, 0x4, 0x20
JOB_PAPER_OUT, JOB_PRINTED, JOB_DELETED = 0x40, 0x80, 0x100
JOB_BLOCKED, JOB_INTERVENTION, JOB_COMPLETE = 0x200, 0x400, 0x1000


@dataclass(frozen=True, slots=True)
class SpoolerPrinter:
    """PRINTER_INFO_2, as far as it is needed."""

    name: str
    driver: str = ""
    port: str = ""
    status: int = 0
    attributes: int = 0


@dataclass(frozen=True, slots=True)
class PagePlace:
    """What GetDeviceCaps says of a page. Everything but the dots an inch is in dots."""

    dpi_across: int
    dpi_down: int
    width: int  # PHYSICALWIDTH: the whole paper
    height: int
    offset_across: int  # PHYSICALOFFSETX: where the printable part, and the driver's 0, begins
    offset_down: int


class HalfGivenError(OSError):
    """The spooler took part of the document; it may have begun to print that part."""


class PageJob(Protocol):
    """A document that a driver prints page by page. All calls raise ``OSError``."""

    @property
    def place(self) -> PagePlace: ...

    def start(self, title: str) -> int:
        """StartDoc: the job's number."""
        ...

    def page(self, bitmap: Bitmap, left: int, top: int, width: int, height: int) -> None:
        """StartPage, StretchDIBits to this rectangle (dots of the driver), EndPage."""
        ...

    def end(self) -> None:
        """EndDoc: the spooler has it all."""
        ...

    def close(self) -> None:
        """Give everything back; a document that has not ended is aborted. Never raises."""
        ...


class Spooler(Protocol):
    """The few calls of winspool that are needed. All raise ``OSError`` when they fail."""

    def printers(self) -> list[SpoolerPrinter]:
        """EnumPrinters: what is set up here and connected to print servers."""
        ...

    def printer(self, queue: str) -> SpoolerPrinter:
        """GetPrinter, level 2; fails when there is no such queue."""
        ...

    def print_raw(self, queue: str, title: str, data: bytes) -> int:
        """One RAW document; the job's number.

        ``HalfGivenError`` when it took part; after any other ``OSError`` it has nothing.
        """
        ...

    def pages(self, queue: str, width_tenth_mm: int, length_tenth_mm: int) -> PageJob:
        """A device context for this paper (CreateDC with a DEVMODE)."""
        ...

    def job_flags(self, queue: str, job: int) -> int | None:
        """The status bits of a job; ``None`` when it has left the queue."""
        ...

    def job_called(self, queue: str, title: str) -> int | None:
        """EnumJobs: the newest job with this title."""
        ...

    def cancel(self, queue: str, job: int) -> None:
        """SetJob, JOB_CONTROL_DELETE."""
        ...


def read_printer(printer: SpoolerPrinter) -> DeviceStatus:
    """Paper and cover are known only where the port monitor talks back; many USB printers' do not:
    no bit at all means that nothing is known to be wrong."""
    flags = printer.status
    if flags & (_PAPER_OUT | _PAPER_PROBLEM):
        return states.paper_out()
    if flags & _DOOR_OPEN:
        return states.cover_open()
    if flags & _JAM:
        return states.jammed()
    if flags & _PAUSED:
        return states.paused()
    if flags & (_OFFLINE | _NOT_AVAILABLE) or printer.attributes & _WORK_OFFLINE:
        return states.offline()
    if flags & (_ERROR | _INTERVENTION):
        return states.failing()
    return states.busy() if flags & (_PRINTING | _BUSY | _PROCESSING) else states.ready()


def read_job(flags: int) -> DeviceStatus | None:
    """What a job in the queue says is wrong; ``None``: it is on its way."""
    if flags & JOB_PAPER_OUT:
        return states.paper_out()
    if flags & JOB_OFFLINE:
        return states.offline()
    if flags & JOB_PAUSED:
        return states.paused()
    if flags & (JOB_ERROR | JOB_BLOCKED | JOB_INTERVENTION):
        return states.failing()
    return None


def bitmap_info(bitmap: Bitmap) -> bytes:
    """BITMAPINFO of one bit a dot: 0 is white, 1 is black. Rows from the bottom, which every
    driver understands."""
    header = struct.pack(
        "<IiiHHIIiiII", 40, bitmap.width, bitmap.height, 1, 1, 0, 0, 0, 0, 2, 2
    )  # fmt: skip
    return header + b"\xff\xff\xff\x00" + b"\x00\x00\x00\x00"


def bitmap_bits(bitmap: Bitmap) -> bytes:
    """The dots from the bottom row up, each row filled up to four bytes."""
    fill = bytes(-bitmap.row_bytes % 4)
    rows = (
        bitmap.rows[at : at + bitmap.row_bytes] + fill
        for at in range(len(bitmap.rows) - bitmap.row_bytes, -1, -bitmap.row_bytes)
    )
    return b"".join(rows)
