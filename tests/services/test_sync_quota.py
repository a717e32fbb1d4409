"""A busy day fits into the platform's quota: the polls of some minutes, scaled to a day."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.jobs import CancelToken
from app.services.sync import syncing
from app.services.sync.sync_memory import RecentReadings
from app.shops.wechat.order_lists import LIST_PATH
from app.shops.wechat.shop import ORDER_PATH
from tests.support.shop_orders import SHOP, add_orders, differences, platform
from tests.support.sweeping import sweeper
from tests.support.warehouse import open_bench

QUOTA = 500_000  # calls a day
ORDERS_A_DAY = 20_000
CHANGES_AN_ORDER = 4
POLL_S = 2
MINUTES = 5
KEPT_FOR_SHIPPING = 4 * ORDERS_A_DAY  # number, picture, read before sending, report


# trap 1
@pytest.mark.timeout(240)
def test_twenty_thousand_orders_a_day_leave_room_in_the_quota(tmp_path: Path) -> None:
    with open_bench(tmp_path, orders=48) as bench:
        syncing.sync_shop(bench.work, SHOP)
        recent, token = RecentReadings(), CancelToken()
        beside = sweeper(bench.work, SHOP, recent, token)
        chance = random.Random(1)
        made = add_orders(bench, 200, ago_s=3600)
        syncing.sync_shop(bench.work, SHOP, since=bench.clock.now().replace(hour=0))
        journal = bench.world.wechat.journal

        def minutes(count: int) -> None:
            changes_a_poll = ORDERS_A_DAY * CHANGES_AN_ORDER / 86_400 * POLL_S
            due = 0.0
            for _ in range(count * 60 // POLL_S):
                due += changes_a_poll
                early_s = chance.uniform(0, POLL_S)
                bench.clock.advance(early_s)
                while due >= 1:
                    due -= 1
                    if chance.random() < 1 / CHANGES_AN_ORDER:
                        made.extend(add_orders(bench))
                    else:
                        number = chance.randrange(10_000)
                        platform(bench).write_merchant_note(chance.choice(made), f"{number}")
                bench.clock.advance(POLL_S - early_s)
                syncing.poll(bench.work, SHOP, recent, large=False, cancel=token)
                beside.large()

        minutes(5)  # until the ten minutes before are as busy as the rest
        journal.clear()
        minutes(MINUTES)
        lists, reads = journal.count(LIST_PATH), journal.count(ORDER_PATH)
        a_day = (lists + reads) * 24 * 60 / MINUTES
        # Once a day: the week in five-minute windows and what is open in it, ninety days of
        # unshipped ones with what was not heard of for a day.
        sweeps = 7 * 24 + 7 * 24 * 12 + ORDERS_A_DAY + 2 * 13 + ORDERS_A_DAY
        assert differences(bench) == []
        assert a_day + sweeps + KEPT_FOR_SHIPPING < QUOTA, (lists, reads)
