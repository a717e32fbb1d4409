"""How carrier accounts stand: numbers left, problems, bindings, and what a batch would lack."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import Route
from app.ports import Capability
from app.services import diagnosis
from app.services.carriers import calls, states
from app.services.carriers.states import AccountState
from app.services.numbers import balances, boxes
from app.services.numbers.labelling import label_parcels
from app.services.parcels import checking
from app.services.parcels.parcel_queries import ParcelRow
from app.store.tables import waybills
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

COUNT = f"{truth.YUNDA_ORDERS}/searchCount"


def state(bench: Bench, account: str) -> AccountState:
    return next(s for s in states.listed(bench.work) if s.account == account)


def leave(bench: Bench, numbers: int) -> None:
    bench.world.yunda.leave_numbers(bench.scenario.accounts.yunda.app_key, numbers)


def questions(bench: Bench) -> int:
    return len(bench.world.carriers.server.journal.calls(COUNT))


def direct(bench: Bench) -> list[ParcelRow]:
    return truth.ready(bench, Route.DIRECT, "yunda")


def test_accounts_are_listed_before_anybody_was_asked(bench: Bench) -> None:
    found = states.listed(bench.work)
    assert [s.account for s in found] == [a.name for a in bench.scenario.accounts.carriers]
    assert {(s.left, s.asked_at, s.trouble, s.bound_at) for s in found} == {(None,) * 4}
    assert questions(bench) == 0


def test_an_account_is_asked_at_most_every_ten_minutes(bench: Bench) -> None:
    leave(bench, 873)
    assert states.refresh(bench.work, "yunda", older_than=states.FRESH)
    assert (state(bench, "yunda").left, state(bench, "yunda").asked_at) == (873, bench.clock.now())
    for seconds, asked in ((1, 1), (9 * 60, 1), (2 * 60, 2)):
        bench.clock.advance(seconds)
        states.refresh(bench.work, "yunda", older_than=states.FRESH)
        assert questions(bench) == asked
    states.refresh(bench.work, "yunda")
    assert questions(bench) == 3


def test_an_account_that_does_not_answer_keeps_its_last_count(bench: Bench) -> None:
    leave(bench, 873)
    states.refresh(bench.work, "yunda")
    bench.world.carriers.server.faults.bad_gateway(COUNT)
    assert not states.refresh(bench.work, "yunda")
    found = state(bench, "yunda")
    assert found.left == 873
    assert found.trouble is not None
    assert found.trouble.code == "unknown"
    assert str(found.trouble.remedy)
    assert states.refresh(bench.work, "yunda")
    assert state(bench, "yunda").trouble is None


def test_an_account_that_counts_nothing_is_not_asked(bench: Bench) -> None:
    before = bench.world.carriers.server.journal.count()
    assert states.refresh(bench.work, "sf")
    assert bench.world.carriers.server.journal.count() == before
    assert state(bench, "sf").left is None
    assert Capability.BALANCE not in states.capabilities(bench.work, "sf")


def test_a_missing_secret_is_the_accounts_problem(bench: Bench) -> None:
    bench.services.secrets.delete("carrier.yunda.app_secret")
    assert not states.refresh(bench.work, "yunda")
    found = state(bench, "yunda")
    assert found.trouble is not None
    assert "app_secret" in str(found.trouble.message)
    assert states.capabilities(bench.work, "yunda") == frozenset()


def test_a_test_of_the_account_is_kept(bench: Bench) -> None:
    leave(bench, 0)
    health = states.check(bench.work, "yunda")
    assert not health.ok
    found = state(bench, "yunda")
    assert (found.left, found.low) == (0, True)
    assert found.trouble is not None
    leave(bench, 500)
    assert states.check(bench.work, "yunda").ok
    found = state(bench, "yunda")
    assert (found.left, found.low, found.trouble) == (500, False, None)


# --- binding -----------------------------------------------------------------------------------


def test_an_account_is_bound_once_its_site_is_named(bench: Bench) -> None:
    kept = truth.change_account(bench, "zto", site_name="")
    health = states.bind(bench.work, "zto")
    assert not health.ok
    assert "site_name" in str(health.remedy)
    assert state(bench, "zto").bound_at is None
    truth.change_account(bench, "zto", **kept)
    assert states.bind(bench.work, "zto").ok
    found = state(bench, "zto")
    assert (found.bound_at, found.trouble) == (bench.clock.now(), None)


def test_an_account_without_a_binding_says_so(bench: Bench) -> None:
    with pytest.raises(UserError) as caught:
        states.bind(bench.work, "sf")
    assert caught.value.code == "cannot_bind"


# --- numbers that end by themselves --------------------------------------------------------------


def test_an_unused_number_of_zto_has_an_end(bench: Bench) -> None:
    row = direct(bench)[0]
    checking.change_carrier(bench.work, row.id, "zto")
    assert truth.parcel(bench, row.id).account == "zto"
    (labelled,) = label_parcels(bench.work, [row.id])
    with bench.work.db.read() as tx:
        ends_at = tx.execute(
            select(waybills.c.expires_at).where(waybills.c.number == labelled.waybill)
        ).scalar_one()
    assert ends_at == bench.clock.now() + timedelta(days=60)


# --- balances ----------------------------------------------------------------------------------


def test_one_list_shows_the_platforms_accounts_and_the_direct_ones(bench: Bench) -> None:
    leave(bench, 7)
    assert balances.refresh_direct(bench.work) == []
    found = balances.listed(bench.work)
    assert found[0].shop == "shanye"
    assert [b.account for b in found if not b.shop] == [
        s.account for s in states.listed(bench.work) if s.company
    ]
    of = {b.account: b for b in found if not b.shop}
    assert (of["yunda"].left, of["yunda"].low, of["yunda"].carrier) == (7, True, "yunda")
    assert (of["sf"].left, of["sf"].low) == (None, False)


def test_a_batch_that_a_direct_account_has_too_few_numbers_for_is_told_before(bench: Bench) -> None:
    rows = direct(bench)[:2]
    boxes_needed = len(rows)
    leave(bench, boxes_needed - 1)
    (short,) = balances.before_batch(bench.work, parcels_of_batch=[r.id for r in rows])
    assert (short.shop, short.account, short.carrier) == ("", "yunda", "yunda")
    assert (short.balance, short.needed, short.missing) == (boxes_needed - 1, boxes_needed, 1)
    assert all(short.concerns(row) for row in rows)
    assert not any(short.concerns(row) for row in truth.ready(bench, Route.PLATFORM, "zto"))
    leave(bench, boxes_needed)
    bench.clock.advance(minutes=11)
    assert balances.before_batch(bench.work, parcels_of_batch=[r.id for r in rows]) == []


def test_a_batch_without_direct_parcels_asks_no_carrier(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    balances.before_batch(bench.work, parcels_of_batch=[row.id])
    assert bench.world.carriers.server.journal.count() == 0


def test_an_account_that_gives_no_numbers_shows_it_at_once(bench: Bench) -> None:
    leave(bench, 900)
    states.refresh(bench.work, "yunda")
    leave(bench, 0)
    row = direct(bench)[0]
    (labelled,) = label_parcels(bench.work, [row.id])
    assert labelled.code == "balance"
    found = state(bench, "yunda")
    assert (found.left, found.low) == (0, True)
    assert found.trouble is not None
    assert found.trouble.code == "balance"
    leave(bench, 900)
    assert states.refresh(bench.work, "yunda")
    assert state(bench, "yunda").trouble is None


def test_boxes_of_a_direct_parcel_count(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    boxes.set_count(bench.work, row.id, 2)
    assert balances.before_batch(bench.work, parcels_of_batch=[row.id]) == []


# --- doctor ------------------------------------------------------------------------------------


def test_the_doctor_says_what_is_left_and_how_often_was_called(bench: Bench) -> None:
    leave(bench, 12)
    findings = list(diagnosis._carriers(bench.work))
    by_name = {str(f.what): f for f in findings}
    yunda = next(f for name, f in by_name.items() if name.endswith("yunda"))
    assert yunda.state == "warning"
    assert "12" in str(yunda.message)
    assert str(yunda.message).endswith("Calls today: 1.")
    assert yunda.remedy is not None
    assert calls.today(bench.work)["yunda"].services == {"searchCount": 1}
