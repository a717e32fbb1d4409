"""A Windows spooler that says what it is told, keeps what it is given and prints onto a bitmap."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image

from printing.devices.windows_spooler import (
    HalfGivenError,
    PagePlace,
    SpoolerPrinter,
    bitmap_bits,
    bitmap_info,
)
from printing.documents.bitmap import Bitmap

# 76x130 mm at 203 dpi, with the unprintable edge of a usual label printer's driver.
PLACE = PagePlace(203, 203, 607, 1039, 8, 4)
JOB = 7


@dataclass
class ToldPages:
    """A device context: what GDI draws lies in ``sheets``, seen from the paper's corner."""

    place: PagePlace
    broken: str = ""  # the call that fails
    calls: list[str] = field(default_factory=list)
    sheets: list[Image.Image] = field(default_factory=list)
    title: str = ""

    def _did(self, call: str) -> None:
        self.calls.append(call)
        if self.broken == call:
            raise OSError(5, call)

    def start(self, title: str) -> int:
        self._did("start")
        self.title = title
        return JOB

    def page(self, bitmap: Bitmap, left: int, top: int, width: int, height: int) -> None:
        self._did("page")
        drawn = read_dib(bitmap_info(bitmap), bitmap_bits(bitmap))
        if drawn.size != (width, height):
            drawn = drawn.resize((width, height), Image.Resampling.NEAREST)
        sheet = Image.new("1", (self.place.width, self.place.height), 1)
        sheet.paste(drawn, (left + self.place.offset_across, top + self.place.offset_down))
        self.sheets.append(sheet)

    def end(self) -> None:
        self._did("end")

    def close(self) -> None:
        self.calls.append("close")


def read_dib(info: bytes, bits: bytes) -> Image.Image:
    """As Pillow reads a bitmap file, which has this header before the rest."""
    import io

    offset = 14 + len(info)
    head = b"BM" + (offset + len(bits)).to_bytes(4, "little") + bytes(4)
    file = io.BytesIO(head + offset.to_bytes(4, "little") + info + bits)
    return Image.open(file).convert("1")


class ToldSpooler:
    """``Spooler`` as far as a test tells it."""

    def __init__(self) -> None:
        self.flags: int | None = 0
        self.attributes = 0
        self.jobs: list[bytes] = []
        self.titles: dict[str, int] = {}
        self.job_answers: list[int | None] = [None]
        self.refuses = False
        self.breaks_off = False
        self.cancelled: list[int] = []
        self.cannot_cancel = False
        self.context = ToldPages(PLACE)
        self.papers: list[tuple[int, int]] = []
        self.known: list[SpoolerPrinter] = []

    def printers(self) -> list[SpoolerPrinter]:
        return self.known

    def printer(self, queue: str) -> SpoolerPrinter:
        if self.flags is None:
            raise OSError(1801, "the printer name is invalid")
        return SpoolerPrinter(queue, status=self.flags, attributes=self.attributes)

    def print_raw(self, queue: str, title: str, data: bytes) -> int:
        if self.breaks_off:
            raise HalfGivenError("the spooler stopped")
        if self.refuses:
            raise OSError(5, "access denied")
        self.jobs.append(data)
        self.titles[title] = JOB
        return JOB

    def pages(self, queue: str, width_tenth_mm: int, length_tenth_mm: int) -> ToldPages:
        if self.refuses:
            raise OSError(5, "access denied")
        self.papers.append((width_tenth_mm, length_tenth_mm))
        return self.context

    def job_flags(self, queue: str, job: int) -> int | None:
        assert job == JOB
        return self.job_answers.pop(0) if len(self.job_answers) > 1 else self.job_answers[0]

    def job_called(self, queue: str, title: str) -> int | None:
        return self.titles.get(title)

    def cancel(self, queue: str, job: int) -> None:
        if self.cannot_cancel:
            raise OSError(5, "access denied")
        self.cancelled.append(job)
