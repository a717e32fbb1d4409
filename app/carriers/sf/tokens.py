"""SF's OAuth2 access token: fetched when needed, kept in memory, renewed once when refused."""

from __future__ import annotations

import threading

from app.carriers.calling import Caller, read_answer
from app.carriers.sf import errors
from app.carriers.sf.answers import is_envelope
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.wire import token_call
from app.carriers.wire_json import as_count, as_text, readable
from app.domain.text import T
from app.domain.waybills import NotSent, Rejected, Unknown
from app.net.transport import Response
from app.ports import Clock

_MARGIN_S = 60
_SHORTEST_S = 60  # where the answer does not say how long the token lives


class Tokens:
    """The token of one account. SF answers the same token until it expires, within two hours.

    Safe between threads: one fetches, the others wait for what it gets.
    """

    def __init__(self, settings: SfSettings, caller: Caller, clock: Clock) -> None:
        self._settings = settings
        self._caller = caller
        self._clock = clock
        self._token = ""
        self._good_until_s = 0.0
        self._had_one = False
        self._guard = threading.Lock()

    def get(self) -> str | Rejected | NotSent:
        """A token that is still good. Without one the call that needs it was not sent."""
        with self._guard:
            return self._kept_or_new()

    def _kept_or_new(self) -> str | Rejected | NotSent:
        if self._token and self._clock.monotonic() < self._good_until_s:
            return self._token
        answer = self._caller.ask("", token_call(self._settings), _read)
        if isinstance(answer, _Token):
            self._token = answer.text
            self._had_one = True
            self._good_until_s = self._clock.monotonic() + answer.lives_s - _MARGIN_S
            return self._token
        if isinstance(answer, Unknown):
            return NotSent(answer.reason)
        return answer

    def forget(self) -> bool:
        """SF refused the token: the next ``get`` fetches a fresh one. False when there was none.

        True also for the second of two threads that were refused with the same token.
        """
        with self._guard:
            self._token = ""
            return self._had_one


class _Token:
    """A fetched token; its ``repr`` does not show it."""

    def __init__(self, text: str, lives_s: int) -> None:
        self.text = text
        self.lives_s = lives_s


def _read(response: Response) -> _Token | Rejected | Unknown:
    body = read_answer(errors.CARRIER, response, is_envelope)
    if not isinstance(body, dict):
        return body
    code, token = as_text(body["apiResultCode"]), as_text(body.get("accessToken"))
    if code == errors.DELIVERED_TO_BUSINESS and token:
        lives_s = as_count(body.get("expiresIn")) or 0
        return _Token(token, max(lives_s, _SHORTEST_S + _MARGIN_S))
    if code == errors.DELIVERED_TO_BUSINESS:
        return Unknown(T("SF's answer holds no result."))
    said, reference = as_text(body.get("apiErrorMsg")), as_text(body.get("apiResponseID"))
    return Rejected(errors.sf_problem(code, said, reference), readable(response.body))
