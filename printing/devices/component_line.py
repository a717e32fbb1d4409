"""Questions to the platform's print component: one WebSocket connection, one answer.

Source: WeChat Store, electronic waybill, local print component: one JSON text frame a message,
answered with the same ``requestID`` and ``command``.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_MAX_ANSWER_BYTES = 4 * 1024 * 1024
_FRAMES_READ = 200  # frames that are not the answer; a flood of them is no answer


class GoneError(Exception):
    """The component does not run, did not answer, or closed the connection."""


class ForeignError(GoneError):
    """Something answers at the address that speaks no WebSocket."""


def open_line(url: str, stack: ExitStack, timeout_s: float) -> ClientConnection:
    """A connection; ``stack`` closes it.

    Raises:
        GoneError, ForeignError: there is none.
    """
    from websockets.exceptions import InvalidHandshake, WebSocketException
    from websockets.sync.client import connect

    try:
        line = connect(
            url, open_timeout=timeout_s, close_timeout=1,
            max_size=_MAX_ANSWER_BYTES, compression=None, proxy=None,
        )  # fmt: skip
        return stack.enter_context(line)
    except InvalidHandshake as error:
        raise ForeignError from error
    except (WebSocketException, OSError) as error:  # a time-out is an OSError
        raise GoneError from error


def ask(line: ClientConnection, message: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
    """The answer with our requestID. Frames that are not it, or cannot be read, are passed over.

    Raises:
        GoneError: no answer came; whether the question arrived is not known.
    """
    from websockets.exceptions import ConnectionClosed

    request_id = uuid.uuid4().hex
    text = json.dumps({**message, "requestID": request_id}, ensure_ascii=False)
    ends_s = time.monotonic() + timeout_s
    try:
        line.send(text)
        for _ in range(_FRAMES_READ):
            left_s = ends_s - time.monotonic()
            if left_s <= 0:
                break
            answer = _read(line.recv(timeout=left_s))
            if _is_ours(answer, request_id, message["command"]):
                return answer
    except (ConnectionClosed, OSError) as error:
        raise GoneError from error
    raise GoneError


def _read(frame: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_ours(answer: Mapping[str, Any], request_id: str, command: str) -> bool:
    return answer.get("requestID") == request_id and answer.get("command", command) == command
