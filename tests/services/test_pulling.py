"""What a shop sells is fetched whole, whatever its list does, and nothing of ours gets lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.errors import RetryableError
from app.domain.listings import ListingStatus
from app.jobs import Cancelled, CancelToken, Step
from app.services.listings import pulling
from app.services.stock.remapping import map_listing
from app.simulators.exchange import Response
from app.store.tables import holds, order_lines, skus
from tests.services.goods import (
    DOUBLE,
    DOUBLE_SKU,
    PAIR,
    PAIR_SKU,
    SHANYE,
    TEA,
    TEA_CODE,
    TEA_SKU,
    change_listing,
    platform,
    row,
    rows,
)
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

LIST, GET = "/channels/ec/product/list/get", "/channels/ec/product/get"


def sold(bench: Bench) -> int:
    """How many variants the shop sells."""
    return sum(len(p["skus"]) for p in platform(bench).products.values())


def copies(bench: Bench, number: int) -> None:
    """The shop sells so many products more."""
    shop = platform(bench)
    for n in range(number):
        shop.add_product(shop.products[TEA] | {"product_id": f"2000{n:04}"})


def test_all_goods_come_with_what_a_packer_needs(bench: Bench) -> None:
    steps: list[Step] = []
    result = pulling.pull(bench.work, SHANYE, steps.append)
    # The five listings that the merchant has mapped are known already.
    assert result.new + result.changed == sold(bench)
    assert (result.same, result.gone, result.failed) == (0, 0, {})
    tea = row(bench, TEA, TEA_SKU)
    assert (tea.title, tea.spec, tea.sku_code) == (
        "【山野集】明前龙井茶叶特级 2026 新茶",
        "100g 罐装",
        TEA_CODE,
    )
    assert tea.barcode == next(g.barcode for g in bench.scenario.goods if g.sku == TEA_CODE)
    assert (tea.price_fen, tea.status) == (15800, ListingStatus.ON_SALE)
    assert tea.shop_stock == platform(bench).stock_of(TEA, TEA_SKU)
    assert tea.image_url.endswith("/pictures/LJ-100G.png")
    assert (steps[-1].done, steps[-1].total) == (result.products, result.products)


def test_pulling_again_changes_nothing_and_keeps_the_mapping(bench: Bench) -> None:
    pulling.pull(bench.work, SHANYE)
    mapped = row(bench, DOUBLE, DOUBLE_SKU)
    bench.clock.advance(60)
    again = pulling.pull(bench.work, SHANYE)
    assert (again.new, again.changed, again.gone, again.same) == (0, 0, 0, sold(bench))
    kept = row(bench, DOUBLE, DOUBLE_SKU)
    assert (kept.mapped_sku_id, kept.factor) == (mapped.mapped_sku_id, 2)


def test_a_list_whose_key_never_ends_is_read_once(bench: Bench) -> None:
    copies(bench, 40)
    platform(bench).quirks.goods_key_stays = True
    platform(bench).quirks.goods_total = False
    result = pulling.pull(bench.work, SHANYE)
    assert result.products == len(platform(bench).products)
    pages = len(platform(bench).products) // 30 + 1
    # A page that brings nothing new ends it.
    assert bench.world.wechat.journal.count(LIST) <= pages + 1


def test_a_list_that_says_how_many_there_are_is_not_asked_once_more(bench: Bench) -> None:
    copies(bench, 60 - len(platform(bench).products))
    pulling.pull(bench.work, SHANYE)
    assert bench.world.wechat.journal.count(LIST) == 2


def test_an_empty_shop_is_no_problem(bench: Bench) -> None:
    platform(bench).products.clear()
    result = pulling.pull(bench.work, SHANYE)
    assert (result.products, result.new) == (0, 0)
    # What the merchant has mapped is gone from the shop, and still there for old orders.
    assert {r.status for r in rows(bench)} == {ListingStatus.GONE}


# trap 3
def test_a_product_that_the_list_skips_is_not_taken_for_gone(bench: Bench) -> None:
    pulling.pull(bench.work, SHANYE)
    bench.clock.advance(60)
    ids = [i for i in platform(bench).products if i != TEA]
    answer = {"errcode": 0, "product_ids": ids, "next_key": "", "total_num": len(ids)}
    bench.world.wechat.faults.answer(LIST, Response.of_json(answer))
    result = pulling.pull(bench.work, SHANYE)
    assert result.gone == 0
    assert row(bench, TEA, TEA_SKU).status == ListingStatus.ON_SALE


def test_what_vanished_is_marked_and_never_deleted(bench: Bench) -> None:
    pulling.pull(bench.work, SHANYE)
    before = len(rows(bench))
    platform(bench).drop_sku(TEA, TEA_SKU)
    platform(bench).drop_product(PAIR)
    bench.clock.advance(60)
    result = pulling.pull(bench.work, SHANYE)
    assert result.gone == 2
    assert row(bench, TEA, TEA_SKU).status == ListingStatus.GONE
    assert row(bench, PAIR, PAIR_SKU).status == ListingStatus.GONE
    assert len(rows(bench)) == before
    bench.clock.advance(60)
    assert pulling.pull(bench.work, SHANYE).gone == 0


def test_one_unreadable_product_does_not_stop_the_others(bench: Bench) -> None:
    bench.world.wechat.faults.answer(
        GET,
        Response.of_json({"errcode": 0, "product": {"product_id": TEA, "skus": [{}]}}),
        times=2,
        when=lambda request: TEA.encode() in request.body,
    )
    result = pulling.pull(bench.work, SHANYE)
    assert list(result.failed) == [TEA]
    assert result.products == len(platform(bench).products) - 1


def test_a_broken_connection_keeps_what_came_and_marks_nothing_gone(bench: Bench) -> None:
    pulling.pull(bench.work, SHANYE)
    bench.clock.advance(60)
    platform(bench).drop_product(PAIR)
    fault = bench.world.wechat.faults.bad_gateway(GET, times=100)
    with pytest.raises(RetryableError):
        pulling.pull(bench.work, SHANYE)
    assert row(bench, PAIR, PAIR_SKU).status == ListingStatus.ON_SALE
    assert pulling.due(bench.work, SHANYE) is False  # of the first run, a minute ago
    fault.times = 0
    assert pulling.pull(bench.work, SHANYE).gone == 1


def test_a_stop_is_obeyed_between_products(bench: Bench) -> None:
    copies(bench, 40)
    token = CancelToken()

    def stop(step: Step) -> None:
        if step.done >= 8:
            token.cancel()

    with pytest.raises(Cancelled):
        pulling.pull(bench.work, SHANYE, stop, token)
    assert 0 < bench.world.wechat.journal.count(GET) < 40
    assert pulling.due(bench.work, SHANYE) is True


# trap 10
def test_ids_as_numbers_are_the_same_listings(bench: Bench) -> None:
    pulling.pull(bench.work, SHANYE)
    platform(bench).quirks.numeric_ids = True
    bench.clock.advance(60)
    result = pulling.pull(bench.work, SHANYE)
    assert (result.new, result.gone, result.same) == (0, 0, sold(bench))


def test_goods_are_due_once_a_day(bench: Bench) -> None:
    assert pulling.due(bench.work, SHANYE) is True
    pulling.pull(bench.work, SHANYE)
    assert pulling.due(bench.work, SHANYE) is False
    bench.clock.advance(hours=24)
    assert pulling.due(bench.work, SHANYE) is True


def test_a_product_pushed_as_changed_is_read_alone(bench: Bench) -> None:
    pulling.pull(bench.work, SHANYE)
    platform(bench).products[TEA]["title"] = "龙井"
    change_listing(bench, TEA, TEA_SKU, pulled_at=None)
    bench.world.wechat.journal.clear()
    result = pulling.refresh_changed(bench.work, SHANYE, set())
    assert (result.products, result.gone) == (1, 0)
    assert row(bench, TEA, TEA_SKU).title == "龙井"
    assert bench.world.wechat.journal.count(GET) == 1
    assert bench.world.wechat.journal.count(LIST) == 0
    pulling.refresh_changed(bench.work, SHANYE, set())
    assert bench.world.wechat.journal.count(GET) == 1


def test_an_unreadable_changed_product_is_asked_for_once(bench: Bench) -> None:
    pulling.pull(bench.work, SHANYE)
    change_listing(bench, TEA, TEA_SKU, pulled_at=None)
    answer = Response.of_json({"errcode": 0, "product": {"product_id": TEA, "skus": [{}]}})
    bench.world.wechat.faults.answer(GET, answer, times=2)
    left_out: set[str] = set()
    pulling.refresh_changed(bench.work, SHANYE, left_out)
    assert left_out == {TEA}
    bench.world.wechat.journal.clear()
    assert pulling.refresh_changed(bench.work, SHANYE, left_out).products == 0
    assert bench.world.wechat.journal.count(GET) == 0


def test_a_listing_first_met_in_an_order_learns_its_code(bench: Bench) -> None:
    change_listing(bench, PAIR, PAIR_SKU, pulled_at=None)
    assert row(bench, PAIR, PAIR_SKU).sku_code == ""
    pulling.refresh_changed(bench.work, SHANYE, set())
    assert row(bench, PAIR, PAIR_SKU).sku_code == "SYCQ-YD-02"


def unmapped(bench: Bench) -> set[tuple[str, str]]:
    """Listings that orders wait for."""
    with bench.work.db.read() as tx:
        return {
            (r.product_id, r.sku_id)
            for r in tx.execute(
                select(order_lines.c.product_id, order_lines.c.sku_id)
                .join(holds, holds.c.order_line_id == order_lines.c.id)
                .where(holds.c.code == "unmapped", holds.c.cleared_at.is_(None))
            )
        }


def test_a_bar_code_from_the_shop_frees_the_orders_that_wait(bench: Bench) -> None:
    product_id, sku_id = sorted(unmapped(bench))[0]
    shop = next(s for s in bench.world.shops if product_id in platform(bench, s).products)
    for sku in platform(bench, shop).products[product_id]["skus"]:
        sku["bar_code"] = next(g.barcode for g in bench.scenario.goods if g.sku == "TB-YB200")
    result = pulling.pull(bench.work, shop)
    assert result.mapped > 0
    assert (product_id, sku_id) not in unmapped(bench)
    with bench.work.db.read() as tx:
        found = tx.execute(
            select(skus.c.code)
            .join(order_lines, order_lines.c.mapped_sku_id == skus.c.id)
            .where(order_lines.c.product_id == product_id)
        ).scalars()
        assert set(found) == {"TB-YB200"}


def test_a_mapping_by_hand_outranks_what_the_shop_says(bench: Bench) -> None:
    map_listing(bench.work, SHANYE, TEA, TEA_SKU, "CP-60")
    pulling.pull(bench.work, SHANYE)
    with bench.work.db.read() as tx:
        code = tx.execute(
            select(skus.c.code).where(skus.c.id == row(bench, TEA, TEA_SKU).mapped_sku_id)
        ).scalar_one()
    assert code == "CP-60"
