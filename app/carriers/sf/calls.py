"""The calls of one SF account: sign, send, take the envelope off, renew a refused token once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.carriers.calling import Call, Caller
from app.carriers.sf import answers, errors, wire
from app.carriers.sf.answers import Answer
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.tokens import Tokens
from app.carriers.wire_json import JsonObject
from app.domain.waybills import NotSent, Rejected, Unknown
from app.net.limiter import Priority
from app.net.transport import Response, Transport
from app.ports import Clock

R = TypeVar("R")


class SfCalls:
    """Nothing but a refused token is ever sent again."""

    def __init__(
        self,
        settings: SfSettings,
        transport: Transport,
        clock: Clock,
        request_id: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._request_id = request_id
        self._caller = Caller(errors.CARRIER, settings, transport, clock)
        self._tokens = Tokens(settings, self._caller, clock)

    def ask(
        self,
        key: str,
        service: str,
        data: JsonObject | list[JsonObject],
        interpret: Callable[[Answer], R],
        priority: Priority = Priority.LABEL,
    ) -> R | Rejected | NotSent | Unknown:
        """What ``interpret`` makes of the answer to ``service``; ``key`` is for the log only."""
        result = self._send(key, service, data, interpret, priority)
        refused = isinstance(result, Rejected) and result.problem.code in errors.TOKEN_REFUSED
        if refused and self._tokens.forget():
            return self._send(key, service, data, interpret, priority)
        return result

    def fetch(self, key: str, call: Call, read: Callable[[Response], R]) -> R | NotSent | Unknown:
        """A file that SF has put somewhere: its own token stands in ``call``, ours does not."""
        return self._caller.ask(key, call, read)

    def _send(
        self,
        key: str,
        service: str,
        data: JsonObject | list[JsonObject],
        interpret: Callable[[Answer], R],
        priority: Priority,
    ) -> R | Rejected | NotSent | Unknown:
        token = self._tokens.get() if self._settings.signature == "oauth" else ""
        if not isinstance(token, str):
            return token

        def read(response: Response) -> R | Rejected | Unknown:
            answer = answers.read(response)
            return interpret(answer) if isinstance(answer, Answer) else answer

        call = wire.service_call(
            self._settings,
            service,
            data,
            request_id=self._request_id(),
            timestamp_ms=int(self._clock.now().timestamp() * 1000),
            token=token,
        )
        return self._caller.ask(key, call, read, priority)
