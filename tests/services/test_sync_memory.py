"""What need not be read again, and what must be."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.services.sync.sync_memory import Need, Reading, RecentReadings
from tests.support.clock import START_AT


def at(second: float) -> datetime:
    return START_AT + timedelta(seconds=second)


@pytest.mark.parametrize(
    ("updated", "read", "window", "need"),
    [
        (10, 14, (0, 11), Need.NOT),  # read after everything that the window can tell of
        (10, 14, (0, 20), Need.MAYBE),  # explained; a change at 15 would look the same
        (10, 14, (11, 20), Need.READ),  # what it said lies before: there is another change
        (10, 14, (10, 12), Need.MAYBE),
        (10, 12, (0, 20), Need.READ),  # read too soon after the change
        (30, 31, (0, 20), Need.NOT),
        (30, 34, (0, 40), Need.MAYBE),
    ],
)
def test_what_a_listing_calls_for(
    updated: float, read: float, window: tuple[float, float], need: Need
) -> None:
    recent = RecentReadings()
    recent.note("1", Reading(at(read), at(updated)))
    start, stop = at(window[0]), at(window[1])
    assert recent.need("1", start, stop) is need


def test_an_order_never_read_has_to_be() -> None:
    assert RecentReadings().need("1", START_AT, START_AT) is Need.READ


def test_an_earlier_reading_that_ends_later_does_not_count() -> None:
    recent = RecentReadings()
    late, early = START_AT + timedelta(seconds=30), START_AT + timedelta(seconds=2)
    recent.note("1", Reading(late, START_AT))
    recent.note("1", Reading(early, START_AT))
    assert recent.need("1", START_AT, START_AT + timedelta(seconds=20)) is Need.NOT


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    recent = RecentReadings(kept=3)
    late = START_AT + timedelta(seconds=30)
    for order_id in "12345":
        recent.note(order_id, Reading(late, START_AT))
    needs = [recent.need(i, START_AT, START_AT) for i in "12345"]
    assert needs == [Need.READ, Need.READ, Need.NOT, Need.NOT, Need.NOT]


def test_orders_never_read_come_before_the_others() -> None:
    recent = RecentReadings()
    recent.note("2", Reading(START_AT, START_AT))
    assert recent.unknown_first("1234") == ["1", "3", "4", "2"]
