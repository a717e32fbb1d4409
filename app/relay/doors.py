"""What the relay answers to whom: the platform, another Packbench, and whoever asks how it is."""

from __future__ import annotations

import hmac
import ipaddress
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.domain.errors import PackbenchError
from app.ports import PushReader, PushRefusedError
from app.relay.bounded import Answered, Asked
from app.relay.signing import Gate, decode
from app.services.sync import push_events, syncing
from app.services.workplace import Workplace

SHOP_PATH = "/wechat/"
EVENTS_PATH = "/events"
HEALTH_PATH = "/health"
_KNOWN_S = 5.0  # so long the shops' keys are kept before they are read again
_SAY_EVERY_S = 60.0
_SUCCESS = Answered(200, b"success")


@dataclass(slots=True)
class Doors:
    """Answers requests; ``stored`` is called after every new event. Safe from any thread.

    ``forwards``: this relay only passes events on, so it takes none from others.
    """

    work: Workplace
    secret: str
    stored: Callable[[], None]
    forwards: bool = False
    taken: Counter[str] = field(default_factory=Counter)
    _gate: Gate = field(init=False)
    _readers: dict[str, PushReader] = field(default_factory=dict)
    _read_at_s: float | None = None
    _said_s: dict[str, float] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._gate = Gate(self.secret)

    def answer(self, asked: Asked) -> Answered:
        """The answer; failures of the database are 500, so that the other side repeats."""
        try:
            return self._answer(asked)
        except PushRefusedError as refused:
            self._count("refused")
            if self._worth_saying(refused.reason):
                self.work.log.info("push to %r refused: %s", asked.path[:80], refused.reason)
            return Answered(403 if refused.forged else 400)
        except PackbenchError as error:
            self._count("failed")
            if self._worth_saying(error.code):
                self.work.log.warning("push to %r not stored: %s", asked.path[:80], error.code)
            return Answered(500)

    def readers(self) -> Mapping[str, PushReader]:
        """The shops that have push keys."""
        with self._guard:
            now_s = time.monotonic()
            if self._read_at_s is None or now_s - self._read_at_s > _KNOWN_S:
                self._readers = dict(_readers(self.work))
                self._read_at_s = now_s
            return self._readers

    def _answer(self, asked: Asked) -> Answered:
        if asked.path == HEALTH_PATH:
            return self._health(asked)
        if asked.path == EVENTS_PATH and not self.forwards:
            return self._event(asked) if asked.method == "POST" else Answered(405)
        readers = self.readers()
        shop_id = asked.path.removeprefix(SHOP_PATH)
        if asked.path == "/" and len(readers) == 1:
            (shop_id,) = readers
        reader = readers.get(shop_id)
        if reader is None or asked.path not in {"/", SHOP_PATH + shop_id}:
            return Answered(404)
        match asked.method:
            case "GET":
                echo = reader.verify(asked.query, self.work.now())
                return Answered(200, echo.encode())
            case "POST":
                event = reader.read(asked.query, asked.body, self.work.now())
                if event is not None:
                    self._store(shop_id, push_events.take(self.work, shop_id, event))
                return _SUCCESS
            case _:
                return Answered(405)

    def _event(self, asked: Asked) -> Answered:
        """An event that another Packbench has proven and passes on."""
        self._gate.check(asked.headers, asked.body, self.work.now())
        shop_id, event = decode(asked.body)
        if shop_id not in syncing.shop_ids(self.work):
            return Answered(422, b"no such shop")
        self._store(shop_id, push_events.take(self.work, shop_id, event))
        return _SUCCESS

    def _store(self, shop_id: str, new: bool) -> None:
        self._count("new" if new else "known")
        if new:
            self.stored()

    def _health(self, asked: Asked) -> Answered:
        if asked.method != "GET":
            return Answered(405)
        if not (_is_this_machine(asked) or self._knows_secret(asked)):
            return Answered(403)
        waits = push_events.backlog(self.work)
        oldest_s = 0
        if waits.oldest_at is not None:
            oldest_s = max(0, round((self.work.now() - waits.oldest_at).total_seconds()))
        with self._guard:
            taken = dict(self.taken)
        said = {"ok": True, "waiting": waits.waiting, "oldest_s": oldest_s, **taken}
        return Answered(200, json.dumps(said).encode(), "application/json")

    def _knows_secret(self, asked: Asked) -> bool:
        said = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return bool(self.secret) and hmac.compare_digest(said.encode(), self.secret.encode())

    def _worth_saying(self, reason: str) -> bool:
        """Once a minute for each reason: the door is open to everybody, the log is not endless."""
        with self._guard:
            now_s = time.monotonic()
            said_s = self._said_s.get(reason)
            if said_s is not None and now_s - said_s < _SAY_EVERY_S:
                return False
            self._said_s[reason] = now_s
            return True

    def _count(self, what: str) -> None:
        with self._guard:
            self.taken[what] += 1


def _is_this_machine(asked: Asked) -> bool:
    """Whether the question comes from here; what a proxy passes on may come from anywhere."""
    passed_on = {"x-forwarded-for", "x-real-ip", "forwarded", "via"} & asked.headers.keys()
    return not passed_on and ipaddress.ip_address(asked.peer.partition("%")[0]).is_loopback


def _readers(work: Workplace) -> dict[str, PushReader]:
    found: dict[str, PushReader] = {}
    for shop_id in syncing.shop_ids(work):
        try:
            reader = work.outside.shop(shop_id).push
        except PackbenchError as error:  # its settings need a person; the others go on
            work.log.info("no pushes for %s: %s", shop_id, error.code)
            continue
        if reader is not None:
            found[shop_id] = reader
    return found
