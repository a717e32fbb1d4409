"""The check step uses the rules in full: notes, balances, places that are not served."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.bootstrap import adapters
from app.domain.reach import ReachVerdict
from app.domain.states import HoldCode, ParcelState
from app.domain.text import Text
from app.services import configuring
from app.services.orders import holding
from app.services.parcels import checking, parcel_queries
from app.services.reach import own
from app.settings import parse_config
from app.store.tables import account_states, holds, orders, parcels, shop_accounts, shops
from tests.support.warehouse import Bench


def apply(bench: Bench, rules: str) -> None:
    config = parse_config(rules.encode(), adapters(), {})
    configuring.apply(bench.services.work, bench.services.secrets, config)


def waiting(bench: Bench) -> Any:
    """An ordinary parcel that waits for its label."""
    with bench.work.db.read() as tx:
        return tx.execute(
            select(parcels)
            .join(shops, shops.c.id == parcels.c.shop_id)
            .where(parcels.c.state == ParcelState.TO_LABEL)
            .order_by(parcels.c.id)
        ).first()


def choose_anew(bench: Bench, parcel_id: str) -> Any:
    with bench.work.db.write() as tx:
        checking.choose_again(tx, bench.work, parcel_id)
        checking.advance(tx, bench.work, parcel_id)
    with bench.work.db.read() as tx:
        return tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()


def write_note(bench: Bench, parcel_id: str, note: str) -> None:
    number = parcel_queries.parcel_rows(bench.work, [parcel_id])[0].order_ids[0]
    with bench.work.db.write() as tx:
        tx.execute(update(orders).where(orders.c.id == number).values(buyer_note=note))


def held(bench: Bench, parcel_id: str) -> dict[str, str]:
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(holds).where(holds.c.parcel_id == parcel_id, holds.c.cleared_at.is_(None))
        ).all()
    return {r.code: str(Text.from_json(r.reason)) for r in rows}


TWO = """
[[rule]]
name = "cheap"
then = { carrier = "zto" }

[[rule]]
name = "other"
then = { carrier = "sf", product = "2" }
"""


@pytest.mark.synced
def test_a_note_against_a_carrier_lets_the_next_rule_take_it(bench: Bench) -> None:
    apply(bench, TWO)
    parcel = waiting(bench)
    assert choose_anew(bench, parcel.id).carrier == "zto"
    write_note(bench, parcel.id, "不要中通，谢谢")
    row = choose_anew(bench, parcel.id)
    assert (row.carrier, row.product, row.state) == ("sf", "2", ParcelState.TO_LABEL)
    shown = parcel_queries.parcel_rows(bench.work, [parcel.id])[0]
    assert [str(s.sentence) for s in shown.trail] == ["“cheap”: the note refuses ZTO Express"]
    assert shown.product == "2"


@pytest.mark.synced
def test_a_wish_goes_before_the_rules(bench: Bench) -> None:
    apply(bench, TWO)
    parcel = waiting(bench)
    write_note(bench, parcel.id, "请发顺丰")
    row = choose_anew(bench, parcel.id)
    assert row.carrier == "sf"
    assert str(Text.from_json(row.choice_reason)) == "The note asks for SF Express"


@pytest.mark.synced
def test_when_nothing_is_left_the_hold_names_every_rule(bench: Bench) -> None:
    apply(bench, TWO)
    parcel = waiting(bench)
    write_note(bench, parcel.id, "不要中通，不要顺丰")
    row = choose_anew(bench, parcel.id)
    assert (row.account, row.state) == (None, ParcelState.TO_CHECK)
    reason = held(bench, parcel.id)[HoldCode.NO_ACCOUNT]
    assert "“cheap”" in reason
    assert "“other”" in reason
    write_note(bench, parcel.id, "")
    checking.recheck(bench.work)
    assert held(bench, parcel.id) == {}


@pytest.mark.synced
def test_a_place_not_served_holds_it_until_a_person_sends_it_all_the_same(bench: Bench) -> None:
    apply(bench, '[[rule]]\nname = "all"\nthen = { carrier = "zto" }\n')
    parcel = waiting(bench)
    with bench.work.db.read() as tx:
        facts = checking.facts_of(tx, bench.work, parcel.id)
    assert facts is not None
    region = own.own_region("zto", ReachVerdict.REFUSED, province=facts.province, reason="remote")
    own.add(bench.work, region)
    row = choose_anew(bench, parcel.id)
    assert (row.carrier, row.account) == ("zto", None)
    assert "remote" in held(bench, parcel.id)[HoldCode.OUT_OF_RANGE]
    with bench.work.db.write() as tx:
        holding.release_by_person(tx, bench.work, parcel.id)
    checking.recheck(bench.work)
    with bench.work.db.read() as tx:
        row = tx.execute(select(parcels).where(parcels.c.id == parcel.id)).one()
    assert row.account
    assert row.state == ParcelState.TO_LABEL


@pytest.mark.synced
def test_a_rule_is_passed_over_when_few_numbers_are_left(bench: Bench) -> None:
    apply(bench, TWO.replace('carrier = "zto"', 'carrier = "zto", min_balance = 10'))
    parcel = waiting(bench)
    with bench.work.db.write() as tx:
        tx.execute(update(shop_accounts).where(shop_accounts.c.carrier == "zto").values(balance=9))
        tx.execute(insert(account_states).values(account="zto", numbers_left=9))
    row = choose_anew(bench, parcel.id)
    assert row.carrier == "sf"
    assert "only 9 numbers" in str(
        parcel_queries.parcel_rows(bench.work, [parcel.id])[0].trail[0].sentence
    )
