"""``print_info``: sealed so that only the print component can read what is on the label."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from typing import Any

_KEY = hashlib.sha256(b"the platform and its print component").digest()
_TAG_BYTES = 16


def seal(label: Mapping[str, Any]) -> str:
    """The label's contents as an opaque base64 text; the same contents give the same text."""
    plain = json.dumps(label, ensure_ascii=False, sort_keys=True).encode("utf-8")
    tag = _tag(plain)
    return base64.b64encode(tag + _crypt(tag, plain)).decode("ascii")


def unseal(print_info: str) -> dict[str, Any]:
    """What ``seal`` hid.

    Raises:
        ValueError: the text was not made by ``seal``, or was changed or cut on its way.
    """
    try:
        raw = base64.b64decode(print_info, validate=True)
    except binascii.Error as error:
        raise ValueError("print_info is not base64") from error
    tag, hidden = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    plain = _crypt(tag, hidden)
    if not hmac.compare_digest(tag, _tag(plain)):
        raise ValueError("print_info was not made by the platform")
    label: dict[str, Any] = json.loads(plain)
    return label


def _tag(plain: bytes) -> bytes:
    return hmac.digest(_KEY, plain, "sha256")[:_TAG_BYTES]


def _crypt(tag: bytes, text: bytes) -> bytes:
    stream = bytearray()
    for block in itertools.count():
        if len(stream) >= len(text):
            break
        stream += hashlib.sha256(_KEY + tag + block.to_bytes(4, "big")).digest()
    return (int.from_bytes(text) ^ int.from_bytes(stream[: len(text)])).to_bytes(len(text))
