"""Addresses and people as they travel from an order to a label."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    """A person at a place. ``phone`` holds a mobile or a land line, as it came.

    ``masked`` says that the platform hid parts of it: such an address can go to the platform's own
    label only. ``repr`` shows the region and nothing personal, so that a log line cannot leak.
    """

    name: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    address: str = ""
    company: str = ""
    extension: str = ""  # of a virtual number
    masked: bool = False

    def __repr__(self) -> str:
        return f"Address({self.province}{self.city}{self.district}, masked={self.masked})"

    @property
    def region(self) -> str:
        """Province, city and district without repeating a municipality: ``上海市 徐汇区``."""
        parts = [self.province, self.city, self.district]
        return " ".join(p for i, p in enumerate(parts) if p and p not in parts[:i])

    @property
    def full(self) -> str:
        """The whole address in one line, as a label prints it."""
        return f"{self.region} {self.street}{self.address}".strip()

    def as_dict(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Address:
        known = {f.name for f in fields(cls)}
        return cls(**{k: v for k, v in data.items() if k in known})


def clean_text(text: str) -> str:
    """``text`` without control, format and zero-width characters, blanks trimmed, NFC.

    Full-width Latin letters and digits become ordinary ones; Chinese punctuation stays.
    """
    out = []
    for char in unicodedata.normalize("NFC", text):
        if "！" <= char <= "～" and char not in "，。！？；：（）":
            char = chr(ord(char) - 0xFEE0)
        category = unicodedata.category(char)
        if char in "\u00a0\u3000":
            char = " "
        elif category in {"Cc", "Cf", "Cs"}:
            char = " " if char in "\t\r\n" else ""
        out.append(char)
    return " ".join("".join(out).split())


def clean_address(address: Address) -> Address:
    """The same person and place with every text field cleaned; phones keep digits and ``-``."""
    phone = "".join(c for c in clean_text(address.phone) if c.isdigit() or c in "-*")
    return Address(
        name=clean_text(address.name),
        phone=phone,
        province=clean_text(address.province),
        city=clean_text(address.city),
        district=clean_text(address.district),
        street=clean_text(address.street),
        address=clean_text(address.address),
        company=clean_text(address.company),
        extension=clean_text(address.extension),
        masked=address.masked,
    )
