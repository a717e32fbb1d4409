"""What WeChat Store pushes: proof, decryption, reading. Nothing here calls or stores.

Source: WeChat Store, message push (消息推送): URL verification, the three modes, the message
encryption scheme, and the pages of the single events.

The body is only a hint: in plain mode the proof covers time and nonce but not the text, and a
message may be late, double or out of order. So nothing is kept of it but ids and codes, and the
object itself is read by API. Where a message comes from proves nothing either: the platform's
addresses are not published.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.ports import PushedEvent, PushReader, PushRefusedError, PushSubject
from app.shops.wechat.push_codes import stage_of, subject_of
from app.shops.wechat.push_xml import read_xml
from app.shops.wechat.settings import PLAIN, WechatSettings

MAX_ECHO = 1024
_BLOCK = 32  # PKCS#7 here pads to 32 bytes, not to the cipher's 16
_IV_BYTES = 16
_HEAD_BYTES = 16 + 4  # random bytes, then the length of the message in bytes
_MAX_FACT = 64
_MAX_EVENT = 64
# Everything that is kept of a body. Texts (reasons, a courier's words) and persons are not.
_FACTS = frozenset(
    {
        "order_id",
        "type",
        "status",
        "pay_time",
        "settle_time",
        "update_time",
        "cancel_type",
        "confirm_type",
        "finish_delivery",
        "after_sale_order_id",
        "complaint_id",
        "complaint_status",
        "guarantee_order_id",
        "ewaybill_order_id",
        "waybill_id",
        "product_id",
        "sku_id",
        "remaining_stock_amount",
        "remaining_code_amount",
        "audit_id",
        "ds_order_id",
    }
)


def reader_of(settings: WechatSettings) -> PushReader | None:
    """The reader for a shop's messages; ``None`` where it has no push token."""
    return WechatPush(settings) if settings.push_token else None


class WechatPush:
    """``PushReader`` with the keys of one shop."""

    def __init__(self, settings: WechatSettings) -> None:
        self._token = settings.push_token
        self._app_id = settings.app_id
        self._plain_allowed = settings.push_mode == PLAIN
        self._window_s = settings.push_window_minutes * 60
        self._key = aes_key(settings.push_aes_key) if settings.push_aes_key else b""

    def verify(self, query: Mapping[str, str], now: datetime) -> str:
        """The ``echostr`` of a proven question, as it came.

        Source: WeChat Store, message push, 验证消息的确来自微信服务器.
        """
        self._check_time(query, now)
        self._check(query.get("signature", ""), query)
        echo = query.get("echostr", "")
        if not echo or len(echo) > MAX_ECHO:
            raise PushRefusedError("no echostr", forged=False)
        return echo

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> PushedEvent | None:
        """See ``PushReader``. An encrypted part is believed before anything beside it."""
        self._check_time(query, now)
        outer, broken = self._outer(body)
        encrypted = _fact(outer.get("Encrypt"))
        if encrypted and self._key:
            self._check(query.get("msg_signature", ""), query, encrypted)
            return event_of(parse(decrypt(self._key, self._app_id, encrypted)))
        if not self._plain_allowed:
            raise PushRefusedError("not encrypted", forged=True)
        self._check(query.get("signature", ""), query)
        if broken is not None:
            raise broken
        return event_of(outer)

    def _outer(self, body: bytes) -> tuple[Mapping[str, Any], PushRefusedError | None]:
        """What the body says; a body that cannot be read is refused only after the proof."""
        try:
            return parse(body), None
        except PushRefusedError as error:
            return {}, error

    def _check_time(self, query: Mapping[str, str], now: datetime) -> None:
        said = query.get("timestamp", "")
        if not (said.isascii() and said.isdecimal() and len(said) <= 12):
            raise PushRefusedError("no timestamp", forged=True)
        if self._window_s and abs(now.timestamp() - int(said)) > self._window_s:
            raise PushRefusedError("timestamp outside the window", forged=True)

    def _check(self, said: str, query: Mapping[str, str], *more: str) -> None:
        wanted = signature(self._token, query.get("timestamp", ""), query.get("nonce", ""), *more)
        if not hmac.compare_digest(wanted.encode(), said.encode()):
            raise PushRefusedError("wrong signature", forged=True)


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, joined: token, timestamp, nonce (and the encrypted text)."""
    joined = "".join(sorted(parts)).encode()
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()  # the platform's own scheme


def aes_key(encoded: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 characters; the last two bits do not count."""
    return base64.b64decode(encoded + "=")


def decrypt(key: bytes, app_id: str, encrypted: str) -> bytes:
    """The message in an ``Encrypt`` text: AES-256-CBC, the key's first 16 bytes as IV.

    Raises ``PushRefusedError`` for whatever does not fit; padding and app id are proof too.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError) as error:
        raise PushRefusedError("Encrypt is no base64", forged=True) from error
    if not sealed or len(sealed) % _BLOCK:
        raise PushRefusedError("Encrypt has a wrong length", forged=True)
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:_IV_BYTES])).decryptor()
    clear = _unpadded(cipher.update(sealed) + cipher.finalize())
    length = int.from_bytes(clear[_HEAD_BYTES - 4 : _HEAD_BYTES], "big")
    message = clear[_HEAD_BYTES : _HEAD_BYTES + length]
    if len(clear) < _HEAD_BYTES or len(message) != length:
        raise PushRefusedError("the length inside is wrong", forged=True)
    if not hmac.compare_digest(clear[_HEAD_BYTES + length :], app_id.encode()):
        raise PushRefusedError("the message is for another app id", forged=True)
    return message


def _unpadded(clear: bytes) -> bytes:
    """``clear`` without its padding of 1 to 32 equal bytes; libraries reject more than 16."""
    pad = clear[-1]
    if not 1 <= pad <= _BLOCK or clear[-pad:] != bytes([pad]) * pad:
        raise PushRefusedError("wrong padding", forged=True)
    return clear[:-pad]


def parse(body: bytes) -> Mapping[str, Any]:
    """A JSON or XML message as nested mappings.

    Raises ``PushRefusedError`` (not forged) for anything else.
    """
    text = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        return read_xml(text)
    try:
        found = json.loads(text, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise PushRefusedError("the body is neither JSON nor XML", forged=False) from error
    if not isinstance(found, dict):
        raise PushRefusedError("the body is no object", forged=False)
    return found


def event_of(message: Mapping[str, Any]) -> PushedEvent | None:
    """The event in a message in clear; ``None`` when it is none.

    Ids and codes come as numbers in one event and as text in the next one of the same family:
    all become text here, and never pass through a float.
    """
    if _fact(message.get("MsgType")) != "event":
        return None
    name = _fact(message.get("Event"))
    if not name or len(name) > _MAX_EVENT:
        raise PushRefusedError("the event has no name", forged=False)
    facts: dict[str, str] = {}
    for key, value in _fields(message):
        if key in _FACTS and value and len(value) <= _MAX_FACT:
            facts.setdefault(key, value)
    subject = subject_of(name, facts)
    if subject is PushSubject.CARRIER_STEP:
        facts["stage"] = stage_of(facts.get("status", ""))
    return PushedEvent(name, _moment(message.get("CreateTime")), facts, subject)


def _fields(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of the message itself and of the one record inside it."""
    for key, value in message.items():
        if isinstance(value, Mapping):
            for inner, fact in value.items():
                yield inner, _fact(fact)
        else:
            yield key, _fact(value)


def _fact(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def _moment(value: object) -> datetime | None:
    said = _fact(value)
    if not (said.isascii() and said.isdecimal() and len(said) <= 11):
        return None
    return datetime.fromtimestamp(int(said), UTC)
