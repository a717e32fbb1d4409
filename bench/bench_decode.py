"""How well codes are read after bad printing: rates per code, dots a module and distortion.

    python bench/bench_decode.py [--orders N] [--carrier NAME …]

Random orders (the same as in ``tests/printing/test_bad_prints.py``, where 30 of a cell are held to
100 %) for every carrier, paper and head. The camera and the distortions are described in
``tests/printing/bad_prints.py``. Ends with 1 when a code is missed that must be read: everything
after one distortion, and all but a Code 128 of two dots after all of them together.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from printing.documents.content import content_of
from printing.documents.labels import add_label
from printing.documents.page import Book
from printing.documents.raster import rasterise
from printing.fonts import load_fonts
from tests.printing.bad_prints import DISTORTIONS, codes_of, unread
from tests.printing.random_orders import CARRIERS, random_label
from tests.printing.text_boxes import pages_ink

PAPERS = ((76, 130), (100, 150), (100, 180))
HEADS = (8.0, 11.81)
AT_ONCE = 25  # pages of a file: bitmaps of more would fill the memory

Row = tuple[str, int, float]  # kind, dots a module, head


def must_read(row: Row, distortion: str) -> bool:
    kind, module, _ = row
    return distortion != "all" or kind == "qr" or module > 2


def scan(
    template: str, media: tuple[int, int], head: float, seeds: range, looked: Counter[Row],
    missed: Counter[tuple[Row, str]],
) -> None:  # fmt: skip
    """Draw, print and scan these orders; adds to both counters."""
    labels = [random_label(template, seed) for seed in seeds]
    book = Book(load_fonts(), head)
    for label in labels:
        add_label(book, label, *media)
    pdf = book.finish()
    for label, bitmap, ink in zip(labels, rasterise(pdf, head), pages_ink(pdf), strict=True):
        for code in codes_of(ink, head, label.number, content_of(label).qr):
            row = code.kind, code.module, head
            looked[row] += 1
            for name in unread(bitmap, code):
                missed[row, name] += 1
                if must_read(row, name):
                    print(f"{template} {media[0]}×{media[1]} {label.number}: {row}, {name}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--orders", type=int, default=300, help="of every cell")
    parser.add_argument("--carrier", action="append", choices=CARRIERS)
    chosen = parser.parse_args()
    looked: Counter[Row] = Counter()
    missed: Counter[tuple[Row, str]] = Counter()
    start = time.monotonic()
    for head, media, template in product(HEADS, PAPERS, chosen.carrier or CARRIERS):
        for first in range(0, chosen.orders, AT_ONCE):
            seeds = range(first, min(first + AT_ONCE, chosen.orders))
            scan(template, media, head, seeds, looked, missed)
    names = list(DISTORTIONS)
    print(f"\n{chosen.orders} orders a cell, {time.monotonic() - start:.0f} s; % read")
    print(f"{'code':<10}{'dots':>5}{'head':>7}{'codes':>8}" + "".join(f"{n:>14}" for n in names))
    for row in sorted(looked):
        rates = [100 * (1 - missed[row, name] / looked[row]) for name in names]
        kind, module, head = row
        shown = "".join(f"{rate:>14.2f}" for rate in rates)
        print(f"{kind:<10}{module:>5}{head:>7g}{looked[row]:>8}{shown}")
    wrong = sum(count for (row, name), count in missed.items() if must_read(row, name))
    print(f"{wrong} missed that must be read")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
