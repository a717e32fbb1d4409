"""Declared keys of invented adapters: settings must not know the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.errors import UserError
from app.domain.text import T
from app.settings import AdapterKeys, Adapters


def _check(needed: tuple[str, ...]) -> Any:
    def check(values: Mapping[str, Any]) -> None:
        for key in needed:
            if not values.get(key):
                raise UserError("account", T("{key} is missing.", key=key), T("Add it."))
        seconds = values.get("poll_seconds", 1)
        if not isinstance(seconds, int | float) or seconds <= 0:
            raise UserError("account", T("poll is wrong."), T("Mend it."), ref="main.poll_seconds")

    return check


def _keys(secrets: tuple[str, ...], *plain: str) -> AdapterKeys:
    return AdapterKeys(("name", *plain, *secrets), frozenset(secrets), _check(secrets))


ADAPTERS = Adapters(
    shops={
        "wechat": _keys(
            ("app_secret",),
            "base_url",
            "app_id",
            "poll_seconds",
            "calls_per_minute",
            "label_route",
            "ship_on",
            "decode_per_day",
            "stock_push",
            "stock_reserve",
            "stock_reserve_percent",
            "stock_share",
            "negative_stock",
            "release_on_hold",
            "release_after_hours",
            "low_balance",
        )
    },
    carriers={
        "sf": _keys(
            ("checkword",),
            "base_url",
            "partner_id",
            "monthly_account",
            "product",
            "signature",
            "calls_per_second",
        ),
        "zto": _keys(("app_secret", "account_password"), "base_url", "app_key", "account_id"),
        "yunda": _keys(("app_secret", "partner_secret"), "base_url", "app_key", "partner_id"),
    },
    printer_options=frozenset({"darkness", "gap_mm"}),
)
