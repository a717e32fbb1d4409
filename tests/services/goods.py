"""What tests of listings and stock look at: our rows, and what the simulated shop believes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.simulators.wechat.shop import WechatShop
from app.store.tables import listings, skus, stock_balances
from tests.support.warehouse import Bench

SHANYE, QINGHE = "shanye", "qinghe"
TEA, TEA_SKU, TEA_CODE = "10000154820137", "3616331011", "LJ-100G"
PAIR, PAIR_SKU, PAIR_CODE = "10000154823288", "3616331319", "SYCQ-YD-02"  # nobody has mapped it
DOUBLE, DOUBLE_SKU = "10000154822740", "3616331275"  # two tins of the tea in one


def platform(bench: Bench, shop: str = SHANYE) -> WechatShop:
    return bench.world.shops[shop]


def row(bench: Bench, product_id: str, sku_id: str, shop: str = SHANYE) -> Any:
    """Our listing."""
    with bench.work.db.read() as tx:
        return tx.execute(
            select(listings).where(
                listings.c.shop_id == shop,
                listings.c.product_id == product_id,
                listings.c.sku_id == sku_id,
            )
        ).one()


def rows(bench: Bench, shop: str = SHANYE) -> list[Any]:
    with bench.work.db.read() as tx:
        return list(tx.execute(select(listings).where(listings.c.shop_id == shop)))


def available(bench: Bench, code: str) -> int:
    with bench.work.db.read() as tx:
        return int(
            tx.execute(
                select(stock_balances.c.available)
                .join(skus, skus.c.id == stock_balances.c.sku_id)
                .where(skus.c.code == code)
            ).scalar_one()
        )


def change_listing(bench: Bench, product_id: str, sku_id: str, **values: Any) -> None:
    with bench.work.db.write() as tx:
        tx.execute(
            update(listings)
            .where(listings.c.product_id == product_id, listings.c.sku_id == sku_id)
            .values(**values)
        )
