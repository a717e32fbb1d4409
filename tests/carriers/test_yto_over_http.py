"""YTO over real HTTP against the strict simulated YTO, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.carriers.yto.source import YtoSource
from app.domain.tracking import TrackQuery, TrackStage
from app.net.transport import HttpxTransport
from app.ports.carriers import LabelFile, LabelPage
from app.simulators.yto import YtoAccount, YtoQuirks, YtoSimulator
from tests.carriers.samples import YTO_CONFIG, yto_booking
from tests.carriers.station import Station, at, issued
from tests.support.clock import FakeClock

_CREATE = "/open/privacy_create_adapter"


class YtoStation(Station):
    """A simulated YTO and our side of it."""

    yto = YtoSimulator()

    def open(
        self, quirks: YtoQuirks | None = None, account: YtoAccount | None = None, **config: Any
    ) -> YtoSource:
        self.yto = YtoSimulator([account or YtoAccount()], quirks=quirks, clock=self.now_s)
        url = self.serve(self.yto)
        keys = YTO_CONFIG | {"base_url": url, "timeout_s": 5} | config
        source = make_source(keys, self.http, self.clock)
        assert isinstance(source, YtoSource)
        return source


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[YtoStation]:
    station = YtoStation(http, clock)
    yield station
    station.close()


@pytest.mark.parametrize(
    "quirks", [YtoQuirks(), YtoQuirks(wrapped=True), YtoQuirks(route_field="threeSegmentCode")]
)
def test_a_booking_passes_the_strict_checks(station: YtoStation, quirks: YtoQuirks) -> None:
    source = station.open(quirks, product="YZD")
    booking = yto_booking(cod_fen=29950, insured_fen=100000, remark="~轻放~ * + ' \" / \\ 😀 &=%")
    outcome = issued(source.create(booking))
    assert station.yto.numbers_issued(booking.key) == [outcome.number]
    [order] = station.yto.orders
    assert (order.increment_yuan(1), order.increment_yuan(4)) == (299.5, 1000)
    assert outcome.label["mark"].count("-") == 2
    assert outcome.warning is None


def test_freight_paid_by_the_receiver_passes_too(station: YtoStation) -> None:
    source = station.open(freight_collect_fen=1250)
    issued(source.create(yto_booking()))
    [order] = station.yto.orders
    assert order.increment_yuan(2) == 12.5


def test_a_number_without_a_route_warns(station: YtoStation) -> None:
    outcome = issued(station.open().create(at("路由待定", yto_booking())))
    assert outcome.label["mark"] == ""
    assert outcome.warning is not None


def test_a_refused_parcel_is_followed_back(station: YtoStation) -> None:
    source = station.open()
    number = issued(source.create(yto_booking())).number
    station.yto.advance(number, 4)
    station.clock.advance(60)
    station.yto.report(number, "FAILED", "签收失败")
    assert source.track([TrackQuery(number)])[0].stage is TrackStage.EXCEPTION
    station.clock.advance(60)
    station.yto.report(number, "TMS_RETURN", "退回")
    [track] = source.track([TrackQuery(number)])
    assert track.stage is TrackStage.RETURNING
    assert len(track.events) == 6


def test_the_connection_test_tries_both_pairs_of_keys(station: YtoStation) -> None:
    own = YtoAccount(query_token="Qt", query_customer_code="TEST", query_secret="q")
    keys: dict[str, Any] = {"query_token": "Qt", "query_customer_code": "TEST", "query_secret": "q"}
    assert station.open(account=own, **keys).check().ok
    assert not station.open(account=own, **keys, secret="WRONG").check().ok


def test_prices_and_ytos_own_label(station: YtoStation) -> None:
    source = station.open(quotes=True, label_source="cloud", box_size_mm=[300, 200, 100])
    number = issued(source.create(yto_booking())).number
    file = source.label_file(yto_booking(), LabelPage(number))
    assert isinstance(file, LabelFile)
    assert file.content.startswith(b"%PDF")
    [quote] = source.quote(yto_booking(weight_g=2500)).quotes
    assert quote.fee_fen == 700  # 5 yuan within the province and 1 for each further kg begun
