"""One ``[[shop]]`` of the configuration whose platform is ``wechat``."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from app.domain.errors import UserError
from app.domain.listings import StockPush, StockShare
from app.domain.states import ReleaseOnHold, Route, ShipOn
from app.domain.text import T, Text

DEFAULT_BASE_URL = "https://api.weixin.qq.com"
MAX_CALLS_PER_MINUTE = 10_000  # WeChat Store's quota of one app
MIN_CALLS_PER_MINUTE = 10
_HANDLED_ELSEWHERE = frozenset({"platform", "app_secret_env", "push_token_env", "push_aes_key_env"})
SECURE, PLAIN = "secure", "plain"
_FROM_PUSH_SETTINGS = T("Copy it from the message push settings of the WeChat Store console.")
_PUSH_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")  # the console takes 3 to 32 letters and digits
_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True)
class WechatSettings:
    """What a WeChat Store connection needs.

    ``base_url`` may name a relay with a fixed address, because the platform lets whitelisted
    addresses in only. ``decode_per_day`` is the shop's own limit for addresses in clear.
    ``look_back_days`` is how far back the first connection reads; what waits to be shipped is found
    however old it is.
    ``stock_push``, ``stock_reserve`` (pieces), ``stock_reserve_percent`` and ``stock_share`` say
    what stock the shop is told.
    ``negative_stock``: its parcels are reserved and shipped beyond what the books hold.
    ``release_on_hold`` and ``release_after_hours``: whether, and how long after a hold was set, a
    held parcel gives its stock to one that could leave with it.
    ``push_token`` and ``push_aes_key`` prove the platform's messages, no older than
    ``push_window_minutes`` (0: of any age); ``push_mode`` says whether they must be encrypted.
    ``push_only``: this place forwards messages and never calls, so it needs no secret.
    Below ``low_balance`` labels an account counts as nearly empty.
    ``read_only`` refuses every call that would change something there, before it is sent.
    """

    name: str
    app_id: str
    app_secret: str = field(repr=False)
    base_url: str = DEFAULT_BASE_URL
    poll_seconds: float = 2.0
    calls_per_minute: int = 1000
    look_back_days: float = 7.0
    label_route: Route = Route.PLATFORM
    ship_on: ShipOn = ShipOn.PACK
    decode_per_day: int = 30
    stock_push: StockPush = StockPush.OFF
    stock_reserve: int = 0
    stock_reserve_percent: int = 0
    stock_share: StockShare = StockShare.WHOLE
    negative_stock: bool = False
    release_on_hold: ReleaseOnHold = ReleaseOnHold.NEEDED
    release_after_hours: float = 0.0
    push_token: str = field(default="", repr=False)
    push_aes_key: str = field(default="", repr=False)
    push_mode: str = SECURE
    push_window_minutes: float = 15.0
    push_only: bool = False
    low_balance: int = 50
    read_only: bool = False

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The keys a ``[[shop]]`` of this platform may hold beside ``platform``."""
        return tuple(f.name for f in fields(cls))

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> WechatSettings:
        """The settings in ``config``, a parsed ``[[shop]]`` with its secret already put in.

        Raises:
            UserError: a key is unknown, missing or has a value that cannot be used.
        """
        name = _text(config, "name", "")
        _refuse_unknown(name, config, cls.keys())
        push_only = _switch(config, "push_only", name)
        secret = _text if push_only else _required
        return cls(
            name=_required(config, "name", name),
            app_id=_required(config, "app_id", name),
            app_secret=secret(config, "app_secret", name),
            base_url=_base_url(_text(config, "base_url", name) or DEFAULT_BASE_URL, name),
            poll_seconds=_number(config, "poll_seconds", name, 2.0, low=0.1, high=3600.0),
            calls_per_minute=int(
                _number(
                    config,
                    "calls_per_minute",
                    name,
                    1000,
                    low=MIN_CALLS_PER_MINUTE,
                    high=MAX_CALLS_PER_MINUTE,
                )
            ),
            look_back_days=_number(config, "look_back_days", name, 7.0, low=0.1, high=90.0),
            label_route=Route(_choice(config, "label_route", name, Route.PLATFORM, tuple(Route))),
            ship_on=ShipOn(_choice(config, "ship_on", name, ShipOn.PACK, tuple(ShipOn))),
            decode_per_day=int(_number(config, "decode_per_day", name, 30, low=0, high=1_000_000)),
            stock_push=StockPush(
                _choice(config, "stock_push", name, StockPush.OFF, tuple(StockPush))
            ),
            stock_reserve=int(_number(config, "stock_reserve", name, 0, low=0, high=1_000_000)),
            stock_reserve_percent=int(
                _number(config, "stock_reserve_percent", name, 0, low=0, high=100)
            ),
            stock_share=StockShare(
                _choice(config, "stock_share", name, StockShare.WHOLE, tuple(StockShare))
            ),
            negative_stock=_switch(config, "negative_stock", name),
            release_on_hold=ReleaseOnHold(
                _choice(config, "release_on_hold", name, ReleaseOnHold.NEEDED, tuple(ReleaseOnHold))
            ),
            release_after_hours=_number(
                config, "release_after_hours", name, 0.0, low=0.0, high=720.0
            ),
            push_token=_push_token(config, name),
            push_aes_key=_aes_key(config, name),
            push_mode=_choice(config, "push_mode", name, SECURE, (SECURE, PLAIN)),
            push_window_minutes=_number(
                config, "push_window_minutes", name, 15.0, low=0, high=24 * 60
            ),
            push_only=push_only,
            low_balance=int(_number(config, "low_balance", name, 50, low=0, high=1_000_000)),
            read_only=_flag(config, "read_only", name),
        )


def _problem(shop: str, key: str, message: Text, remedy: Text) -> UserError:
    return UserError("config_shop", message, remedy, ref=f"{shop}.{key}" if shop else key)


def _refuse_unknown(shop: str, config: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in config:
        if key in known or key in _HANDLED_ELSEWHERE:
            continue
        near = difflib.get_close_matches(key, known, n=1)
        remedy = (
            T("Did you mean {key}?", key=near[0])
            if near
            else T("Known keys are: {keys}.", keys=", ".join(known))
        )
        raise _problem(shop, key, T("Shop {shop}: unknown key {key}.", shop=shop, key=key), remedy)


def _text(config: Mapping[str, Any], key: str, shop: str) -> str:
    value = config.get(key, "")
    if not isinstance(value, str):
        raise _problem(
            shop,
            key,
            T("Shop {shop}: {key} must be text.", shop=shop, key=key),
            T("Put the value in quotation marks."),
        )
    return value.strip()


def _required(config: Mapping[str, Any], key: str, shop: str) -> str:
    value = _text(config, key, shop)
    if key == "name" and value:
        return value
    if key == "name":
        raise _problem(shop, key, T("A shop has no name."), T("Give every shop a name of its own."))
    if value and value.isascii() and not re.search(r"\s", value):
        return value
    if value:  # the value itself is not shown: it may be the secret
        message = T("Shop {shop}: {key} holds characters it cannot have.", shop=shop, key=key)
    else:
        message = T("Shop {shop}: {key} is missing.", shop=shop, key=key)
    raise _problem(shop, key, message, T("Copy it from the WeChat Store console."))


def _push_token(config: Mapping[str, Any], shop: str) -> str:
    token = _text(config, "push_token", shop)
    if token and not _PUSH_TOKEN.fullmatch(token):
        message = T(
            "Shop {shop}: {key} holds characters it cannot have.", shop=shop, key="push_token"
        )
        raise _problem(shop, "push_token", message, _FROM_PUSH_SETTINGS)
    if not token and _text(config, "push_aes_key", shop):
        message = T("Shop {shop}: {key} is missing.", shop=shop, key="push_token")
        raise _problem(shop, "push_token", message, _FROM_PUSH_SETTINGS)
    return token


def _aes_key(config: Mapping[str, Any], shop: str) -> str:
    key = _text(config, "push_aes_key", shop)
    if key and not _AES_KEY.fullmatch(key):
        message = T("Shop {shop}: push_aes_key must have 43 letters and digits.", shop=shop)
        raise _problem(shop, "push_aes_key", message, _FROM_PUSH_SETTINGS)
    secure = config.get("push_mode", SECURE) == SECURE
    if not key and secure and _text(config, "push_token", shop):
        message = T("Shop {shop}: {key} is missing.", shop=shop, key="push_aes_key")
        raise _problem(shop, "push_aes_key", message, _FROM_PUSH_SETTINGS)
    return key


def _switch(config: Mapping[str, Any], key: str, shop: str) -> bool:
    value = config.get(key, False)
    if not isinstance(value, bool):
        raise _problem(
            shop,
            key,
            T("Shop {shop}: {key} cannot be used.", shop=shop, key=key),
            T("Choose one of: {choices}.", choices="true, false"),
        )
    return value


def _number(
    config: Mapping[str, Any], key: str, shop: str, default: float, *, low: float, high: float
) -> float:
    value = config.get(key, default)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        raise _problem(
            shop,
            key,
            T("Shop {shop}: {key} cannot be used.", shop=shop, key=key),
            T("Give a number from {low} to {high}.", low=f"{low:g}", high=f"{high:g}"),
        )
    return float(value)


def _flag(config: Mapping[str, Any], key: str, shop: str) -> bool:
    value = config.get(key, False)
    if not isinstance(value, bool):
        raise _problem(
            shop,
            key,
            T("Shop {shop}: {key} cannot be used.", shop=shop, key=key),
            T("Write true or false, without quotation marks."),
        )
    return value


def _choice(
    config: Mapping[str, Any], key: str, shop: str, default: str, allowed: tuple[str, ...]
) -> str:
    value = config.get(key, default)
    if value not in allowed:
        raise _problem(
            shop,
            key,
            T("Shop {shop}: {key} cannot be used.", shop=shop, key=key),
            T("Choose one of: {choices}.", choices=", ".join(allowed)),
        )
    return str(value)


def _base_url(url: str, shop: str) -> str:
    """``url`` without a slash at its end; plain http only inside the house."""
    parts = urlsplit(url)
    try:
        usable = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is not a number
        usable = False
    if not usable or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
        raise _problem(
            shop,
            "base_url",
            T("Shop {shop}: base_url is not an address.", shop=shop),
            T("Write it like {example}.", example=DEFAULT_BASE_URL),
        )
    if parts.username or parts.password:
        raise _problem(
            shop,
            "base_url",
            T("Shop {shop}: base_url must not hold a password.", shop=shop),
            T("Write it like {example}.", example=DEFAULT_BASE_URL),
        )
    if parts.scheme == "http" and not _inside_the_house(parts.hostname or ""):
        raise _problem(
            shop,
            "base_url",
            T("Shop {shop}: base_url would send the secret unprotected.", shop=shop),
            T("Use https; plain http is for addresses of the own network only."),
        )
    return url.rstrip("/")


def _inside_the_house(host: str) -> bool:
    """Whether ``host`` lies on this PC or in the own network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".localhost"))
    return address.is_private or address.is_loopback
