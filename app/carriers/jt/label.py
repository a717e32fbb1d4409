"""What J&T's label needs: the sorting code and the last transfer centre."""

from __future__ import annotations

from typing import Any

from app.carriers.plain_label import PlainLabel
from app.carriers.wire_json import JsonObject, as_text

# The name of the three-segment code is not documented for certain.
_LABEL = PlainLabel(
    "极兔速递",
    marks=("sortingCode", "sortCode", "threeSegmentCode", "sorting_code"),
    bags=("lastCenterName", "packageName", "bagAddr"),
)


def label_data(order: JsonObject, number: str) -> dict[str, Any]:
    """Everything J&T said of the order's route, and the keys that the plain label reads."""
    kept = {k: order[k] for k in (*_LABEL.marks, *_LABEL.bags) if as_text(order.get(k))}
    return {**kept, **_LABEL.of(order, number)}
