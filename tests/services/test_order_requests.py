"""What buyers want changed: shown with its consequences, answered once, whoever answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.address import Address
from app.domain.errors import RetryableError, UserError
from app.domain.states import HoldCode, ParcelState, Route
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.orders import order_requests, queries, request_answers
from app.services.orders.request_effects import Effect
from app.services.parcels.parcel_queries import ParcelRow
from app.services.parcels.shipping import ship
from app.services.printing.printing import print_parcels
from app.services.sync import syncing
from app.services.telling.outbox import drain
from app.simulators.wechat.shop import WechatShop
from app.store.tables import order_lines
from tests.services import truth
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

ACCEPT = "/channels/ec/order/addressmodify/accept"
REJECT = "/channels/ec/order/addressmodify/reject"
APPROVE = "/channels/ec/order/preshipmentchangesku/approve"
ORDER_GET = "/channels/ec/order/get"


def shop_of(bench: Bench, row: ParcelRow) -> WechatShop:
    return bench.world.shops[row.shop]


def elsewhere(bench: Bench, row: ParcelRow) -> dict[str, str]:
    """Another address of the order's buyer, in another district."""
    seed = next(o for o in bench.scenario.orders if o.order_id == row.orders[0])
    return {**seed.receiver, "county_name": "东河区", "detail_info": "示例路 99 号"}


def ask(bench: Bench, row: ParcelRow) -> None:
    """The buyer asks for another address, and we learn of it."""
    bench.clock.advance(30)
    shop_of(bench, row).request_address_change(row.orders[0], elsewhere(bench, row))
    syncing.sync_shop(bench.work, row.shop)


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    """A parcel of one order that waits for its number."""
    return truth.ready(bench, Route.DIRECT, "zto")[0]


@pytest.fixture
def labelled(bench: Bench, row: ParcelRow) -> ParcelRow:
    label_parcels(bench.work, [row.id])
    return truth.parcel(bench, row.id)


def answer(bench: Bench, row: ParcelRow, *, accept: bool) -> request_answers.Answered:
    return request_answers.answer_address(bench.work, row.orders[0], accept=accept)


def test_a_request_shows_what_differs_and_since_when(bench: Bench, row: ParcelRow) -> None:
    ask(bench, row)
    asked = order_requests.pending_address(bench.work, row.orders[0])
    assert asked is not None
    assert "district" in asked.differs
    assert asked.hidden  # the street is masked on both sides
    assert asked.new.district == "东河区"
    assert "99" not in asked.new.full
    assert asked.asked_at == bench.clock.now()
    assert [(e.effect, e.parcel) for e in asked.parcels] == [(Effect.NOTHING, row.id)]


def test_every_request_is_listed_with_its_deadline(bench: Bench) -> None:
    found = {r.order_id: r for r in order_requests.pending(bench.work)}
    address, variant = bench.seed("address_change"), bench.seed("sku_change")
    assert found.keys() == {address.order_id, variant.order_id}
    assert found[address.order_id].kind == "address"
    assert found[address.order_id].until_at is None
    listed = found[variant.order_id]
    assert listed.until_at == bench.scenario.now + timedelta(hours=23)


@pytest.mark.parametrize("stage", ["numbered", "printed", "sealed"])
def test_the_consequence_is_said_before_anybody_answers(
    bench: Bench, labelled: ParcelRow, stage: str
) -> None:
    work, _ = with_fake_printers(bench.work)
    if stage != "numbered":
        print_parcels(work, [labelled.id])
    if stage == "sealed":
        ship(bench.work, parcel_ids=[labelled.id], unpacked=True)
    ask(bench, labelled)
    asked = order_requests.pending_address(bench.work, labelled.orders[0])
    assert asked is not None
    (effect,) = asked.parcels
    wanted = {
        "numbered": Effect.NEW_NUMBER,
        "printed": Effect.LABEL_OFF,
        "sealed": Effect.UNSEAL,
    }
    assert effect.effect is wanted[stage]
    assert effect.waybill == labelled.waybill


# trap 16
def test_an_accepted_address_voids_the_number_and_a_new_one_is_taken(
    bench: Bench, labelled: ParcelRow
) -> None:
    ask(bench, labelled)
    assert truth.parcel(bench, labelled.id).holds == (HoldCode.ADDRESS_CHANGE,)
    done = answer(bench, labelled, accept=True)
    assert (done.result, done.voided, done.sealed) == ("accepted", (labelled.waybill,), ())
    assert order_requests.pending_address(bench.work, labelled.orders[0]) is None
    now = truth.parcel(bench, labelled.id)
    assert (now.waybill, now.holds, now.state) == ("", (), ParcelState.TO_LABEL)
    drain(bench.work, everything=True)
    assert [r.result for r in label_parcels(bench.work, [labelled.id])] == ["issued"]
    fresh = truth.parcel(bench, labelled.id)
    assert fresh.waybill not in {"", labelled.waybill}
    assert integrity.check(bench.work).broken == ()


def test_a_rejected_address_releases_the_hold_and_keeps_the_number(
    bench: Bench, labelled: ParcelRow
) -> None:
    ask(bench, labelled)
    done = answer(bench, labelled, accept=False)
    assert (done.result, done.voided) == ("rejected", ())
    now = truth.parcel(bench, labelled.id)
    assert (now.waybill, now.holds) == (labelled.waybill, ())


@pytest.mark.parametrize("accept", [True, False])
def test_a_second_answer_finds_nothing_to_answer(
    bench: Bench, row: ParcelRow, accept: bool
) -> None:
    ask(bench, row)
    answer(bench, row, accept=accept)
    bench.world.wechat.journal.clear()
    for again in (True, False):
        with pytest.raises(UserError) as refused:
            answer(bench, row, accept=again)
        assert refused.value.code == "no_request"
    calls = bench.world.wechat.journal
    assert (calls.count(ACCEPT), calls.count(REJECT)) == (0, 0)


@pytest.mark.parametrize("fault", ["lose_answer", "truncate"])
def test_a_lost_answer_is_read_back(bench: Bench, labelled: ParcelRow, fault: str) -> None:
    ask(bench, labelled)
    getattr(bench.world.wechat.faults, fault)(ACCEPT)
    done = answer(bench, labelled, accept=True)
    assert (done.result, done.voided) == ("accepted", (labelled.waybill,))
    assert bench.world.wechat.journal.count(ACCEPT) == 1


def test_an_answer_that_never_arrived_can_be_given_again(bench: Bench, row: ParcelRow) -> None:
    ask(bench, row)
    bench.world.wechat.faults.close_before(ACCEPT)
    with pytest.raises(RetryableError):
        answer(bench, row, accept=True)
    assert truth.parcel(bench, row.id).holds == (HoldCode.ADDRESS_CHANGE,)
    assert answer(bench, row, accept=True).result == "accepted"


def test_an_answer_whose_order_could_not_be_read_is_finished_by_the_next(
    bench: Bench, labelled: ParcelRow
) -> None:
    """Taken by the shop, then the line broke: answering again voids the old number."""
    ask(bench, labelled)
    bench.world.wechat.faults.bad_gateway(ORDER_GET, times=2)
    with pytest.raises(RetryableError):
        answer(bench, labelled, accept=True)
    bench.world.wechat.faults.clear()
    bench.clock.advance(30)
    syncing.sync_shop(bench.work, labelled.shop)
    assert truth.parcel(bench, labelled.id).holds == (HoldCode.ADDRESS_CHANGE,)
    done = answer(bench, labelled, accept=True)
    assert (done.result, done.voided) == ("accepted", (labelled.waybill,))
    assert bench.world.wechat.journal.count(ACCEPT) == 1


@pytest.mark.parametrize("theirs", ["accept", "reject"])
@pytest.mark.parametrize("ours", [True, False])
def test_an_answer_in_the_back_office_wins(
    bench: Bench, labelled: ParcelRow, theirs: str, ours: bool
) -> None:
    ask(bench, labelled)
    shop = shop_of(bench, labelled)
    if theirs == "accept":
        shop.change_address(labelled.orders[0], elsewhere(bench, labelled))
    with shop.lock:
        order = shop.orders[labelled.orders[0]]
        order.asked_receiver = None
        order.delivery.pop("address_under_review")
    bench.clock.advance(30)
    done = answer(bench, labelled, accept=ours)
    assert done.result == f"{theirs}ed"
    assert (done.message is None) == (ours == (theirs == "accept"))
    assert done.voided == ((labelled.waybill,) if theirs == "accept" else ())
    assert HoldCode.ADDRESS_CHANGE not in truth.parcel(bench, labelled.id).holds


def test_a_request_of_an_order_that_was_shipped_is_over(bench: Bench, row: ParcelRow) -> None:
    ask(bench, row)
    shop_of(bench, row).ship_elsewhere(row.orders[0], "ZTO", "78900000000099")
    done = answer(bench, row, accept=True)
    assert done.result == "rejected"
    assert done.message is not None


# trap 15
def test_an_address_that_changes_in_its_hidden_part_only_is_noticed(
    bench: Bench, labelled: ParcelRow
) -> None:
    seed = next(o for o in bench.scenario.orders if o.order_id == labelled.orders[0])
    bench.clock.advance(30)
    other = {**seed.receiver, "detail_info": "示例路 3 号"}
    shop_of(bench, labelled).change_address(labelled.orders[0], other)
    syncing.sync_shop(bench.work, labelled.shop)
    assert truth.parcel(bench, labelled.id).holds == (HoldCode.ADDRESS_CHANGE,)


def test_an_address_taken_back_makes_the_label_right_again(
    bench: Bench, labelled: ParcelRow
) -> None:
    seed = next(o for o in bench.scenario.orders if o.order_id == labelled.orders[0])
    for address in (elsewhere(bench, labelled), seed.receiver):
        bench.clock.advance(30)
        shop_of(bench, labelled).change_address(labelled.orders[0], address)
        syncing.sync_shop(bench.work, labelled.shop)
    now = truth.parcel(bench, labelled.id)
    assert (now.holds, now.waybill) == ((), labelled.waybill)


def test_a_sealed_box_with_an_old_address_is_to_be_opened(
    bench: Bench, labelled: ParcelRow
) -> None:
    ship(bench.work, parcel_ids=[labelled.id], unpacked=True)
    ask(bench, labelled)
    done = answer(bench, labelled, accept=True)
    assert (done.voided, done.sealed) == ((), (labelled.id,))
    assert truth.parcel(bench, labelled.id).holds == (HoldCode.ADDRESS_CHANGE,)


# trap 17
@pytest.mark.parametrize(("kind", "changed"), [(16, True), (17, False), (18, False)])
def test_our_own_proposal_changes_nothing_before_the_buyer_agrees(
    bench: Bench, labelled: ParcelRow, kind: int, changed: bool
) -> None:
    order_id, shop = labelled.orders[0], shop_of(bench, labelled)
    new = Address(
        name="林晓",
        phone="13900000000",
        province="浙江省",
        city="杭州市",
        district="余杭区",
        address="示例路 5 号",
    )
    request_answers.propose_address(bench.work, order_id, new)
    bench.clock.advance(30)
    syncing.sync_shop(bench.work, labelled.shop)
    assert truth.parcel(bench, labelled.id).holds == ()
    shop.answer_proposal(order_id, kind)
    bench.clock.advance(30)
    syncing.sync_shop(bench.work, labelled.shop)
    holds = (HoldCode.ADDRESS_CHANGE,) if changed else ()
    assert truth.parcel(bench, labelled.id).holds == holds


def test_an_address_can_be_proposed_five_times(bench: Bench, row: ParcelRow) -> None:
    new = Address("林晓", "13900000000", "浙江省", "杭州市", "余杭区", address="示例路 5 号")
    for _ in range(5):
        request_answers.propose_address(bench.work, row.orders[0], new)
    with pytest.raises(UserError) as refused:
        request_answers.propose_address(bench.work, row.orders[0], new)
    assert refused.value.code == "606001"
    with pytest.raises(UserError) as incomplete:
        request_answers.propose_address(
            bench.work, truth.ready(bench, Route.DIRECT, "sf")[0].orders[0], Address()
        )
    assert incomplete.value.code == "606002"


def test_another_place_may_call_for_another_carrier(bench: Bench, row: ParcelRow) -> None:
    seed = next(o for o in bench.scenario.orders if o.order_id == row.orders[0])
    far = {
        **seed.receiver,
        "province_name": "西藏自治区",
        "city_name": "拉萨市",
        "county_name": "城关区",
    }
    bench.clock.advance(30)
    shop_of(bench, row).request_address_change(row.orders[0], far)
    syncing.sync_shop(bench.work, row.shop)
    answer(bench, row, accept=True)
    now = truth.parcel(bench, row.id)
    assert (now.carrier, now.state) == ("sf", ParcelState.TO_LABEL)


def variant_line(bench: Bench) -> tuple[str, str, str]:
    """The changing line of the scenario: our id, its sku id, the SKU it is now."""
    with bench.work.db.read() as tx:
        line = tx.execute(select(order_lines).where(order_lines.c.new_sku_id != "")).one()
    return line.id, line.sku_id, line.mapped_sku_id


def test_a_wanted_variant_is_shown_with_stock_and_deadline(bench: Bench) -> None:
    seed = bench.seed("sku_change")
    (asked,) = order_requests.pending_variants(bench.work, seed.order_id)
    assert asked.old.sku == "TX-BM"
    assert asked.old.available is not None
    assert asked.new.sku_id != asked.old.sku_id
    assert asked.until_at == bench.scenario.now + timedelta(hours=23)
    assert [e.effect for e in asked.parcels] == [Effect.NOTHING]


# trap 22
def test_an_accepted_variant_changes_the_line_and_what_is_reported(bench: Bench) -> None:
    seed = bench.seed("sku_change")
    line_id, old_sku_id, old_goods = variant_line(bench)
    done = request_answers.answer_variant(bench.work, seed.order_id, accept=True)
    assert (done.result, done.message) == ("accepted", None)
    with bench.work.db.read() as tx:
        line = tx.execute(select(order_lines).where(order_lines.c.id == line_id)).one()
    assert line.sku_id != old_sku_id
    assert line.mapped_sku_id not in {None, old_goods}
    (row,) = queries.order_rows(bench.work, [line.order_id])
    assert (row.holds, row.stage) == ((), ParcelState.TO_LABEL)
    (parcel_id,) = row.parcels
    label_parcels(bench.work, [parcel_id])
    ship(bench.work, parcel_ids=[parcel_id], unpacked=True)
    assert [r.result for r in drain(bench.work, everything=True)] == ["done"]
    (sent,) = truth.shipments(bench, seed.order_id)
    assert [g[1] for g in sent.goods] == [line.sku_id]
    assert integrity.check(bench.work).broken == ()


def test_a_rejected_variant_leaves_the_line(bench: Bench) -> None:
    seed = bench.seed("sku_change")
    line_id, old_sku_id, _ = variant_line(bench)
    done = request_answers.answer_variant(bench.work, seed.order_id, accept=False)
    assert done.result == "rejected"
    with bench.work.db.read() as tx:
        line = tx.execute(select(order_lines).where(order_lines.c.id == line_id)).one()
    assert (line.sku_id, line.sku_change_pending) == (old_sku_id, False)
    assert queries.order_rows(bench.work, [line.order_id])[0].holds == ()


def test_a_variant_answered_after_its_time_was_refused_by_the_shop(bench: Bench) -> None:
    seed = bench.seed("sku_change")
    bench.clock.advance(hours=24)
    done = request_answers.answer_variant(bench.work, seed.order_id, accept=True)
    assert done.result == "rejected"
    assert done.message is not None
    with pytest.raises(UserError) as again:
        request_answers.answer_variant(bench.work, seed.order_id, accept=True)
    assert again.value.code == "no_request"


def test_a_lost_answer_about_a_variant_is_read_back(bench: Bench) -> None:
    seed = bench.seed("sku_change")
    bench.world.wechat.faults.lose_answer(APPROVE)
    assert request_answers.answer_variant(bench.work, seed.order_id, accept=True).result == (
        "accepted"
    )
    assert bench.world.wechat.journal.count(APPROVE) == 1


def test_urging_marks_the_order_until_it_is_shipped(bench: Bench, row: ParcelRow) -> None:
    order_id, our_id = row.orders[0], row.order_ids[0]
    assert not order_requests.urged(bench.work, row.shop, "1")
    for _ in range(2):
        assert order_requests.urged(bench.work, row.shop, order_id)
    assert "催" in queries.order_rows(bench.work, [our_id])[0].flags
    label_parcels(bench.work, [row.id])
    ship(bench.work, parcel_ids=[row.id], unpacked=True)
    assert "催" in queries.order_rows(bench.work, [our_id])[0].flags
    drain(bench.work)
    assert "催" not in queries.order_rows(bench.work, [our_id])[0].flags
    assert order_requests.urged(bench.work, row.shop, order_id)
    assert "催" not in queries.order_rows(bench.work, [our_id])[0].flags
