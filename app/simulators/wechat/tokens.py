"""Access tokens: the stable one and the plain one, each with its own memory."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from app.simulators.wechat.quirks import WechatQuirks
from app.simulators.wechat.refusals import RefusalError

FORCE_REFRESH_GAP_S = 30
FORCE_REFRESH_PER_DAY = 20
BEIJING = timezone(timedelta(hours=8))
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


def business_day(now_s: float) -> str:
    """The platform's day, which begins at midnight in Beijing."""
    return datetime.fromtimestamp(now_s, BEIJING).date().isoformat()


@dataclass(slots=True)
class Token:
    """One issued token. ``revoked_at_s`` is when it was or will be replaced."""

    value: str
    expires_at_s: float
    revoked_at_s: float | None = None


class TokenDesk:
    """Issues and checks the tokens of one app. The caller holds the app's lock."""

    def __init__(
        self, app_id: str, secret: str, quirks: WechatQuirks, clock: Callable[[], float]
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._quirks = quirks
        self._clock = clock
        self._numbers = itertools.count(1)
        self._issued: dict[str, Token] = {}
        self._stable: Token | None = None
        self._plain: Token | None = None
        self._forced_at_s: list[float] = []

    def stable(self, grant_type: str, secret: str, *, force_refresh: bool) -> dict[str, object]:
        """The answer of ``POST /cgi-bin/stable_token``.

        Raises:
            RefusalError: 40002, 40125, or 45011 and 45009 for too many forced renewals.
        """
        self._check(grant_type, secret)
        now_s = self._clock()
        if self._stable is not None and now_s >= self._stable.expires_at_s:
            self._stable = None
        if force_refresh and self._stable is not None and self._may_force(now_s):
            self._stable.revoked_at_s = now_s
            self._stable = None
        if self._stable is None:
            self._stable = self._issue(now_s)
        left_s = int(self._stable.expires_at_s - now_s)
        return {"access_token": self._stable.value, "expires_in": left_s}

    def plain(self, grant_type: str, secret: str) -> dict[str, object]:
        """The answer of ``GET /cgi-bin/token``: a new token each time, the last one dies.

        Raises:
            RefusalError: 40002 or 40125.
        """
        self._check(grant_type, secret)
        now_s = self._clock()
        if self._plain is not None:
            self._plain.revoked_at_s = now_s + self._quirks.token_overlap_s
        self._plain = self._issue(now_s)
        return {"access_token": self._plain.value, "expires_in": self._quirks.token_life_s}

    def knows(self, value: str) -> bool:
        """Whether this app issued the token, alive or dead."""
        return value in self._issued

    def check_token(self, value: str) -> None:
        """Let a living token pass.

        Raises:
            RefusalError: 42001 expired, 40001 replaced or never issued.
        """
        token, now_s = self._issued.get(value), self._clock()
        if token is None or (token.revoked_at_s is not None and now_s >= token.revoked_at_s):
            raise RefusalError(40001)
        if now_s >= token.expires_at_s:
            raise RefusalError(42001)

    def expire_all(self) -> None:
        """Every token has reached its end (42001)."""
        for token in self._issued.values():
            token.expires_at_s = self._clock()

    def revoke_all(self) -> None:
        """Somebody else renewed by force: every token is dead (40001) and not to be had again."""
        for token in self._issued.values():
            token.revoked_at_s = self._clock()
        self._stable = self._plain = None

    def _check(self, grant_type: str, secret: str) -> None:
        if grant_type != "client_credential":
            raise RefusalError(40002)
        if secret != self._secret:
            raise RefusalError(40125)

    def _may_force(self, now_s: float) -> bool:
        today = [at for at in self._forced_at_s if business_day(at) == business_day(now_s)]
        if len(today) >= FORCE_REFRESH_PER_DAY:
            raise RefusalError(45009)
        if today and now_s - today[-1] < FORCE_REFRESH_GAP_S:
            if self._quirks.refuse_early_force_refresh:
                raise RefusalError(45011)
            return False
        self._forced_at_s.append(now_s)
        return True

    def _issue(self, now_s: float) -> Token:
        number = next(self._numbers)
        value = "90_"
        block = 0
        while len(value) < self._quirks.token_length:
            digest = hashlib.sha256(f"{self._app_id}/{self._secret}/{number}/{block}".encode())
            value += "".join(_ALPHABET[byte & 63] for byte in digest.digest())
            block += 1
        token = Token(value[: self._quirks.token_length], now_s + self._quirks.token_life_s)
        self._issued[token.value] = token
        return token
