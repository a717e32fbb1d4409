"""One bench of a storm over the stock: a program that buys, ships, cancels and counts at random.

python -m tests.support.stock_storm_program DATA JOURNAL SEED ORDERS

It ends when it has bought ``ORDERS`` orders. What it was told is done stands in ``JOURNAL``, one
JSON line each, before it goes on; the judge compares that with the books.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from app.bootstrap import open_services
from app.domain.address import Address
from app.domain.errors import RetryableError, UserError
from app.domain.orders import OrderSnapshot
from app.domain.states import Flow, OrderStatus, ParcelState
from app.domain.text import T
from app.services.numbers import by_person
from app.services.parcels import checking, shipping, unshipping
from app.services.stock import stock
from app.services.sync import sync_reading
from app.services.waves import waves
from app.services.workplace import Workplace
from app.simulators.demo_accounts import QINGHE
from app.store.tables import parcels
from app.store.tables import waves as wave_table
from tests.support.lines import plain_line

SKUS = ("STORM-A", "STORM-B", "STORM-C", "STORM-D", "STORM-E", "STORM-F")
SHOP = QINGHE
_MOST_TRIES = 200
_RECENT = 300  # parcels that a bench looks at

# What a person is told at such a moment, and goes on.
_EXPECTED = frozenset(
    {
        "already_reported",
        "already_shipped",
        "cancelled",
        "has_number",
        "held",
        "manual",
        "no_account",
        "no_number",
        "not_checked",
        "not_packed",
        "not_sealed",
        "not_shipped",
        "nothing_unknown",
        "number_taken",
        "refund",
        "short",
        "stock_missing",
        "stock_negative",
        "unmapped",
        "wave_empty",
    }
)


@dataclass
class StormBench:
    """One program's hands; ``run`` does everything."""

    work: Workplace
    journal: IO[str]
    chance: random.Random
    name: str
    bought: dict[str, OrderSnapshot] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, orders: int) -> None:
        acts: list[tuple[int, Callable[[], None]]] = [
            (30, self.buy),
            (34, self.ship),
            (8, self.cancel),
            (4, self.refund),
            (6, self.receive),
            (4, self.count),
            (3, self.adjust),
            (4, self.wave),
            (4, self.unship),
            (3, self.recheck),
        ]
        weights = [weight for weight, _act in acts]
        while len(self.bought) < orders:
            _weight, act = self.chance.choices(acts, weights)[0]
            act()

    def buy(self) -> None:
        number = f"{self.name}{len(self.bought) + 1:05}"
        order = self._order(number)
        self._again(lambda: self._store(order))
        self.bought[number] = order
        self._tell("bought", number)

    def cancel(self) -> None:
        self._change(
            lambda order: replace(order, status=OrderStatus.CANCELLED, shop_status="250"),
            "cancelled",
        )

    def refund(self) -> None:
        """The first line of an order is refunded for good."""

        def refunded(order: OrderSnapshot) -> OrderSnapshot:
            first = replace(order.lines[0], refunded_quantity=order.lines[0].quantity)
            return replace(order, lines=(first, *order.lines[1:]))

        self._change(refunded, "refunded")

    def ship(self) -> None:
        parcel_id = self._some_parcel(ParcelState.TO_LABEL, ParcelState.TO_PICK)
        if parcel_id is None:
            return
        number = f"YT{self.work.key()[-15:]}"
        self._again(lambda: self._allowed(lambda: by_person.take(self.work, parcel_id, number)))

        def shipped() -> str:
            row = shipping.ship(self.work, parcel_ids=[parcel_id], unpacked=True)[0]
            if row.result == "failed" and row.code.startswith(("database_", "busy_")):
                raise RetryableError(row.code, T("Try again."), T("Try again."))
            if row.code and row.code not in _EXPECTED:
                raise AssertionError(f"not shipped: {row.code}")
            return row.result

        tries, result = self._again(shipped)
        unclear = tries > 1
        if result == "shipped" or (unclear and result == "kept"):
            self._tell("shipped", parcel_id, unclear=unclear)

    def unship(self) -> None:
        parcel_id = self._some_parcel(ParcelState.TO_REPORT)
        if parcel_id is None:
            return
        tries, done = self._again(
            lambda: self._allowed(lambda: unshipping.unship(self.work, parcel_id, "wrong box"))
        )
        if done:
            self._tell("unshipped", parcel_id, unclear=tries > 1)

    def receive(self) -> None:
        reference = f"RK-{self.name}-{self.work.key()}"
        sku, n = self.chance.choice(SKUS), self.chance.randint(4, 40)
        self._again(lambda: stock.receive(self.work, sku, n, reference=reference))
        self._tell("received", reference, sku=sku, pieces=n)

    def count(self) -> None:
        """Somebody counts one item and writes down what is there, more or less."""
        sku = self.chance.choice(SKUS)
        here = next(row for row in stock.list_stock(self.work, sku) if row.sku == sku)
        counted = max(0, here.on_hand + self.chance.randint(-2, 2))
        row = {"sku": sku, "quantity": str(counted)}
        self._again(lambda: stock.import_rows(self.work, [row]))
        self._tell("counted", sku)

    def adjust(self) -> None:
        sku, n = self.chance.choice(SKUS), self.chance.choice((-2, -1, 1, 2))
        self._again(lambda: self._allowed(lambda: stock.adjust(self.work, sku, n, "broken")))
        self._tell("adjusted", sku)

    def wave(self) -> None:
        limit = self.chance.randint(1, 6)
        made: list[str] = []

        def create() -> None:
            made[:] = [waves.create(self.work, limit=limit).id]

        _tries, done = self._again(lambda: self._allowed(create))
        if done:
            with self.work.db.read() as tx:
                ids = list(
                    tx.execute(select(parcels.c.id).where(parcels.c.wave_id == made[0])).scalars()
                )
                name = tx.execute(
                    select(wave_table.c.name).where(wave_table.c.id == made[0])
                ).scalar_one()
            self._tell("wave", made[0], name=name, parcels=ids)

    def recheck(self) -> None:
        self._again(lambda: checking.recheck(self.work))

    def _change(self, how: Callable[[OrderSnapshot], OrderSnapshot], what: str) -> None:
        if not self.bought:
            return
        number = self.chance.choice(list(self.bought))
        before = self.bought[number]
        changed = replace(
            how(before), updated_at=before.updated_at + timedelta(seconds=1), raw=self.work.key()
        )
        self._again(lambda: self._store(changed))
        self.bought[number] = changed
        self._tell(what, number)

    def _store(self, order: OrderSnapshot) -> None:
        sync_reading.store(self.work, SHOP, [order], lambda _what: None)

    def _order(self, number: str) -> OrderSnapshot:
        now = self.work.now()
        deadline = now + timedelta(hours=self.chance.randint(4, 48))
        codes = self.chance.sample(SKUS, self.chance.choice((1, 1, 2, 3)))
        lines = tuple(
            plain_line(f"{number}-{n}", code, self.chance.randint(1, 3), deadline)
            for n, code in enumerate(codes)
        )
        return OrderSnapshot(
            order_id=number,
            status=OrderStatus.PAID,
            shop_status="20",
            flow=Flow.PARCEL,
            created_at=now,
            updated_at=now,
            paid_at=now,
            deadline_at=deadline,
            buyer_id=f"buyer-{number}",
            receiver=Address(
                name="测试甲",
                phone="13800000000",
                province="浙江省",
                city="杭州市",
                district="西湖区",
                address="文三路 1 号",
            ),
            address_hash=f"hash-{number}",
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
            lines=lines,
            raw=number,
        )

    def _some_parcel(self, *states: ParcelState) -> str | None:
        with self.work.db.read() as tx:
            found = list(
                tx.execute(
                    select(parcels.c.id)
                    .where(parcels.c.state.in_(states), parcels.c.shop_id == SHOP)
                    .order_by(parcels.c.id.desc())
                    .limit(_RECENT)
                ).scalars()
            )
        return self.chance.choice(found) if found else None

    def _allowed(self, act: Callable[[], object]) -> bool:
        """Whether it was done; a refusal that a person would meet here is none of a fault."""
        try:
            act()
        except UserError as error:
            if error.code not in _EXPECTED:
                raise
            self.counts[error.code] += 1
            return False
        return True

    def _again(self, act: Callable[[], Any]) -> tuple[int, Any]:
        """Do it until the database lets it; how often it was tried, and what came of it."""
        for tries in range(1, _MOST_TRIES + 1):
            try:
                return tries, act()
            except RetryableError as error:
                self.counts[error.code] += 1
                time.sleep(self.chance.uniform(0.01, 0.1))
        raise AssertionError("the database never let it through")

    def _tell(self, what: str, ref: str, **more: Any) -> None:
        self.counts[what] += 1
        self.journal.write(json.dumps({"what": what, "ref": ref, **more}) + "\n")
        self.journal.flush()


def main(data: str, journal: str, seed: str, orders: str) -> None:
    logging.disable(logging.WARNING)
    name = Path(journal).stem
    services = open_services(Path(data), user=name, bench=name, keyring_allowed=False)
    try:
        with Path(journal).open("a", encoding="utf-8") as told:
            bench = StormBench(services.work, told, random.Random(f"{seed}-{name}"), name)
            bench.run(int(orders))
        sys.stdout.write(json.dumps(bench.counts))
    finally:
        services.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
