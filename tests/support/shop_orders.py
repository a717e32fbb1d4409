"""Plain orders in a simulated shop, as many as wanted, and whether we have them as they are."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable

from sqlalchemy import select

from app.shops.wechat.mapping import STATUSES
from app.simulators.wechat.shop import WechatShop
from app.store.tables import orders
from tests.support.warehouse import Bench

SHOP = "shanye"
_NUMBERS = itertools.count(3_799_000_000_000_000_001)


def platform(bench: Bench, shop: str = SHOP) -> WechatShop:
    return bench.world.shops[shop]


def add_orders(
    bench: Bench, count: int = 1, *, ago_s: float = 0.0, status: int = 20, shop: str = SHOP
) -> list[str]:
    """Orders made, paid and last changed ``ago_s`` before the platform's time; their ids."""
    seed = next(o for o in bench.scenario.orders if o.kind == "ordinary" and o.shop == shop)
    at_s = int(platform(bench, shop).clock() - ago_s)
    made = []
    for _ in range(count):
        order = copy.deepcopy(seed.order)
        order["order_id"] = str(next(_NUMBERS))
        order["create_time"] = order["update_time"] = at_s
        order["status"] = status
        order["order_detail"]["pay_info"]["pay_time"] = at_s
        for line in order["order_detail"]["product_infos"]:
            line["delivery_deadline"] = at_s + 172_800
        made.append(platform(bench, shop).add_order(order, seed.receiver))
    return made


def stored(bench: Bench, shop: str = SHOP) -> dict[str, str]:
    """The status of every order we have, by the shop's id."""
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(orders.c.order_id, orders.c.status).where(orders.c.shop_id == shop)
        ).all()
    assert len(rows) == len({r.order_id for r in rows})
    return {r.order_id: r.status for r in rows}


def differences(bench: Bench, ids: Iterable[str] | None = None, shop: str = SHOP) -> list[str]:
    """Orders that we do not have exactly as the shop has them now."""
    ours, theirs = stored(bench, shop), platform(bench, shop)
    wrong = []
    with theirs.lock:
        for order_id in theirs.orders if ids is None else ids:
            known = theirs.orders[order_id]
            if ours.get(order_id) != STATUSES[known.status]:
                wrong.append(f"{order_id}: {ours.get(order_id)} is {known.status}")
    return wrong
