"""From a ``[[printer]]`` of the configuration to a printer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.domain.errors import UserError
from app.domain.text import T
from app.ports import Printer, PrinterConfig
from printing.devices.component import PrintComponent
from printing.devices.device import Device
from printing.devices.files import FileDevice
from printing.devices.link import Connection, LinkDevice
from printing.devices.queue import open_queue
from printing.languages.language import Language
from printing.languages.registry import LANGUAGES, language_of
from printing.options import PrinterAddress, PrinterOptions, read_address, read_options
from printing.printers import ComponentPrinter, PagePrinter
from printing.stationery import PaperStationery

__all__ = ["PRINTER_LANGUAGES", "PaperStationery", "make_printer"]

# Every value of a printer's ``language``.
PRINTER_LANGUAGES = (*(language.code for language in LANGUAGES), "pdf", "system", "component")


def make_printer(config: PrinterConfig) -> Printer:
    """The printer of ``config``; nothing is opened yet.

    Raises:
        UserError: ``printer_option``, ``printer_address``, ``media_unknown``,
            ``language_unknown``, ``queue_unsupported``.
    """
    options = read_options(config)
    address = read_address(config)
    if config.language == "component":
        if address.scheme not in {"ws", "wss"}:
            raise _address_does_not_fit(config)
        return ComponentPrinter(config, PrintComponent(address.target, options))
    if config.language == "pdf":
        if address.scheme != "file":
            raise _address_does_not_fit(config)
        return PagePrinter(config, options, FileDevice(Path(address.target), "pdf"), None)
    if config.language == "system":
        if address.scheme != "queue":
            raise _address_does_not_fit(config)
        return PagePrinter(config, options, _pdf_queue(address, options), None)
    language = language_of(config.language)
    return PagePrinter(config, options, _device(config, address, options, language), language)


def _pdf_queue(address: PrinterAddress, options: PrinterOptions) -> Device:
    page = options.page
    size = f"{page.width_mm:g}x{page.height_mm:g}mm"
    lp_options = (f"media=Custom.{size}", "print-scaling=none", "fit-to-page=false")
    return open_queue(address.target, lp_options, options.confirm_timeout_s)


def _device(
    config: PrinterConfig, address: PrinterAddress, options: PrinterOptions, language: Language
) -> Device:
    if address.scheme == "file" and not _is_device_file(address.target):
        return FileDevice(Path(address.target), language.extension)
    if address.scheme == "queue":
        return open_queue(address.target, ("raw",), options.confirm_timeout_s)
    opener = _opener(address, options)
    if opener is None:
        raise _address_does_not_fit(config)
    return LinkDevice(
        opener,
        status_timeout_s=options.status_timeout_s,
        confirm_timeout_s=options.confirm_timeout_s,
    )


def _is_device_file(path: str) -> bool:
    """Judged by its name: a printer that is switched off has no file."""
    return path.startswith("/dev/") and not (path.startswith("/dev/shm/") or Path(path).is_dir())  # noqa: S108 - a folder for labels like any other


def _opener(address: PrinterAddress, options: PrinterOptions) -> Callable[[], Connection] | None:
    if address.scheme == "tcp":
        from printing.devices.tcp import host_and_port, open_tcp

        host, port = host_and_port(address.target)
        return lambda: open_tcp(host, port, options.connect_timeout_s, options.send_timeout_s)
    if address.scheme == "serial":
        from printing.devices.serial_port import open_serial

        return lambda: open_serial(address.target, address.query, options.send_timeout_s)
    if address.scheme == "usb":
        from printing.devices.usb import open_usb
        from printing.devices.usb_devices import read_usb_address

        wanted = read_usb_address(address.target)
        return lambda: open_usb(wanted, options.send_timeout_s)
    if address.scheme == "file":
        from printing.devices.lp_file import open_device_file

        return lambda: open_device_file(address.target, options.send_timeout_s)
    return None


def _address_does_not_fit(config: PrinterConfig) -> UserError:
    return UserError(
        "printer_address",
        T(
            "Printer {printer}: the address does not fit the language {language}.",
            printer=config.name, language=config.language,
        ),
        T("pdf needs file:/folder, system needs queue:NAME, component needs ws://127.0.0.1:12705."),
        ref=config.name,
    )  # fmt: skip
