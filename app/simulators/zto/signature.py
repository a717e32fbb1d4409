"""ZTO's ``x-datadigest`` (open platform, JSON mode): a digest of the body and the secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
from enum import StrEnum


class ZtoAlgorithm(StrEnum):
    """The digest an app was set to; the documents' default is the first."""

    MD5_BASE64 = "md5_base64"
    MD5_HEX = "md5_hex"
    SHA256_BASE64 = "sha256_base64"
    SHA256_HEX = "sha256_hex"
    HMAC_SHA256_BASE64 = "hmac_sha256_base64"
    HMAC_SHA256_HEX = "hmac_sha256_hex"


def digest(
    algorithm: ZtoAlgorithm, body: bytes, secret: str, *, timestamp: str = "", hmac_key: str = ""
) -> str:
    """The digest of ``timestamp + body + secret``; almost every API goes without the timestamp.

    The HMAC kinds have a key of their own; the secret stays part of the text.
    """
    text = timestamp.encode() + body + secret.encode("utf-8")
    if algorithm in (ZtoAlgorithm.MD5_BASE64, ZtoAlgorithm.MD5_HEX):
        raw = hashlib.md5(text).digest()
    elif algorithm in (ZtoAlgorithm.SHA256_BASE64, ZtoAlgorithm.SHA256_HEX):
        raw = hashlib.sha256(text).digest()
    else:
        raw = hmac.digest(hmac_key.encode(), text, "sha256")
    return raw.hex() if algorithm.endswith("_hex") else base64.b64encode(raw).decode("ascii")
