"""What STO's label needs: 大字 and 集包地, under the names that the answers give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.carriers.wire_json import JsonObject, as_text

TEMPLATE = "plain"
COMPANY = "申通快递"
_ROUTE = ("bigWord", "bigword", "threeSegmentCode", "shortAddress", "mark")
_BAG = ("packagePlace", "packagePlaceName", "bagAddr")
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
