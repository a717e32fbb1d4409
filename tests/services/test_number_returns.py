"""Numbers on their way back: what a person sees until each of them has come home."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import Route
from app.services.numbers import number_returns, outcomes, voiding
from app.services.numbers.labelling import label_parcels
from app.services.numbers.number_returns import ReturnState
from app.services.sync import syncing
from app.services.telling import outbox
from app.store.tables import outbox as outbox_table
from app.store.tables import waybill_requests
from tests.services import truth
from tests.services.truth import SF_PATH
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

CANCEL = "/channels/ec/logistics/ewaybill/biz/order/cancel"


def _cancelled(bench: Bench, route: Route, carrier: str) -> tuple[str, str]:
    """A parcel whose number was just cancelled here; its shop and number."""
    row = truth.ready(bench, route, carrier)[0]
    (issued,) = label_parcels(bench.work, [row.id])
    voiding.cancel_waybill(bench.work, issued.waybill)
    return row.shop, issued.waybill


@pytest.mark.parametrize(("route", "carrier"), [(Route.PLATFORM, "zto"), (Route.DIRECT, "sf")])
def test_a_waiting_number_says_what_is_at_stake_and_then_counts_as_done(
    bench: Bench, route: Route, carrier: str
) -> None:
    _, number = _cancelled(bench, route, carrier)
    (row,) = number_returns.listed(bench.work)
    assert (row.number, row.state, row.attempts) == (number, ReturnState.WAITING, 0)
    assert (row.carrier, row.route) == (carrier, route)
    assert row.next_at is not None
    assert str(row.stake)
    outbox.drain(bench.work)
    assert number_returns.listed(bench.work) == []
    (done,) = number_returns.listed(bench.work, everything=True)
    assert (done.number, done.state) == (number, ReturnState.DONE)
    bench.clock.advance(2 * 86_400)
    assert number_returns.listed(bench.work, everything=True) == []


def test_each_failed_try_waits_longer_and_tells_why(bench: Bench) -> None:
    _cancelled(bench, Route.PLATFORM, "zto")
    bench.world.wechat.faults.bad_gateway(CANCEL, times=3)
    waits = []
    for n in range(1, 4):
        outbox.drain(bench.work, everything=True)
        (row,) = number_returns.listed(bench.work)
        assert (row.state, row.attempts) == (ReturnState.WAITING, n)
        assert row.reason is not None
        assert row.next_at is not None
        waits.append(row.next_at - bench.work.now())
    assert waits == sorted(waits)
    assert len(set(waits)) == 3
    outbox.drain(bench.work, everything=True)
    assert number_returns.listed(bench.work) == []


def test_a_collected_parcels_number_is_shown_until_a_person_has_seen_it(bench: Bench) -> None:
    shop, number = _cancelled(bench, Route.PLATFORM, "zto")
    bench.world.shops[shop].pick_up(number)
    outbox.drain(bench.work)
    for _ in range(2):
        bench.clock.advance(86_400)
        (row,) = number_returns.listed(bench.work)
        assert (row.number, row.state, row.code) == (number, ReturnState.REFUSED, "10025006")
    with pytest.raises(UserError) as caught:  # the number is its parcel's again
        number_returns.retry(bench.work, row.id)
    assert caught.value.code == "number_in_use"
    number_returns.acknowledge(bench.work, number_returns.id_of(bench.work, number))
    assert number_returns.listed(bench.work, everything=True) == []
    with pytest.raises(UserError) as caught:
        number_returns.acknowledge(bench.work, row.id)
    assert caught.value.code == "no_such_return"
    bench.world.shops[shop].labels_by_number[number].path_info.clear()  # not collected after all
    voiding.cancel_waybill(bench.work, number)
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    (done,) = number_returns.listed(bench.work, everything=True)
    assert (done.number, done.state) == (number, ReturnState.DONE)


def test_a_refused_number_of_a_cancelled_order_may_be_asked_for_again(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    (issued,) = label_parcels(bench.work, [row.id])
    shop = bench.world.shops[row.shop]
    shop.pick_up(issued.waybill)
    bench.clock.advance(30)
    shop.cancel(row.orders[0])
    syncing.sync_shop(bench.work, row.shop)
    outbox.drain(bench.work)
    (refused,) = number_returns.listed(bench.work)
    assert refused.state is ReturnState.REFUSED
    shop.labels_by_number[issued.waybill].path_info.clear()
    number_returns.retry(bench.work, refused.id)
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    assert truth.numbers_given(bench, row) == []


def test_a_number_in_doubt_is_shown_without_one(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    bench.world.carriers.server.faults.lose_answer(SF_PATH, when=truth.creates)
    label_parcels(bench.work, [row.id])
    bench.clock.advance(30)
    bench.world.shops[row.shop].cancel(row.orders[0])
    syncing.sync_shop(bench.work, row.shop)
    (shown,) = number_returns.listed(bench.work)
    assert (shown.number, shown.in_doubt, shown.parcel) == ("", True, row.id)


def test_a_refused_way_back_is_kept_without_the_person_it_names(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "yunda")[0]
    (issued,) = label_parcels(bench.work, [row.id])
    with bench.work.db.read() as tx:
        request = tx.execute(select(waybill_requests)).first()
    receiver = outcomes.unseal(bench.work, request)[0].receiver
    assert not receiver.masked
    voiding.cancel_waybill(bench.work, issued.waybill)
    said = f"面单已经被揽收：{receiver.name} {receiver.phone}"
    refused = {"order_serial_no": row.id, "status": "0", "msg": said}
    answer = {"result": True, "code": "0000", "message": "请求成功", "data": [refused]}
    bench.world.carriers.server.faults.answer_json(f"{truth.YUNDA_ORDERS}/cancelBmOrder", answer)
    outbox.drain(bench.work)
    with bench.work.db.read() as tx:
        kept = str([r.reason for r in tx.execute(select(outbox_table)) if r.reason])
    assert "揽收" in kept
    assert receiver.name not in kept
    assert receiver.phone not in kept
