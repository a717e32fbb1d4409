"""The window shows what another process did, without being asked to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.support.warehouse import Bench, open_bench
from tests.ui.orders_window import WAIT_MS, shown_product
from ui.main_window import Product

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, orders=12) as made:
        yield made


@pytest.fixture
def product(qtbot: QtBot, bench: Bench) -> Iterator[Product]:
    with shown_product(qtbot, bench) as made:
        yield made
        made.background.stop()


def test_stock_received_by_the_command_line_reaches_the_pages(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    heard: set[str] = set()
    product.parts.feed.changed.connect(heard.update)
    product.start()
    sku = bench.scenario.goods[0].sku
    data = str(bench.services.paths.root)
    receive = ["main.py", "--data", data, "stock", "receive", sku, "2"]
    qtbot.waitUntil(lambda: len(product.background.lanes) == 2, timeout=WAIT_MS)
    for lane in product.background.lanes.values():  # nothing of our own may be what is heard
        lane.stop()
    qtbot.waitUntil(lambda: not product.parts.jobs.active, timeout=WAIT_MS)
    heard.clear()
    subprocess.run([sys.executable, *receive], cwd=ROOT, check=True, capture_output=True)
    qtbot.waitUntil(lambda: "stock" in heard, timeout=WAIT_MS)
