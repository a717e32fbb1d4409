"""A relay in this process, a simulated shop that pushes to it, and waiting without a clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from app.relay.service import Address, Relay
from app.services.sync import push_events
from app.services.workplace import Workplace
from app.simulators.demo_accounts import DemoShop
from app.simulators.demo_shop import take_order
from app.simulators.scenario import later_orders
from app.simulators.wechat.push_sender import PushSender
from app.simulators.wechat.shop import WechatShop
from app.store.tables import orders
from app.store.tables import push_events as events_table
from tests.support.warehouse import Bench

SHOP = "shanye"
SECRET = "a-secret-between-two-benches"
PATIENCE_S = 60.0


def until(true: Callable[[], bool]) -> None:
    """Wait until it is so.

    Raises:
        AssertionError: it never was.
    """
    ends = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A bench whose relay listens."""

    bench: Bench
    relay: Relay
    http: httpx.Client

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.relay.port}"

    @property
    def account(self) -> DemoShop:
        return self.bench.scenario.accounts.shop(SHOP)

    @property
    def shop(self) -> WechatShop:
        return self.bench.world.shops[SHOP]

    def sender(self, **wanted: Any) -> PushSender:
        """The platform, pushing to this relay."""
        return PushSender(
            self.shop,
            f"{self.url}/wechat/{SHOP}",
            self.account.token,
            self.account.aes_key,
            **{"scale": 0.001, **wanted},
        )

    def settle(self) -> None:
        """Wait until every event that was taken is worked off."""
        until(lambda: push_events.backlog(self.bench.work).waiting == 0)


@contextmanager
def pushed(bench: Bench, work: Workplace | None = None, **wanted: Any) -> Iterator[Pushed]:
    relay = Relay(work or bench.work, Address("127.0.0.1", 0), **{"secret": SECRET, **wanted})
    with relay, httpx.Client(trust_env=False) as http:
        yield Pushed(bench, relay, http)


def buy(bench: Bench, count: int) -> list[str]:
    """New paid orders in the first shop; their ids."""
    found: list[str] = []
    for order in later_orders(bench.scenario, 1, bench.clock.now):
        if order.shop == SHOP:
            take_order(bench.world.shops[SHOP], order)
            found.append(order.order_id)
        if len(found) == count:
            break
    return found


def stored(work: Workplace) -> dict[str, Any]:
    """The orders of the first shop in our database, by the shop's id."""
    with work.db.read() as tx:
        rows = tx.execute(select(orders).where(orders.c.shop_id == SHOP)).all()
    assert len({r.order_id for r in rows}) == len(rows)
    return {r.order_id: r for r in rows}


def events(work: Workplace) -> list[Any]:
    with work.db.read() as tx:
        return list(tx.execute(select(events_table).order_by(events_table.c.id)).all())
