"""Two benches that reach for the same work at the same moment share it: nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import ParcelState
from app.services.waves import waves
from app.services.workplace import Workplace
from app.store.tables import parcels
from tests.support.warehouse import Bench, open_bench

BENCHES = 6
BOUND_S = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    server = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with open_bench(tmp_path / "bench", then=Bench.sync, server=server) as opened:
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
