"""What the shop must hear, it hears once, in order; lost answers are read back, not repeated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.domain.states import HoldCode, OutboxKind, OutboxState, ParcelState, Route
from app.ports import Reported, ShipmentReport
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels.parcel_queries import ParcelRow
from app.services.parcels.shipping import ship
from app.services.telling import outbox
from app.services.telling.outbox import drain
from app.settings import secret_name
from app.store.tables import outbox as outbox_table
from tests.services import truth
from tests.services.truth import SEND
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

ORDER_GET = "/channels/ec/order/get"


@pytest.fixture
def gone(bench: Bench) -> list[ParcelRow]:
    """Two direct parcels that left the bench; the shop has not heard of it."""
    ids = [r.id for r in truth.ready(bench, Route.DIRECT, "yunda")][:2]
    label_parcels(bench.work, ids)
    ship(bench.work, parcel_ids=ids, unpacked=True)
    bench.world.wechat.journal.clear()
    return [truth.parcel(bench, i) for i in ids]


def sent(bench: Bench, row: ParcelRow) -> list[str]:
    """The numbers that the shop has on file for the parcel's order."""
    return [s.waybill_id for s in truth.shipments(bench, row.orders[0])]


def state(bench: Bench, row: ParcelRow) -> str:
    return truth.parcel(bench, row.id).state


def of(row: ParcelRow) -> Callable[[object], bool]:
    """Only calls about this parcel's order."""
    return lambda request: row.orders[0].encode() in request.body  # type: ignore[attr-defined]  # a Request


def test_every_order_is_reported_once(bench: Bench, gone: list[ParcelRow]) -> None:
    assert [r.result for r in drain(bench.work)] == ["done", "done"]
    assert drain(bench.work, everything=True) == []
    for row in gone:
        assert sent(bench, row) == [row.waybill]
        assert state(bench, row) == ParcelState.SHIPPED
    assert bench.world.wechat.journal.count(SEND) == 2
    assert integrity.check(bench.work).broken == ()


def test_a_lost_answer_is_read_back_and_not_sent_again(bench: Bench, gone: list[ParcelRow]) -> None:
    bench.world.wechat.faults.lose_answer(SEND, when=of(gone[0]))
    assert [r.result for r in drain(bench.work)] == ["done", "done"]
    assert sent(bench, gone[0]) == [gone[0].waybill]
    assert bench.world.wechat.journal.count(SEND) == 2


@pytest.mark.parametrize("fault", ["truncate", "bad_gateway", "lose_answer"])
def test_what_cannot_be_read_back_now_is_read_back_later(
    bench: Bench, gone: list[ParcelRow], fault: str
) -> None:
    faults = bench.world.wechat.faults
    if fault == "bad_gateway":
        faults.bad_gateway(SEND, when=of(gone[0]), takes_effect=True)
    else:
        getattr(faults, fault)(SEND, when=of(gone[0]))
    faults.bad_gateway(ORDER_GET, times=10, when=of(gone[0]))
    assert sorted(r.result for r in drain(bench.work)) == ["done", "later"]
    faults.clear()
    assert [r.result for r in drain(bench.work, everything=True)] == ["done"]
    assert sent(bench, gone[0]) == [gone[0].waybill]
    assert bench.world.wechat.journal.count(SEND) == 2


def test_a_report_that_never_arrived_is_sent_again(bench: Bench, gone: list[ParcelRow]) -> None:
    bench.world.wechat.faults.close_before(SEND, when=of(gone[0]))
    assert sorted(r.result for r in drain(bench.work)) == ["done", "later"]
    assert sent(bench, gone[0]) == []
    assert [r.result for r in drain(bench.work, everything=True)] == ["done"]
    assert sent(bench, gone[0]) == [gone[0].waybill]


def _as_after_a_crash(bench: Bench, row: ParcelRow) -> None:
    with bench.work.db.write() as tx:
        tx.execute(
            update(outbox_table)
            .where(outbox_table.c.parcel_id == row.id)
            .values(state=OutboxState.SENDING, attempts=1)
        )


def test_a_crash_after_the_call_is_found_out_by_reading_back(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    (message,) = (m for m in truth.messages(bench) if m.parcel_id == gone[0].id)
    lines = tuple((p, s, n) for p, s, n in message.payload["lines"])
    report = ShipmentReport(gone[0].orders[0], message.payload["company"], gone[0].waybill, lines)
    assert isinstance(bench.work.outside.shop(gone[0].shop).report_shipped(report), Reported)
    _as_after_a_crash(bench, gone[0])
    assert [r.result for r in drain(bench.work)] == ["done", "done"]
    assert bench.world.wechat.journal.count(SEND) == 2  # one by hand, one for the other parcel
    assert sent(bench, gone[0]) == [gone[0].waybill]
    assert state(bench, gone[0]) == ParcelState.SHIPPED


def test_a_crash_before_the_call_reads_back_first_and_then_sends(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    _as_after_a_crash(bench, gone[0])
    assert [r.result for r in drain(bench.work)] == ["done", "done"]
    about = [
        c.path
        for c in bench.world.wechat.journal.calls()
        if gone[0].orders[0] in str(c.body) and c.path in {ORDER_GET, SEND}
    ]
    assert about == [ORDER_GET, SEND]


# trap 19
def test_a_refund_that_only_the_shop_knows_of_stops_the_report(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    row = gone[0]
    shop = bench.world.shops[row.shop]
    bench.sync()  # taking numbers may have taken more than a moment
    bench.world.wechat.journal.clear()
    case = _ask_back(bench, row, after_s=2)  # the shop was read a moment ago: it has to say it
    held, done = drain(bench.work)
    assert (held.result, held.code) == ("held", HoldCode.REFUND)
    assert done.result == "done"
    assert shop.refusals(row.orders[0], 108009) == 1
    assert state(bench, row) == ParcelState.TO_REPORT
    assert truth.parcel(bench, row.id).holds == (HoldCode.REFUND,)
    assert sent(bench, row) == []
    again = drain(bench.work, everything=True)
    assert [(r.result, r.code) for r in again] == [("held", HoldCode.REFUND)]
    assert shop.refusals(row.orders[0], 108009) == 1  # nobody was asked again
    bench.clock.advance(30)
    shop.withdraw_aftersale(case)
    bench.sync()  # the hold ends, and the message goes on by itself
    assert [r.result for r in drain(bench.work)] == ["done"]
    assert state(bench, row) == ParcelState.SHIPPED
    assert truth.parcel(bench, row.id).holds == ()
    assert integrity.check(bench.work).broken == ()


def _ask_back(bench: Bench, row: ParcelRow, after_s: float = 30) -> str:
    """The buyer asks for the money of one piece back."""
    seed = next(o for o in bench.scenario.orders if o.order_id == row.orders[0])
    line = seed.order["order_detail"]["product_infos"][0]
    bench.clock.advance(after_s)
    shop = bench.world.shops[row.shop]
    return shop.open_aftersale(seed.order_id, line["product_id"], line["sku_id"], 1)


# trap 19
def test_a_parcel_sealed_before_the_refund_was_asked_for_is_never_reported(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    row = gone[0]
    _ask_back(bench, row)
    bench.sync()
    held, done = drain(bench.work)
    assert (held.result, held.code, done.result) == ("held", HoldCode.REFUND, "done")
    (message,) = (m for m in truth.messages(bench) if m.parcel_id == row.id)
    assert (message.state, message.attempts) == (OutboxState.PENDING, 0)
    assert message.waits_for == HoldCode.REFUND
    assert message.reason["code"] == HoldCode.REFUND
    assert bench.world.wechat.journal.count(SEND) == 1  # the other parcel's


def test_a_parcel_held_by_a_person_waits_and_goes_on_when_released(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    row = gone[0]
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, row.id, "wrong tape")
    held, _ = drain(bench.work)
    assert (held.result, held.code) == ("held", HoldCode.MANUAL)
    assert drain(bench.work) == []  # not due
    with bench.work.db.write() as tx:
        holding.release_by_person(tx, bench.work, row.id)
    assert [r.result for r in drain(bench.work)] == ["done"]
    assert sent(bench, row) == [row.waybill]


def test_a_held_report_that_had_arrived_already_counts_as_reported(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    row = gone[0]
    bench.world.shops[row.shop].ship_elsewhere(row.orders[0], "YUNDA", row.waybill)
    _as_after_a_crash(bench, row)
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, row.id, "wait")
    assert [r.result for r in drain(bench.work)] == ["done", "done"]
    assert state(bench, row) == ParcelState.SHIPPED


# trap 16
def test_an_order_whose_sync_is_old_is_read_again_before_it_is_reported(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    row = gone[0]
    _ask_back(bench, row)
    bench.clock.advance(120)  # nobody has synced since
    held, done = drain(bench.work)
    assert (held.result, held.code, done.result) == ("held", HoldCode.REFUND, "done")
    assert bench.world.shops[row.shop].refusals(row.orders[0], 108009) == 0


def test_already_sent_with_our_number_counts_as_reported(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    row = gone[0]
    bench.world.shops[row.shop].ship_elsewhere(row.orders[0], "YUNDA", row.waybill)
    assert [r.result for r in drain(bench.work)] == ["done", "done"]
    assert state(bench, row) == ParcelState.SHIPPED
    assert sent(bench, row) == [row.waybill]


def test_already_sent_with_another_number_is_a_conflict(
    bench: Bench, gone: list[ParcelRow]
) -> None:
    row = gone[0]
    bench.world.shops[row.shop].ship_elsewhere(row.orders[0], "YUNDA", "4600000000001")
    refused, _ = drain(bench.work)
    assert refused.result == "refused"
    assert HoldCode.REPORT_REFUSED in truth.parcel(bench, row.id).holds
    assert state(bench, row) == ParcelState.TO_REPORT
    assert sent(bench, row) == ["4600000000001"]


def test_a_conflict_is_seen_when_reading_back_too(bench: Bench, gone: list[ParcelRow]) -> None:
    row = gone[0]
    bench.world.shops[row.shop].ship_elsewhere(row.orders[0], "YUNDA", "4600000000001")
    _as_after_a_crash(bench, row)
    refused, _ = drain(bench.work)
    assert (refused.result, refused.code) == ("refused", "sent_by_another")
    assert bench.world.wechat.journal.count(SEND) == 1  # the other parcel's


def test_a_person_may_send_a_refused_report_again(bench: Bench, gone: list[ParcelRow]) -> None:
    row = gone[0]
    shop = bench.world.shops[row.shop]
    shop.bind_to_isv(row.orders[0])
    refused, _ = drain(bench.work)
    assert (refused.result, refused.code) == ("refused", "606034")
    assert truth.parcel(bench, row.id).holds == (HoldCode.REPORT_REFUSED,)
    assert drain(bench.work, everything=True) == []  # final: only a person sends it again
    shop.order(row.orders[0]).other_isv = False
    assert outbox.retry_refused(bench.work, row.id) == 1
    assert [r.result for r in drain(bench.work)] == ["done"]
    assert state(bench, row) == ParcelState.SHIPPED
    assert truth.parcel(bench, row.id).holds == ()
    assert integrity.check(bench.work).broken == ()


def test_messages_of_a_lane_wait_for_the_first(bench: Bench, gone: list[ParcelRow]) -> None:
    with bench.work.db.write() as tx:
        tx.execute(update(outbox_table).values(lane="one"))
    bench.world.wechat.faults.close_before(SEND)
    assert [r.result for r in drain(bench.work)] == ["later"]
    assert sent(bench, gone[1]) == []
    assert [r.result for r in drain(bench.work, everything=True)] == ["done", "done"]
    handled = bench.world.wechat.journal.calls(SEND, handled=True)
    first, second = truth.messages(bench)
    assert [c.body["order_id"] for c in handled] == [
        first.payload["order_id"],
        second.payload["order_id"],
    ]


def test_messages_of_other_lanes_do_not_wait(bench: Bench, gone: list[ParcelRow]) -> None:
    bench.world.wechat.faults.close_before(SEND, when=of(gone[0]))
    drain(bench.work)
    assert sent(bench, gone[1]) == [gone[1].waybill]


def test_the_pauses_grow_and_are_kept(bench: Bench, gone: list[ParcelRow]) -> None:
    bench.world.wechat.faults.close_before(SEND, times=100, when=of(gone[0]))
    drain(bench.work)
    pauses = []
    for _ in range(12):
        (message,) = (m for m in truth.messages(bench) if m.parcel_id == gone[0].id)
        assert message.state == OutboxState.PENDING
        pauses.append((message.next_at - bench.work.now()).total_seconds())
        assert drain(bench.work) == []  # not due yet
        bench.clock.advance(pauses[-1] + 0.1)
        assert [r.result for r in drain(bench.work)] == ["later"]
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses[-1] == 900
    bench.world.wechat.faults.clear()
    bench.clock.advance(901)
    assert [r.result for r in drain(bench.work)] == ["done"]
    assert sent(bench, gone[0]) == [gone[0].waybill]


def test_a_wrong_secret_decides_nothing(bench: Bench, gone: list[ParcelRow]) -> None:
    name = secret_name("shop", gone[0].shop, "app_secret")
    right = bench.services.secrets.get(name)
    assert right is not None
    bench.services.secrets.set(name, "wrong")
    assert {r.result for r in drain(bench.work)} == {"later"}
    bench.services.secrets.set(name, right)
    assert [r.result for r in drain(bench.work, everything=True)] == ["done", "done"]


def test_how_much_waits_and_since_when_can_be_asked(bench: Bench, gone: list[ParcelRow]) -> None:
    shipped_at = bench.work.now()
    bench.clock.advance(60)
    assert outbox.waiting(bench.work) == len(gone)
    oldest = outbox.oldest_waiting_at(bench.work)
    assert oldest is not None
    assert shipped_at - oldest < timedelta(seconds=1)
    drain(bench.work)
    assert outbox.waiting(bench.work) == 0
    assert outbox.oldest_waiting_at(bench.work) is None


def test_a_void_without_answer_does_not_keep_the_next_one_back(bench: Bench) -> None:
    from app.services.numbers import voiding

    bench.sync()
    ids = [r.id for r in truth.ready(bench, Route.DIRECT, "sf")][:2]
    first, second = label_parcels(bench.work, ids)
    for row in (first, second):
        voiding.cancel_waybill(bench.work, row.waybill)
    bench.world.carriers.server.faults.lose_answer(truth.SF_PATH)
    assert [r.result for r in drain(bench.work)] == ["later", "done"]
    assert [r.result for r in drain(bench.work, everything=True)] == ["done"]
    with bench.work.db.read() as tx:
        kinds = tx.execute(select(outbox_table.c.kind, outbox_table.c.state)).all()
    assert {tuple(k) for k in kinds} == {(OutboxKind.VOID, OutboxState.DONE)}
    alive = [o for o in bench.world.sf.orders if o.cancelled_at_s is None]
    assert alive == []
