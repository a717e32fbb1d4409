"""Orders a test makes up, told as a shop would: of any item, deadline and state."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import select

from app.domain.orders import AfterSale, LineSnapshot, OrderSnapshot
from app.domain.states import OrderStatus
from app.services import records
from app.services.orders.queries import known_order
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.stock import stock
from app.services.sync import sync_reading, syncing
from app.simulators.seed_orders import SeedOrder
from app.store.tables import stock_balances
from tests.support.warehouse import Bench

SHOP = "qinghe"  # labels come from the carriers
_NUMBERS = itertools.count(3_811_000_000_000_000_001)


@dataclass(slots=True)
class Invented:
    """Makes orders up and tells them; ``pieces`` are of our items, by code."""

    bench: Bench
    shop: str = SHOP
    _like: OrderSnapshot | None = None
    _told: dict[str, OrderSnapshot] = field(default_factory=dict)

    def order(
        self,
        pieces: dict[str, int],
        *,
        hours: float = 48,
        presale: bool = False,
        due: datetime | None = None,
        paid_fen: int = 5_000,
    ) -> OrderSnapshot:
        """A paid order, not told yet; each line costs ``paid_fen``. ``hours`` until its deadline"""
        now = self.bench.clock.now()
        like = self._pattern()
        line, number = like.lines[0], str(next(_NUMBERS))
        lines = tuple(
            replace(
                line,
                line_key=f"{number}_{n}",
                product_id=f"9{crc32(code.encode())}",
                sku_id=f"8{crc32(code.encode())}{int(presale)}",
                sku_code=code,
                barcode="",
                quantity=count,
                refunded_quantity=0,
                refunding_quantity=0,
                shipped_quantity=0,
                paid_fen=paid_fen,
                deadline_at=now + timedelta(hours=hours),
                presale=presale,
                predicted_at=due,
                is_free_gift=False,
            )
            for n, (code, count) in enumerate(pieces.items())
        )
        self._known_there(number)
        return replace(
            like,
            order_id=number,
            status=OrderStatus.PAID,
            created_at=now,
            updated_at=now,
            paid_at=now,
            deadline_at=None,
            paid_fen=paid_fen * len(lines),
            buyer_note="",
            merchant_note="",
            lines=lines,
            raw=number,
        )

    def tell(self, *orders: OrderSnapshot) -> None:
        """The shop tells of these orders, in this order."""
        for order in orders:
            self._told[order.order_id] = order
        sync_reading.store(self.bench.work, self.shop, orders, lambda _stored: None)

    def buy(self, pieces: dict[str, int], **how: object) -> str:
        """A paid order, told; its number."""
        order = self.order(pieces, **how)  # type: ignore[arg-type]  # the keywords of ``order``
        self.tell(order)
        return order.order_id

    def again(self, order_id: str, **changes: object) -> None:
        """The shop tells the order anew with these changes."""
        known = self._told[order_id]
        at = known.updated_at + timedelta(seconds=1)
        changed = replace(known, updated_at=at, raw=f"{known.raw}.", **changes)  # type: ignore[arg-type]  # the snapshot's own fields
        self.tell(changed)

    def cancel(self, order_id: str) -> None:
        self.again(order_id, status=OrderStatus.CANCELLED)

    def refund(self, order_id: str, line: int = 0, pieces: int | None = None) -> None:
        """Some or all pieces of a line are refunded for good."""
        lines = list(self._told[order_id].lines)
        count = lines[line].quantity if pieces is None else pieces
        lines[line] = replace(lines[line], refunded_quantity=count)
        self.again(order_id, lines=tuple(lines))

    def after_sale(self, order_id: str, *, is_open: bool) -> None:
        """The buyer asks for an after-sale, or it is settled without a refund."""
        case = AfterSale(f"7{order_id[-12:]}", "USER_WAIT" if is_open else "CLOSED", is_open, True)
        self.again(order_id, after_sales=(case,))

    def lines(self, order_id: str) -> tuple[LineSnapshot, ...]:
        return self._told[order_id].lines

    def parcels(self, order_id: str) -> list[ParcelRow]:
        """All parcels of the order, the oldest first."""
        our_id = known_order(self.bench.work, order_id)
        with self.bench.work.db.read() as tx:
            ids = records.parcels_of(tx, our_id)
        return parcel_rows(self.bench.work, ids)

    def parcel(self, order_id: str) -> ParcelRow:
        """The order's only parcel."""
        (row,) = self.parcels(order_id)
        return row

    def _known_there(self, number: str) -> None:
        """The shop can be asked for the order's address."""
        seed = self._seed()
        order = copy.deepcopy(seed.order)
        order["order_id"] = number
        self.bench.world.shops[self.shop].add_order(order, seed.receiver)

    def _seed(self) -> SeedOrder:
        seeds = self.bench.scenario.orders
        return next(o for o in seeds if o.kind == "ordinary" and o.shop == self.shop)

    def _pattern(self) -> OrderSnapshot:
        if self._like is None:
            work = self.bench.work
            syncing.refresh_accounts(work, work.outside.shop(self.shop))
            self._like = work.outside.shop(self.shop).order(self._seed().order_id)
        return self._like


def shelf(bench: Bench, **on_hand: int) -> None:
    """Items ``A``, ``B`` … with so many pieces."""
    rows = [
        {"sku": code, "name": f"thing {code}", "quantity": str(count), "weight_g": "100"}
        for code, count in on_hand.items()
    ]
    assert {r.result for r in stock.import_rows(bench.work, rows)} <= {"new", "changed", "same"}


def figures(bench: Bench, code: str) -> tuple[int, int, int]:
    """On hand, allocated, set aside for presale orders."""
    with bench.work.db.read() as tx:
        b = tx.execute(
            select(stock_balances).where(stock_balances.c.sku_id == stock.find_sku(tx, code))
        ).one()
    return b.on_hand, b.allocated, b.presale
