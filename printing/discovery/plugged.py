"""Printers that are plugged into this computer: USB, device files, serial ports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.ports import Found, FoundKind
from printing.devices.ieee1284 import DeviceId, language_word, read_device_id
from printing.devices.usb_devices import (
    PrinterInterface,
    device_id,
    libraries,
    port_path,
    serial_number,
    title,
    usb_printers,
)

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class SystemFolders:
    """Where the system shows its devices."""

    dev: Path = Path("/dev")
    sys: Path = Path("/sys")


def find_usb_printers(folders: SystemFolders) -> Iterator[Found]:
    """Every USB device with a printer interface. Nothing is taken from the system's driver.

    Raises:
        UserError: ``usb_unavailable``.
        OSError: the bus cannot be looked at.
    """
    _, util = libraries()
    devices = list(usb_printers())
    numbers = [_number(device) for device, _ in devices]
    often = Counter(
        (d.idVendor, d.idProduct, n) for (d, _), n in zip(devices, numbers, strict=True)
    )
    for (device, interface), number in zip(devices, numbers, strict=True):
        try:
            said = _identity(device, interface, folders)
            name = said.title or title(device)
        finally:
            util.dispose_resources(device)
        twins = often[device.idVendor, device.idProduct, number] > 1
        which = port_path(device) if twins else number
        address = f"usb:{device.idVendor:04x}:{device.idProduct:04x}"
        yield Found(
            FoundKind.USB,
            name or address,
            f"{address}:{which}" if which else address,
            language=said.language or language_word(name),
        )


def _number(device: Any) -> str:
    number = serial_number(device)
    return number if _PLAIN.fullmatch(number) else ""


def _identity(device: Any, interface: PrinterInterface, folders: SystemFolders) -> DeviceId:
    """From the system's driver where it has the printer, else from the printer itself."""
    try:
        held = device.is_kernel_driver_active(interface.number)
    except (OSError, NotImplementedError):
        held = False
    if not held:
        return device_id(device, interface)
    port = port_path(device)
    place = f"{port}:{interface.configuration + 1}.{interface.number}"
    return _read_identity(folders.sys / "bus/usb/devices" / place / "ieee1284_id")


def _read_identity(file: Path) -> DeviceId:
    try:
        return read_device_id(file.read_bytes())
    except OSError:
        return DeviceId()


def find_device_files(folders: SystemFolders) -> Iterator[Found]:
    """``/dev/usb/lp0`` …, as Linux' own driver names them. They are not opened."""
    for file in sorted(folders.dev.glob("usb/lp[0-9]*")):
        device = folders.sys / "class/usbmisc" / file.name / "device"
        said = _read_identity(device / "ieee1284_id")
        yield Found(FoundKind.FILE, said.title or file.name, f"file:{file}", language=said.language)


def find_serial_ports() -> Iterator[Found]:
    """Every serial port with hardware behind it; what hangs on it is not asked: a scale may."""
    from serial.tools import list_ports

    for port in sorted(list_ports.comports()):
        if port.hwid == "n/a":  # Linux lists ports that the chip has and the computer has not
            continue
        words = port.product or port.description or port.device
        yield Found(FoundKind.SERIAL, words, f"serial:{port.device}?baud=9600")
