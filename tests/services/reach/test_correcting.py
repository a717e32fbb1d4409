"""Another receiver for one parcel's label: sealed, checked, taken back, ended by the buyer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.states import Route
from app.services.numbers import booking as bookings
from app.services.numbers.labelling import label_parcels
from app.services.orders import details
from app.services.orders import receiver_correction as correction
from app.services.parcels import checking
from app.services.parcels.parcel_queries import ParcelRow, parcel_ids, parcel_rows
from app.services.waves import wave_views
from app.store.tables import address_corrections, audit, orders
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

CORRECT = Address(
    name="周小满",
    phone="13900000009",
    province="广东",
    city="深圳市",
    district="南山区",
    street="粤海街道",
    address="科兴路 8 号 2 栋 501",
)


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    return truth.ready(bench, Route.DIRECT, "sf")[0]


def _receiver(bench: Bench, row: ParcelRow) -> Address:
    return bookings.build(bench.work, row.id, row.id, decode=False)[0].receiver


def _decodes(bench: Bench) -> int:
    return len(bench.world.wechat.journal.calls("/channels/ec/order/sensitiveinfo/decode"))


def test_the_number_is_asked_for_with_the_corrected_receiver(bench: Bench, row: ParcelRow) -> None:
    opened = correction.open_editor(bench.work, row.id)
    assert (opened.corrected, opened.proposes) == (False, False)
    correction.correct(bench.work, row.id, CORRECT, opened.token)
    assert _receiver(bench, row) == replace(CORRECT, province="广东省")
    (labelled,) = label_parcels(bench.work, [row.id])
    assert labelled.result == "issued"
    contacts = [c for order in bench.world.sf.orders for c in order.request["contactInfoList"]]
    assert CORRECT.name in {c["contact"] for c in contacts}


def test_it_is_kept_sealed_and_written_down(bench: Bench, row: ParcelRow) -> None:
    correction.correct(bench.work, row.id, CORRECT)
    with bench.work.db.read() as tx:
        kept = tx.execute(select(address_corrections)).one()
        notes = tx.execute(select(audit).where(audit.c.parcel_id == row.id)).all()
    assert CORRECT.name not in repr(kept)
    assert CORRECT.phone not in repr(kept)
    assert "address_corrected" in {n.action for n in notes}
    assert CORRECT.name not in repr(notes)
    assert CORRECT.address not in repr(notes)


def test_undoing_brings_the_orders_receiver_back(bench: Bench, row: ParcelRow) -> None:
    before = _receiver(bench, row)
    correction.correct(bench.work, row.id, CORRECT)
    opened = correction.open_editor(bench.work, row.id)
    assert opened.corrected
    correction.undo(bench.work, row.id, opened.token)
    assert _receiver(bench, row) == before
    with pytest.raises(UserError, match="not corrected"):
        correction.undo(bench.work, row.id)


def test_two_people_do_not_overwrite_each_other(bench: Bench, row: ParcelRow) -> None:
    one = correction.open_editor(bench.work, row.id)
    other = correction.open_editor(bench.work, row.id)
    correction.correct(bench.work, row.id, CORRECT, one.token)
    with pytest.raises(UserError, match="changed meanwhile"):
        correction.correct(bench.work, row.id, replace(CORRECT, name="吴一"), other.token)
    assert _receiver(bench, row).name == CORRECT.name


def test_the_buyers_change_ends_the_correction(bench: Bench, row: ParcelRow) -> None:
    correction.correct(bench.work, row.id, CORRECT)
    with bench.work.db.write() as tx:
        tx.execute(
            update(orders).where(orders.c.order_id == row.orders[0]).values(address_hash="another")
        )
    assert _receiver(bench, row).name != CORRECT.name
    assert not correction.open_editor(bench.work, row.id).corrected


def test_a_numbered_parcel_is_not_corrected(bench: Bench, row: ParcelRow) -> None:
    label_parcels(bench.work, [row.id])
    with pytest.raises(UserError) as refused:
        correction.correct(bench.work, row.id, CORRECT)
    assert (refused.value.code, str(refused.value.remedy)) == (
        "has_number",
        "Cancel the number first.",
    )


@pytest.mark.parametrize(
    "wrong", [{"phone": ""}, {"city": " "}, {"address": ""}, {"name": "周**"}, {"province": ""}]
)
def test_an_incomplete_receiver_is_not_kept(
    bench: Bench, row: ParcelRow, wrong: dict[str, Any]
) -> None:
    with pytest.raises(UserError) as refused:
        correction.correct(bench.work, row.id, replace(CORRECT, **wrong))
    assert refused.value.code == "address_incomplete"


def test_the_platforms_label_takes_no_correction_but_the_buyer_can_be_asked(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    assert correction.open_editor(bench.work, row.id).proposes
    with pytest.raises(UserError) as refused:
        correction.correct(bench.work, row.id, CORRECT)
    assert refused.value.code == "platform_address"
    assert correction.propose(bench.work, row.id, CORRECT) == row.orders[0]


def test_the_rules_look_at_the_corrected_place(bench: Bench) -> None:
    """The demo's shop sends to Zhejiang with Yunda, to Guangdong with SF."""
    row = truth.ready(bench, Route.DIRECT, "yunda")[0]
    correction.correct(bench.work, row.id, CORRECT)
    now = truth.parcel(bench, row.id)
    assert (now.carrier, now.account, now.state) == ("sf", "sf", row.state)
    correction.undo(bench.work, row.id)
    assert truth.parcel(bench, row.id).carrier == "yunda"


def test_a_carrier_that_a_person_chose_stays(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "yunda")[0]
    checking.change_carrier(bench.work, row.id, "zto")
    correction.correct(bench.work, row.id, CORRECT)
    assert truth.parcel(bench, row.id).carrier == "zto"


def test_lists_and_drawer_show_the_corrected_region_masked(bench: Bench, row: ParcelRow) -> None:
    correction.correct(bench.work, row.id, CORRECT)
    shown = next(p for p in wave_views.loose_rows(bench.work) if p.id == row.id)
    assert (shown.corrected, shown.city, shown.receiver) == (True, "深圳市", "周**")
    written = details.order_detail(bench.work, row.orders[0]).written
    assert (written[row.id].city, written[row.id].name) == ("深圳市", "周**")
    assert CORRECT.phone != written[row.id].phone
    assert CORRECT.address not in written[row.id].address


def test_a_draft_costs_no_decode(bench: Bench) -> None:
    rows = [r for r in parcel_rows(bench.work, parcel_ids(bench.work)) if r.route == Route.DIRECT]
    for row in rows:
        bookings.build(bench.work, row.id, "1", decode=False)
        if row.state in {"to_check", "to_label"}:
            correction.open_editor(bench.work, row.id)
    assert _decodes(bench) == 0
