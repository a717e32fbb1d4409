"""One ``[[shop]]`` read: defaults, and a sentence for each mistake."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import UserError
from app.domain.listings import StockPush, StockShare
from app.domain.states import ReleaseOnHold, Route, ShipOn
from app.shops.wechat.settings import WechatSettings
from tests.shops.wechat.recording import CONFIG, SECRET


def test_defaults_are_those_of_the_documentation() -> None:
    got = WechatSettings.from_config(CONFIG)
    assert got.base_url == "https://api.weixin.qq.com"
    assert (got.poll_seconds, got.calls_per_minute, got.decode_per_day) == (2.0, 1000, 30)
    assert (got.label_route, got.ship_on) == (Route.PLATFORM, ShipOn.PACK)


def test_every_key_is_read() -> None:
    got = WechatSettings.from_config(
        {
            **CONFIG,
            "platform": "wechat",
            "base_url": "http://127.0.0.1:8080/relay/",
            "poll_seconds": 5,
            "calls_per_minute": 600,
            "label_route": "direct",
            "ship_on": "command",
            "decode_per_day": 0,
            "stock_push": "on",
            "stock_reserve": 3,
            "stock_share": "split",
            "negative_stock": True,
            "release_on_hold": "never",
            "release_after_hours": 4,
        }
    )
    assert (got.stock_push, got.stock_reserve) == (StockPush.ON, 3)
    assert got.stock_share is StockShare.SPLIT
    assert got.negative_stock
    assert (got.release_on_hold, got.release_after_hours) == (ReleaseOnHold.NEVER, 4.0)
    assert got.base_url == "http://127.0.0.1:8080/relay"
    assert (got.poll_seconds, got.calls_per_minute, got.decode_per_day) == (5.0, 600, 0)
    assert (got.label_route, got.ship_on) == (Route.DIRECT, ShipOn.COMMAND)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": ""}, "name"),
        ({"app_id": ""}, "app_id"),
        ({"app_secret": ""}, "app_secret"),
        ({"app_id": 7}, "app_id"),
        ({"app_secret": "two words"}, "app_secret"),
        ({"app_secret": "密码"}, "app_secret"),
        ({"base_url": "api.weixin.qq.com"}, "base_url"),
        ({"base_url": "ftp://api.weixin.qq.com"}, "base_url"),
        ({"base_url": "https://host:port"}, "base_url"),
        ({"base_url": "https://user:pass@host"}, "base_url"),
        ({"base_url": "https://host/?a=1"}, "base_url"),
        ({"base_url": "http://relay.example.com"}, "base_url"),
        ({"calls_per_minute": 0}, "calls_per_minute"),
        ({"calls_per_minute": "many"}, "calls_per_minute"),
        ({"calls_per_minute": True}, "calls_per_minute"),
        ({"calls_per_minute": 10_001}, "calls_per_minute"),
        ({"poll_seconds": 0}, "poll_seconds"),
        ({"poll_seconds": float("nan")}, "poll_seconds"),
        ({"decode_per_day": -1}, "decode_per_day"),
        ({"stock_push": True}, "stock_push"),
        ({"stock_reserve": -1}, "stock_reserve"),
        ({"stock_share": "half"}, "stock_share"),
        ({"negative_stock": "yes"}, "negative_stock"),
        ({"release_on_hold": "always"}, "release_on_hold"),
        ({"release_after_hours": -1}, "release_after_hours"),
        ({"read_only": "true"}, "read_only"),
        ({"read_only": 1}, "read_only"),
        ({"label_route": "both"}, "label_route"),
        ({"ship_on": ["pack"]}, "ship_on"),
    ],
)
def test_each_mistake_names_the_key_and_what_to_do(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(UserError) as caught:
        WechatSettings.from_config({**CONFIG, **changes})
    assert caught.value.code == "config_shop"
    assert caught.value.ref.endswith(key)
    assert str(caught.value.remedy)
    assert SECRET not in str(caught.value)
    assert "two words" not in str(caught.value)
    assert "pass@" not in str(caught.value)


def test_unknown_key_names_the_nearest_one() -> None:
    with pytest.raises(UserError) as caught:
        WechatSettings.from_config({**CONFIG, "calls_per_minut": 5})
    assert "calls_per_minute" in str(caught.value.remedy)
    with pytest.raises(UserError) as caught:
        WechatSettings.from_config({**CONFIG, "zzz": 5})
    assert "app_secret" in str(caught.value.remedy)


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://192.168.1.5", "http://relay", "http://relay.local"]
)
def test_plain_http_is_for_the_own_network(url: str) -> None:
    assert WechatSettings.from_config({**CONFIG, "base_url": url}).base_url == url
