"""Numbers from a carrier that takes its time: how long for a wave, and whether the window stalls.

    python bench/bench_waybills.py [--numbers N] [--latency-ms N] [--rates 2,30] [--window]

The simulated carrier runs in a process of its own. The least time possible is what the account's
rate limit allows: N numbers less the burst at so many a second, and the latency of the last one.
``--window``: the waves run as in the window (offscreen), which shows them meanwhile.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import select, update

from app.bootstrap import Services
from app.demo.stage import demo_scenario, open_demo_services
from app.domain.states import ParcelState, Route
from app.services.numbers import booking, labelling
from app.services.sync import syncing
from app.services.waves import waves
from app.simulators.warehouse import SimulatedWarehouse
from app.store.tables import accounts, parcels, shops

BURST = 5
ACCOUNT = "sf"
_ALWAYS = 1_000_000
_SPARE = 2.2  # so many orders for one parcel that nothing keeps back


@dataclass(frozen=True, slots=True)
class Run:
    """One wave. ``stall_ms`` is the longest time that the window did not answer."""

    rate: float
    numbers: int
    took_s: float
    least_s: float
    stall_ms: float | None
    processor_s: float

    @property
    def share(self) -> float:
        return self.least_s / self.took_s


def least_s(numbers: int, rate: float, latency_s: float) -> float:
    """The least time that the rate limit allows."""
    return max(0.0, (numbers - BURST) / rate) + latency_s


# The carrier's process


def serve(orders: int, now_s: float, latency_s: float) -> None:
    """The simulated world until stdin ends; says its configuration first."""
    scenario = demo_scenario(1, orders, datetime.fromtimestamp(now_s, UTC))
    with SimulatedWarehouse(scenario) as world:
        for shop in world.shops.values():
            shop.quirks.decodes_per_day = _ALWAYS
            shop.quirks.decode_refusals_after_get = 0  # each costs two seconds, on purpose
        world.carriers.server.faults.hang("", _ALWAYS, seconds=latency_s)
        print(json.dumps({"configuration": world.configuration()}), flush=True)
        sys.stdin.read()
        world.carriers.server.faults.clear()


@contextmanager
def carrier(orders: int, now_s: float, latency_s: float) -> Iterator[str]:
    """The other process; gives the configuration to use with it."""
    command = [sys.executable, __file__, "--serve", str(orders), str(now_s), str(latency_s)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipe")
    try:
        yield str(json.loads(process.stdout.readline())["configuration"])
    finally:
        process.stdin.close()
        process.wait(30)


# Ours


def measure(numbers: int, rates: list[float], latency_s: float, *, window: bool) -> Iterator[Run]:
    """A wave of ``numbers`` parcels for each rate."""
    orders, now = int(numbers * len(rates) * _SPARE) + 40, datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory() as folder,
        carrier(orders, now.timestamp(), latency_s) as configuration,
    ):
        scenario = demo_scenario(1, orders, now)
        services = open_demo_services(Path(folder) / "data", scenario, configuration)
        try:
            for shop in syncing.shop_ids(services.work):
                syncing.sync_shop(services.work, shop)
            prepare(services)
            ids = waiting(services)
            for parcel_id in ids[: numbers * len(rates)]:  # addresses in clear, as they are at hand
                booking.build(services.work, parcel_id, "1")
            for rate in rates:
                mine, ids = ids[:numbers], ids[numbers:]
                set_rate(services, rate)
                wave = waves.create(services.work, only=mine).id
                run = in_window if window else alone
                began_s = time.process_time()
                took_s, stall_ms = run(services, wave)
                busy_s = time.process_time() - began_s
                with services.work.db.read() as tx:
                    got = sum(
                        row.waybill_id is not None
                        for row in tx.execute(select(parcels).where(parcels.c.wave_id == wave))
                    )
                yield Run(rate, got, took_s, least_s(got, rate, latency_s), stall_ms, busy_s)
        finally:
            services.close()


def prepare(services: Services) -> None:
    """Everything that waits goes with one account; clear addresses are plenty."""
    with services.work.db.write() as tx:
        for row in tx.execute(select(shops.c.id, shops.c.settings)).all():
            chosen = {**row.settings, "decode_per_day": _ALWAYS}
            tx.execute(update(shops).where(shops.c.id == row.id).values(settings=chosen))
        tx.execute(
            update(parcels)
            .where(parcels.c.state == ParcelState.TO_LABEL)
            .values(route=Route.DIRECT, carrier=ACCOUNT, account=ACCOUNT)
        )


def waiting(services: Services) -> list[str]:
    """Parcels that wait for a number and that nothing keeps back."""
    return list(waves.would_take(services.work, carrier=ACCOUNT, order_by="deadline", limit=None))


def set_rate(services: Services, rate: float) -> None:
    """Calls a second of the account, from the next call on."""
    with services.work.db.write() as tx:
        chosen = tx.execute(
            select(accounts.c.settings).where(accounts.c.name == ACCOUNT)
        ).scalar_one()
        tx.execute(
            update(accounts)
            .where(accounts.c.name == ACCOUNT)
            .values(settings={**chosen, "calls_per_second": rate})
        )


def alone(services: Services, wave: str) -> tuple[float, float | None]:
    """As ``wave label`` does it."""
    began_s = time.perf_counter()
    labelling.label_wave(services.work, wave)
    return time.perf_counter() - began_s, None


def in_window(services: Services, wave: str) -> tuple[float, float | None]:
    """As the window does it, without the printing; the longest stall of its event loop."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer

    from ui import wave_job
    from ui.main_window import build_product

    set_printing(wave_job, lambda *_args, **_more: [])
    product = build_product(services)
    product.window.resize(1440, 900)
    product.window.set_close_question(lambda: True)
    product.window.show()
    product.window.go("waves")
    loop, since, gaps = QEventLoop(), QElapsedTimer(), [0.0]
    job = product.makings.wave_job

    def beat() -> None:
        gaps.append(since.nsecsElapsed() / 1e6)
        since.restart()

    def ended(_wave: str) -> None:
        run = job.view(wave)
        if run is not None and not run.busy:
            loop.quit()

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(5)
    timer.timeout.connect(beat)
    settle = QTimer()
    settle.singleShot(1500, loop.quit)
    loop.exec()  # the page is read and drawn
    job.changed.connect(ended)
    since.start()
    timer.start()
    began_s = time.perf_counter()
    job.start(wave)
    loop.exec()
    took_s = time.perf_counter() - began_s
    timer.stop()
    product.window.close()
    product.close()
    product.parts.close()
    return took_s, max(gaps)


def set_printing(place: Any, nothing: Callable[..., list[Any]]) -> None:
    """The wave ends with its numbers: paper is measured elsewhere."""
    place.printing.print_wave = nothing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=500)
    parser.add_argument("--latency-ms", type=int, default=150)
    parser.add_argument("--rates", default="2,30")
    parser.add_argument("--window", action="store_true")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    rates = [float(r) for r in chosen.rates.split(",")]
    print(f"{chosen.numbers} numbers, the carrier answers after {chosen.latency_ms} ms")
    heads = ("calls/s", "numbers", "s", "least s", "share", "cpu s", "stall ms")
    print(" ".join(f"{head:>8}" for head in heads))
    for run in measure(chosen.numbers, rates, chosen.latency_ms / 1000, window=chosen.window):
        stall = "-" if run.stall_ms is None else f"{run.stall_ms:.0f}"
        print(
            f"{run.rate:8g} {run.numbers:8} {run.took_s:8.1f} {run.least_s:8.1f}"
            f" {run.share:8.1%} {run.processor_s:8.1f} {stall:>8}",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "--serve":
        serve(int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    else:
        main()
