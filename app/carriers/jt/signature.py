"""J&T's two digests (极兔开放平台, 签名): pure functions over the exact text."""

from __future__ import annotations

import base64
import hashlib

_SALT = "jadada236t2"


def header_digest(biz_content: bytes, private_key: str) -> str:
    """The ``digest`` header: Base64 of the MD5 of the body's JSON and the app's key."""
    return _md5_base64(biz_content + private_key.encode())


def business_digest(customer_code: str, password: str, private_key: str) -> str:
    """``digest`` inside the JSON: proves the customer, the same in every call."""
    cipher = hashlib.md5(f"{password}{_SALT}".encode(), usedforsecurity=False).hexdigest().upper()
    return _md5_base64(f"{customer_code}{cipher}{private_key}".encode())


def _md5_base64(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
