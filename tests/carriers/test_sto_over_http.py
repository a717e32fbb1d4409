"""STO over real HTTP against the strict simulated STO, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.carriers.sto.source import StoSource
from app.domain.tracking import TrackQuery, TrackStage
from app.net.transport import HttpxTransport
from app.simulators.sto import StoAccount, StoQuirks, StoSimulator
from app.simulators.sto.simulator import GATEWAY
from tests.carriers.samples import STO_CONFIG, sto_booking
from tests.carriers.station import Station, at, issued
from tests.support.clock import FakeClock


class StoStation(Station):
    """A simulated STO and our side of it."""

    sto = StoSimulator()

    def open(
        self, quirks: StoQuirks | None = None, account: StoAccount | None = None, **config: Any
    ) -> StoSource:
        known = account or StoAccount()
        self.sto = StoSimulator([known], quirks=quirks, clock=self.now_s)
        url = self.serve(self.sto) + GATEWAY
        keys = STO_CONFIG | {"base_url": url, "app_key": known.app_key, "timeout_s": 5} | config
        source = make_source(keys, self.http, self.clock)
        assert isinstance(source, StoSource)
        return source


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[StoStation]:
    station = StoStation(http, clock)
    yield station
    station.close()


@pytest.mark.parametrize(
    "quirks",
    [
        StoQuirks(),
        StoQuirks(text_success=False, xml_at_the_door=False),
        StoQuirks(route_field="threeSegmentCode"),
    ],
)
def test_a_booking_passes_the_strict_checks(station: StoStation, quirks: StoQuirks) -> None:
    source = station.open(quirks)
    booking = sto_booking(cod_fen=29950, insured_fen=100000, remark="~轻放~ * + ' \" / \\ 😀 &=%")
    outcome = issued(source.create(booking))
    assert station.sto.numbers_issued(booking.key) == [outcome.number]
    [order] = station.sto.orders
    assert (order.cod_yuan, order.insured_yuan) == (299.5, 1000)
    assert outcome.label["mark"].count("-") == 2
    assert outcome.label["bagAddr"] == "上海市集包"
    assert outcome.warning is None


def test_missing_route_text_is_asked_for_once(station: StoStation) -> None:
    later = at("路由待定", sto_booking())
    outcome = issued(station.open().create(later))
    assert outcome.label["mark"].count("-") == 2
    assert station.sto.counts["GET_ORDERDISPATCH_INFO"] == 1
    closed = StoAccount(apis=StoAccount().apis - {"GET_ORDERDISPATCH_INFO"})
    without = issued(station.open(account=closed).create(later))
    assert without.label["mark"] == ""
    assert without.warning is not None


def test_a_refused_parcel_is_followed_back(station: StoStation) -> None:
    source = station.open()
    number = issued(source.create(sto_booking())).number
    station.sto.advance(number, 4)
    station.clock.advance(60)
    station.sto.report(number, "退件", "收件人拒收")
    [track] = source.track([TrackQuery(number)])
    assert track.stage is TrackStage.RETURNING
    assert len(track.events) == 5
