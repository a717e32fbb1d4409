"""A transport that answers what it is told and keeps what it was given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from app.domain.text import T
from app.net.transport import CallNotSentError, CallUnclearError, Response

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as the transport got it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("ascii"), strict_parsing=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class RecordingTransport:
    """Gives its answers in order; one that was not foreseen fails the test."""

    answers: list[Response | Exception] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> Response:
        self.sent.append(Sent(method, url, dict(headers), body, timeout_s))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def will(self, *answers: Response | Exception) -> RecordingTransport:
        self.answers.extend(answers)
        return self

    @property
    def last(self) -> Sent:
        return self.sent[-1]


def answer(data: Any, status: int = 200) -> Response:
    """``data`` as a carrier would write it."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Response(status, {"content-type": "application/json"}, body)


def page(status: int) -> Response:
    """A web server's own page instead of an answer."""
    return Response(status, {"content-type": "text/html"}, HTML)


def truncated(data: Any) -> Response:
    """The first half of an answer."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Response(200, {}, body[: len(body) // 2])


def nothing_left() -> CallNotSentError:
    return CallNotSentError(T("No connection to {host}.", host="carrier.example"))


def no_answer() -> CallUnclearError:
    return CallUnclearError(T("{host} did not answer in time.", host="carrier.example"))
