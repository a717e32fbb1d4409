"""The program dies between two steps of telling the shop; started again, it tells it once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.domain.states import OutboxState, ParcelState
from app.ports import ExtraReason
from app.services import integrity, records
from app.services.parcels import parcel_moves, splitting
from app.services.telling import corrections, extra_parcels, outbox_results
from tests.services import truth
from tests.support.buying import Buyer, on_hand, seal, tell
from tests.support.warehouse import Bench

CUP = "CJ-LN3"
NEW = "YT1234567890123"
CALLS = {
    "ship": truth.SEND,
    "extra": "/channels/ec/order/delivery/compensation",
    "correct": "/channels/ec/order/deliveryinfo/update",
}


class PlugPulledError(RuntimeError):
    """The program is gone."""


@pytest.fixture
def buyer(bench: Bench) -> Buyer:
    return Buyer(bench)


def waiting(bench: Bench, buyer: Buyer, kind: str) -> str:
    """An order with exactly one message of this kind that waits."""
    order = buyer.buy((CUP, 2))
    (row,) = buyer.parcels(order)
    if kind == "ship":
        seal(bench, [row.id])
        return order
    if kind == "extra":
        first, second = splitting.split(bench.work, row.id, [{CUP: 1}], extra=True)
        seal(bench, [first])
        tell(bench)
        seal(bench, [second])
        return order
    seal(bench, [row.id])
    tell(bench)
    corrections.correct(bench.work, row.id, "yto", NEW, "misread")
    return order


@contextmanager
def dying(patch: pytest.MonkeyPatch, place: object, name: str) -> Iterator[None]:
    def dies(*_: object, **__: object) -> None:
        raise PlugPulledError

    with patch.context() as patched:
        patched.setattr(place, name, dies)
        yield


@pytest.mark.parametrize("kind", sorted(CALLS))
def test_died_after_the_shop_took_it(
    bench: Bench, buyer: Buyer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = waiting(bench, buyer, kind)
    with dying(monkeypatch, outbox_results, "done"), pytest.raises(PlugPulledError):
        tell(bench)
    (message,) = (m for m in truth.messages(bench, kind) if m.state == OutboxState.SENDING)
    on_file = buyer.on_file(order)
    assert {r.result for r in tell(bench)} == {"done"}
    assert buyer.on_file(order) == on_file
    assert bench.world.wechat.journal.count(CALLS[kind]) == 1
    assert all(row.state == ParcelState.SHIPPED for row in buyer.parcels(order))
    assert message.payload["number"] in [number for number, _ in on_file]
    assert integrity.check(bench.work).broken == ()


@pytest.mark.parametrize("step", ["parcel_reported", "_closed"])
def test_died_while_the_answer_was_written_down(
    bench: Bench, buyer: Buyer, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = waiting(bench, buyer, "ship")
    with dying(monkeypatch, outbox_results, step), pytest.raises(PlugPulledError):
        tell(bench)
    assert [r.result for r in tell(bench)] == ["done"]
    assert len(buyer.on_file(order)) == 1
    assert integrity.check(bench.work).broken == ()


def test_died_while_our_number_followed_the_shops(
    bench: Bench, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = waiting(bench, buyer, "correct")
    with dying(monkeypatch, corrections, "take_over"), pytest.raises(PlugPulledError):
        tell(bench)
    assert buyer.parcels(order)[0].waybill != NEW
    assert {r.result for r in tell(bench)} == {"done"}
    assert buyer.parcels(order)[0].waybill == NEW
    assert bench.world.wechat.journal.count(CALLS["correct"]) == 1
    assert integrity.check(bench.work).broken == ()


def test_died_while_an_extra_parcel_was_queued(
    bench: Bench, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = waiting(bench, buyer, "ship")
    tell(bench)
    before = on_hand(bench, CUP)
    wanted = (order, "YTO", NEW, {CUP: 1}, ExtraReason.DAMAGED)
    with dying(monkeypatch, records, "note"), pytest.raises(PlugPulledError):
        extra_parcels.add(bench.work, *wanted)
    assert on_hand(bench, CUP) == before
    assert extra_parcels.add(bench.work, *wanted)
    assert on_hand(bench, CUP) == before - 1
    assert [r.result for r in tell(bench)] == ["done"]
    assert integrity.check(bench.work).broken == ()


@pytest.mark.parametrize("step", ["measure", "check_again", "copy_holds"])
def test_died_in_the_middle_of_a_split(
    bench: Bench, buyer: Buyer, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = buyer.buy((CUP, 2), ("FW-QH6", 1))
    (row,) = buyer.parcels(order)
    with (
        dying(monkeypatch, parcel_moves, step),
        pytest.raises(PlugPulledError),
    ):
        splitting.split(bench.work, row.id, [{CUP: 2}])
    assert [(p.id, p.state) for p in buyer.parcels(order)] == [(row.id, ParcelState.TO_LABEL)]
    assert integrity.check(bench.work).broken == ()
    assert len(splitting.split(bench.work, row.id, [{CUP: 2}])) == 2
    assert integrity.check(bench.work).broken == ()
