"""A change of stock whose end nobody knows, that was overtaken, or that the shop refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.domain.errors import RetryableError
from app.domain.states import OutboxState
from app.services.stock import stock, stock_push, stock_sending, stock_wanted
from app.services.sync.syncing import sync_shop
from app.services.telling import outbox
from app.simulators.exchange import Response
from app.store.tables import listings
from app.store.tables import outbox as outbox_table
from tests.services.goods import (
    DOUBLE,
    SHANYE,
    TEA,
    TEA_CODE,
    TEA_SKU,
    available,
    platform,
    row,
)
from tests.services.stock_pushing import UPDATE, buy, has, push, settle, state_of, updates
from tests.services.truth import change_shop
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


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
    buy(pushing, 3)
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
