"""A thousand labels through bad printers by programs that are killed, and who says it went right.

    python bench/print_storm.py [--labels N] [--per-wave N] [--seeds 1,2,3] [--kills N]
                                [--printers tspl,zpl] [--out DIR] [--prepared DIR]

Each seed prints all labels anew. Without ``--printers`` the seeds take turns: TSPL, ESC/POS, ZPL,
and two at once. ``--prepared`` keeps the numbered waves for the next time. Not a measurement: it
ends with 1 when a label is lost, doubled, out of order or unanswered for.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.print_storm_floor import prepare, read_prepared
from tests.support.print_storm_truth import report, storm, write_report

TURNS = (("tspl",), ("escpos",), ("zpl",), ("tspl", "zpl"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=1_000)
    parser.add_argument("--per-wave", type=int, default=200)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--printers", default="")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--prepared", type=Path)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    began_s = time.monotonic()
    told = []
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.prepared or Path(name) / "prepared"
        if folder.exists():
            prepared = read_prepared(folder)
        else:
            half = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(half, ignore_errors=True)
            prepare(half, chosen.labels, chosen.per_wave)
            half.rename(folder)
            prepared = read_prepared(folder)
        if sum(len(wave.numbers) for wave in prepared.waves) < chosen.labels:
            print(f"{folder} holds fewer than {chosen.labels} labels: remove it", file=sys.stderr)
            return 2
        for seed in (int(s) for s in chosen.seeds.split(",")):
            languages = tuple(chosen.printers.split(",")) if chosen.printers else _turn(seed)
            one = storm(prepared, Path(name) / f"seed-{seed}", seed, languages, chosen.kills)
            told.append(one)
            print(f"seed {seed} {'+'.join(languages)}: {len(one.wrong)} wrong", file=sys.stderr)
    text = report(told, time.monotonic() - began_s)
    if chosen.out:
        write_report(chosen.out, told, text)
    print(text)
    return 1 if any(one.wrong for one in told) else 0


def _turn(seed: int) -> tuple[str, ...]:
    return TURNS[(seed - 1) % len(TURNS)]


if __name__ == "__main__":
    sys.exit(main())
