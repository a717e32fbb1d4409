"""Two benches that reach for the same work at the same moment share it: nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.states import ParcelState, Verdict
from app.services.parcels import packing
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.waves import waves
from app.services.workplace import Workplace
from app.store.tables import leases, parcels
from tests.support.warehouse import Bench, open_bench
from tests.ui.parcels_to_pack import parcels_to_pack

BENCHES = 6
BOUND_S = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    server = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with open_bench(tmp_path / "bench", orders=24, then=Bench.sync, server=server) as opened:
        yield opened


def at_once(bench: Bench, limit: int | None) -> list[waves.Wave]:
    """As many benches as there are make a wave at the same moment; those that found parcels."""
    ready = threading.Barrier(BENCHES)

    def make(number: int) -> waves.Wave | None:
        work: Workplace = replace(bench.work, bench=f"B{number}")
        ready.wait(BOUND_S)
        try:
            return waves.create(work, limit=limit)
        except UserError as error:
            return None if error.code == "wave_empty" else pytest.fail(error.code)

    with ThreadPoolExecutor(BENCHES) as pool:
        return [w for w in pool.map(make, range(BENCHES)) if w is not None]


def in_waves(bench: Bench) -> list[str]:
    with bench.work.db.read() as tx:
        query = select(parcels.c.wave_id).where(parcels.c.state == ParcelState.TO_LABEL)
        return [w for w in tx.execute(query).scalars() if w]


def test_benches_that_make_waves_at_once_share_the_parcels(both: Bench) -> None:
    waiting = len(waves.would_take(both.work))
    assert waiting >= 2 * BENCHES
    made = at_once(both, 2)
    assert [w.parcels for w in made] == [2] * BENCHES, "there was enough for everybody"
    assert len({w.name for w in made}) == BENCHES
    found = in_waves(both)
    assert sorted(found) == sorted([w.id for w in made] * 2), "and no parcel is in two"


def test_one_bench_gets_all_that_is_left_and_the_others_are_told(both: Bench) -> None:
    waiting = len(waves.would_take(both.work))
    made = at_once(both, None)
    assert sum(w.parcels for w in made) == waiting == len(in_waves(both))


@pytest.fixture
def packed(both: Bench) -> ParcelRow:
    """A parcel with its label on paper."""
    return max(parcels_to_pack(both), key=lambda row: row.id)


def at(bench: Bench, name: str) -> Workplace:
    return replace(bench.work, bench=name)


def pass_by(bench: Bench) -> None:
    """Nobody touches anything for longer than a bench may leave its parcel."""
    with bench.work.db.write() as tx:
        past = bench.work.db.now(tx, bench.work.now()) - timedelta(seconds=1)
        tx.execute(update(leases).where(leases.c.name.startswith("table:")).values(until_at=past))


def test_a_parcel_open_at_one_bench_is_refused_at_the_other_by_name(
    both: Bench, packed: ParcelRow
) -> None:
    here, there = at(both, "B1"), at(both, "B2")
    opened = packing.open_parcel(here, packed.waybill)
    assert opened.parcel is not None
    refused = packing.open_parcel(there, packed.waybill)
    assert refused.verdict is Verdict.ELSEWHERE
    assert "B1" in str(refused.reason)
    assert packing.open_parcel(here, packed.waybill).verdict is Verdict.PARCEL_OPENED
    pass_by(both)
    taken = packing.open_parcel(there, packed.waybill)
    assert taken.parcel is not None, "a bench that nobody stands at keeps nothing back"
    code = opened.parcel.lines[0].item.code
    assert packing.scan(here, opened.parcel, code, nonce="1").verdict is Verdict.ELSEWHERE
    assert packing.scan(there, taken.parcel, code, nonce="2").accepted
    with both.work.db.read() as tx:
        assert packing.read_parcel(tx, packed.id).have == 1


def test_a_bench_that_turns_to_its_next_parcel_gives_the_one_before_back(
    both: Bench, packed: ParcelRow
) -> None:
    other = next(r for r in parcel_rows(both.work, _printed(both)) if r.id != packed.id)
    here, there = at(both, "B1"), at(both, "B2")
    packing.open_parcel(here, packed.waybill)
    packing.open_parcel(here, other.waybill)
    assert packing.open_parcel(there, packed.waybill).verdict is Verdict.PARCEL_OPENED


def _printed(bench: Bench) -> list[str]:
    with bench.work.db.read() as tx:
        query = select(parcels.c.id).where(parcels.c.state == ParcelState.TO_PICK)
        return list(tx.execute(query).scalars())
