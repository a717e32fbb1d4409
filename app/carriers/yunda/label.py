"""What Yunda's label needs, handed on as Yunda sent it (``pdf_info``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.carriers.wire_json import as_text, decode

TEMPLATE = "yunda"
TAIL = "routing_tail"
_DEEPEST = 8


def label_data(pdf_info: Any) -> dict[str, Any]:
    """The field map of ``pdf_info``, unchanged, and its tail (``["0424", 0]``) as ``routing_tail``.

    ``pdf_info`` is JSON text ``[[{fields}, [routing, digit]]]``. Its nesting is not relied on: it
    may be written as text once more at any level, stand deeper, or lack the tail.
    Without a field map ``position`` is empty: such a label must not be printed.
    """
    parts = list(_parts(pdf_info, _DEEPEST))
    fields = next(
        (dict(p) for p in parts if isinstance(p, dict) and as_text(p.get("position"))), {}
    )
    tail = next((part for part in parts if isinstance(part, list)), None)
    if not fields:
        return {"position": "", "position_no": ""}
    return fields if tail is None else {**fields, TAIL: tail}


def _parts(value: Any, depth: int) -> Iterator[dict[str, Any] | list[Any]]:
    """Every object and every list of plain values inside ``value``, in their order."""
    if isinstance(value, str):
        value = decode(value)
        if isinstance(value, str):
            value = decode(value)
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list) and depth:
        nested = [v for v in value if isinstance(v, dict | list) or _holds_json(v)]
        if value and not nested:
            yield value
        for part in nested:
            yield from _parts(part, depth - 1)


def _holds_json(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}


def has_position(label: Mapping[str, Any]) -> bool:
    return bool(label.get("position"))
