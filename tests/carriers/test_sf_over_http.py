"""SF over real HTTP against the strict simulated SF, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.waybills import NeverExisted, ProblemClass, Unknown, VoidResult
from app.net.transport import HttpxTransport
from app.simulators.sf import SfAccount, SfAlgorithm, SfQuirks
from app.simulators.sf.records import RepeatReply
from tests.carriers.samples import sf_booking
from tests.carriers.sf_station import PATH, SfStation, at
from tests.carriers.station import issued, problem_kind
from tests.support.clock import FakeClock


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[SfStation]:
    station = SfStation(http, clock)
    yield station
    station.close()


@pytest.mark.parametrize("algorithm", list(SfAlgorithm))
def test_every_signature_passes_with_tricky_text(
    station: SfStation, algorithm: SfAlgorithm
) -> None:
    source = station.open(account=SfAccount(algorithm=algorithm), signature=algorithm.value)
    booking = sf_booking(remark="10*20*5 ~轻放~ a+b 'x' (y)! \"z\" & = % 😀")
    number = issued(source.create(booking)).number
    assert station.sf.numbers_issued(booking.key) == [number]
    assert station.sf.unknown_fields == set()


def test_a_token_serves_instead_of_a_digest(station: SfStation) -> None:
    source = station.open(signature="oauth", oauth_url="")
    assert issued(source.create(sf_booking())).label["destRouteLabel"]
    station.clock.advance(hours=3)
    assert issued(source.reconcile(sf_booking())).numbers


def test_boxes_and_return_slip_are_one_shipment(station: SfStation) -> None:
    source = station.open(return_slip=True)
    booking = sf_booking(box_count=3, weight_g=9000, cod_fen=29900, insured_fen=100000)
    outcome = issued(source.create(booking))
    assert [n.kind for n in outcome.numbers] == ["mother", "child", "child", "return_slip"]
    [order] = station.sf.orders
    assert tuple(n.number for n in outcome.numbers) == order.numbers
    assert set(outcome.label["children"]) == set(order.numbers[1:])
    assert all(route["destRouteLabel"] for route in outcome.label["children"].values())


def test_a_new_order_that_sf_shows_late_is_not_given_up_at_once(station: SfStation) -> None:
    source = station.open(SfQuirks(search_lag_s=90))
    station.server.faults.lose_answer(PATH)
    source.create(sf_booking())
    assert isinstance(source.reconcile(sf_booking()), NeverExisted)
    station.clock.advance(100)
    assert issued(source.reconcile(sf_booking())).number


@pytest.mark.parametrize("shows", [True, False])
def test_a_repeat_is_refused_searched_and_adopted(station: SfStation, shows: bool) -> None:
    source = station.open(SfQuirks(repeat=RepeatReply.REFUSE, search_shows_contacts=shows))
    first = issued(source.create(sf_booking()))
    again = issued(source.create(sf_booking()))
    assert again.numbers == first.numbers
    assert (again.warning is None) is shows


def test_a_key_that_sf_knows_for_somebody_else_is_refused(station: SfStation) -> None:
    source = station.open(SfQuirks(repeat=RepeatReply.REFUSE, search_shows_contacts=True))
    source.create(sf_booking())
    other = replace(sf_booking().receiver, name="李四", phone="13900000009")
    assert problem_kind(source.create(sf_booking(receiver=other))) is ProblemClass.DUPLICATE
    assert problem_kind(source.reconcile(sf_booking(receiver=other))) is ProblemClass.DUPLICATE


@pytest.mark.parametrize("with_number", [True, False])
def test_out_of_range_is_a_refusal_now_and_later(station: SfStation, with_number: bool) -> None:
    source = station.open(SfQuirks(refusal_has_number=with_number))
    assert problem_kind(source.create(at("超区"))) is ProblemClass.OUT_OF_RANGE
    assert problem_kind(source.reconcile(at("超区"))) is ProblemClass.OUT_OF_RANGE


def test_an_order_waiting_for_a_person_at_sf_has_a_number_or_stays_open(station: SfStation) -> None:
    outcome = issued(station.open().create(at("人工确认")))
    assert outcome.warning is not None
    source = station.open(SfQuirks(confirmation_has_number=False))
    assert isinstance(source.create(at("人工确认", sf_booking(key="2"))), Unknown)


def test_a_route_that_comes_later_is_taken_from_the_search(station: SfStation) -> None:
    outcome = issued(station.open().create(at("路由待定")))
    assert outcome.label["destRouteLabel"]
    assert outcome.warning is None
    assert outcome.label["waybillNo"] == outcome.number


def test_a_vague_address_warns(station: SfStation) -> None:
    assert issued(station.open().create(at("地址不详"))).warning is not None


def test_what_sf_never_heard_of_is_not_called_cancelled(station: SfStation) -> None:
    assert station.open().void(sf_booking(key="999"), "", "").result is VoidResult.UNKNOWN


def test_the_connection_test_says_what_to_set_right(station: SfStation) -> None:
    wrong_word = station.open(checkword="WRONGcheckWord0123456789abcdefXY").check()
    assert "checkword" in str(wrong_word.remedy)
    unbound = SfAccount(bound_services=frozenset())
    assert "Bind the service" in str(station.open(account=unbound).check().remedy)
    assert station.sf.orders == []
