"""A connection that may only read changes nothing in the shop, and loses nothing here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import OutboxState, Route
from app.services.after_sales import answers
from app.services.listings import shelf
from app.services.numbers.labelling import label_parcels
from app.services.orders import order_notes, receivers, request_answers
from app.services.parcels.shipping import ship
from app.services.stock import stock_reconciling
from app.services.sync import syncing
from app.services.telling.outbox import drain
from app.simulators.demo_accounts import QINGHE
from app.store.tables import listings
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

READING = {
    "/cgi-bin/stable_token",
    "/channels/ec/basics/info/get",
    "/channels/ec/order/list/get",
    "/channels/ec/order/get",
    "/channels/ec/aftersale/getaftersalelist",
    "/channels/ec/aftersale/getaftersaleorder",
    "/channels/ec/logistics/ewaybill/biz/account/get",
}


@pytest.fixture
def closed(bench: Bench) -> Bench:
    """Both shops synced, then switched to reading only."""
    for shop_id in syncing.shop_ids(bench.work):
        truth.change_shop(bench, shop_id, read_only=True)
    bench.world.wechat.journal.clear()
    return bench


def called(bench: Bench) -> set[str]:
    return {c.path for c in bench.world.wechat.journal.calls()}


def test_reading_goes_on(closed: Bench) -> None:
    closed.clock.advance(minutes=20)
    closed.sync()
    assert "/channels/ec/order/list/get" in called(closed)
    assert called(closed) <= READING


Call = Callable[[Bench, str], object]


def _a_product(bench: Bench) -> str:
    with bench.work.db.read() as tx:
        query = select(listings.c.product_id).where(listings.c.shop_id == QINGHE).limit(1)
        found: str = tx.execute(query).scalar_one()
    return found


@pytest.mark.parametrize(
    "call",
    [
        lambda bench, order: receivers.reveal(bench.work, order, "call the buyer"),
        lambda bench, order: receivers.virtual_number(bench.work, order),
        lambda bench, order: receivers.extend(bench.work, order),
        lambda bench, order: receivers.renew(bench.work, order),
        lambda bench, order: request_answers.answer_address(bench.work, order, accept=True),
        lambda bench, order: request_answers.answer_variant(bench.work, order, accept=True),
        lambda bench, order: answers.refund(bench.work, QINGHE, "1", confirm_fen=0),
        lambda bench, order: shelf.put(bench.work, _a_product(bench), on=False, shop=QINGHE),
        lambda bench, order: stock_reconciling.overwrite(bench.work, QINGHE),
    ],
    ids=["reveal", "number", "extend", "renew", "address", "variant", "refund", "shelf", "stock"],
)
def test_what_changes_or_is_counted_is_refused_before_it_is_sent(closed: Bench, call: Call) -> None:
    order = closed.seed("address_change")
    with pytest.raises(UserError) as refused:
        call(closed, order.order_id)
    assert refused.value.code == "shop_read_only"
    assert called(closed) == set()
    assert receivers.quota(closed.work, order.shop)[0] == 0


@pytest.mark.parametrize("route", [Route.PLATFORM, Route.DIRECT])
def test_labels_of_the_shop_are_refused(closed: Bench, route: Route) -> None:
    row = truth.ready(closed, route, "zto")[0]
    (failed,) = label_parcels(closed.work, [row.id])
    assert (failed.result, failed.code) == ("failed", "shop_read_only")
    assert called(closed) == set()
    assert truth.numbers_given(closed, row) == []
    truth.change_shop(closed, row.shop, read_only=False)
    assert [r.result for r in label_parcels(closed.work, [row.id])] == ["issued"]


def test_messages_wait_and_are_sent_when_the_shop_may_be_changed_again(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    label_parcels(bench.work, [row.id])
    truth.change_shop(bench, row.shop, read_only=True)
    bench.world.wechat.journal.clear()
    ship(bench.work, parcel_ids=[row.id], unpacked=True)
    order_notes.write(bench.work, row.order_ids[0], "送一包茶")
    assert {(r.result, r.code) for r in drain(bench.work)} == {("later", "shop_read_only")}
    assert {m.state for m in truth.messages(bench)} == {OutboxState.PENDING}
    assert called(bench) == set()
    truth.change_shop(bench, row.shop, read_only=False)
    assert {r.result for r in drain(bench.work, everything=True)} == {"done"}
    assert len(truth.shipments(bench, row.orders[0])) == 1


def test_the_adapter_itself_sends_nothing_that_changes(closed: Bench) -> None:
    order = closed.seed("ordinary")
    shop = closed.work.outside.shop(order.shop)
    outcome = shop.order_desk.write_note(order.order_id, "x")
    assert outcome.code == "shop_read_only"  # type: ignore[union-attr]  # a ReportLater
    with pytest.raises(UserError) as refused:
        shop.clear_receiver(order.order_id)
    assert refused.value.code == "shop_read_only"
    with pytest.raises(UserError) as refused:
        shop.after_sales.upload("proof.png", b"\x89PNG\r\n\x1a\n")
    assert refused.value.code == "shop_read_only"
    assert called(closed) == set()
