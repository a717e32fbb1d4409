"""YTO over real HTTP against the strict simulated YTO, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.carriers.yto.source import YtoSource
from app.domain.tracking import TrackQuery, TrackStage
from app.domain.waybills import (
    AskPerson,
    Booking,
    NotSent,
    ProblemClass,
    Unknown,
    VoidResult,
)
from app.net.transport import HttpxTransport
from app.ports.carriers import LabelFile, LabelPage
from app.simulators.server import LoopbackServer
from app.simulators.yto import Repeat, YtoAccount, YtoQuirks, YtoSimulator
from tests.carriers.samples import YTO_CONFIG, yto_booking
from tests.carriers.station import Station, issued, problem_kind
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


def at(address: str) -> Booking:
    booking = yto_booking()
    return replace(booking, receiver=replace(booking.receiver, address=f"申贵路1500号{address}"))


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


@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway", "close_before"])
@pytest.mark.parametrize("repeat", [Repeat.SAME_NUMBER, Repeat.REFUSED])
def test_a_contract_that_allows_repeating_ends_with_one_number(
    station: YtoStation, fault: str, repeat: Repeat
) -> None:
    source = station.open(YtoQuirks(repeat=repeat), repeat_is_safe=True)
    if fault == "bad_gateway":
        station.server.faults.bad_gateway(_CREATE, takes_effect=True)
    else:
        getattr(station.server.faults, fault)(_CREATE)
    assert isinstance(source.create(yto_booking()), Unknown)
    found = source.reconcile(yto_booking())
    numbers = station.yto.numbers_issued(yto_booking().key)
    assert len(numbers) == 1
    if repeat is Repeat.SAME_NUMBER or fault == "close_before":
        assert numbers == [issued(found).number]
    else:  # YTO says that the order is there, and not under which number
        assert isinstance(found, AskPerson)


def test_without_that_contract_a_lost_answer_never_makes_a_second_number(
    station: YtoStation,
) -> None:
    source = station.open(YtoQuirks(repeat=Repeat.SECOND_NUMBER))
    station.server.faults.lose_answer(_CREATE)
    assert isinstance(source.create(yto_booking()), Unknown)
    assert all(isinstance(source.reconcile(yto_booking()), AskPerson) for _ in range(3))
    assert len(station.yto.numbers_issued(yto_booking().key)) == 1
    assert station.yto.counts == {"privacy_create_adapter": 1}


def test_an_order_id_that_exists_is_possibly_ours(station: YtoStation) -> None:
    source = station.open(YtoQuirks(repeat=Repeat.REFUSED))
    issued(source.create(yto_booking()))
    assert isinstance(source.create(yto_booking()), Unknown)


def test_without_a_listener_nothing_is_sent(http: HttpxTransport, clock: FakeClock) -> None:
    with LoopbackServer() as gone:
        url = gone.base_url
    source = make_source(YTO_CONFIG | {"base_url": url}, http, clock)
    assert isinstance(source.create(yto_booking()), NotSent)


def test_refusals_are_told_apart(station: YtoStation) -> None:
    source = station.open()
    assert problem_kind(source.create(at("超区"))) is ProblemClass.OUT_OF_RANGE
    assert problem_kind(source.create(at("停发"))) is ProblemClass.OUT_OF_RANGE
    assert problem_kind(source.create(at("地址不详"))) is ProblemClass.FIX_ADDRESS
    assert problem_kind(source.create(yto_booking(cod_fen=100))) is ProblemClass.PRODUCT_OR_VAS
    assert problem_kind(station.open(secret="WRONG").create(yto_booking())) is ProblemClass.AUTH
    wrong_place = station.open(token="WRONG")
    assert problem_kind(wrong_place.create(yto_booking())) is ProblemClass.AUTH
    empty = station.open(account=YtoAccount(numbers_left=0))
    assert problem_kind(empty.create(yto_booking())) is ProblemClass.BALANCE


def test_a_number_without_a_route_warns(station: YtoStation) -> None:
    outcome = issued(station.open().create(at("路由待定")))
    assert outcome.label["mark"] == ""
    assert outcome.warning is not None


def test_cancelling_works_until_pickup(station: YtoStation) -> None:
    source = station.open()
    first = issued(source.create(yto_booking()))
    results = [source.void(yto_booking(), first.number, "").result for _ in range(2)]
    assert results == [VoidResult.VOIDED, VoidResult.ALREADY_VOID]
    second = issued(source.create(yto_booking(key="2")))
    station.yto.advance(second.number)
    late = source.void(yto_booking(key="2"), second.number, "")
    assert late.result is VoidResult.TOO_LATE


def test_a_parcel_is_followed_to_the_door_and_back(station: YtoStation) -> None:
    source = station.open()
    number = issued(source.create(yto_booking())).number
    assert source.track([TrackQuery(number)])[0].stage is None
    station.yto.advance(number, 4)
    assert source.track([TrackQuery(number)])[0].stage is TrackStage.OUT_FOR_DELIVERY
    station.clock.advance(60)
    station.yto.report(number, "FAILED", "签收失败")
    assert source.track([TrackQuery(number)])[0].stage is TrackStage.EXCEPTION
    station.clock.advance(60)
    station.yto.report(number, "TMS_RETURN", "退回")
    [track] = source.track([TrackQuery(number)])
    assert track.stage is TrackStage.RETURNING
    assert len(track.events) == 6


def test_the_connection_test_books_nothing(station: YtoStation) -> None:
    assert station.open().check().ok
    assert station.yto.orders == []
    assert not station.open(secret="WRONG").check().ok
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
