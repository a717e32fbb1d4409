"""Orders of a bundle, and the few steps that a test does with their parcels."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import select

from app.domain.address import Address
from app.domain.orders import OrderSnapshot
from app.domain.packing import OpenParcel
from app.domain.states import Flow, OrderStatus, ParcelState, ReservationState, Verdict
from app.services.numbers import by_person
from app.services.orders.queries import find_order
from app.services.parcels import packing, shipping
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.records import parcels_of
from app.services.stock import bundles, stock
from app.services.sync import sync_reading
from app.store.tables import parcel_lines, parcels, reservations, skus
from tests.support.lines import plain_line
from tests.support.warehouse import Bench

SHOP = "qinghe"  # labels come from the carriers
A, B, SET = "PART-A", "PART-B", "SET-1"
_NUMBERS = itertools.count(880_001)


@dataclass
class Floor:
    """Two parts on the shelf and a bundle of two A and one B."""

    bench: Bench
    told: dict[str, OrderSnapshot] = field(default_factory=dict)

    def begin(self, a: int = 10, b: int = 10, built: int = 0) -> None:
        rows = [
            {"sku": A, "name": "茶罐", "quantity": str(a), "bin": "A-1", "weight_g": "100"},
            {"sku": B, "name": "茶杯", "quantity": str(b), "bin": "B-1", "weight_g": "50"},
            {"sku": SET, "name": "茶具套装", "quantity": str(built), "bin": "C-1"},
        ]
        rows[0]["barcode"], rows[1]["barcode"] = "6900000000011", "6900000000028"
        rows[2]["barcode"] = "6900000000035"
        stock.import_rows(self.bench.work, rows)
        bundles.define(self.bench.work, SET, {A: 2, B: 1})

    def buy(self, like: str = "", **goods: int) -> str:
        """An order of ``SET=1, A=2 …`` pieces; ``like``: of the same buyer, to the same place."""
        number = str(next(_NUMBERS))
        codes = {"A": A, "B": B, "SET": SET}
        before = self.told.get(like)
        now = self.bench.work.now()
        order = OrderSnapshot(
            order_id=number,
            status=OrderStatus.PAID,
            shop_status="20",
            flow=Flow.PARCEL,
            created_at=now,
            updated_at=now,
            paid_at=now,
            deadline_at=now + timedelta(hours=24),
            buyer_id=before.buyer_id if before else f"buyer-{number}",
            receiver=Address(
                name="测试甲",
                phone="13800000000",
                province="浙江省",
                city="杭州市",
                district="西湖区",
                address="文三路 1 号",
            ),
            address_hash=before.address_hash if before else f"hash-{number}",
            pending_address=None,
            pending_address_hash="",
            uses_virtual_number=False,
            buyer_note="",
            merchant_note="",
            is_gift=False,
            greeting="",
            custom_work="",
            quality_inspection=False,
            serials_wanted=False,
            paid_fen=1000,
            freight_fen=0,
            label_code="",
            lines=tuple(
                plain_line(f"{number}-{name}", codes[name], n) for name, n in sorted(goods.items())
            ),
            raw=number,
        )
        self.tell(order)
        return number

    def tell(self, order: OrderSnapshot) -> None:
        sync_reading.store(self.bench.work, SHOP, [order], lambda _what: None)
        self.told[order.order_id] = order

    def change(self, number: str, **how: object) -> None:
        before = self.told[number]
        later = before.updated_at + timedelta(seconds=1)
        self.tell(replace(before, updated_at=later, raw=self.bench.work.key(), **how))  # type: ignore[arg-type]  # columns of an order

    def refund(self, number: str, pieces: int, name: str = "SET") -> None:
        """So many pieces of a line in all are refunded for good."""
        lines = tuple(
            replace(line, refunded_quantity=pieces) if line.line_key.endswith(f"-{name}") else line
            for line in self.told[number].lines
        )
        self.change(number, lines=lines)

    def cancel(self, number: str) -> None:
        self.change(number, status=OrderStatus.CANCELLED, shop_status="250")

    def parcels(self, number: str) -> list[ParcelRow]:
        our_id = find_order(self.bench.work, number)
        assert our_id is not None
        with self.bench.work.db.read() as tx:
            ids = parcels_of(tx, our_id)
        found = {row.id: row for row in parcel_rows(self.bench.work, ids)}
        return [found[i] for i in ids]

    def parcel(self, number: str) -> ParcelRow:
        (row,) = self.parcels(number)
        return row

    def reserved(self, number: str) -> dict[str, int]:
        """Reserved pieces by SKU code, of all parcels of the order."""
        ids = [row.id for row in self.parcels(number)]
        with self.bench.work.db.read() as tx:
            rows = tx.execute(
                select(skus.c.code, reservations.c.quantity)
                .join(reservations, reservations.c.sku_id == skus.c.id)
                .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
                .where(
                    parcel_lines.c.parcel_id.in_(ids),
                    reservations.c.state == ReservationState.ACTIVE,
                )
            ).all()
        found: dict[str, int] = {}
        for row in rows:
            found[row.code] = found.get(row.code, 0) + row.quantity
        return found

    def number(self, parcel_id: str) -> None:
        by_person.take(self.bench.work, parcel_id, f"YT{self.bench.work.key()[-15:]}")

    def ship(self, parcel_id: str) -> str:
        return shipping.ship(self.bench.work, parcel_ids=[parcel_id], unpacked=True)[0].result

    def open(self, parcel_id: str) -> OpenParcel:
        """The parcel on the bench, with a number and its label out."""
        with self.bench.work.db.read() as tx:
            state = tx.execute(select(parcels.c.state).where(parcels.c.id == parcel_id)).scalar()
        if state == ParcelState.TO_LABEL:
            self.number(parcel_id)
        (row,) = parcel_rows(self.bench.work, [parcel_id])
        opened = packing.open_parcel(self.bench.work, row.waybill)
        assert opened.verdict is Verdict.PARCEL_OPENED, opened
        assert opened.parcel is not None
        return opened.parcel

    def figures(self) -> dict[str, tuple[int, int]]:
        """On hand and allocated, by code."""
        rows = stock.list_stock(self.bench.work)
        return {r.sku: (r.on_hand, r.allocated) for r in rows if r.sku in {A, B, SET}}
