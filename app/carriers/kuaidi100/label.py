"""What the label needs, out of Kuaidi100's answer to an order."""

from __future__ import annotations

from typing import Any

from app.carriers.kuaidi100.names import LABEL_NAMES
from app.carriers.wire_json import JsonObject, as_text, first_text

# Route data only: "label" and "template" are finished labels and hold both parties.
_KEPT = (
    "bulkpen",
    "orgCode",
    "orgName",
    "destCode",
    "destName",
    "orgSortingCode",
    "orgSortingName",
    "destSortingCode",
    "destSortingName",
    "orgExtra",
    "destExtra",
    "pkgCode",
    "pkgName",
    "road",
    "qrCode",
    "expressCode",
    "expressName",
)
_MARKS = ("bulkpen", "destSortingCode", "destCode")
_BAGS = ("pkgName", "pkgCode", "destSortingName", "destName")


def label_data(order: JsonObject, company_code: str, number: str) -> dict[str, Any]:
    """The route as it came, and the keys that the plain label reads.

    Some companies have no sorting code; without one there is no ``mark`` and the label shows city
    and district instead.
    """
    kept = {key: order[key] for key in _KEPT if as_text(order.get(key))}
    label = {
        **kept,
        "company": LABEL_NAMES.get(company_code, ""),
        "bagAddr": first_text(order, _BAGS),
        "qrcode": as_text(order.get("qrCode")) or number,
    }
    mark = first_text(order, _MARKS)
    return {**label, "mark": mark} if mark else label
