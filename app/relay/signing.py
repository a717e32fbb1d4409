"""How one Packbench proves to another that an event is its own: HMAC-SHA256 with a shared secret.

The proof covers time, nonce and body. A message older than the window is refused, one seen before
within it too; the event inside is stored once in any case.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from app.ports import PushedEvent, PushRefusedError, PushSubject

TIME, NONCE, PROOF = "x-packbench-time", "x-packbench-nonce", "x-packbench-signature"
WINDOW = timedelta(minutes=5)
LEAST_SECRET = 16
_MOST_NONCES = 20_000


def proof(secret: str, time: str, nonce: str, body: bytes) -> str:
    """Hex HMAC-SHA256 over time, nonce and body."""
    text = f"{time}\n{nonce}\n".encode() + body
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def signed(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that go with ``body``."""
    time, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    return {TIME: time, NONCE: nonce, PROOF: proof(secret, time, nonce, body)}


class Gate:
    """Checks proofs and remembers the nonces of the window. Safe from any thread."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._seen: dict[str, datetime] = {}
        self._guard = threading.Lock()

    def check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Raises ``PushRefusedError`` (forged)."""
        time, nonce = headers.get(TIME, ""), headers.get(NONCE, "")
        if not self._secret:
            raise PushRefusedError("no shared secret is set", forged=True)
        if not (time.isascii() and time.isdecimal() and len(time) <= 12) or not nonce:
            raise PushRefusedError("no time or nonce", forged=True)
        wanted = proof(self._secret, time, nonce, body)
        if not hmac.compare_digest(wanted.encode(), headers.get(PROOF, "").encode()):
            raise PushRefusedError("wrong signature", forged=True)
        if abs(now.timestamp() - int(time)) > WINDOW.total_seconds():
            raise PushRefusedError("time outside the window", forged=True)
        self._once(nonce, now)

    def _once(self, nonce: str, now: datetime) -> None:
        with self._guard:
            if nonce in self._seen:
                raise PushRefusedError("seen before", forged=True)
            if len(self._seen) >= _MOST_NONCES:
                old = now - 2 * WINDOW
                self._seen = {n: at for n, at in self._seen.items() if at > old}
            self._seen[nonce] = now


def encode(shop_id: str, event: PushedEvent) -> bytes:
    """An event on its way from one Packbench to another."""
    happened = None if event.happened_at is None else int(event.happened_at.timestamp())
    message = {
        "shop": shop_id,
        "event": event.event,
        "subject": event.subject.value,
        "happened_at": happened,
        "facts": dict(event.facts),
    }
    return json.dumps(message, ensure_ascii=False, sort_keys=True).encode()


def decode(body: bytes) -> tuple[str, PushedEvent]:
    """The opposite of ``encode``. Raises ``PushRefusedError`` (not forged)."""
    try:
        said = json.loads(body)
        happened = said["happened_at"]
        event = PushedEvent(
            str(said["event"])[:64],
            None if happened is None else datetime.fromtimestamp(int(happened), UTC),
            {str(k): str(v)[:64] for k, v in said["facts"].items()},
            PushSubject(said["subject"]),
        )
        return str(said["shop"]), event
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise PushRefusedError("the event cannot be read", forged=False) from error
