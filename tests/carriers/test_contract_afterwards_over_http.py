"""What every registered carrier promises beyond giving a number, over real HTTP."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.domain.tracking import TrackStage
from app.domain.waybills import Problem, ProblemClass, VoidResult
from app.ports import Capability, CountsNumbers, FetchesLabelData, Tracks
from tests.carriers.contract import Contract, ContractStation, Refusal
from tests.carriers.contract_entries import CONTRACTS, able, missing, unable
from tests.carriers.station import issued, problem_kind

WRONG_KEYS = [
    pytest.param(c, r, id=f"{c}-{n}")
    for c in CONTRACTS
    for n, r in enumerate(c.refusals)
    if r.config and r.kind is ProblemClass.AUTH
]
JOURNEY = (
    TrackStage.PICKED_UP,
    TrackStage.IN_TRANSIT,
    TrackStage.IN_TRANSIT,
    TrackStage.OUT_FOR_DELIVERY,
    TrackStage.DELIVERED,
)
every = pytest.mark.parametrize("contract", CONTRACTS, ids=str)


@pytest.mark.parametrize("contract", [c for c in CONTRACTS if c.with_numbers], ids=str)
def test_the_last_number_is_the_last(station: ContractStation, contract: Contract) -> None:
    assert contract.with_numbers
    source = station.open(contract, contract.with_numbers(1))
    if isinstance(source, CountsNumbers):
        assert source.numbers_left().left == 1
        assert (source.check().ok, source.check().balance) == (True, 1)
    issued(source.create(station.booking()))
    assert problem_kind(source.create(station.booking(key="2"))) is ProblemClass.BALANCE
    assert len(station.books.orders) == 1
    if isinstance(source, CountsNumbers):
        assert source.numbers_left().left == 0
        assert (source.check().ok, source.check().balance) == (False, 0)


@every
def test_the_connection_test_books_nothing(station: ContractStation, contract: Contract) -> None:
    assert station.open(contract).check().ok
    assert station.books.orders == []


@pytest.mark.parametrize(("contract", "wrong"), WRONG_KEYS)
def test_the_connection_test_finds_a_wrong_key(
    station: ContractStation, contract: Contract, wrong: Refusal
) -> None:
    health = station.open(contract, **wrong.config).check()
    assert not health.ok
    assert str(health.remedy)


@pytest.mark.parametrize("contract", able(Capability.CANCEL), ids=str)
def test_cancelling_works_until_pickup(station: ContractStation, contract: Contract) -> None:
    source = station.open(contract)
    booking, other = station.booking(), station.booking(key="2")
    first = issued(source.create(booking))
    assert first.number
    results = [source.void(booking, first.number, first.carrier_order).result for _ in range(2)]
    assert results == [VoidResult.VOIDED, VoidResult.ALREADY_VOID]
    second = issued(source.create(other))
    assert second.number != first.number
    station.books.advance(second.number)
    late = source.void(other, second.number, second.carrier_order)
    assert late.result is VoidResult.TOO_LATE


@pytest.mark.parametrize("contract", able(Capability.CANCEL), ids=str)
@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway"])
def test_cancelling_without_a_readable_answer_is_asked_again(
    station: ContractStation, contract: Contract, fault: str
) -> None:
    source, booking = station.open(contract), station.booking()
    given = issued(source.create(booking))
    effect = {"takes_effect": True} if fault == "bad_gateway" else {}
    getattr(station.server.faults, fault)("", times=1000, **effect)
    unclear = source.void(booking, given.number, given.carrier_order)
    assert unclear.result is VoidResult.UNKNOWN
    station.server.faults.clear()
    again = source.void(booking, given.number, given.carrier_order)
    assert again.result is VoidResult.ALREADY_VOID


@pytest.mark.parametrize("contract", unable(Capability.CANCEL), ids=str)
def test_who_cannot_cancel_lets_the_number_expire(
    station: ContractStation, contract: Contract
) -> None:
    source, booking = station.open(contract), station.booking()
    given = issued(source.create(booking))
    before = station.server.journal.count()
    voided = source.void(booking, given.number, given.carrier_order)
    assert voided.result is VoidResult.EXPIRES_BY_ITSELF
    assert station.server.journal.count() == before


@pytest.mark.parametrize("contract", able(Capability.TRACK), ids=str)
def test_a_parcel_is_followed_to_the_door(station: ContractStation, contract: Contract) -> None:
    source = station.open(contract)
    assert isinstance(source, Tracks)
    number = issued(source.create(station.booking())).number
    assert source.track([station.query(number)])[0].stage is None
    for step, stage in enumerate(JOURNEY, start=1):
        station.books.advance(number)
        [track] = source.track([station.query(number)])
        assert (track.number, track.stage, track.problem) == (number, stage, None)
        assert len(track.events) == step
        assert track.events[-1].at == station.clock.now()
        station.clock.advance(hours=1)


@pytest.mark.parametrize("contract", able(Capability.LABEL_DATA), ids=str)
def test_label_data_that_came_late_are_fetched(
    station: ContractStation, contract: Contract
) -> None:
    source = station.open(contract)
    assert isinstance(source, FetchesLabelData)
    booking = station.booking(contract.late_mark)
    outcome = issued(source.create(booking))
    assert missing(contract, outcome.label) == []
    assert outcome.warning is None
    fetched = source.fetch_label(booking, outcome.number)
    if contract.tells_label_again:
        assert isinstance(fetched, Mapping)
        assert missing(contract, fetched) == []
    else:
        assert isinstance(fetched, Problem)
        assert str(fetched.remedy)


@every
@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway"])
def test_a_question_without_a_readable_answer_says_so(
    station: ContractStation, contract: Contract, fault: str
) -> None:
    source, booking = station.open(contract), station.booking()
    number = issued(source.create(booking)).number
    getattr(station.server.faults, fault)("", times=1000)
    assert not source.check().ok
    problems: list[object] = []
    if isinstance(source, Tracks):
        [track] = source.track([station.query(number)])
        assert track.stage is None
        problems.append(track.problem)
    if isinstance(source, CountsNumbers):
        left = source.numbers_left()
        assert left.left is None
        problems.append(left.problem)
    if isinstance(source, FetchesLabelData):
        problems.append(source.fetch_label(booking, number))
    assert problems
    assert [problem for problem in problems if not isinstance(problem, Problem)] == []
