"""Every number taken is in the ledger, and what is not used comes back where it can."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.domain.errors import UserError
from app.domain.states import ParcelState, RequestState, Route, WaybillState
from app.services import integrity
from app.services.numbers import by_person, number_ledger, settling, unused_numbers
from app.services.numbers.labelling import label_parcels
from app.services.numbers.number_ledger import Asked, ToDo
from app.services.sync import syncing
from app.services.telling import outbox
from app.store.tables import waybills
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

OLD_S = 4 * 86_400.0


def _number(bench: Bench, carrier: str, route: Route = Route.DIRECT) -> tuple[str, str]:
    """A parcel with its number."""
    row = truth.ready(bench, route, carrier)[0]
    (issued,) = label_parcels(bench.work, [row.id])
    assert issued.result == "issued", issued
    return row.id, issued.waybill


@pytest.mark.parametrize(
    ("route", "carrier", "to_do", "result"),
    [
        (Route.DIRECT, "sf", ToDo.VOID, "void"),
        (Route.DIRECT, "yunda", ToDo.VOID, "void"),
        (Route.DIRECT, "zto", ToDo.WAIT, "waits"),
        (Route.PLATFORM, "zto", ToDo.VOID, "void"),
    ],
)
def test_what_is_taken_and_not_used_is_given_back_where_it_can_be(
    bench: Bench, route: Route, carrier: str, to_do: ToDo, result: str
) -> None:
    parcel, number = _number(bench, carrier, route)
    assert number_ledger.listed(bench.work, Asked(unused=True)) == []
    assert not number_ledger.unused(bench.work)
    bench.clock.advance(OLD_S)
    (entry,) = number_ledger.listed(bench.work, Asked(unused=True))
    assert (entry.number, entry.parcel, entry.to_do) == (number, parcel, to_do)
    assert str(entry.cost)
    unused = number_ledger.unused(bench.work)
    assert (unused.can_void, unused.waiting) == ((1, 0) if to_do is ToDo.VOID else (0, 1))
    (row,) = unused_numbers.void_unused(bench.work)
    assert (row.waybill, row.result, row.ok) == (number, result, True)
    given = truth.numbers_given(bench, truth.parcel(bench, parcel))
    assert given == ([number] if result == "waits" else [])
    assert truth.parcel(bench, parcel).waybill == (number if result == "waits" else "")
    assert integrity.check(bench.work).broken == ()
    (fresh,) = label_parcels(bench.work, [parcel])
    assert fresh.result == ("issued" if result == "void" else "kept"), fresh


def test_a_seen_or_travelling_number_is_used(bench: Bench) -> None:
    _, number = _number(bench, "sf")
    bench.clock.advance(OLD_S)
    with bench.work.db.write() as tx:
        tx.execute(
            update(waybills)
            .where(waybills.c.number == number)
            .values(first_scan_at=bench.work.now())
        )
    assert number_ledger.listed(bench.work, Asked(unused=True)) == []
    assert unused_numbers.void_unused(bench.work) == []
    (entry,) = number_ledger.listed(bench.work)
    assert (entry.number, entry.unused, entry.to_do) == (number, False, ToDo.NOTHING)


def test_the_ledger_knows_accounts_and_times(bench: Bench) -> None:
    _, first = _number(bench, "sf")
    between = bench.work.now() + timedelta(seconds=30)
    bench.clock.advance(60)
    _, second = _number(bench, "yunda")
    assert [e.number for e in number_ledger.listed(bench.work)] == [first, second]
    assert [e.number for e in number_ledger.listed(bench.work, Asked(account="sf"))] == [first]
    assert [e.number for e in number_ledger.listed(bench.work, Asked(since=between))] == [second]
    assert [e.number for e in number_ledger.listed(bench.work, Asked(until=between))] == [first]
    assert len(number_ledger.listed(bench.work, Asked(most=1))) == 1


def test_an_account_nobody_has_is_not_an_empty_ledger(bench: Bench) -> None:
    for wanted in (Asked(account="ztoo"), Asked(account="ztoo", unused=True)):
        with pytest.raises(UserError, match="ztoo"):
            number_ledger.listed(bench.work, wanted)
    assert number_ledger.listed(bench.work, Asked(account="zto", unused=True)) == []


def test_a_number_in_doubt_says_what_either_answer_costs(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    bench.world.carriers.server.faults.lose_answer(truth.ZTO_CREATE)
    label_parcels(bench.work, [row.id])
    (entry,) = number_ledger.listed(bench.work, Asked(unused=True))
    assert (entry.number, entry.state, entry.to_do) == ("", "in_doubt", ToDo.ASK)
    assert "30" in str(entry.cost)
    assert "two numbers" in str(entry.cost)
    assert number_ledger.unused(bench.work).in_doubt == 1
    by_person.lost(bench.work, row.id)
    assert number_ledger.listed(bench.work) == []


def test_a_typed_number_is_nobodys_to_give_back(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    by_person.take(bench.work, row.id, "73120000000012")
    bench.clock.advance(OLD_S)
    (entry,) = number_ledger.listed(bench.work)
    assert (entry.typed, entry.unused, entry.to_do) == (True, True, ToDo.NOTHING)
    assert unused_numbers.void_unused(bench.work) == []
    assert truth.parcel(bench, row.id).waybill == "73120000000012"


def test_an_unused_number_of_zto_ends_and_its_parcel_waits_for_a_new_one(bench: Bench) -> None:
    parcel, number = _number(bench, "zto")
    with bench.work.db.read() as tx:
        ends_at = tx.execute(waybills.select().where(waybills.c.number == number)).one().expires_at
    assert ends_at is not None
    assert settling.recycle_expired(bench.work) == 0
    bench.clock.advance((ends_at - bench.work.now()).total_seconds() + 1)
    assert settling.recycle_expired(bench.work) == 1
    assert settling.recycle_expired(bench.work) == 0
    (entry,) = number_ledger.listed(bench.work)
    assert (entry.number, entry.state, entry.unused) == (number, WaybillState.RECYCLED, False)
    assert truth.parcel(bench, parcel).state == ParcelState.TO_LABEL
    (fresh,) = label_parcels(bench.work, [parcel])
    assert (fresh.result, fresh.waybill != number) == ("issued", True)
    assert truth.requests_of(bench, parcel) == [
        (parcel, RequestState.DEAD),
        (f"{parcel}_2", RequestState.ISSUED),
    ]
    assert integrity.check(bench.work).broken == ()


def test_a_scanned_number_does_not_end(bench: Bench) -> None:
    _, number = _number(bench, "zto")
    with bench.work.db.write() as tx:
        tx.execute(
            update(waybills)
            .where(waybills.c.number == number)
            .values(first_scan_at=bench.work.now())
        )
    bench.clock.advance(400 * 86_400)
    assert settling.recycle_expired(bench.work) == 0


def test_a_given_up_number_of_zto_ends_as_well(bench: Bench) -> None:
    parcel, _ = _number(bench, "zto")
    row = truth.parcel(bench, parcel)
    bench.clock.advance(30)
    bench.world.shops[row.shop].cancel(row.orders[0])
    syncing.sync_shop(bench.work, row.shop)
    outbox.drain(bench.work)
    (entry,) = number_ledger.listed(bench.work, Asked(unused=True))
    assert (entry.state, entry.to_do) == (WaybillState.VOID_REQUESTED, ToDo.WAIT)
    bench.clock.advance(400 * 86_400)
    assert settling.recycle_expired(bench.work) == 1
    assert number_ledger.listed(bench.work, Asked(unused=True)) == []
