"""Bundles at random: orders, refunds, building, sending and taking back never sell what is not."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.errors import UserError
from app.domain.states import ParcelState
from app.services import integrity
from app.services.parcels import checking, unshipping
from app.services.stock import bundles, stock
from tests.support.bundle_floor import SET, A, B, Floor
from tests.support.warehouse import open_bench

SMALL = st.integers(1, 3)


class BundleStorm(RuleBasedStateMachine):
    @initialize(a=st.integers(0, 12), b=st.integers(0, 6), built=st.integers(0, 3))
    def begin(self, a: int, b: int, built: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.opened = open_bench(Path(self.folder.name), stocked=False)
        self.floor = Floor(self.opened.__enter__())
        self.work = self.floor.bench.work
        self.floor.begin(a, b, built)
        self.numbers: list[str] = []
        self.each = {A: 2, B: 1}

    def free(self) -> dict[str, int]:
        figures = self.floor.figures()
        return {sku: on_hand - allocated for sku, (on_hand, allocated) in figures.items()}

    @rule(n=SMALL, single=st.integers(0, 2))
    def buy(self, n: int, single: int) -> None:
        bought = self.floor.buy(SET=n, A=single) if single else self.floor.buy(SET=n)
        self.numbers.append(bought)

    @rule(n=SMALL, pick=st.integers(0, 99))
    def refund(self, n: int, pick: int) -> None:
        if self.numbers:
            number = self.numbers[pick % len(self.numbers)]
            line = next(x for x in self.floor.told[number].lines if x.sku_code == SET)
            self.floor.refund(number, min(line.quantity, max(n, line.refunded_quantity)))

    @rule(pick=st.integers(0, 99))
    def cancel(self, pick: int) -> None:
        if self.numbers:
            self.floor.cancel(self.numbers[pick % len(self.numbers)])

    @rule(n=SMALL, way=st.booleans())
    def build(self, n: int, way: bool) -> None:
        turn = bundles.build if way else bundles.unbuild
        free = self.free()
        enough = free[A] >= n * self.each[A] and free[B] >= n * self.each[B]
        if enough if way else free[SET] >= n:
            turn(self.work, SET, n)
        else:
            with pytest.raises(UserError) as caught:
                turn(self.work, SET, n)
            assert caught.value.code == "parts_missing"

    @rule(sku=st.sampled_from([A, B]), n=SMALL)
    def receive(self, sku: str, n: int) -> None:
        stock.receive(self.work, sku, n)

    @rule(a=st.integers(1, 2), b=st.integers(1, 2))
    def compose(self, a: int, b: int) -> None:
        self.each = {A: a, B: b}
        bundles.define(self.work, SET, self.each)

    @rule(pick=st.integers(0, 99))
    def ship(self, pick: int) -> None:
        if not self.numbers:
            return
        for row in self.floor.parcels(self.numbers[pick % len(self.numbers)]):
            if row.state == ParcelState.TO_LABEL and not row.holds:
                self.floor.number(row.id)
                assert self.floor.ship(row.id) == "shipped"

    @rule(pick=st.integers(0, 99))
    def take_back(self, pick: int) -> None:
        if not self.numbers:
            return
        for row in self.floor.parcels(self.numbers[pick % len(self.numbers)]):
            if row.state == ParcelState.TO_REPORT:
                unshipping.unship(self.work, row.id, "wrong box")

    @rule()
    def recheck(self) -> None:
        checking.recheck(self.work)

    @invariant()
    def nothing_is_sold_twice(self) -> None:
        if not hasattr(self, "work"):
            return
        assert integrity.check(self.work).broken == ()
        for on_hand, allocated in self.floor.figures().values():
            assert 0 <= allocated <= on_hand

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.opened.__exit__(None, None, None)
            self.folder.cleanup()


TestBundleStorm = BundleStorm.TestCase
TestBundleStorm.settings = settings(
    max_examples=6,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
