"""The program dies between any two steps of telling a shop its stock; nothing is added twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from app.ports import GoodsDesk, Outside, ReportOutcome
from app.services.listings import pulling
from app.services.stock import stock, stock_push
from app.services.telling import outbox
from app.services.workplace import Workplace
from tests.services.goods import SHANYE, TEA, TEA_CODE, TEA_SKU, available, platform
from tests.services.truth import change_shop
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

UPDATE = "/channels/ec/product/stock/update"
STEPS = ("before the reading", "after the reading", "before the change", "after the change")


class CrashError(BaseException):
    """The end of the program: nothing of ours catches it."""


@dataclass
class DyingGoods:
    """The real desk, that ends the program at one step."""

    real: GoodsDesk
    step: str

    def stock(self, product_ids: Sequence[str]) -> Mapping[tuple[str, str], int]:
        self._die("before the reading")
        found = self.real.stock(product_ids)
        self._die("after the reading")
        return found

    def change_stock(self, product_id: str, sku_id: str, delta: int) -> ReportOutcome:
        self._die("before the change")
        outcome = self.real.change_stock(product_id, sku_id, delta)
        self._die("after the change")
        return outcome

    def _die(self, step: str) -> None:
        if step == self.step:
            raise CrashError(step)


@dataclass(frozen=True)
class DyingShop:
    real: Any
    goods: DyingGoods


@dataclass(frozen=True)
class DyingOutside:
    """The real outside world, whose shops' goods end the program at one step."""

    real: Outside
    step: str

    def shop(self, shop_id: str) -> Any:
        shop = self.real.shop(shop_id)
        return DyingShop(shop, DyingGoods(shop.goods, self.step))


@pytest.fixture
def pushing(bench: Bench) -> Bench:
    pulling.pull(bench.work, SHANYE)
    change_shop(bench, SHANYE, stock_push="on")
    stock_push.push_and_send(bench.work, SHANYE)
    stock.receive(bench.work, TEA_CODE, 7)
    return bench


def dying(bench: Bench, step: str) -> Workplace:
    return replace(bench.work, outside=DyingOutside(bench.work.outside, step))  # type: ignore[arg-type]  # only its shops are asked for here


def settle(bench: Bench) -> None:
    """Another program takes over, minutes later; what is missing is told."""
    for _ in range(3):
        bench.clock.advance(minutes=20)
        outbox.drain(bench.work)
    stock_push.push_and_send(bench.work, SHANYE, sku=TEA_CODE)
    assert platform(bench).stock_of(TEA, TEA_SKU) == available(bench, TEA_CODE)


@pytest.mark.parametrize("step", STEPS)
def test_a_push_that_dies_adds_nothing_twice(pushing: Bench, step: str) -> None:
    with pytest.raises(CrashError):
        stock_push.push_and_send(dying(pushing, step), SHANYE, sku=TEA_CODE)
    settle(pushing)


@pytest.mark.parametrize("step", STEPS)
def test_working_it_out_anew_may_die_too(pushing: Bench, step: str) -> None:
    pushing.world.wechat.faults.lose_answer(
        UPDATE, when=lambda request: TEA_SKU.encode() in request.body
    )
    stock_push.push_and_send(pushing.work, SHANYE, sku=TEA_CODE)
    stock.receive(pushing.work, TEA_CODE, 2)  # so that there is something left to tell
    pushing.clock.advance(minutes=5)
    with pytest.raises(CrashError):
        outbox.drain(dying(pushing, step))
    settle(pushing)


@pytest.mark.parametrize("step", STEPS)
def test_sales_while_nobody_runs_are_not_undone(pushing: Bench, step: str) -> None:
    before = platform(pushing).stock_of(TEA, TEA_SKU)
    with pytest.raises(CrashError):
        stock_push.push_and_send(dying(pushing, step), SHANYE, sku=TEA_CODE)
    arrived = platform(pushing).stock_of(TEA, TEA_SKU) - before
    assert arrived in (0, 7)
    platform(pushing).buy(TEA, TEA_SKU, 3)
    stock.adjust(pushing.work, TEA_CODE, -3, "sold there and brought in since")
    settle(pushing)
