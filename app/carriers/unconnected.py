"""Signatures of platforms that give no numbers here yet: EMS, JD, 快递鸟 and Cainiao.

What is certain about them is how they sign; a carrier folder for one of them begins with its
function from here. Pure functions over exact text. The vectors of the tests hold them to it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

_EMS_BLOCK_BITS = 128
_EMS_PREFIX = "|$4|"


def ems_envelope(json_text: str, sign_key: str) -> str:
    """EMS 电子面单: ``logitcsInterface`` (their spelling), SM4-ECB over the text and the key.

    ``sign_key`` is the Base64 key of the console; it is appended to the text and, decoded, is the
    cipher's key. Raises ``ValueError`` for a key that is not 16 bytes in Base64.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import SM4
    from cryptography.hazmat.primitives.ciphers.modes import ECB
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(_EMS_BLOCK_BITS).padder()
    padded = padder.update((json_text + sign_key).encode()) + padder.finalize()
    key = base64.b64decode(sign_key, validate=True)
    # ECB is what EMS prescribes; nothing here relies on its secrecy, the channel is TLS.
    encryptor = Cipher(SM4(key), ECB()).encryptor()  # noqa: S305
    sealed = encryptor.update(padded) + encryptor.finalize()
    return _EMS_PREFIX + base64.b64encode(sealed).decode()


def jd_sign(app_secret: str, parameters: Mapping[str, str]) -> str:
    """JD 物流 ``md5-salt``: lower-case hex MD5 of the secret around ``parameters``.

    ``parameters`` are access_token, app_key, method, param_json, timestamp and v, joined in the
    order of their names. JD's SDK writes lower case; the documents do not say.
    """
    return _md5_hex(app_secret + _joined(parameters) + app_secret)


def kdniao_sign(request_data: str, app_key: str) -> str:
    """快递鸟 ``DataSign``: Base64 of the 32 hex characters, not of the 16 bytes."""
    return base64.b64encode(_md5_hex(request_data + app_key).encode()).decode()


def cainiao_link_digest(logistics_interface: str, secret: str) -> str:
    """菜鸟 LINK ``data_digest``: Base64 of the MD5 of text and secret."""
    digest = hashlib.md5((logistics_interface + secret).encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def taobao_top_sign(secret: str, parameters: Mapping[str, str]) -> str:
    """菜鸟 through the Taobao gateway: upper-case hex MD5 of the secret around ``parameters``.

    Not confirmed by a document of the gateway.
    """
    return _md5_hex(secret + _joined(parameters) + secret).upper()


def _joined(parameters: Mapping[str, str]) -> str:
    return "".join(f"{name}{parameters[name]}" for name in sorted(parameters))


def _md5_hex(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
