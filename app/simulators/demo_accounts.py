"""Accounts, senders and rules of the demo: one source for the simulators and the configuration.

Every name, number and secret here is invented; nothing outside this machine knows them.
The field names of shops, carriers and rules are those of the configuration file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.states import Route, ShipOn
from app.simulators.demo_more_accounts import (
    JtAccount,
    Kuaidi100Account,
    StoAccount,
    YtoAccount,
    jt_account,
    kuaidi100_accounts,
    sto_account,
    yto_account,
)

SHANYE = "shanye"
QINGHE = "qinghe"

HEAVY_G = 5000
CALLS_PER_SECOND = 25  # a demo must not make anybody wait
CALLS_PER_MINUTE = 6000
POLL_SECONDS = 2
ISLAND_CITY = "三沙市"  # no carrier of the demo goes there
BINDING_REVIEW = 1  # status of an e-waybill account
BOUND = 3
ZTO_SITE_CODE, ZTO_SITE_NAME = "57131", "演示中通良渚网点"

_REMOTE = ("西藏自治区", "新疆维吾尔自治区", "海南省")
_YUNDA_PROVINCES = ("浙江省", "江苏省", "安徽省", "江西省", "上海市", "福建省")
_SF_PROVINCES = ("北京市", "广东省", "四川省", "重庆市")


@dataclass(frozen=True, slots=True)
class DemoSender:
    name: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    address: str


@dataclass(frozen=True, slots=True)
class DemoShop:
    """One shop account; ``name`` is its key in the configuration, ``title`` its name on screen."""

    name: str
    title: str
    app_id: str
    app_secret: str
    username: str  # gh_…, the receiver of its pushes
    label_route: Route
    ship_on: ShipOn
    decode_per_day: int
    sender: DemoSender
    token: str  # of message pushes
    aes_key: str  # of message pushes, 43 characters


@dataclass(frozen=True, slots=True)
class SfAccount:
    """SF 丰桥; ``product`` is expressTypeId."""

    name: str
    partner_id: str
    checkword: str
    monthly_account: str
    product: str
    signature: str
    calls_per_second: int
    settle_after_s: float = 2.0  # the simulated SF knows an order at once
    carrier: str = "sf"


@dataclass(frozen=True, slots=True)
class ZtoAccount:
    """ZTO open platform, with the e-waybill account inside the body."""

    name: str
    app_key: str
    app_secret: str
    account_id: str
    account_password: str
    site_name: str
    calls_per_second: int
    carrier: str = "zto"


@dataclass(frozen=True, slots=True)
class YundaAccount:
    """Yunda open platform, with the merchant's own pair inside the body."""

    name: str
    app_key: str
    app_secret: str
    partner_id: str
    partner_secret: str
    calls_per_second: int
    carrier: str = "yunda"


CarrierAccount = (
    SfAccount | ZtoAccount | YundaAccount | YtoAccount | StoAccount | JtAccount | Kuaidi100Account
)


@dataclass(frozen=True, slots=True)
class LabelAccount:
    """One e-waybill account of a shop, as account/get of the platform lists it."""

    shop: str
    delivery_id: str
    acct_id: str
    shop_id: str  # the label account's own id, not the app id
    status: int
    company_type: int  # 1 has a site and a balance, 2 a monthly card
    available: int
    site_code: str
    site_name: str
    monthly_card: str
    sender: DemoSender


@dataclass(frozen=True, slots=True)
class DemoRule:
    """The first rule whose every condition holds decides; no condition always holds."""

    name: str
    carrier: str
    shop: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    weight_g_min: int = 0

    @property
    def when(self) -> dict[str, Any]:
        """The conditions as the configuration file writes them."""
        conditions: dict[str, Any] = {}
        if self.shop:
            conditions["shop"] = list(self.shop)
        if self.province:
            conditions["province"] = list(self.province)
        if self.weight_g_min:
            conditions["weight_g_min"] = self.weight_g_min
        return conditions

    @property
    def then(self) -> Mapping[str, str]:
        return {"carrier": self.carrier}

    def holds_for(self, shop: str, province: str, weight_g: int) -> bool:
        return (
            (not self.shop or shop in self.shop)
            and (not self.province or province in self.province)
            and weight_g >= self.weight_g_min
        )


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """Everything that the configuration of the demo names, apart from addresses and printers."""

    shops: tuple[DemoShop, ...]
    sf: SfAccount
    zto: ZtoAccount
    yunda: YundaAccount
    yto: YtoAccount
    sto: StoAccount
    jt: JtAccount
    kuaidi100: tuple[Kuaidi100Account, ...]
    labels: tuple[LabelAccount, ...]
    rules: tuple[DemoRule, ...]
    sender: DemoSender

    def shop(self, name: str) -> DemoShop:
        return next(shop for shop in self.shops if shop.name == name)

    @property
    def carriers(self) -> tuple[CarrierAccount, ...]:
        """The direct accounts, in the order of the configuration."""
        return (self.sf, self.zto, self.yunda, self.yto, self.sto, self.jt, *self.kuaidi100)

    def carrier_for(self, shop: str, province: str, weight_g: int) -> str:
        """The company code that the rules give a parcel of the shop."""
        return next(r.carrier for r in self.rules if r.holds_for(shop, province, weight_g))


_WAREHOUSE = DemoSender(
    "山野集", "057180000000", "浙江省", "杭州市", "余杭区", "良渚街道", "示例路 1 号 3 号仓"
)
_STUDIO = DemoSender(
    "青禾器物", "057180000001", "浙江省", "杭州市", "余杭区", "良渚街道", "示例路 1 号 5 号仓"
)


def demo_accounts() -> DemoAccounts:
    """The accounts of the demo; always the same."""
    return DemoAccounts(
        shops=_shops(),
        sf=SfAccount(
            name="sf",
            partner_id="YSLJDEMO0318",
            checkword="d3m0K7wq2Zr9Tb5Xc1Vn8Lf4Hs6Jp0Ga",
            monthly_account="7551234567",
            product="2",
            signature="standard_md5",
            calls_per_second=CALLS_PER_SECOND,
        ),
        zto=ZtoAccount(
            name="zto",
            app_key="demo5f21c9a7b30e",
            app_secret="5b0e6c2f9d8147a3b6c1d2e3f4a59687",
            account_id="KDGJDEMO000318",
            account_password="SHANYE318",
            site_name=ZTO_SITE_NAME,
            calls_per_second=CALLS_PER_SECOND,
        ),
        yunda=YundaAccount(
            name="yunda",
            app_key="999318",
            app_secret="2c7d9be04f5a4e1d8b36f0a1c2d3e4f5",
            partner_id="201700100318",
            partner_secret="T7kQ2mZ9wR4xYdLs",
            calls_per_second=CALLS_PER_SECOND,
        ),
        yto=yto_account(CALLS_PER_SECOND),
        sto=sto_account(CALLS_PER_SECOND),
        jt=jt_account(CALLS_PER_SECOND),
        kuaidi100=kuaidi100_accounts(CALLS_PER_SECOND),
        labels=_label_accounts(),
        rules=_rules(),
        sender=_WAREHOUSE,
    )


def _shops() -> tuple[DemoShop, ...]:
    return (
        DemoShop(
            name=SHANYE,
            title="山野集",
            app_id="wx5d30318a1b2c3d01",
            app_secret="0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            username="gh_5d30318a1b01",
            label_route=Route.PLATFORM,
            ship_on=ShipOn.PACK,
            decode_per_day=30,
            sender=_WAREHOUSE,
            token="ShanYe2026Push",
            aes_key="ShanYe0318abcdefghijklmnopqrstuvwxyzABCDEFG",
        ),
        DemoShop(
            name=QINGHE,
            title="青禾器物",
            app_id="wx5d30318a1b2c3d02",
            app_secret="f9e8d7c6b5a493827160f5e4d3c2b1a0",
            username="gh_5d30318a1b02",
            label_route=Route.DIRECT,
            ship_on=ShipOn.PACK,
            decode_per_day=20_000,  # a bought quota: each direct label of a shop's order costs one
            sender=_STUDIO,
            token="QingHe2026Push",
            aes_key="QingHe0318abcdefghijklmnopqrstuvwxyzABCDEFG",
        ),
    )


def _label_accounts() -> tuple[LabelAccount, ...]:
    zto = LabelAccount(
        shop=SHANYE,
        delivery_id="ZTO",
        acct_id="6600000000001",
        shop_id="5000000000001",
        status=BOUND,
        company_type=1,
        available=100_000,
        site_code=ZTO_SITE_CODE,
        site_name=ZTO_SITE_NAME,
        monthly_card="",
        sender=_WAREHOUSE,
    )
    return (
        zto,
        replace(
            zto,
            delivery_id="SF",
            acct_id="6600000000002",
            company_type=2,
            available=0,
            site_code="",
            site_name="",
            monthly_card="7551234567",
        ),
        replace(
            zto,
            delivery_id="YTO",
            acct_id="6600000000003",
            status=BINDING_REVIEW,
            available=36,
            site_code="57104",
            site_name="演示圆通良渚网点",
        ),
        replace(
            zto,
            shop=QINGHE,
            acct_id="6600000000011",
            shop_id="5000000000002",
            available=500,
            sender=_STUDIO,
        ),
    )


def _rules() -> tuple[DemoRule, ...]:
    return (
        DemoRule("边远地区走顺丰", "sf", province=_REMOTE),
        DemoRule("满 5 kg 走顺丰", "sf", weight_g_min=HEAVY_G),
        DemoRule("江浙一带走韵达", "yunda", shop=(QINGHE,), province=_YUNDA_PROVINCES),
        DemoRule("加急城市走顺丰", "sf", shop=(QINGHE,), province=_SF_PROVINCES),
        DemoRule("默认", "zto"),
    )
