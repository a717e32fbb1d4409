"""J&T over real HTTP against the strict simulated J&T, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.jt.settings import JtSettings
from app.carriers.jt.source import JtSource
from app.domain.tracking import TrackQuery, TrackStage
from app.domain.waybills import NeverExisted, ProblemClass, Unknown
from app.net.transport import HttpxTransport
from app.simulators.jt import JtAccount, JtQuirks, JtSimulator
from tests.carriers.samples import JT_CONFIG, jt_booking
from tests.carriers.station import Station, at, issued, problem_kind
from tests.support.clock import FakeClock

_CREATE = "/order/v2/addOrder"


class JtStation(Station):
    """A simulated J&T and our side of it."""

    jt = JtSimulator()

    def open(
        self, quirks: JtQuirks | None = None, account: JtAccount | None = None, **config: Any
    ) -> JtSource:
        self.jt = JtSimulator([account or JtAccount()], quirks=quirks, clock=self.now_s)
        keys = JT_CONFIG | {"base_url": self.serve(self.jt), "timeout_s": 5} | config
        return JtSource(read_account(JtSettings, keys), self.http, self.clock)


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[JtStation]:
    station = JtStation(http, clock)
    yield station
    station.close()


@pytest.mark.parametrize("uuid", ["", "9c87"])
def test_a_booking_passes_the_strict_checks(station: JtStation, uuid: str) -> None:
    source = station.open(uuid=uuid)
    booking = jt_booking(cod_fen=29950, insured_fen=100000, remark="~轻放~ * + ' \" / \\ &=%")
    outcome = issued(source.create(booking))
    assert station.jt.numbers_issued(booking.key) == [outcome.number]
    [order] = station.jt.orders
    assert (order.cod_yuan, order.insured_yuan) == (299.5, 1000.0)
    assert order.request["remark"] == booking.remark
    assert outcome.label["mark"]
    assert outcome.label["bagAddr"] == "上海市转运中心"


@pytest.mark.parametrize("quirks", [JtQuirks(paged=True), JtQuirks(shows_receiver=False)])
def test_the_uncertain_shapes_of_the_search_are_read(station: JtStation, quirks: JtQuirks) -> None:
    source = station.open(quirks)
    assert isinstance(source.reconcile(jt_booking()), NeverExisted)
    first = issued(source.create(jt_booking()))
    assert issued(source.reconcile(jt_booking())).number == first.number


def test_an_order_that_is_shown_late_cannot_be_booked_twice(station: JtStation) -> None:
    source = station.open(JtQuirks(visible_after_s=60))
    station.server.faults.lose_answer(_CREATE)
    assert isinstance(source.create(jt_booking()), Unknown)
    assert isinstance(source.reconcile(jt_booking()), NeverExisted)
    assert isinstance(source.create(jt_booking()), Unknown)  # the same key: refused as repeated
    station.clock.advance(seconds=61)
    found = issued(source.reconcile(jt_booking()))
    assert station.jt.numbers_issued(jt_booking().key) == [found.number]


def test_a_sorting_code_that_comes_later_is_asked_for(station: JtStation) -> None:
    source = station.open()
    later = at("路由待定", jt_booking())
    got = issued(source.create(later))
    assert got.label["mark"]
    assert station.jt.counts == {"addOrder": 1, "getOrders": 1}
    assert source.fetch_label(later, got.number) == got.label


@pytest.mark.parametrize("name", ["sortCode", "threeSegmentCode"])
def test_the_name_of_the_sorting_code_is_not_relied_on(station: JtStation, name: str) -> None:
    source = station.open(JtQuirks(sorting_field=name))
    assert issued(source.create(jt_booking())).label["mark"]


def test_a_cancelled_number_is_not_taken_over(station: JtStation) -> None:
    source = station.open()
    first = issued(source.create(jt_booking()))
    source.void(jt_booking(), first.number, "")
    assert problem_kind(source.reconcile(jt_booking())) is ProblemClass.DUPLICATE


def test_a_refused_parcel_is_followed_back(station: JtStation) -> None:
    source = station.open()
    number = issued(source.create(jt_booking())).number
    station.jt.advance(number, 4)
    station.jt.report(number, "110", "问题件扫描", "无人在家")
    station.clock.advance(hours=1)
    station.jt.report(number, "172", "退件扫描", "退回")
    station.clock.advance(hours=1)
    station.jt.report(number, "173", "退件签收", "已退回")
    [track] = source.track([TrackQuery(number)])
    assert track.stage is TrackStage.RETURNED


def test_the_price_is_asked_for_without_booking(station: JtStation) -> None:
    source = station.open()
    [quote] = source.quote(jt_booking(weight_g=2300)).quotes
    assert quote.fee_fen == 700
    refused = source.quote(at("超区", jt_booking()))
    assert refused.problem is not None
    assert refused.problem.kind is ProblemClass.OUT_OF_RANGE
    assert station.jt.orders == []


def test_a_monthly_customers_numbers_are_not_counted(station: JtStation) -> None:
    monthly = station.open(account=JtAccount(numbers_left=None))
    assert (monthly.check().ok, monthly.numbers_left().left) == (True, None)
