"""What J&T's label needs: the sorting code and the last transfer centre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.carriers.wire_json import JsonObject, as_text

TEMPLATE = "plain"
_COMPANY = "极兔速递"
# The name of the three-segment code is not documented for certain.
_MARKS = ("sortingCode", "sortCode", "threeSegmentCode", "sorting_code")
_BAGS = ("lastCenterName", "packageName", "bagAddr")


def label_data(order: JsonObject, number: str) -> dict[str, Any]:
    """Everything J&T said of the order's route, and the keys that the plain label reads.

    ``mark`` is empty where J&T gave no sorting code: such a label must not be printed.
    """
    kept = {key: order[key] for key in (*_MARKS, *_BAGS) if as_text(order.get(key))}
    return {
        **kept,
        "company": _COMPANY,
        "mark": _first(order, _MARKS),
        "bagAddr": _first(order, _BAGS),
        "qrcode": number,
    }


def has_mark(label: Mapping[str, Any]) -> bool:
    return bool(label.get("mark"))


def _first(order: JsonObject, names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := as_text(order.get(name)))), "")
