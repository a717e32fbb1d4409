"""Pages whose key holds only for a call with otherwise the same arguments."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.simulators.wechat.refusals import RefusalError


@dataclass(frozen=True, slots=True)
class Page:
    """One page of ids and where the next one begins ("" after the last)."""

    ids: list[str]
    next_key: str
    has_more: bool


def cut_page(
    ids: Sequence[str],
    body: Mapping[str, Any],
    page_size: int,
    *,
    full_page_has_more: bool,
    wrong_key: int = 606006,
) -> Page:
    """The page ``body["next_key"]`` asks for, out of all ids that fit the other arguments.

    Raises:
        RefusalError: ``wrong_key``, the key was made for other arguments or by nobody.
    """
    arguments = {name: value for name, value in body.items() if name != "next_key"}
    key = body.get("next_key", "")
    start = _position(key, arguments, wrong_key) if key else 0
    found = list(ids[start : start + page_size])
    end = start + len(found)
    full = len(found) == page_size
    has_more = end < len(ids) or (full_page_has_more and full)
    return Page(found, _key(end, arguments) if has_more else "", has_more)


def checked_page_size(body: Mapping[str, Any], largest: int, default: int | None = None) -> int:
    """``page_size`` within its limits.

    Raises:
        RefusalError: 40097, missing without a default, zero, or more than ``largest``.
    """
    size = body.get("page_size", default)
    if size is None or not 1 <= size <= largest:
        raise RefusalError(40097, f"page_size must be 1 to {largest}")
    return int(size)


def _key(position: int, arguments: Mapping[str, Any]) -> str:
    return base64.b64encode(f"{position}/{_digest(arguments)}".encode()).decode()


def _position(key: str, arguments: Mapping[str, Any], wrong_key: int) -> int:
    try:
        position, digest = base64.b64decode(key, validate=True).decode().split("/", 1)
        start = int(position)
    except (binascii.Error, ValueError) as error:
        raise RefusalError(wrong_key) from error
    if digest != _digest(arguments):
        raise RefusalError(wrong_key)
    return start


def _digest(arguments: Mapping[str, Any]) -> str:
    text = json.dumps(arguments, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
