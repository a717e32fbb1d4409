"""Every shop platform this program knows: one record each, nothing imported before it is used."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.errors import UserError
from app.domain.text import T, Text
from app.net.transport import Transport
from app.ports import Clock, Shop
from app.shops.wechat.settings import WechatSettings


class ShopCapability(StrEnum):
    """What a platform can do; the window hides what is not there."""

    SYNC = "sync"
    REPORT = "report"
    PLATFORM_LABELS = "platform_labels"
    CLEAR_RECEIVER = "clear_receiver"
    NOTIFY_PRINTED = "notify_printed"


Maker = Callable[[Mapping[str, Any], Transport, Clock], Shop]


@dataclass(frozen=True, slots=True)
class Platform:
    """A shop platform. ``make`` takes a ``[[shop]]`` whose secrets have been put in."""

    code: str
    label: Text
    settings: type[WechatSettings]
    capabilities: frozenset[ShopCapability]
    make: Maker


def _make_wechat(config: Mapping[str, Any], transport: Transport, clock: Clock) -> Shop:
    settings = WechatSettings.from_config(config)
    from app.shops.wechat.client import WechatClient
    from app.shops.wechat.shop import WechatShop

    return WechatShop(settings, WechatClient(settings, transport, clock))


PLATFORMS: tuple[Platform, ...] = (
    Platform("wechat", T("WeChat Store"), WechatSettings, frozenset(ShopCapability), _make_wechat),
)


def platform(code: str) -> Platform:
    """The platform called ``code``.

    Raises:
        UserError: there is none; the remedy names the nearest one.
    """
    for known in PLATFORMS:
        if known.code == code:
            return known
    codes = [known.code for known in PLATFORMS]
    near = difflib.get_close_matches(code, codes, n=1)
    remedy = (
        T("Did you mean {key}?", key=near[0])
        if near
        else T("Choose one of: {choices}.", choices=", ".join(codes))
    )
    raise UserError(
        "config_shop", T("There is no shop platform {code}.", code=code), remedy, ref="platform"
    )


def make_shop(config: Mapping[str, Any], transport: Transport, clock: Clock) -> Shop:
    """The shop that one ``[[shop]]`` describes; ``config`` holds its secrets. Calls nobody.

    One shop object is one rate limit and one access token: make it once per process and app id.

    Raises:
        UserError: the platform or a key is unknown, missing or has a value that cannot be used.
    """
    return platform(str(config.get("platform", "wechat"))).make(config, transport, clock)
