"""Head, motor and sensors of a simulated label printer: rows of dots in, papers out."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.simulators.printers.bitmap import Bitmap, Paper, packed_rows
from app.simulators.printers.buffer import PowerOffError


@dataclass(frozen=True, slots=True)
class PrinterFaults:
    """What is wrong with a printer. ``LabelPrinter.set_faults`` changes it while it runs.

    ``reset_after_bytes`` and ``close_after_bytes`` hit the next connection only.
    """

    labels_left: int | None = None  # None: the roll never ends
    paper_end_seen_at_once: bool = False  # False: noticed when the next label is wanted
    cover_open: bool = False
    paused: bool = False
    buffer_bytes: int = 8 * 1024 * 1024
    bytes_per_s: int | None = None  # how fast it takes data; None: as fast as they come
    label_print_s: float = 0.0  # how long a label takes
    mute: bool = False  # never answers a status request
    no_inquiries: bool = False  # TSPL: answers ESC ! ? but no ~!T and ~!@
    unsolicited_status: bool = False  # sends a status byte at the start of a connection
    reset_after_bytes: int | None = None  # the connection is reset after so many bytes
    close_after_bytes: int | None = None  # ... or closed properly, and the job is thrown away
    half_command_survives: bool = False  # a cut command swallows the start of the next job


@dataclass(frozen=True, slots=True)
class Sensors:
    """What the printer's sensors say at one moment."""

    paper_out: bool
    paper_low: bool
    cover_open: bool
    paused: bool
    printing: bool

    @property
    def is_ready(self) -> bool:
        return not (self.paper_out or self.cover_open or self.paused)


class Mechanism:
    """Moves the stock and burns it. The interpreter's thread prints, any thread may look.

    ``height_dots`` None is a roll without gaps that is cut where the language says so. ``keep`` is
    the number of papers whose dots stay in memory, None: all.
    """

    def __init__(
        self,
        changed: threading.Condition,
        *,
        width_dots: int,
        height_dots: int | None,
        gap_dots: int,
        out_dir: Path | None,
        keep: int | None = None,
    ) -> None:
        self.width_dots = width_dots
        self.height_dots = height_dots
        self.gap_dots = gap_dots
        self.papers: list[Paper] = []
        self.complaints: list[str] = []
        self._changed = changed
        self._out_dir = out_dir
        self._keep = keep
        self._faults = PrinterFaults()
        self._labels_left: int | None = None
        self._paper_end_seen = False
        self._printing = False
        self._stalled = False
        self._off = False
        self._position = 0  # dots from the start of the label; beyond its height lies the gap
        self._sheet = self._fresh_sheet()
        self._stray_text = 0
        self._printed_as = (False, 0)  # turned, native elements

    def _fresh_sheet(self) -> Bitmap:
        return Bitmap(self.width_dots, self.height_dots or 0)

    # what anybody may see and do

    def set_faults(self, faults: PrinterFaults) -> None:
        """Take over paper, cover, pause and speed."""
        with self._changed:
            self._faults = faults
            self._labels_left = faults.labels_left
            self._paper_end_seen = False
            self._changed.notify_all()

    @property
    def faults(self) -> PrinterFaults:
        """The faults in force."""
        with self._changed:
            return self._faults

    @property
    def labels_left(self) -> int | None:
        """The labels on the roll, None: without end."""
        with self._changed:
            return self._labels_left

    def switch(self, *, on: bool) -> None:
        """Switch on with an empty memory, or off."""
        with self._changed:
            self._off = not on
            if on:
                self._position, self._sheet, self._stray_text = 0, self._fresh_sheet(), 0
            self._changed.notify_all()

    @property
    def sensors(self) -> Sensors:
        with self._changed:
            empty = self._labels_left is not None and self._labels_left <= 0
            seen = self._paper_end_seen or self._faults.paper_end_seen_at_once
            return Sensors(
                paper_out=empty and seen,
                paper_low=empty,
                cover_open=self._faults.cover_open,
                paused=self._faults.paused,
                printing=self._printing,
            )

    @property
    def is_stalled(self) -> bool:
        """Whether a print waits for paper, the cover or the end of a pause."""
        with self._changed:
            return self._stalled

    def complain(self, text: str) -> None:
        """Note that the sender did something this printer cannot make sense of."""
        with self._changed:
            self.complaints.append(text)
            self._changed.notify_all()

    # what the interpreters do

    def burn(self, rows: Sequence[int]) -> None:
        """Burn rows of the head's width from the present position on, across gaps if need be.

        Raises:
            PowerOffError: the printer was switched off while it waited.
        """
        for number, row in enumerate(rows):
            if number == 0 or self._position == 0:
                self._wait_until_ready()
            if self.height_dots is None:
                self._sheet.rows.append(row)
            elif self._position < self.height_dots:
                self._sheet.rows[self._position] = row
            self._advance(1)

    def feed(self, dots: int) -> None:
        """Move the stock on without burning.

        Raises:
            PowerOffError: the printer was switched off while it waited.
        """
        if self.height_dots is None:
            self._sheet.rows += [0] * dots
            self._position += dots
            return
        while dots > 0:
            self._wait_until_ready()
            border = self.height_dots
            if self._position >= border:
                border += self.gap_dots
            step = min(dots, border - self._position)
            self._advance(step)
            dots -= step

    def feed_to_next(self) -> None:
        """Move on to the start of the next label; from the start of one, past a blank one."""
        if self.height_dots is not None:
            self.feed(self.height_dots + self.gap_dots - self._position)

    def print_page(self, page: Bitmap, *, turned: bool = False, native_elements: int = 0) -> None:
        """Print a page from the start of a label and go on to the start of the next one."""
        self._wait_until_ready()
        if self._position:
            self.feed_to_next()
        shift = self.width_dots - page.width_dots
        rows = [r << shift if shift >= 0 else r >> -shift for r in page.rows]
        self._printed_as = (turned, native_elements)
        self.burn(rows)
        if self.height_dots is None:
            self.cut()
        elif self._position:
            self.feed_to_next()
        self._printed_as = (False, 0)

    def cut(self) -> None:
        """Cut a roll; on labels the knife has nothing to do."""
        if self.height_dots is None and self._position:
            self._eject()
            self._position = 0

    def note_text(self, characters: int) -> None:
        """Count characters that would be burnt as text."""
        self._stray_text += characters

    def _advance(self, dots: int) -> None:
        before, self._position = self._position, self._position + dots
        if self.height_dots is None:
            return
        if before < self.height_dots <= self._position:
            self._eject()
        if self._position >= self.height_dots + self.gap_dots:
            self._position = 0

    def _wait_until_ready(self) -> None:
        with self._changed:
            while True:
                if self._off:
                    raise PowerOffError
                wants_label = self._position == 0
                if wants_label and self._labels_left is not None and self._labels_left <= 0:
                    self._paper_end_seen = True
                sensors = self.sensors
                blocked = sensors.cover_open or sensors.paused
                if not blocked and not (sensors.paper_out and wants_label):
                    self._stalled = False
                    return
                self._stalled = True
                self._changed.notify_all()
                self._changed.wait()

    def _eject(self) -> None:
        self._take_time()
        turned, native_elements = self._printed_as
        rows = self._sheet.rows
        paper = Paper(
            number=len(self.papers) + 1,
            width_dots=self.width_dots,
            height_dots=len(rows),
            bits=packed_rows(rows, self.width_dots),
            turned=turned,
            stray_text=self._stray_text,
            native_elements=native_elements,
        )
        if self._out_dir is not None:
            path = self._out_dir / f"{paper.number}.png"
            paper.image().save(path)
            paper = replace(paper, path=path)
        with self._changed:
            self.papers.append(paper)
            if self._keep is not None and len(self.papers) > self._keep:
                old = len(self.papers) - self._keep - 1
                self.papers[old] = replace(self.papers[old], bits=b"")
            if self._labels_left is not None:
                self._labels_left -= 1
            self._sheet, self._stray_text = self._fresh_sheet(), 0
            self._changed.notify_all()

    def _take_time(self) -> None:
        with self._changed:
            ends_s = time.monotonic() + self._faults.label_print_s
            self._printing = True
            while (left_s := ends_s - time.monotonic()) > 0 and not self._off:
                self._changed.wait(left_s)
            self._printing = False
            if self._off:
                raise PowerOffError
