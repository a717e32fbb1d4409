"""A bench for every test of the services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.listings import pulling
from app.services.stock import stock_push
from tests.services.goods import SHANYE
from tests.services.print_runs import Numbered, numbered
from tests.services.shop_in_step import get_in_step
from tests.services.truth import change_shop
from tests.support.shop_orders import SHOP
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A configured bench with stock, on the simulated world; see the mark ``synced``."""
    synced = request.node.get_closest_marker("synced") is not None
    with open_bench(tmp_path, then=Bench.sync if synced else None) as opened:
        yield opened


@pytest.fixture
def pushing(bench: Bench) -> Bench:
    """A synced bench whose first shop is told its stock, and agrees with us already."""
    pulling.pull(bench.work, SHANYE)
    change_shop(bench, SHANYE, stock_push="on")
    stock_push.push_and_send(bench.work, SHANYE)
    bench.world.wechat.journal.clear()
    return bench


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Bench]:
    """A bench whose shop is in step; the orders of the scenario are old news."""
    with open_bench(tmp_path / "small", then=get_in_step) as bench:
        bench.work.outside.shop(SHOP).clock_ahead()  # its time is known
        bench.world.wechat.journal.clear()
        yield bench


@pytest.fixture
def wave(bench: Bench) -> Numbered:
    """Six parcels with numbers in a wave, and two printers that do what a test wants."""
    return numbered(bench)
