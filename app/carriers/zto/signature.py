"""ZTO's digests (中通开放平台, zop): pure functions over the exact bytes of a body."""

from __future__ import annotations

import base64
import hashlib
import hmac


def data_digest(
    body: bytes,
    app_secret: str,
    *,
    algorithm: str = "md5",
    hmac_key: str = "",
    timestamp: str = "",
    as_hex: bool = False,
) -> str:
    """The ``x-datadigest`` header: Base64 of the digest over timestamp, body and secret.

    ``algorithm`` is md5, sha256 or hmac_sha256 (with its own ``hmac_key``; the message stays the
    same). ``timestamp`` is empty unless the API asks for one; then it goes into a header as well.
    """
    message = timestamp.encode() + body + app_secret.encode()
    digest = _digest(algorithm, message, hmac_key)
    return digest.hex() if as_hex else base64.b64encode(digest).decode()


def _digest(algorithm: str, message: bytes, hmac_key: str) -> bytes:
    if algorithm == "hmac_sha256":
        return hmac.new(hmac_key.encode(), message, hashlib.sha256).digest()
    if algorithm == "sha256":
        return hashlib.sha256(message).digest()
    return hashlib.md5(message, usedforsecurity=False).digest()


def is_genuine_push(data: str, given_digest: str, app_secret: str) -> bool:
    """Whether ZTO sent ``data``, the decoded form field of a track push exactly as received."""
    return hmac.compare_digest(data_digest(data.encode(), app_secret), given_digest)
