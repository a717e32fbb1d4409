"""Several boxes in one shipment: every number is kept, printed one by one, and given back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.states import ParcelState, Route, WaybillState
from app.services import integrity, outbox, printing, voiding
from app.services.labelling import label_parcels
from app.services.parcel_queries import ParcelRow
from app.store.tables import parcels, shipments, waybills
from tests.services import truth
from tests.support.warehouse import Bench


def _numbers(bench: Bench, parcel_id: str) -> list[Any]:
    query = select(waybills).where(waybills.c.parcel_id == parcel_id).order_by(waybills.c.box_no)
    with bench.work.db.read() as tx:
        return list(tx.execute(query))


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    """A parcel that waits for its number at the platform's SF account."""
    bench.sync()
    found = truth.ready(bench, Route.PLATFORM, "zto")[0]
    with bench.work.db.write() as tx:
        tx.execute(update(parcels).where(parcels.c.id == found.id).values(**_sf(bench, found)))
    return found


def _sf(bench: Bench, row: ParcelRow) -> dict[str, str]:
    shop = bench.world.shops[row.shop]
    account = next(a for a in shop.accounts if a.delivery_id == "SF")
    return {"carrier": "sf", "account": account.acct_id}


def _want_boxes(bench: Bench, row: ParcelRow, count: int) -> None:
    with bench.work.db.write() as tx:
        of = select(parcels.c.shipment_id).where(parcels.c.id == row.id).scalar_subquery()
        tx.execute(update(shipments).where(shipments.c.id == of).values(box_count=count))


def test_every_box_gets_a_number_and_a_label_of_its_own(bench: Bench, row: ParcelRow) -> None:
    _want_boxes(bench, row, 3)
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
    _want_boxes(bench, row, 2)
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
    _want_boxes(bench, row, 2)
    label_parcels(bench.work, [row.id])
    voiding.cancel_waybill(bench.work, _numbers(bench, row.id)[1].number)
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    assert {n.state for n in _numbers(bench, row.id)} == {WaybillState.VOID}
    assert truth.numbers_given(bench, row) == []
