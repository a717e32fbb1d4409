"""A bench for every test of the services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A configured bench with stock, on the simulated world; see the mark ``synced``."""
    synced = request.node.get_closest_marker("synced") is not None
    with open_bench(tmp_path, then=Bench.sync if synced else None) as opened:
        yield opened
