"""JSON as carriers speak it: written once to exact bytes, read without trusting any shape.

Signatures cover the very bytes of a body, so a body is serialised once and the bytes are signed and
sent. Answers come with strings where objects are documented, numbers as text and fields missing;
the readers here never fail, they answer with something empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

JsonObject = dict[str, Any]


def encode(data: Mapping[str, Any] | list[Any]) -> bytes:
    """``data`` as compact UTF-8 JSON with Chinese as it is and keys in the order given."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def decode(body: bytes | str) -> Any:
    """The value in ``body``; ``None`` for anything that is not whole JSON in UTF-8."""
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return None


def _no_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def as_object(value: Any) -> JsonObject | None:
    """An object, also when it comes as a string that holds one."""
    if isinstance(value, str):
        value = decode(value)
    return value if isinstance(value, dict) else None


def as_objects(value: Any) -> list[JsonObject]:
    """The objects of a list; a lone object counts as a list of one, also as a string."""
    if isinstance(value, str):
        value = decode(value)
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return []


def first_object(value: Any) -> JsonObject:
    """The object, or the first of a list; ``{}`` when there is none."""
    return next(iter(as_objects(value)), {})


def as_text(value: Any) -> str:
    """A code, number or sentence as trimmed text; ``""`` for null and for anything nested."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return ""


def first_text(row: Mapping[str, Any], names: Iterable[str]) -> str:
    """The text under the first of ``names`` that has one: fields go by several names."""
    return next((text for name in names if (text := as_text(row.get(name)))), "")


def is_true(value: Any) -> bool:
    """True for ``true``, ``"true"``, ``1`` and ``"1"``."""
    return as_text(value).lower() in {"true", "1"}


def as_count(value: Any) -> int | None:
    """A count that may come as a number or as text; ``None`` when it is neither."""
    text = as_text(value)
    return int(text) if text.isascii() and text.isdigit() else None


def readable(body: bytes) -> str:
    """``body`` as text to be kept for later questions."""
    return body.decode("utf-8", errors="replace")
