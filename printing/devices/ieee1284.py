"""What a printer says of itself below its language: the IEEE 1284 device ID and port status.

USB printers answer both by class requests (Universal Serial Bus Device Class Definition for
Printing Devices 1.1, sections 4.2.1 and 4.2.2), Linux shows the same of ``/dev/usb/lp*``.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.text import T
from app.ports import DeviceState, DeviceStatus
from printing.languages import states

_PAPER_EMPTY, _SELECTED, _NO_ERROR = 0x20, 0x10, 0x08
_KEYS = {
    "MFG": "maker",
    "MANUFACTURER": "maker",
    "MDL": "model",
    "MODEL": "model",
    "CMD": "commands",
    "COMMAND SET": "commands",
    "SN": "serial",
    "SERN": "serial",
    "SERIALNUMBER": "serial",
}
# What stands in CMD or the model's name, and the language that it means; the first that fits.
_LANGUAGE_WORDS = (
    ("TSPL", "tspl"),
    ("ZPL", "zpl"),
    ("CPCL", "cpcl"),
    ("TSC", "tspl"),
    ("ESC/POS", "escpos"),
    ("ESCPOS", "escpos"),
    ("EPSON", "escpos"),
    ("ZDESIGNER", "zpl"),
    ("ZEBRA", "zpl"),
)
_PAGE_WORDS = ("PDF", "PCL", "PWG", "URF", "POSTSCRIPT")


@dataclass(frozen=True, slots=True)
class DeviceId:
    """The device ID taken apart; what it does not say is empty."""

    maker: str = ""
    model: str = ""
    commands: str = ""
    serial: str = ""

    @property
    def title(self) -> str:
        """Maker and model in one line, the maker once."""
        if self.model.lower().startswith(self.maker.lower()):
            return self.model
        return f"{self.maker} {self.model}".strip()

    @property
    def language(self) -> str:
        """The label language it names, ``""`` when it names none that we know.

        ESC alone says nothing: ESC/P and ESC/POS printers both write it.
        """
        return language_word(self.commands) or language_word(self.title)


def language_word(words: str) -> str:
    """The label language that ``words`` of a maker mean, ``""`` when none."""
    upper = words.upper()
    if any(word in upper for word in _PAGE_WORDS):
        return ""
    return next((language for word, language in _LANGUAGE_WORDS if word in upper), "")


def read_device_id(data: bytes) -> DeviceId:
    """``KEY:value;…`` with or without its two bytes of length; anything odd in it is left out."""
    if len(data) >= 2 and not data[:1].isalpha():
        data = data[2:]
    found: dict[str, str] = {}
    for part in data.decode("utf-8", "replace").split(";"):
        key, colon, value = part.partition(":")
        name = _KEYS.get(key.strip().upper())
        if colon and name and value.strip():
            found.setdefault(name, _printable(value))
    return DeviceId(**found)


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:120]


def read_port_status(byte: int) -> DeviceStatus:
    """Bit 5 paper empty, bit 4 selected, bit 3 no error.

    A printer that only has these bits never says that a label came out: at best it is ``MUTE``.
    Many clones leave bits 3 and 4 clear for ever (0x00), which means nothing.
    """
    if byte & _PAPER_EMPTY:
        return states.paper_out()
    if byte & (_SELECTED | _NO_ERROR) == _SELECTED:
        return states.failing()
    if byte & (_SELECTED | _NO_ERROR) == _NO_ERROR:
        return states.paused()
    if not byte & (_SELECTED | _NO_ERROR):
        return states.mute()
    return DeviceStatus(
        DeviceState.MUTE,
        T("The printer has paper, but never says whether a label came out."),
        T("Labels count as printed when they are scanned."),
    )
