"""A printer's entry of the configuration, read and checked once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.domain.errors import UserError
from app.domain.text import T, Text
from app.ports import PrinterConfig
from printing.documents.layouts import media_size
from printing.languages.language import PageSettings

_STOCKS = ("gap", "mark", "continuous")
_GRAPHICS = {
    "escpos": ("", "raster", "graphics", "column"),
    "tspl": ("", "binary", "zlib"),
    "zpl": ("", "z64", "hex", "acs"),
    "cpcl": ("", "binary", "hex"),
}
_FEEDS = ("", "ff", "gs_ff", "cut", "none")
# What a ``[[printer]]`` may say beside name, language, address, dots_per_mm, media and documents.
OPTION_NAMES = frozenset(
    {
        "density",
        "speed",
        "gap_mm",
        "mark_mm",
        "stock",
        "cut",
        "offset_x_mm",
        "offset_y_mm",
        "graphics",
        "feed",
        "turned",
        "tear_off_mm",
        "ribbon",
        "inverted",
        "tone",
        "epson",
        "status",
        "connect_timeout_s",
        "status_timeout_s",
        "send_timeout_s",
        "timeout_s",
        "printer",
        "split",
        "show_logo",
        "custom_template_url",
        "size_names",
        "offline_codes",
    }
)


@dataclass(frozen=True, slots=True)
class PrinterOptions:
    """``page`` goes to the language, the offsets move the picture, the time-outs are the device's.

    ``answers`` False (``status = false``): a printer known never to say how it is is not asked.
    ``printer`` … ``offline_codes`` concern the platform's print component only: ``size_names`` are
    the members of ``size``, ``offline_codes`` the statuses of a printer that cannot print.
    """

    page: PageSettings
    offset_x_mm: float = 0.0
    offset_y_mm: float = 0.0
    connect_timeout_s: float = 3.0
    status_timeout_s: float = 1.0
    send_timeout_s: float = 15.0
    confirm_timeout_s: float = 20.0
    answers: bool = True
    printer: str = ""
    split: int = 0
    show_logo: bool = True
    custom_template_url: str = ""
    size_names: tuple[str, str] = ("width", "height")
    offline_codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PrinterAddress:
    """``tcp://host:port``, ``serial:/dev/ttyUSB0?baud=115200``, ``queue:NAME`` … taken apart."""

    scheme: str
    target: str
    query: Mapping[str, str] = field(default_factory=dict)


def read_options(config: PrinterConfig) -> PrinterOptions:
    """The options of ``config``, with the defaults for what is not said.

    Raises:
        UserError: ``printer_option``, ``media_unknown``.
    """
    given = dict(config.options or {})
    for name in given:
        if name not in OPTION_NAMES:
            near = difflib.get_close_matches(name, sorted(OPTION_NAMES), 1) or ["density"]
            raise UserError(
                "printer_option",
                T("Printer {printer}: there is no option {name}.", printer=config.name, name=name),
                T("Did you mean {near}?", near=near[0]),
                ref=config.name,
            )
    read = _Reader(config.name, given)
    width_mm, height_mm = media_size(config.media)
    dots_per_mm = config.dots_per_mm
    if not 5 <= dots_per_mm <= 50:
        raise read.wrong("dots_per_mm", dots_per_mm)
    page = PageSettings(
        width_mm=width_mm,
        height_mm=height_mm,
        dots_per_mm=dots_per_mm,
        density=int(read.number("density", 0, 0, 30)) if "density" in given else None,
        speed=read.number("speed", 0, 0.5, 14) if "speed" in given else None,
        gap_mm=read.number("mark_mm" if "mark_mm" in given else "gap_mm", 2, 0, 30),
        stock="mark" if given.get("mark_mm") else read.choice("stock", _STOCKS),
        cut=read.switch("cut", default=False),
        graphics=_usual(read.choice("graphics", _GRAPHICS.get(config.language, ("",)))),
        feed=read.choice("feed", _FEEDS),
        turned=read.switch("turned", default=False),
        tear_off_mm=read.number("tear_off_mm", 0, -15, 50) if "tear_off_mm" in given else None,
        ribbon=read.switch("ribbon") if "ribbon" in given else None,
        inverted=read.switch("inverted", default=False),
        tone=int(read.number("tone", 0, -99, 200)) if "tone" in given else None,
        epson=read.switch("epson", default=False),
    )
    return PrinterOptions(
        page=page,
        offset_x_mm=read.number("offset_x_mm", 0, -50, 50),
        offset_y_mm=read.number("offset_y_mm", 0, -50, 50),
        connect_timeout_s=read.number("connect_timeout_s", 3, 0.05, 120),
        status_timeout_s=read.number("status_timeout_s", 1, 0.05, 120),
        send_timeout_s=read.number("send_timeout_s", 15, 0.05, 600),
        confirm_timeout_s=read.number("timeout_s", 20, 0.05, 600),
        answers=read.switch("status"),
        printer=read.text("printer"),
        split=int(read.number("split", 0, 0, 2)),
        show_logo=read.switch("show_logo"),
        custom_template_url=read.text("custom_template_url"),
        size_names=read.pair("size_names", ("width", "height")),
        offline_codes=frozenset(read.words("offline_codes")),
    )


def _usual(graphics: str) -> str:
    """The names of the usual way are the same as saying nothing."""
    return "" if graphics in {"raster", "z64", "binary"} else graphics


@dataclass(frozen=True, slots=True)
class _Reader:
    printer: str
    given: Mapping[str, Any]

    def wrong(self, name: str, value: object, remedy: Text | None = None) -> UserError:
        return UserError(
            "printer_option",
            T(
                "Printer {printer}: {name} cannot be {value}.",
                printer=self.printer, name=name, value=str(value),
            ),
            remedy or T("Correct it in the printer's settings."),
            ref=self.printer,
        )  # fmt: skip

    def number(self, name: str, default: float, least: float, most: float) -> float:
        value = self.given.get(name, default)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not least <= value <= most:
            low, high = f"{least:g}", f"{most:g}"
            remedy = T("Give a number from {low} to {high}.", low=low, high=high)
            raise self.wrong(name, value, remedy)
        return float(value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.given.get(name, allowed[0])
        if value not in allowed:
            named = ", ".join(word for word in allowed if word)
            remedy = T("Known are: {known}.", known=named) if named else T("Delete this line.")
            raise self.wrong(name, value, remedy)
        return str(value)

    def switch(self, name: str, *, default: bool = True) -> bool:
        value = self.given.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, value, T("Write true or false, without quotation marks."))
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """Words with commas between them."""
        return tuple(word.strip() for word in self.text(name).split(",") if word.strip())

    def pair(self, name: str, default: tuple[str, str]) -> tuple[str, str]:
        words = self.words(name) or default
        if len(words) != len(default):
            raise self.wrong(name, self.given[name])
        return words[0], words[1]

    def text(self, name: str) -> str:
        value = self.given.get(name, "")
        if not isinstance(value, str):
            raise self.wrong(name, value)
        return value


def read_address(config: PrinterConfig) -> PrinterAddress:
    """Where the printer is.

    Raises:
        UserError: ``printer_address``.
    """
    address = config.address.strip()
    scheme, colon, rest = address.partition(":")
    scheme = scheme.lower()
    if scheme in {"tcp", "ws", "wss", "ipp", "ipps"} and rest.startswith("//"):
        if _has_host(address):
            return PrinterAddress(scheme, address if scheme != "tcp" else rest[2:].rstrip("/"))
    elif scheme == "serial" and rest:
        target, _, query = rest.partition("?")
        return PrinterAddress(scheme, target, dict(parse_qsl(query)))
    elif scheme in {"file", "queue", "usb"} and colon and rest:
        target = rest.removeprefix("//") if scheme == "file" else rest
        return PrinterAddress(scheme, target)
    elif address and not colon:
        return PrinterAddress("file", address)
    raise UserError(
        "printer_address",
        T(
            "Printer {printer}: the address {address} is not understood.",
            printer=config.name,
            address=address,
        ),
        T("Write tcp://host:9100, usb:VID:PID, serial:PORT?baud=9600, file:/folder or queue:NAME."),
        ref=config.name,
    )


def _has_host(address: str) -> bool:
    parts = urlsplit(address)
    try:
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
