"""Orders come in completely, whatever the lists do, and cost few calls."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import PackbenchError
from app.jobs import Step
from app.services.orders import details
from app.services.sync import sync_state, sync_telling, syncing
from app.services.sync.sync_memory import RecentReadings
from app.shops.wechat.order_lists import LIST_PATH
from app.shops.wechat.shop import ORDER_PATH
from app.store.tables import orders
from tests.services.shop_in_step import poll, reads, sweeper
from tests.support.shop_orders import SHOP, add_orders, differences, platform, stored
from tests.support.warehouse import Bench


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
