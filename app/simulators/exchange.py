"""What goes over the wire between a client and a simulator, and the record kept of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as the server read it; header names are lower-case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    peer: str = "127.0.0.1"

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: the body is not UTF-8 or not JSON.
        """
        return json.loads(self.body.decode("utf-8"))

    def form(self) -> dict[str, str]:
        """The body as ``application/x-www-form-urlencoded``; of a repeated name, the last value.

        Raises:
            ValueError: the body is not UTF-8 or not a form.
        """
        pairs = parse_qs(
            self.body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(self.body),
            errors="strict",
        )
        return {name: values[-1] for name, values in pairs.items()}


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer. ``code`` is the protocol's own result code, kept for the journal only."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""

    @classmethod
    def of_json(cls, value: Any, *, status: int = 200, code: str = "") -> Response:
        """A compact UTF-8 JSON answer without escapes of Chinese characters."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return cls(status, text.encode("utf-8"), JSON, {}, code)

    @classmethod
    def of_text(cls, text: str, *, status: int = 200, content_type: str = TEXT) -> Response:
        """A text or HTML answer in UTF-8."""
        return cls(status, text.encode("utf-8"), content_type)


Handler = Callable[[Request], Response]
Predicate = Callable[[Request], bool]


def parsed_body(request: Request) -> Any:
    """The body for a person to read: JSON if it is JSON, a form if it is one, else text."""
    if not request.body:
        return None
    form = "form-urlencoded" in request.headers.get("content-type", "")
    try:
        return request.form() if form else request.json()
    except ValueError:
        return request.body.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the journal.

    ``status`` is 0 when no answer was sent. ``code`` is the handler's result even if the answer was
    lost, ``handled`` says whether the request took effect, ``fault`` names the injected fault.
    """

    number: int
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int
    code: str
    handled: bool
    fault: str
    at_s: float


class Journal:
    """The calls a server has finished with, in the order they ended. Any thread may ask."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._changed = threading.Condition()

    def add(self, call: Call) -> None:
        """Append a call; its ``number`` is replaced by its place, counted from 1."""
        with self._changed:
            self._calls.append(
                Call(
                    number=len(self._calls) + 1,
                    method=call.method,
                    path=call.path,
                    query=call.query,
                    body=call.body,
                    status=call.status,
                    code=call.code,
                    handled=call.handled,
                    fault=call.fault,
                    at_s=call.at_s,
                )
            )
            self._changed.notify_all()

    def calls(self, path: str = "", *, handled: bool | None = None) -> list[Call]:
        """Finished calls whose path is ``path`` or lies under it (all without ``path``)."""
        with self._changed:
            return [c for c in self._calls if _wanted(c, path, handled)]

    def count(self, path: str = "", *, handled: bool | None = None) -> int:
        """How many finished calls there are, with the filters of ``calls``."""
        return len(self.calls(path, handled=handled))

    def wait_for(self, path: str, count: int, timeout_s: float = 10.0) -> list[Call]:
        """Block until ``path`` has at least ``count`` finished calls, and return them.

        Raises:
            TimeoutError: it did not happen within ``timeout_s``.
        """
        ends = time.monotonic() + timeout_s
        with self._changed:
            while True:
                found = [c for c in self._calls if _wanted(c, path, None)]
                if len(found) >= count:
                    return found
                left_s = ends - time.monotonic()
                if left_s <= 0:
                    raise TimeoutError(f"{len(found)} of {count} calls of {path}")
                self._changed.wait(left_s)

    def clear(self) -> None:
        """Forget all calls."""
        with self._changed:
            self._calls.clear()


def lies_under(path: str, prefix: str) -> bool:
    """Whether ``path`` is ``prefix`` or below it; "" and "/" hold everything."""
    bare = prefix.rstrip("/")
    return not bare or path == bare or path.startswith(bare + "/")


def _wanted(call: Call, path: str, handled: bool | None) -> bool:
    return lies_under(call.path, path) and (handled is None or call.handled is handled)
