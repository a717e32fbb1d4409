"""Bundles on the shelf and in parcels: reserved, built, moved, sent and taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from app.domain.errors import UserError
from app.domain.states import HoldCode, ParcelState
from app.services import integrity
from app.services.parcels import merging, slip_content, splitting, unshipping
from app.services.parcels.packing import read_parcel
from app.services.stock import allocation, bundles, stock, undoing
from app.services.waves import picking, waves
from app.store.tables import reservations, skus
from tests.support.bundle_floor import SET, A, B, Floor
from tests.support.warehouse import Bench


@pytest.fixture
def floor(bench: Bench) -> Floor:
    made = Floor(bench)
    made.begin()
    return made


def clean(floor: Floor) -> bool:
    broken = integrity.check(floor.bench.work).broken
    assert broken == ()
    return True


def refused(call: object, *args: object, **named: object) -> str:
    assert callable(call)
    with pytest.raises(UserError) as caught:
        call(*args, **named)
    return caught.value.code


def test_a_bundle_is_its_parts_and_what_was_built(floor: Floor) -> None:
    work = floor.bench.work
    found = bundles.show(work, SET)
    assert (found.on_hand, found.built, found.possible, found.available) == (0, 0, 5, 5)
    assert [(p.sku, p.each) for p in found.parts] == [(A, 2), (B, 1)]
    assert found.weight_g == 250
    operation = bundles.build(work, SET, 3)
    assert floor.figures() == {A: (4, 0), B: (7, 0), SET: (3, 0)}
    assert {m.operation for m in stock.moves(work, SET)[:1]} == {operation}
    bundles.unbuild(work, SET, 1)
    assert floor.figures() == {A: (6, 0), B: (8, 0), SET: (2, 0)}
    assert bundles.show(work, SET).available == 5
    assert clean(floor)


def test_building_takes_all_parts_or_none_and_never_what_parcels_have(floor: Floor) -> None:
    work = floor.bench.work
    floor.buy(SET=4)
    assert refused(bundles.build, work, SET, 2) == "parts_missing"
    assert floor.figures() == {A: (10, 8), B: (10, 4), SET: (0, 0)}
    bundles.build(work, SET, 1)
    assert refused(bundles.unbuild, work, SET, 2) == "parts_missing"
    assert refused(bundles.build, work, A, 1) == "no_bundle"
    assert clean(floor)


def test_a_build_is_taken_back_as_one(floor: Floor) -> None:
    before = floor.figures()
    operation = bundles.build(floor.bench.work, SET, 4)
    undoing.undo(floor.bench.work, operation)
    assert floor.figures() == before
    assert clean(floor)


def test_no_bundle_lies_in_a_bundle(floor: Floor) -> None:
    work = floor.bench.work
    assert refused(bundles.define, work, "BOX", {SET: 1}, name="礼盒") == "bundle_nested"
    assert refused(bundles.define, work, A, {B: 1}) == "bundle_nested"
    assert refused(bundles.define, work, SET, {SET: 1}) == "bundle_nested"
    assert refused(bundles.define, work, SET, {}) == "bundle_parts"
    assert refused(bundles.define, work, "NEW", {A: 1}) == "no_such_sku"
    made = bundles.define(work, "NEW", {A: 1}, name="单罐装")
    assert made.possible == 10
    assert [b.sku for b in bundles.bundles(work)] == ["NEW", SET]
    bundles.remove(work, "NEW")
    assert [b.sku for b in bundles.bundles(work)] == [SET]


def test_built_wholes_go_first_when_they_suffice(floor: Floor) -> None:
    bundles.build(floor.bench.work, SET, 2)
    first, second = floor.buy(SET=2), floor.buy(SET=1)
    assert floor.reserved(first) == {SET: 2}
    assert floor.reserved(second) == {A: 2, B: 1}
    for number in (first, second):
        parcel = floor.parcel(number)
        assert parcel.state == ParcelState.TO_LABEL
        floor.number(parcel.id)
        assert floor.ship(parcel.id) == "shipped"
    assert floor.figures() == {A: (4, 0), B: (7, 0), SET: (0, 0)}
    assert clean(floor)


def test_a_shortage_names_the_parts(floor: Floor) -> None:
    number = floor.buy(SET=6)
    parcel = floor.parcel(number)
    assert HoldCode.SHORT in parcel.holds
    assert floor.reserved(number) == {}
    stock.receive(floor.bench.work, A, 2)
    assert floor.reserved(number) == {A: 12, B: 6}
    assert floor.parcel(number).state == ParcelState.TO_LABEL
    assert clean(floor)


def test_a_bundle_and_its_parts_in_one_order_share_the_shelf(floor: Floor) -> None:
    number = floor.buy(SET=4, A=3)
    assert HoldCode.SHORT in floor.parcel(number).holds  # 11 of 10
    other = floor.buy(SET=4, A=2)
    assert floor.reserved(other) == {A: 10, B: 4}
    floor.cancel(other)
    assert floor.reserved(other) == {}
    assert clean(floor)


def test_a_refund_of_a_part_shrinks_every_part(floor: Floor) -> None:
    number = floor.buy(SET=3)
    floor.refund(number, 1)
    assert floor.reserved(number) == {A: 4, B: 2}
    floor.refund(number, 3)
    assert floor.reserved(number) == {}
    assert floor.figures() == {A: (10, 0), B: (10, 0), SET: (0, 0)}
    assert clean(floor)


def test_open_parcels_keep_what_they_were_reserved_with(floor: Floor) -> None:
    work = floor.bench.work
    number = floor.buy(SET=2)
    bundles.define(work, SET, {A: 1, B: 3})
    later = floor.buy(SET=1)
    assert floor.reserved(number) == {A: 4, B: 2}
    assert floor.reserved(later) == {A: 1, B: 3}
    floor.refund(number, 1)
    assert floor.reserved(number) == {A: 2, B: 1}
    bundles.remove(work, SET)
    for one in (number, later):
        floor.number(floor.parcel(one).id)
        assert floor.ship(floor.parcel(one).id) == "shipped"
    assert floor.figures() == {A: (7, 0), B: (6, 0), SET: (0, 0)}
    assert clean(floor)


def test_splitting_and_merging_take_the_parts_along(floor: Floor) -> None:
    work = floor.bench.work
    number = floor.buy(SET=3)
    ids = splitting.split(work, floor.parcel(number).id, [{SET: 1}], extra=True)
    assert [row.state for row in floor.parcels(number)] == [ParcelState.TO_LABEL] * 2
    assert floor.reserved(number) == {A: 6, B: 3}
    assert clean(floor)
    merging.merge(work, ids)
    assert floor.reserved(number) == {A: 6, B: 3}
    assert clean(floor)


def test_merging_wholes_with_parts_reserves_anew(floor: Floor) -> None:
    work = floor.bench.work
    bundles.build(work, SET, 1)
    number = floor.buy(SET=2)
    assert floor.reserved(number) == {A: 4, B: 2}
    first, second = splitting.split(work, floor.parcel(number).id, [{SET: 1}], extra=True)
    with work.db.write() as tx:  # one of them was short once, and got the built one
        allocation.release(tx, work, second, "test")
        allocation.reserve(tx, work, second)
    assert floor.reserved(number) == {A: 2, B: 1, SET: 1}
    merged = merging.merge(work, [first, second])
    assert floor.reserved(number) == {A: 4, B: 2}
    assert clean(floor)
    floor.number(merged)
    assert floor.ship(merged) == "shipped"
    assert clean(floor)


def test_taken_back_it_stays_reserved_in_parts(floor: Floor) -> None:
    number = floor.buy(SET=2)
    parcel = floor.parcel(number)
    floor.number(parcel.id)
    assert floor.ship(parcel.id) == "shipped"
    unshipping.unship(floor.bench.work, parcel.id, "wrong box")
    assert floor.reserved(number) == {A: 4, B: 2}
    assert floor.ship(parcel.id) == "shipped"
    assert floor.figures() == {A: (6, 0), B: (8, 0), SET: (0, 0)}
    assert clean(floor)


def test_a_missing_part_is_no_reservation(floor: Floor) -> None:
    """The figures of a line that is only partly reserved are found, and it does not leave."""
    number = floor.buy(SET=1)
    parcel = floor.parcel(number)
    floor.number(parcel.id)
    with floor.bench.work.db.write() as tx:
        part = tx.execute(select(skus.c.id).where(skus.c.code == B)).scalar_one()
        tx.execute(delete(reservations).where(reservations.c.sku_id == part))
    assert floor.ship(parcel.id) == "failed"
    rules = {b.rule for b in integrity.check(floor.bench.work).broken}
    assert rules == {"reservations", "reserved_goods"}


def test_pick_list_and_slip_say_the_parts(floor: Floor) -> None:
    work = floor.bench.work
    bundles.build(work, SET, 1)
    numbers = [floor.buy(SET=1), floor.buy(SET=2, A=1)]
    ids = [floor.parcel(n).id for n in numbers]
    wave = waves.create(work)
    listed = {r.sku: r.quantity for r in picking.pick_list(work, wave.id).rows}
    assert listed == {SET: 1, A: 5, B: 2}
    floor.number(ids[1])
    rows = slip_content.slip(work, ids[1]).rows
    assert {(r.name, r.quantity, r.parts) for r in rows} == {
        ("茶罐", 1, ()),
        ("茶具套装", 2, ("茶罐 ×4", "茶杯 ×2")),
    }
    with work.db.read() as tx:
        assert read_parcel(tx, ids[1]).expected_weight_g == 600
    assert floor.parcel(numbers[1]).id == ids[1]
