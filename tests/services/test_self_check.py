"""The self-check proves that the shop's orders and ours are the same, or names what differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.errors import RetryableError
from app.domain.states import OrderStatus
from app.jobs import Cancelled, CancelToken, Step
from app.services.sync import self_check, syncing
from app.services.sync.self_check import DayRow
from app.shops.wechat.order_lists import LIST_PATH
from app.shops.wechat.shop import ORDER_PATH
from app.store.tables import orders
from tests.support.shop_orders import SHOP, add_orders, differences, platform
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path / "small", orders=48) as bench:
        for status in (10, 13, 30, 100, 250):
            add_orders(bench, 2, ago_s=50_000, status=status)
        syncing.sync_shop(bench.work, SHOP)
        bench.clock.advance(minutes=5)
        bench.world.wechat.journal.clear()
        yield bench


def unequal(rows: list[DayRow]) -> list[DayRow]:
    return [row for row in rows if not row.equal]


def test_equal_counts_for_every_day_and_state(small: Bench) -> None:
    rows = self_check.compare(small.work, SHOP)
    assert unequal(rows) == []
    assert all(row.shop_count == row.local_count for row in rows)
    assert {"unpaid", "grouping", "paid", "shipped", "done", "cancelled", "gift_pending"} <= {
        row.state for row in rows
    }
    with platform(small).lock:
        counted = len(platform(small).orders)
    assert sum(row.shop_count for row in rows) == counted
    kept = self_check.last(small.work, SHOP)
    assert kept is not None
    assert kept.equal
    assert (kept.at, kept.days, len(kept.rows)) == (small.clock.now(), 7, len(rows))
    assert small.world.wechat.journal.count(ORDER_PATH) == 0


# trap 8
def test_partly_shipped_orders_are_counted_once(small: Bench) -> None:
    add_orders(small, 3, ago_s=7200, status=21)
    syncing.sync_shop(small.work, SHOP, since=small.clock.now().replace(hour=0, minute=0))
    rows = self_check.compare(small.work, SHOP, 1)
    partly = next(row for row in rows if row.state == "partly_shipped")
    assert (partly.shop_count, partly.local_count, partly.equal) == (3, 3, True)


def test_a_missing_order_is_named_and_fetched(small: Bench) -> None:
    lost = add_orders(small, 3, ago_s=2 * 86_400, status=30)  # no poll looks there any more
    rows = unequal(self_check.compare(small.work, SHOP))
    assert [(r.state, sorted(r.missing), r.different) for r in rows] == [
        ("shipped", sorted(lost), ())
    ]
    kept = self_check.last(small.work, SHOP)
    assert kept is not None
    assert not kept.equal
    steps: list[Step] = []
    result = self_check.fix(small.work, SHOP, rows, steps.append)
    assert result.new == 3
    assert steps[-1].done == steps[-1].total == 3
    assert unequal(self_check.compare(small.work, SHOP)) == []
    assert differences(small) == []


def test_an_order_in_another_state_is_named_and_fetched(small: Bench) -> None:
    (order_id,) = add_orders(small, ago_s=7200)
    syncing.sync_shop(small.work, SHOP, since=small.clock.now().replace(hour=0))
    platform(small).cancel(order_id)
    rows = unequal(self_check.compare(small.work, SHOP, 1))
    assert [(r.state, r.missing, r.different) for r in rows] == [("cancelled", (), (order_id,))]
    self_check.fix(small.work, SHOP, rows)
    assert unequal(self_check.compare(small.work, SHOP, 1)) == []


def test_an_order_that_the_shop_does_not_list_is_different(small: Bench) -> None:
    (order_id,) = add_orders(small, ago_s=7200)
    syncing.sync_shop(small.work, SHOP, since=small.clock.now().replace(hour=0))
    with platform(small).lock:
        del platform(small).orders[order_id]
    rows = unequal(self_check.compare(small.work, SHOP, 1))
    assert [(r.state, r.different) for r in rows] == [("paid", (order_id,))]


def test_what_changes_while_it_is_counted_is_looked_at_again(small: Bench) -> None:
    platform(small).quirks.index_lag_s = 3600  # the lists are an hour behind
    (order_id,) = add_orders(small, ago_s=3 * 3600)
    syncing.sync_shop(small.work, SHOP, since=small.clock.now().replace(hour=0))
    platform(small).cancel(order_id)
    syncing.refetch(small.work, SHOP, [order_id])
    platform(small).orders[order_id].data["status"] = 20  # what the lagging list still says
    with small.work.db.write() as tx:
        tx.execute(
            update(orders).where(orders.c.order_id == order_id).values(status=OrderStatus.PAID)
        )
    assert unequal(self_check.compare(small.work, SHOP, 1)) == []


# trap 5
# trap 7
def test_states_that_no_list_names_are_looked_up(small: Bench) -> None:
    ended, odd = add_orders(small, ago_s=7200, status=200), add_orders(small, ago_s=7200, status=60)
    syncing.sync_shop(small.work, SHOP, since=small.clock.now().replace(hour=0))
    rows = self_check.compare(small.work, SHOP, 1)
    assert unequal(rows) == []
    assert {"cancelled", "unknown"} <= {row.state for row in rows}
    assert (len(ended), len(odd)) == (1, 1)


def test_days_are_those_of_china(small: Bench) -> None:
    midnight = small.clock.now().replace(hour=16, minute=0, second=0)  # of yesterday, UTC
    seconds = (small.clock.now() - midnight).total_seconds() + 86_400
    (before,) = add_orders(small, ago_s=seconds + 1, status=30)
    (after,) = add_orders(small, ago_s=seconds - 1, status=30)
    found = {i: row.day for row in self_check.compare(small.work, SHOP) for i in row.missing}
    assert (found[before], found[after]) == ("2026-11-19", "2026-11-20")


def test_an_order_of_this_minute_is_not_missing_yet(small: Bench) -> None:
    add_orders(small)
    small.clock.advance(2)
    assert unequal(self_check.compare(small.work, SHOP, 1)) == []


def test_a_check_that_fails_or_is_stopped_keeps_the_last_result(small: Bench) -> None:
    self_check.compare(small.work, SHOP, 1)
    before = self_check.last(small.work, SHOP)
    small.clock.advance(60)
    small.world.wechat.faults.close_before(LIST_PATH, times=99)
    with pytest.raises(RetryableError):
        self_check.compare(small.work, SHOP, 1)
    small.world.wechat.faults.clear()
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        self_check.compare(small.work, SHOP, 1, cancel=token)
    assert self_check.last(small.work, SHOP) == before
