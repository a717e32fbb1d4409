"""Orders from the shop into the database: how many a second, at what pace, how late.

    python bench/bench_sync.py [--full] [--part backfill|paced|delay]

* backfill: 10,000 orders from a shop that answers at once, no pace kept: what this program can do.
* paced: calls_per_minute 1,000 and 80 ms an answer: orders a second, and the share of the calls
  allowed that was used (1,500 orders; ``--full`` takes 10,000 and ten minutes).
* delay: orders paid at random moments, 3 a second, polled every 2 s: from paid to stored.

The shop runs in a process of its own, so that it does not share our interpreter.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import Connection, select

from app.bootstrap import Services
from app.demo.stage import open_demo_services
from app.jobs import Cancelled, CancelToken
from app.services.sync import syncing, watching
from app.shops.wechat import pace
from app.simulators.demo_shop import take_order
from app.simulators.scenario import Scenario, build_scenario, later_orders
from app.simulators.warehouse import SimulatedWarehouse
from app.store.engine import Database
from app.store.tables import orders

SHOP = "shanye"
SEED = 7
BACKFILL = 10_000
LATENCY_S = 0.08
CALLS_PER_MINUTE = 1_000
DELAY_FOR_S = 60
PAID_A_SECOND = 3
ALWAYS = 10**9


def scenario_of(count: int, now_s: float) -> Scenario:
    """``count`` orders in the shop, two thirds of the scenario."""
    return build_scenario(SEED, datetime.fromtimestamp(now_s, UTC), count * 3 // 2, bundles=False)


# The shop's process


def serve(count: int, now_s: float, latency_s: float, calls_per_minute: int) -> None:
    """Serve until stdin ends. ``pay`` takes an order now, ``stats`` tells of the calls so far."""
    scenario = scenario_of(count, now_s)
    with SimulatedWarehouse(scenario) as world:
        shop = world.shops[SHOP]
        shop.quirks.calls_per_minute = calls_per_minute or ALWAYS
        shop.quirks.calls_per_day = ALWAYS
        if latency_s:
            world.wechat.faults.hang("", ALWAYS, seconds=latency_s)
        later = (o for o in later_orders(scenario, 1, lambda: datetime.now(UTC)) if o.shop == SHOP)
        say({"configuration": world.configuration()})
        for line in sys.stdin:
            if line.strip() == "pay":
                order = next(later)
                with shop.lock:
                    paid_s = time.time()
                    order.order["update_time"] = int(paid_s)
                    take_order(shop, order)
                say({"id": order.order_id, "paid_s": paid_s})
            else:
                calls = world.wechat.journal.calls("/channels")
                times = [call.at_s for call in calls]
                say(
                    {
                        "calls": len(calls),
                        "refused": sum(call.code == "45011" for call in calls),
                        "first_s": min(times, default=0.0),
                        "last_s": max(times, default=0.0),
                    }
                )


def say(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


class Shop:
    """The other process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin: IO[str] = process.stdin
        self._stdout: IO[str] = process.stdout

    def read(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._stdout.readline())
        return answer

    def ask(self, what: str) -> dict[str, Any]:
        self._stdin.write(f"{what}\n")
        self._stdin.flush()
        return self.read()


@contextmanager
def opened(
    folder: Path, count: int, latency_s: float, calls_per_minute: int
) -> Iterator[tuple[Shop, Services]]:
    """The shop's process, and services connected to it. ``calls_per_minute`` 0: no pace kept."""
    now_s = time.time()
    arguments = [str(count), repr(now_s), repr(latency_s), str(calls_per_minute)]
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        shop = Shop(process)
        config = shop.read()["configuration"]
        allowed = calls_per_minute or 10_000
        config = re.sub(r"calls_per_minute = \d+", f"calls_per_minute = {allowed}", config)
        services = open_demo_services(folder, scenario_of(count, now_s), config)
        try:
            yield shop, services
        finally:
            services.close()
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait()


# Our side


class Writes:
    """How long write transactions take, in ms: by the clock, and of the processor alone."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.worked: list[float] = []

    def watch(self) -> None:
        plain, taken, worked = Database.write, self.taken, self.worked

        @contextmanager
        def timed(self: Database) -> Iterator[Connection]:
            with plain(self) as tx:
                began_s, cpu_s = time.perf_counter(), time.thread_time()
                yield tx
                taken.append((time.perf_counter() - began_s) * 1000)
                worked.append((time.thread_time() - cpu_s) * 1000)

        Database.write = timed  # type: ignore[method-assign]  # a benchmark looks inside

    def told(self) -> str:
        wall, cpu = sorted(self.taken), sorted(self.worked)
        return (
            f"write transactions p50 {statistics.median(wall):.0f} ms,"
            f" p99 {wall[len(wall) * 99 // 100]:.0f} ms, longest {wall[-1]:.0f} ms"
            f" (of the processor {statistics.median(cpu):.0f}, {cpu[len(cpu) * 99 // 100]:.0f}"
            f" and {cpu[-1]:.0f} ms)"
        )


def fetched(shop: Shop, services: Services, writes: Writes) -> tuple[int, float, float]:
    """A whole back-fill: orders, seconds of the clock, seconds of the processor."""
    work = services.work
    syncing.refresh_accounts(work, work.outside.shop(SHOP))
    writes.taken.clear()
    writes.worked.clear()
    began_s, cpu_s = time.perf_counter(), time.process_time()
    result = syncing.sync_shop(work, SHOP)
    return result.new, time.perf_counter() - began_s, time.process_time() - cpu_s


def _no_limits(calls_per_minute: int) -> tuple[float, float]:
    return 1e6 * calls_per_minute, 1e6


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def backfill(folder: Path, writes: Writes) -> None:
    kept, pace.limits = pace.limits, _no_limits
    try:
        with opened(folder, BACKFILL, 0.0, 0) as (shop, services):
            before_mb = memory_mb()
            count, took_s, cpu_s = fetched(shop, services, writes)
            print(
                f"back-fill, no latency:  {count} orders in {took_s:.0f} s:"
                f" {count / took_s:.0f} orders/s ({count / cpu_s:.0f} a processor second)"
            )
            print(
                f"                        {writes.told()};"
                f" memory {memory_mb():.0f} MB ({before_mb:.0f} MB before)"
            )
    finally:
        pace.limits = kept


def paced(folder: Path, writes: Writes, count: int) -> None:
    with opened(folder, count, LATENCY_S, CALLS_PER_MINUTE) as (shop, services):
        found, took_s, _ = fetched(shop, services, writes)
        told = shop.ask("stats")
        minutes = (told["last_s"] - told["first_s"]) / 60
        share = told["calls"] / minutes / CALLS_PER_MINUTE
        print(
            f"back-fill, 1000/min, 80 ms: {found} orders in {took_s:.0f} s:"
            f" {found / took_s:.1f} orders/s, {share:.1%} of the calls allowed,"
            f" {told['refused']} refused"
        )
        print(f"                        {writes.told()}")


def delay(folder: Path) -> None:
    """From paid to stored, by polling. (What pushes add is measured in bench_push.py.)"""
    chance = random.Random(SEED)
    token = CancelToken()
    with opened(folder, 60, LATENCY_S, CALLS_PER_MINUTE) as (shop, services):
        work = services.work
        syncing.sync_shop(work, SHOP)

        def watch() -> None:
            try:
                watching.watch(work, SHOP, token)
            except Cancelled:
                return

        thread = threading.Thread(target=watch)
        thread.start()
        paid: dict[str, float] = {}
        try:
            ends_s = time.monotonic() + DELAY_FOR_S
            while time.monotonic() < ends_s:
                time.sleep(chance.expovariate(PAID_A_SECOND))
                told = shop.ask("pay")
                paid[told["id"]] = told["paid_s"]
            time.sleep(6)
        finally:
            token.cancel()
            thread.join()
        with work.db.read() as tx:
            rows = tx.execute(select(orders.c.order_id, orders.c.stored_at)).all()
        stored = {r.order_id: r.stored_at.timestamp() for r in rows}
        late = sorted(stored[i] - at_s for i, at_s in paid.items() if i in stored)
        print(
            f"paid to stored, polling: {len(late)} of {len(paid)} orders:"
            f" p50 {statistics.median(late):.2f} s, p99 {late[len(late) * 99 // 100]:.2f} s,"
            f" longest {late[-1]:.2f} s"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--part", choices=["backfill", "paced", "delay"])
    parser.add_argument("--serve", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        count, now_s, latency_s, calls_per_minute = chosen.serve
        serve(int(count), float(now_s), float(latency_s), int(calls_per_minute))
        return 0
    writes = Writes()
    writes.watch()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.part in {None, "backfill"}:
            backfill(folder / "backfill", writes)
        if chosen.part in {None, "paced"}:
            paced(folder / "paced", writes, BACKFILL if chosen.full else 1_500)
        if chosen.part in {None, "delay"}:
            delay(folder / "delay")
    return 0


if __name__ == "__main__":
    sys.exit(main())
