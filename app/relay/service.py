"""The relay as a whole: server, worker, and an end that loses nothing."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T
from app.jobs import CancelToken
from app.logs import Bugs
from app.net.transport import HttpxTransport
from app.ports import SecretStore
from app.relay.bounded import BoundedServer
from app.relay.doors import Doors
from app.relay.forwarding import checked_url, pass_on
from app.services.sync import push_events
from app.services.workplace import Workplace
from app.settings import RELAY_SECRET, LocalSettings

DRAIN_S = 5.0
_LOOK_EVERY_S = 1.0  # for events whose next try is due, and those another program has stored
_BUSY_S = 0.2
_PRUNE_EVERY_S = 600.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 takes a free one."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def address_of(text: str) -> Address:
    """``HOST:PORT``. Raises ``UserError`` (``relay_listen``)."""
    host, colon, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdecimal() and int(port) < 65536):
        raise UserError(
            "relay_listen",
            T("“{value}” is no address to listen on.", value=text),
            T("Write it like {example}.", example="127.0.0.1:8765"),
        )
    return Address(host, int(port))


def configured(
    work: Workplace,
    secrets: SecretStore,
    local: LocalSettings,
    *,
    listen: str = "",
    forward: str | None = None,
) -> Relay | None:
    """The relay that this computer's settings ask for, not started; ``None`` for none.

    ``listen`` and ``forward`` go before the settings. Raises ``UserError`` (``relay_listen``).
    """
    where = listen or local.relay_listen
    if not where:
        return None
    secret = secrets.get(RELAY_SECRET) or ""
    return Relay(
        work, address_of(where), secret, local.relay_forward if forward is None else forward
    )


@dataclass
class Relay:
    """Listens from ``start`` to ``stop``; a ``with`` block does both.

    ``forward`` names another Packbench that does the work; without it the work is done here.
    """

    work: Workplace
    address: Address
    secret: str = field(default="", repr=False)
    forward: str = ""
    port: int = 0
    _server: BoundedServer | None = None
    _threads: list[threading.Thread] = field(default_factory=list)
    _wake: threading.Event = field(default_factory=threading.Event)
    _ending: threading.Event = field(default_factory=threading.Event)
    _cancel: CancelToken = field(default_factory=CancelToken)
    _doors: Doors | None = None
    _transport: HttpxTransport | None = None
    _moving: threading.Lock = field(default_factory=threading.Lock)
    _ended: bool = False

    def start(self) -> None:
        """Listen; does nothing after ``stop``.

        Raises ``UserError``: no shop has push keys, the address is taken, no secret to forward.

        ``RetryableError``: the database cannot be reached.
        """
        with self._moving:
            if not self._ended and self._server is None:
                self._start()

    def _start(self) -> None:
        url = checked_url(self.forward, self.secret) if self.forward else ""
        doors = Doors(self.work, self.secret, self._wake.set, forwards=bool(url))
        if not doors.readers() and (url or not self.secret):
            raise UserError(
                "relay_no_shop",
                T("No shop has push keys."),
                T("Put push_token and push_aes_key into its [[shop]], then: config apply"),
            )
        try:
            server = BoundedServer(self.address.host, self.address.port, doors.answer)
        except OSError as error:
            raise UserError(
                "relay_listen",
                T(
                    "Cannot listen on {host}:{port}.",
                    host=self.address.host,
                    port=self.address.port,
                ),
                T("Choose another port, or end the program that has it."),
            ) from error
        self._doors, self._server, self.port = doors, server, server.port
        self._threads = [
            threading.Thread(target=server.run, name="packbench-relay-door"),
            threading.Thread(
                target=self._work, args=(self._job(url),), name="packbench-relay-work", daemon=True
            ),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take nothing new, work off what is due for at most 5 s. May be called twice."""
        with self._moving:
            server, self._server, self._ended = self._server, None, True
        if server is None:
            return
        server.stop()
        self._ending.set()
        self._wake.set()
        ends = time.monotonic() + DRAIN_S
        for thread in self._threads:
            thread.join(max(0.1, ends - time.monotonic()))
        self._cancel.cancel()
        for thread in self._threads:
            thread.join(DRAIN_S)
        if self._transport is not None:
            self._transport.close()

    def counts(self) -> dict[str, int]:
        """What came so far: ``new``, ``known``, ``refused``, ``failed``."""
        taken = self._doors.taken if self._doors is not None else {}
        return {k: taken.get(k, 0) for k in ("new", "known", "refused", "failed")}

    def __enter__(self) -> Relay:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _job(self, url: str) -> Callable[[], object]:
        if not url:
            return lambda: push_events.work_off(self.work, cancel=self._cancel)
        transport = self._transport = HttpxTransport()

        def forward() -> object:
            return pass_on(self.work, transport, url, self.secret, self._cancel)

        return forward

    def _work(self, job: Callable[[], object]) -> None:
        pruned_s = time.monotonic()
        while True:
            last = self._ending.is_set()
            pause_s = self._once(job)
            if last or self._cancel.cancelled:
                return
            if time.monotonic() - pruned_s > _PRUNE_EVERY_S:
                pruned_s = time.monotonic()
                self._once(lambda: push_events.prune(self.work))
            self._wake.wait(pause_s)
            self._wake.clear()

    def _once(self, job: Callable[[], object]) -> float:
        """Seconds until the next look."""
        try:
            with Bugs("the push relay", PackbenchError):
                job()
        except RetryableError as error:
            return _BUSY_S if error.code == "busy_elsewhere" else _LOOK_EVERY_S
        except PackbenchError as error:
            self.work.log.warning("pushes wait: %s", error.code)
        return _LOOK_EVERY_S
