"""A bad day in full: 2,000 orders and 300 changes while a fifth of all calls fails.

    python bench/fault_storm.py [--orders N] [--changes N] [--seed N] [--only-syncing]

While orders come in and change, parcels are split, merged, numbered on both ways, packed, sealed,
told and taken back, by two programs that die now and then. Not a measurement: it ends with 1 when
anything is not as the shops and carriers have it.
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
from tests.support.storm_day import Ended, full_day
from tests.support.warehouse import open_bench

LINES = (
    ("parcels sealed", ("packed", "ship shipped")),
    ("split", ("split",)),
    ("merged", ("merge",)),
    ("numbers issued", ("label issued",)),
    ("numbers whose answer was lost", ("label unknown*",)),
    ("numbers given back", ("told void done",)),
    ("changed when sealed", ("changed when sealed", "our number entered by hand")),
    ("reports kept back by a hold", ("told ship held*", "told extra held*")),
    ("reports refused", ("told ship refused*", "told extra refused*")),
    ("reports done", ("told ship done", "told extra done")),
    ("taken back", ("unship",)),
    ("numbers corrected", ("told correct done",)),
    ("gifts sent after", ("gift sent after",)),
    ("programs died", ("crashed",)),
    ("drains that met another one", ("drain busy_elsewhere",)),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only-syncing", action="store_true")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.only_syncing:
            faults, failed, wrong = _only_syncing(
                folder, chosen.orders, chosen.changes, chosen.seed
            )
        else:
            ended = full_day(folder, chosen.orders, chosen.changes, chosen.seed)
            found = ended.faults, ended.failed_polls, ended.wrong
            _report(ended)
    faults, failed, wrong = found
    print(
        f"{chosen.orders} orders, {chosen.changes} changes, {faults} faults,"
        f" {failed} polls failed, {time.monotonic() - began_s:.0f} s:"
        f" {len(wrong)} wrong"
    )
    for line in wrong[:20]:
        print(f"  {line}")
    return 1 if wrong else 0


def _only_syncing(folder: Path, orders: int, changes: int, seed: int) -> tuple[int, int, list[str]]:
    with open_bench(folder / "storm", orders=48) as bench:
        day = BadDay(bench, orders, changes, seed)
        day.run()
        return day.faults_met, day.failed_polls, day.wrong(folder / "fresh")


def _report(ended: Ended) -> None:
    for title, names in LINES:
        print(f"{title:32} {ended.count(*names):6}")
    oldest_s = max(ended.unknown_s, default=0.0)
    print(f"{'delivery/send taken':32} {ended.taken:6}")
    print(f"{'asked too late to be known':32} {len(ended.unknown_s):6} (oldest {oldest_s:.0f} s)")


if __name__ == "__main__":
    sys.exit(main())
