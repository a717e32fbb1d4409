"""USB printers through pyusb: the printer class interface with the end points it names itself.

pyusb is not installed with Packbench; without it the system's queue or, on Linux, the file
/dev/usb/lp0 reach the same printer.
"""

from __future__ import annotations

import importlib
from typing import Any

from app.domain.errors import UserError
from app.domain.text import T

_PRINTER_CLASS = 7
_IN = 0x80
_BULK = 2


class UsbConnection:
    """The two bulk end points of a printer."""

    def __init__(
        self, core: Any, util: Any, device: Any, out_end: Any, in_end: Any, timeout_s: float
    ) -> None:
        self._core, self._util, self._device = core, util, device
        self._out, self._in = out_end, in_end
        self._timeout_ms = int(timeout_s * 1000)

    def send(self, data: bytes) -> None:
        try:
            self._out.write(data, self._timeout_ms)
        except self._core.USBTimeoutError as error:
            raise TimeoutError("the printer takes no data") from error

    def receive(self, timeout_s: float) -> bytes:
        if self._in is None:
            return b""
        try:
            return bytes(self._in.read(512, max(1, int(timeout_s * 1000))))
        except self._core.USBTimeoutError:
            return b""

    def finish(self, timeout_s: float) -> None:
        """A bulk write returns when the printer has taken the data."""

    def close(self) -> None:
        self._util.dispose_resources(self._device)


def read_usb_ids(target: str) -> tuple[int, int]:
    """``VID:PID`` in hexadecimal.

    Raises:
        UserError: ``printer_address``.
    """
    vendor, _, product = target.partition(":")
    try:
        return int(vendor, 16), int(product, 16)
    except ValueError as error:
        raise UserError(
            "printer_address",
            T("The USB printer {address} is not understood.", address=target),
            T("Write the two numbers of the printer, for example usb:0483:5743."),
        ) from error


def open_usb(vendor: int, product: int, send_timeout_s: float) -> UsbConnection:
    """Claim the printer's interface.

    Raises:
        UserError: ``usb_unavailable``, pyusb or its library is not there.
        OSError: no such printer, or no right to use it (pyusb's errors are ``OSError``).
    """
    try:
        core = importlib.import_module("usb.core")
        util = importlib.import_module("usb.util")
    except ImportError as error:
        raise _unavailable() from error
    try:
        device = core.find(idVendor=vendor, idProduct=product)
    except core.NoBackendError as error:
        raise _unavailable() from error
    if device is None:
        raise OSError("no such USB printer")
    interface = _printer_interface(device)
    if device.is_kernel_driver_active(interface.bInterfaceNumber):
        device.detach_kernel_driver(interface.bInterfaceNumber)
    util.claim_interface(device, interface.bInterfaceNumber)
    bulk = [e for e in interface if e.bmAttributes & 3 == _BULK]
    out_end = next((e for e in bulk if not e.bEndpointAddress & _IN), None)
    in_end = next((e for e in bulk if e.bEndpointAddress & _IN), None)
    if out_end is None:
        raise OSError("the USB printer has no way in")
    return UsbConnection(core, util, device, out_end, in_end, send_timeout_s)


def _printer_interface(device: Any) -> Any:
    for configuration in device:
        for interface in configuration:
            if interface.bInterfaceClass == _PRINTER_CLASS:
                return interface
    raise OSError("the USB device is not a printer")


def _unavailable() -> UserError:
    return UserError(
        "usb_unavailable",
        T("Printing straight to USB needs the pyusb library, which is not installed."),
        T("Add the printer to the system and use queue:NAME instead."),
    )
