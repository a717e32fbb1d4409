"""What ZTO's label needs, handed on as ZTO sent it (``bigMarkInfo``)."""

from __future__ import annotations

from typing import Any

from app.carriers.wire_json import JsonObject, as_text

TEMPLATE = "zto"


def label_data(big_mark: JsonObject | None) -> dict[str, Any]:
    """``mark`` (大头笔) and ``bagAddr`` (集包地) with whatever else came, unchanged.

    Without route text ``mark`` is empty: such a label must not be printed.
    """
    if big_mark and as_text(big_mark.get("mark")):
        return dict(big_mark)
    return {"mark": "", "bagAddr": ""}
