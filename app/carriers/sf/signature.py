"""SF's message digests (丰桥, 鉴权方式说明). Pure functions over the exact text of ``msgData``."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote_plus


def java_urlencode(text: str) -> str:
    """What Java's ``URLEncoder.encode(text, "UTF-8")`` gives.

    Letters, digits and ``. - * _`` stay, a blank becomes ``+``, every other byte ``%XX`` in upper
    case. Python's ``quote_plus`` differs in two characters, and SF compares digests over this.
    """
    return quote_plus(text, safe="*").replace("~", "%7E")


def standard_md5(msg_data: str, timestamp: str, checkword: str) -> str:
    """``standard_md5``, the default of SF's console."""
    return _md5_base64(java_urlencode(msg_data + timestamp + checkword).encode("ascii"))


def simple_md5(msg_data: str, timestamp: str, checkword: str) -> str:
    """``simple_md5``: the text itself instead of its URL encoding."""
    return _md5_base64((msg_data + timestamp + checkword).encode())


def sm3(msg_data: str, timestamp: str, checkword: str) -> str:
    """``sm3``: lower-case hex of SM3 (GB/T 32905) over the text itself."""
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    digest = Hash(SM3())
    digest.update((msg_data + timestamp + checkword).encode())
    return digest.finalize().hex()


def message_digest(mode: str, msg_data: str, timestamp: str, checkword: str) -> str:
    """The ``msgDigest`` for ``mode`` (any of the settings' signatures but ``oauth``)."""
    signers = {"standard_md5": standard_md5, "simple_md5": simple_md5, "sm3": sm3}
    return signers[mode](msg_data, timestamp, checkword)


def _md5_base64(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
