"""A bench for every test of the services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A configured bench with stock, on the simulated world."""
    with open_bench(tmp_path) as opened:
        yield opened
