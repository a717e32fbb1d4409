"""The access token of one app: asked for once at a time, renewed before it ends.

Source: WeChat Store, ``POST /cgi-bin/stable_token``. Without force the platform hands out the token
that is in force, with the life that is left to it, so several programs share one; with force it
kills that token for all of them, and allows it 20 times a day, 30 seconds apart.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from app.domain.errors import RetryableError, UserError
from app.domain.text import T
from app.ports import Clock

log = logging.getLogger(__name__)

RENEW_BEFORE_S = 300.0
RETRY_AFTER_S = 30.0  # how long a token that still lives is used on after a failed renewal
FORCED_PER_DAY = 20
FORCED_APART_S = 30.0
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Grant:
    """A token and how long it lives from the moment it was asked for."""

    token: str = field(repr=False)
    expires_in_s: float


@dataclass(frozen=True, slots=True)
class _Held:
    token: str = field(repr=False)
    renew_at: float  # both on the monotonic clock
    expires_at: float


class TokenOwner:
    """Holds the token of one app id. Safe to call from any thread.

    ``fetch(force)`` makes the call and raises ``UserError`` or ``RetryableError``. Threads that
    need a token while a fetch is under way wait for that one and share its result or its error.
    """

    def __init__(self, fetch: Callable[[bool], Grant], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._flight: Future[str] | None = None
        self._forced_at: deque[float] = deque(maxlen=FORCED_PER_DAY)

    def current(self) -> str:
        """A token that should be accepted.

        Raises:
            UserError: the app's id, secret or network address is refused.
            RetryableError: the platform cannot be asked and no token is alive.
        """
        return self._share(refused=None, force=False)

    def replace(self, refused: str, *, force: bool) -> str:
        """A token to use after ``refused`` was refused by a call.

        The one that another thread has fetched meanwhile comes back without a call. Without
        ``force`` the answer may be ``refused`` itself, when the platform thinks it is in force.

        Raises:
            UserError: as for ``current``, or a forced renewal is not allowed any more.
            RetryableError: the platform cannot be asked.
        """
        return self._share(refused=refused, force=force)

    def _share(self, *, refused: str | None, force: bool) -> str:
        with self._lock:
            held, flight = self._held, self._flight
            if held is not None and self._good(held, refused):
                return held.token
            mine = flight is None
            if flight is None:
                flight = self._flight = Future()
        if not mine:
            return self._landed(flight, refused, force=force)
        try:
            token = self._renew(refused, force=force)
        except BaseException as error:
            with self._lock:
                self._flight = None
            flight.set_exception(error)
            raise
        with self._lock:
            self._flight = None
        flight.set_result(token)
        return token

    def _good(self, held: _Held, refused: str | None) -> bool:
        if refused is not None:
            return held.token != refused
        return self._clock.monotonic() < held.renew_at

    def _landed(self, flight: Future[str], refused: str | None, *, force: bool) -> str:
        """What another thread's fetch brought; a forced one is done again if it brought nothing."""
        token = flight.result()
        if force and token == refused:
            return self._share(refused=refused, force=True)
        return token

    def _renew(self, refused: str | None, *, force: bool) -> str:
        if force:
            self._count_forced()
        asked_at = self._clock.monotonic()
        try:
            grant = self._fetch(force)
        except RetryableError:
            held = self._held
            if refused is not None or held is None or asked_at >= held.expires_at:
                raise
            log.info("the access token could not be renewed; the one in force is used on")
            self._held = _Held(held.token, asked_at + RETRY_AFTER_S, held.expires_at)
            return held.token
        life_s = max(0.0, grant.expires_in_s)
        self._held = _Held(
            grant.token,
            renew_at=asked_at + life_s - min(RENEW_BEFORE_S, life_s / 2),
            expires_at=asked_at + life_s,
        )
        return grant.token

    def _count_forced(self) -> None:
        """Count one forced renewal, or refuse it: the platform's own limits, kept on our side."""
        now = self._clock.monotonic()
        with self._lock:
            today = [at for at in self._forced_at if now - at < _DAY_S]
            if len(today) < FORCED_PER_DAY and (not today or now - today[-1] >= FORCED_APART_S):
                self._forced_at.append(now)
                return
        raise token_refused()


def token_refused(ref: str = "") -> UserError:
    """No token is accepted, or another program keeps replacing it."""
    return UserError(
        "shop_auth",
        T("WeChat Store does not accept our access, although it was renewed."),
        T("Check app_secret, and that no other program renews the access of this app."),
        ref=ref,
    )
