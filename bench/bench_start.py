"""How long the command line takes: whole processes, medians, with the limit beside them.

    python bench/bench_start.py [RUNS]

On a shared machine CPU seconds say more than wall seconds.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.demo.stage import demo_scenario, open_stage
from app.services.sync import syncing

MAIN = str(Path(__file__).resolve().parents[1] / "main.py")
LIMITS_S = {
    "--help": 0.5,
    "nonsense": 0.5,
    "orders list": 1.0,
    "parcels list": 1.0,
    "stock list": 1.0,
}


def timed(arguments: Sequence[str], data: Path) -> tuple[float, float]:
    """Wall and CPU seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, MAIN, "--data", str(data), "--json", *arguments],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        scenario = demo_scenario(None, 500, datetime.now(UTC))
        with open_stage(scenario, data, None) as stage:
            for shop_id in syncing.shop_ids(stage.services.work):
                syncing.sync_shop(stage.services.work, shop_id)
        print(
            f"{'command':14} {'wall s':>8} {'cpu s':>8} {'limit s':>8}"
            f"   (median of {runs}, 500 orders)"
        )
        for command, limit in LIMITS_S.items():
            arguments = command.split()
            timed(arguments, data)
            found = [timed(arguments, data) for _ in range(runs)]
            wall, cpu = (statistics.median(column) for column in zip(*found, strict=True))
            print(f"{command:14} {wall:8.2f} {cpu:8.2f} {limit:8.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
