"""YTO's signature (圆通开放平台, 签名规则): pure functions over the exact text of ``param``."""

from __future__ import annotations

import base64
import hashlib

VERSION = "v1"


def sign(param: str, method: str, secret: str, version: str = VERSION) -> str:
    """Base64 of the MD5 over ``param``, the method's name, the version and the secret."""
    return digest(f"{param}{method}{version}", secret)


def digest(data: str, secret: str) -> str:
    """Base64 of the 16 bytes of MD5(data + secret), as YTO's published example has it."""
    raw = hashlib.md5(f"{data}{secret}".encode(), usedforsecurity=False).digest()
    return base64.b64encode(raw).decode()
