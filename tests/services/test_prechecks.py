"""What the platform would refuse is known before a number is taken, and costs nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.domain.states import Route
from app.services.numbers import prechecks
from app.services.numbers.labelling import label_parcels
from app.store.tables import shop_accounts
from tests.services import truth
from tests.services.truth import LABEL_CREATE
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

PRECREATE = "/channels/ec/logistics/ewaybill/biz/order/precreate"


def test_a_good_parcel_is_good_and_nothing_is_booked(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    (checked,) = prechecks.check(bench.work, [row.id])
    assert checked.result == "good"
    assert truth.numbers_given(bench, row, alive_only=False) == []
    assert truth.requests_of(bench, row.id) == []
    assert len(bench.world.wechat.journal.calls(PRECREATE)) == 1
    assert bench.world.wechat.journal.calls(LABEL_CREATE) == []


def test_a_masked_direct_parcel_costs_no_decode_and_no_question(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    (checked,) = prechecks.check(bench.work, [row.id])
    assert (checked.result, checked.ok) == ("unasked", True)
    assert bench.world.wechat.journal.calls("/channels/ec/order/sensitiveinfo/decode") == []


# trap 26
def test_an_order_the_platform_no_longer_labels_is_refused_with_its_rid(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    bench.world.shops[row.shop].cancel(row.orders[0])
    (checked,) = prechecks.check(bench.work, [row.id])
    assert checked.result == "refused"
    assert "rid" in str(checked.message)
    assert checked.remedy is not None


# trap 30
def test_a_sender_without_its_county_is_found_before_the_batch(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    account = bench.world.shops[row.shop].account(row.account)
    assert account is not None
    with bench.work.db.write() as tx:
        own = shop_accounts.c.account_id == row.account
        place = {"province": "浙江省", "city": "杭州市", "address": "好运路 1 号"}
        tx.execute(update(shop_accounts).where(own).values(sender=place))
    (checked,) = prechecks.check(bench.work, [row.id])
    assert (checked.result, checked.code) == ("refused", "fix_address")


# trap 30
def test_a_hidden_sender_never_leaves(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    with bench.work.db.write() as tx:
        own = shop_accounts.c.account_id == row.account
        place = {"province": "浙江省", "city": "杭州市", "district": "余杭区", "address": "****"}
        tx.execute(update(shop_accounts).where(own).values(sender=place))
    (checked,) = prechecks.check(bench.work, [row.id])
    assert (checked.result, checked.code) == ("refused", "fix_address")
    assert bench.world.wechat.journal.calls(PRECREATE) == []


def test_a_platform_that_cannot_be_asked_says_later(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    bench.world.wechat.faults.bad_gateway(PRECREATE)
    (checked,) = prechecks.check(bench.work, [row.id])
    assert (checked.result, checked.ok) == ("later", False)


def test_a_numbered_parcel_needs_no_check(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    (issued,) = label_parcels(bench.work, [row.id])
    (checked,) = prechecks.check(bench.work, [row.id])
    assert (checked.result, checked.waybill) == ("good", issued.waybill)
