"""Telling a shop what of its tea is for sale, and looking what came of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.services.stock import stock_push, stock_sending
from app.services.stock.stock_push import PushRow
from app.services.telling import outbox
from app.store.tables import outbox as outbox_table
from tests.services.goods import (
    SHANYE,
    TEA,
    TEA_CODE,
    TEA_SKU,
    platform,
    row,
)
from tests.support.warehouse import Bench

UPDATE = "/channels/ec/product/stock/update"


BATCH = "/channels/ec/product/stock/batchget"


def has(bench: Bench, product_id: str = TEA, sku_id: str = TEA_SKU) -> int:
    return platform(bench).stock_of(product_id, sku_id)


def push(bench: Bench, **wanted: Any) -> PushRow:
    """Push the tea; the row of its single tin."""
    rows = stock_push.push_and_send(bench.work, SHANYE, sku=TEA_CODE, **wanted)
    return next(r for r in rows if r.product_id == TEA)


def state_of(bench: Bench) -> list[str]:
    """The states of the tea's messages, the oldest first."""
    lane = stock_sending.lane(row(bench, TEA, TEA_SKU).id)
    query = select(outbox_table.c.state).where(outbox_table.c.lane == lane)
    with bench.work.db.read() as tx:
        return list(tx.execute(query.order_by(outbox_table.c.id)).scalars())


def updates(bench: Bench) -> list[dict[str, Any]]:
    """Changes of the tea's stock that the shop was asked for."""
    calls = bench.world.wechat.journal.calls(UPDATE)
    return [c.body for c in calls if c.body["sku_id"] == TEA_SKU]


def settle(bench: Bench) -> None:
    """Time passes, and what waits is sent."""
    bench.clock.advance(minutes=5)
    outbox.drain(bench.work)


def buy(bench: Bench, pieces: int, status: int = 20) -> str:
    """Somebody orders single tins of the tea."""
    shop = platform(bench)
    like = next(
        o for o in bench.scenario.orders if o.kind == "ordinary" and o.order_id in shop.orders
    )
    order = shop.order_data(like.order_id)
    now = int(bench.clock.now().timestamp())
    line = order["order_detail"]["product_infos"][0]
    line |= {
        "product_id": TEA,
        "sku_id": TEA_SKU,
        "sku_code": TEA_CODE,
        "sku_cnt": pieces,
        "on_aftersale_sku_cnt": 0,
        "finish_aftersale_sku_cnt": 0,
    }
    order["order_detail"]["product_infos"] = [line]
    order["order_detail"]["delivery_info"]["delivery_product_info"] = []
    order |= {
        "order_id": "3732000000000009999",
        "status": status,
        "create_time": now,
        "update_time": now,
    }
    return shop.add_order(order, like.receiver)
