"""A bundle at the bench: whole by its own code, part by part, both mixed, and taken back."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from app.domain.packing import Line, OpenParcel, Scanned
from app.domain.states import ParcelState, Verdict
from app.services import integrity
from app.services.parcels import packing
from app.store.tables import parcels
from tests.support.bundle_floor import SET, A, B, Floor
from tests.support.warehouse import Bench

_NONCES = itertools.count(1)


@pytest.fixture
def floor(bench: Bench) -> Floor:
    made = Floor(bench)
    made.begin(30, 30)
    return made


def scan(floor: Floor, parcel: OpenParcel, code: str, quantity: int = 1) -> Scanned:
    return packing.scan(
        floor.bench.work, parcel, code, nonce=f"n{next(_NONCES)}", quantity=quantity
    )


def bundle(parcel: OpenParcel | None) -> Line:
    assert parcel is not None
    return next(line for line in parcel.lines if line.item.code == SET)


def stands(parcel: OpenParcel | None) -> tuple[int, dict[str, int]]:
    """Whole ones, and loose parts by code."""
    line = bundle(parcel)
    return line.have, {part.item.code: part.have for part in line.parts}


def reread(floor: Floor, parcel: OpenParcel) -> OpenParcel:
    """As another program finds it after this one died."""
    with floor.bench.work.db.read() as tx:
        return packing.read_parcel(tx, parcel.parcel_id)


def test_parts_make_wholes_and_both_ways_mix(floor: Floor) -> None:
    parcel = floor.open(floor.parcel(floor.buy(SET=3)).id)
    assert parcel.need == 3
    told = [scan(floor, parcel, code) for code in (A, "6900000000028", "6900000000011")]
    assert [t.verdict for t in told] == [Verdict.OK] * 3
    assert told[1].item is not None
    assert told[1].item.code == B
    assert stands(told[1].parcel) == (0, {A: 1, B: 1})
    assert stands(told[2].parcel) == (1, {A: 0, B: 0})
    whole = scan(floor, parcel, "6900000000035")
    assert (whole.verdict, stands(whole.parcel)) == (Verdict.OK, (2, {A: 0, B: 0}))
    assert scan(floor, parcel, B).verdict is Verdict.OK
    assert scan(floor, parcel, SET).verdict is Verdict.OVER  # a third one is begun in parts
    assert scan(floor, parcel, B).verdict is Verdict.OVER
    assert scan(floor, parcel, A, 3).verdict is Verdict.OVER
    done = scan(floor, parcel, A, 2)
    assert (done.verdict, stands(done.parcel)) == (Verdict.PARCEL_DONE, (3, {A: 0, B: 0}))
    assert scan(floor, parcel, A).verdict is Verdict.OVER
    packing.close(floor.bench.work, parcel, 750)
    assert floor.figures() == {A: (24, 0), B: (27, 0), SET: (0, 0)}
    assert integrity.check(floor.bench.work).broken == ()


def test_every_scan_can_be_taken_back_in_turn(floor: Floor) -> None:
    parcel = floor.open(floor.parcel(floor.buy(SET=2)).id)
    seen = [stands(parcel)]
    for code, n in ((B, 1), (A, 1), (A, 1), (SET, 1)):
        seen.append(stands(scan(floor, parcel, code, n).parcel))
    assert [whole for whole, _ in seen] == [0, 0, 0, 1, 2]
    assert stands(reread(floor, parcel)) == seen[-1]
    for before in reversed(seen[:-1]):
        assert stands(packing.undo_last(floor.bench.work, parcel)) == before
    assert stands(packing.undo_last(floor.bench.work, parcel)) == (0, {A: 0, B: 0})


def test_a_piece_wanted_by_itself_is_not_taken_for_a_part(floor: Floor) -> None:
    parcel = floor.open(floor.parcel(floor.buy(SET=1, A=1)).id)
    first = scan(floor, parcel, A)
    assert first.part_sku_id == ""
    assert stands(first.parcel) == (0, {A: 0, B: 0})
    assert scan(floor, parcel, SET).verdict is Verdict.PARCEL_DONE


def test_what_was_scanned_in_parts_survives_a_crash_and_a_repeat(floor: Floor) -> None:
    parcel = floor.open(floor.parcel(floor.buy(SET=1)).id)
    for _ in range(2):  # the answer was lost, and it is told again
        packing.scan(floor.bench.work, parcel, B, nonce="once")
    again = floor.open(parcel.parcel_id)
    assert stands(again) == (0, {A: 0, B: 1})
    assert scan(floor, again, A, 2).verdict is Verdict.PARCEL_DONE


def test_a_refund_while_parts_lie_in_the_box_is_noticed(floor: Floor) -> None:
    number = floor.buy(SET=2)
    parcel = floor.open(floor.parcel(number).id)
    scan(floor, parcel, A, 4)
    floor.refund(number, 1)
    with floor.bench.work.db.read() as tx:
        state = tx.execute(
            select(parcels.c.state).where(parcels.c.id == parcel.parcel_id)
        ).scalar_one()
    assert state == ParcelState.TO_PACK
    assert "manual" in floor.parcel(number).holds
    assert stands(reread(floor, parcel)) == (0, {A: 0, B: 0})
    assert integrity.check(floor.bench.work).broken == ()


def test_another_variant_of_a_part_is_told_apart(floor: Floor) -> None:
    parcel = floor.open(floor.parcel(floor.buy(SET=1)).id)
    assert scan(floor, parcel, "nothing like it").verdict is Verdict.UNKNOWN
    known = floor.bench.scenario.goods[0].sku
    assert scan(floor, parcel, known).verdict is Verdict.WRONG_ITEM
