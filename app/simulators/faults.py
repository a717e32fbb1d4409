"""Faults of a network and of a server, on order: for the next n calls of a path.

Each fault says whether the request still takes effect. The dangerous ones are those where it does
and the client never learns of it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from app.simulators.exchange import (
    HTML,
    Handler,
    Predicate,
    Request,
    Response,
    lies_under,
)

BAD_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)


class FaultKind(Enum):
    """What goes wrong."""

    CLOSE_BEFORE = "close_before"
    """The connection ends before anything was done."""
    LOSE_ANSWER = "lose_answer"
    """Everything was done, then the connection ends without an answer."""
    HANG = "hang"
    """The answer does not come until released; the effect happens before or after the wait."""
    BAD_GATEWAY = "bad_gateway"
    """HTTP 502 with a page of HTML, with or without the effect."""
    TRUNCATE = "truncate"
    """Everything was done, half of the answer arrives in a well-formed HTTP frame."""
    ANSWER = "answer"
    """A given answer, without effect."""


@dataclass(slots=True, eq=False)
class Fault:
    """One order for a fault; ``release`` ends a hang, ``met`` is set when a call ran into it."""

    kind: FaultKind
    path: str
    times: int
    when: Predicate | None = None
    takes_effect: bool = False
    seconds: float | None = None
    response: Response | None = None
    met: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let hanging calls go on."""
        self._released.set()

    def wait_until_met(self, timeout_s: float = 10.0) -> None:
        """Block until a call has run into this fault.

        Raises:
            TimeoutError: none did within ``timeout_s``.
        """
        if not self.met.wait(timeout_s):
            raise TimeoutError(f"nobody called {self.path}")

    def wait_for_release(self) -> None:
        """Hold the calling thread as long as the hang lasts."""
        self._released.wait(self.seconds)

    def hits(self, request: Request) -> bool:
        """Whether this fault is meant for the request."""
        meant = self.times > 0 and lies_under(request.path, self.path)
        return meant and (self.when is None or self.when(request))


STORM_KINDS = (
    FaultKind.CLOSE_BEFORE,
    FaultKind.LOSE_ANSWER,
    FaultKind.BAD_GATEWAY,
    FaultKind.TRUNCATE,
)


class Storm:
    """Faults at random: the share ``rate`` of the calls under ``path`` meets one of ``kinds``.

    ``also`` is called at some of them, to do what a fault cannot (to kill a token, say). The same
    seed makes the same decisions in the same order of calls.
    """

    def __init__(
        self,
        rate: float,
        seed: int,
        *,
        path: str = "",
        kinds: Sequence[FaultKind] = STORM_KINDS,
        also: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._chance = random.Random(seed)
        self._rate = rate
        self._path = path
        self._kinds = tuple(kinds)
        self._also = tuple(also)
        self.met = 0

    def next(self, request: Request) -> Fault | None:
        """The fault that this call meets, if any. The caller sees to it that one asks at a time."""
        if not lies_under(request.path, self._path) or self._chance.random() >= self._rate:
            return None
        self.met += 1
        choice = self._chance.randrange(len(self._kinds) + len(self._also))
        if choice >= len(self._kinds):
            self._also[choice - len(self._kinds)]()
            return None
        kind = self._kinds[choice]
        page = Response.of_text(BAD_GATEWAY_PAGE, status=502, content_type=HTML)
        answer = page if kind is FaultKind.BAD_GATEWAY else None
        return Fault(kind, self._path, 1, response=answer)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be sent; ``response`` None means: hang up without an answer."""

    response: Response | None
    handled: bool
    code: str
    fault: str = ""


class Faults:
    """The faults a server has been told to make. Any thread may order them at any time.

    ``path`` is a path or a prefix of whole path segments ("" for every path), ``times`` the number
    of calls, ``when`` narrows it to requests the predicate accepts. The first order that fits is
    used up first.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._storm: Storm | None = None

    def storm(self, storm: Storm | None) -> None:
        """From now on a part of all calls fails at random; None ends it."""
        with self._lock:
            self._storm = storm

    def close_before(self, path: str, times: int = 1, when: Predicate | None = None) -> Fault:
        """Hang up before the request is handled."""
        return self._order(Fault(FaultKind.CLOSE_BEFORE, path, times, when))

    def lose_answer(self, path: str, times: int = 1, when: Predicate | None = None) -> Fault:
        """Handle the request, then hang up without an answer."""
        return self._order(Fault(FaultKind.LOSE_ANSWER, path, times, when, takes_effect=True))

    def hang(
        self,
        path: str,
        times: int = 1,
        when: Predicate | None = None,
        *,
        seconds: float | None = None,
        takes_effect: bool = True,
    ) -> Fault:
        """Wait for ``release()`` (or ``seconds``) before the answer.

        With ``takes_effect`` the request is handled first and only the answer waits; without it the
        request is handled after the wait.
        """
        return self._order(Fault(FaultKind.HANG, path, times, when, takes_effect, seconds))

    def bad_gateway(
        self,
        path: str,
        times: int = 1,
        when: Predicate | None = None,
        *,
        takes_effect: bool = False,
    ) -> Fault:
        """Answer HTTP 502 with a page of HTML."""
        page = Response.of_text(BAD_GATEWAY_PAGE, status=502, content_type=HTML)
        return self._order(
            Fault(FaultKind.BAD_GATEWAY, path, times, when, takes_effect, None, page)
        )

    def truncate(self, path: str, times: int = 1, when: Predicate | None = None) -> Fault:
        """Handle the request and send only the first half of the answer's bytes."""
        return self._order(Fault(FaultKind.TRUNCATE, path, times, when, takes_effect=True))

    def answer(
        self, path: str, response: Response, times: int = 1, when: Predicate | None = None
    ) -> Fault:
        """Answer ``response`` without handling the request."""
        return self._order(
            Fault(FaultKind.ANSWER, path, times, when, takes_effect=False, response=response)
        )

    def answer_json(
        self, path: str, value: Any, times: int = 1, when: Predicate | None = None
    ) -> Fault:
        """Answer a JSON value with HTTP 200 without handling the request."""
        code = str(value.get("errcode", "")) if isinstance(value, dict) else ""
        return self.answer(path, Response.of_json(value, code=code), times, when)

    def clear(self) -> None:
        """Take back every order and release what hangs."""
        with self._lock:
            orders, self._orders = self._orders, []
            self._storm = None
        for order in orders:
            order.times = 0
            order.release()

    def apply(self, request: Request, handler: Handler) -> Outcome:
        """Answer the request, with the fault that is due for it, if there is one."""
        fault = self._take(request)
        if fault is None:
            response = handler(request)
            return Outcome(response, handled=True, code=response.code)
        fault.met.set()
        return _REACTIONS[fault.kind](fault, request, handler)

    def _order(self, fault: Fault) -> Fault:
        with self._lock:
            self._orders.append(fault)
        return fault

    def _take(self, request: Request) -> Fault | None:
        with self._lock:
            for fault in self._orders:
                if fault.hits(request):
                    fault.times -= 1
                    return fault
            return self._storm.next(request) if self._storm is not None else None


def _close_before(fault: Fault, request: Request, handler: Handler) -> Outcome:
    return Outcome(None, handled=False, code="", fault=fault.kind.value)


def _lose_answer(fault: Fault, request: Request, handler: Handler) -> Outcome:
    done = handler(request)
    return Outcome(None, handled=True, code=done.code, fault=fault.kind.value)


def _hang(fault: Fault, request: Request, handler: Handler) -> Outcome:
    early = handler(request) if fault.takes_effect else None
    fault.wait_for_release()
    done = early or handler(request)
    return Outcome(done, handled=True, code=done.code, fault=fault.kind.value)


def _instead(fault: Fault, request: Request, handler: Handler) -> Outcome:
    code = handler(request).code if fault.takes_effect else ""
    answer = fault.response
    if answer is None:
        raise ValueError(f"a fault of kind {fault.kind.value} needs an answer")
    return Outcome(answer, fault.takes_effect, code or answer.code, fault.kind.value)


def _truncate(fault: Fault, request: Request, handler: Handler) -> Outcome:
    done = handler(request)
    half = done.body[: max(1, len(done.body) // 2)]
    cut = Response(done.status, half, done.content_type, done.headers, done.code)
    return Outcome(cut, handled=True, code=done.code, fault=fault.kind.value)


_REACTIONS: dict[FaultKind, Callable[[Fault, Request, Handler], Outcome]] = {
    FaultKind.CLOSE_BEFORE: _close_before,
    FaultKind.LOSE_ANSWER: _lose_answer,
    FaultKind.HANG: _hang,
    FaultKind.BAD_GATEWAY: _instead,
    FaultKind.TRUNCATE: _truncate,
    FaultKind.ANSWER: _instead,
}
