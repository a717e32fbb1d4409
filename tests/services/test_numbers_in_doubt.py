"""A new key only after proof of death, and numbers in doubt that settle by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from app.bootstrap import open_services
from app.carriers.registry import CARRIERS
from app.domain.states import RequestState, Route
from app.services import integrity
from app.services.numbers import by_person, number_ledger, settling, voiding
from app.services.numbers.labelling import label_parcels, label_wave
from app.services.numbers.number_ledger import ToDo
from app.services.numbers.outcomes import LabelRow
from app.services.parcels.parcel_queries import ParcelRow
from app.services.telling import outbox
from app.simulators.demo_accounts import demo_accounts
from app.store.tables import audit, parcels, waybill_requests
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

ACCOUNTS = {a.name: a.carrier for a in demo_accounts().carriers if getattr(a, "company", "own")}
"""Every account of the demo that gives numbers, and whose platform is called."""

NEVER_ASKED = {"zto", "yto", "sto"}  # they cannot tell what became of a create
REPEATED = {"yto", "sto"}  # unless the contract allows to send it again
LATE_S = 180.0


def again(bench: Bench, parcel_id: str) -> LabelRow:
    """Ask for the number in a program that was just started."""
    services = open_services(
        bench.folder / "data", clock=bench.clock, user="next", bench="A4", keyring_allowed=False
    )
    try:
        (row,) = label_parcels(services.work, [parcel_id])
    finally:
        services.close()
    return row


def lost(bench: Bench, carrier: str, *, booked: bool = True) -> ParcelRow:
    """A parcel whose create call broke off."""
    (row,) = truth.given_to(bench, carrier)
    faults, path = bench.world.carriers.server.faults, truth.CREATE_PATHS[carrier]
    order = faults.lose_answer if booked else faults.close_before
    order(path, when=truth.only_creates(carrier))
    (first,) = label_parcels(bench.work, [row.id])
    assert first.result == "unknown"
    return row


def keys(bench: Bench, parcel_id: str) -> list[str]:
    return [key for key, _ in truth.requests_of(bench, parcel_id)]


def settle(bench: Bench) -> list[LabelRow]:
    """One round of what runs by itself, for every shop."""
    return [row for shop in bench.world.shops for row in settling.settle_open(bench.work, shop)]


def test_every_registered_carrier_is_here() -> None:
    assert {carrier.code for carrier in CARRIERS} == set(ACCOUNTS.values())
    assert set(truth.CREATE_PATHS) == set(ACCOUNTS)


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("booked", [True, False])
def test_an_unknown_request_never_gets_a_new_key_by_itself(
    bench: Bench, account: str, booked: bool
) -> None:
    row = lost(bench, account, booked=booked)
    for _ in range(3):
        bench.clock.advance(600)
        settle(bench)
        again(bench, row.id)
    assert keys(bench, row.id) == [row.id]
    given = 1 if booked or account not in NEVER_ASKED else 0
    assert len(truth.numbers_given(bench, row)) == given
    states = {state for _, state in truth.requests_of(bench, row.id)}
    assert states == {RequestState.UNKNOWN if account in NEVER_ASKED else RequestState.ISSUED}


@pytest.mark.parametrize("account", sorted(REPEATED))
@pytest.mark.parametrize("booked", [True, False])
def test_a_contract_to_repeat_settles_a_doubt_under_the_same_key(
    bench: Bench, account: str, booked: bool
) -> None:
    truth.allow_repeating(bench, account)
    row = lost(bench, account, booked=booked)
    bench.clock.advance(15)
    (found,) = settle(bench)
    assert truth.numbers_given(bench, row) == [found.waybill]
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.ISSUED)]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_cancelled_number_is_followed_by_the_next_key(bench: Bench, account: str) -> None:
    (row,) = truth.given_to(bench, account)
    (first,) = label_parcels(bench.work, [row.id])
    voiding.cancel_waybill(bench.work, first.waybill)
    assert again(bench, row.id).code == "void_pending"  # not proven yet
    assert keys(bench, row.id) == [row.id]
    outbox.drain(bench.work)
    fresh = again(bench, row.id)
    assert (fresh.result, fresh.waybill != first.waybill) == ("issued", True)
    assert keys(bench, row.id) == [row.id, f"{row.id}_2"]


@pytest.mark.parametrize("account", sorted(NEVER_ASKED))
def test_what_nobody_can_be_asked_is_listed_with_what_is_at_stake(
    bench: Bench, account: str
) -> None:
    row = lost(bench, account)
    bench.clock.advance(15)
    settle(bench)
    assert _listed(bench, row.id) == ToDo.ASK


def test_kuaidi100_forgets_after_48_hours_and_a_person_is_asked(bench: Bench) -> None:
    row = lost(bench, "kuaidi100-jd")
    assert _listed(bench, row.id) == ToDo.COMING
    bench.clock.advance(hours=49)
    for _ in range(3):
        settle(bench)
        assert again(bench, row.id).code == "ask_person"
        bench.clock.advance(hours=2)
    assert len(truth.numbers_given(bench, row)) == 1  # nothing was repeated
    assert _listed(bench, row.id) == ToDo.ASK
    by_person.lost(bench.work, row.id)
    assert again(bench, row.id).result == "issued"
    assert keys(bench, row.id) == [row.id, f"{row.id}_2"]


def test_a_persons_word_is_proof_and_on_record(bench: Bench) -> None:
    row = lost(bench, "zto", booked=False)
    assert by_person.lost(bench.work, row.id) == ""
    with bench.work.db.read() as tx:
        (noted,) = tx.execute(select(audit).where(audit.c.action == "number_lost")).all()
    assert (noted.parcel_id, noted.user, noted.detail) == (row.id, "test", {"attempt": 1})
    assert again(bench, row.id).result == "issued"
    assert keys(bench, row.id) == [row.id, f"{row.id}_2"]


@pytest.mark.parametrize("carrier", ["sf", "yunda", "jt", "kuaidi100-jd"])
def test_a_number_that_a_carrier_knows_is_not_called_lost(bench: Bench, carrier: str) -> None:
    """A person may be wrong: who can be asked is asked once more, and the number is kept."""
    row = lost(bench, carrier)
    found = by_person.lost(bench.work, row.id)
    assert truth.numbers_given(bench, row) == [found]
    assert truth.parcel(bench, row.id).waybill == found
    assert keys(bench, row.id) == [row.id]


def test_a_person_is_believed_when_the_carrier_cannot_be_asked(bench: Bench) -> None:
    row = lost(bench, "sf", booked=False)
    bench.world.carriers.server.faults.bad_gateway(truth.SF_PATH)
    assert by_person.lost(bench.work, row.id) == ""
    assert again(bench, row.id).result == "issued"
    assert keys(bench, row.id) == [row.id, f"{row.id}_2"]


def test_sf_is_believed_only_after_minutes_and_several_answers(bench: Bench) -> None:
    truth.change_account(bench, "sf", settle_after_s=LATE_S)
    bench.world.sf.quirks = replace(bench.world.sf.quirks, search_lag_s=120.0)
    row = lost(bench, "sf")
    for _ in range(4):  # booked, and SF does not show it yet
        early = again(bench, row.id)
        assert (early.result, early.code) == ("unknown", "unknown")
        bench.clock.advance(20)
    bench.clock.advance(60)
    found = again(bench, row.id)
    assert found.result == "issued"
    assert truth.numbers_given(bench, row) == [found.waybill]
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.ISSUED)]


def test_what_sf_never_booked_is_settled_by_itself_and_booked_under_the_same_key(
    bench: Bench,
) -> None:
    truth.change_account(bench, "sf", settle_after_s=LATE_S)
    row = lost(bench, "sf", booked=False)
    rounds = 0
    while truth.requests_of(bench, row.id) == [(row.id, RequestState.UNKNOWN)]:
        settle(bench)
        bench.clock.advance(30)
        rounds += 1
        assert rounds < 30
    assert rounds * 30 > LATE_S
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.NOT_SENT)]
    assert _failure(bench, row.id)["code"] == "not_booked"
    found = again(bench, row.id)
    assert found.result == "issued"
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.ISSUED)]
    assert integrity.check(bench.work).broken == ()


@pytest.mark.parametrize("carrier", ["sf", "yunda", "jt", "kuaidi100-jd"])
def test_a_number_that_was_booked_comes_by_itself(bench: Bench, carrier: str) -> None:
    row = lost(bench, carrier)
    assert settle(bench) == []  # too early
    bench.clock.advance(15)
    (found,) = settle(bench)
    assert (found.parcel, found.result) == (row.id, "issued")
    assert truth.numbers_given(bench, row) == [truth.parcel(bench, row.id).waybill]
    assert settle(bench) == []


def test_zto_is_asked_once_and_then_waits_for_a_person(bench: Bench) -> None:
    row = lost(bench, "zto")
    bench.clock.advance(15)
    (asked,) = settle(bench)
    assert asked.code == "ask_person"
    calls = bench.world.carriers.server.journal.count("/zto")
    for _ in range(5):
        bench.clock.advance(3600)
        assert settle(bench) == []
    assert bench.world.carriers.server.journal.count("/zto") == calls
    assert _failure(bench, row.id)["code"] == "ask_person"


def test_a_wave_looks_up_what_its_accounts_left_in_doubt(bench: Bench) -> None:
    doubt, next_ = truth.ready(bench, Route.DIRECT, "sf")[:2]
    lost(bench, "sf")
    yunda = lost(bench, "yunda")  # not an account of the wave
    wave = bench.wave(only=[next_.id])
    bench.clock.advance(15)
    (row,) = label_wave(bench.work, wave)
    assert (row.parcel, row.result) == (next_.id, "issued")
    assert truth.numbers_given(bench, doubt) == [truth.parcel(bench, doubt.id).waybill]
    assert truth.requests_of(bench, yunda.id) == [(yunda.id, RequestState.UNKNOWN)]


def test_a_carrier_that_does_not_answer_is_asked_once_before_a_wave(bench: Bench) -> None:
    *doubts, next_ = [row.id for row in truth.ready(bench, Route.DIRECT, "yunda")[:4]]
    assert len(doubts) > 1
    faults = bench.world.carriers.server.faults
    faults.lose_answer(truth.YUNDA_CREATE, times=len(doubts))
    assert {r.result for r in label_parcels(bench.work, doubts)} == {"unknown"}
    bench.clock.advance(15)
    faults.bad_gateway(truth.YUNDA_ORDERS, times=1)
    settling.settle_before(bench.work, [next_])
    with bench.work.db.read() as tx:
        lookups = tx.execute(
            select(waybill_requests.c.lookups).where(waybill_requests.c.parcel_id.in_(doubts))
        ).scalars()
        assert sum(lookups) == 1


def test_a_call_under_way_is_left_alone(bench: Bench) -> None:
    row = lost(bench, "sf")
    with bench.work.db.write() as tx:
        tx.execute(
            update(waybill_requests)
            .where(waybill_requests.c.id == row.id)
            .values(state=RequestState.SENT)
        )
    bench.clock.advance(30)
    assert settle(bench) == []
    bench.clock.advance(200)  # its program is gone
    assert [r.result for r in settle(bench)] == ["issued"]


def _listed(bench: Bench, parcel_id: str) -> ToDo:
    """What the list of unused numbers says is to be done about the doubt; its stake is told."""
    found = number_ledger.listed(bench.work, number_ledger.Asked(unused=True))
    (entry,) = [e for e in found if e.parcel == parcel_id]
    assert entry.in_doubt
    assert "two numbers on one parcel" in str(entry.cost)
    return entry.to_do


def _failure(bench: Bench, parcel_id: str) -> Any:
    with bench.work.db.read() as tx:
        return tx.execute(select(parcels.c.failure).where(parcels.c.id == parcel_id)).scalar_one()
