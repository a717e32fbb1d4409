"""STO over real HTTP against the strict simulated STO, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.carriers.sto.source import StoSource
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
from app.simulators.exchange import Request
from app.simulators.server import LoopbackServer
from app.simulators.sto import Repeat, StoAccount, StoQuirks, StoSimulator
from app.simulators.sto.simulator import GATEWAY
from tests.carriers.samples import STO_CONFIG, sto_booking
from tests.carriers.station import Station, issued, problem_kind
from tests.support.clock import FakeClock


def creates(request: Request) -> bool:
    return request.form()["api_name"] == "OMS_EXPRESS_ORDER_CREATE"


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


def at(address: str) -> Booking:
    booking = sto_booking()
    return replace(booking, receiver=replace(booking.receiver, address=f"申贵路1500号{address}"))


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


@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway", "close_before"])
@pytest.mark.parametrize("repeat", [Repeat.SAME_NUMBER, Repeat.REFUSED])
def test_a_contract_that_allows_repeating_ends_with_one_number(
    station: StoStation, fault: str, repeat: Repeat
) -> None:
    source = station.open(StoQuirks(repeat=repeat), repeat_is_safe=True)
    if fault == "bad_gateway":
        station.server.faults.bad_gateway(GATEWAY, when=creates, takes_effect=True)
    else:
        getattr(station.server.faults, fault)(GATEWAY, when=creates)
    assert isinstance(source.create(sto_booking()), Unknown)
    found = source.reconcile(sto_booking())
    numbers = station.sto.numbers_issued(sto_booking().key)
    assert len(numbers) == 1
    if repeat is Repeat.SAME_NUMBER or fault == "close_before":
        assert numbers == [issued(found).number]
    else:  # STO says that the order is there, and not under which number
        assert isinstance(found, AskPerson)


def test_without_that_contract_a_lost_answer_never_makes_a_second_number(
    station: StoStation,
) -> None:
    source = station.open(StoQuirks(repeat=Repeat.SECOND_NUMBER))
    station.server.faults.lose_answer(GATEWAY)
    assert isinstance(source.create(sto_booking()), Unknown)
    assert all(isinstance(source.reconcile(sto_booking()), AskPerson) for _ in range(3))
    assert len(station.sto.numbers_issued(sto_booking().key)) == 1
    assert station.sto.counts == {"OMS_EXPRESS_ORDER_CREATE": 1}


def test_an_order_id_that_exists_is_possibly_ours(station: StoStation) -> None:
    source = station.open(StoQuirks(repeat=Repeat.REFUSED))
    issued(source.create(sto_booking()))
    assert isinstance(source.create(sto_booking()), Unknown)


def test_without_a_listener_nothing_is_sent(http: HttpxTransport, clock: FakeClock) -> None:
    with LoopbackServer() as gone:
        url = gone.base_url
    source = make_source(STO_CONFIG | {"base_url": url}, http, clock)
    assert isinstance(source.create(sto_booking()), NotSent)


@pytest.mark.parametrize("xml", [True, False])
def test_refusals_are_told_apart(station: StoStation, xml: bool) -> None:
    quirks = StoQuirks(xml_at_the_door=xml)
    source = station.open(quirks)
    assert problem_kind(source.create(at("超区"))) is ProblemClass.OUT_OF_RANGE
    assert problem_kind(source.create(at("停发"))) is ProblemClass.OUT_OF_RANGE
    assert problem_kind(source.create(at("地址不详"))) is ProblemClass.FIX_ADDRESS
    wrong = station.open(quirks, secret_key="WRONG")
    assert problem_kind(wrong.create(sto_booking())) is ProblemClass.AUTH
    stranger = station.open(quirks, app_key="WRONG")
    assert problem_kind(stranger.create(sto_booking())) is ProblemClass.AUTH
    other_site = station.open(quirks, site_password="WRONG")
    assert problem_kind(other_site.create(sto_booking())) is ProblemClass.ACCOUNT
    empty = station.open(quirks, account=StoAccount(numbers_left=0))
    assert problem_kind(empty.create(sto_booking())) is ProblemClass.BALANCE


def test_missing_route_text_is_asked_for(station: StoStation) -> None:
    source = station.open()
    outcome = issued(source.create(at("路由待定")))
    assert outcome.label["mark"].count("-") == 2
    assert outcome.warning is None
    assert station.sto.counts["GET_ORDERDISPATCH_INFO"] == 1
    closed = StoAccount(apis=StoAccount().apis - {"GET_ORDERDISPATCH_INFO"})
    without = issued(station.open(account=closed).create(at("路由待定")))
    assert without.label["mark"] == ""
    assert without.warning is not None


def test_cancelling_works_until_pickup(station: StoStation) -> None:
    source = station.open()
    first = issued(source.create(sto_booking()))
    results = [source.void(sto_booking(), first.number, "").result for _ in range(2)]
    assert results == [VoidResult.VOIDED, VoidResult.ALREADY_VOID]
    second = issued(source.create(sto_booking(key="2")))
    station.sto.advance(second.number)
    late = source.void(sto_booking(key="2"), second.number, "")
    assert late.result is VoidResult.TOO_LATE


def test_a_parcel_is_followed_to_the_door_and_back(station: StoStation) -> None:
    source = station.open()
    number = issued(source.create(sto_booking())).number
    assert source.track([TrackQuery(number)])[0].stage is None
    station.sto.advance(number, 4)
    assert source.track([TrackQuery(number)])[0].stage is TrackStage.OUT_FOR_DELIVERY
    station.clock.advance(60)
    station.sto.report(number, "退件", "收件人拒收")
    [track] = source.track([TrackQuery(number)])
    assert track.stage is TrackStage.RETURNING
    assert len(track.events) == 5


def test_the_connection_test_books_nothing(station: StoStation) -> None:
    assert station.open().check().ok
    assert station.sto.orders == []
    assert not station.open(secret_key="WRONG").check().ok
