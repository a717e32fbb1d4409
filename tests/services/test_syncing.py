"""Orders come in completely: whatever the lists do, whatever the PC's clock says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import PackbenchError, RetryableError
from app.jobs import Cancelled, CancelToken, Step
from app.services.orders import details
from app.services.sync import sync_state, sync_telling, syncing
from app.services.sync.sweeping import Sweeper
from app.services.sync.sync_memory import RecentReadings
from app.services.sync.sync_reading import SyncResult
from app.shops.wechat.order_lists import LIST_PATH
from app.shops.wechat.shop import ORDER_PATH
from app.simulators.exchange import Predicate
from app.store.tables import orders, shops
from tests.support import sweeping
from tests.support.clock import FakeClock
from tests.support.other_pc import another_pc
from tests.support.shop_orders import SHOP, add_orders, differences, platform, stored
from tests.support.warehouse import Bench, open_bench


def get_in_step(bench: Bench) -> None:
    syncing.sync_shop(bench.work, SHOP)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Bench]:
    """A bench whose shop is in step; the orders of the scenario are old news."""
    with open_bench(tmp_path / "small", then=get_in_step) as bench:
        bench.work.outside.shop(SHOP).clock_ahead()  # its time is known
        bench.world.wechat.journal.clear()
        yield bench


def poll(bench: Bench, recent: RecentReadings, *, large: bool = False) -> SyncResult:
    return syncing.poll(bench.work, SHOP, recent, large=large, cancel=CancelToken())


def sweeper(bench: Bench, recent: RecentReadings | None = None) -> Sweeper:
    return sweeping.sweeper(bench.work, SHOP, recent)


def reads(bench: Bench, order_id: str) -> int:
    calls = bench.world.wechat.journal.calls(ORDER_PATH)
    return sum(call.body["order_id"] == order_id for call in calls)


def about(order_id: str) -> Predicate:
    return lambda request: bool(request.json()["order_id"] == order_id)


# Lists


# trap 1
@pytest.mark.parametrize("lag_s", [0, 4, 9, 15, 19])
def test_polls_find_what_lists_show_late_even_a_second_change_of_one_order(
    small: Bench, lag_s: int
) -> None:
    platform(small).quirks.index_lag_s = lag_s
    recent = RecentReadings()
    made: list[str] = []
    for second in range(0, 80, 2):
        if second < 40:
            made += add_orders(small)
        if second in {6, 14, 22, 40}:
            platform(small).write_merchant_note(made[0], f"note {second}")
        if second == 41 // 2 * 2:
            platform(small).cancel(made[1])
        small.clock.advance(2)
        poll(small, recent)
    assert differences(small) == []
    with small.work.db.read() as tx:
        note = tx.execute(
            select(orders.c.merchant_note).where(orders.c.order_id == made[0])
        ).scalar_one()
    assert note == "note 40"


# trap 1
def test_ten_minutes_back_find_what_lists_show_minutes_late(small: Bench) -> None:
    platform(small).quirks.index_lag_s = 200
    recent = RecentReadings()
    beside = sweeper(small, recent)
    poll(small, recent)
    made = add_orders(small, 3)
    for _ in range(60):
        small.clock.advance(10)
        poll(small, recent)
        beside.large()
    assert differences(small, made) == []


# trap 1
@pytest.mark.parametrize("changes", [40, 260])
def test_a_second_change_hidden_by_a_late_list_is_found_within_ten_minutes(
    small: Bench, changes: int
) -> None:
    """However busy the shop is: few orders are read again, of many only the doubtful ones."""
    recent = RecentReadings()
    beside = sweeper(small, recent)
    made = add_orders(small, changes)
    for _ in range(4):
        small.clock.advance(2)
        poll(small, recent)
    platform(small).quirks.index_lag_s = 120
    small.clock.advance(40)
    with platform(small).lock:
        platform(small).cancel(made[0])
    for _ in range(34):
        small.clock.advance(10)
        poll(small, recent)
        beside.large()
    assert differences(small, made) == []


# trap 4
def test_two_changes_within_one_second_are_both_seen(small: Bench) -> None:
    recent = RecentReadings()
    (order_id,) = add_orders(small)
    small.clock.advance(0.2)
    poll(small, recent)
    assert stored(small)[order_id] == "paid"
    platform(small).cancel(order_id)  # the update time stays what it was
    for _ in range(3):
        small.clock.advance(2)
        poll(small, recent)
    assert stored(small)[order_id] == "cancelled"


# trap 4
def test_an_update_time_that_goes_backwards_does_not_hide_a_change(small: Bench) -> None:
    recent = RecentReadings()
    (order_id,) = add_orders(small)
    small.clock.advance(2)
    poll(small, recent)
    platform(small).cancel(order_id)
    platform(small).orders[order_id].data["update_time"] += 1
    small.clock.advance(2)
    poll(small, recent)
    assert stored(small)[order_id] == "cancelled"


# trap 2
# trap 3
def test_pages_that_repeat_and_omit_ids_and_keys_that_move_lose_nothing(small: Bench) -> None:
    quirks = platform(small).quirks
    quirks.pages_repeat, quirks.page_keys_move, quirks.numeric_list_ids = 0.7, 0.7, True
    made = add_orders(small, 250)
    small.clock.advance(3)
    result = syncing.sync_shop(small.work, SHOP)
    assert result.new == 250
    assert max(reads(small, order_id) for order_id in made) == 1
    assert differences(small) == []
    keys_moved = [c for c in small.world.wechat.journal.calls(LIST_PATH) if c.code == "606006"]
    assert keys_moved


# trap 3
def test_ids_left_out_of_a_page_come_with_the_polls_that_follow(small: Bench) -> None:
    platform(small).quirks.pages_omit = 0.9
    recent = RecentReadings()
    add_orders(small, 12)
    for _ in range(14):
        small.clock.advance(2)
        poll(small, recent)
    assert differences(small) == []


# trap 2
def test_every_page_of_a_run_repeats_its_times(small: Bench) -> None:
    add_orders(small, 250)
    small.clock.advance(3)
    syncing.sync_shop(small.work, SHOP)
    listed = [c.body for c in small.world.wechat.journal.calls(LIST_PATH) if "status" not in c.body]
    paged = [body for body in listed if body.get("next_key")]
    assert len(paged) >= 2
    assert {str(b["update_time_range"]) for b in paged} == {str(paged[0]["update_time_range"])}


def test_a_window_with_too_many_orders_is_halved_until_they_fit(small: Bench) -> None:
    platform(small).quirks.max_orders_in_range = 70
    for minutes in range(0, 600, 10):
        add_orders(small, 4, ago_s=60 * minutes)
    small.clock.advance(3)
    syncing.sync_shop(small.work, SHOP, since=small.clock.now() - timedelta(hours=12))
    assert differences(small) == []


# What it costs


def test_a_change_is_read_three_times_at_most_and_settled_orders_not_again(small: Bench) -> None:
    recent = RecentReadings()
    poll(small, recent)
    (order_id,) = add_orders(small)
    for _ in range(30):
        small.clock.advance(2)
        poll(small, recent)
    assert 2 <= reads(small, order_id) <= 3


def test_after_a_start_everything_in_the_overlap_is_read_again(small: Bench) -> None:
    (order_id,) = add_orders(small)
    for _ in range(5):
        small.clock.advance(2)
        poll(small, RecentReadings())  # as if it had just been started
    assert reads(small, order_id) == 5


def test_an_order_that_cannot_be_read_is_remembered_and_tried_now_and_then(small: Bench) -> None:
    recent = RecentReadings()
    first, second = add_orders(small, 2)
    broken = {"errcode": 0, "order": {"order_id": first}}
    small.world.wechat.faults.answer_json(
        ORDER_PATH, broken, times=99, when=lambda r: r.json()["order_id"] == first
    )
    small.clock.advance(2)
    result = poll(small, recent)
    assert list(result.failed) == [first]
    assert stored(small)[second] == "paid"
    assert sync_state.unread(small.work, SHOP) == [first]
    small.clock.advance(60)
    poll(small, recent)
    asked = reads(small, first)
    poll(small, recent)
    assert reads(small, first) == asked
    small.world.wechat.faults.clear()
    poll(small, recent, large=True)
    assert sync_state.unread(small.work, SHOP) == []
    assert stored(small)[first] == "paid"


def test_an_order_that_a_sweep_could_not_read_is_forgotten_once_it_was_read(small: Bench) -> None:
    recent = RecentReadings()
    beside = sweeper(small, recent)
    (order,) = add_orders(small, ago_s=120)
    broken = {"errcode": 0, "order": {"order_id": order}}
    small.world.wechat.faults.answer_json(
        ORDER_PATH, broken, when=lambda r: r.json()["order_id"] == order
    )
    beside.large()
    assert sync_state.unread(small.work, SHOP) == [order]
    small.clock.advance(minutes=1)
    poll(small, recent, large=True)
    assert (stored(small)[order], sync_state.unread(small.work, SHOP)) == ("paid", [])
    small.clock.advance(minutes=5)
    assert beside.large()
    assert sync_state.unread(small.work, SHOP) == []


# Pauses and first connections


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


# The PC's clock


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


# How far it is


def test_a_long_run_says_how_much_is_left(small: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_telling, "_TELL_EVERY_S", 0.0)
    add_orders(small, 150)
    small.clock.advance(3)
    seen: list[tuple[int, float | None]] = []
    steps: list[Step] = []

    def watching(step: Step) -> None:
        steps.append(step)
        state = next(s for s in details.shop_states(small.work) if s.shop == SHOP)
        seen.append((state.backlog, state.eta_s))

    syncing.sync_shop(small.work, SHOP, progress=watching)
    assert max(left for left, _ in seen) > 20
    assert all(eta is not None and eta > 0 for left, eta in seen if left)
    assert [s.done for s in steps] == sorted(s.done for s in steps)
    assert steps[-1].done == steps[-1].total >= 150
    state = next(s for s in details.shop_states(small.work) if s.shop == SHOP)
    assert (state.backlog, state.eta_s) == (0, None)


# trap 6
def test_every_screen_knows_when_the_shop_was_last_read(small: Bench) -> None:
    small.clock.advance(60)
    poll(small, RecentReadings())
    state = next(s for s in details.shop_states(small.work) if s.shop == SHOP)
    assert state.synced_at == small.clock.now()


def test_a_list_that_cannot_be_read_is_an_error_and_loses_nothing(small: Bench) -> None:
    add_orders(small)
    small.clock.advance(2)
    for answer in ({"errcode": 0}, {"errcode": 0, "order_id_list": {"a": 1}}):
        small.world.wechat.faults.answer_json(LIST_PATH, answer)
        with pytest.raises(PackbenchError):
            poll(small, RecentReadings())
    poll(small, RecentReadings())
    assert differences(small) == []
