"""Labels through the whole journal to a printer on the network: how fast, and who waits for whom.

    python bench/bench_printing.py [--labels N] [--slow-labels N] [--profile]

The simulated TSPL printer runs in a process of its own. First one that never waits: labels a
second, each claimed in the database before its first byte and settled by the printer's own word.
Then one of 1.2 s a label: how long it stood idle between the end of a label and the first byte of
the next, which is all that it waits for us.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import update

from app.bootstrap import Services
from app.demo.stage import demo_scenario, open_demo_services
from app.services.numbers import labelling
from app.services.printing.printing import print_wave
from app.services.sync import syncing
from app.services.waves import waves
from app.simulators.printers import LabelPrinter, PrinterFaults
from app.store.tables import printers
from bench.bench_waybills import carrier, prepare, set_rate, waiting

PRINTER = "measured"
_SPARE = 2.2
_SLOW_S = 1.2


@dataclass(frozen=True, slots=True)
class Run:
    """One wave. ``idle_ms`` are the pauses of a printer that had something to do."""

    labels: int
    took_s: float
    idle_ms: list[float]


# The printer's process


def serve_printer(label_print_s: float) -> None:
    """A printer until stdin ends; says its port first, and then how long it stood idle."""
    faults = PrinterFaults(label_print_s=label_print_s)
    with LabelPrinter("tspl", faults=faults, keep=0) as printer:
        print(json.dumps({"port": printer.port}), flush=True)
        idle = _Idle(printer)
        idle.watch()
    print(json.dumps({"idle_ms": idle.pauses_ms}), flush=True)


class _Idle:
    """Looks every millisecond: from the end of a label to the first byte of the next job."""

    def __init__(self, printer: LabelPrinter) -> None:
        self._printer = printer
        self.pauses_ms: list[float] = []

    def watch(self) -> None:
        import select

        papers, seen = 0, 0
        ended_s: float | None = None
        while not select.select([sys.stdin], [], [], 0.001)[0]:
            count, received = len(self._printer.papers), self._printer.received_bytes
            if count > papers:
                papers, ended_s, seen = count, time.perf_counter(), received
            elif ended_s is not None and received > seen + 1000:  # more than questions: a label
                self.pauses_ms.append((time.perf_counter() - ended_s) * 1000)
                ended_s = None


@contextmanager
def printer_process(label_print_s: float) -> Iterator[tuple[int, list[float]]]:
    """Its port; the list holds its pauses in ms once the block is left."""
    command = [sys.executable, __file__, "--serve-printer", str(label_print_s)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipe")
    pauses: list[float] = []
    try:
        yield int(json.loads(process.stdout.readline())["port"]), pauses
        process.stdin.write("\n")
        process.stdin.flush()
        pauses.extend(json.loads(process.stdout.readline())["idle_ms"])
    finally:
        process.stdin.close()
        process.wait(30)


# Ours


@contextmanager
def numbered(labels: int) -> Iterator[tuple[Services, list[str]]]:
    """A bench with so many parcels that have a number and wait for their label."""
    orders, now = int(labels * _SPARE) + 40, datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory() as folder,
        carrier(orders, now.timestamp(), 0.0) as configuration,
    ):
        scenario = demo_scenario(1, orders, now)
        services = open_demo_services(
            Path(folder) / "data", scenario, configuration, draw_beside=True
        )
        try:
            for shop in syncing.shop_ids(services.work):
                syncing.sync_shop(services.work, shop)
            prepare(services)
            set_rate(services, 10_000)
            ids = waiting(services)[:labels]
            labelling.label_parcels(services.work, ids)
            yield services, ids
        finally:
            services.close()


def printed(services: Services, ids: list[str], label_print_s: float) -> Run:
    """One wave on one printer; raises when a label is not out."""
    with printer_process(label_print_s) as (port, pauses):
        settings = {
            "language": "tspl",
            "address": f"tcp://127.0.0.1:{port}",
            "media": "76x130",
            "documents": ["label"],
        }
        with services.work.db.write() as tx:
            tx.execute(update(printers).values(active=False))
            tx.execute(
                update(printers)
                .where(printers.c.name == "bench-1")
                .values(settings=settings, active=True)
            )
        wave = waves.create(services.work, only=ids).id
        began_s = time.perf_counter()
        rows = print_wave(services.work, wave)
        took_s = time.perf_counter() - began_s
        wrong = [row for row in rows if row.result != "printed"]
        if wrong:
            raise SystemExit(f"not printed: {wrong[0].code} {wrong[0].message}")
    return Run(len(rows), took_s, pauses)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=300)
    parser.add_argument("--slow-labels", type=int, default=15)
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    slow = chosen.slow_labels
    with numbered(chosen.labels + slow) as (services, ids):
        if chosen.profile:
            import cProfile
            import pstats

            profile = cProfile.Profile()
            profile.enable()
            run = printed(services, ids[slow:], 0.0)
            profile.disable()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
        else:
            run = printed(services, ids[slow:], 0.0)
        print(
            f"a printer that never waits: {run.labels} labels in {run.took_s:.1f} s,"
            f" {run.labels / run.took_s:.0f} a second ({1000 * run.took_s / run.labels:.1f} ms)"
        )
        if slow:
            run = printed(services, ids[:slow], _SLOW_S)
            idle = run.idle_ms
            print(
                f"one of {_SLOW_S} s a label: {run.labels} labels in {run.took_s:.1f} s, least"
                f" {_SLOW_S * run.labels:.1f} s; idle between labels: median"
                f" {statistics.median(idle):.0f} ms, most {max(idle):.0f} ms"
            )


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--serve-printer":
        serve_printer(float(sys.argv[2]))
    else:
        main()
