"""Every registered carrier keeps the same promises over real HTTP, with real faults."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

import pytest

from app.carriers.registry import CARRIERS, carrier
from app.domain.waybills import (
    AskPerson,
    Booking,
    Issued,
    NeverExisted,
    NotSent,
    ProblemClass,
    Unknown,
)
from app.ports import Capability
from app.simulators.exchange import HTML, Response
from app.simulators.server import LoopbackServer
from tests.carriers.contract import LOST, Contract, ContractStation, Refusal
from tests.carriers.contract_entries import CONTRACTS, able, capabilities, missing
from tests.carriers.station import issued, problem_kind

REFUSALS = [
    pytest.param(c, r, id=f"{c}-{r.kind}-{n}") for c in CONTRACTS for n, r in enumerate(c.refusals)
]
ASKING_NOBODY = [c for c in CONTRACTS if c.after_effect is c.after_nothing is AskPerson]
NOTHING_PROVEN = (Unknown, NotSent, AskPerson)
PAGE = b"<html><body><h1>Sorry</h1></body></html>"
JSON = "application/json"
UNREADABLE = {
    "page": Response(200, PAGE, HTML),
    "page-500": Response(500, PAGE, HTML),
    "page-502": Response(502, PAGE, HTML),
    "framework-500": Response(500, b'{"timestamp":1,"status":500,"error":"Internal"}', JSON),
    "empty": Response(200, b"", JSON),
    "too-deep": Response(200, b"[" * 100_000, JSON),
    "no-utf-8": Response(200, b"\xff\xfe{}", JSON),
}
LINE = re.compile(
    r"carrier=\w+ key=(?P<key>\S+) service=\S+ outcome=(?P<outcome>\w+)"
    r" code=(\S+|HTTP \d+) ms=\d+"
)
every = pytest.mark.parametrize("contract", CONTRACTS, ids=str)


def people(booking: Booking) -> list[str]:
    """What must not be told of the two people at the ends of a parcel."""
    ends = (booking.sender, booking.receiver)
    return [text for end in ends for text in (end.name, end.phone, end.address)]


@pytest.mark.parametrize("code", [carrier.code for carrier in CARRIERS])
def test_every_registered_carrier_has_a_contract(code: str) -> None:
    assert code in {contract.code for contract in CONTRACTS}


@pytest.mark.parametrize("code", [carrier.code for carrier in CARRIERS])
def test_a_contract_shows_all_that_the_carrier_promises(code: str) -> None:
    (promised,) = (carrier.capabilities for carrier in CARRIERS if carrier.code == code)
    for capability in promised & {Capability.CREATE, Capability.CANCEL, Capability.TRACK}:
        assert code in {contract.code for contract in able(capability)}


@every
def test_a_number_is_issued_with_its_label(station: ContractStation, contract: Contract) -> None:
    source = station.open(contract)
    booking = station.booking(remark="~轻放~ a+b * ' \" / \\ & = %")
    outcome = issued(source.create(booking))
    assert station.books.numbers_issued(booking.key) == [outcome.number]
    assert missing(contract, outcome.label) == []
    assert outcome.warning is None


@every
def test_without_a_listener_nothing_is_sent_and_nothing_proven(
    station: ContractStation, contract: Contract
) -> None:
    station.contract = contract
    with LoopbackServer() as gone:
        url = gone.base_url
    source = station.source_at(url)
    assert isinstance(source.create(station.booking()), NotSent)
    assert isinstance(source.reconcile(station.booking()), NOTHING_PROVEN)
    assert not source.check().ok


@every
def test_a_line_tells_the_outcome_and_no_secret_and_no_person(
    station: ContractStation, contract: Contract, caplog: pytest.LogCaptureFixture
) -> None:
    source = station.open(contract)
    bookings = [station.booking(key=key) for key in ("K1", "K2", "K3")]
    turned_away = Response(403, b"<html></html>", HTML)
    with caplog.at_level(logging.INFO):
        given = source.create(bookings[0])
        station.fail("lose_answer")
        source.create(bookings[1])
        station.server.faults.answer(contract.path, turned_away, when=contract.when)
        source.create(bookings[2])
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("app.")]
    assert all(LINE.fullmatch(line) for line in ours)
    told = {m["key"]: m["outcome"] for line in reversed(ours) if (m := LINE.fullmatch(line))}
    assert told == {"K1": "Issued", "K2": "Unknown", "K3": "Rejected"}
    named = carrier(contract.code).secret_names
    secrets = [str(contract.config[name]) for name in named if name in contract.config]
    assert secrets
    shown = "\n".join([*ours, repr(given).partition("label=")[0]])
    assert not [word for word in [*people(bookings[0]), *secrets] if word in shown]


@every
@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_is_one_number_or_a_persons_business(
    station: ContractStation, contract: Contract, fault: str
) -> None:
    source = station.open(contract)
    hasty = station.again(timeout_s=0.2) if fault == "hang" else source
    order = station.fail(fault)
    booking = station.booking()
    assert isinstance(hasty.create(booking), Unknown)
    order.wait_until_met()
    station.server.faults.clear()
    found = [source.reconcile(booking) for _ in range(2)]
    assert [type(f) for f in found] == [contract.after_effect] * 2
    numbers = station.books.numbers_issued(booking.key)
    assert len(numbers) == 1
    for outcome in found:
        if isinstance(outcome, Issued):
            assert [outcome.number] == numbers
            assert missing(contract, outcome.label) == []


@pytest.mark.parametrize("contract", [c for c in CONTRACTS if c.name == c.code], ids=str)
@pytest.mark.parametrize("answer", UNREADABLE)
def test_an_unreadable_answer_is_unknown_and_not_repeated(
    station: ContractStation, contract: Contract, answer: str
) -> None:
    source = station.open(contract)
    station.server.faults.answer(contract.path, UNREADABLE[answer], when=contract.when)
    assert isinstance(source.create(station.booking()), Unknown)
    assert station.server.journal.count() == 1


@every
@pytest.mark.parametrize("sent", [True, False])
def test_what_never_arrived_is_booked_once_in_the_end_or_a_persons_business(
    station: ContractStation, contract: Contract, sent: bool
) -> None:
    source, booking = station.open(contract), station.booking()
    if sent:
        station.fail("close_before")
        assert isinstance(source.create(booking), Unknown)
        assert station.books.orders == []
    found = source.reconcile(booking)
    assert type(found) is contract.after_nothing
    if isinstance(found, NeverExisted):
        assert station.books.orders == []
        found = source.create(booking)
    given = [found.number] if isinstance(found, Issued) else []
    if given:
        assert type(source.reconcile(booking)) is contract.after_effect
    assert station.books.numbers_issued(booking.key) == given


@every
def test_losing_every_answer_never_makes_a_second_number(
    station: ContractStation, contract: Contract
) -> None:
    source, booking = station.open(contract), station.booking()
    station.server.faults.lose_answer("", times=1000)
    assert isinstance(source.create(booking), Unknown)
    for _ in range(3):
        assert isinstance(source.reconcile(booking), NOTHING_PROVEN)
    station.server.faults.clear()
    assert type(source.reconcile(booking)) is contract.after_effect
    assert len(station.books.numbers_issued(booking.key)) == 1


@every
@pytest.mark.parametrize("fault", ["close_before", "truncate", "bad_gateway"])
def test_an_unreadable_answer_to_reconcile_proves_nothing(
    station: ContractStation, contract: Contract, fault: str
) -> None:
    source = station.open(contract)
    getattr(station.server.faults, fault)("", times=1000)
    assert isinstance(source.reconcile(station.booking()), NOTHING_PROVEN)


@every
def test_an_account_says_whether_it_can_be_asked(contract: Contract) -> None:
    can = Capability.RECONCILE in capabilities(contract)
    assert can is (contract not in ASKING_NOBODY)


@pytest.mark.parametrize("contract", ASKING_NOBODY, ids=str)
@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway", "close_before"])
def test_who_cannot_be_asked_gets_no_call(
    station: ContractStation, contract: Contract, fault: str
) -> None:
    source = station.open(contract)
    station.fail(fault)
    assert isinstance(source.create(station.booking()), Unknown)
    assert isinstance(source.reconcile(station.booking()), AskPerson)
    assert station.server.journal.count() == 1


@pytest.mark.parametrize("contract", [c for c in CONTRACTS if c.after_repeat], ids=str)
def test_a_repeat_never_makes_a_second_number(station: ContractStation, contract: Contract) -> None:
    source, booking = station.open(contract), station.booking()
    first = issued(source.create(booking))
    again = source.create(booking)
    assert type(again) is contract.after_repeat
    found = source.reconcile(booking)
    assert type(found) is contract.after_effect
    assert station.books.numbers_issued(booking.key) == [first.number]
    for outcome in (again, found):
        if isinstance(outcome, Issued):
            assert outcome.numbers == first.numbers


@pytest.mark.parametrize(("contract", "refusal"), REFUSALS)
def test_refusals_are_told_apart_and_book_nothing(
    station: ContractStation, contract: Contract, refusal: Refusal
) -> None:
    source = station.open(contract, **refusal.config)
    booking = station.booking(refusal.street, **refusal.booking)
    assert problem_kind(source.create(booking)) is refusal.kind
    assert station.books.numbers_issued(booking.key) == []


@pytest.mark.parametrize("contract", [c for c in CONTRACTS if c.shows_receiver], ids=str)
def test_somebody_elses_number_is_not_taken_over(
    station: ContractStation, contract: Contract
) -> None:
    source, booking = station.open(contract), station.booking()
    issued(source.create(booking))
    person = replace(booking.receiver, name="钱别人", phone="13900000009")
    other = source.reconcile(replace(booking, receiver=person))
    assert problem_kind(other) is ProblemClass.DUPLICATE
