"""Tracks over real HTTP: the simulated carriers move parcels, ours are asked about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.source import SfSource
from app.carriers.zto.settings import ZtoSettings
from app.carriers.zto.source import ZtoSource
from app.domain.tracking import TrackQuery, TrackStage
from app.domain.waybills import Issued
from app.net.transport import HttpxTransport
from app.simulators.sf import SfQuirks, SfSimulator
from app.simulators.zto import ZtoSimulator
from tests.carriers.samples import SF_CONFIG, ZTO_CONFIG, sf_booking, zto_booking
from tests.carriers.station import Station
from tests.support.clock import FakeClock


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[Station]:
    station = Station(http, clock)
    yield station
    station.close()


def number_of(outcome: Any) -> str:
    assert isinstance(outcome, Issued)
    return outcome.number


def test_sf_follows_a_parcel_to_the_door(station: Station) -> None:
    simulator = SfSimulator(quirks=SfQuirks(routes_need_phone=True), clock=station.now_s)
    config = SF_CONFIG | {"base_url": station.serve(simulator) + "/std/service"}
    source = SfSource(read_account(SfSettings, config), station.http, station.clock)
    number = number_of(source.create(sf_booking()))
    simulator.advance(number, 2)
    [track] = source.track([TrackQuery(number, "0002")])
    assert track.stage is TrackStage.IN_TRANSIT
    assert track.events[0].at == station.clock.now()
    station.clock.advance(hours=20)
    simulator.advance(number, 3)
    [track] = source.track([TrackQuery(number, "0002")])
    assert track.stage is TrackStage.DELIVERED
    [hidden] = source.track([TrackQuery(number, "9999")])
    assert (hidden.stage, hidden.problem) == (None, None)


def test_zto_follows_a_parcel_for_those_who_know_the_phone(station: Station) -> None:
    simulator = ZtoSimulator(clock=station.now_s)
    config = ZTO_CONFIG | {"base_url": station.serve(simulator)}
    source = ZtoSource(read_account(ZtoSettings, config), station.http, station.clock)
    number = number_of(source.create(zto_booking()))
    simulator.advance(number, 5)
    known, unknown = source.track([TrackQuery(number, "0002"), TrackQuery(number, "9999")])
    assert known.stage is TrackStage.DELIVERED
    assert (unknown.problem and unknown.problem.code) == "E409"
