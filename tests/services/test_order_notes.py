"""Merchant notes go both ways, once each, and what is written here is never lost."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.domain.states import OutboxState, Route
from app.services.numbers.labelling import label_parcels
from app.services.orders import details, order_notes
from app.services.parcels.shipping import ship
from app.services.sync import syncing
from app.services.telling.outbox import drain
from app.simulators.seed_orders import SeedOrder
from app.store.tables import outbox
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

NOTE = "/channels/ec/order/merchantnotes/update"
GET = "/channels/ec/order/get"


@pytest.fixture
def order(bench: Bench) -> SeedOrder:
    """An ordinary order, synced."""
    bench.world.wechat.journal.clear()
    return bench.seed("ordinary")


def at_shop(bench: Bench, order: SeedOrder) -> str:
    """The note as the shop has it."""
    data = bench.world.shops[order.shop].order_data(order.order_id)
    return str(data["order_detail"]["ext_info"]["merchant_notes"])


def here(bench: Bench, order: SeedOrder) -> str:
    return details.order_detail(bench.work, order.order_id).merchant_note


def results(bench: Bench) -> list[str]:
    return [r.result for r in drain(bench.work, everything=True)]


def test_a_note_is_in_force_at_once_and_reaches_the_shop_once(
    bench: Bench, order: SeedOrder
) -> None:
    written = order_notes.write(bench.work, order.order_id, " 老客，\n送一包茶 ")
    assert (written.text, written.state) == ("老客， 送一包茶", "waiting")
    assert here(bench, order) == "老客， 送一包茶"
    assert at_shop(bench, order) == ""
    assert results(bench) == ["done"]
    assert at_shop(bench, order) == "老客， 送一包茶"
    assert order_notes.note(bench.work, order.order_id).state == "told"
    assert results(bench) == []
    assert bench.world.wechat.journal.count(NOTE) == 1


def test_a_newer_note_replaces_an_older_one_that_was_not_sent(
    bench: Bench, order: SeedOrder
) -> None:
    for text in ("一", "二", "三"):
        order_notes.write(bench.work, order.order_id, text)
    assert [m.state for m in truth.messages(bench, "note")] == [
        OutboxState.SUPERSEDED,
        OutboxState.SUPERSEDED,
        OutboxState.PENDING,
    ]
    assert results(bench) == ["done"]
    assert at_shop(bench, order) == "三"
    assert bench.world.wechat.journal.count(NOTE) == 1


def test_the_same_words_again_are_another_note(bench: Bench, order: SeedOrder) -> None:
    for text in ("一", "二", "一"):
        order_notes.write(bench.work, order.order_id, text)
        assert results(bench) == ["done"]
        assert at_shop(bench, order) == text
    assert len({m.once for m in truth.messages(bench, "note")}) == 3


def test_an_empty_note_takes_the_note_away(bench: Bench, order: SeedOrder) -> None:
    for text in ("缺货", ""):
        order_notes.write(bench.work, order.order_id, text)
        assert results(bench) == ["done"]
    assert at_shop(bench, order) == here(bench, order) == ""


def test_a_note_of_the_back_office_comes_with_the_next_sync(bench: Bench, order: SeedOrder) -> None:
    bench.clock.advance(30)
    bench.world.shops[order.shop].write_merchant_note(order.order_id, "周五发")
    syncing.sync_shop(bench.work, order.shop)
    assert here(bench, order) == "周五发"


def test_an_unsent_note_is_not_overwritten_by_an_older_one(bench: Bench, order: SeedOrder) -> None:
    bench.clock.advance(30)
    bench.world.shops[order.shop].write_merchant_note(order.order_id, "旧的")
    order_notes.write(bench.work, order.order_id, "新的")
    syncing.sync_shop(bench.work, order.shop)
    assert here(bench, order) == "新的"
    assert results(bench) == ["done"]
    bench.clock.advance(30)
    syncing.sync_shop(bench.work, order.shop)
    assert (here(bench, order), at_shop(bench, order)) == ("新的", "新的")


@pytest.mark.parametrize("fault", ["lose_answer", "truncate"])
def test_a_lost_answer_is_read_back_and_not_sent_again(
    bench: Bench, order: SeedOrder, fault: str
) -> None:
    order_notes.write(bench.work, order.order_id, "送一包茶")
    getattr(bench.world.wechat.faults, fault)(NOTE)
    assert results(bench) == ["done"]
    assert at_shop(bench, order) == "送一包茶"
    assert bench.world.wechat.journal.count(NOTE) == 1


def test_a_crash_after_the_call_is_read_back(bench: Bench, order: SeedOrder) -> None:
    order_notes.write(bench.work, order.order_id, "送一包茶")
    bench.world.shops[order.shop].write_merchant_note(order.order_id, "送一包茶")
    with bench.work.db.write() as tx:
        tx.execute(update(outbox).values(state=OutboxState.SENDING, attempts=1))
    assert results(bench) == ["done"]
    assert bench.world.wechat.journal.count(NOTE) == 0


def test_a_note_that_never_arrived_is_sent_again(bench: Bench, order: SeedOrder) -> None:
    order_notes.write(bench.work, order.order_id, "送一包茶")
    bench.world.wechat.faults.close_before(NOTE)
    assert results(bench) == ["later"]
    assert order_notes.note(bench.work, order.order_id).state == "waiting"
    assert results(bench) == ["done"]
    assert at_shop(bench, order) == "送一包茶"


def test_a_note_that_is_too_long_is_kept_and_says_what_to_do(
    bench: Bench, order: SeedOrder
) -> None:
    long = "字" * 101
    order_notes.write(bench.work, order.order_id, long)
    (refused,) = drain(bench.work)
    assert (refused.result, refused.code) == ("refused", "note_refused")
    bench.clock.advance(30)
    bench.world.shops[order.shop].write_merchant_note(order.order_id, "后台的")
    syncing.sync_shop(bench.work, order.shop)
    kept = order_notes.note(bench.work, order.order_id)
    assert (kept.text, kept.state) == (long, "refused")
    assert kept.remedy is not None
    shorter = order_notes.write(bench.work, order.order_id, "字" * 100)
    assert shorter.state == "waiting"
    assert results(bench) == ["done"]
    assert at_shop(bench, order) == "字" * 100


def test_a_refused_note_can_be_given_up_for_the_shops(bench: Bench, order: SeedOrder) -> None:
    bench.world.shops[order.shop].write_merchant_note(order.order_id, "后台的")
    order_notes.write(bench.work, order.order_id, "字" * 101)
    assert results(bench) == ["refused"]
    given_up = order_notes.take_shops(bench.work, order.order_id)
    assert (given_up.text, given_up.state) == ("后台的", "told")


def test_no_parcel_waits_for_a_note_that_the_shop_does_not_take_now(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "yunda")[0]
    label_parcels(bench.work, [row.id])
    order_notes.write(bench.work, row.orders[0], "送一包茶")
    ship(bench.work, parcel_ids=[row.id], unpacked=True)
    bench.world.wechat.faults.answer_json(NOTE, {"errcode": 45009, "errmsg": "quota"}, times=9)
    assert {r.kind: r.result for r in drain(bench.work)} == {"note": "later", "ship": "done"}
