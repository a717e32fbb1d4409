"""Boxes added to a direct number that is there already: never lost, never asked for twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import RetryableError, UserError
from app.domain.labels import DrawnLabel
from app.domain.states import Route, WaybillState
from app.services import integrity
from app.services.numbers import boxes, labelling, voiding
from app.services.numbers.labelling import label_parcels
from app.services.parcels.parcel_queries import ParcelRow
from app.services.printing import label_content, printing
from app.services.telling import outbox
from app.simulators.exchange import Request
from app.simulators.sf import SfOrder
from app.store.tables import waybills
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced
MORE_BOXES = "EXP_RECE_GET_SUB_MAILNO"


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    """A parcel of SF that has its one number."""
    found = truth.ready(bench, Route.DIRECT, "sf")[0]
    (issued,) = label_parcels(bench.work, [found.id])
    assert issued.result == "issued"
    return found


def _numbers(bench: Bench, parcel_id: str) -> list[Any]:
    query = select(waybills).where(waybills.c.parcel_id == parcel_id).order_by(waybills.c.box_no)
    with bench.work.db.read() as tx:
        return list(tx.execute(query))


def _order(bench: Bench, row: ParcelRow) -> SfOrder:
    (order,) = (o for o in bench.world.sf.orders if o.order_id == row.id)
    return order


def adds(request: Request) -> bool:
    return b"serviceCode=" + MORE_BOXES.encode() in request.body


def test_boxes_get_numbers_and_their_labels_are_printed_alone(bench: Bench, row: ParcelRow) -> None:
    printing.print_parcels(bench.work, [row.id])
    now = boxes.add(bench.work, row.id, 2)
    order = _order(bench, row)
    assert now.numbers == (order.mother, *order.children)
    assert (now.missing, now.warning) == (0, None)
    found = _numbers(bench, row.id)
    assert [(n.kind, n.box_no) for n in found] == [("mother", 1), ("child", 2), ("child", 3)]
    assert not truth.parcel(bench, row.id).printed
    before = len(bench.world.printers["bench-1"].papers)
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert printed.result == "printed"
    assert len(bench.world.printers["bench-1"].papers) == before + 2
    assert truth.parcel(bench, row.id).printed
    assert integrity.check(bench.work).broken == ()


@pytest.mark.parametrize("routes", [True, False])
def test_a_childs_label_is_its_own_and_the_mothers_stays_as_it_was(
    bench: Bench, row: ParcelRow, routes: bool
) -> None:
    bench.world.sf.quirks = replace(bench.world.sf.quirks, children_have_routes=routes)
    mother_before = _numbers(bench, row.id)[0].label
    now = boxes.add(bench.work, row.id, 1)
    mother, child = _numbers(bench, row.id)
    assert mother.label == mother_before
    assert mother.label["proCode"] == "T 标快"
    drawn = label_content.label_by_number(bench.work, child.number)
    assert isinstance(drawn, DrawnLabel)
    assert (drawn.box_no, drawn.box_count, drawn.mother_number) == (2, 2, now.numbers[0])
    own = drawn.route["children"][child.number]
    assert own["waybillNo"] == child.number
    assert own["destRouteLabel"] == mother.label["destRouteLabel"]
    assert bool(own["twoDimensionCode"]) is routes
    assert bench.work.outside.stationery.render(drawn, "png", "76x130", 8.0)


@pytest.mark.parametrize("fault", ["lose_answer", "truncate"])
def test_boxes_whose_answer_was_lost_are_found_and_not_asked_for_twice(
    bench: Bench, row: ParcelRow, fault: str
) -> None:
    getattr(bench.world.carriers.server.faults, fault)(truth.SF_PATH, when=adds)
    with pytest.raises(RetryableError) as caught:
        boxes.add(bench.work, row.id, 2)
    assert caught.value.code == "boxes_in_doubt"
    assert boxes.of(bench.work, row.id).missing == 2
    now = boxes.add(bench.work, row.id, 2)
    assert (len(now.numbers), now.missing) == (3, 0)
    assert bench.world.sf.counts[MORE_BOXES] == 1
    assert now.numbers[1:] == _order(bench, row).children


def test_a_crash_between_the_call_and_storing_loses_and_doubles_nothing(
    bench: Bench, row: ParcelRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCutError(BaseException):
        pass

    def cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(boxes, "_keep", cut)
        with pytest.raises(PowerCutError):
            boxes.add(bench.work, row.id, 2)
    assert len(_order(bench, row).children) == 2
    assert [n.kind for n in _numbers(bench, row.id)] == ["mother"]
    now = boxes.add(bench.work, row.id, 2)
    assert now.numbers[1:] == _order(bench, row).children
    assert bench.world.sf.counts[MORE_BOXES] == 1
    assert integrity.check(bench.work).broken == ()


def test_boxes_that_never_reached_sf_are_asked_for_again(bench: Bench, row: ParcelRow) -> None:
    bench.world.carriers.server.faults.close_before(truth.SF_PATH, when=adds)
    for _ in range(2):  # SF may show them late: asking at once could double them
        with pytest.raises(RetryableError) as caught:
            boxes.add(bench.work, row.id, 1)
        assert caught.value.code == "boxes_in_doubt"
    assert MORE_BOXES not in bench.world.sf.counts
    bench.clock.advance(3)
    assert len(boxes.add(bench.work, row.id, 1).numbers) == 2
    assert len(_order(bench, row).children) == 1


def test_a_person_who_has_looked_need_not_wait(bench: Bench, row: ParcelRow) -> None:
    bench.world.carriers.server.faults.close_before(truth.SF_PATH, when=adds)
    with pytest.raises(RetryableError):
        boxes.add(bench.work, row.id, 1)
    assert boxes.none_came(bench.work, row.id).missing == 0
    assert len(boxes.add(bench.work, row.id, 1).numbers) == 2


def test_after_pickup_the_refusal_says_so_and_nothing_is_in_doubt(
    bench: Bench, row: ParcelRow
) -> None:
    bench.world.sf.advance(_order(bench, row).mother)
    with pytest.raises(UserError) as caught:
        boxes.add(bench.work, row.id, 1)
    assert caught.value.code == "already_moving"
    assert boxes.of(bench.work, row.id).missing == 0


def test_a_carrier_that_cannot_add_boxes_says_so(bench: Bench) -> None:
    other = truth.ready(bench, Route.DIRECT, "zto")[0]
    label_parcels(bench.work, [other.id])
    with pytest.raises(UserError) as caught:
        boxes.add(bench.work, other.id, 1)
    assert caught.value.code == "no_more_boxes"


def test_added_boxes_go_back_with_their_mother(bench: Bench, row: ParcelRow) -> None:
    now = boxes.add(bench.work, row.id, 1)
    voiding.cancel_waybill(bench.work, now.numbers[1])
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    assert {n.state for n in _numbers(bench, row.id)} == {WaybillState.VOID}
    assert _order(bench, row).cancelled_at_s is not None


def test_the_number_is_kept_when_the_wave_is_labelled_again(bench: Bench, row: ParcelRow) -> None:
    boxes.add(bench.work, row.id, 1)
    (again,) = labelling.label_parcels(bench.work, [row.id])
    assert again.result == "kept"
    assert len(_order(bench, row).children) == 1
