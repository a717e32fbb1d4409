"""Everything the demo connects to, on loopback: shops, carriers, print component, label printers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.simulators.demo_accounts import DemoAccounts, DemoSender
from app.simulators.demo_shop import open_shops
from app.simulators.goods import DEMO_FOLDER
from app.simulators.print_component import PrintComponent
from app.simulators.printers import LabelPrinter
from app.simulators.scenario import Scenario
from app.simulators.server import LoopbackServer
from app.simulators.sf.records import SfAccount
from app.simulators.sf.signature import SfAlgorithm
from app.simulators.sf.simulator import SfSimulator
from app.simulators.wechat.gateway import WechatServer
from app.simulators.wechat.shop import WechatShop
from app.simulators.yunda.records import YundaAccount
from app.simulators.yunda.simulator import YundaSimulator
from app.simulators.zto.records import ZtoAccount, ZtoWaybillAccount
from app.simulators.zto.simulator import ZtoSimulator

FONTS = DEMO_FOLDER.parent / "fonts"


class SimulatedWarehouse:
    """The outside world of ``scenario`` from ``start()`` to ``stop()``; a context manager does both.

    ``paper`` gets what every printer put on paper as ``<printer>/<n>.png``. ``clock`` gives seconds
    since the epoch.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        paper: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.scenario = scenario
        accounts = scenario.accounts
        self.shops: dict[str, WechatShop] = {
            seed.name: shop
            for seed, shop in zip(scenario.shops, open_shops(scenario, clock), strict=True)
        }
        self.wechat = WechatServer(
            self.shops.values(), clock=clock, pictures=DEMO_FOLDER / "pictures"
        )
        self.carriers = LoopbackServer(clock=clock)
        self.sf = SfSimulator([_sf(accounts)], clock=clock, seed=scenario.seed)
        self.zto = ZtoSimulator([_zto(accounts)], clock=clock, seed=scenario.seed)
        self.yunda = YundaSimulator([_yunda(accounts)], clock=clock, seed=scenario.seed)
        self.sf.mount(self.carriers, "/sf")
        self.zto.mount(self.carriers, "/zto")
        self.yunda.mount(self.carriers, "/yunda")
        self.component = PrintComponent(
            font_path=FONTS / "NotoSansSC-Regular.subset.ttf",
            bold_font_path=FONTS / "NotoSansSC-Bold.subset.ttf",
            folder=paper,
            clock=clock,
        )
        self.printers = {
            name: LabelPrinter(language, out_dir=paper / name if paper else None, keep=400)
            for name, language in (("bench-1", "tspl"), ("bench-2", "escpos"), ("bench-3", "zpl"))
        }
        self._started: list[Any] = []

    def start(self) -> Self:
        """Listen on free ports of 127.0.0.1."""
        for part in (self.wechat, self.carriers, self.component, *self.printers.values()):
            part.start()
            self._started.append(part)
        return self

    def stop(self) -> None:
        """End everything, in the opposite order. May be called twice."""
        while self._started:
            self._started.pop().stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def configuration(self) -> str:
        """A configuration file that connects Packbench to this warehouse."""
        accounts = self.scenario.accounts
        base = self.carriers.base_url
        parts = [_table("sender", _sender(accounts.sender))]
        parts += [
            _table(
                "[shop]",
                {
                    "name": shop.name,
                    "title": shop.title,
                    "platform": "wechat",
                    "base_url": self.wechat.base_url,
                    "app_id": shop.app_id,
                    "app_secret": shop.app_secret,
                    "label_route": shop.label_route.value,
                    "ship_on": shop.ship_on.value,
                    "decode_per_day": shop.decode_per_day,
                },
            )
            for shop in accounts.shops
        ]
        urls = {"sf": f"{base}/sf/std/service", "zto": f"{base}/zto", "yunda": f"{base}/yunda"}
        parts += [
            _table(
                "[carrier]",
                {**asdict(account), "base_url": urls[account.carrier], "calls_per_second": 20},
            )
            for account in accounts.carriers
        ]
        parts += [
            _table(
                "[printer]",
                {
                    "name": name,
                    "language": printer.language.value,
                    "address": printer.address,
                    "dots_per_mm": 8,
                    "media": "76x130",
                    "documents": ["label"],
                },
            )
            for name, printer in self.printers.items()
        ]
        parts.append(
            _table(
                "[printer]",
                {"name": "platform", "language": "component", "address": self.component.url},
            )
        )
        parts += [
            _table("[rule]", {"name": rule.name, "when": rule.when, "then": dict(rule.then)})
            for rule in accounts.rules
        ]
        return "\n".join(parts)


def _sender(sender: DemoSender) -> dict[str, str]:
    return asdict(sender)


def _sf(accounts: DemoAccounts) -> SfAccount:
    sf = accounts.sf
    return SfAccount(
        partner_id=sf.partner_id,
        checkword=sf.checkword,
        algorithm=SfAlgorithm(sf.signature),
        cards=frozenset({sf.monthly_account}),
    )


def _zto(accounts: DemoAccounts) -> ZtoAccount:
    zto = accounts.zto
    return ZtoAccount(
        app_key=zto.app_key,
        app_secret=zto.app_secret,
        waybill_accounts=(
            ZtoWaybillAccount(zto.account_id, zto.account_password, numbers_left=100_000),
        ),
    )


def _yunda(accounts: DemoAccounts) -> YundaAccount:
    yunda = accounts.yunda
    return YundaAccount(
        app_key=yunda.app_key,
        app_secret=yunda.app_secret,
        partner_id=yunda.partner_id,
        secret=yunda.partner_secret,
        numbers_left=100_000,
    )


def _table(name: str, values: dict[str, Any]) -> str:
    lines = [f"[{name}]"]
    lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
