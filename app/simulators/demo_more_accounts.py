"""Accounts of the demo with carriers that none of its rules chooses; a person may.

Every name, number and secret here is invented. The field names are those of the configuration file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class YtoAccount:
    """YTO open platform."""

    name: str
    token: str
    customer_code: str
    secret: str
    quotes: bool
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


@dataclass(frozen=True, slots=True)
class JtAccount:
    """J&T open platform: the app's pair, and the customer's inside the body."""

    name: str
    api_account: str
    private_key: str
    customer_code: str
    password: str
    calls_per_second: int
    carrier: str = "jt"


@dataclass(frozen=True, slots=True)
class Kuaidi100Account:
    """Kuaidi100; without ``company`` it follows parcels and recognises numbers only."""

    name: str
    company: str
    key: str
    customer: str
    secret: str
    partner_id: str
    partner_key: str
    calls_per_second: int
    carrier: str = "kuaidi100"


def yto_account(calls_per_second: int) -> YtoAccount:
    return YtoAccount(
        name="yto",
        token="dm318Q",
        customer_code="K21000318",
        secret="d3m0Yt0K",
        quotes=True,
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


def jt_account(calls_per_second: int) -> JtAccount:
    return JtAccount(
        name="jt",
        api_account="178337120000000318",
        private_key="0318d71b55fc45e3ad7a7f38bf4b201a",
        customer_code="J0086000318",
        password="Jt318Demo",
        calls_per_second=calls_per_second,
    )


def kuaidi100_accounts(calls_per_second: int) -> tuple[Kuaidi100Account, ...]:
    """One customer of Kuaidi100, twice: to follow anybody's parcels, and to book with JD."""
    follows = Kuaidi100Account(
        name="kuaidi100",
        company="",
        key="DemoKey03181",
        customer="7E0318D1C2B3A4958677E0318D1C2B3A",
        secret="",
        partner_id="",
        partner_key="",
        calls_per_second=calls_per_second,
    )
    books = replace(
        follows,
        name="kuaidi100-jd",
        company="jd",
        secret="demo0318secret5b0e6c2f9d8147a3b6",
        partner_id="021K000318",
        partner_key="JdDemo318",
    )
    return (follows, books)
