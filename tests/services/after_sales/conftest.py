"""One shop with an order whose goods are known, and what buyers do with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.after_sales.floor import Floor
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """A synced bench whose shop has an ordinary order of at least two pieces."""
    with open_bench(tmp_path, then=Bench.sync) as bench:
        yield Floor(bench)
