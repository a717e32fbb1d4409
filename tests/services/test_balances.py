"""Labels left at the platform: read before a batch, compared with what the batch needs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.domain.states import Route
from app.services import diagnosis
from app.services.numbers import balances, boxes
from app.services.numbers.labelling import label_parcels
from app.services.parcels.parcel_queries import ParcelRow
from app.simulators.wechat.records import LabelAccount
from app.store.tables import parcels
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

ACCOUNTS = "/channels/ec/logistics/ewaybill/biz/account/get"


def _account(bench: Bench, row: ParcelRow) -> LabelAccount:
    found = bench.world.shops[row.shop].account(row.account)
    assert found is not None
    return found


def _ready(bench: Bench) -> list[ParcelRow]:
    return truth.ready(bench, Route.PLATFORM, "zto")


def test_a_batch_that_needs_more_labels_than_are_left_is_told_before(bench: Bench) -> None:
    rows = _ready(bench)
    _account(bench, rows[0]).available = 2
    bench.clock.advance(301)
    (short,) = balances.before_batch(bench.work, parcels_of_batch=[r.id for r in rows[:4]])
    assert (short.shop, short.account, short.carrier) == (rows[0].shop, rows[0].account, "zto")
    assert (short.balance, short.needed, short.missing) == (2, 4, 2)
    assert balances.before_batch(bench.work, parcels_of_batch=[r.id for r in rows[:2]]) == []


def test_balances_are_read_again_only_when_they_are_older_than_five_minutes(bench: Bench) -> None:
    rows = _ready(bench)
    ids = [r.id for r in rows[:2]]
    read = bench.world.wechat.journal.calls
    before = len(read(ACCOUNTS))
    balances.before_batch(bench.work, parcels_of_batch=ids)
    assert len(read(ACCOUNTS)) == before
    bench.clock.advance(timedelta(minutes=6).total_seconds())
    balances.before_batch(bench.work, parcels_of_batch=ids)
    assert len(read(ACCOUNTS)) > before


def test_a_shop_that_does_not_answer_is_compared_by_what_it_said_last(bench: Bench) -> None:
    rows = _ready(bench)
    _account(bench, rows[0]).available = 1
    balances.refresh(bench.work, rows[0].shop)
    bench.clock.advance(600)
    bench.world.wechat.faults.bad_gateway(ACCOUNTS, times=9)
    (short,) = balances.before_batch(bench.work, parcels_of_batch=[r.id for r in rows[:3]])
    assert short.balance == 1


def test_a_direct_carriers_zero_means_nothing(bench: Bench) -> None:
    rows = _ready(bench)
    shop = bench.world.shops[rows[0].shop]
    sf = next(a for a in shop.accounts if a.delivery_id == "SF")
    assert sf.available == 0
    with bench.work.db.write() as tx:
        tx.execute(
            update(parcels)
            .where(parcels.c.id == rows[0].id)
            .values(carrier="sf", account=sf.acct_id)
        )
    assert balances.before_batch(bench.work, parcels_of_batch=[rows[0].id]) == []
    (found,) = [b for b in balances.listed(bench.work) if b.account == sf.acct_id]
    assert (found.left, found.low) == (None, False)


def test_every_box_takes_a_label_and_numbered_parcels_take_none(bench: Bench) -> None:
    rows = _ready(bench)
    _account(bench, rows[0]).available = 2
    label_parcels(bench.work, [rows[0].id])
    boxes.set_count(bench.work, rows[1].id, 3)
    bench.clock.advance(400)
    (short,) = balances.before_batch(bench.work, parcels_of_batch=[rows[0].id, rows[1].id])
    assert (short.balance, short.needed) == (1, 3)


def test_an_account_below_the_shops_own_limit_is_a_warning_of_doctor(bench: Bench) -> None:
    rows = _ready(bench)
    _account(bench, rows[0]).available = 60
    balances.refresh(bench.work, rows[0].shop)
    assert not _warned(bench, rows[0])
    truth.change_shop(bench, rows[0].shop, low_balance=61)
    assert _warned(bench, rows[0])
    (found,) = [b for b in balances.listed(bench.work) if b.account == rows[0].account]
    assert (found.left, found.low, found.threshold) == (60, True, 61)


def _warned(bench: Bench, row: ParcelRow) -> bool:
    found = list(diagnosis._balances(bench.work, row.shop))
    return any(f.state == "warning" and "60" in str(f.message) for f in found)


def test_the_wave_is_counted_whole(bench: Bench) -> None:
    rows = _ready(bench)
    wave = bench.wave(only=[r.id for r in rows[:3]])
    with bench.work.db.read() as tx:
        count = len(tx.execute(select(parcels.c.id).where(parcels.c.wave_id == wave)).all())
    _account(bench, rows[0]).available = 0
    bench.clock.advance(400)
    (short,) = balances.before_batch(bench.work, wave_id=wave)
    assert short.needed == count
