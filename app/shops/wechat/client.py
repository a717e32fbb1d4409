"""Calls of WeChat Store's API: token, limits, back-off, and what an answer means.

Source: WeChat Store, rules for every call: POST with a JSON body in UTF-8 without ``\\u`` escapes,
the token in the query, success is ``errcode`` 0 or absent.

One INFO line per call names path, errcode, rid and time, never the query (it holds the token) or
the body (it holds people). httpx logs whole addresses at INFO by itself, so whoever sends these
calls must keep the loggers ``httpx`` and ``httpcore`` at WARNING; ``WechatClient`` does so too.
"""

from __future__ import annotations

import json
import logging
import random
import re
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.domain.errors import RetryableError, UserError, shop_read_only
from app.domain.text import T, Text
from app.net.limiter import Priority, RateLimiter
from app.net.transport import CallNotSentError, CallUnclearError, Response, Transport
from app.ports import Clock
from app.shops.wechat import errors
from app.shops.wechat.codes import BUSY_CODES, MEANINGS, QUOTA_CODE, TOKEN_CODES
from app.shops.wechat.errors import Answer
from app.shops.wechat.pace import limiter_of
from app.shops.wechat.payloads import Body, request
from app.shops.wechat.settings import WechatSettings
from app.shops.wechat.shop_clock import ShopClock
from app.shops.wechat.token import Grant, TokenOwner, token_refused

log = logging.getLogger(__name__)

TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 - a path
READ_TIMEOUT_S = 15.0
WRITE_TIMEOUT_S = 30.0  # a booking waits for the carrier behind the platform
BACK_OFF_S = (1.0, 2.0, 4.0)
QUOTA_PAUSE_S = 60.0  # first rest of an endpoint after 45009; doubled up to an hour
QUOTA_PAUSE_MAX_S = 3600.0
_NOT_HANDLED = frozenset({301, 302, 303, 307, 308, 401, 404, 405, 407, 410, 413, 414, 421, 429})
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class NothingSent:
    """The call had no effect and no answer of the platform; ``error`` says why."""

    error: UserError | RetryableError


@dataclass(frozen=True, slots=True)
class Unclear:
    """The call left and no answer came that can be read: it may have taken effect."""

    reason: Text


Exchange = Answer | NothingSent | Unclear


class WechatClient:
    """The calls of one app id. Safe to use from several threads.

    ``limiter`` is shared by everything that calls with this app id; the platform counts per app.
    """

    def __init__(
        self,
        settings: WechatSettings,
        transport: Transport,
        clock: Clock,
        *,
        limiter: RateLimiter | None = None,
        read_timeout_s: float = READ_TIMEOUT_S,
        write_timeout_s: float = WRITE_TIMEOUT_S,
    ) -> None:
        _keep_addresses_out_of_logs()
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._limiter = limiter or limiter_of(
            settings.base_url, settings.app_id, settings.calls_per_minute
        )
        self._shop_clock = ShopClock(clock)
        self._read_timeout_s = read_timeout_s
        self._write_timeout_s = write_timeout_s
        self._tokens = TokenOwner(self._fetch_token, clock)
        self._rests = _Rests(clock)

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def shop_clock(self) -> ShopClock:
        """The shop's time as its answers tell it."""
        return self._shop_clock

    def read(
        self,
        path: str,
        body: Body,
        *,
        ref: str = "",
        accept: frozenset[int] = frozenset(),
        priority: Priority = Priority.READ,
        method: str = "POST",
    ) -> Answer:
        """The answer of a call without effect; ``accept`` names codes that are answers too.

        Backs off and repeats a few times while the platform is busy (-1, 45011).

        Raises:
            UserError: a person must change something.
            RetryableError: no connection, no readable answer, busy, or over the quota.
        """
        waits = iter(BACK_OFF_S)
        while True:
            got = self._exchange(path, body, ref, priority, self._read_timeout_s, method)
            if isinstance(got, NothingSent):
                raise got.error
            if isinstance(got, Unclear):
                raise unreadable(got.reason, ref)
            if got.code == 0 or got.code in accept:
                return got
            wait_s = next(waits, None) if got.code in BUSY_CODES else None
            if wait_s is None:
                raise errors.error(got, ref)
            self._clock.sleep(wait_s * (1 + random.random() / 4))

    def write(self, path: str, body: Body, *, ref: str, priority: Priority) -> Exchange:
        """What came of a call that changes something. Never repeated, except with a new token.

        Nothing is sent over a connection that may only read.
        """
        if self._settings.read_only:
            return NothingSent(shop_read_only(self._settings.name, ref))
        return self._exchange(path, body, ref, priority, self._write_timeout_s, "POST")

    def must_not_only_read(self, ref: str) -> None:
        """Before a question that leaves something behind there, or costs a quota.

        Raises ``UserError`` (``shop_read_only``).
        """
        if self._settings.read_only:
            raise shop_read_only(self._settings.name, ref)

    def _exchange(
        self,
        path: str,
        body: Body,
        ref: str,
        priority: Priority,
        timeout_s: float,
        method: str,
    ) -> Exchange:
        resting = self._rests.error(path, ref)
        if resting is not None:
            return NothingSent(resting)
        refused = ""
        # A token is refused before anything is done, so even a report may be repeated with a new
        # one: first with the one the platform has (another program may have renewed it), then by
        # force.
        for force in (None, False, True):
            try:
                token = self._token_for(refused, force)
            except (UserError, RetryableError) as error:
                return NothingSent(error)
            if token == refused:
                continue
            got = self._once(path, token, body, ref, priority, timeout_s, method)
            if not isinstance(got, Answer):
                return got
            self._rests.note(path, got.code)
            if got.code not in TOKEN_CODES:
                return got
            refused = token
        return NothingSent(token_refused(ref))

    def _token_for(self, refused: str, force: bool | None) -> str:
        return (
            self._tokens.current() if force is None else self._tokens.replace(refused, force=force)
        )

    def _fetch_token(self, force: bool) -> Grant:
        body = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret,
            "force_refresh": force,
        }
        got = self._once(TOKEN_PATH, "", body, "", Priority.SHIP, self._read_timeout_s, "POST")
        if isinstance(got, NothingSent):
            raise got.error
        if isinstance(got, Unclear):
            raise unreadable(got.reason)
        token, life_s = got.data.get("access_token"), got.data.get("expires_in")
        if got.code in TOKEN_CODES:  # 40001 of this call means: wrong secret
            raise errors.error(Answer(40125, got.rid))
        if got.code != 0:
            raise errors.error(got)
        if not isinstance(token, str) or not token or not isinstance(life_s, int | float):
            raise unreadable(_garbled())
        return Grant(token, float(life_s))

    def _once(
        self,
        path: str,
        token: str,
        body: Body,
        ref: str,
        priority: Priority,
        timeout_s: float,
        method: str,
    ) -> Exchange:
        self._limiter.acquire(priority)
        payload, headers, query = request(method, body)
        url = self._settings.base_url + path
        if token:
            url += f"?access_token={quote(token, safe='')}{query}"
        began = self._clock.monotonic()
        try:
            response = self._transport.send(method, url, headers, payload, timeout_s=timeout_s)
        except CallNotSentError as error:
            got: Exchange = NothingSent(offline(error.reason, ref))
        except CallUnclearError as error:
            got = Unclear(error.reason)
        else:
            got = _understood(response, ref)
            if isinstance(got, Answer):
                date = response.headers.get("date")
                self._shop_clock.note(date, began, self._clock.monotonic())
        self._log(path, ref, got, self._clock.monotonic() - began)
        return got

    def _log(self, path: str, ref: str, got: Exchange, took_s: float) -> None:
        code, rid = "not_sent", ""
        if isinstance(got, Answer):
            code, rid = str(got.code), got.rid
        elif isinstance(got, Unclear):
            code = "unclear"
        log.info(
            "%s shop=%s ref=%s code=%s rid=%s %d ms",
            path,
            self._settings.name,
            ref or "-",
            code,
            rid or "-",
            round(took_s * 1000),
        )


class _Rests:
    """Endpoints that have used up their quota (45009) and are left alone for a while."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, tuple[float, float]] = {}  # path: monotonic end, length in s

    def note(self, path: str, code: int) -> None:
        with self._lock:
            if code == QUOTA_CODE:
                _, last_s = self._until.get(path, (0.0, QUOTA_PAUSE_S / 2))
                pause_s = min(QUOTA_PAUSE_MAX_S, last_s * 2)
                self._until[path] = (self._clock.monotonic() + pause_s, pause_s)
            elif code == 0:
                self._until.pop(path, None)

    def error(self, path: str, ref: str) -> RetryableError | None:
        """The refusal to call ``path`` now, or None when it may be called."""
        with self._lock:
            ends, _ = self._until.get(path, (0.0, 0.0))
            left_s = ends - self._clock.monotonic()
        if left_s <= 0:
            return None
        known = MEANINGS[QUOTA_CODE]
        return RetryableError(
            known.name, known.message, known.remedy, ref=ref, retry_after_s=left_s
        )


def _understood(response: Response, ref: str) -> Exchange:
    """The meaning of ``response``; JSON with an errcode counts whatever the HTTP status."""
    text = response.body.decode("utf-8", "replace")
    data = _json_object(text)
    if data is not None and (response.status == 200 or "errcode" in data):
        code = _code(data.get("errcode", 0))
        if code is not None:
            said, rid = errors.split_rid(str(data.get("errmsg") or ""))
            return Answer(code, rid, said, data, text)
    if response.status == 403:
        return NothingSent(errors.http_403(text[:500], ref))
    if response.status in _NOT_HANDLED:
        return NothingSent(_not_handled(response.status, ref))
    if response.status == 200:
        return Unclear(_garbled())
    return Unclear(T("WeChat Store answered with HTTP {status}.", status=response.status))


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
        if _SURROGATE.search(text):
            data = _without_lone_surrogates(data)
    except (ValueError, RecursionError):  # no JSON, or nested without end
        return None
    return data if isinstance(data, dict) else None


def _without_lone_surrogates(value: Any) -> Any:
    """``value`` with halves of characters replaced: no database and no file takes them."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {key: _without_lone_surrogates(entry) for key, entry in value.items()}
        case list():
            return [_without_lone_surrogates(entry) for entry in value]
        case _:
            return value


def _code(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _garbled() -> Text:
    return T("WeChat Store's answer could not be read.")


def _not_handled(status: int, ref: str) -> UserError | RetryableError:
    if status == 429:
        known = MEANINGS[45011]
        return RetryableError(known.name, known.message, known.remedy, ref=ref)
    return UserError(
        "shop_address",
        T("There is no WeChat Store at this address (HTTP {status}).", status=status),
        T("Check base_url of the shop."),
        ref=ref,
    )


def offline(reason: Text, ref: str = "") -> RetryableError:
    """Nothing left this PC."""
    return RetryableError(
        "shop_offline",
        reason,
        T("Check the network; the program tries again by itself."),
        ref=ref,
    )


def unreadable(reason: Text, ref: str = "") -> RetryableError:
    """A question got no answer, or none that can be read."""
    return RetryableError(
        "shop_no_answer", reason, T("Nothing to do: the program tries again by itself."), ref=ref
    )


def _keep_addresses_out_of_logs() -> None:
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if logger.getEffectiveLevel() < logging.WARNING:
            logger.setLevel(logging.WARNING)
