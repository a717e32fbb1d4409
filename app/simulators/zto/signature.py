"""ZTO's ``x-datadigest`` (open platform, JSON mode): a digest of the body and the secret."""

from __future__ import annotations

import base64
import hashlib
from enum import StrEnum


class ZtoAlgorithm(StrEnum):
    """The digest an app was set to; the documents' default is the first."""

    MD5_BASE64 = "md5_base64"
    MD5_HEX = "md5_hex"
    SHA256_BASE64 = "sha256_base64"
    SHA256_HEX = "sha256_hex"


def digest(algorithm: ZtoAlgorithm, body: bytes, secret: str, *, timestamp: str = "") -> str:
    """The digest of ``timestamp + body + secret``; almost every API goes without the timestamp."""
    text = timestamp.encode() + body + secret.encode("utf-8")
    raw = (
        hashlib.md5(text).digest()
        if algorithm in (ZtoAlgorithm.MD5_BASE64, ZtoAlgorithm.MD5_HEX)
        else hashlib.sha256(text).digest()
    )
    if algorithm in (ZtoAlgorithm.MD5_HEX, ZtoAlgorithm.SHA256_HEX):
        return raw.hex()
    return base64.b64encode(raw).decode("ascii")
