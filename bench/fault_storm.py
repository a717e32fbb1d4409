"""A bad day in full: 2,000 orders and 300 changes while a fifth of all calls fails.

    python bench/fault_storm.py [--orders N] [--changes N] [--seed N]

Not a measurement: it ends with 1 when anything is not as the shop has it.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.storm import BadDay
from tests.support.warehouse import open_bench


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_bench(folder / "storm", orders=48) as bench:
            day = BadDay(bench, chosen.orders, chosen.changes, chosen.seed)
            day.run()
            wrong = day.wrong(folder / "fresh")
    print(
        f"{chosen.orders} orders, {chosen.changes} changes, {day.faults_met} faults,"
        f" {day.failed_polls} polls failed, {time.monotonic() - began_s:.0f} s:"
        f" {len(wrong)} wrong"
    )
    for line in wrong[:20]:
        print(f"  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
