"""Several boxes in one shipment: every number is kept, printed one by one, and given back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.errors import RetryableError, UserError
from app.domain.states import ParcelState, Route, WaybillState
from app.services import integrity
from app.services.numbers import boxes, voiding
from app.services.numbers.labelling import label_parcels
from app.services.parcels.parcel_queries import ParcelRow
from app.services.printing import printing
from app.services.telling import outbox
from app.store.tables import parcels, waybills
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def _numbers(bench: Bench, parcel_id: str) -> list[Any]:
    query = select(waybills).where(waybills.c.parcel_id == parcel_id).order_by(waybills.c.box_no)
    with bench.work.db.read() as tx:
        return list(tx.execute(query))


ADD = "/channels/ec/logistics/ewaybill/biz/order/addsuborder"


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    """A parcel that waits for its number at the platform's SF account."""
    found = truth.ready(bench, Route.PLATFORM, "zto")[0]
    with bench.work.db.write() as tx:
        tx.execute(update(parcels).where(parcels.c.id == found.id).values(**_sf(bench, found)))
    return found


def _sf(bench: Bench, row: ParcelRow) -> dict[str, str]:
    shop = bench.world.shops[row.shop]
    account = next(a for a in shop.accounts if a.delivery_id == "SF")
    return {"carrier": "sf", "account": account.acct_id}


def test_every_box_gets_a_number_and_a_label_of_its_own(bench: Bench, row: ParcelRow) -> None:
    boxes.set_count(bench.work, row.id, 3)
    (issued,) = label_parcels(bench.work, [row.id])
    assert issued.result == "issued"
    found = _numbers(bench, row.id)
    assert [(n.kind, n.box_no) for n in found] == [("mother", 1), ("child", 2), ("child", 3)]
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert (printed.result, printed.waybill) == ("printed", found[0].number)
    papers = bench.world.component.papers
    assert [(p.waybill, p.position) for p in papers] == [(n.number, (n.box_no, 3)) for n in found]
    outbox.drain(bench.work)
    told = bench.world.shops[row.shop].printed()
    assert [(n.waybill_id, n.re_print) for n in told] == [(found[0].number, 0)]
    assert integrity.check(bench.work).broken == ()


def test_a_box_without_its_label_keeps_the_parcel_from_picking(
    bench: Bench, row: ParcelRow
) -> None:
    boxes.set_count(bench.work, row.id, 2)
    label_parcels(bench.work, [row.id])
    component = bench.world.component
    component.faults.paper_left(component.printers[0].name, 1)
    (stopped,) = printing.print_parcels(bench.work, [row.id])
    mother, child = _numbers(bench, row.id)
    assert (stopped.result, stopped.waybill) == ("failed", child.number)
    assert truth.parcel(bench, row.id).state == ParcelState.TO_LABEL
    component.faults.come_back(component.printers[0].name)
    (again,) = printing.print_parcels(bench.work, [row.id])
    assert again.result == "printed"
    assert truth.parcel(bench, row.id).state == ParcelState.TO_PICK
    assert [p.waybill for p in component.papers] == [mother.number, child.number]


def test_the_boxes_go_back_together_whichever_number_is_cancelled(
    bench: Bench, row: ParcelRow
) -> None:
    boxes.set_count(bench.work, row.id, 2)
    label_parcels(bench.work, [row.id])
    voiding.cancel_waybill(bench.work, _numbers(bench, row.id)[1].number)
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    assert {n.state for n in _numbers(bench, row.id)} == {WaybillState.VOID}
    assert truth.numbers_given(bench, row) == []


# trap 11
def test_a_box_more_gets_its_number_and_its_label_is_printed_alone(
    bench: Bench, row: ParcelRow
) -> None:
    (issued,) = label_parcels(bench.work, [row.id])
    printing.print_parcels(bench.work, [row.id])
    now = boxes.add(bench.work, row.id, 2)
    assert (now.numbers[0], len(now.numbers), now.missing) == (issued.waybill, 3, 0)
    assert not truth.parcel(bench, row.id).printed
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert printed.result == "printed"
    papers = bench.world.component.papers
    assert [p.waybill for p in papers] == list(now.numbers)
    assert [p.position for p in papers[1:]] == [(2, 3), (3, 3)]
    assert truth.parcel(bench, row.id).printed
    outbox.drain(bench.work)
    told = bench.world.shops[row.shop].printed(issued.waybill)
    assert [n.re_print for n in told] == [0, 1]
    assert integrity.check(bench.work).broken == ()


@pytest.mark.parametrize("fault", ["lose_answer", "truncate"])
def test_boxes_whose_answer_was_lost_are_found_and_not_asked_for_twice(
    bench: Bench, row: ParcelRow, fault: str
) -> None:
    label_parcels(bench.work, [row.id])
    getattr(bench.world.wechat.faults, fault)(ADD)
    with pytest.raises(RetryableError) as caught:
        boxes.add(bench.work, row.id, 2)
    assert caught.value.code == "boxes_in_doubt"
    assert boxes.of(bench.work, row.id).missing == 2
    now = boxes.add(bench.work, row.id, 2)
    assert (len(now.numbers), now.missing) == (3, 0)
    assert len(bench.world.wechat.journal.calls(ADD)) == 1


def test_boxes_that_never_reached_the_platform_are_asked_for_again(
    bench: Bench, row: ParcelRow
) -> None:
    boxes.set_count(bench.work, row.id, 2)
    label_parcels(bench.work, [row.id])
    bench.world.wechat.faults.close_before(ADD)
    with pytest.raises(RetryableError):
        boxes.add(bench.work, row.id, 1)
    assert len(boxes.add(bench.work, row.id, 1).numbers) == 3
    (label,) = bench.world.shops[row.shop].waybills(alive=True).values()
    assert len(label.children) == 3


def test_a_platform_that_does_not_list_boxes_leaves_it_to_a_person(
    bench: Bench, row: ParcelRow
) -> None:
    bench.world.shops[row.shop].quirks.label_lists_boxes = False
    label_parcels(bench.work, [row.id])
    bench.world.wechat.faults.close_before(ADD)
    for _ in range(2):
        with pytest.raises(RetryableError) as caught:
            boxes.add(bench.work, row.id, 1)
        assert caught.value.code == "boxes_in_doubt"
    assert len(bench.world.wechat.journal.calls(ADD)) == 1
    assert boxes.none_came(bench.work, row.id).missing == 0
    assert len(boxes.add(bench.work, row.id, 1).numbers) == 2


def test_a_carrier_without_boxes_says_so_and_nothing_changes(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    label_parcels(bench.work, [row.id])
    with pytest.raises(UserError, match="子母件"):
        boxes.add(bench.work, row.id, 1)
    assert boxes.of(bench.work, row.id).missing == 0


def test_boxes_have_their_limits(bench: Bench, row: ParcelRow) -> None:
    for count in (0, 301):
        with pytest.raises(UserError):
            boxes.set_count(bench.work, row.id, count)
    with pytest.raises(UserError) as caught:
        boxes.add(bench.work, row.id, 1)
    assert caught.value.code == "no_number"
    label_parcels(bench.work, [row.id])
    with pytest.raises(UserError) as caught:
        boxes.set_count(bench.work, row.id, 2)
    assert caught.value.code == "has_number"


def test_boxes_of_a_direct_shipment_have_numbers_and_labels_too(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    with bench.work.db.write() as tx:
        tx.execute(update(parcels).where(parcels.c.id == row.id).values(weight_g=9000))
    boxes.set_count(bench.work, row.id, 2)
    (issued,) = label_parcels(bench.work, [row.id])
    assert issued.result == "issued"
    mother, child = _numbers(bench, row.id)
    assert (mother.number, child.kind, child.box_no) == (issued.waybill, "child", 2)
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert printed.result == "printed"
    assert len(bench.world.printers["bench-1"].papers) == 2
    voiding.cancel_waybill(bench.work, child.number)
    outbox.drain(bench.work)
    assert truth.numbers_given(bench, row) == []
