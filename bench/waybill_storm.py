"""A thousand parcels over every simulated carrier while a tenth of all answers is lost.

    python bench/waybill_storm.py [--parcels N] [--seed N] [--repeats ACCOUNT …]

Programs die between any two steps and are started again, orders are cancelled, numbers given back.
``--repeats`` names accounts (yto, sto) whose contract lets a create be sent again; sto by default.
Not a measurement: it ends with 1 when the carriers' books and ours differ.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.number_storm import NumberStorm
from tests.support.warehouse import Bench, open_bench


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", nargs="*", default=["sto"], metavar="ACCOUNT")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    began_s = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as name,
        open_bench(Path(name), orders=chosen.parcels * 3 // 2, then=Bench.sync) as bench,
    ):
        storm = NumberStorm(bench, chosen.parcels, chosen.seed, repeats=chosen.repeats)
        storm.run()
        wrong, table = storm.wrong(), storm.table()
    print(f"{'':32}" + "".join(f"{c:>13}" for c in storm.carriers) + f"{'all':>8}")
    for title, counts in table:
        cells = [counts.get(c, 0) for c in storm.carriers]
        print(f"{title:32}" + "".join(f"{n:13}" for n in cells) + f"{sum(cells):8}")
    for title, count in sorted(storm.done.items()):
        print(f"{title:32}{count:8}")
    print(
        f"answers lost {storm.faults_met}, {time.monotonic() - began_s:.0f} s: {len(wrong)} wrong"
    )
    for line in wrong[:20]:
        print(f"  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
