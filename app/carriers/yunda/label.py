"""What Yunda's label needs, handed on as Yunda sent it (``pdf_info``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.carriers.wire_json import as_text, decode

TEMPLATE = "yunda"
TAIL = "routing_tail"


def label_data(pdf_info: Any) -> dict[str, Any]:
    """The field map of ``pdf_info``, unchanged, and its tail (``["0424", 0]``) as ``routing_tail``.

    ``pdf_info`` is JSON text ``[[{fields}, [routing, digit]]]``; the nesting is not relied on.
    Without a field map ``position`` is empty: such a label must not be printed.
    """
    read = decode(pdf_info) if isinstance(pdf_info, str) else pdf_info
    while isinstance(read, list) and len(read) == 1 and isinstance(read[0], list):
        read = read[0]
    parts = read if isinstance(read, list) else [read]
    fields = next((dict(part) for part in parts if isinstance(part, dict)), {})
    tail = next((part for part in parts if isinstance(part, list)), None)
    if not as_text(fields.get("position")):
        return {"position": "", "position_no": ""}
    return fields if tail is None else {**fields, TAIL: tail}


def has_position(label: Mapping[str, Any]) -> bool:
    return bool(label.get("position"))
