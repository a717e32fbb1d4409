"""The bench in front of a simulated warehouse, for the test with a real keyboard.

Prints ``ready``, the codes of one parcel, and a line for every panel.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from app.services.parcels import packing
from app.services.parcels.parcel_queries import parcel_ids, parcel_rows
from app.services.printing import printing
from tests.support.warehouse import open_bench
from ui.main_window import build_product
from ui.pages.bench.window import BenchWindow


def tell(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main(folder: Path) -> int:
    with open_bench(folder, orders=12) as bench:
        wave, _rows = bench.labelled_wave()
        printing.print_wave(bench.work, wave)
        row = next(r for r in parcel_rows(bench.work, parcel_ids(bench.work, wave=wave)))
        with bench.work.db.read() as tx:
            lines = packing.read_parcel(tx, row.id).lines
        product = build_product(bench.services)
        window = product.window.page("bench")
        assert isinstance(window, BenchWindow)
        shown: list[str] = []

        def look() -> None:
            parcel = window.view.parcel
            count = f"{parcel.have}/{parcel.need}" if parcel else "closed"
            now = f"{window.view.panel.look} {count}"
            if shown[-1:] != [now]:
                shown.append(now)
                tell("shows", now)

        product.window.show()
        product.window.go("bench")
        clock = QTimer(window)
        clock.timeout.connect(look)
        clock.start(20)
        tell("label", row.waybill)
        tell("pieces", *(line.item.code for line in lines for _ in range(line.need)))
        tell("ready")
        return product.parts.app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
