"""A USB bus for pyusb whose printers are the simulated ones: descriptors, bulk and control.

It stands where libusb stands, so pyusb and everything above it are the real ones.
"""

from __future__ import annotations

import errno
import select
import socket
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from usb.core import USBError, USBTimeoutError

_TEXTS = ("", "maker", "product", "serial")
_GET_DESCRIPTOR, _STRING = 6, 3


@dataclass
class PluggedPrinter:
    """One device on the bus. ``protocols``: its alternate settings, in order.

    ``port``: the TCP port of the simulated printer behind it; ``None``: nobody is behind it, the
    bytes are kept in ``written`` only.
    """

    port: int | None = None
    vendor: int = 0x0483
    product_number: int = 0x5743
    maker: str = "Xprinter"
    product: str = "XP-DT426B"
    serial: str = "B260001"
    device_id: bytes = b"MFG:Xprinter;CMD:TSPL;MDL:XP-DT426B;CLS:PRINTER;"
    bus: int = 1
    ports: tuple[int, ...] = (2, 3)
    interface_class: int = 7
    interface_number: int = 1
    protocols: tuple[int, ...] = (2,)
    in_address: int = 0x84
    out_address: int = 0x03
    port_status: int | None = 0x18
    kernel_driver: bool = False
    configured: bool = True
    # what goes wrong
    takes_bytes: int | None = None  # then it takes no more, and every write times out
    unplugged_after: int | None = None  # bytes after which it is pulled out
    stalls_after: int | None = None  # bytes after which the end point stalls once
    refuses_open: int | None = None  # errno
    refuses_claim: int | None = None  # errno
    # what happened
    written: bytearray = field(default_factory=bytearray)
    writes: list[int] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    setting: int = 0
    opened: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        return ("", self.maker, self.product, self.serial)


class Handle:
    def __init__(self, printer: PluggedPrinter) -> None:
        self.printer = printer
        self.line: socket.socket | None = None


def usb_error(number: int) -> USBError:
    return USBError("as scripted", None, number)


class UsbBus:
    """``usb.backend.IBackend`` as far as a printer is concerned (it need not be inherited)."""

    def __init__(self, *printers: PluggedPrinter) -> None:
        self.printers = list(printers)
        self.calls: list[str] = []

    # looking

    def enumerate_devices(self) -> Iterator[PluggedPrinter]:
        return iter(self.printers)

    def get_device_descriptor(self, device: PluggedPrinter) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=device.vendor,
            idProduct=device.product_number, bcdDevice=0x100,
            iManufacturer=1 if device.maker else 0, iProduct=2 if device.product else 0,
            iSerialNumber=3 if device.serial else 0, bNumConfigurations=1, address=5,
            bus=device.bus, port_number=device.ports[-1], port_numbers=device.ports, speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, device: PluggedPrinter, n: int) -> SimpleNamespace:
        if n:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1,
            bConfigurationValue=1, iConfiguration=0, bmAttributes=0xC0, bMaxPower=1,
            extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(
        self, device: PluggedPrinter, interface: int, alternate: int, configuration: int
    ) -> SimpleNamespace:
        if interface or alternate >= len(device.protocols):
            raise IndexError
        protocol = device.protocols[alternate]
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=device.interface_number,
            bAlternateSetting=alternate, bNumEndpoints=1 if protocol == 1 else 2,
            bInterfaceClass=device.interface_class, bInterfaceSubClass=1,
            bInterfaceProtocol=protocol, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, device: PluggedPrinter, end: int, interface: int, alternate: int, configuration: int
    ) -> SimpleNamespace:
        addresses = [device.out_address, device.in_address]
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=addresses[end], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    # opening

    def open_device(self, device: PluggedPrinter) -> Handle:
        if device.refuses_open is not None:
            raise usb_error(device.refuses_open)
        device.opened += 1
        return Handle(device)

    def close_device(self, handle: Handle) -> None:
        handle.printer.opened -= 1
        if handle.line is not None:
            handle.line.close()

    def get_configuration(self, handle: Handle) -> int:
        return int(handle.printer.configured)

    def set_configuration(self, handle: Handle, value: int) -> None:
        handle.printer.log.append("configured")
        handle.printer.configured = True

    def set_interface_altsetting(self, handle: Handle, interface: int, alternate: int) -> None:
        handle.printer.log.append(f"setting {alternate}")
        handle.printer.setting = alternate

    def claim_interface(self, handle: Handle, interface: int) -> None:
        printer = handle.printer
        assert interface == printer.interface_number
        if printer.refuses_claim is not None:
            raise usb_error(printer.refuses_claim)
        if printer.kernel_driver:
            raise usb_error(errno.EBUSY)
        printer.log.append("claimed")
        if printer.port is not None:
            handle.line = socket.create_connection(("127.0.0.1", printer.port))

    def release_interface(self, handle: Handle, interface: int) -> None:
        handle.printer.log.append("released")

    def is_kernel_driver_active(self, handle: Handle, interface: int) -> bool:
        return handle.printer.kernel_driver

    def detach_kernel_driver(self, handle: Handle, interface: int) -> None:
        handle.printer.log.append("detached")
        handle.printer.kernel_driver = False

    def attach_kernel_driver(self, handle: Handle, interface: int) -> None:
        handle.printer.log.append("attached")
        handle.printer.kernel_driver = True

    def clear_halt(self, handle: Handle, end: int) -> None:
        handle.printer.log.append(f"cleared {end:#x}")

    def reset_device(self, handle: Handle) -> None:
        raise AssertionError("a printer is never reset")

    # talking

    def bulk_write(
        self, handle: Handle, end: int, interface: int, data: array[int], timeout_ms: int
    ) -> int:
        """As libusb: what was taken before a time-out is the answer, nothing taken the error."""
        printer = handle.printer
        assert end == printer.out_address
        assert timeout_ms > 0, "a write without a time-out may wait for ever"
        done, given = len(printer.written), data.tobytes()
        if printer.unplugged_after is not None and done + len(given) > printer.unplugged_after:
            self.printers.remove(printer)
            raise usb_error(errno.ENODEV)
        if printer.stalls_after is not None and done + len(given) > printer.stalls_after:
            printer.stalls_after = None
            raise usb_error(errno.EPIPE)
        took = len(given)
        if printer.takes_bytes is not None:
            took = min(took, printer.takes_bytes - done)
        if took <= 0:
            raise USBTimeoutError("as scripted", None, errno.ETIMEDOUT)
        printer.written += given[:took]
        printer.writes.append(took)
        if handle.line is not None:
            handle.line.sendall(given[:took])
        return took

    def bulk_read(
        self, handle: Handle, end: int, interface: int, data: array[int], timeout_ms: int
    ) -> int:
        assert end == handle.printer.in_address
        if handle.printer not in self.printers:
            raise usb_error(errno.ENODEV)
        if (
            handle.line is None
            or not select.select([handle.line], [], [], timeout_ms / 1000)[0]
            or not (got := handle.line.recv(len(data)))
        ):
            raise USBTimeoutError("nothing came", None, errno.ETIMEDOUT)
        data[: len(got)] = array("B", got)
        return len(got)

    intr_write = iso_write = bulk_write  # pyusb names all three before it chooses
    intr_read = iso_read = bulk_read

    def ctrl_transfer(
        self, handle: Handle, kind: int, request: int, value: int, index: int,
        data: array[int], timeout_ms: int,
    ) -> int:  # fmt: skip
        printer = handle.printer
        if printer not in self.printers:
            raise usb_error(errno.ENODEV)
        answer = _answer(printer, kind, request, value, index)
        if answer is None:
            raise usb_error(errno.EPIPE)
        data[: len(answer)] = array("B", answer[: len(data)])
        return min(len(answer), len(data))

    def get_parent(self, device: PluggedPrinter) -> None:
        return None


def _answer(
    printer: PluggedPrinter, kind: int, request: int, value: int, index: int
) -> bytes | None:
    """What comes back on end point 0; ``None``: it stalls."""
    if kind == 0x80 and request == _GET_DESCRIPTOR and value >> 8 == _STRING:
        if not value & 0xFF:
            return bytes((4, _STRING, 0x09, 0x04))
        text = printer.texts[value & 0xFF].encode("utf-16-le")
        return bytes((len(text) + 2, _STRING)) + text
    if kind == 0xA1 and request == 0:
        assert index == printer.interface_number << 8 | printer.setting
        return (len(printer.device_id) + 2).to_bytes(2, "big") + printer.device_id
    if kind == 0xA1 and request == 1 and printer.port_status is not None:
        assert index == printer.interface_number
        return bytes((printer.port_status,))
    return None


def plugged(monkeypatch: Any, *printers: PluggedPrinter) -> UsbBus:
    """pyusb finds this bus in the place of libusb's."""
    import usb.backend.libusb1

    bus = UsbBus(*printers)
    monkeypatch.setattr(usb.backend.libusb1, "get_backend", lambda: bus)
    return bus
