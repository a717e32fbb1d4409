"""What shops are told of bundles, and a shop's figure taken as counted here."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.services import integrity
from app.services.listings import pulling
from app.services.stock import (
    bundles,
    remapping,
    stock,
    stock_push,
    stock_reconciling,
    stock_taking,
    stock_wanted,
)
from app.services.sync.syncing import sync_shop
from app.store.tables import audit
from tests.services.goods import SHANYE, TEA, TEA_CODE, TEA_SKU, available, platform, row
from tests.services.stock_pushing import buy, has
from tests.services.truth import change_shop
from tests.support.bundle_floor import SET, A, B, Floor
from tests.support.warehouse import Bench

HONEY, HONEY_SKU, HONEY_CODE = "10000154820411", "3616331044", "FM-500"


@pytest.fixture
def floor(pushing: Bench) -> Floor:
    """The tea's listing is the bundle, the honey's is its part B."""
    made = Floor(pushing)
    made.begin(11, 4)
    for product, variant, code in ((TEA, TEA_SKU, SET), (HONEY, HONEY_SKU, B)):
        remapping.map_listing(pushing.work, SHANYE, product, variant, code)
    return made


def told(floor: Floor) -> tuple[int, int]:
    """How many bundles and how many B should be for sale."""
    ids = [row(floor.bench, TEA, TEA_SKU).id, row(floor.bench, HONEY, HONEY_SKU).id]
    with floor.bench.work.db.read() as tx:
        found = stock_wanted.wanted(tx, SHANYE, ids)
    by_code = {item.sku: item.wanted for item in found}
    return by_code[SET], by_code[B]


@pytest.mark.synced
def test_a_bundle_is_for_sale_built_and_as_parts(floor: Floor) -> None:
    work = floor.bench.work
    assert told(floor) == (4, 4)
    bundles.build(work, SET, 2)
    assert told(floor) == (4, 2)
    stock.receive(work, B, 10)
    assert told(floor) == (5, 12)  # two built, and seven A for three more
    change_shop(floor.bench, SHANYE, stock_reserve=1, stock_reserve_percent=30)
    assert told(floor) == (3, 8)  # 30 % of 5 and of 12, rounded up
    change_shop(floor.bench, SHANYE, stock_reserve=4)
    assert told(floor) == (1, 8)


@pytest.mark.synced
def test_a_change_of_a_part_is_pushed_to_its_bundles(floor: Floor) -> None:
    work = floor.bench.work
    stock_push.push_and_send(work, SHANYE)
    assert (has(floor.bench), stock_push.due(work, SHANYE)) == (4, [])
    stock.adjust(work, B, -1, "broken")
    assert set(stock_push.due(work, SHANYE)) == {
        row(floor.bench, TEA, TEA_SKU).id,
        row(floor.bench, HONEY, HONEY_SKU).id,
    }
    rows = stock_push.push_and_send(work, SHANYE, sku=B)
    assert {(r.sku, r.wanted, r.result) for r in rows} == {(SET, 3, "done"), (B, 3, "done")}
    assert has(floor.bench) == 3


@pytest.mark.synced
def test_what_is_owed_of_a_bundle_is_owed_of_its_parts(floor: Floor) -> None:
    buy(floor.bench, 6)  # more than there are: short, nothing reserved
    sync_shop(floor.bench.work, SHANYE)
    assert floor.figures()[B] == (4, 0)
    assert told(floor) == (0, 0)
    stock.receive(floor.bench.work, B, 5)
    stock.receive(floor.bench.work, A, 5)  # 16 A and 9 B: six go to the order
    assert floor.figures()[B] == (9, 6)
    assert told(floor) == (2, 3)


@pytest.mark.synced
def test_listings_that_live_on_one_part_share_it(floor: Floor) -> None:
    change_shop(floor.bench, SHANYE, stock_share="split")
    assert told(floor) == (2, 2)  # four B between both
    bundles.build(floor.bench.work, SET, 2)
    assert told(floor) == (3, 1)


@pytest.mark.synced
def test_the_shops_figure_is_taken_where_it_means_the_shelf(pushing: Bench) -> None:
    work, shop = pushing.work, platform(pushing)
    with shop.lock:
        shop.take_stock(HONEY, HONEY_SKU, 2)
        shop.take_stock(TEA, TEA_SKU, 1)
    before = available(pushing, HONEY_CODE)
    change_shop(pushing, SHANYE, stock_reserve=3, stock_reserve_percent=10)
    wanted = [f"{HONEY}/{HONEY_SKU}", f"{TEA}/{TEA_SKU}"]
    honey, tea = stock_taking.take_shop(work, SHANYE, wanted)
    assert (honey.result, honey.wanted, honey.delta) == ("done", before - 2, 0)
    assert (tea.result, tea.code) == ("refused", "not_one_to_one")  # sold in pairs too
    assert available(pushing, HONEY_CODE) > before - 2  # so that the reserve is left
    (again,) = stock_taking.take_shop(work, SHANYE, wanted[:1])
    assert again.result == "same"
    newest = stock.moves(work, HONEY_CODE)[0]
    assert (newest.kind, newest.reason) == ("count", stock_taking.REASON)
    with work.db.read() as tx:
        notes = tx.execute(select(audit.c.detail).where(audit.c.action == "stock_taken")).scalars()
        assert [n["shop_stock"] for n in notes] == [before - 2]
    with pytest.raises(UserError) as caught:
        stock_taking.take_shop(work, SHANYE, ["1/2"])
    assert caught.value.code == "no_such_listing"
    assert integrity.check(work).broken == ()


def test_a_figure_that_nobody_counted_here_is_advised_to_be_taken(bench: Bench) -> None:
    work = bench.work
    pulling.pull(work, SHANYE)
    stock.import_rows(work, [{"sku": "NEVER", "name": "新货", "quantity": "0"}])
    remapping.map_listing(work, SHANYE, HONEY, HONEY_SKU, "NEVER")
    found = {r.sku: r.advice for r in stock_reconciling.differences(work, SHANYE)}
    assert found["NEVER"] == "take"
    assert set(found.values()) == {"take", "tell"}
    assert TEA_CODE in found
    taken = stock_taking.take_shop(work, SHANYE, [f"{HONEY}/{HONEY_SKU}"])
    assert [r.result for r in taken] == ["done"]
    assert available(bench, "NEVER") == has(bench, HONEY, HONEY_SKU)
