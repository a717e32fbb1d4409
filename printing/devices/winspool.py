"""Windows' spooler and GDI by ctypes: ``windows_spooler.Spooler`` on the real system.

Every handle is opened for one call and closed again. Structures and constants as in winspool.h and
wingdi.h; the parts that are not needed are left out at their ends.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import contextlib
    import ctypes
    from collections.abc import Iterator
    from ctypes import wintypes

    from printing.devices.windows_spooler import (
        HalfGivenError,
        PagePlace,
        SpoolerPrinter,
        bitmap_bits,
        bitmap_info,
    )
    from printing.documents.bitmap import Bitmap

    _LOCAL_AND_CONNECTED = 0x2 | 0x4  # PRINTER_ENUM_LOCAL | PRINTER_ENUM_CONNECTIONS
    _DELETE = 5  # JOB_CONTROL_DELETE
    _DM_OUT, _DM_IN, _OK = 2, 8, 1
    # DM_ORIENTATION, DM_PAPERSIZE, DM_PAPERLENGTH, DM_PAPERWIDTH, DM_SCALE, DM_COPIES
    _DM_FIELDS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x100
    _OWN_SIZES = (256, 0)  # DMPAPER_USER; 0: "set by length and width". Drivers differ
    _LOGPIXELS = (88, 90)
    _PHYSICAL = (110, 111, 112, 113)  # width, height, offsets
    _SRCCOPY = 0x00CC0020
    _PART_BYTES = 65_536
    _MOST_JOBS = 4_096

    class _DocInfo1(ctypes.Structure):
        """DOC_INFO_1W."""

        _fields_ = (
            ("name", wintypes.LPWSTR),
            ("output", wintypes.LPWSTR),
            ("datatype", wintypes.LPWSTR),
        )

    class _DocInfo(ctypes.Structure):
        """DOCINFOW."""

        _fields_ = (
            ("size", ctypes.c_int),
            ("name", wintypes.LPCWSTR),
            ("output", wintypes.LPCWSTR),
            ("datatype", wintypes.LPCWSTR),
            ("kind", wintypes.DWORD),
        )

    class _JobInfo(ctypes.Structure):
        """JOB_INFO_1W."""

        _fields_ = (
            ("job", wintypes.DWORD),
            ("printer", wintypes.LPWSTR),
            ("machine", wintypes.LPWSTR),
            ("user", wintypes.LPWSTR),
            ("document", wintypes.LPWSTR),
            ("datatype", wintypes.LPWSTR),
            ("words", wintypes.LPWSTR),
            ("status", wintypes.DWORD),
            ("priority", wintypes.DWORD),
            ("position", wintypes.DWORD),
            ("total_pages", wintypes.DWORD),
            ("pages_printed", wintypes.DWORD),
            ("submitted", wintypes.WORD * 8),
        )

    class _PrinterInfo(ctypes.Structure):
        """PRINTER_INFO_2W."""

        _fields_ = (
            ("server", wintypes.LPWSTR),
            ("name", wintypes.LPWSTR),
            ("share", wintypes.LPWSTR),
            ("port", wintypes.LPWSTR),
            ("driver", wintypes.LPWSTR),
            ("comment", wintypes.LPWSTR),
            ("location", wintypes.LPWSTR),
            ("devmode", ctypes.c_void_p),
            ("separator", wintypes.LPWSTR),
            ("processor", wintypes.LPWSTR),
            ("datatype", wintypes.LPWSTR),
            ("parameters", wintypes.LPWSTR),
            ("security", ctypes.c_void_p),
            ("attributes", wintypes.DWORD),
            ("priority", wintypes.DWORD),
            ("default_priority", wintypes.DWORD),
            ("start_time", wintypes.DWORD),
            ("until_time", wintypes.DWORD),
            ("status", wintypes.DWORD),
            ("jobs", wintypes.DWORD),
            ("average_ppm", wintypes.DWORD),
        )

    class _DevMode(ctypes.Structure):
        """The start of DEVMODEW; the driver says how long it is."""

        _fields_ = (
            ("device", wintypes.WCHAR * 32),
            ("spec_version", wintypes.WORD),
            ("driver_version", wintypes.WORD),
            ("size", wintypes.WORD),
            ("driver_extra", wintypes.WORD),
            ("fields", wintypes.DWORD),
            ("orientation", ctypes.c_short),
            ("paper_size", ctypes.c_short),
            ("paper_length", ctypes.c_short),
            ("paper_width", ctypes.c_short),
            ("scale", ctypes.c_short),
            ("copies", ctypes.c_short),
        )

    def _failed() -> OSError:
        return ctypes.WinError(ctypes.get_last_error())

    class WinSpooler:
        """See ``windows_spooler.Spooler``."""

        def __init__(self) -> None:
            self._dll = ctypes.WinDLL("winspool.drv", use_last_error=True)
            self._gdi = ctypes.WinDLL("gdi32", use_last_error=True)
            self._gdi.CreateDCW.restype = wintypes.HDC
            self._gdi.CreateDCW.argtypes = (
                wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.LPCWSTR, ctypes.c_void_p,
            )  # fmt: skip

        @contextlib.contextmanager
        def _opened(self, queue: str) -> Iterator[wintypes.HANDLE]:
            handle = wintypes.HANDLE()
            if not self._dll.OpenPrinterW(queue, ctypes.byref(handle), None):
                raise _failed()
            try:
                yield handle
            finally:
                self._dll.ClosePrinter(handle)

        def printers(self) -> list[SpoolerPrinter]:
            needed, count = wintypes.DWORD(), wintypes.DWORD()
            enumerate_printers = self._dll.EnumPrintersW
            enumerate_printers(
                _LOCAL_AND_CONNECTED, None, 2, None, 0, ctypes.byref(needed), ctypes.byref(count)
            )
            if not needed.value:
                return []
            buffer = ctypes.create_string_buffer(needed.value)
            if not enumerate_printers(
                _LOCAL_AND_CONNECTED, None, 2, buffer, needed.value,
                ctypes.byref(needed), ctypes.byref(count),
            ):  # fmt: skip
                raise _failed()
            found = (_PrinterInfo * count.value).from_buffer(buffer)
            return [_printer(info) for info in found]

        def printer(self, queue: str) -> SpoolerPrinter:
            with self._opened(queue) as handle:
                needed = wintypes.DWORD()
                self._dll.GetPrinterW(handle, 2, None, 0, ctypes.byref(needed))
                if not needed.value:
                    raise _failed()
                buffer = ctypes.create_string_buffer(needed.value)
                if not self._dll.GetPrinterW(handle, 2, buffer, needed.value, ctypes.byref(needed)):
                    raise _failed()
                return _printer(_PrinterInfo.from_buffer(buffer))

        def print_raw(self, queue: str, title: str, data: bytes) -> int:
            with self._opened(queue) as handle:
                info = _DocInfo1(title, None, "RAW")
                job = self._dll.StartDocPrinterW(handle, 1, ctypes.byref(info))
                if not job:
                    raise _failed()
                try:
                    self._write(handle, data)
                    if not self._dll.EndDocPrinter(handle):
                        raise HalfGivenError("the spooler does not end the document")
                except OSError:
                    self._dll.AbortPrinter(handle)
                    raise
                return int(job)

        def _write(self, handle: wintypes.HANDLE, data: bytes) -> None:
            """Every byte; ``HalfGivenError`` as soon as one may be on its way."""
            if not self._dll.StartPagePrinter(handle):
                raise _failed()
            written = wintypes.DWORD()
            done = 0
            while done < len(data):
                part = data[done : done + _PART_BYTES]
                taken = self._dll.WritePrinter(handle, part, len(part), ctypes.byref(written))
                done += written.value
                if not taken or not written.value:
                    raise HalfGivenError("the spooler stopped") if done else _failed()
            if not self._dll.EndPagePrinter(handle):
                raise HalfGivenError("the spooler does not end the page")

        def job_flags(self, queue: str, job: int) -> int | None:
            with self._opened(queue) as handle:
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

        def job_called(self, queue: str, title: str) -> int | None:
            with self._opened(queue) as handle:
                needed, count = wintypes.DWORD(), wintypes.DWORD()
                list_jobs = self._dll.EnumJobsW
                list_jobs(
                    handle, 0, _MOST_JOBS, 1, None, 0, ctypes.byref(needed), ctypes.byref(count)
                )
                if not needed.value:
                    return None
                buffer = ctypes.create_string_buffer(needed.value)
                if not list_jobs(
                    handle, 0, _MOST_JOBS, 1, buffer, needed.value,
                    ctypes.byref(needed), ctypes.byref(count),
                ):  # fmt: skip
                    raise _failed()
                jobs = (_JobInfo * count.value).from_buffer(buffer)
                return max((int(j.job) for j in jobs if j.document == title), default=None)

        def cancel(self, queue: str, job: int) -> None:
            with self._opened(queue) as handle:
                if not self._dll.SetJobW(handle, job, 0, None, _DELETE):
                    raise _failed()

        def pages(self, queue: str, width_tenth_mm: int, length_tenth_mm: int) -> WinPageJob:
            """Of the two ways to say a size, the first that the driver understands."""
            made: WinPageJob | None = None
            for size in _OWN_SIZES:
                if made is not None:
                    made.close()
                mode = self._mode(queue, size, width_tenth_mm, length_tenth_mm)
                context = self._gdi.CreateDCW("WINSPOOL", queue, None, mode)
                if not context:
                    raise _failed()
                made = WinPageJob(self._gdi, context)
                width_tenths = made.place.width / made.place.dpi_across * 254
                if abs(width_tenths - width_tenth_mm) <= 20:
                    break
            assert made is not None  # noqa: S101 - there are two ways
            return made

        def _mode(
            self, queue: str, paper_size: int, width_tenth_mm: int, length_tenth_mm: int
        ) -> ctypes.Array[ctypes.c_char]:
            """The driver's own DEVMODE with our paper in it, looked over by the driver."""
            ask = self._dll.DocumentPropertiesW
            with self._opened(queue) as handle:
                length = ask(None, handle, queue, None, None, 0)
                if length < ctypes.sizeof(_DevMode):
                    raise _failed()
                buffer = ctypes.create_string_buffer(length)
                if ask(None, handle, queue, buffer, None, _DM_OUT) != _OK:
                    raise _failed()
                mode = _DevMode.from_buffer(buffer)
                mode.fields |= _DM_FIELDS
                mode.orientation = 1
                mode.paper_size = paper_size
                mode.paper_length = length_tenth_mm
                mode.paper_width = width_tenth_mm
                mode.scale = 100
                mode.copies = 1
                if ask(None, handle, queue, buffer, buffer, _DM_IN | _DM_OUT) != _OK:
                    raise _failed()
                return buffer

    class WinPageJob:
        """See ``windows_spooler.PageJob``: a device context of GDI."""

        def __init__(self, gdi: ctypes.WinDLL, context: int) -> None:
            self._gdi = gdi
            self._context = wintypes.HDC(context)
            self._is_open = False
            across, down = (gdi.GetDeviceCaps(self._context, index) for index in _LOGPIXELS)
            width, height, right, below = (
                gdi.GetDeviceCaps(self._context, index) for index in _PHYSICAL
            )
            self._place = PagePlace(max(1, across), max(1, down), width, height, right, below)

        @property
        def place(self) -> PagePlace:
            return self._place

        def start(self, title: str) -> int:
            info = _DocInfo(ctypes.sizeof(_DocInfo), title, None, None, 0)
            job = self._gdi.StartDocW(self._context, ctypes.byref(info))
            if job <= 0:
                raise _failed()
            self._is_open = True
            return int(job)

        def page(self, bitmap: Bitmap, left: int, top: int, width: int, height: int) -> None:
            if self._gdi.StartPage(self._context) <= 0:
                raise _failed()
            lines = self._gdi.StretchDIBits(
                self._context, left, top, width, height, 0, 0, bitmap.width, bitmap.height,
                bitmap_bits(bitmap), bitmap_info(bitmap), 0, _SRCCOPY,
            )  # fmt: skip
            if lines <= 0 or self._gdi.EndPage(self._context) <= 0:
                raise _failed()

        def end(self) -> None:
            self._is_open = False
            if self._gdi.EndDoc(self._context) <= 0:
                raise _failed()

        def close(self) -> None:
            if self._is_open:
                self._is_open = False
                self._gdi.AbortDoc(self._context)
            self._gdi.DeleteDC(self._context)

    def _printer(info: _PrinterInfo) -> SpoolerPrinter:
        return SpoolerPrinter(
            info.name or "", info.driver or "", info.port or "", info.status, info.attributes
        )
