"""How the platform seals and signs a push: the sender's side, written on its own.

Source: WeChat Store, message push, 消息加解密.
"""

from __future__ import annotations

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PAD_TO = 32


def sign(*parts: str) -> str:
    """Lower-case SHA-1 of the parts in sorted order, one after the other."""
    digest = hashlib.sha1()
    for part in sorted(parts):
        digest.update(part.encode())
    return digest.hexdigest()


def padded(app_id: str, message: bytes, random16: bytes) -> bytes:
    """Random bytes, length, message, app id, and 1 to 32 bytes that each say how many they are."""
    whole = random16 + struct.pack(">I", len(message)) + message + app_id.encode()
    missing = _PAD_TO - len(whole) % _PAD_TO
    return whole + struct.pack("B", missing) * missing


def encrypt_block(encoding_key: str, clear: bytes) -> str:
    """AES-256-CBC of ``clear`` (whole blocks) with an EncodingAESKey, as base64."""
    key = base64.decodebytes(f"{encoding_key}=".encode())
    sealer = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(sealer.update(clear) + sealer.finalize()).decode()


def encrypt(encoding_key: str, app_id: str, message: bytes, random16: bytes) -> str:
    """The ``Encrypt`` text of a message."""
    return encrypt_block(encoding_key, padded(app_id, message, random16))
