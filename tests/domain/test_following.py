"""When a parcel is asked for again, how far it is, and what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.following import (
    Limits,
    TrackWarning,
    Travel,
    after_failure,
    as_told,
    first_scan_at,
    goes_on_as,
    next_poll,
    next_warning_at,
    progress_of,
    warning_of,
)
from app.domain.tracking import TrackEvent, TrackStage, stage_of

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
S, W = TrackStage, TrackWarning
LIMITS = Limits()


def event(stage: TrackStage, hours_ago: float = 0, text: str = "") -> TrackEvent:
    return TrackEvent(NOW - timedelta(hours=hours_ago), stage, "", text)


def travel(
    *events: TrackEvent,
    handed_h: float = 100,
    province: str = "浙江省",
    promised_h: float | None = None,
) -> Travel:
    promised_at = None if promised_h is None else NOW - timedelta(hours=promised_h)
    handed_at = NOW - timedelta(hours=handed_h)
    return Travel(handed_at, events, stage_of(events), province, promised_at)


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        (travel(handed_h=23), None),
        (travel(handed_h=24), W.NOT_PICKED_UP),
        (travel(event(S.ANNOUNCED, 1), handed_h=30), W.NOT_PICKED_UP),
        (travel(event(S.PICKED_UP, 47)), None),
        (travel(event(S.PICKED_UP, 49)), W.NO_MOVEMENT),
        (travel(event(S.IN_TRANSIT, 60), province="西藏自治区"), None),
        (travel(event(S.IN_TRANSIT, 73), province="新疆"), W.NO_MOVEMENT),
        (travel(event(S.OUT_FOR_DELIVERY, 5), event(S.EXCEPTION, 1)), W.DELIVERY_FAILED),
        (travel(event(S.IN_TRANSIT, 5), event(S.EXCEPTION, 1, "客户拒收")), W.DELIVERY_FAILED),
        (travel(event(S.IN_TRANSIT, 5), event(S.EXCEPTION, 1, "地址有误")), W.TROUBLE),
        (travel(event(S.EXCEPTION, 5), event(S.OUT_FOR_DELIVERY, 1)), None),
        (travel(event(S.IN_TRANSIT, 5, "外包装破损"), event(S.IN_TRANSIT, 1)), W.DAMAGED),
        (travel(event(S.IN_TRANSIT, 5, "已检查，无破损")), None),
        (travel(event(S.EXCEPTION, 5, "快件丢失，破损")), W.LOST),
        (travel(event(S.AT_PICKUP_POINT, 47)), None),
        (travel(event(S.AT_PICKUP_POINT, 60), event(S.AT_PICKUP_POINT, 1)), W.PICKUP_POINT),
        (travel(event(S.RETURNING, 5)), W.RETURNING),
        (travel(event(S.RETURNING, 5), event(S.DELIVERED, 1)), W.RETURNED),
        (travel(event(S.PICKED_UP, 150), event(S.IN_TRANSIT, 3), handed_h=150), W.SLOW),
        (travel(event(S.PICKED_UP, 150), event(S.DELIVERED, 3, "破损"), handed_h=150), None),
        (travel(event(S.PICKED_UP, 20), handed_h=20, promised_h=1), W.SLOW),
        (travel(event(S.PICKED_UP, 20), handed_h=20, promised_h=-1), None),
    ],
)
def test_what_is_wrong_with_a_parcel(way: Travel, kind: TrackWarning | None) -> None:
    found = warning_of(way, LIMITS, NOW)
    assert (found.kind if found else None) == kind


def test_time_alone_warns_just_when_the_limit_is_reached() -> None:
    way = travel(event(S.IN_TRANSIT, 10))
    at = next_warning_at(way, LIMITS, NOW)
    assert at == NOW + timedelta(hours=38)
    assert warning_of(way, LIMITS, at) is not None
    assert warning_of(way, LIMITS, at - timedelta(seconds=1)) is None


def test_a_limit_of_nothing_warns_of_nothing() -> None:
    off = Limits(0, 0, 0, 0, 0, 0)
    for way in (
        travel(),
        travel(event(S.IN_TRANSIT, 900), handed_h=999),
        travel(event(S.AT_PICKUP_POINT, 900)),
    ):
        assert warning_of(way, off, NOW) is None


def test_the_same_trouble_rests_on_the_same_moment() -> None:
    way = travel(event(S.OUT_FOR_DELIVERY, 9), event(S.EXCEPTION, 5))
    again = travel(*way.events, event(S.OUT_FOR_DELIVERY, 3), event(S.EXCEPTION, 1))
    first, later = warning_of(way, LIMITS, NOW), warning_of(way, LIMITS, NOW + timedelta(hours=9))
    assert first == later
    assert warning_of(again, LIMITS, NOW) != first


@pytest.mark.parametrize(
    ("stage", "hours"),
    [(None, 1), (S.ANNOUNCED, 1), (S.PICKED_UP, 4), (S.IN_TRANSIT, 4), (S.OUT_FOR_DELIVERY, 2)],
)
def test_how_long_until_the_next_question(stage: TrackStage | None, hours: int) -> None:
    assert next_poll(stage, NOW, NOW, NOW) == NOW + timedelta(hours=hours)


def test_questions_end_after_delivery_return_and_sixty_days() -> None:
    day = timedelta(days=1)
    assert next_poll(S.DELIVERED, NOW, NOW - day, NOW) == NOW + day / 2
    assert next_poll(S.DELIVERED, NOW - day / 2, NOW - day, NOW) is None
    assert next_poll(S.RETURNED, NOW, NOW - day, NOW) is None
    assert next_poll(S.IN_TRANSIT, NOW, NOW - 60 * day, NOW) is None


def test_failures_wait_longer_each_time_but_never_for_ever() -> None:
    waits = [after_failure(n, NOW, "1") - NOW for n in range(1, 40)]
    assert timedelta(minutes=5) <= waits[0] <= timedelta(minutes=8)
    assert waits[2] > waits[0]
    assert max(waits) <= timedelta(hours=6)
    assert after_failure(3, NOW, "1") != after_failure(3, NOW, "2")


def test_dots_go_forwards_only() -> None:
    way = [event(S.PICKED_UP), event(S.IN_TRANSIT), event(S.IN_TRANSIT), event(S.EXCEPTION)]
    assert [progress_of(way[:n]) for n in range(5)] == [0, 1, 2, 3, 3]
    assert progress_of([event(S.AT_PICKUP_POINT)]) == 4
    assert progress_of([event(S.DELIVERED), event(S.RETURNING)]) == 5


def test_the_first_scan_is_no_announcement() -> None:
    assert first_scan_at([event(S.ANNOUNCED, 9), event(S.EXCEPTION, 8)]) is None
    assert first_scan_at([event(S.IN_TRANSIT, 3), event(S.PICKED_UP, 5)]) == NOW - timedelta(
        hours=5
    )


def test_a_new_number_is_read_from_the_carriers_words() -> None:
    back = event(S.RETURNING, text="快件退回,新运单号SF1538402911264,请关注")
    assert goes_on_as("SF7444471039325", [back]) == "SF1538402911264"
    assert goes_on_as("SF1538402911264", [back]) == ""
    assert goes_on_as("1", [event(S.IN_TRANSIT, text="联系电话13800138000 SF1538402911264")]) == ""
    assert goes_on_as("1", [event(S.RETURNING, text="请致电95338转1")]) == ""


def test_one_code_for_back_and_onwards_is_read_by_its_words() -> None:
    assert as_told(event(S.RETURNING, text="快件已转寄")).stage is S.IN_TRANSIT
    assert as_told(event(S.RETURNING, text="快件退回，已转寄")).stage is S.RETURNING
