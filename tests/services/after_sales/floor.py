"""What the tests of after-sales do on a bench, in few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.domain.after_sales import AfterSaleStage
from app.services import after_sales
from app.services.after_sales.fetching import AfterSaleSync
from app.services.orders import queries
from app.services.parcels import parcel_queries
from app.services.parcels.parcel_queries import ParcelRow
from app.services.sync import syncing
from app.simulators.seed_orders import SeedOrder
from app.simulators.wechat.shop import WechatShop
from app.store.tables import after_sales as cases
from app.store.tables import audit
from tests.support.warehouse import Bench


@dataclass(frozen=True, slots=True)
class Floor:
    """A bench and one of its orders."""

    bench: Bench
    kind: str = "ordinary"

    @property
    def seed(self) -> SeedOrder:
        return self.bench.seed(self.kind)

    @property
    def shop(self) -> WechatShop:
        return self.bench.world.shops[self.seed.shop]

    @property
    def line(self) -> dict[str, Any]:
        line: dict[str, Any] = self.shop.order_data(self.seed.order_id)["order_detail"][
            "product_infos"
        ][0]
        return line

    def ask(self, pieces: int = 1, **wanted: Any) -> str:
        """The buyer asks for something about the first line; returns the after-sale's id."""
        line = self.line
        return self.shop.open_aftersale(
            self.seed.order_id, line["product_id"], line["sku_id"], pieces, **wanted
        )

    def sync(self, *, everything: bool = False, after_s: float = 11) -> AfterSaleSync:
        """After-sales only, never the list of orders; ``after_s`` later, when they are due."""
        self.bench.clock.advance(after_s)
        shop = self.bench.work.outside.shop(self.seed.shop)
        result = after_sales.sync(self.bench.work, shop, everything=everything)
        assert result.error is None, result.error
        return result

    def sync_orders(self) -> None:
        syncing.sync_shop(self.bench.work, self.seed.shop)

    def case(self, after_sale_id: str) -> Any:
        """The stored row."""
        with self.bench.work.db.read() as tx:
            return tx.execute(
                select(cases).where(cases.c.after_sale_id == after_sale_id)
            ).one_or_none()

    def stage(self, after_sale_id: str) -> AfterSaleStage:
        return AfterSaleStage(self.case(after_sale_id).stage)

    def holds(self) -> tuple[str, ...]:
        our_id = queries.find_order(self.bench.work, self.seed.order_id)
        assert our_id is not None
        return queries.order_rows(self.bench.work, [our_id])[0].holds

    def parcels(self) -> list[ParcelRow]:
        """Every parcel of the order, the cancelled ones too."""
        work = self.bench.work
        ids = parcel_queries.parcel_ids(work)
        return [
            row for row in parcel_queries.parcel_rows(work, ids) if self.seed.order_id in row.orders
        ]

    def story(self) -> list[str]:
        """The audit trail's actions, the oldest first."""
        with self.bench.work.db.read() as tx:
            return list(tx.execute(select(audit.c.action).order_by(audit.c.id)).scalars())
