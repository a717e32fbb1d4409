"""ZTO over real HTTP against the strict simulated ZTO, with the faults of a real network."""

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
from app.simulators.zto import (
    CompanyHeader,
    ZtoAccount,
    ZtoAlgorithm,
    ZtoQuirks,
    ZtoSimulator,
    ZtoWaybillAccount,
)
from tests.carriers.samples import ZTO_CONFIG, zto_booking
from tests.carriers.station import Station, issued, problem_kind
from tests.support.clock import FakeClock

_CREATE = "/zto.open.createOrder"


class ZtoStation(Station):
    """A simulated ZTO and our side of it."""

    zto = ZtoSimulator()

    def open(
        self, quirks: ZtoQuirks | None = None, account: ZtoAccount | None = None, **config: Any
    ) -> WaybillSource:
        self.zto = ZtoSimulator([account or ZtoAccount()], quirks=quirks, clock=self.now_s)
        url = self.serve(self.zto)
        keys = ZTO_CONFIG | {"base_url": url, "timeout_s": 5} | config
        return make_source(keys, self.http, self.clock)


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[ZtoStation]:
    station = ZtoStation(http, clock)
    yield station
    station.close()


def at(address: str) -> Booking:
    booking = zto_booking()
    return replace(booking, receiver=replace(booking.receiver, address=f"申贵路1500号{address}"))


_SIGNATURES = {
    ZtoAlgorithm.MD5_BASE64: "md5",
    ZtoAlgorithm.MD5_HEX: "md5_hex",
    ZtoAlgorithm.SHA256_BASE64: "sha256",
    ZtoAlgorithm.SHA256_HEX: "sha256_hex",
}


@pytest.mark.parametrize("algorithm", list(_SIGNATURES))
def test_every_signature_passes_with_tricky_text(
    station: ZtoStation, algorithm: ZtoAlgorithm
) -> None:
    account = ZtoAccount(algorithm=algorithm)
    source = station.open(account=account, signature=_SIGNATURES[algorithm])
    outcome = issued(source.create(zto_booking(remark="10*20*5 ~轻放~ a+b 'x' \"z\" & / \\ 😀")))
    assert station.zto.numbers_issued(zto_booking().key) == [outcome.number]
    assert station.zto.unknown_fields == set()
    [order] = station.zto.orders
    assert outcome.carrier_order == order.order_code


@pytest.mark.parametrize("header", list(CompanyHeader))
def test_both_names_of_the_app_are_sent(station: ZtoStation, header: CompanyHeader) -> None:
    assert station.open(ZtoQuirks(company_header=header)).check().ok


def test_missing_marks_are_fetched_for_every_order(station: ZtoStation) -> None:
    source = station.open(ZtoQuirks(mark_missing_every=1))
    outcome = issued(source.create(zto_booking()))
    assert outcome.label["mark"]
    assert outcome.label["bagAddr"]
    assert outcome.warning is None


def test_a_mark_that_cannot_be_fetched_leaves_the_number_unprintable(station: ZtoStation) -> None:
    source = station.open(ZtoQuirks(mark_missing_every=1))
    station.server.faults.bad_gateway("/zto.innovate.bagAddrMark")
    outcome = issued(source.create(zto_booking()))
    assert outcome.label["mark"] == ""
    assert outcome.warning is not None


def test_services_pass_the_strict_checks(station: ZtoStation) -> None:
    source = station.open(
        cod_account="A1", services=[{"name": "vip"}], return_slip=True,
        site_code="02100", site_name="上海", box_size_mm=[305, 200, 125],
    )  # fmt: skip
    outcome = issued(source.create(zto_booking(cod_fen=29950, insured_fen=100000)))
    assert [n.kind for n in outcome.numbers] == ["mother", "return_slip"]


def test_a_group_customer_books_without_an_account(station: ZtoStation) -> None:
    source = station.open(partner_type="1", customer_id="GPG1576724269", account_id="")
    assert issued(source.create(zto_booking())).number
    assert source.check().ok


@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway", "close_before"])
def test_a_lost_answer_is_never_repeated(station: ZtoStation, fault: str) -> None:
    source = station.open()
    if fault == "bad_gateway":
        station.server.faults.bad_gateway(_CREATE, takes_effect=True)
    else:
        getattr(station.server.faults, fault)(_CREATE)
    assert isinstance(source.create(zto_booking()), Unknown)
    assert isinstance(source.reconcile(zto_booking()), AskPerson)
    assert station.server.journal.count() == 1


def test_an_account_that_may_ask_finds_the_lost_number(station: ZtoStation) -> None:
    source = station.open(ZtoQuirks(info_by_partner_code=True), query_by_partner_code=True)
    station.server.faults.lose_answer(_CREATE)
    assert isinstance(source.create(zto_booking()), Unknown)
    outcome = issued(source.reconcile(zto_booking()))
    assert station.zto.numbers_issued(zto_booking().key) == [outcome.number]
    assert outcome.label["mark"]
    assert isinstance(source.reconcile(zto_booking(key="1")), AskPerson)


def test_an_account_that_may_not_ask_stays_open(station: ZtoStation) -> None:
    source = station.open(query_by_partner_code=True)
    station.server.faults.lose_answer(_CREATE)
    source.create(zto_booking())
    assert isinstance(source.reconcile(zto_booking()), Unknown)


def test_without_a_listener_nothing_is_sent(http: HttpxTransport, clock: FakeClock) -> None:
    with LoopbackServer() as gone:
        url = gone.base_url
    source = make_source(ZTO_CONFIG | {"base_url": url}, http, clock)
    assert isinstance(source.create(zto_booking()), NotSent)


def test_refusals_are_told_apart(station: ZtoStation) -> None:
    source = station.open()
    assert problem_kind(source.create(at("超区"))) is ProblemClass.OUT_OF_RANGE
    wrong_secret = station.open(app_secret="WRONG")
    assert problem_kind(wrong_secret.create(zto_booking())) is ProblemClass.AUTH
    unknown = station.open(account_id="nobody")
    assert problem_kind(unknown.create(zto_booking())) is ProblemClass.ACCOUNT
    with_vas = station.open(services=[{"name": "twoHour"}])
    assert problem_kind(with_vas.create(zto_booking())) is ProblemClass.PRODUCT_OR_VAS


def test_an_empty_account_is_refused_and_unhealthy(station: ZtoStation) -> None:
    empty = ZtoAccount(waybill_accounts=(ZtoWaybillAccount(numbers_left=1),))
    source = station.open(account=empty)
    assert source.check().balance == 1
    issued(source.create(zto_booking()))
    assert problem_kind(source.create(zto_booking(key="2"))) is ProblemClass.BALANCE
    health = source.check()
    assert (health.ok, health.balance) == (False, 0)


def test_appointments_are_cancelled_until_they_are_picked_up(station: ZtoStation) -> None:
    source = station.open(order_type="2")
    first = issued(source.create(zto_booking()))
    results = [
        source.void(zto_booking(), first.number, first.carrier_order).result for _ in range(2)
    ]
    assert results == [VoidResult.VOIDED, VoidResult.ALREADY_VOID]
    second = issued(source.create(zto_booking(key="2")))
    station.zto.advance(second.number)
    late = source.void(zto_booking(key="2"), second.number, second.carrier_order)
    assert late.result is VoidResult.TOO_LATE


def test_a_cancelled_number_is_not_taken_over(station: ZtoStation) -> None:
    source = station.open(
        ZtoQuirks(info_by_partner_code=True), query_by_partner_code=True, order_type="2"
    )
    first = issued(source.create(zto_booking()))
    assert issued(source.reconcile(zto_booking())).number == first.number
    source.void(zto_booking(), first.number, first.carrier_order)
    assert isinstance(source.reconcile(zto_booking()), AskPerson)
