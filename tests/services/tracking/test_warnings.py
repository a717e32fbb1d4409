"""What a person must look at, and what happens when somebody has seen it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.following import TrackWarning
from app.domain.tracking import TrackStage
from app.services.tracking import following
from app.services.tracking.views import TrackFilter, acknowledge, track_counts, track_detail
from app.services.tracking.wording import Tone
from app.store.tables import audit
from tests.services.tracking import road
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def trouble(bench: Bench) -> int:
    return track_counts(bench.work, TrackFilter())["trouble"]


def test_a_parcel_that_nobody_fetches_is_warned_of_after_a_day(bench: Bench) -> None:
    (row,) = road.sent(bench, "yunda")
    road.pass_hours(bench, 23)
    assert trouble(bench) == 0
    road.pass_hours(bench, 1.5, every=0.5)
    assert trouble(bench) == 1
    warning = track_detail(bench.work, row.waybill).row.warning
    assert warning is not None
    assert (warning.kind, warning.tone) == (TrackWarning.NOT_PICKED_UP, Tone.CARE)
    assert "24 hours" in str(warning.message)
    assert str(warning.remedy)
    road.move(bench, row)
    road.pass_hours(bench, 2)
    assert trouble(bench) == 0


def test_a_seen_warning_comes_back_only_when_something_is_new(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row, 4)
    bench.clock.advance(minutes=30)
    road.report(bench, row, "问题件", "客户不在家")
    road.pass_hours(bench, 3)
    detail = track_detail(bench.work, row.waybill).row
    assert detail.pill.kind == TrackWarning.DELIVERY_FAILED
    assert acknowledge(bench.work, [detail.id]) == 1
    assert acknowledge(bench.work, [detail.id]) == 0
    road.pass_hours(bench, 10)
    assert trouble(bench) == 0
    seen = track_detail(bench.work, row.waybill).row.warning
    assert seen is not None
    assert seen.seen_by == "test"
    road.report(bench, row, "派件", "再次派送")
    road.pass_hours(bench, 3)
    road.report(bench, row, "问题件", "客户还是不在家")
    road.pass_hours(bench, 3)
    assert trouble(bench) == 1
    with bench.work.db.read() as tx:
        noted = tx.execute(select(audit.c.detail).where(audit.c.action == "track_seen")).scalars()
        assert [d["warning"] for d in noted] == ["delivery_failed"]


def test_a_parcel_that_comes_back_is_never_delivered(bench: Bench) -> None:
    (row,) = road.sent(bench, "sf")
    road.move(bench, row, 4)
    road.report(bench, row, "70", "客户拒收")
    bench.clock.advance(minutes=5)
    road.report(bench, row, "648", "快件退回,新单号SF1538402911264")
    road.pass_hours(bench, 3)
    track = road.track_of(bench, row)
    assert (track.stage, track.goes_on_as) == (TrackStage.RETURNING, "SF1538402911264")
    bench.clock.advance(minutes=5)
    road.report(bench, row, "80", "已签收")
    road.pass_hours(bench, 5)
    track = road.track_of(bench, row)
    assert (track.stage, track.warning) == (TrackStage.RETURNED, TrackWarning.RETURNED)
    assert track.ended_at is not None
    assert road.state_of(bench, row) == "shipped"


def test_damage_stays_in_sight_while_the_parcel_goes_on(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row)
    road.report(bench, row, "问题件", "外包装破损")
    bench.clock.advance(minutes=5)
    road.report(bench, row, "发件", "快件离开")
    road.pass_hours(bench, 2)
    pill = track_detail(bench.work, row.waybill).row.pill
    assert (pill.kind, pill.tone) == (TrackWarning.DAMAGED, Tone.BAD)


def test_a_promise_that_is_not_kept_is_slow(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row)
    track = road.track_of(bench, row)
    with bench.work.db.write() as tx:
        following.promise(tx, bench.work, track.waybill_id, bench.clock.now())
    road.pass_hours(bench, 6)
    warning = track_detail(bench.work, row.waybill).row.warning
    assert warning is not None
    assert warning.kind is TrackWarning.SLOW
    assert "should have arrived" in str(warning.message)


def test_nothing_is_concluded_from_a_carrier_that_does_not_answer(bench: Bench) -> None:
    (row,) = road.sent(bench, "yunda")
    bench.world.carriers.server.stop()
    road.pass_hours(bench, 30)
    track = road.track_of(bench, row)
    assert (track.warning, track.failures > 1, bool(track.failure)) == (None, True, True)
    assert trouble(bench) == 0
