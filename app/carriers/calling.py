"""One call to a carrier: rate limit, time-out, what came back, and one line in the log.

The line holds our key, the service, the kind of outcome, the carrier's code and the milliseconds;
nothing of the body, the address or the answer's text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.carriers.account import AccountSettings
from app.carriers.problems import problem
from app.carriers.wire_json import JsonObject, decode, readable
from app.domain.companies import company
from app.domain.text import T
from app.domain.waybills import NotSent, Problem, ProblemClass, Rejected, Unknown
from app.net.limiter import Priority, RateLimiter
from app.net.transport import CallNotSentError, CallUnclearError, Response, Transport
from app.ports import Clock

_LOG = logging.getLogger(__name__)
_BURST = 5.0
R = TypeVar("R")

# Statuses of a web server that turns a request away at the door. Others of the 400 range may come
# from behind it and prove nothing.
_AT_THE_DOOR = {400, 404, 405, 406, 410, 411, 413, 414, 415, 421, 426, 431}
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, signed and ready: ``body`` is sent exactly as it is."""

    service: str  # its name in the log
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class CountedTransport:
    """A transport of one account whose calls are counted.

    ``count`` is told the service and whether the carrier refused; it must return at once.
    """

    transport: Transport
    count: Callable[[str, bool], None]

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> Response:
        return self.transport.send(method, url, headers, body, timeout_s=timeout_s)


class Caller:
    """Sends the calls of one account and never repeats one. Safe between threads.

    The rate limit holds for all threads together.
    """

    def __init__(
        self, carrier: str, settings: AccountSettings, transport: Transport, clock: Clock
    ) -> None:
        self._carrier = carrier
        self._timeout_s = settings.timeout_s
        self._transport = transport
        self._count = transport.count if isinstance(transport, CountedTransport) else None
        self._clock = clock
        self._limiter = RateLimiter(settings.calls_per_second, _BURST)

    def ask(
        self,
        key: str,
        call: Call,
        read: Callable[[Response], R],
        priority: Priority = Priority.LABEL,
    ) -> R | NotSent | Unknown:
        """What ``read`` makes of the answer; ``NotSent`` or ``Unknown`` when there is none."""
        self._limiter.acquire(priority)
        began_s = self._clock.monotonic()
        result: R | NotSent | Unknown
        try:
            response = self._transport.send(
                call.method, call.url, call.headers, call.body, timeout_s=self._timeout_s
            )
        except CallNotSentError as error:
            result = NotSent(error.reason)
        except CallUnclearError as error:
            result = Unknown(error.reason)
        else:
            result = read(response)
        if self._count is not None and not isinstance(result, NotSent):
            self._count(call.service, getattr(result, "problem", None) is not None)
        _LOG.info(
            "carrier=%s key=%s service=%s outcome=%s code=%s ms=%d",
            self._carrier,
            key or "-",
            call.service,
            "answered" if isinstance(result, dict | list | None) else type(result).__name__,
            _code_of(result) or "-",
            (self._clock.monotonic() - began_s) * 1000,
        )
        return result


def _code_of(result: object) -> str:
    found: Problem | None = getattr(result, "problem", None)
    return found.code if found is not None else str(getattr(result, "code", ""))


def read_answer(
    carrier: str,
    response: Response,
    is_envelope: Callable[[JsonObject], bool],
    url_key: str = "base_url",
) -> JsonObject | Rejected | Unknown:
    """The carrier's own JSON envelope, whatever the HTTP status it came with.

    Without one the status decides: turned away at the door is a refusal, anything else may have
    taken effect. ``url_key`` is the setting that holds the address.
    """
    body: Any = decode(response.body)
    if isinstance(body, dict) and is_envelope(body):
        return body
    raw, name = readable(response.body), company(carrier).name
    code = f"HTTP {response.status}"
    if response.status in {401, 403, 407}:
        return Rejected(
            problem(
                carrier,
                ProblemClass.AUTH,
                code,
                message=T(
                    "{carrier} turned the call away (HTTP {status}).", status=response.status
                ),
                remedy=T(
                    "Check the account's address and the carrier's list of allowed addresses."
                ),
            ),
            raw,
        )
    if response.status == 429:
        return Rejected(problem(carrier, ProblemClass.RATE, code), raw)
    if response.status in _AT_THE_DOOR | _REDIRECTS:
        return Rejected(
            problem(
                carrier,
                ProblemClass.OTHER,
                code,
                message=T(
                    "No {carrier} service at this address (HTTP {status}).", status=response.status
                ),
                remedy=T("Check {key} of the carrier account.", key=url_key),
            ),
            raw,
        )
    if isinstance(body, dict) or response.status >= 500:
        reason = T("{carrier} answered without a result ({code}).", carrier=name, code=code)
    else:
        reason = T("The answer of {carrier} could not be read ({code}).", carrier=name, code=code)
    return Unknown(reason, raw)
