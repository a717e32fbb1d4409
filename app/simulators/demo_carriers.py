"""The simulated carriers of the demo: three platforms on one port, each below its own prefix."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.simulators.demo_accounts import DemoAccounts
from app.simulators.server import LoopbackServer
from app.simulators.sf import SfAccount, SfSimulator
from app.simulators.yunda import YundaAccount, YundaSimulator
from app.simulators.zto import ZtoAccount, ZtoSimulator, ZtoWaybillAccount

NUMBERS_LEFT = 100_000


@dataclass(frozen=True, slots=True)
class DemoCarriers:
    """The carriers and the server they answer on; start and stop the server."""

    server: LoopbackServer
    sf: SfSimulator
    zto: ZtoSimulator
    yunda: YundaSimulator

    @property
    def base_urls(self) -> Mapping[str, str]:
        """The ``base_url`` of each account, by company code. Only while the server runs."""
        origin = self.server.base_url
        return {
            "sf": f"{origin}/sf/std/service",
            "zto": f"{origin}/zto",
            "yunda": f"{origin}/yunda",
        }


def open_carriers(
    accounts: DemoAccounts, clock: Callable[[], float] = time.time, seed: int = 1, port: int = 0
) -> DemoCarriers:
    """The three carriers with the accounts of the demo. ``clock`` gives seconds since 1970."""
    sf = SfSimulator(
        [
            SfAccount(
                partner_id=accounts.sf.partner_id,
                checkword=accounts.sf.checkword,
                cards=frozenset({accounts.sf.monthly_account}),
            )
        ],
        clock=clock,
        seed=seed,
    )
    zto = ZtoSimulator(
        [
            ZtoAccount(
                app_key=accounts.zto.app_key,
                app_secret=accounts.zto.app_secret,
                waybill_accounts=(
                    ZtoWaybillAccount(
                        account_id=accounts.zto.account_id,
                        password=accounts.zto.account_password,
                        numbers_left=NUMBERS_LEFT,
                    ),
                ),
            )
        ],
        clock=clock,
        seed=seed,
    )
    yunda = YundaSimulator(
        [
            YundaAccount(
                app_key=accounts.yunda.app_key,
                app_secret=accounts.yunda.app_secret,
                partner_id=accounts.yunda.partner_id,
                secret=accounts.yunda.partner_secret,
                numbers_left=NUMBERS_LEFT,
            )
        ],
        clock=clock,
        seed=seed,
    )
    server = LoopbackServer(port=port, clock=clock)
    sf.mount(server, "/sf")
    zto.mount(server, "/zto")
    yunda.mount(server, "/yunda")
    return DemoCarriers(server, sf, zto, yunda)
