"""The plain layout, for carriers whose label has no layout of its own here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.carriers.wire_json import JsonObject, first_text

TEMPLATE = "plain"


@dataclass(frozen=True, slots=True)
class PlainLabel:
    """The names under which one carrier's answers hold the fields of the layout."""

    company: str  # as printed
    marks: tuple[str, ...]  # 大字
    bags: tuple[str, ...]  # 集包地
    qrcodes: tuple[str, ...] = ()

    def of(self, order: JsonObject, number: str = "") -> dict[str, Any]:
        """The fields; without route text ``mark`` is empty: such a label must not be printed.

        The QR code holds ``number`` where the answer has none.
        """
        return {
            "company": self.company,
            "mark": first_text(order, self.marks),
            "bagAddr": first_text(order, self.bags),
            "qrcode": first_text(order, self.qrcodes) or number,
        }


def has_mark(label: Mapping[str, Any]) -> bool:
    return bool(label.get("mark"))
