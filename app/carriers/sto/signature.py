"""STO's digest (申通开放平台, 报文签名): a pure function over the exact text of ``content``."""

from __future__ import annotations

import base64
import hashlib


def data_digest(content: str, secret_key: str) -> str:
    """Base64 of the 16 bytes of MD5(content + secret); percent-encoded only in the form."""
    raw = hashlib.md5(f"{content}{secret_key}".encode(), usedforsecurity=False).digest()
    return base64.b64encode(raw).decode()
