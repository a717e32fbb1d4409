"""Windows print queues: raw bytes through the spooler (winspool), for label languages.

The spooler's PRINTED or a job that has left the queue says that the data went to the printer, not
that paper came out; so the best a queue can give is ``SENT``. Paper and cover are known only where
the port monitor talks back; many USB label printers never do.
"""

from __future__ import annotations

import sys
import time
from typing import Protocol

from app.domain.text import T, Text
from app.ports import DeviceState, DeviceStatus, Sent
from printing.devices.device import not_started, sent, unknown
from printing.languages import states
from printing.languages.language import Dialect

# PRINTER_STATUS_… of winspool.h
_PRINTER_PAUSED, _PRINTER_ERROR, _PRINTER_JAM, _PRINTER_PAPER_OUT = 0x1, 0x2, 0x8, 0x10
_PRINTER_OFFLINE, _PRINTER_PRINTING, _PRINTER_NOT_AVAILABLE = 0x80, 0x400, 0x1000
_PRINTER_INTERVENTION, _PRINTER_DOOR_OPEN = 0x100000, 0x400000
# JOB_STATUS_… of winspool.h
_JOB_ERROR, _JOB_OFFLINE, _JOB_PAPER_OUT, _JOB_PRINTED = 0x2, 0x20, 0x40, 0x80
_JOB_INTERVENTION, _JOB_COMPLETE = 0x400, 0x1000
_POLL_S = 0.1


class Spooler(Protocol):
    """The few calls of winspool that are needed. All raise ``OSError`` when they fail."""

    def printer_flags(self, queue: str) -> int:
        """PRINTER_INFO_6: the status bits; fails when there is no such queue."""
        ...

    def print_raw(self, queue: str, title: str, data: bytes) -> int:
        """One RAW document; the job's number. When it fails the document was aborted."""
        ...

    def job_flags(self, queue: str, job: int) -> int | None:
        """The status bits of a job; ``None`` when it has left the queue."""
        ...


class WindowsQueueDevice:
    """A queue by its name, as Windows shows it."""

    def __init__(self, name: str, spooler: Spooler, *, confirm_timeout_s: float) -> None:
        self._name = name
        self._spooler = spooler
        self._confirm_timeout_s = confirm_timeout_s

    def status(self, dialect: Dialect | None) -> DeviceStatus:
        try:
            flags = self._spooler.printer_flags(self._name)
        except OSError:
            return DeviceStatus(
                DeviceState.OFFLINE,
                T("The system has no print queue {name}.", name=self._name),
                T("Add the printer to the system, or correct the name."),
            )
        if flags & _PRINTER_PAPER_OUT:
            return states.paper_out()
        if flags & _PRINTER_DOOR_OPEN:
            return states.cover_open()
        if flags & _PRINTER_JAM:
            return states.jammed()
        if flags & _PRINTER_PAUSED:
            return states.paused()
        if flags & (_PRINTER_OFFLINE | _PRINTER_NOT_AVAILABLE):
            return states.offline()
        if flags & (_PRINTER_ERROR | _PRINTER_INTERVENTION):
            return states.failing()
        return states.busy() if flags & _PRINTER_PRINTING else states.ready()

    def deliver(self, data: bytes, dialect: Dialect | None) -> Sent:
        status = self.status(dialect)
        if not status.can_start:
            return not_started(status)
        try:
            job = self._spooler.print_raw(self._name, "packbench", data)
        except OSError:
            return not_started(states.failing())
        return self._followed(job)

    def _followed(self, job: int) -> Sent:
        """Until the job has left the queue; what stays there may still print."""
        ends_s = time.monotonic() + self._confirm_timeout_s
        stopped = _JOB_ERROR | _JOB_OFFLINE | _JOB_PAPER_OUT | _JOB_INTERVENTION
        while time.monotonic() < ends_s:
            try:
                flags = self._spooler.job_flags(self._name, job)
            except OSError:
                break
            if flags is None or flags & (_JOB_PRINTED | _JOB_COMPLETE):
                return sent(states.ready())
            if flags & stopped:
                state = states.paper_out() if flags & _JOB_PAPER_OUT else states.failing()
                return unknown(_waiting_text(), state)
            time.sleep(_POLL_S)
        return unknown(_waiting_text())


def _waiting_text() -> Text:
    return T("The label is still in the system's print queue and may come out later.")


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _DocInfo(ctypes.Structure):
        """DOC_INFO_1W."""

        _fields_ = (
            ("name", wintypes.LPWSTR),
            ("output", wintypes.LPWSTR),
            ("datatype", wintypes.LPWSTR),
        )

    class _JobInfo(ctypes.Structure):
        """The start of JOB_INFO_1W, up to the status."""

        _fields_ = (
            ("job", wintypes.DWORD),
            ("printer", wintypes.LPWSTR),
            ("machine", wintypes.LPWSTR),
            ("user", wintypes.LPWSTR),
            ("document", wintypes.LPWSTR),
            ("datatype", wintypes.LPWSTR),
            ("words", wintypes.LPWSTR),
            ("status", wintypes.DWORD),
        )

    class WinSpooler:
        """winspool.drv by ctypes. A handle is opened for each call and closed again."""

        def __init__(self) -> None:
            self._dll = ctypes.WinDLL("winspool.drv", use_last_error=True)

        def _open(self, queue: str) -> wintypes.HANDLE:
            handle = wintypes.HANDLE()
            if not self._dll.OpenPrinterW(queue, ctypes.byref(handle), None):
                raise ctypes.WinError(ctypes.get_last_error())
            return handle

        def printer_flags(self, queue: str) -> int:
            handle = self._open(queue)
            try:
                status, needed = wintypes.DWORD(), wintypes.DWORD()
                size = ctypes.sizeof(status)
                if not self._dll.GetPrinterW(
                    handle, 6, ctypes.byref(status), size, ctypes.byref(needed)
                ):
                    raise ctypes.WinError(ctypes.get_last_error())
                return int(status.value)
            finally:
                self._dll.ClosePrinter(handle)

        def print_raw(self, queue: str, title: str, data: bytes) -> int:
            handle = self._open(queue)
            try:
                info = _DocInfo(title, None, "RAW")
                job = self._dll.StartDocPrinterW(handle, 1, ctypes.byref(info))
                if not job:
                    raise ctypes.WinError(ctypes.get_last_error())
                try:
                    self._write(handle, data)
                except OSError:
                    self._dll.AbortPrinter(handle)
                    raise
                self._dll.EndDocPrinter(handle)
                return int(job)
            finally:
                self._dll.ClosePrinter(handle)

        def _write(self, handle: wintypes.HANDLE, data: bytes) -> None:
            written = wintypes.DWORD()
            if not self._dll.StartPagePrinter(handle):
                raise ctypes.WinError(ctypes.get_last_error())
            done = 0
            while done < len(data):
                part = data[done : done + 65536]
                if not self._dll.WritePrinter(handle, part, len(part), ctypes.byref(written)):
                    raise ctypes.WinError(ctypes.get_last_error())
                if not written.value:
                    raise OSError("the spooler takes no data")
                done += written.value
            self._dll.EndPagePrinter(handle)

        def job_flags(self, queue: str, job: int) -> int | None:
            handle = self._open(queue)
            try:
                needed = wintypes.DWORD()
                self._dll.GetJobW(handle, job, 1, None, 0, ctypes.byref(needed))
                if not needed.value:
                    return None  # ERROR_INVALID_PARAMETER: it has left the queue
                buffer = ctypes.create_string_buffer(needed.value)
                if not self._dll.GetJobW(
                    handle, job, 1, buffer, needed.value, ctypes.byref(needed)
                ):
                    return None
                return int(_JobInfo.from_buffer(buffer).status)
            finally:
                self._dll.ClosePrinter(handle)
