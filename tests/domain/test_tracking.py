"""What events add up to, in whatever order they arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.tracking import Track, TrackEvent, TrackStage, merged, stage_of

S = TrackStage


def events(*stages: TrackStage) -> tuple[TrackEvent, ...]:
    """One event an hour."""
    start_at = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        TrackEvent(start_at + timedelta(hours=n), stage, stage.value, "")
        for n, stage in enumerate(stages)
    )


@pytest.mark.parametrize(
    ("stages", "stage"),
    [
        ((), None),
        ((S.ANNOUNCED,), S.ANNOUNCED),
        ((S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY), S.OUT_FOR_DELIVERY),
        ((S.PICKED_UP, S.EXCEPTION, S.DELIVERED), S.DELIVERED),
        ((S.PICKED_UP, S.DELIVERED, S.AT_PICKUP_POINT), S.DELIVERED),
        ((S.PICKED_UP, S.DELIVERED, S.EXCEPTION, S.IN_TRANSIT), S.DELIVERED),
        ((S.PICKED_UP, S.AT_PICKUP_POINT), S.AT_PICKUP_POINT),
        ((S.PICKED_UP, S.RETURNING, S.IN_TRANSIT), S.RETURNING),
        ((S.PICKED_UP, S.RETURNING, S.IN_TRANSIT, S.DELIVERED), S.RETURNED),
        ((S.PICKED_UP, S.DELIVERED, S.RETURNING), S.RETURNING),
        ((S.PICKED_UP, S.RETURNED, S.DELIVERED), S.RETURNED),
    ],
)
def test_the_stage_follows_the_carriers_time(
    stages: tuple[TrackStage, ...], stage: TrackStage | None
) -> None:
    for order in permutations(events(*stages)):
        assert stage_of(order) is stage
        assert Track("1", order).stage is stage


@given(st.lists(st.sampled_from(list(TrackStage))), st.randoms())
def test_merging_is_the_same_in_any_order_and_twice(stages: list[S], chance: Random) -> None:
    found = list(events(*stages))
    once = merged(found)
    chance.shuffle(found)
    assert once == merged(found) == merged(found, once)
    assert [e.at for e in once] == sorted(e.at for e in once)
