"""The shop's figures beside ours, both ways, and overwritten only when a person says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.domain.errors import RetryableError
from app.services.listings import pulling
from app.services.stock import stock, stock_push, stock_reconciling
from app.services.telling import outbox
from app.store.tables import audit
from tests.services.goods import (
    SHANYE,
    TEA,
    TEA_CODE,
    TEA_SKU,
    available,
    platform,
    row,
)
from tests.services.truth import change_shop
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

UPDATE = "/channels/ec/product/stock/update"
HONEY, HONEY_SKU, HONEY_CODE = "10000154820411", "3616331044", "FM-500"


@pytest.fixture
def apart(bench: Bench) -> Bench:
    """A shop that agrees with us, except that it has five tins more and two jars fewer."""
    pulling.pull(bench.work, SHANYE)
    change_shop(bench, SHANYE, stock_push="on")
    stock_push.push_and_send(bench.work, SHANYE)
    shop = platform(bench)
    with shop.lock:
        shop.take_stock(TEA, TEA_SKU, -5)
        shop.take_stock(HONEY, HONEY_SKU, 2)
    bench.world.wechat.journal.clear()
    return bench


def audited(bench: Bench) -> list[tuple[str, int, int]]:
    with bench.work.db.read() as tx:
        found = tx.execute(
            select(audit.c.action, audit.c.detail).where(audit.c.action.startswith("stock_set"))
        ).all()
    return sorted((r.action, r.detail["from"], r.detail["to"]) for r in found)


def test_differences_are_shown_both_ways_and_nothing_changes(apart: Bench) -> None:
    found = stock_reconciling.differences(apart.work, SHANYE)
    assert {(r.sku, r.result, r.delta) for r in found} == {
        (TEA_CODE, "more", -5),
        (HONEY_CODE, "fewer", 2),
    }
    assert apart.world.wechat.journal.count(UPDATE) == 0
    assert stock_reconciling.unmapped(apart.work, SHANYE) > 0


def test_a_shop_that_keeps_its_own_stock_can_be_compared_too(apart: Bench) -> None:
    change_shop(apart, SHANYE, stock_push="off")
    assert len(stock_reconciling.differences(apart.work, SHANYE)) == 2


def test_what_a_person_overwrites_is_audited(apart: Bench) -> None:
    has = platform(apart).stock_of(TEA, TEA_SKU)
    done = stock_reconciling.overwrite(apart.work, SHANYE)
    assert {(r.sku, r.result) for r in done} == {(TEA_CODE, "done"), (HONEY_CODE, "done")}
    assert platform(apart).stock_of(TEA, TEA_SKU) == available(apart, TEA_CODE)
    assert platform(apart).stock_of(HONEY, HONEY_SKU) == available(apart, HONEY_CODE)
    calls = apart.world.wechat.journal.calls(UPDATE)
    assert [c.body["diff_type"] for c in calls] == [3, 3]
    assert ("stock_set", has, has - 5) in audited(apart)
    assert len(audited(apart)) == 2
    assert stock_reconciling.differences(apart.work, SHANYE) == []


def test_a_queued_difference_does_not_come_on_top(apart: Bench) -> None:
    stock.receive(apart.work, TEA_CODE, 4)
    stock_push.push(apart.work, SHANYE, sku=TEA_CODE)
    stock_reconciling.overwrite(apart.work, SHANYE)
    outbox.drain(apart.work, everything=True)
    assert platform(apart).stock_of(TEA, TEA_SKU) == available(apart, TEA_CODE)


def test_a_difference_worked_out_meanwhile_does_not_come_on_top(apart: Bench) -> None:
    overwriting = apart.world.wechat.faults.hang(
        UPDATE, when=lambda r: TEA_SKU.encode() in r.body, takes_effect=False
    )
    with ThreadPoolExecutor(1) as person:
        done = person.submit(stock_reconciling.overwrite, apart.work, SHANYE)
        overwriting.wait_until_met()
        found = {r.sku_id: r for r in stock_push.push(apart.work, SHANYE, sku=TEA_CODE)}
        assert (found[TEA_SKU].result, found[TEA_SKU].delta) == ("queued", -5)
        with pytest.raises(RetryableError):
            outbox.drain(apart.work)
        overwriting.release()
        assert {r.result for r in done.result()} == {"done"}
    outbox.drain(apart.work, everything=True)
    assert platform(apart).stock_of(TEA, TEA_SKU) == available(apart, TEA_CODE)
    assert row(apart, TEA, TEA_SKU).shop_stock == available(apart, TEA_CODE)


def test_a_refused_one_is_explained_and_the_others_go_on(apart: Bench) -> None:
    platform(apart).start_flash_sale(TEA, TEA_SKU)
    done = {r.sku: r for r in stock_reconciling.overwrite(apart.work, SHANYE)}
    assert (done[TEA_CODE].result, done[TEA_CODE].code) == ("refused", "10020014")
    assert done[HONEY_CODE].result == "done"
    assert "stock_set_refused" in {action for action, _, _ in audited(apart)}


def test_an_unclear_one_is_compared_again(apart: Bench) -> None:
    apart.world.wechat.faults.lose_answer(
        UPDATE, when=lambda request: TEA_SKU.encode() in request.body
    )
    done = {r.sku: r for r in stock_reconciling.overwrite(apart.work, SHANYE)}
    assert done[TEA_CODE].result == "later"
    assert row(apart, TEA, TEA_SKU).shop_stock is None
    assert stock_reconciling.differences(apart.work, SHANYE) == []
