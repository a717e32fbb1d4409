"""Whatever is bought, refunded, held, set aside and given at random: the books stay right."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.gifts import GiftRule
from app.domain.states import HoldCode, ParcelState
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import checking
from app.services.parcels.shipping import ship
from app.services.stock import gifts, presale, shortages, stock
from app.store.tables import stock_balances
from tests.support.invented import Invented, shelf
from tests.support.warehouse import Bench

STEPS = 60
ITEMS = ("A", "B", "C")
REFUSED = {
    "stock_missing", "presale_less", "hold_stays", "give_nothing", "give_bound",
    "give_not_enough", "give_not_waiting",
}  # fmt: skip


class Turmoil:
    """One random step after the other; what is refused is refused."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench, self.work = bench, bench.work
        self.dice = random.Random(seed)
        self.buyer = Invented(bench)
        self.bought: list[str] = []

    def step(self) -> None:
        todo = [
            self.buy, self.buy, self.buy, self.cancel, self.refund, self.after_sale, self.hold,
            self.release, self.receive, self.aside, self.send, self.give, self.wait,
        ]  # fmt: skip
        try:
            self.dice.choice(todo)()
        except UserError as error:
            if error.code not in REFUSED:
                raise

    def buy(self) -> None:
        items = self.dice.sample(ITEMS, self.dice.randint(1, 2))
        ahead = self.dice.random() < 0.2
        hours = self.dice.randint(2, 90)
        due = self.bench.clock.now() + timedelta(hours=hours) if ahead else None
        pieces = {item: self.dice.randint(1, 3) for item in items}
        self.bought.append(self.buyer.buy(pieces, hours=hours + 24, presale=ahead, due=due))

    def one(self) -> str:
        if not self.bought:
            self.buy()
        return self.dice.choice(self.bought)

    def parcel(self) -> str:
        return self.buyer.parcels(self.one())[0].id

    def cancel(self) -> None:
        order_id = self.one()
        self.bought.remove(order_id)
        self.buyer.cancel(order_id)

    def refund(self) -> None:
        order_id = self.one()
        line = self.dice.randrange(len(self.buyer.lines(order_id)))
        had = self.buyer.lines(order_id)[line]
        self.buyer.refund(order_id, line, self.dice.randint(had.refunded_quantity, had.quantity))

    def after_sale(self) -> None:
        self.buyer.after_sale(self.one(), is_open=self.dice.random() < 0.6)

    def hold(self) -> None:
        parcel_id = self.parcel()
        with self.work.db.write() as tx:
            holding.hold_by_person(tx, self.work, parcel_id, "wait")

    def release(self) -> None:
        parcel_id = self.parcel()
        with self.work.db.write() as tx:
            holding.release_by_person(tx, self.work, parcel_id)
        checking.recheck(self.work)

    def receive(self) -> None:
        stock.receive(self.work, self.dice.choice((*ITEMS, "G")), self.dice.randint(1, 4))

    def aside(self) -> None:
        presale.set_aside(self.work, self.dice.choice(ITEMS), self.dice.choice((-2, -1, 1, 3)))

    def send(self) -> None:
        parcel_id = self.parcel()
        label_parcels(self.work, [parcel_id])
        if self.dice.random() < 0.7:
            ship(self.work, parcel_ids=[parcel_id], unpacked=True)

    def give(self) -> None:
        shortages.give(self.work, self.parcel(), self.parcel())

    def wait(self) -> None:
        self.bench.clock.advance(hours=self.dice.randint(1, 30))
        checking.recheck(self.work)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_books_stay_right(bench: Bench, seed: int) -> None:
    shelf(bench, A=6, B=4, C=2, G=2)
    gifts.store(bench.work, GiftRule("", "tea", "", each=True, skus=frozenset({"A"}), most=12), "G")
    gifts.store(bench.work, GiftRule("", "big", "", least_fen=9_000, wait=True), "C")
    turmoil = Turmoil(bench, seed)
    for n in range(STEPS):
        turmoil.step()
        if n % 5 == 0:
            assert integrity.check(bench.work).broken == (), n
    checking.recheck(bench.work)
    assert integrity.check(bench.work).broken == ()
    with bench.work.db.read() as tx:
        below = tx.execute(
            select(stock_balances.c.sku_id).where(
                (stock_balances.c.on_hand < 0) | (stock_balances.c.available < 0)
            )
        ).all()
    assert below == []
    for order_id in turmoil.bought:
        for parcel in turmoil.buyer.parcels(order_id):
            if parcel.state == ParcelState.TO_LABEL:
                assert HoldCode.SHORT not in parcel.holds
