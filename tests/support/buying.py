"""Orders a test buys itself, and the few steps that bring their parcels out of the door."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from app.services import records
from app.services.numbers.labelling import label_parcels
from app.services.orders.queries import find_order
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.parcels.shipping import ship
from app.services.sync import syncing
from app.services.telling import outbox
from app.services.telling.outbox_results import OutboxRow
from app.simulators.demo_accounts import QINGHE, demo_accounts
from app.simulators.goods import load_goods, load_listings
from app.simulators.order_desk import Draft, Numbers, OrderDesk
from app.simulators.people import SHANGHAI, Crowd, load_regions
from app.simulators.seed_orders import OrderKind
from app.simulators.wechat.shop import WechatShop
from app.store.tables import parcel_lines, skus, stock_balances
from tests.support.warehouse import Bench

SHOP = QINGHE  # labels come from the carriers
_TAKEN = itertools.count(500_000)


class Buyer:
    """Somebody who buys in the simulated shop; what is bought is fetched at once."""

    def __init__(self, bench: Bench, shop: str = SHOP) -> None:
        self.bench = bench
        self.shop = shop
        self.crowd = Crowd(random.Random(7), load_regions())

    @property
    def store(self) -> WechatShop:
        return self.bench.world.shops[self.shop]

    def draft(self, *picks: tuple[str, int], like: Draft | None = None, **how: object) -> Draft:
        """An order on the desk, not bought yet; ``like``: by the same person, to the same place."""
        desk = OrderDesk(
            self.shop,
            load_listings(),
            load_goods(),
            demo_accounts(),
            self.crowd,
            Numbers(1, first=next(_TAKEN)),
            self.bench.clock.now() - timedelta(minutes=5),
        )
        person = like.person if like is not None else self.crowd.person(SHANGHAI)
        openid = str(like.order["openid"]) if like is not None else ""
        return desk.buy(*picks, hours_ago=1, person=person, openid=openid, **how)  # type: ignore[arg-type]  # the desk's own keywords

    def buy(self, *picks: tuple[str, int], draft: Draft | None = None) -> str:
        """Buy ``(shop's SKU code, pieces)``; the shop's order id."""
        order = draft or self.draft(*picks)
        desk = OrderDesk(
            self.shop,
            load_listings(),
            load_goods(),
            demo_accounts(),
            self.crowd,
            Numbers(1),
            self.bench.clock.now(),
        )
        sealed = desk.seal(order, OrderKind.ORDINARY)
        order_id = self.store.add_order(sealed.order, sealed.receiver, sealed.after_sales)
        self.fetch(order_id)
        return order_id

    def fetch(self, *order_ids: str) -> None:
        """What the shop says of these orders now."""
        syncing.refetch(self.bench.work, self.shop, order_ids)

    def goods(self, order_id: str, position: int = 0) -> tuple[str, str]:
        """Product and SKU id of a line as the shop has it now."""
        line = self.store.order_data(order_id)["order_detail"]["product_infos"][position]
        return str(line["product_id"]), str(line["sku_id"])

    def parcels(self, order_id: str) -> list[ParcelRow]:
        """The order's parcels, the oldest first."""
        our_id = find_order(self.bench.work, order_id)
        assert our_id is not None
        with self.bench.work.db.read() as tx:
            ids = records.parcels_of(tx, our_id)
        by_id = {row.id: row for row in parcel_rows(self.bench.work, ids)}
        return [by_id[i] for i in ids]

    def status(self, order_id: str) -> int:
        """The order's status in the shop."""
        return int(self.store.order_data(order_id)["status"])

    def on_file(self, order_id: str) -> list[tuple[str, int]]:
        """Number and pieces of each parcel that the shop has on file."""
        parcels = self.store.order_data(order_id)["order_detail"]["delivery_info"]
        return [
            (p["waybill_id"], sum(line["product_cnt"] for line in p["product_infos"]))
            for p in parcels["delivery_product_info"]
        ]


def seal(bench: Bench, ids: Sequence[str]) -> None:
    """Number and ship these parcels; the shop has not heard of it."""
    assert {r.result for r in label_parcels(bench.work, ids)} <= {"issued", "kept"}
    shipped = ship(bench.work, parcel_ids=ids, unpacked=True)
    assert {r.result for r in shipped} == {"shipped"}


def tell(bench: Bench) -> list[OutboxRow]:
    """Send everything that waits."""
    return outbox.drain(bench.work, everything=True)


def pieces(bench: Bench, parcel_id: str) -> int:
    """How many pieces the packer scans into this parcel."""
    with bench.work.db.read() as tx:
        found = tx.execute(
            select(func.sum(parcel_lines.c.quantity)).where(parcel_lines.c.parcel_id == parcel_id)
        ).scalar()
    return int(found or 0)


def allocated(bench: Bench, sku: str) -> int:
    """Pieces of the SKU that parcels have reserved."""
    with bench.work.db.read() as tx:
        found: int = tx.execute(
            select(stock_balances.c.allocated)
            .join(skus, skus.c.id == stock_balances.c.sku_id)
            .where(skus.c.code == sku)
        ).scalar_one()
    return found


def on_hand(bench: Bench, sku: str) -> int:
    """Pieces of the SKU on the shelf."""
    with bench.work.db.read() as tx:
        found: int = tx.execute(
            select(stock_balances.c.on_hand)
            .join(skus, skus.c.id == stock_balances.c.sku_id)
            .where(skus.c.code == sku)
        ).scalar_one()
    return found
