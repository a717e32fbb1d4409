"""What another process commits is noticed here."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

from app.services.elsewhere import Elsewhere, Watch
from app.services.orders import queries
from app.services.sync import syncing
from app.services.workplace import Topics
from tests.support.warehouse import Bench

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


def command(bench: Bench, *arguments: str) -> None:
    """A command line of its own process on the bench's database."""
    subprocess.run(
        [sys.executable, "main.py", "--data", str(bench.services.paths.root), *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )


def test_another_process_is_noticed_by_topic(bench: Bench) -> None:
    elsewhere = Elsewhere(bench.work)
    try:
        assert elsewhere.look() == frozenset()  # the first look only learns how things are
        assert elsewhere.look() == frozenset()
        sku = bench.scenario.goods[0].sku
        command(bench, "stock", "receive", sku, "3")
        assert "stock" in elsewhere.look()
        assert elsewhere.look() == frozenset()
    finally:
        elsewhere.close()


def test_orders_stored_by_another_workplace_are_noticed(bench: Bench) -> None:
    elsewhere = Elsewhere(bench.work)
    try:
        elsewhere.look()
        bench.sync()
        assert {"orders", "parcels", "stock", "shops"} <= elsewhere.look()
        (shop, *_) = syncing.shop_ids(bench.work)
        (order, *_) = bench.world.shops[shop].orders
        bench.clock.advance(5)
        bench.world.shops[shop].write_merchant_note(order, "note")
        syncing.refetch(bench.work, shop, [order])
        assert "orders" in elsewhere.look()
    finally:
        elsewhere.close()


def test_reading_alone_is_no_change(bench: Bench) -> None:
    elsewhere = Elsewhere(bench.work)
    try:
        elsewhere.look()
        queries.order_counts(bench.work, queries.OrderFilter())
        command(bench, "stock", "list")
        assert elsewhere.look() == frozenset()
    finally:
        elsewhere.close()


def test_the_watch_announces_what_another_process_did(bench: Bench) -> None:
    heard: list[Topics] = []
    something = threading.Event()

    def listen(topics: Topics) -> None:
        heard.append(topics)
        something.set()

    watch = Watch(replace(bench.work, announce=listen), every_s=0.02)
    watch.start()
    try:
        command(bench, "stock", "receive", bench.scenario.goods[0].sku, "1")
        assert something.wait(PATIENCE_S)
    finally:
        watch.stop()
        watch.stop()
    assert any("stock" in topics for topics in heard)


def test_the_watch_keeps_no_transaction_open(bench: Bench) -> None:
    """An open one would freeze the counter it looks at and let the log file grow for ever."""
    elsewhere = Elsewhere(bench.work)
    try:
        elsewhere.look()
        bench.sync()
        elsewhere.look()
        with bench.work.db.engine.connect() as connection:
            if bench.work.db.is_sqlite:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()
                assert busy is not None
                assert busy[0] == 0
    finally:
        elsewhere.close()
