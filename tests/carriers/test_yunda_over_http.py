"""Yunda over real HTTP against the strict simulated Yunda, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.domain.waybills import (
    AskPerson,
    Booking,
    NotSent,
    ProblemClass,
    Unknown,
    VoidResult,
)
from app.net.transport import HttpxTransport
from app.ports import WaybillSource
from app.simulators.server import LoopbackServer
from app.simulators.yunda import YundaAccount, YundaQuirks, YundaSimulator
from tests.carriers.samples import YUNDA_CONFIG, yunda_booking
from tests.carriers.station import Station, issued, problem_kind
from tests.support.clock import FakeClock

_ORDERS = "/openapi-api/v1/accountOrder"
_CREATE, _UPDATE = f"{_ORDERS}/createBmOrder", f"{_ORDERS}/updateBmOrder"


class YundaStation(Station):
    """A simulated Yunda and our side of it."""

    yunda = YundaSimulator()

    def open(
        self, quirks: YundaQuirks | None = None, account: YundaAccount | None = None, **config: Any
    ) -> WaybillSource:
        self.yunda = YundaSimulator([account or YundaAccount()], quirks=quirks, clock=self.now_s)
        url = self.serve(self.yunda)
        keys = YUNDA_CONFIG | {"base_url": url, "timeout_s": 5} | config
        return make_source(keys, self.http, self.clock)


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[YundaStation]:
    station = YundaStation(http, clock)
    yield station
    station.close()


def at(address: str) -> Booking:
    booking = yunda_booking()
    return replace(booking, receiver=replace(booking.receiver, address=f"盈港东路6679号{address}"))


@pytest.mark.parametrize("field", ["mail_no", "mailno"])
def test_a_booking_passes_the_strict_checks(station: YundaStation, field: str) -> None:
    source = station.open(
        YundaQuirks(number_field=field), return_slip=True, box_size_mm=[120, 230, 110]
    )
    booking = yunda_booking(cod_fen=29950, insured_fen=100000, remark="~轻放~ * + ' \" / \\ 😀")
    outcome = issued(source.create(booking))
    assert station.yunda.numbers_issued(booking.key) == [outcome.number]
    [order] = station.yunda.orders
    assert (order.cod_yuan, order.insured_yuan) == (299.5, 1000.0)
    label = outcome.label
    assert label["mailno"] == outcome.number
    assert label["mailno_barcode"].startswith(outcome.number)
    assert label["position"]
    assert label["privacy_receiver_name"] == "王**"
    assert len(label["routing_tail"]) == 2


@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway"])
def test_a_lost_answer_is_found_and_gives_one_number(station: YundaStation, fault: str) -> None:
    source = station.open()
    if fault == "bad_gateway":
        station.server.faults.bad_gateway(_CREATE, takes_effect=True)
    else:
        getattr(station.server.faults, fault)(_CREATE)
    assert isinstance(source.create(yunda_booking()), Unknown)
    found = issued(source.reconcile(yunda_booking()))
    assert station.yunda.numbers_issued(yunda_booking().key) == [found.number]
    assert found.label["position"]


def test_a_call_that_never_arrived_is_booked_once_by_reconciling(station: YundaStation) -> None:
    source = station.open()
    station.server.faults.close_before(_CREATE)
    assert isinstance(source.create(yunda_booking()), Unknown)
    assert station.yunda.orders == []
    found = issued(source.reconcile(yunda_booking()))
    again = issued(source.reconcile(yunda_booking()))
    assert found.number == again.number
    assert station.yunda.numbers_issued(yunda_booking().key) == [found.number]


def test_losing_every_answer_never_makes_a_second_number(station: YundaStation) -> None:
    source = station.open()
    station.server.faults.lose_answer(_CREATE, times=2)
    station.server.faults.lose_answer(_UPDATE)
    assert isinstance(source.create(yunda_booking()), Unknown)
    assert isinstance(source.reconcile(yunda_booking()), Unknown)
    assert isinstance(source.reconcile(yunda_booking()), Unknown)
    found = issued(source.reconcile(yunda_booking()))
    assert station.yunda.numbers_issued(yunda_booking().key) == [found.number]


def test_a_repeated_create_is_possibly_ours(station: YundaStation) -> None:
    source = station.open()
    first = issued(source.create(yunda_booking()))
    assert isinstance(source.create(yunda_booking()), Unknown)
    assert issued(source.reconcile(yunda_booking())).number == first.number


def test_a_parcel_on_its_way_is_a_persons_business(station: YundaStation) -> None:
    source = station.open()
    first = issued(source.create(yunda_booking()))
    station.yunda.advance(first.number)
    assert isinstance(source.reconcile(yunda_booking()), AskPerson)


def test_without_a_listener_nothing_is_sent(http: HttpxTransport, clock: FakeClock) -> None:
    with LoopbackServer() as gone:
        url = gone.base_url
    source = make_source(YUNDA_CONFIG | {"base_url": url}, http, clock)
    assert isinstance(source.create(yunda_booking()), NotSent)


def test_refusals_are_told_apart(station: YundaStation) -> None:
    source = station.open()
    assert problem_kind(source.create(at("超区"))) is ProblemClass.OUT_OF_RANGE
    assert problem_kind(source.create(at("地址不详"))) is ProblemClass.FIX_ADDRESS
    wrong_secret = station.open(app_secret="WRONG")
    assert problem_kind(wrong_secret.create(yunda_booking())) is ProblemClass.AUTH
    wrong_merchant = station.open(partner_secret="WRONG")
    assert problem_kind(wrong_merchant.create(yunda_booking())) is ProblemClass.ACCOUNT
    empty = station.open(account=YundaAccount(numbers_left=0))
    assert problem_kind(empty.create(yunda_booking())) is ProblemClass.BALANCE


def test_cancelling_works_until_pickup(station: YundaStation) -> None:
    source = station.open()
    first = issued(source.create(yunda_booking()))
    results = [source.void(yunda_booking(), first.number, "").result for _ in range(2)]
    assert results == [VoidResult.VOIDED, VoidResult.ALREADY_VOID]
    second = issued(source.create(yunda_booking(key="2")))
    station.yunda.advance(second.number)
    late = source.void(yunda_booking(key="2"), second.number, "")
    assert late.result is VoidResult.TOO_LATE


def test_the_connection_test_tells_the_balance(station: YundaStation) -> None:
    health = station.open(account=YundaAccount(numbers_left=873)).check()
    assert (health.ok, health.balance) == (True, 873)
    assert not station.open(app_secret="WRONG").check().ok
