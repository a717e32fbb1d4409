"""Pauses, first connections and wrong clocks: orders come in completely all the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import RetryableError
from app.jobs import Cancelled, CancelToken
from app.services.orders import details
from app.services.sync import sync_state, syncing
from app.services.sync.sync_memory import RecentReadings
from app.shops.wechat.order_lists import LIST_PATH
from app.shops.wechat.shop import ORDER_PATH
from app.store.tables import orders, shops
from tests.services.shop_in_step import about, poll, reads, sweeper
from tests.support import sweeping
from tests.support.clock import FakeClock
from tests.support.other_pc import another_pc
from tests.support.shop_orders import SHOP, add_orders, differences, platform, stored
from tests.support.warehouse import Bench, open_bench


def test_a_few_lost_answers_do_not_end_a_run(small: Bench) -> None:
    made = add_orders(small, 8)
    for lost in made[:3]:
        small.world.wechat.faults.bad_gateway(ORDER_PATH, times=2, when=about(lost))
    small.clock.advance(2)
    assert poll(small, RecentReadings()).failed == {}
    assert [reads(small, order_id) for order_id in made] == [3, 3, 3, 1, 1, 1, 1, 1]
    assert differences(small, made) == []


def test_a_shop_that_answers_nothing_is_left_alone_at_once(small: Bench) -> None:
    made = add_orders(small, 100)
    small.world.wechat.faults.close_before(ORDER_PATH, times=999)
    small.clock.advance(2)
    with pytest.raises(RetryableError):
        poll(small, RecentReadings())
    assert small.world.wechat.journal.count(ORDER_PATH) < 50
    small.world.wechat.faults.clear()
    small.clock.advance(2)
    poll(small, RecentReadings())
    assert differences(small, made) == []


def test_after_a_pause_the_newest_come_first_and_the_rest_beside(small: Bench) -> None:
    recent = RecentReadings()
    small.clock.advance(hours=30)
    old = add_orders(small, 5, ago_s=20 * 3600)
    (new,) = add_orders(small)
    small.clock.advance(1)
    poll(small, recent)
    assert new in stored(small)
    assert not set(old) & set(stored(small))
    assert sync_state.gap(small.work, SHOP) is not None
    beside = sweeper(small, recent)
    for _ in range(5):
        beside.gap()
    beside = sweeper(small, RecentReadings())  # the program was ended and started again
    while beside.gap():
        pass
    assert differences(small) == []
    assert sync_state.gap(small.work, SHOP) is None


def test_an_outage_in_the_middle_moves_no_cursor_past_what_is_not_stored(small: Bench) -> None:
    add_orders(small, 60)
    small.clock.advance(2)
    small.world.wechat.faults.close_before(ORDER_PATH, times=99)
    before = sync_state.position(small.work, SHOP)
    with pytest.raises(RetryableError):
        syncing.sync_shop(small.work, SHOP)
    assert sync_state.position(small.work, SHOP) == before
    states = details.shop_states(small.work)
    assert next(s for s in states if s.shop == SHOP).error
    small.world.wechat.faults.clear()
    syncing.sync_shop(small.work, SHOP)
    assert differences(small) == []
    assert not next(s for s in details.shop_states(small.work) if s.shop == SHOP).error


# trap 8
def test_the_first_connection_finds_every_unshipped_order_however_old(tmp_path: Path) -> None:
    with open_bench(tmp_path, orders=48) as bench:
        day = 86_400
        waiting = [*add_orders(bench, 3, ago_s=60 * day), *add_orders(bench, ago_s=20 * day)]
        partly = add_orders(bench, ago_s=30 * day, status=21)
        done = add_orders(bench, 2, ago_s=20 * day, status=100)
        syncing.sync_shop(bench.work, SHOP)
        ours = stored(bench)
        assert {*waiting, *partly} <= set(ours)
        assert not set(done) & set(ours)
        bench.world.wechat.journal.clear()
        syncing.sync_shop(bench.work, SHOP)
        statuses = [c.body.get("status") for c in bench.world.wechat.journal.calls(LIST_PATH)]
        assert statuses == [None]  # the sweep is over


def test_the_look_back_of_the_first_connection_can_be_set(tmp_path: Path) -> None:
    with open_bench(tmp_path, orders=48) as bench:
        done = add_orders(bench, 2, ago_s=20 * 86_400, status=100)
        with bench.work.db.write() as tx:
            chosen = tx.execute(select(shops.c.settings).where(shops.c.id == SHOP)).scalar_one()
            tx.execute(
                shops.update()
                .where(shops.c.id == SHOP)
                .values(settings={**chosen, "look_back_days": 30})
            )
        syncing.sync_shop(bench.work, SHOP)
        assert set(done) <= set(stored(bench))


def test_the_sweep_of_the_week_finds_what_was_never_told_and_goes_on_after_a_stop(
    small: Bench,
) -> None:
    lost = [*add_orders(small, 2, ago_s=5 * 86_400, status=30), *add_orders(small, ago_s=90_000)]
    beside = sweeper(small)
    for _ in range(30):
        assert beside.week()
    known = sync_state.position(small.work, SHOP, "week")
    assert known is not None
    assert known.begun_at is not None
    beside = sweeper(small)
    steps = 0
    while beside.week():
        steps += 1
    assert steps == 168 - 30
    assert set(lost) <= set(stored(small))
    small.clock.advance(hours=25)
    assert beside.week()


def test_the_sweep_of_the_week_reads_no_finished_order_again(small: Bench) -> None:
    done = add_orders(small, ago_s=3 * 86_400, status=100)
    waiting = add_orders(small, ago_s=3 * 86_400)
    for _ in range(2):
        beside = sweeper(small)
        while beside.week():
            pass
        small.clock.advance(hours=25)
    assert reads(small, done[0]) == 1
    assert reads(small, waiting[0]) == 2


def test_a_sweep_stops_when_it_is_told_to(small: Bench) -> None:
    token = CancelToken()
    token.cancel()
    beside = sweeping.sweeper(small.work, SHOP, token=token)
    with pytest.raises(Cancelled):
        beside.week()


def test_a_variant_change_that_the_shop_refuses_by_itself_ends_its_hold(small: Bench) -> None:
    (order_id,) = add_orders(small)
    line = platform(small).orders[order_id].lines[0]
    platform(small).request_sku_change(
        order_id, line["product_id"], line["sku_id"], "9999999999", within_s=600
    )
    small.clock.advance(2)
    recent = RecentReadings()
    poll(small, recent)
    beside = sweeper(small, recent)
    assert not beside.overdue()
    small.clock.advance(605)  # nothing is listed: nobody has asked for the order
    assert beside.overdue()
    with small.work.db.read() as tx:
        held = tx.execute(select(orders.c.hold_count).where(orders.c.order_id == order_id))
        assert held.scalar_one() == 0


@pytest.mark.parametrize("minutes", [-10, 10, -600_000])
def test_a_wrong_clock_loses_and_delays_nothing(
    small: Bench, tmp_path: Path, minutes: float
) -> None:
    wrong = FakeClock(small.clock.now() + timedelta(minutes=minutes))
    with another_pc(small, tmp_path / "wrong", wrong) as pc:
        syncing.sync_shop(pc.work, SHOP)
        assert differences(pc) == []
        recent = RecentReadings()
        for _ in range(10):
            made = add_orders(small)
            small.clock.advance(2)
            wrong.advance(2)
            poll(pc, recent)
            assert set(made) <= set(stored(pc))


def test_setting_the_clock_while_it_runs_loses_and_delays_nothing(
    small: Bench, tmp_path: Path
) -> None:
    pc_clock = FakeClock(small.clock.now())
    with another_pc(small, tmp_path / "set", pc_clock) as pc:
        syncing.sync_shop(pc.work, SHOP)
        recent = RecentReadings()
        for turn in range(12):
            if turn in {3, 7}:
                pc_clock._start_at += timedelta(minutes=10 if turn == 3 else -25)
            made = add_orders(small)
            small.clock.advance(2)
            pc_clock.advance(2)
            poll(pc, recent)
            assert set(made) <= set(stored(pc))


def test_a_cursor_from_a_wrong_clock_is_not_believed(small: Bench) -> None:
    lost = add_orders(small, ago_s=3 * 86_400)
    sync_state.move_cursor(small.work, SHOP, small.clock.now() + timedelta(hours=5))
    syncing.sync_shop(small.work, SHOP)
    assert set(lost) <= set(stored(small))
    known = sync_state.position(small.work, SHOP)
    assert known is not None
    assert known.upto_at <= small.clock.now() + timedelta(seconds=1)
