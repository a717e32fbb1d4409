"""The simulated carriers of the demo: platforms on one port, each below its own prefix."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.simulators.demo_accounts import ZTO_SITE_CODE, DemoAccounts
from app.simulators.jt import JtAccount, JtSimulator
from app.simulators.kuaidi100 import Kuaidi100Account, Kuaidi100Simulator, Partner
from app.simulators.server import LoopbackServer
from app.simulators.sf import SfAccount, SfSimulator
from app.simulators.sto import StoAccount, StoSimulator
from app.simulators.sto.simulator import GATEWAY as STO_GATEWAY
from app.simulators.travels import Road
from app.simulators.yto import YtoAccount, YtoSimulator
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
    yto: YtoSimulator
    sto: StoSimulator
    jt: JtSimulator
    kuaidi100: Kuaidi100Simulator

    @property
    def roads(self) -> Mapping[str, Road]:
        """The carriers that move parcels, by company code."""
        return {
            "sf": self.sf,
            "zto": self.zto,
            "yunda": self.yunda,
            "yto": self.yto,
            "sto": self.sto,
        }

    @property
    def base_urls(self) -> Mapping[str, str]:
        """Where each carrier answers, by its code. Only while the server runs."""
        origin = self.server.base_url
        return {
            "sf": f"{origin}/sf/std/service",
            "zto": f"{origin}/zto",
            "yunda": f"{origin}/yunda",
            "yto": f"{origin}/yto",
            "sto": f"{origin}/sto{STO_GATEWAY}",
            "jt": f"{origin}/jt/webopenplatformapi/api",
            "kuaidi100": f"{origin}/kuaidi100",
        }


def open_carriers(
    accounts: DemoAccounts, clock: Callable[[], float] = time.time, seed: int = 1, port: int = 0
) -> DemoCarriers:
    """The carriers with the accounts of the demo. ``clock`` gives seconds since 1970."""
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
                site_code=ZTO_SITE_CODE,
                site_name=accounts.zto.site_name,
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
    yto = YtoSimulator(
        [
            YtoAccount(
                token=accounts.yto.token,
                customer_code=accounts.yto.customer_code,
                secret=accounts.yto.secret,
                numbers_left=NUMBERS_LEFT,
            )
        ],
        clock=clock,
        seed=seed,
    )
    sto = StoSimulator(
        [
            StoAccount(
                app_key=accounts.sto.app_key,
                from_code=accounts.sto.app_key,
                secret_key=accounts.sto.secret_key,
                order_source=accounts.sto.app_key,
                site_code=accounts.sto.site_code,
                customer_name=accounts.sto.customer_name,
                site_password=accounts.sto.site_password,
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
    yto.mount(server, "/yto")
    sto.mount(server, "/sto")
    jt, kuaidi100 = _jt(accounts, clock, seed), _kuaidi100(accounts, clock, seed)
    jt.mount(server, "/jt/webopenplatformapi/api")
    kuaidi100.mount(server, "/kuaidi100")
    return DemoCarriers(server, sf, zto, yunda, yto, sto, jt, kuaidi100)


def _jt(accounts: DemoAccounts, clock: Callable[[], float], seed: int) -> JtSimulator:
    account = JtAccount(
        api_account=accounts.jt.api_account,
        private_key=accounts.jt.private_key,
        customer_code=accounts.jt.customer_code,
        password=accounts.jt.password,
        numbers_left=NUMBERS_LEFT,
    )
    return JtSimulator([account], clock=clock, seed=seed)


def _kuaidi100(accounts: DemoAccounts, clock: Callable[[], float], seed: int) -> Kuaidi100Simulator:
    """One customer with a contract at each company that an account books with."""
    booking = [account for account in accounts.kuaidi100 if account.company]
    partners = {a.company: Partner(a.partner_id, a.partner_key) for a in booking}
    customer = Kuaidi100Account(
        key=booking[0].key,
        customer=booking[0].customer,
        secret=booking[0].secret,
        partners=partners,
    )
    return Kuaidi100Simulator([customer], clock=clock, seed=seed)
