"""A number without a route for its label: kept, not printed, and completed when the data come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import Route
from app.services import integrity
from app.services.numbers import label_files
from app.services.numbers.labelling import label_parcels
from app.services.printing import printing
from app.store.tables import waybills
from tests.services import truth
from tests.services.truth import ZTO_CREATE
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced
MARK = "/zto/zto.innovate.bagAddrMark"


def _labels(bench: Bench, ids: list[str]) -> dict[str, Any]:
    query = select(waybills.c.parcel_id, waybills.c.label).where(waybills.c.parcel_id.in_(ids))
    with bench.work.db.read() as tx:
        return {r.parcel_id: r.label for r in tx.execute(query)}


@pytest.fixture
def ids(bench: Bench) -> list[str]:
    """Parcels of ZTO with their numbers, some of which came without a route."""
    bench.world.zto.quirks = replace(bench.world.zto.quirks, mark_missing_every=2)
    rows = truth.ready(bench, Route.DIRECT, "zto")
    found = [row.id for row in rows]
    bench.world.carriers.server.faults.bad_gateway(MARK, times=99)
    assert {r.result for r in label_parcels(bench.work, found)} == {"issued"}
    return found


def _without(bench: Bench, ids: list[str]) -> list[str]:
    labels = _labels(bench, ids)
    return [i for i in ids if not labels[i]["mark"]]


def test_labels_without_route_stay_back_and_the_others_are_printed(
    bench: Bench, ids: list[str]
) -> None:
    bare = _without(bench, ids)
    assert 0 < len(bare) < len(ids)
    done = {r.parcel: r for r in printing.print_parcels(bench.work, ids)}
    for parcel_id in ids:
        wanted = ("failed", "no_route") if parcel_id in bare else ("printed", "")
        assert (done[parcel_id].result, done[parcel_id].code) == wanted


def test_the_next_labelling_completes_them_and_books_nothing(bench: Bench, ids: list[str]) -> None:
    bare = _without(bench, ids)
    booked = bench.world.carriers.server.journal.count(ZTO_CREATE)
    still = {r.parcel: r for r in label_parcels(bench.work, ids)}
    assert {r.result for r in still.values()} == {"kept"}
    assert all((still[i].message is not None) is (i in bare) for i in ids)
    bench.world.carriers.server.faults.clear()
    again = label_parcels(bench.work, ids)
    assert [(r.result, r.message) for r in again] == [("kept", None)] * len(ids)
    assert _without(bench, ids) == []
    assert {r.result for r in printing.print_parcels(bench.work, ids)} == {"printed"}
    assert bench.world.carriers.server.journal.count(ZTO_CREATE) == booked
    assert integrity.check(bench.work).broken == ()


def test_one_label_is_fetched_by_its_number(bench: Bench, ids: list[str]) -> None:
    bare, *_ = _without(bench, ids)
    number = truth.parcel(bench, bare).waybill
    with pytest.raises(UserError) as caught:
        label_files.fetch(bench.work, number)
    assert caught.value.code == "no_route"
    bench.world.carriers.server.faults.clear()
    label_files.fetch(bench.work, number)
    assert bare not in _without(bench, ids)
    with pytest.raises(UserError) as caught:
        label_files.fetch(bench.work, number)
    assert caught.value.code == "not_the_carriers"
