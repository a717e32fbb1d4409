"""The platform's side of message push: every event over real HTTP, repeated until it is taken.

Source: WeChat Store, message push: ``success`` within 5 s, else again at once and after 10 s,
1 min, 5 min, 30 min and three times an hour; ten tries in all.
"""

from __future__ import annotations

import heapq
import http.client
import itertools
import json
import random
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from app.simulators.wechat import push_crypto
from app.simulators.wechat.state import ShopState

RETRY_AFTER_S = (0.0, 0.0, 10.0, 60.0, 300.0, 1800.0, 3600.0, 3600.0, 3600.0)
TIMEOUT_S = 5.0
_TAKEN = (b"success", b"")


class PushMode(Enum):
    """What the console offers."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SECURE = "secure"


@dataclass(slots=True)
class PushFaults:
    """What goes wrong on the way, in parts of 1; may be changed while it runs."""

    twice: float = 0.0
    """An event is sent once more although it was taken."""
    shuffled: int = 1
    """So many events are gathered and sent in another order."""
    broken: float = 0.0
    """The connection ends in the middle of the body; the event is tried again."""
    answer_lost: float = 0.0
    """The event arrives, its answer does not; it is tried again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try. ``status`` 0: no answer."""

    event: Mapping[str, Any]
    attempt: int
    status: int
    answer: bytes = b""

    @property
    def taken(self) -> bool:
        return self.status == 200 and self.answer in _TAKEN


@dataclass(order=True, slots=True)
class _Waiting:
    due_s: float
    number: int
    event: Mapping[str, Any] = field(compare=False)
    attempt: int = field(compare=False, default=1)


class PushSender:
    """Delivers what a shop pushes from ``start()`` to ``stop()``; ``with`` does both.

    ``scale`` shortens the pauses between tries (0.001: an hour becomes 3.6 s). ``deliveries`` are
    all tries so far. Without ``aes_key`` only ``PushMode.PLAIN`` is possible.
    """

    def __init__(
        self,
        shop: ShopState,
        url: str,
        token: str,
        aes_key: str = "",
        *,
        mode: PushMode = PushMode.SECURE,
        as_xml: bool = False,
        scale: float = 1.0,
        workers: int = 4,
        faults: PushFaults | None = None,
        seed: int = 1,
    ) -> None:
        if mode is not PushMode.PLAIN and not aes_key:
            raise ValueError("an EncodingAESKey is needed")
        self.shop = shop
        self.faults = faults or PushFaults()
        self.deliveries: list[Delivery] = []
        self.given_up: list[Mapping[str, Any]] = []
        self._url = urlsplit(url)
        self._token, self._key = token, aes_key
        self._mode, self._as_xml, self._scale = mode, as_xml, scale
        self._rng = random.Random(seed)
        self._numbers = itertools.count()
        self._queue: list[_Waiting] = []
        self._gathered: list[Mapping[str, Any]] = []
        self._flying = 0
        self._changed = threading.Condition()
        self._ending = False
        self._threads = [
            threading.Thread(target=self._run, name=f"simulator-push-{n}") for n in range(workers)
        ]

    def start(self) -> Self:
        """From now on the shop's events are sent."""
        self.shop.listeners.append(self.send)
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End the threads; what waits is not sent any more."""
        self.shop.listeners.remove(self.send)
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def send(self, event: Mapping[str, Any]) -> None:
        """Send an event, in the shape it has after decryption. Any thread."""
        with self._changed:
            self._gathered.append(event)
            if len(self._gathered) >= max(1, self.faults.shuffled):
                self._let_go()

    def flush(self) -> None:
        """Send also what is still gathered for shuffling."""
        with self._changed:
            self._let_go()

    def wait_until_done(self, timeout_s: float = 60.0) -> None:
        """Until every event was taken or given up.

        Raises:
            TimeoutError: something still waits.
        """
        self.flush()
        with self._changed:
            if not self._changed.wait_for(lambda: not self._queue and not self._flying, timeout_s):
                raise TimeoutError(f"{len(self._queue)} pushes wait")

    def _let_go(self) -> None:
        events, self._gathered = self._gathered, []
        if self.faults.shuffled > 1:
            self._rng.shuffle(events)
        for event in events:
            self._put(_Waiting(time.monotonic(), next(self._numbers), event))
            if self._rng.random() < self.faults.twice:
                later = time.monotonic() + self._rng.random() * self._scale
                self._put(_Waiting(later, next(self._numbers), event))

    def _put(self, waiting: _Waiting) -> None:
        heapq.heappush(self._queue, waiting)
        self._changed.notify()

    def _run(self) -> None:
        while (waiting := self._take()) is not None:
            done = self._deliver(waiting)
            with self._changed:
                self.deliveries.append(done)
                self._flying -= 1
                if not done.taken:
                    self._again(waiting)
                self._changed.notify_all()

    def _take(self) -> _Waiting | None:
        with self._changed:
            while not self._ending:
                now_s = time.monotonic()
                if self._queue and self._queue[0].due_s <= now_s:
                    self._flying += 1
                    return heapq.heappop(self._queue)
                self._changed.wait(self._queue[0].due_s - now_s if self._queue else None)
        return None

    def _again(self, waiting: _Waiting) -> None:
        if waiting.attempt > len(RETRY_AFTER_S):
            self.given_up.append(waiting.event)
            return
        pause_s = RETRY_AFTER_S[waiting.attempt - 1] * self._scale
        self._put(
            _Waiting(time.monotonic() + pause_s, waiting.number, waiting.event, waiting.attempt + 1)
        )

    def _deliver(self, waiting: _Waiting) -> Delivery:
        with self._changed:
            broken = self._rng.random() < self.faults.broken
            lost = self._rng.random() < self.faults.answer_lost
        body, query = self.sealed(waiting.event)
        path = f"{self._url.path or '/'}?{urlencode(query)}"
        try:
            if broken:
                self._break(path, body)
                return Delivery(waiting.event, waiting.attempt, 0)
            status, answer = self._post(path, body)
        except (OSError, http.client.HTTPException):
            return Delivery(waiting.event, waiting.attempt, 0)
        return Delivery(waiting.event, waiting.attempt, 0 if lost else status, answer)

    def sealed(self, event: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Body and query of one delivery."""
        text = _xml(event) if self._as_xml else json.dumps(event, ensure_ascii=False)
        # The platform's own time, as its retries have it: that of the delivery.
        stamp, nonce = str(self.shop.now_s()), str(secrets.randbelow(10**10))
        query = {
            "signature": push_crypto.sign(self._token, stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "openid": str(event.get("FromUserName", "")),
        }
        if self._mode is PushMode.PLAIN:
            return text.encode(), query
        random16 = secrets.token_hex(8).encode()
        cipher = push_crypto.encrypt(self._key, self.shop.app_id, text.encode(), random16)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = push_crypto.sign(self._token, stamp, nonce, cipher)
        shown = dict(event) if self._mode is PushMode.COMPATIBLE else {}
        outer = {"ToUserName": self.shop.username, **shown, "Encrypt": cipher}
        whole = _xml(outer) if self._as_xml else json.dumps(outer, ensure_ascii=False)
        return whole.encode(), query

    def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(
            self._url.hostname or "", self._url.port, timeout=TIMEOUT_S
        )
        try:
            kind = "text/xml" if self._as_xml else "application/json"
            connection.request("POST", path, body, {"Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, answer.read(1024)
        finally:
            connection.close()

    def _break(self, path: str, body: bytes) -> None:
        address = (self._url.hostname or "", self._url.port or 80)
        with socket.create_connection(address, TIMEOUT_S) as raw:
            head = f"POST {path} HTTP/1.1\r\nHost: relay\r\nContent-Length: {len(body)}\r\n\r\n"
            raw.sendall(head.encode() + body[: len(body) // 2])


def _xml(message: Mapping[str, Any], name: str = "xml") -> str:
    inside = "".join(_element(key, value) for key, value in message.items())
    return f"<{name}>{inside}</{name}>"


def _element(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return _xml(value, key)
    if isinstance(value, str):
        return f"<{key}><![CDATA[{value}]]></{key}>"
    return f"<{key}>{value}</{key}>"
