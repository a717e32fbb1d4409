"""The window shows what others did without being asked to: other processes, and pushes."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.domain.errors import PackbenchError
from app.services.sync import push_events
from app.simulators.wechat.push_sender import PushSender
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


def _listening_at(bench: Bench, port: int) -> Bench:
    local = replace(bench.services.local, relay_listen=f"127.0.0.1:{port}")
    return replace(bench, services=replace(bench.services, local=local))


def test_a_window_that_listens_takes_a_push_itself(qtbot: QtBot, bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    account = bench.scenario.accounts.shop("shanye")
    shop = bench.world.shops["shanye"]
    url = f"http://127.0.0.1:{port}/wechat/shanye"
    with (
        shown_product(qtbot, _listening_at(bench, port)) as product,
        PushSender(shop, url, account.token, account.aes_key, scale=0.01) as platform,
    ):
        product.start()
        (order, *_) = shop.ids_with_status(20)
        shop.urge(order)
        qtbot.waitUntil(lambda: any(d.taken for d in platform.deliveries), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: push_events.backlog(bench.work).waiting == 0, timeout=WAIT_MS)
        product.background.stop()


def test_a_taken_port_is_told_and_the_window_goes_on(qtbot: QtBot, bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with shown_product(qtbot, _listening_at(bench, port)) as product:
            failed: list[PackbenchError] = []
            product.background.relay_failed.connect(failed.append)
            product.start()
            qtbot.waitUntil(lambda: bool(failed), timeout=WAIT_MS)
            product.background.stop()
    assert failed[0].code == "relay_listen"
