"""A place that is certainly not served keeps its parcels back, and lets them go again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.companies import COMPANIES
from app.domain.regions import PROVINCES
from app.domain.routing import Fell
from app.domain.states import HoldCode, ParcelState, Route
from app.domain.text import Text
from app.services.numbers import booking as bookings
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import checking
from app.services.parcels.parcel_queries import ParcelRow, parcel_ids, parcel_rows
from app.services.reach import own
from app.store.tables import holds
from tests.services import truth
from tests.support.warehouse import Bench, open_bench

pytestmark = pytest.mark.synced


def _refuse(bench: Bench, row: ParcelRow, verdict: str = "refused") -> str:
    """The parcel's own district in the own table."""
    with bench.work.db.read() as tx:
        where = bookings.receiver_of(tx, bench.work, row.id)
    line = own.own_region(
        row.carrier,
        verdict,
        province=where.province,
        city=where.city,
        district=where.district,
        reason="村里不送",
    )
    return own.add(bench.work, line)


def _reason(bench: Bench, row: ParcelRow) -> str:
    with bench.work.db.read() as tx:
        return str(
            Text.from_json(
                tx.execute(
                    select(holds.c.reason).where(
                        holds.c.parcel_id == row.id, holds.c.cleared_at.is_(None)
                    )
                ).scalar_one()
            )
        )


@pytest.mark.parametrize("route", [Route.DIRECT, Route.PLATFORM])
def test_no_number_is_asked_for_a_refused_place(bench: Bench, route: Route) -> None:
    row = truth.ready(bench, route, "sf" if route is Route.DIRECT else "zto")[0]
    _refuse(bench, row)
    (labelled,) = label_parcels(bench.work, [row.id])
    assert (labelled.result, labelled.code) == ("held", HoldCode.OUT_OF_RANGE)
    assert labelled.fix == "change_carrier"
    assert "村里不送" in _reason(bench, row)
    assert truth.requests_of(bench, row.id) == []


def test_a_doubtful_place_goes_on(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    _refuse(bench, row, "doubtful")
    (labelled,) = label_parcels(bench.work, [row.id])
    assert labelled.result == "issued"


def test_another_carrier_is_not_kept_back(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    _refuse(bench, row)
    label_parcels(bench.work, [row.id])
    checking.change_carrier(bench.work, row.id, "yunda")
    (labelled,) = label_parcels(bench.work, [row.id])
    assert labelled.result == "issued"


def test_the_line_taken_out_lets_the_parcel_go(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    line = _refuse(bench, row)
    label_parcels(bench.work, [row.id])
    own.remove(bench.work, line)
    (labelled,) = label_parcels(bench.work, [row.id])
    assert labelled.result == "issued"


def test_a_released_parcel_is_not_kept_back_by_the_same_line(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    _refuse(bench, row)
    label_parcels(bench.work, [row.id])
    with bench.work.db.write() as tx:
        holding.release_by_person(tx, bench.work, row.id)
    (labelled,) = label_parcels(bench.work, [row.id])
    assert labelled.result == "issued"


def _nothing_by(bench: Bench, *carriers: str) -> None:
    for carrier in carriers:
        for province in PROVINCES:
            own.add(bench.work, own.own_region(carrier, "refused", province=province))
    bench.sync()


def test_new_orders_to_a_refused_place_go_by_the_next_rule(tmp_path: Path) -> None:
    with open_bench(tmp_path, then=lambda bench: _nothing_by(bench, "sf")) as bench:
        rows = parcel_rows(bench.work, parcel_ids(bench.work))
        assert "sf" not in {row.carrier for row in rows}
        fell = {s.carrier for row in rows for s in row.trail if s.fell is Fell.REFUSED}
        assert fell == {"sf"}
        assert parcel_ids(bench.work, hold=HoldCode.OUT_OF_RANGE) == []


def test_new_orders_that_no_carrier_reaches_wait_at_the_check(tmp_path: Path) -> None:
    everyone = [c.code for c in COMPANIES]
    with open_bench(tmp_path, then=lambda bench: _nothing_by(bench, *everyone)) as bench:
        held = parcel_rows(bench.work, parcel_ids(bench.work, hold=HoldCode.OUT_OF_RANGE))
        assert {"sf", "zto", "yunda"} <= {row.carrier for row in held}
        assert {row.state for row in held} == {ParcelState.TO_CHECK}
        assert {row.account for row in held} == {""}
        assert parcel_ids(bench.work, state=ParcelState.TO_LABEL) == []
