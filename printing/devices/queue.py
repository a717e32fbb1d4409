"""The system's print queues: CUPS' through IPP, Windows' through its spooler."""

from __future__ import annotations

import re
import sys

from app.domain.errors import UserError
from app.domain.text import T
from printing.devices.device import Device
from printing.devices.ipp import IppDevice, IppSettings
from printing.devices.ipp_client import cups_target

_NAME = re.compile(r"[A-Za-z0-9_.@][A-Za-z0-9_.@-]{0,126}")


def open_queue(name: str, settings: IppSettings) -> Device:
    """The device of a queue. On Windows a PDF goes through the printer's driver as dots.

    Raises:
        UserError: ``queue_unsupported`` where there is no CUPS and no Windows spooler;
            ``printer_address``.
    """
    if sys.platform == "win32":
        return _windows_queue(name, settings)
    else:  # noqa: RET505 - the type checker looks at one of the two only
        return _cups_queue(name, settings)


def _windows_queue(name: str, settings: IppSettings) -> Device:
    if sys.platform == "win32":
        from printing.devices.windows_queue import WindowsPagesDevice, WindowsQueueDevice
        from printing.devices.winspool import WinSpooler

        timeout_s = settings.confirm_timeout_s
        if settings.language:
            return WindowsQueueDevice(name, WinSpooler(), confirm_timeout_s=timeout_s)
        return WindowsPagesDevice(
            name,
            WinSpooler(),
            width_mm=settings.width_mm,
            height_mm=settings.height_mm,
            confirm_timeout_s=timeout_s,
        )
    raise NotImplementedError


def _cups_queue(name: str, settings: IppSettings) -> Device:
    if not _NAME.fullmatch(name):
        raise UserError(
            "printer_address",
            T("A print queue cannot be called {name}.", name=name),
            T("Write the queue's name as the system shows it."),
        )
    target = cups_target(f"/printers/{name}")
    if target is None:
        raise UserError(
            "queue_unsupported",
            T("This computer has no CUPS print queues that Packbench can use."),
            T("Connect the printer by network or serial port, or print to a PDF folder."),
        )
    return IppDevice(target, settings)
