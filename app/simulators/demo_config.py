"""The configuration of the demo as the text of a file for ``config apply``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.ports import PrinterConfig
from app.simulators.demo_accounts import (
    CALLS_PER_MINUTE,
    POLL_SECONDS,
    CarrierAccount,
    DemoAccounts,
    DemoShop,
)
from app.simulators.demo_prices import DEMO_PRICES, price_values

HURRIED = {"faster": 240, "track_calls_per_day": 1_000_000}
# Carriers that answer at several addresses: the key of each, and where it is below the carrier's.
_ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "kuaidi100": {
        "base_url": "/label/order",
        "query_url": "/poll/query.do",
        "detect_url": "/autonumber/auto",
    }
}


def config_toml(
    accounts: DemoAccounts,
    shop_url: str,
    carrier_urls: Mapping[str, str],
    printers: Sequence[PrinterConfig] = (),
    *,
    hurried: bool = False,
) -> str:
    """Sender, shops, carriers, printers, rules and prices. ``carrier_urls`` by carrier's code.

    ``hurried``: carriers are asked where parcels are every few seconds instead of hours.
    """
    tables: list[str] = [_table("[sender]", asdict(accounts.sender))]
    tables += [_table("[[shop]]", _shop(shop, shop_url)) for shop in accounts.shops]
    tables += [
        _table("[[carrier]]", _carrier(account, carrier_urls[account.carrier]))
        for account in accounts.carriers
    ]
    tables += [_table("[[printer]]", _printer(printer)) for printer in printers]
    tables += [
        _table("[[rule]]", {"name": rule.name, "when": rule.when, "then": dict(rule.then)})
        for rule in accounts.rules
    ]
    tables += [_table("[[price]]", price_values(table)) for table in DEMO_PRICES]
    if hurried:
        tables.append(_table("[tracking]", HURRIED))
    return "\n".join(tables)


def _shop(shop: DemoShop, url: str) -> dict[str, Any]:
    return {
        "name": shop.name,
        "title": shop.title,
        "platform": "wechat",
        "base_url": url,
        "app_id": shop.app_id,
        "app_secret": shop.app_secret,
        "push_token": shop.token,
        "push_aes_key": shop.aes_key,
        "poll_seconds": POLL_SECONDS,
        "calls_per_minute": CALLS_PER_MINUTE,
        "label_route": shop.label_route.value,
        "ship_on": shop.ship_on.value,
        "decode_per_day": shop.decode_per_day,
    }


def _carrier(account: CarrierAccount, url: str) -> dict[str, Any]:
    addresses = _ADDRESSES.get(account.carrier, {"base_url": ""})
    said = {key: value for key, value in asdict(account).items() if value != ""}
    return {**said, **{key: url + path for key, path in addresses.items()}}


def _printer(printer: PrinterConfig) -> dict[str, Any]:
    return {
        "name": printer.name,
        "language": printer.language,
        "address": printer.address,
        "dots_per_mm": printer.dots_per_mm,
        "media": printer.media,
        "documents": list(printer.documents),
        **(printer.options or {}),
    }


def _table(heading: str, values: Mapping[str, Any]) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in values.items() if value != {}]
    return "\n".join([heading, *lines, ""])


def _value(value: Any) -> str:
    """One TOML value. A JSON string is a TOML string too, as long as nothing is escaped as \\/."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, str | bool | int | float):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"TOML has no {type(value).__name__}")


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    return (f"{key} = {_value(value)}" for key, value in values.items())
