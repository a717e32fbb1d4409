"""Who is asked how often: accounts, budgets, pauses, and parcels that nobody can be asked about."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from app.domain.following import Limits
from app.domain.recognition import sf_check_digit
from app.domain.states import Route
from app.domain.tracking import TrackEvent, TrackStage
from app.jobs import CancelToken
from app.services.numbers import by_person
from app.services.numbers.labelling import label_parcels
from app.services.parcels import unshipping
from app.services.parcels.shipping import ship
from app.services.telling import outbox
from app.services.tracking import asking, budget, following, limits, on_demand, storing
from app.services.tracking.answering import answering
from app.services.tracking.polling import Poller, keep_asking
from app.services.tracking.views import track_detail
from app.store.tables import accounts, audit, track_events, tracks, waybills
from tests.services import truth
from tests.services.tracking import road
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def set_limits(bench: Bench, wanted: Limits) -> None:
    with bench.work.db.write() as tx:
        limits.store(tx, wanted)


def test_a_days_calls_are_never_exceeded_and_the_oldest_go_first(bench: Bench) -> None:
    rows = road.sent(bench, "zto", 2)
    set_limits(bench, Limits(track_calls_per_day=1))
    bench.clock.advance(hours=2)
    road.poll(bench)
    road.poll(bench)
    assert road.calls(bench, "zto") == 1
    bench.clock.advance(hours=24)
    road.poll(bench)
    asked = [road.track_of(bench, r).polls for r in rows]
    assert road.calls(bench, "zto") == 2
    assert asked == [1, 1]
    with bench.work.db.read() as tx:
        assert budget.used(tx, bench.work, "zto") == 1


def test_a_days_calls_last_the_day() -> None:
    midnight = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)  # in China
    noon = midnight.replace(day=20, hour=4)
    assert [budget.allowed_now(2000, at) for at in (midnight, noon)] == [200, 1200]
    assert budget.allowed_now(2000, noon.replace(hour=15)) == 2000


def test_an_account_that_is_refused_rests_and_the_others_go_on(bench: Bench) -> None:
    rows = [r for c in ("yunda", "zto") for r in road.sent(bench, c)]
    with bench.work.db.write() as tx:
        yunda = tx.execute(select(accounts).where(accounts.c.name == "yunda")).one()
        wrong = {**yunda.settings, "app_key": "000000"}
        tx.execute(update(accounts).where(accounts.c.name == "yunda").values(settings=wrong))
    for row in rows:
        road.move(bench, row)
    bench.clock.advance(hours=2)
    poller = Poller(bench.work)
    done = road.poll(bench, poller)
    assert [account for account, _ in done.problems] == ["yunda"]
    refused, answered = (road.track_of(bench, r) for r in rows)
    assert (refused.failures, answered.stage) == (1, TrackStage.PICKED_UP)
    bench.clock.advance(minutes=1)
    assert road.poll(bench, poller).problems == ()


def test_parcels_of_an_account_that_is_gone_wait_for_another(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto")
    bench.clock.advance(hours=2)
    road.poll(bench)
    assert road.track_of(bench, row).account == "zto"
    road.switch(bench, "zto", on=False)
    bench.clock.advance(hours=2)
    road.poll(bench)
    assert road.track_of(bench, row).account == "kuaidi100"
    road.switch(bench, "kuaidi100", on=False)
    bench.clock.advance(hours=2)
    road.poll(bench)
    assert road.track_of(bench, row).account == ""
    assert track_detail(bench.work, row.waybill).row.pill.kind == "nobody_to_ask"
    road.switch(bench, "zto", on=True)
    road.move(bench, row)
    road.poll(bench)
    assert road.track_of(bench, row).stage == TrackStage.PICKED_UP


def test_the_senders_phone_is_tried_where_the_receivers_does_not_fit(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row)
    with bench.work.db.write() as tx:
        query = select(waybills).where(waybills.c.number == row.waybill)
        waybill = tx.execute(query).one()
        parties = bench.work.sealer.unseal(waybill.parties_sealed)
        head, _, tail = parties.partition('"receiver"')
        changed = (
            head
            + '"receiver"'
            + tail.replace('"phone": "', '"phone": "0').replace(
                '", "province"', '9", "province"', 1
            )
        )
        sealed = bench.work.sealer.seal(changed)
        tx.execute(
            update(waybills).where(waybills.c.id == waybill.id).values(parties_sealed=sealed)
        )
    bench.clock.advance(hours=2)
    road.poll(bench)
    assert road.calls(bench, "zto") == 2
    assert road.track_of(bench, row).stage == TrackStage.PICKED_UP


def test_a_step_told_by_the_platform_gives_way_to_the_carriers_words(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto")
    at = bench.clock.now()
    road.move(bench, row)
    step = TrackEvent(at, TrackStage.PICKED_UP, storing.PUSHED, "")
    for _ in range(2):
        with bench.work.db.write() as tx:
            query = select(waybills).where(waybills.c.number == row.waybill)
            storing.pushed(tx, bench.work, tx.execute(query).one(), step)
    assert road.track_of(bench, row).stage == TrackStage.PICKED_UP
    road.poll(bench)
    (event,) = track_detail(bench.work, row.waybill).events
    assert event.code != storing.PUSHED
    assert event.text


def test_events_told_before_it_left_count_when_it_leaves(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto", told=False)
    step = TrackEvent(bench.clock.now(), TrackStage.DELIVERED, storing.PUSHED, "")
    with bench.work.db.write() as tx:
        following.stop(tx, row.id)
        waybill = tx.execute(select(waybills).where(waybills.c.number == row.waybill)).one()
        storing.pushed(tx, bench.work, waybill, step)
        following.begin(tx, bench.work, row.id, waybill)
    assert road.track_of(bench, row).stage == TrackStage.DELIVERED
    assert road.state_of(bench, row) == "to_report"
    outbox.drain(bench.work, everything=True)
    assert road.state_of(bench, row) == "delivered"


def test_a_parcel_taken_back_is_not_followed_until_it_leaves_again(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto", told=False)
    unshipping.unship(bench.work, row.id, "the wrong box")
    with bench.work.db.read() as tx:
        assert tx.execute(select(func.count()).select_from(tracks)).scalar_one() == 0
    assert ship(bench.work, parcel_ids=[row.id], unpacked=True)[0].ok
    assert road.track_of(bench, row).number == row.waybill


def test_what_left_before_is_followed_too(bench: Bench) -> None:
    (row,) = road.sent(bench, "yunda")
    with bench.work.db.write() as tx:
        following.stop(tx, row.id)
    road.move(bench, row)
    bench.clock.advance(hours=2)
    road.poll(bench)
    track = road.track_of(bench, row)
    assert track.stage == TrackStage.PICKED_UP
    assert (bench.clock.now() - track.handed_at).total_seconds() >= 7200


def test_words_and_phones_are_stored_sealed_and_logged_nowhere(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    (row,) = road.sent(bench, "zto")
    road.report(bench, row, "派件", "快递员 王小二 13900001111 正在派件")
    bench.clock.advance(hours=2)
    road.poll(bench)
    assert "王小二" in track_detail(bench.work, row.waybill).row.last_text
    with bench.work.db.read() as tx:
        kept = str(tx.execute(select(track_events)).all())
        kept += str(tx.execute(select(audit.c.detail)).all())
        kept += str(tx.execute(select(tracks)).all())
    said = kept + caplog.text + repr(track_detail(bench.work, row.waybill))
    assert "王小二" not in said
    assert "13900001111" not in said


def test_the_watch_asks_and_ends_when_it_is_told_to(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row)
    bench.clock.advance(hours=2)
    asked, over = threading.Event(), CancelToken()
    work = bench.work

    def look(topics: frozenset[str]) -> None:
        if "tracks" in topics:
            asked.set()

    watching = threading.Thread(
        target=keep_asking, args=(replace(work, announce=look), over, 0.0), name="packbench-tracks"
    )
    watching.start()
    assert asked.wait(30)
    over.cancel()
    watching.join(30)
    assert not watching.is_alive()
    assert road.track_of(bench, row).stage == TrackStage.PICKED_UP


def test_every_account_that_can_track_is_known(bench: Bench) -> None:
    who = answering(bench.work)
    assert {"sf", "zto", "yunda"} <= set(who.own)
    assert who.account("zto", "another") == "zto"
    assert who.account("ems") == next(iter(who.for_any), "")


@pytest.mark.parametrize("now", [True, False])
def test_a_number_of_the_platform_is_asked_for_where_every_company_is_known(
    bench: Bench, now: bool
) -> None:
    """ZTO shows its own customers' numbers only; Kuaidi100 shows anybody's."""
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    label_parcels(bench.work, [row.id])
    assert ship(bench.work, parcel_ids=[row.id], unpacked=True)[0].ok
    outbox.drain(bench.work, everything=True)
    row = truth.parcel(bench, row.id)
    bench.clock.advance(hours=2)
    bench.world.travels(step_s=7000).pass_time(bench.clock.now().timestamp())
    if now:
        (looked,) = on_demand.look(bench.work, [row.waybill])
        assert looked.ok
    else:
        road.poll(bench)
    track = road.track_of(bench, row)
    assert (track.account, track.stage) == ("kuaidi100", TrackStage.PICKED_UP)


@pytest.mark.parametrize("aggregator", [True, False])
def test_a_number_of_sfs_other_customer_is_asked_for_elsewhere(
    bench: Bench, aggregator: bool
) -> None:
    """SF does not refuse such a number: it tells nothing of it, for ever."""
    road.switch(bench, "kuaidi100", on=aggregator)
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    number = f"SF100000000000{sf_check_digit('SF1000000000000')}"
    by_person.take(bench.work, row.id, number)
    assert ship(bench.work, parcel_ids=[row.id], unpacked=True)[0].ok
    outbox.drain(bench.work, everything=True)
    order = next(o for o in bench.scenario.orders if o.order_id == row.orders[0])
    bench.world.kuaidi100.follow("shunfeng", number, order.receiver["tel_number"][-4:])
    bench.world.kuaidi100.advance(number)
    asked_at_sf = []
    for _ in range(asking.SILENT_POLLS + 3):
        bench.clock.advance(hours=2)
        road.poll(bench)
        asked_at_sf.append(road.calls(bench, "sf"))
    track = road.track_of(bench, row)
    if aggregator:
        assert (track.account, track.stage) == ("kuaidi100", TrackStage.PICKED_UP)
        assert asked_at_sf[-1] == asking.SILENT_POLLS
    else:
        bench.clock.advance(hours=40)
        road.poll(bench)
        track = road.track_of(bench, row)
        assert (track.account, track.stage, track.warning) == ("sf", None, None)
