from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.pushing import Pushed, pushed
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened


@pytest.fixture
def door(bench: Bench) -> Iterator[Pushed]:
    """A bench whose relay listens on a free port."""
    with pushed(bench) as opened:
        yield opened
