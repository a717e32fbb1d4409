"""Accounts of the demo with carriers that none of its rules chooses; a person may.

Every name, number and secret here is invented. The field names are those of the configuration file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class YtoAccount:
    """YTO open platform."""

    name: str
    token: str
    customer_code: str
    secret: str
    quotes: bool
    draws_labels: bool
    calls_per_second: int
    carrier: str = "yto"


@dataclass(frozen=True, slots=True)
class StoAccount:
    """STO link gateway, with the site's e-waybill account inside the body."""

    name: str
    app_key: str
    secret_key: str
    site_code: str
    customer_name: str
    site_password: str
    calls_per_second: int
    carrier: str = "sto"


def yto_account(calls_per_second: int) -> YtoAccount:
    return YtoAccount(
        name="yto",
        token="dm318Q",
        customer_code="K21000318",
        secret="d3m0Yt0K",
        quotes=True,
        draws_labels=True,
        calls_per_second=calls_per_second,
    )


def sto_account(calls_per_second: int) -> StoAccount:
    return StoAccount(
        name="sto",
        app_key="CAKdemo318packX",
        secret_key="d3m0St0KeyZ8wq2Zr9Tb5Xc1Vn8Lf4Hs",
        site_code="571318",
        customer_name="571318000001",
        site_password="SY318st",
        calls_per_second=calls_per_second,
    )
