"""USB printers through pyusb: the printer class interface with the end points it names itself.

The device is never reset, and the system's own driver gets it back when the connection is closed.
"""

from __future__ import annotations

import contextlib
import errno
from typing import Any

from app.domain.errors import UserError
from app.domain.text import T
from app.ports import DeviceStatus
from printing.devices.device import NothingTakenError
from printing.devices.ieee1284 import read_port_status
from printing.devices.usb_devices import (
    PrinterInterface,
    UsbAddress,
    find_usb,
    libraries,
    port_status,
)

_TRANSFER_BYTES = 16_384
_READ_BYTES = 512  # a multiple of every packet size, else the system reports an overflow


class UsbConnection:
    """The bulk end points of a printer. One thread at a time; times in seconds."""

    def __init__(self, device: Any, interface: PrinterInterface, timeout_s: float) -> None:
        self._core, self._util = libraries()
        self._device, self._interface = device, interface
        self._timeout_ms = max(1, int(timeout_s * 1000))
        self._took_driver = False
        self._started = False

    def open(self) -> None:
        """Take the interface from the system's driver and claim it.

        Raises:
            UserError: ``usb_forbidden``.
            OSError: it is gone, or another program holds it.
        """
        try:
            self._claim()
        except OSError as error:
            self.close()
            if error.errno in {errno.EACCES, errno.EPERM}:
                raise _forbidden() from error
            raise
        except NotImplementedError as error:  # Windows: another driver than WinUSB has it
            self.close()
            raise _forbidden() from error

    def _claim(self) -> None:
        number = self._interface.number
        try:
            self._device.get_active_configuration()
        except OSError as error:
            if error.errno is not None:
                raise
            self._device.set_configuration()  # it had none; setting it again would disturb it
        with contextlib.suppress(NotImplementedError):  # only Linux has drivers to take it from
            if self._device.is_kernel_driver_active(number):
                self._device.detach_kernel_driver(number)
                self._took_driver = True
        self._util.claim_interface(self._device, number)
        if self._interface.settings > 1:  # printers with a single one may refuse the request
            self._device.set_interface_altsetting(number, self._interface.setting)

    def send(self, data: bytes) -> None:
        """Every byte, or an error. ``NothingTakenError`` when not one byte of ``data`` left.

        A transfer that times out may have gone in part: the system's count is believed, and the
        rest follows as long as the printer takes anything within the time-out. The very first
        transfer is a single packet: a printer takes it whole or not at all.
        """
        at = 0
        while at < len(data):
            most = _TRANSFER_BYTES if self._started else self._interface.out_end.wMaxPacketSize
            try:
                took = self._interface.out_end.write(data[at : at + most], self._timeout_ms)
            except self._core.USBTimeoutError as error:
                raise self._stuck(at) from error
            except OSError as error:
                if error.errno != errno.EPIPE:
                    raise
                self._clear_halt()
                if self._started:
                    raise
                raise NothingTakenError("the printer refuses data") from error
            if not took:
                raise self._stuck(at)
            self._started = True
            at += int(took)

    @staticmethod
    def _stuck(at: int) -> TimeoutError:
        said = "the printer takes no data"
        return TimeoutError(said) if at else NothingTakenError(said)

    def _clear_halt(self) -> None:
        """The end point has stalled (USB 2.0, 8.5.3.4): without this the next job fails, too."""
        with contextlib.suppress(OSError, NotImplementedError):
            self._interface.out_end.clear_halt()

    def receive(self, timeout_s: float) -> bytes:
        if self._interface.in_end is None:
            return b""
        try:
            return bytes(self._interface.in_end.read(_READ_BYTES, max(1, int(timeout_s * 1000))))
        except self._core.USBTimeoutError:
            return b""

    def own_status(self) -> DeviceStatus | None:
        """What the port says below the language; ``None`` when it says nothing."""
        byte = port_status(self._device, self._interface)
        return None if byte is None else read_port_status(byte)

    def finish(self, timeout_s: float) -> None:
        """A bulk write returns when the printer has taken the data."""

    def close(self) -> None:
        """Release the interface and give it back to the system's driver; never raises for it."""
        number = self._interface.number
        with contextlib.suppress(OSError, NotImplementedError):
            self._util.release_interface(self._device, number)
        if self._took_driver:
            self._took_driver = False
            with contextlib.suppress(OSError, NotImplementedError):
                self._device.attach_kernel_driver(number)
        with contextlib.suppress(OSError, NotImplementedError):
            self._util.dispose_resources(self._device)


def open_usb(wanted: UsbAddress, send_timeout_s: float) -> UsbConnection:
    """Claim the printer's interface.

    Raises:
        UserError: ``usb_unavailable``, ``usb_several``, ``usb_forbidden``.
        OSError: no such printer, or another program holds it (pyusb's errors are ``OSError``).
    """
    device, interface = find_usb(wanted)
    connection = UsbConnection(device, interface, send_timeout_s)
    connection.open()
    return connection


def _forbidden() -> UserError:
    return UserError(
        "usb_forbidden",
        T("Packbench may not use the USB printer itself."),
        T("Give this user the right to it (docs/printing.md), or use the system's queue:NAME."),
    )
