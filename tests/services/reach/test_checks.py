"""One check before the number: fields, place, account, and the carrier itself. Books nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.domain.address import Address
from app.domain.checks import FoundBy, Weight
from app.domain.fixes import Fix
from app.domain.states import Route
from app.ports import ChecksFields
from app.services.numbers import prechecks
from app.services.orders import receiver_correction
from app.services.parcels.parcel_queries import ParcelRow
from app.services.reach import checks, own
from app.services.reach.recent import KEPT, RecentAnswers
from app.store.tables import account_states, accounts, address_corrections, settings, shop_accounts
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

GOOD = Address(
    name="周小满",
    phone="13900000009",
    province="广东省",
    city="深圳市",
    district="南山区",
    street="粤海街道",
    address="科兴路 8 号 2 栋 501",
)


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    """An SF parcel whose receiver is known in clear."""
    found = truth.ready(bench, Route.DIRECT, "sf")[0]
    receiver_correction.correct(bench.work, found.id, GOOD)
    return found


def _to(bench: Bench, row: ParcelRow, **changes: Any) -> None:
    """Another receiver, however wrong: as it comes from an imported order."""
    receiver = replace(GOOD, **changes)
    sealed = bench.work.sealer.seal(json.dumps(receiver.as_dict(), ensure_ascii=True))
    with bench.work.db.write() as tx:
        tx.execute(
            update(address_corrections)
            .where(address_corrections.c.parcel_id == row.id)
            .values(receiver_sealed=sealed)
        )


def _found(checked: checks.Checked) -> list[tuple[str, str, str]]:
    return [(f.weight.value, f.by.value, f.their_code) for f in checked.findings]


def test_a_good_parcel_is_good_because_the_carrier_says_so(bench: Bench, row: ParcelRow) -> None:
    checked = checks.check_one(bench.work, row.id)
    assert (checked.verdict, checked.findings) == ("good", ())
    assert truth.requests_of(bench, row.id) == []


def test_several_problems_are_said_at_once(bench: Bench, row: ParcelRow) -> None:
    _to(bench, row, phone="1390000000", district="", address="科兴路😀", city="杭州市")
    checked = checks.check_one(bench.work, row.id)
    assert checked.verdict == Weight.REFUSED
    assert _found(checked) == [
        ("refused", "fields", "check_phone"),
        ("doubtful", "fields", "city_of_another_province"),
        ("doubtful", "fields", "no_house_number"),
        ("doubtful", "fields", "pictures"),
    ]
    assert [f.fix for f in checked.findings[:2]] == [Fix.EDIT_PHONE, Fix.EDIT_ADDRESS]


def test_a_character_without_a_glyph_is_named(bench: Bench, row: ParcelRow) -> None:
    _to(bench, row, name="ก明")
    checked = checks.check_one(bench.work, row.id)
    assert _found(checked) == [("doubtful", "fields", "no_glyph")]
    assert "ก" in str(checked.findings[0].message)


def test_the_carrier_refuses_a_place_before_the_number(bench: Bench, row: ParcelRow) -> None:
    _to(bench, row, address="超区村 1 号")
    checked = checks.check_one(bench.work, row.id)
    assert checked.verdict == Weight.REFUSED
    assert (checked.findings[0].by, checked.findings[0].fix) == (
        FoundBy.ONLINE,
        Fix.CHANGE_CARRIER,
    )


def test_offline_nobody_is_asked(bench: Bench, row: ParcelRow) -> None:
    _to(bench, row, address="超区村 1 号")
    before = len(bench.world.carriers.server.journal.calls(truth.SF_PATH))
    checked = checks.check_one(bench.work, row.id, online=False)
    assert checked.verdict == "unasked"
    assert len(bench.world.carriers.server.journal.calls(truth.SF_PATH)) == before


def test_an_answer_is_kept_for_some_minutes(bench: Bench, row: ParcelRow) -> None:
    recent = RecentAnswers()

    def calls_after_a_check() -> int:
        assert checks.check_one(bench.work, row.id, recent=recent).verdict == "good"
        return len(bench.world.carriers.server.journal.calls(truth.SF_PATH))

    first = calls_after_a_check()
    assert calls_after_a_check() == first
    bench.clock.advance(KEPT.total_seconds() + 1)
    assert calls_after_a_check() == first + 1


def test_another_address_is_asked_anew(bench: Bench, row: ParcelRow) -> None:
    recent = RecentAnswers()
    assert checks.check_one(bench.work, row.id, recent=recent).verdict == "good"
    _to(bench, row, address="超区村 1 号")
    assert checks.check_one(bench.work, row.id, recent=recent).verdict == Weight.REFUSED


def test_the_own_table_is_enough_to_know(bench: Bench, row: ParcelRow) -> None:
    own.add(bench.work, own.own_region("sf", "reached", province="广东"))
    _to(bench, row, address="超区村 1 号")
    assert checks.check_one(bench.work, row.id).verdict == "unasked"


def test_an_account_without_numbers_is_said(bench: Bench, row: ParcelRow) -> None:
    with bench.work.db.write() as tx:
        tx.execute(insert(account_states).values(account=row.account, numbers_left=0))
    checked = checks.check_one(bench.work, row.id)
    assert (checked.findings[0].by, checked.findings[0].fix) == (FoundBy.ACCOUNT, Fix.RECHARGE)


def test_a_bound_account_without_labels_is_said(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    with bench.work.db.write() as tx:
        tx.execute(
            update(shop_accounts).where(shop_accounts.c.account_id == row.account).values(balance=0)
        )
    checked = checks.check_one(bench.work, row.id)
    assert (checked.findings[0].by, checked.findings[0].fix) == (FoundBy.ACCOUNT, Fix.RECHARGE)


def test_a_carrier_that_does_not_answer_is_no_verdict(bench: Bench, row: ParcelRow) -> None:
    bench.world.carriers.server.faults.bad_gateway(truth.SF_PATH)
    recent = RecentAnswers()
    (checked,) = prechecks.check(bench.work, [row.id], recent=recent)
    assert (checked.result, checked.ok, checked.fix) == ("later", False, Fix.RETRY_LATER)
    (again,) = prechecks.check(bench.work, [row.id], recent=recent)
    assert again.result == "good"


def test_a_sender_that_is_missing_is_said(bench: Bench, row: ParcelRow) -> None:
    with bench.work.db.write() as tx:
        tx.execute(update(settings).where(settings.c.key == "sender").values(value={}))
    (checked,) = prechecks.check(bench.work, [row.id])
    assert (checked.result, checked.code, checked.fix) == (
        "refused",
        "no_sender",
        Fix.CHECK_ACCOUNT,
    )


def test_a_wave_goes_on_past_a_bad_parcel(bench: Bench, row: ParcelRow) -> None:
    _to(bench, row, phone="")
    others = [r.id for r in truth.ready(bench, Route.PLATFORM, "zto")]
    found = prechecks.check(bench.work, [row.id, *others])
    assert [r.parcel for r in found] == [row.id, *others]
    assert [r.result for r in found] == ["refused", *["good"] * len(others)]


def test_every_direct_account_checks_fields_by_its_own_limits(bench: Bench) -> None:
    with bench.work.db.read() as tx:
        names = tx.execute(select(accounts.c.name)).scalars().all()
    assert names
    for name in names:
        assert isinstance(bench.work.outside.carrier(name), ChecksFields), name
