"""Parcels of the simulated carriers travel once the shop knows of them, each its own way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.following import TrackWarning
from app.services.telling import outbox
from app.services.tracking import on_demand
from app.services.tracking.views import TrackFilter, track_ids, track_rows
from app.simulators.travels import BACK, DAMAGED, FAILED, way_of
from tests.services.tracking import road
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        yield opened


def test_parcels_go_a_step_at_a_time_and_only_when_they_have_left(bench: Bench) -> None:
    (row,) = road.sent(bench, "zto", told=False)
    travels = bench.world.travels(step_s=60)
    bench.clock.advance(minutes=3)
    assert travels.pass_time(bench.clock.now().timestamp()) == 0
    outbox.drain(bench.work, everything=True)
    left_s = bench.clock.now().timestamp()
    assert travels.pass_time(left_s) == 0
    assert travels.pass_time(left_s + 61) == 1
    assert travels.pass_time(left_s + 61) == 0
    assert travels.pass_time(left_s + 3600) == len(way_of(row.waybill)) - 1


def test_every_kind_of_trouble_is_told_in_a_way_that_is_understood(bench: Bench) -> None:
    """The carriers' own codes and words lead to the warnings they stand for."""
    meant = {
        FAILED: {TrackWarning.DELIVERY_FAILED},
        DAMAGED: {TrackWarning.DAMAGED},
        BACK: {TrackWarning.RETURNING},
    }
    rows = [r for c in road.CARRIERS for r in road.sent(bench, c, 9)]
    bench.world.travels(step_s=1).pass_time(bench.clock.now().timestamp() + 60)
    found = on_demand.look(bench.work, [r.waybill for r in rows])
    assert all(x.events for x in found)
    for row in track_rows(bench.work, track_ids(bench.work, TrackFilter())):
        last = [step for step in way_of(row.number) if step][-1:]
        kinds = {row.warning.kind} if row.warning else set()
        assert kinds == (meant[last[0]] if last else set())
