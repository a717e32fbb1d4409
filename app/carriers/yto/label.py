"""What YTO's label needs: the three segments, under the name that the answer gives them.

YTO documents ``shortAddress`` without saying what it means, and integrators met other names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.carriers.wire_json import JsonObject, as_text

TEMPLATE = "plain"
COMPANY = "圆通速递"
_ROUTE = (
    "shortAddress",
    "short_address",
    "threeSegmentCode",
    "threeCode",
    "bigPen",
    "markDestination",
)
_BAG = ("packageCenterName", "packagePlace", "bagAddr")
_QR = ("qrCode", "qrcode")


def label_data(order: JsonObject) -> dict[str, Any]:
    """The keys of the plain layout; without route text ``mark`` is empty: not to be printed."""
    return {
        "company": COMPANY,
        "mark": _first(order, _ROUTE),
        "bagAddr": _first(order, _BAG),
        "qrcode": _first(order, _QR),
    }


def has_mark(label: Mapping[str, Any]) -> bool:
    return bool(label.get("mark"))


def _first(order: JsonObject, names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := as_text(order.get(name)))), "")
