"""Printers behind a device file of the system, such as Linux' ``/dev/usb/lp0``.

Nothing here blocks: the file is opened non-blocking and waited for with a time-out. A driver may
drop what it still holds when the file is closed, so ``finish`` waits until it takes data again.
"""

from __future__ import annotations

import errno
import os
import select
import sys
import time

from app.ports import DeviceStatus
from printing.devices.device import NothingTakenError
from printing.devices.ieee1284 import read_port_status

_LPGETSTATUS = 0x060B  # Linux, include/uapi/linux/lp.h: the port status byte as an int
_NEVER_READS = {errno.EINVAL, errno.EBADF}  # a printer of one direction, a file open to write only


class DeviceFileConnection:
    """An open device file. POSIX only."""

    def __init__(self, descriptor: int, send_timeout_s: float) -> None:
        self._descriptor = descriptor
        self._timeout_s = send_timeout_s
        self._reads = True

    def send(self, data: bytes) -> None:
        """Every byte, or an error; ``NothingTakenError`` when not one byte of ``data`` left."""
        at = 0
        while at < len(data):
            if not self._takes_data(self._timeout_s):
                said = "the printer takes no data"
                raise TimeoutError(said) if at else NothingTakenError(said)
            try:
                at += os.write(self._descriptor, data[at:])
            except BlockingIOError:
                continue

    def _takes_data(self, timeout_s: float) -> bool:
        return bool(select.select([], [self._descriptor], [], timeout_s)[1])

    def receive(self, timeout_s: float) -> bytes:
        if not self._reads:
            return b""
        readable = select.select([self._descriptor], [], [], max(0.0, timeout_s))[0]
        if not readable:
            return b""
        try:
            data = os.read(self._descriptor, 512)
        except BlockingIOError:
            return b""
        except OSError as error:
            if error.errno not in _NEVER_READS:
                raise
            data = b""
        self._reads = bool(data)  # the end of the file: there is nothing to read from
        return data

    def own_status(self) -> DeviceStatus | None:
        """The port status (see ``ieee1284``), where the driver tells it."""
        byte = _port_status(self._descriptor)
        return None if byte is None else read_port_status(byte)

    def finish(self, timeout_s: float) -> None:
        """Until the driver has handed over what it holds.

        Raises:
            TimeoutError: it has not.
        """
        ends_s = time.monotonic() + max(timeout_s, self._timeout_s)
        while not self._takes_data(0.05):
            if time.monotonic() > ends_s:
                raise TimeoutError("the printer takes no data")

    def close(self) -> None:
        os.close(self._descriptor)


def open_device_file(path: str, send_timeout_s: float) -> DeviceFileConnection:
    """Open for both directions, or for writing where the system allows only that.

    Raises:
        OSError: there is no such file, no right to it, or another program holds it.
    """
    flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        descriptor = os.open(path, os.O_RDWR | flags)
    except PermissionError:
        descriptor = os.open(path, os.O_WRONLY | flags)
    return DeviceFileConnection(descriptor, send_timeout_s)


def _port_status(descriptor: int) -> int | None:
    if sys.platform != "linux":
        return None
    else:  # noqa: RET505 - the type checker looks at one of the two only
        import fcntl

        try:
            said = fcntl.ioctl(descriptor, _LPGETSTATUS, bytes(4))
        except OSError as error:
            if error.errno in {errno.ENODEV, errno.EIO}:
                raise
            return None
        return int.from_bytes(said, sys.byteorder) & 0xFF
