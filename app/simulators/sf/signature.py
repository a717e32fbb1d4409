"""The digests of SF 丰桥 and SF's check digit, written from the published formulas.

Standard: Base64(MD5(URLEncoder.encode(msgData + timestamp + checkword))); simple: without the
encoder; SM3 (GB/T 32905-2016): lower-case hex of the plain text's digest.
"""

from __future__ import annotations

import base64
import hashlib
from enum import StrEnum

_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-*_")
_WORD = 0xFFFFFFFF
_SM3_START = (
    0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
)  # fmt: skip


class SfAlgorithm(StrEnum):
    """The digest an app was bound to when it was made in SF's console."""

    STANDARD_MD5 = "standard_md5"
    SIMPLE_MD5 = "simple_md5"
    SM3 = "sm3"


def java_url_encoded(text: str) -> str:
    """What ``java.net.URLEncoder.encode(text, "UTF-8")`` gives."""
    return "".join(_encoded_byte(b) for b in text.encode("utf-8", "replace"))


def _encoded_byte(byte: int) -> str:
    if byte in _KEPT:
        return chr(byte)
    return "+" if byte == 0x20 else f"%{byte:02X}"


def digest(algorithm: SfAlgorithm, msg_data: str, timestamp: str, checkword: str) -> str:
    """The ``msgDigest`` that SF expects for these three texts."""
    text = msg_data + timestamp + checkword
    match algorithm:
        case SfAlgorithm.STANDARD_MD5:
            return _md5_base64(java_url_encoded(text).encode("ascii"))
        case SfAlgorithm.SIMPLE_MD5:
            return _md5_base64(text.encode("utf-8", "replace"))
        case SfAlgorithm.SM3:
            return sm3(text.encode("utf-8", "replace")).hex()


def _md5_base64(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode("ascii")


def check_digit(number: str) -> int:
    """The last digit that an SF number of 12 digits, or of ``SF`` and 13, ought to have."""
    body = number.removeprefix("SF")[3:-1]
    total = 0
    for place, char in enumerate(reversed(body)):
        product = int(char) * (2 * place + 1)
        total += product // 10 + product % 10
    return -total % 10


def _rotated(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> (32 - by)) & _WORD


def sm3(data: bytes) -> bytes:
    """The SM3 hash, 32 bytes."""
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8)
    state: tuple[int, ...] = _SM3_START
    for start in range(0, len(padded), 64):
        state = _compressed(state, padded[start : start + 64])
    return b"".join(word.to_bytes(4) for word in state)


def _compressed(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = [int.from_bytes(block[i : i + 4]) for i in range(0, 64, 4)]
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _rotated(words[j - 3], 15)
        mixed ^= _rotated(mixed, 15) ^ _rotated(mixed, 23)
        words.append(mixed ^ _rotated(words[j - 13], 7) ^ words[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        first = _rotated(_rotated(a, 12) + e + _rotated(constant, j) & _WORD, 7)
        second = first ^ _rotated(a, 12)
        if j < 16:
            majority, choice = a ^ b ^ c, e ^ f ^ g
        else:
            majority, choice = a & b | a & c | b & c, e & f | ~e & g & _WORD
        left = majority + d + second + (words[j] ^ words[j + 4]) & _WORD
        right = choice + h + first + words[j] & _WORD
        a, b, c, d = left, a, _rotated(b, 9), c
        e, f, g, h = right ^ _rotated(right, 9) ^ _rotated(right, 17), e, _rotated(f, 19), g
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True))
