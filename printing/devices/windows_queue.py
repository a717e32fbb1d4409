"""Windows print queues: raw bytes for label languages, or pages through the printer's driver.

The spooler's PRINTED, or a job that has left the queue, says that the data went to the printer,
not that paper came out ("printing may not yet be complete", Win32 API reference); so the best a
queue can give is ``SENT``. A job that waits too long is taken out of the queue, so that it does not
come out tomorrow.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from app.domain.text import T, Text
from app.ports import DeviceState, DeviceStatus, Sent
from printing.devices.device import judged, not_started, unknown
from printing.devices.ipp import job_name
from printing.devices.windows_spooler import (
    JOB_COMPLETE,
    JOB_DELETED,
    JOB_PRINTED,
    HalfGivenError,
    PageJob,
    PagePlace,
    Spooler,
    read_job,
    read_printer,
)
from printing.documents.bitmap import Bitmap
from printing.documents.raster import rasterise
from printing.languages import states
from printing.languages.language import Completion, Dialect, Ending

_POLL_S = 0.1
_MM_PER_INCH = 25.4
_PAPER_MAY_DIFFER_MM = 2.0


class WindowsQueueDevice:
    """A queue by its name, as Windows shows it. See ``device.Device`` and ``LooksUp``."""

    def __init__(self, name: str, spooler: Spooler, *, confirm_timeout_s: float) -> None:
        self._name = name
        self._spooler = spooler
        self._confirm_timeout_s = confirm_timeout_s

    def status(self, dialect: Dialect | None) -> DeviceStatus:
        try:
            return read_printer(self._spooler.printer(self._name))
        except OSError:
            return DeviceStatus(
                DeviceState.OFFLINE,
                T("The system has no print queue {name}.", name=self._name),
                T("Add the printer to the system, or correct the name."),
            )

    def deliver(self, data: bytes, dialect: Dialect | None) -> Sent:
        return self.deliver_as(data, dialect, "")

    def deliver_as(self, data: bytes, dialect: Dialect | None, key: str) -> Sent:
        status = self.status(None)
        if not status.can_start:
            return not_started(status)
        try:
            job = self._give(data, job_name(key))
        except HalfGivenError:
            return unknown(T("The print queue broke off in the middle of the label."))
        except OSError:
            return not_started(states.failing())
        return job if isinstance(job, Sent) else self._followed(job)

    def _give(self, data: bytes, title: str) -> int | Sent:
        """The job's number, or why there is none."""
        return self._spooler.print_raw(self._name, title, data)

    def look_up(self, key: str) -> Sent | None:
        """Found only while it is in the queue: Windows forgets what it has printed."""
        try:
            job = self._spooler.job_called(self._name, job_name(key))
        except OSError:
            return None
        return None if job is None else self._followed(job)

    def _followed(self, job: int) -> Sent:
        """Until the job has left the queue, or has waited too long there."""
        ends_s = time.monotonic() + self._confirm_timeout_s
        trouble: DeviceStatus | None = None
        while time.monotonic() < ends_s:
            try:
                flags = self._spooler.job_flags(self._name, job)
            except OSError:
                return unknown(_waiting_text(), trouble)
            if flags is None or flags & (JOB_PRINTED | JOB_COMPLETE):
                return self._left()
            if flags & JOB_DELETED:
                return unknown(T("Somebody deleted the label in the print queue."))
            trouble = read_job(flags)
            time.sleep(_POLL_S)
        try:
            self._spooler.cancel(self._name, job)
        except OSError:
            return unknown(_waiting_text(), trouble)
        return unknown(
            T("The label waited too long and was taken out of the print queue."), trouble
        )

    def _left(self) -> Sent:
        """The data is in the printer; what the printer says now counts for this label."""
        status = self.status(None)
        return judged(Completion(Ending.SILENT if status.can_start else Ending.TROUBLE, status))


class WindowsPagesDevice(WindowsQueueDevice):
    """A queue that gets PDF: drawn here at the driver's own dots and put on the paper one to one.

    Bars are never scaled: the page is laid on the printer's dots (``dots_per_mm``), its corner on
    the paper's corner, which lies left of and above the driver's 0.
    """

    def __init__(
        self,
        name: str,
        spooler: Spooler,
        *,
        width_mm: float,
        height_mm: float,
        confirm_timeout_s: float,
    ) -> None:
        super().__init__(name, spooler, confirm_timeout_s=confirm_timeout_s)
        self._width_mm, self._height_mm = width_mm, height_mm
        self._dots_per_mm: float | None = None

    def dots_per_mm(self) -> float | None:
        """See ``KnowsResolution``; the driver is asked until it has answered once."""
        if self._dots_per_mm is None:
            try:
                job = self._open()
            except OSError:
                return None
            self._dots_per_mm = job.place.dpi_across / _MM_PER_INCH
            job.close()
        return self._dots_per_mm

    def _open(self) -> PageJob:
        return self._spooler.pages(
            self._name, round(self._width_mm * 10), round(self._height_mm * 10)
        )

    def _give(self, data: bytes, title: str) -> int | Sent:
        job = self._open()
        try:
            place = job.place
            if not self._fits(place):
                return not_started(_no_such_paper(self._width_mm, self._height_mm))
            bitmaps = rasterise(data, place.dpi_across / _MM_PER_INCH)
            number = job.start(title)
            _print_pages(job, bitmaps, place)
            return number
        finally:
            job.close()

    def _fits(self, place: PagePlace) -> bool:
        width_mm = place.width / place.dpi_across * _MM_PER_INCH
        height_mm = place.height / place.dpi_down * _MM_PER_INCH
        off_mm = max(abs(width_mm - self._width_mm), abs(height_mm - self._height_mm))
        return off_mm <= _PAPER_MAY_DIFFER_MM


def _print_pages(job: PageJob, bitmaps: Sequence[Bitmap], place: PagePlace) -> None:
    """Raises ``HalfGivenError``: from the first page on, the spooler may be printing."""
    try:
        for bitmap in bitmaps:
            height = round(bitmap.height * place.dpi_down / place.dpi_across)
            job.page(bitmap, -place.offset_across, -place.offset_down, bitmap.width, height)
        job.end()
    except OSError as error:
        raise HalfGivenError("the driver stopped") from error


def _waiting_text() -> Text:
    return T("The label is still in the system's print queue and may come out later.")


def _no_such_paper(width_mm: float, height_mm: float) -> DeviceStatus:
    size = f"{width_mm:g}×{height_mm:g}"
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer's driver does not take paper of {size} mm.", size=size),
        T("Add this size in the driver's settings, or choose a label language for the printer."),
    )
