"""What a shop may sell is told as a difference, once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.errors import RetryableError, UserError
from app.domain.listings import ListingStatus
from app.domain.states import OutboxKind, OutboxState
from app.jobs import Cancelled, CancelToken
from app.services.listings import by_hand, pulling
from app.services.stock import stock, stock_push, stock_sending, stock_wanted
from app.services.stock.stock_push import PushRow
from app.services.sync.syncing import sync_shop
from app.services.telling import outbox
from app.simulators.exchange import Response
from app.store.tables import listings
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
from tests.services.truth import change_shop
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

UPDATE = "/channels/ec/product/stock/update"
BATCH = "/channels/ec/product/stock/batchget"


@pytest.fixture
def pushing(bench: Bench) -> Bench:
    """A synced bench whose first shop is told its stock, and agrees with us already."""
    pulling.pull(bench.work, SHANYE)
    change_shop(bench, SHANYE, stock_push="on")
    stock_push.push_and_send(bench.work, SHANYE)
    bench.world.wechat.journal.clear()
    return bench


def has(bench: Bench, product_id: str = TEA, sku_id: str = TEA_SKU) -> int:
    return platform(bench).stock_of(product_id, sku_id)


def push(bench: Bench, **wanted: Any) -> PushRow:
    """Push the tea; the row of its single tin."""
    rows = stock_push.push_and_send(bench.work, SHANYE, sku=TEA_CODE, **wanted)
    return next(r for r in rows if r.product_id == TEA)


def state_of(bench: Bench) -> list[str]:
    """The states of the tea's messages, the oldest first."""
    lane = stock_sending.lane(row(bench, TEA, TEA_SKU).id)
    query = select(outbox_table.c.state).where(outbox_table.c.lane == lane)
    with bench.work.db.read() as tx:
        return list(tx.execute(query.order_by(outbox_table.c.id)).scalars())


def updates(bench: Bench) -> list[dict[str, Any]]:
    """Changes of the tea's stock that the shop was asked for."""
    calls = bench.world.wechat.journal.calls(UPDATE)
    return [c.body for c in calls if c.body["sku_id"] == TEA_SKU]


def settle(bench: Bench) -> None:
    """Time passes, and what waits is sent."""
    bench.clock.advance(minutes=5)
    outbox.drain(bench.work)


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
    order = _buy(pushing, free + 2)
    sync_shop(pushing.work, SHANYE)
    assert available(pushing, TEA_CODE) == free  # all lines or none
    assert push(pushing).wanted == 0
    platform(pushing).cancel(order)
    pushing.clock.advance(30)
    sync_shop(pushing.work, SHANYE)
    assert push(pushing).wanted == free


def test_an_unpaid_order_keeps_its_pieces(pushing: Bench) -> None:
    free = available(pushing, TEA_CODE)
    _buy(pushing, 2, status=10)
    sync_shop(pushing.work, SHANYE)
    assert available(pushing, TEA_CODE) == free
    done = push(pushing)
    assert (done.wanted, done.result) == (free - 2, "same")


def _buy(bench: Bench, pieces: int, status: int = 20) -> str:
    """Somebody orders single tins of the tea."""
    shop = platform(bench)
    like = next(
        o for o in bench.scenario.orders if o.kind == "ordinary" and o.order_id in shop.orders
    )
    order = shop.order_data(like.order_id)
    now = int(bench.clock.now().timestamp())
    line = order["order_detail"]["product_infos"][0]
    line |= {
        "product_id": TEA,
        "sku_id": TEA_SKU,
        "sku_code": TEA_CODE,
        "sku_cnt": pieces,
        "on_aftersale_sku_cnt": 0,
        "finish_aftersale_sku_cnt": 0,
    }
    order["order_detail"]["product_infos"] = [line]
    order["order_detail"]["delivery_info"]["delivery_product_info"] = []
    order |= {
        "order_id": "3732000000000009999",
        "status": status,
        "create_time": now,
        "update_time": now,
    }
    return shop.add_order(order, like.receiver)


Break = Callable[[Bench], object]
BROKEN: dict[str, tuple[Break, bool]] = {
    "the answer is lost": (lambda b: b.world.wechat.faults.lose_answer(UPDATE), True),
    "half of the answer": (lambda b: b.world.wechat.faults.truncate(UPDATE), True),
    "a page of HTML after it": (
        lambda b: b.world.wechat.faults.bad_gateway(UPDATE, takes_effect=True),
        True,
    ),
    "a page of HTML instead": (lambda b: b.world.wechat.faults.bad_gateway(UPDATE), False),
    "the line breaks before": (lambda b: b.world.wechat.faults.close_before(UPDATE), False),
}


@pytest.mark.parametrize("how", BROKEN)
def test_an_unclear_change_is_worked_out_anew_and_never_repeated(pushing: Bench, how: str) -> None:
    break_it, arrived = BROKEN[how]
    stock.receive(pushing.work, TEA_CODE, 7)
    break_it(pushing)
    done = push(pushing)
    assert (done.result, done.ok) == ("later", False)
    assert state_of(pushing)[-2:] == [OutboxState.SUPERSEDED, OutboxState.PENDING]
    settle(pushing)
    assert has(pushing) == available(pushing, TEA_CODE)
    assert state_of(pushing)[-1] == OutboxState.DONE
    assert len(updates(pushing)) == (1 if arrived else 2)


def test_an_unclear_change_is_given_time_to_arrive(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    pushing.world.wechat.faults.lose_answer(UPDATE)
    push(pushing)
    # Neither another push nor an impatient drain reads the shop before that.
    pushing.world.wechat.journal.clear()
    assert push(pushing).code == "stock_busy"
    outbox.drain(pushing.work, everything=True)
    assert updates(pushing) == []
    settle(pushing)
    assert has(pushing) == available(pushing, TEA_CODE)


def test_a_crash_in_the_middle_of_the_call_does_not_add_twice(pushing: Bench) -> None:
    """The row says "sending": the change may have arrived, and the shop is read anew."""
    stock.receive(pushing.work, TEA_CODE, 7)
    stock_push.push(pushing.work, SHANYE, sku=TEA_CODE)
    with pushing.work.db.write() as tx:
        lane = stock_sending.lane(row(pushing, TEA, TEA_SKU).id)
        tx.execute(
            update(outbox_table)
            .where(outbox_table.c.lane == lane, outbox_table.c.state == OutboxState.PENDING)
            .values(state=OutboxState.SENDING, attempts=1)
        )
    shop = platform(pushing)
    with shop.lock:
        shop.take_stock(TEA, TEA_SKU, -7)  # it did arrive
    outbox.drain(pushing.work)
    settle(pushing)
    assert has(pushing) == available(pushing, TEA_CODE)
    assert updates(pushing) == []


def test_sales_while_a_change_waits_are_counted(pushing: Bench) -> None:
    """The line is down for an hour; three are sold in the shop and brought in afterwards."""
    stock.receive(pushing.work, TEA_CODE, 10)
    base = change_shop(pushing, SHANYE, base_url="http://127.0.0.1:9")
    with pytest.raises(RetryableError):
        stock_push.push(pushing.work, SHANYE)
    change_shop(pushing, SHANYE, **base)
    stock_push.push(pushing.work, SHANYE, sku=TEA_CODE)
    change_shop(pushing, SHANYE, base_url="http://127.0.0.1:9")
    outbox.drain(pushing.work)
    change_shop(pushing, SHANYE, **base)
    _buy(pushing, 3)
    sync_shop(pushing.work, SHANYE)
    settle(pushing)
    assert has(pushing) == available(pushing, TEA_CODE)


def test_one_listing_has_one_open_message(pushing: Bench) -> None:
    for pieces in (7, 5, 3):
        stock.receive(pushing.work, TEA_CODE, pieces)
        stock_push.push(pushing.work, SHANYE, sku=TEA_CODE)
    assert state_of(pushing)[-3:] == [
        OutboxState.SUPERSEDED,
        OutboxState.SUPERSEDED,
        OutboxState.PENDING,
    ]
    outbox.drain(pushing.work)
    assert has(pushing) == available(pushing, TEA_CODE)
    assert [u["num"] for u in updates(pushing)] == [15]


def test_what_was_read_before_a_change_began_is_not_queued_after_it(pushing: Bench) -> None:
    """Two programs push at once: the second has read the shop before the first one's change."""
    stock.receive(pushing.work, TEA_CODE, 7)
    with pushing.work.db.read() as tx:
        (seen,) = stock_wanted.wanted(tx, SHANYE, [row(pushing, TEA, TEA_SKU).id])
    push(pushing)
    with pushing.work.db.write() as tx:
        assert stock_sending.queue(tx, pushing.work, seen, 7) is None
    outbox.drain(pushing.work, everything=True)
    assert has(pushing) == available(pushing, TEA_CODE)


def test_a_message_overtaken_between_claim_and_call_is_not_sent(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    stock_push.push(pushing.work, SHANYE, sku=TEA_CODE)
    with pushing.work.db.write() as tx:
        tx.execute(
            update(listings)
            .where(listings.c.id == row(pushing, TEA, TEA_SKU).id)
            .values(stock_generation=listings.c.stock_generation + 1)
        )
    outbox.drain(pushing.work)
    assert updates(pushing) == []
    assert state_of(pushing)[-1] == OutboxState.SUPERSEDED
    assert push(pushing).result == "done"
    assert has(pushing) == available(pushing, TEA_CODE)


def test_too_few_left_is_read_again(pushing: Bench) -> None:
    """We take five off; meanwhile so many were sold that the shop has not five left (10020054)."""
    stock.adjust(pushing.work, TEA_CODE, -5, "broken")
    stock_push.push(pushing.work, SHANYE, sku=TEA_CODE)
    platform(pushing).buy(TEA, TEA_SKU, has(pushing) - 2)
    outbox.drain(pushing.work)
    assert state_of(pushing)[-2:] == [OutboxState.SUPERSEDED, OutboxState.PENDING]
    settle(pushing)
    assert state_of(pushing)[-1] == OutboxState.DONE
    assert has(pushing) == available(pushing, TEA_CODE)


def test_a_refusal_that_stays_is_said_in_the_end(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    refused = {"errcode": 10020054, "errmsg": " rid: 00000000-00000000-00000000"}
    pushing.world.wechat.faults.answer(UPDATE, Response.of_json(refused), times=10)
    push(pushing)
    for _ in range(5):
        settle(pushing)
    assert state_of(pushing)[-3:] == [
        OutboxState.SUPERSEDED,
        OutboxState.SUPERSEDED,
        OutboxState.REFUSED,
    ]
    assert len(updates(pushing)) == 3


def test_a_flash_sale_is_explained(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    platform(pushing).start_flash_sale(TEA, TEA_SKU)
    done = push(pushing)
    assert (done.result, done.code) == ("refused", "10020014")
    assert "flash sale" in str(done.message)
    platform(pushing).end_flash_sale(TEA, TEA_SKU)
    assert push(pushing).result == "done"
    assert OutboxState.REFUSED not in state_of(pushing)  # nothing is left to look at
    assert has(pushing) == available(pushing, TEA_CODE)


def test_a_product_under_review_is_explained(pushing: Bench) -> None:
    stock.receive(pushing.work, TEA_CODE, 7)
    platform(pushing).products[TEA]["edit_status"] = 2
    assert push(pushing).code == "10020049"
    assert [r.code for r in outbox.drain(pushing.work)] == []


def test_a_listing_the_shop_does_not_tell_of_is_named(pushing: Bench) -> None:
    platform(pushing).drop_product(TEA)
    stock.receive(pushing.work, TEA_CODE, 7)
    rows = stock_push.push_and_send(pushing.work, SHANYE, sku=TEA_CODE)
    assert {r.product_id: r.result for r in rows} == {TEA: "unknown", DOUBLE: "done"}


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
