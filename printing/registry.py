"""From a ``[[printer]]`` of the configuration to a printer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from app.domain.errors import UserError
from app.domain.text import T
from app.ports import Printer, PrinterConfig
from printing.devices.component import PrintComponent
from printing.devices.device import Device
from printing.devices.files import FileDevice
from printing.devices.ipp import IppDevice, IppSettings
from printing.devices.ipp_client import ipp_target
from printing.devices.link import Connection, LinkDevice
from printing.devices.queue import open_queue
from printing.languages.language import Language
from printing.languages.registry import LANGUAGES, language_of
from printing.options import PrinterAddress, PrinterOptions, read_address, read_options
from printing.printers import ComponentPrinter, PagePrinter
from printing.stationery import PaperStationery
from printing.workshop import Here, Workshop

__all__ = ["PRINTER_LANGUAGES", "PaperStationery", "make_printer"]

# Every value of a printer's ``language``.
PRINTER_LANGUAGES = (*(language.code for language in LANGUAGES), "pdf", "system", "component")

# What stands there when nobody has said anything: then a queue's own resolution is better.
_UNSAID_DOTS_PER_MM = PrinterConfig("", "", "").dots_per_mm
_LEAST_ANSWER_S = 3.0  # a printer looks things up in its memory before it answers over HTTP


def make_printer(
    config: PrinterConfig, *, turn: Lock | None = None, workshop: Workshop | None = None
) -> Printer:
    """The printer of ``config``; nothing is opened yet.

    ``turn``: what all printers at this address share in this process, so that one of them speaks
    at a time. ``workshop``: where pages are drawn (default: in the calling thread).

    Raises:
        UserError: ``printer_option``, ``printer_address``, ``media_unknown``,
            ``language_unknown``, ``queue_unsupported``.
    """
    options = read_options(config)
    address = read_address(config)
    shared = turn if turn is not None else Lock()
    if config.language == "component":
        if address.scheme not in {"ws", "wss"}:
            raise _address_does_not_fit(config)
        return ComponentPrinter(config, PrintComponent(address.target, options), turn=shared)
    language: Language | None = None
    device: Device
    if config.language == "pdf":
        if address.scheme != "file":
            raise _address_does_not_fit(config)
        device = FileDevice(Path(address.target), "pdf")
    elif config.language == "system":
        queue = _ipp_device(config, address, options, "")
        if queue is None:
            raise _address_does_not_fit(config)
        device = queue
    else:
        language = language_of(config.language)
        device = _device(config, address, options, language)
    drawn_in = workshop if workshop is not None else Here()
    return PagePrinter(config, options, device, language, turn=shared, workshop=drawn_in)


def _ipp_device(
    config: PrinterConfig, address: PrinterAddress, options: PrinterOptions, language: str
) -> Device | None:
    """A queue or an IPP printer; ``None`` for another kind of address."""
    if address.scheme not in {"queue", "ipp", "ipps"}:
        return None
    settings = IppSettings(
        options.page.width_mm,
        options.page.height_mm,
        language,
        dots_per_mm=None if config.dots_per_mm == _UNSAID_DOTS_PER_MM else config.dots_per_mm,
        connect_timeout_s=options.connect_timeout_s,
        answer_timeout_s=max(options.status_timeout_s, _LEAST_ANSWER_S),
        send_timeout_s=options.send_timeout_s,
        confirm_timeout_s=options.confirm_timeout_s,
    )
    if address.scheme == "queue":
        return open_queue(address.target, settings)
    try:
        return IppDevice(ipp_target(address.target), settings)
    except ValueError:
        raise UserError(
            "printer_address",
            T(
                "Printer {printer}: the address {address} is not understood.",
                printer=config.name,
                address=address.target,
            ),
            T("Write ipp://host/ipp/print or ipps://host/ipp/print."),
            ref=config.name,
        ) from None


def _device(
    config: PrinterConfig, address: PrinterAddress, options: PrinterOptions, language: Language
) -> Device:
    if address.scheme == "file" and not _is_device_file(address.target):
        return FileDevice(Path(address.target), language.extension)
    if (device := _ipp_device(config, address, options, language.code)) is not None:
        return device
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
        from printing.devices.serial_port import check_query, open_serial

        check_query(address.target, address.query)
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
        T(
            "pdf needs file:/folder, system needs queue:NAME or ipp://host/path, "
            "component needs ws://127.0.0.1:12705."
        ),
        ref=config.name,
    )  # fmt: skip
