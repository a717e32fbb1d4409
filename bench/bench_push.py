"""From paid to the screen by push: paid, in the database, noticed in another process.

    python bench/bench_push.py [ORDERS] [PER_SECOND]

Three processes as in real life: the
simulated shop (here), the relay, and whoever looks at the database as the window does (here too,
in threads that do nothing else).
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from sqlalchemy import select

from app.demo.stage import demo_scenario, open_demo_services
from app.services.elsewhere import EVERY_S, Elsewhere
from app.services.workplace import Workplace
from app.simulators.demo_shop import take_order
from app.simulators.scenario import Scenario, later_orders
from app.simulators.warehouse import SimulatedWarehouse
from app.simulators.wechat.push_sender import PushSender
from app.store.tables import orders

MAIN = str(Path(__file__).resolve().parents[1] / "main.py")
_LOOK_S = 0.005


@dataclass
class Delays:
    """Moments by order id, of this machine's steady clock."""

    paid: dict[str, float] = field(default_factory=dict)
    stored: dict[str, float] = field(default_factory=dict)
    noticed: dict[str, float] = field(default_factory=dict)

    def of(self, moments: dict[str, float]) -> list[float]:
        return sorted(at - self.paid[i] for i, at in moments.items() if i in self.paid)


def measure(count: int = 200, per_second: float = 5.0) -> Delays:
    """Let ``count`` orders be paid, so many a second, and watch where they are."""
    scenario = demo_scenario(None, 1, datetime.now(UTC))
    delays = Delays()
    with tempfile.TemporaryDirectory() as folder, SimulatedWarehouse(scenario) as world:
        data = Path(folder) / "data"
        services = open_demo_services(data, scenario, world.configuration())
        done = threading.Event()
        try:
            with (
                _relay(data) as port,
                _senders(world, scenario, port),
                _watching(services.work, delays, done),
            ):
                _pay(world, scenario, delays, count, 1 / per_second)
                ends = time.monotonic() + 60
                while set(delays.paid) - set(delays.noticed) and time.monotonic() < ends:
                    time.sleep(0.05)
                done.set()
        finally:
            done.set()
            services.close()
    return delays


def _pay(
    world: SimulatedWarehouse, scenario: Scenario, delays: Delays, count: int, every_s: float
) -> None:
    fresh = later_orders(scenario, 1, lambda: datetime.now(UTC))
    due = time.perf_counter()
    for _ in range(count):
        order = next(fresh)
        due += every_s
        time.sleep(max(0.0, due - time.perf_counter()))
        delays.paid[order.order_id] = time.perf_counter()
        take_order(world.shops[order.shop], order)


@contextmanager
def _relay(data: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, MAIN, "--data", str(data), "relay", f"--listen=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(trust_env=False) as http:
            while True:
                try:
                    http.get(f"http://127.0.0.1:{port}/health")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _senders(world: SimulatedWarehouse, scenario: Scenario, port: int) -> Iterator[None]:
    senders = [
        PushSender(
            world.shops[a.name], f"http://127.0.0.1:{port}/wechat/{a.name}", a.token, a.aes_key
        ).start()
        for a in scenario.accounts.shops
    ]
    try:
        yield
    finally:
        for sender in senders:
            sender.stop()


@contextmanager
def _watching(work: Workplace, delays: Delays, done: threading.Event) -> Iterator[None]:
    def known() -> list[str]:
        with work.db.read() as tx:
            return list(tx.execute(select(orders.c.order_id)).scalars())

    def look_into_database() -> None:
        while not done.wait(_LOOK_S):
            for order_id in known():
                delays.stored.setdefault(order_id, time.perf_counter())

    def look_as_the_window() -> None:
        elsewhere = Elsewhere(work)
        try:
            while not done.wait(EVERY_S):
                if "orders" in elsewhere.look():
                    for order_id in known():
                        delays.noticed.setdefault(order_id, time.perf_counter())
        finally:
            elsewhere.close()

    threads = [threading.Thread(target=t) for t in (look_into_database, look_as_the_window)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def main(count: int, per_second: float) -> None:
    delays = measure(count, per_second)
    print(f"{count} orders, {per_second:g} a second, by push alone; s after being paid")
    print(f"{'':24} {'p50':>6} {'p99':>6} {'max':>6} {'missing':>8}")
    for name, moments in (
        ("in the database", delays.stored),
        ("noticed by the window", delays.noticed),
    ):
        found = delays.of(moments)
        cuts = statistics.quantiles(found, n=100, method="inclusive")
        missing = len(delays.paid) - len(found)
        print(f"{name:24} {cuts[49]:6.2f} {cuts[98]:6.2f} {found[-1]:6.2f} {missing:8}")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 200,
        float(sys.argv[2]) if len(sys.argv) > 2 else 5.0,
    )
