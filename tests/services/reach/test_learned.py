"""Refusals of real parcels are remembered by place, warn, and end with a success."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.fixes import Fix
from app.domain.reach import ReachOrigin, ReachVerdict
from app.domain.states import Route
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass
from app.services.numbers.labelling import label_parcels
from app.services.orders import receiver_correction
from app.services.orders.receivers import clear, order_of
from app.services.parcels.parcel_queries import ParcelRow
from app.services.reach import known, learned
from app.services.waves import troubles
from app.store.tables import parcels, reach_regions
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

REFUSED_AT = "盲区村 1 号"


@pytest.fixture
def refused(bench: Bench) -> ParcelRow:
    """A parcel that SF has just refused for its place."""
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    receiver = clear(bench.work, order_of(bench.work, row.orders[0]).id)
    receiver = replace(receiver, masked=False, address=f"超区{REFUSED_AT}")
    receiver_correction.correct(bench.work, row.id, receiver)
    (labelled,) = label_parcels(bench.work, [row.id])
    assert (labelled.code, labelled.fix) == (ProblemClass.OUT_OF_RANGE, Fix.CHANGE_CARRIER)
    return row


def _lines(bench: Bench) -> list[tuple[str, int]]:
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(reach_regions).where(reach_regions.c.origin == ReachOrigin.LEARNED)
        ).all()
    return [(r.carrier, r.times) for r in rows]


def test_a_refusal_is_remembered_with_its_code_and_what_helps(
    bench: Bench, refused: ParcelRow
) -> None:
    assert _lines(bench) == [("sf", 1)]
    with bench.work.db.read() as tx:
        failure = tx.execute(
            select(parcels.c.failure).where(parcels.c.id == refused.id)
        ).scalar_one()
        line = tx.execute(select(reach_regions)).one()
    assert failure["their_code"]
    assert REFUSED_AT not in repr(line)
    trouble = troubles.of_failure(failure)
    assert trouble is not None
    assert trouble.fix is Fix.CHANGE_CARRIER


def test_it_makes_the_place_doubtful_and_a_success_ends_that(
    bench: Bench, refused: ParcelRow
) -> None:
    opened = receiver_correction.open_editor(bench.work, refused.id)
    with bench.work.db.read() as tx:
        answer = known.reach_of(tx, "sf", "sf", opened.receiver, bench.clock.now())
    assert answer is not None
    assert (answer.verdict, answer.origin) == (ReachVerdict.DOUBTFUL, ReachOrigin.LEARNED)
    better = replace(opened.receiver, address="好运路 1 号")
    receiver_correction.correct(bench.work, refused.id, better, opened.token)
    (labelled,) = label_parcels(bench.work, [refused.id])
    assert labelled.result == "issued"
    assert _lines(bench) == []


@pytest.mark.parametrize(
    ("kind", "code", "times"),
    [
        (ProblemClass.OUT_OF_RANGE, "8052", 2),
        (ProblemClass.CLOSED_TEMPORARILY, "8177", 2),
        (ProblemClass.BALANCE, "E1", 0),
        (ProblemClass.FIX_ADDRESS, "check_address", 0),
    ],
)
def test_only_what_is_about_the_place_is_remembered(
    bench: Bench, kind: ProblemClass, code: str, times: int
) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    receiver = clear(bench.work, order_of(bench.work, row.orders[0]).id)
    words = T("No number.")
    problem = Problem(kind, code, f"{receiver.name} {receiver.phone} 不送", words, words)
    for _ in range(2):
        with bench.work.db.write() as tx:
            learned.remember(tx, bench.work, "zto", receiver, problem)
    assert _lines(bench) == ([("zto", times)] if times else [])
    with bench.work.db.read() as tx:
        kept = repr(tx.execute(select(reach_regions)).all())
    assert receiver.phone not in kept
