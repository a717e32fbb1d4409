"""A sealed parcel is taken back while the shop has not heard of it; the books stay true."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, update

from app.domain.errors import RetryableError, UserError
from app.domain.states import HoldCode, OutboxState, ParcelState
from app.services import integrity
from app.services.leases import lease
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import merging, unshipping
from app.services.parcels.shipping import ship
from app.services.parcels.unshipping import unship
from app.services.telling import outbox as outbox_service
from app.simulators.people import SHANGHAI
from app.store.tables import audit, outbox, shops, stock_moves
from tests.services import truth
from tests.services.truth import SEND
from tests.support.buying import SHOP, Buyer, allocated, on_hand, pieces, seal, tell
from tests.support.warehouse import Bench

CUP, BOWL = "CJ-LN3", "FW-QH6"


@pytest.fixture
def buyer(bench: Bench) -> Buyer:
    return Buyer(bench)


@pytest.fixture
def order(bench: Bench, buyer: Buyer) -> str:
    """An order whose parcel is sealed; the shop has not heard of it."""
    order = buyer.buy((CUP, 2))
    seal(bench, [buyer.parcels(order)[0].id])
    return order


def the_parcel(buyer: Buyer, order: str) -> str:
    return buyer.parcels(order)[0].id


def books(bench: Bench) -> tuple[int, int]:
    return on_hand(bench, CUP), allocated(bench, CUP)


def in_doubt(bench: Bench, state: OutboxState = OutboxState.SENDING) -> None:
    """As after a crash, or an answer that never came."""
    with bench.work.db.write() as tx:
        tx.execute(update(outbox).values(state=state, attempts=1))


def test_message_stock_and_state_come_back_together(bench: Bench, buyer: Buyer, order: str) -> None:
    parcel_id = the_parcel(buyer, order)
    number = truth.parcel(bench, parcel_id).waybill
    before = books(bench)
    assert unship(bench.work, parcel_id, "wrong box") == ParcelState.TO_PACK
    assert books(bench) == (before[0] + 2, before[1] + 2)
    row = truth.parcel(bench, parcel_id)
    assert (row.state, row.waybill, row.holds) == (ParcelState.TO_PACK, number, ())
    assert [m.state for m in truth.messages(bench)] == [OutboxState.SUPERSEDED]
    assert tell(bench) == []
    assert buyer.on_file(order) == []
    assert integrity.check(bench.work).broken == ()
    with bench.work.db.read() as tx:
        noted = tx.execute(select(audit.c.detail).where(audit.c.action == "unshipped")).scalar()
    assert noted == {"reason": "wrong box"}


def test_it_is_shipped_and_reported_again_like_any_other(
    bench: Bench, buyer: Buyer, order: str
) -> None:
    parcel_id = the_parcel(buyer, order)
    before = books(bench)
    for _ in range(2):
        unship(bench.work, parcel_id, "again")
        seal(bench, [parcel_id])
    assert books(bench) == before
    with bench.work.db.read() as tx:
        kinds = tx.execute(
            select(stock_moves.c.kind).where(
                stock_moves.c.parcel_id == parcel_id, stock_moves.c.kind.in_(["ship", "unship"])
            )
        ).scalars()
        assert list(kinds) == ["ship", "unship", "ship", "unship", "ship"]
    assert [r.result for r in tell(bench)] == ["done"]
    assert len(buyer.on_file(order)) == 1
    assert integrity.check(bench.work).broken == ()


def test_the_number_goes_back_when_asked(bench: Bench, buyer: Buyer, order: str) -> None:
    parcel_id = the_parcel(buyer, order)
    row = truth.parcel(bench, parcel_id)
    assert unship(bench.work, parcel_id, "wrong carrier", void=True) == ParcelState.TO_LABEL
    assert truth.parcel(bench, parcel_id).waybill == ""
    assert [(r.kind, r.result) for r in tell(bench)] == [("void", "done")]
    assert truth.numbers_given(bench, row) == []
    assert integrity.check(bench.work).broken == ()


def test_what_the_shop_has_is_not_taken_back(bench: Bench, buyer: Buyer, order: str) -> None:
    tell(bench)
    before = books(bench)
    with pytest.raises(UserError) as caught:
        unship(bench.work, the_parcel(buyer, order), "too late")
    assert caught.value.code == "already_reported"
    assert books(bench) == before


# trap 20
@pytest.mark.parametrize("state", [OutboxState.SENDING, OutboxState.PENDING])
def test_a_message_that_arrived_unseen_is_found_before_anything_is_taken_back(
    bench: Bench, buyer: Buyer, order: str, state: OutboxState
) -> None:
    row = truth.parcel(bench, the_parcel(buyer, order))
    product, sku = buyer.goods(order)
    buyer.store.ship_elsewhere(order, row.carrier.upper(), row.waybill, [(product, sku, 2)])
    in_doubt(bench, state)
    with pytest.raises(UserError) as caught:
        unship(bench.work, row.id, "too late")
    assert caught.value.code == "already_reported"
    assert [r.result for r in tell(bench)] == ["done"]
    assert bench.world.wechat.journal.count(SEND) == 0


def test_a_message_that_never_arrived_is_looked_up_and_then_withdrawn(
    bench: Bench, buyer: Buyer, order: str
) -> None:
    in_doubt(bench)
    assert unship(bench.work, the_parcel(buyer, order), "crashed") == ParcelState.TO_PACK
    assert tell(bench) == []
    assert integrity.check(bench.work).broken == ()


def test_a_shop_that_cannot_be_asked_leaves_everything_as_it_is(
    bench: Bench, buyer: Buyer, order: str
) -> None:
    in_doubt(bench)
    before = books(bench)
    bench.world.wechat.faults.bad_gateway("/channels/ec/order/get", times=10)
    with pytest.raises(RetryableError):
        unship(bench.work, the_parcel(buyer, order), "crashed")
    assert books(bench) == before
    assert truth.parcel(bench, the_parcel(buyer, order)).state == ParcelState.TO_REPORT


def test_nobody_sends_while_a_doubtful_message_is_looked_up(
    bench: Bench, buyer: Buyer, order: str
) -> None:
    in_doubt(bench)
    taken, free = threading.Event(), threading.Event()

    def sending() -> None:
        with lease(bench.work, "outbox"):
            taken.set()
            free.wait(10)

    sender = threading.Thread(target=sending)
    sender.start()
    taken.wait(10)
    with pytest.raises(RetryableError) as caught:
        unship(bench.work, the_parcel(buyer, order), "crashed")
    free.set()
    sender.join()
    assert caught.value.code == "busy_elsewhere"


@pytest.mark.parametrize("end", ["no answer", "held"])
def test_a_message_taken_back_while_its_order_is_read_stays_taken_back(
    bench: Bench, buyer: Buyer, order: str, end: str
) -> None:
    parcel_id = the_parcel(buyer, order)
    taken: list[str] = []

    def meanwhile(_request: object) -> bool:
        if not taken:
            taken.append(unship(bench.work, parcel_id, "wrong box"))
            if end == "held":
                with bench.work.db.write() as tx:
                    holding.hold_by_person(tx, bench.work, parcel_id, "look at it")
        return end == "no answer"

    bench.world.wechat.faults.bad_gateway("/channels/ec/order/get", times=9, when=meanwhile)
    bench.clock.advance(minutes=5)  # the order is read anew before it is reported
    (row,) = outbox_service.drain(bench.work)
    assert (taken, row.code) == ([ParcelState.TO_PACK], "withdrawn")
    bench.world.wechat.faults.clear()
    if end == "held":
        with bench.work.db.write() as tx:
            holding.release_by_person(tx, bench.work, parcel_id)
    assert tell(bench) == []
    assert buyer.on_file(order) == []
    assert integrity.check(bench.work).broken == ()


def test_a_failure_in_the_middle_leaves_nothing_changed(
    bench: Bench, buyer: Buyer, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = books(bench)
    parcel_id = the_parcel(buyer, order)

    def breaks(*_: object) -> None:
        raise RuntimeError("pulled the plug")

    with monkeypatch.context() as patched:
        patched.setattr(unshipping, "_open_again", breaks)
        with pytest.raises(RuntimeError):
            unship(bench.work, parcel_id, "again")
    assert books(bench) == before
    assert truth.parcel(bench, parcel_id).state == ParcelState.TO_REPORT
    assert integrity.check(bench.work).broken == ()
    assert unship(bench.work, parcel_id, "again") == ParcelState.TO_PACK
    assert integrity.check(bench.work).broken == ()


def test_only_sealed_parcels_are_taken_back_and_a_reason_is_wanted(
    bench: Bench, buyer: Buyer, order: str
) -> None:
    other = buyer.buy((BOWL, 1))
    for parcel_id, reason, code in [
        (the_parcel(buyer, other), "why not", "not_sealed"),
        (the_parcel(buyer, order), "  ", "no_reason"),
        ("none", "why not", "no_such_parcel"),
    ]:
        with pytest.raises(UserError) as caught:
            unship(bench.work, parcel_id, reason)
        assert caught.value.code == code


def test_an_order_without_a_shop_comes_back_too(bench: Bench, buyer: Buyer) -> None:
    order = buyer.buy((CUP, 1))
    label_parcels(bench.work, [the_parcel(buyer, order)])
    with bench.work.db.write() as tx:
        tx.execute(update(shops).where(shops.c.id == SHOP).values(platform="manual"))
    seal(bench, [the_parcel(buyer, order)])
    assert truth.parcel(bench, the_parcel(buyer, order)).state == ParcelState.SHIPPED
    assert unship(bench.work, the_parcel(buyer, order), "forgot the card") == ParcelState.TO_PACK
    assert integrity.check(bench.work).broken == ()


# trap 19
def test_an_order_cancelled_after_sealing_is_never_reported_and_comes_back(
    bench: Bench, buyer: Buyer, order: str
) -> None:
    bench.clock.advance(5)
    buyer.store.cancel(order, "3")
    buyer.fetch(order)
    parcel_id = the_parcel(buyer, order)
    assert [(r.result, r.code) for r in tell(bench)] == [("held", HoldCode.REFUND)]
    assert bench.world.wechat.journal.count(SEND) == 0
    assert unship(bench.work, parcel_id, "cancelled") == ParcelState.CANCELLED
    assert [(r.kind, r.result) for r in tell(bench)] == [("void", "done")]
    assert bench.world.wechat.journal.count(SEND) == 0
    assert allocated(bench, CUP) == 0
    assert integrity.check(bench.work).broken == ()


# trap 19
def test_goods_refunded_after_sealing_keep_the_parcel_and_are_taken_out_of_it(
    bench: Bench, buyer: Buyer, order: str
) -> None:
    bench.clock.advance(5)
    case = buyer.store.open_aftersale(order, *buyer.goods(order), 1)
    buyer.store.finish_refund(case)
    buyer.fetch(order)
    parcel_id = the_parcel(buyer, order)
    assert truth.parcel(bench, parcel_id).holds == (HoldCode.REFUND,)
    assert [(r.result, r.code) for r in tell(bench)] == [("held", HoldCode.REFUND)]
    assert unship(bench.work, parcel_id, "one was refunded") == ParcelState.TO_PACK
    assert pieces(bench, parcel_id) == 1
    assert truth.parcel(bench, parcel_id).holds == ()
    shipped = ship(bench.work, parcel_ids=[parcel_id], unpacked=True)
    assert [r.result for r in shipped] == ["shipped"]
    assert [r.result for r in tell(bench)] == ["done"]
    assert [n for _, n in buyer.on_file(order)] == [1]
    assert integrity.check(bench.work).broken == ()


# trap 16
def test_an_address_changed_after_sealing_keeps_the_parcel(
    bench: Bench, buyer: Buyer, order: str
) -> None:
    bench.clock.advance(5)
    buyer.store.change_address(order, buyer.crowd.person(SHANGHAI).as_dict())
    buyer.fetch(order)
    parcel_id = the_parcel(buyer, order)
    assert truth.parcel(bench, parcel_id).holds == (HoldCode.ADDRESS_CHANGE,)
    assert [(r.result, r.code) for r in tell(bench)] == [("held", HoldCode.ADDRESS_CHANGE)]
    assert unship(bench.work, parcel_id, "moved", void=True) == ParcelState.TO_LABEL
    assert truth.parcel(bench, parcel_id).holds == ()


# trap 19
def test_of_a_box_that_the_shop_has_for_one_order_the_other_orders_goods_are_taken_out(
    bench: Bench, buyer: Buyer
) -> None:
    draft = buyer.draft((CUP, 2))
    told = buyer.buy(draft=draft)
    other = buyer.buy(draft=buyer.draft((CUP, 1), (BOWL, 2), like=draft))
    box = merging.merge(bench.work, [the_parcel(buyer, told), the_parcel(buyer, other)])
    seal(bench, [box])
    bench.world.wechat.faults.close_before(SEND, times=9, when=lambda r: other.encode() in r.body)
    assert [r.result for r in tell(bench)] == ["done", "later"]
    bench.world.wechat.faults.clear()
    bench.clock.advance(5)
    case = buyer.store.open_aftersale(other, *buyer.goods(other), 1)
    buyer.store.finish_refund(case)
    buyer.fetch(other)
    assert [(r.result, r.code) for r in tell(bench)] == [("held", HoldCode.REFUND)]

    assert unship(bench.work, box, "refunded", void=True) == ParcelState.SHIPPED
    number = truth.parcel(bench, box).waybill
    assert truth.parcel(bench, box).holds == ()
    assert pieces(bench, box) == 2
    out = buyer.parcels(other)[-1]
    assert (out.state, out.waybill, pieces(bench, out.id)) == (ParcelState.TO_LABEL, "", 2)
    assert (allocated(bench, CUP), allocated(bench, BOWL)) == (0, 2)
    assert integrity.check(bench.work).broken == ()

    seal(bench, [out.id])
    assert [r.result for r in tell(bench)] == ["done"]
    assert buyer.on_file(told) == [(number, 2)]
    assert [n for _, n in buyer.on_file(other)] == [2]
    assert buyer.on_file(other)[0][0] != number
    assert integrity.check(bench.work).broken == ()
    with pytest.raises(UserError) as caught:
        unship(bench.work, box, "too late")
    assert caught.value.code == "already_reported"
