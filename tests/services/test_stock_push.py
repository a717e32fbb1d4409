"""What a shop may sell is told as a difference, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.listings import ListingStatus
from app.domain.states import OutboxKind
from app.jobs import Cancelled, CancelToken
from app.services.listings import by_hand, pulling
from app.services.stock import stock, stock_push, stock_sending
from app.services.sync.syncing import sync_shop
from app.services.telling import outbox
from app.store.tables import outbox as outbox_table
from tests.services.goods import (
    DOUBLE,
    DOUBLE_SKU,
    PAIR,
    PAIR_SKU,
    QINGHE,
    SHANYE,
    TEA,
    TEA_CODE,
    TEA_SKU,
    available,
    change_listing,
    platform,
    row,
)
from tests.services.stock_pushing import BATCH, UPDATE, buy, has, push, updates
from tests.services.truth import change_shop
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def test_a_shop_that_keeps_its_own_stock_is_left_alone(bench: Bench) -> None:
    pulling.pull(bench.work, SHANYE)
    before = has(bench)
    with pytest.raises(UserError) as caught:
        stock_push.push(bench.work, SHANYE)
    assert caught.value.code == "stock_push_off"
    assert stock_push.due(bench.work, SHANYE) == []
    assert stock_push.pushing_shops(bench.work) == []
    assert stock_push.push(bench.work, SHANYE, dry_run=True)
    assert bench.world.wechat.journal.count(UPDATE) == 0
    assert has(bench) == before


def test_what_came_in_is_for_sale(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    done = push(pushing)
    assert (done.delta, done.result) == (7, "done")
    assert has(pushing) == available(pushing, TEA_CODE)
    assert [(u["diff_type"], u["num"]) for u in updates(pushing)] == [(1, 7)]
    assert push(pushing).result == "same"
    assert len(updates(pushing)) == 1


def test_what_is_gone_is_taken_off(pushing: Bench) -> None:
    stock.adjust(pushing.work, TEA_CODE, -3, "broken")
    assert push(pushing).result == "done"
    assert [(u["diff_type"], u["num"]) for u in updates(pushing)] == [(2, 3)]
    assert has(pushing) == available(pushing, TEA_CODE)


def test_a_trial_changes_nothing(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    before = row(pushing, TEA, TEA_SKU)
    rows = stock_push.push(pushing.work, SHANYE, sku=TEA_CODE, dry_run=True)
    assert {r.result for r in rows if r.product_id == TEA} == {"would"}
    assert row(pushing, TEA, TEA_SKU) == before
    assert updates(pushing) == []


def test_a_listing_of_several_pieces_shows_whole_ones(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    rows = stock_push.push_and_send(pushing.work, SHANYE, sku=TEA_CODE)
    double = next(r for r in rows if r.product_id == DOUBLE)
    assert double.wanted == available(pushing, TEA_CODE) // 2
    assert has(pushing, DOUBLE, DOUBLE_SKU) == double.wanted


def test_a_reserve_is_kept_back_and_never_below_nothing(pushing: Bench) -> None:
    change_shop(pushing, SHANYE, stock_reserve=5)
    assert push(pushing).wanted == available(pushing, TEA_CODE) - 5
    change_shop(pushing, SHANYE, stock_reserve=100_000)
    assert push(pushing).wanted == 0
    assert has(pushing) == 0


def test_listings_of_one_item_may_share_its_pieces(pushing: Bench) -> None:
    change_shop(pushing, SHANYE, stock_share="split")
    rows = stock_push.push(pushing.work, SHANYE, sku=TEA_CODE, dry_run=True)
    pieces = sum(r.wanted * (2 if r.product_id == DOUBLE else 1) for r in rows)
    left = available(pushing, TEA_CODE) - pieces
    assert len(rows) == 2
    assert 0 <= left <= 1  # a single tin cannot be sold as two


def test_listings_that_cannot_be_sold_are_not_told(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    for status in (ListingStatus.GONE, ListingStatus.BLOCKED):
        change_listing(pushing, TEA, TEA_SKU, status=status)
        rows = stock_push.push_and_send(pushing.work, SHANYE, sku=TEA_CODE)
        assert TEA not in {r.product_id for r in rows}
    assert updates(pushing) == []


def test_a_sale_between_reading_and_telling_is_not_undone(pushing: Bench) -> None:
    """The shop adds to what it has at that moment: three sold in between stay sold."""
    stock.receive(pushing.work, TEA_CODE, 10)
    before = has(pushing)
    stock_push.push(pushing.work, SHANYE, sku=TEA_CODE)  # read and queued, not sent
    platform(pushing).buy(TEA, TEA_SKU, 3)
    outbox.drain(pushing.work)
    assert has(pushing) == before - 3 + 10


def test_pieces_owed_but_not_reserved_are_not_sold_again(pushing: Bench) -> None:
    """An order that is short holds no stock of ours; the shop has taken its pieces off already."""
    free = available(pushing, TEA_CODE)
    wanted = push(pushing).wanted
    assert wanted == free
    order = buy(pushing, free + 2)
    sync_shop(pushing.work, SHANYE)
    assert available(pushing, TEA_CODE) == free  # all lines or none
    assert push(pushing).wanted == 0
    platform(pushing).cancel(order)
    pushing.clock.advance(30)
    sync_shop(pushing.work, SHANYE)
    assert push(pushing).wanted == free


def test_an_unpaid_order_keeps_its_pieces(pushing: Bench) -> None:
    free = available(pushing, TEA_CODE)
    buy(pushing, 2, status=10)
    sync_shop(pushing.work, SHANYE)
    assert available(pushing, TEA_CODE) == free
    done = push(pushing)
    assert (done.wanted, done.result) == (free - 2, "same")


def test_what_is_due_is_known_without_asking(pushing: Bench) -> None:
    assert stock_push.due(pushing.work, SHANYE) == []
    stock.receive(pushing.work, TEA_CODE, 8)
    pushing.world.wechat.journal.clear()
    due = stock_push.due(pushing.work, SHANYE)
    assert set(due) == {row(pushing, TEA, TEA_SKU).id, row(pushing, DOUBLE, DOUBLE_SKU).id}
    assert pushing.world.wechat.journal.calls() == []
    assert len(stock_push.due(pushing.work, SHANYE, limit=1)) == 1
    rows = stock_push.push(pushing.work, SHANYE, listing_ids=due)
    assert {r.result for r in rows} == {"queued"}
    outbox.drain(pushing.work)
    assert stock_push.due(pushing.work, SHANYE) == []


def test_a_figure_that_the_shop_says_has_changed_is_looked_at(pushing: Bench) -> None:
    change_listing(pushing, TEA, TEA_SKU, stock_seen_at=None)
    assert stock_push.due(pushing.work, SHANYE) == [row(pushing, TEA, TEA_SKU).id]
    assert push(pushing).result == "same"
    assert stock_push.due(pushing.work, SHANYE) == []


def test_a_new_mapping_is_told_with_its_pieces(pushing: Bench) -> None:
    by_hand.map_listing(pushing.work, PAIR, PAIR_SKU, "TB-YB200", times=2)
    rows = stock_push.push_and_send(pushing.work, SHANYE, sku="TB-YB200")
    pair = next(r for r in rows if r.product_id == PAIR)
    assert pair.wanted == has(pushing, PAIR, PAIR_SKU)
    assert 0 <= pair.wanted <= available(pushing, "TB-YB200") // 2


def test_many_products_are_asked_in_batches(pushing: Bench) -> None:
    shop = platform(pushing)
    for n in range(70):
        shop.add_product(shop.products[TEA] | {"product_id": f"2000{n:04}"})
    pulling.pull(pushing.work, SHANYE)
    pushing.world.wechat.journal.clear()
    rows = stock_push.push_and_send(pushing.work, SHANYE)
    sizes = [len(c.body["product_id"]) for c in pushing.world.wechat.journal.calls(BATCH)]
    assert max(sizes) <= 30
    assert sum(sizes) == len({r.product_id for r in rows})
    token = CancelToken()
    with pytest.raises(Cancelled):
        stock_push.push(pushing.work, SHANYE, cancel=token, progress=lambda _step: token.cancel())


def test_only_the_shop_asked_for_is_told(pushing: Bench) -> None:
    change_shop(pushing, QINGHE, stock_push="on")
    assert stock_push.pushing_shops(pushing.work) == [SHANYE, QINGHE]
    stock.receive(pushing.work, TEA_CODE, 7)
    push(pushing)
    with pushing.work.db.read() as tx:
        shops = tx.execute(
            select(outbox_table.c.shop_id).where(outbox_table.c.kind == OutboxKind.STOCK).distinct()
        ).scalars()
        assert set(shops) == {SHANYE}
    assert timedelta(seconds=30) < stock_sending.PAUSE  # of a call that changes something
