"""The USB printers that are plugged in: their descriptors, names and what they say of themselves.

Section numbers are those of the Universal Serial Bus Device Class Definition for Printing Devices
1.1.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.errors import UserError
from app.domain.text import T
from printing.devices.ieee1284 import DeviceId, read_device_id

_PRINTER_CLASS = 7  # section 5.3: base class of the interface
_BIDIRECTIONAL, _UNIDIRECTIONAL = 2, 1  # protocols that carry a language; others wrap it
_IN, _BULK = 0x80, 2
_ASK_CLASS_INTERFACE = 0xA1  # bmRequestType of both questions
_GET_DEVICE_ID, _GET_PORT_STATUS = 0, 1
_ASK_MS = 1000


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """``VID:PID``, and of equal printers which one: its serial number or port (``1-2.3``)."""

    vendor: int
    product: int
    which: str = ""


def read_usb_address(target: str) -> UsbAddress:
    """``VID:PID`` in hexadecimal, with ``:SERIAL`` or ``:PORT`` behind it when there are several.

    Raises:
        UserError: ``printer_address``.
    """
    vendor, _, rest = target.partition(":")
    product, _, which = rest.partition(":")
    try:
        found = UsbAddress(int(vendor, 16), int(product, 16), which)
    except ValueError as error:
        raise _not_understood(target) from error
    if not (0 <= found.vendor <= 0xFFFF and 0 <= found.product <= 0xFFFF):
        raise _not_understood(target)
    return found


def _not_understood(target: str) -> UserError:
    return UserError(
        "printer_address",
        T("The USB printer {address} is not understood.", address=target),
        T("Write the two numbers of the printer, for example usb:0483:5743."),
    )


@dataclass(frozen=True, slots=True)
class PrinterInterface:
    """The setting of a device through which it prints. ``settings`` counts its alternatives."""

    number: int
    setting: int
    settings: int
    configuration: int  # index, as GET_DEVICE_ID counts
    out_end: Any
    in_end: Any | None


def libraries() -> tuple[Any, Any]:
    """``usb.core`` and ``usb.util``.

    Raises:
        UserError: ``usb_unavailable``.
    """
    try:
        return importlib.import_module("usb.core"), importlib.import_module("usb.util")
    except ImportError as error:
        raise unavailable() from error


def unavailable() -> UserError:
    return UserError(
        "usb_unavailable",
        T("Printing straight to USB needs libusb, which is not on this computer."),
        T("Install libusb 1.0, or add the printer to the system and use queue:NAME instead."),
    )


def usb_printers() -> Iterator[tuple[Any, PrinterInterface]]:
    """Every device with a printer interface, in the order the system lists them.

    Raises:
        UserError: ``usb_unavailable``.
        OSError: the bus cannot be looked at (pyusb's errors are ``OSError``).
    """
    core, _ = libraries()
    try:
        devices = list(core.find(find_all=True))
    except core.NoBackendError as error:
        raise unavailable() from error
    for device in devices:
        found = None
        with contextlib.suppress(OSError):  # one that was pulled out meanwhile
            found = printer_interface(device)
        if found is not None:
            yield device, found


def printer_interface(device: Any) -> PrinterInterface | None:
    """The setting to print through: the bidirectional one before the other (section 5.3)."""
    usable: list[tuple[int, PrinterInterface]] = []
    for configuration in device:
        settings = [i for i in configuration if i.bInterfaceClass == _PRINTER_CLASS]
        for interface in settings:
            if interface.bInterfaceProtocol not in {_BIDIRECTIONAL, _UNIDIRECTIONAL}:
                continue  # IEEE 1284.4 packets or IPP over USB
            bulk = [e for e in interface if e.bmAttributes & 3 == _BULK]
            out_end = next((e for e in bulk if not e.bEndpointAddress & _IN), None)
            if out_end is None:
                continue
            number = interface.bInterfaceNumber
            found = PrinterInterface(
                number=number,
                setting=interface.bAlternateSetting,
                settings=sum(i.bInterfaceNumber == number for i in configuration),
                configuration=configuration.index,
                out_end=out_end,
                in_end=next((e for e in bulk if e.bEndpointAddress & _IN), None),
            )
            usable.append((interface.bInterfaceProtocol, found))
    return max(usable, key=lambda u: u[0])[1] if usable else None


def port_path(device: Any) -> str:
    """Where it is plugged in, as Linux writes it: bus and ports, ``1-2.3``; ``""`` if unknown."""
    ports = getattr(device, "port_numbers", None)
    if device.bus is None or not ports:
        return ""
    return f"{device.bus}-{'.'.join(str(p) for p in ports)}"


def serial_number(device: Any) -> str:
    """``""`` where it has none or may not be asked."""
    return _word(device, "serial_number")


def _word(device: Any, name: str) -> str:
    try:
        return str(getattr(device, name) or "").strip("\x00 ")
    except (OSError, ValueError, NotImplementedError):  # ValueError: no language, or no rights
        return ""


def title(device: Any) -> str:
    """Maker and product from the device's own texts."""
    maker, product = _word(device, "manufacturer"), _word(device, "product")
    if product.lower().startswith(maker.lower()):
        return product
    return f"{maker} {product}".strip()


def device_id(device: Any, interface: PrinterInterface) -> DeviceId:
    """GET_DEVICE_ID (section 4.2.1); an empty one when the printer does not answer.

    Claims the interface; the caller disposes of the device.
    """
    _, util = libraries()
    index = interface.number << 8 | interface.setting
    said = array("B", bytes(1024))
    try:
        util.claim_interface(device, interface.number)
        # Past Device.ctrl_transfer: it takes the low byte of the index for the interface and
        # would claim another one, but this request alone has its interface in the high byte.
        context = device._ctx
        length = context.backend.ctrl_transfer(
            context.managed_open(), _ASK_CLASS_INTERFACE, _GET_DEVICE_ID,
            interface.configuration, index, said, _ASK_MS,
        )  # fmt: skip
    except (OSError, NotImplementedError):
        return DeviceId()
    return read_device_id(said.tobytes()[:length])


def port_status(device: Any, interface: PrinterInterface) -> int | None:
    """GET_PORT_STATUS (section 4.2.2); ``None`` when the printer does not know the question.

    Raises:
        OSError: the printer is gone.
    """
    try:
        said = device.ctrl_transfer(
            _ASK_CLASS_INTERFACE, _GET_PORT_STATUS, 0, interface.number, 1, _ASK_MS
        )
    except NotImplementedError:
        return None
    except OSError as error:
        if error.errno in {errno.ENODEV, errno.ENOENT}:
            raise
        return None
    return bytes(said)[0] if len(said) else None


def find_usb(wanted: UsbAddress) -> tuple[Any, PrinterInterface]:
    """The printer that ``wanted`` names.

    Raises:
        UserError: ``usb_unavailable``; ``usb_several``, two equal printers and no word which.
        OSError: it is not there, or is no printer.
    """
    core, _ = libraries()
    try:
        found = list(core.find(find_all=True, idVendor=wanted.vendor, idProduct=wanted.product))
    except core.NoBackendError as error:
        raise unavailable() from error
    if wanted.which:
        found = [d for d in found if _is(d, wanted.which)]
    if len(found) > 1:
        names = [serial_number(d) or port_path(d) for d in found]
        if len(set(names)) < len(names):  # clones share one serial number, too
            names = [port_path(d) for d in found]
        raise UserError(
            "usb_several",
            T("Several equal USB printers are plugged in."),
            T(
                "Say which one: put {names} behind the address.",
                names=", ".join(f":{n}" for n in names if n),
            ),
        )
    if not found:
        raise OSError(errno.ENODEV, "no such USB printer")
    interface = printer_interface(found[0])
    if interface is None:
        raise OSError(errno.ENODEV, "the USB device is no printer")
    return found[0], interface


def _is(device: Any, which: str) -> bool:
    return which == port_path(device) or which == serial_number(device)
