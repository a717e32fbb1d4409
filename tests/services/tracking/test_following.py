"""A parcel is followed from the door to the buyer's hand, over real HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.tracking import TrackStage
from app.services.tracking.polling import Poller
from app.services.tracking.views import TrackFilter, track_counts, track_detail, track_ids
from app.store.tables import audit, orders, waybills
from tests.services.tracking import road
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


@pytest.mark.parametrize("carrier", road.CARRIERS)
def test_a_parcel_is_followed_until_the_buyer_has_it(bench: Bench, carrier: str) -> None:
    (row,) = road.sent(bench, carrier)
    began = road.track_of(bench, row)
    assert (began.number, began.stage, began.handed_at) == (row.waybill, None, bench.clock.now())
    road.move(bench, row)
    picked_at = bench.clock.now()
    road.pass_hours(bench, 2)
    assert road.track_of(bench, row).stage == TrackStage.PICKED_UP
    road.move(bench, row, 2)
    road.pass_hours(bench, 5)
    assert road.track_of(bench, row).stage == TrackStage.IN_TRANSIT
    road.move(bench, row)
    road.pass_hours(bench, 5)
    assert road.track_of(bench, row).stage == TrackStage.OUT_FOR_DELIVERY
    assert road.state_of(bench, row) == "shipped"
    road.move(bench, row)
    road.pass_hours(bench, 3)
    assert road.state_of(bench, row) == "delivered"
    detail = track_detail(bench.work, row.waybill)
    assert [e.stage for e in detail.events] == [
        TrackStage.PICKED_UP,
        TrackStage.IN_TRANSIT,
        TrackStage.IN_TRANSIT,
        TrackStage.OUT_FOR_DELIVERY,
        TrackStage.DELIVERED,
    ]
    assert detail.row.progress == 5
    assert detail.row.last_text
    with bench.work.db.read() as tx:
        seen = select(waybills.c.first_scan_at).where(waybills.c.number == row.waybill)
        assert abs((tx.execute(seen).scalar_one() - picked_at).total_seconds()) < 1
        stages = tx.execute(select(orders.c.stage).where(orders.c.order_id.in_(row.orders)))
        assert set(stages.scalars()) == {"delivered"}
        noted = select(audit.c.action).where(audit.c.parcel_id == row.id)
        assert list(tx.execute(noted).scalars()).count("delivered") == 1


def test_it_is_asked_for_hourly_then_every_four_hours_then_once_more(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto")
    road.pass_hours(bench, 6, every=0.5)
    assert 4 <= road.calls(bench, "zto") <= 6
    road.move(bench, row)
    road.pass_hours(bench, 1.5, every=0.5)
    before = road.calls(bench, "zto")
    road.pass_hours(bench, 24, every=0.5)
    assert 5 <= road.calls(bench, "zto") - before <= 6
    road.move(bench, row, 4)
    road.pass_hours(bench, 5, every=0.5)
    before = road.calls(bench, "zto")
    road.pass_hours(bench, 30, every=0.5)
    assert road.calls(bench, "zto") - before == 1
    assert road.track_of(bench, row).ended_at is not None


def test_sf_is_asked_for_ten_numbers_a_call(bench: Bench) -> None:
    rows = road.sent(bench, "sf", 4)
    bench.clock.advance(hours=2)
    done = road.poll(bench)
    assert done.asked == len(rows) > 1
    assert road.calls(bench, "sf") == 1


def test_a_crash_between_two_steps_repeats_nothing_and_loses_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row)
    bench.clock.advance(hours=2)

    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr("app.services.tracking.storing.answer", die)
        with pytest.raises(Died):
            road.poll(bench)
    assert road.calls(bench, "zto") == 1
    road.poll(bench)  # the next program: what was asked for is put off
    assert road.calls(bench, "zto") == 1
    bench.clock.advance(minutes=16)
    road.poll(bench)
    assert road.track_of(bench, row).stage == TrackStage.PICKED_UP


def test_two_benches_do_not_ask_twice(bench: Bench) -> None:
    road.sent(bench, "zto", 2)
    bench.clock.advance(hours=2)
    road.poll(bench, Poller(bench.work))
    asked = road.calls(bench, "zto")
    road.poll(bench, Poller(bench.work))
    assert road.calls(bench, "zto") == asked == 2


def test_the_tabs_count_what_they_show(bench: Bench) -> None:
    rows = [r for c in road.CARRIERS for r in road.sent(bench, c)]
    road.move(bench, rows[0], 5)
    bench.clock.advance(hours=2)
    road.poll(bench)
    counts = track_counts(bench.work, TrackFilter())
    assert counts == {"all": 3, "trouble": 0, "on_the_way": 2, "delivered": 1}
    for tab, count in counts.items():
        assert len(track_ids(bench.work, TrackFilter(tab))) == count
    assert len(track_ids(bench.work, TrackFilter(carriers=("zto",)))) == 1
    assert len(track_ids(bench.work, TrackFilter(search=rows[1].waybill))) == 1
    assert len(track_ids(bench.work, TrackFilter(search=rows[1].orders[0]))) == 1
    assert track_ids(bench.work, TrackFilter(search="nowhere")) == []
    bench.clock.advance(hours=24 * 8)
    assert track_ids(bench.work, TrackFilter(days=7)) == []
