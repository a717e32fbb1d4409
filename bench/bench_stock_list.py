"""The stock list, its chips and files with many items: pages, counts, import and export.

    python bench/bench_stock_list.py [ITEMS]

A database of its own in a temporary folder; a month of sales behind every third item.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import insert, select

from app.bootstrap import open_services
from app.domain.days import china_day
from app.services.stock import exporting, importing, sales
from app.services.stock.stock_page import (
    Mark,
    StockFilter,
    StockSort,
    StockTab,
    stock_counts,
    stock_page,
)
from app.services.workplace import Workplace
from app.spreadsheets import STOCK_COLUMNS, read_rows, write_rows
from app.store.tables import sku_days, skus

_AGAIN = 30


def goods(count: int) -> Iterator[dict[str, str]]:
    """Invented items, as the rows of a file."""
    for n in range(count):
        yield {
            "sku": f"SKU-{n:05d}",
            "barcode": f"69{n:011d}",
            "name": f"山货 {n % 997} 号",
            "spec": f"{n % 7 * 100 + 100}g",
            "product": f"山货 {n % 997}",
            "quantity": str(n * 37 % 900),
            "bin": f"{chr(65 + n % 26)}-{n % 40:02d}-{n % 6}",
            "weight_g": str(100 + n % 900),
            "safety": str(n % 5 * 10),
        }


def sell(work: Workplace) -> None:
    """A month of closed days, written straight into the roll-up."""
    today = china_day(work.now())
    with work.db.read() as tx:
        ids = list(tx.execute(select(skus.c.id).order_by(skus.c.code)).scalars())
    for back in range(1, 29):
        day = (today - timedelta(days=back)).isoformat()
        rows = [
            {"day": day, "sku_id": sku_id, "shipped": (n + back) % 9}
            for n, sku_id in enumerate(ids)
            if n % 3 == 0
        ]
        with work.db.write() as tx:
            tx.execute(insert(sku_days), rows)


def timed(what: str, call: Callable[[], object]) -> None:
    """Median and 95th percentile, in ms."""
    took: list[float] = []
    for _ in range(_AGAIN):
        began_s = time.perf_counter()
        call()
        took.append((time.perf_counter() - began_s) * 1000)
    took.sort()
    worst = took[int(len(took) * 0.95) - 1]
    print(f"{what:<44} p50 {statistics.median(took):6.1f} ms   p95 {worst:6.1f} ms")


def once(what: str, call: Callable[[], object]) -> None:
    began_s = time.perf_counter()
    call()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:<44} {time.perf_counter() - began_s:6.1f} s    peak memory {peak} MB")


def fifth(work: Workplace, wanted: StockFilter) -> Mark | None:
    """The mark behind the fifth page."""
    mark: Mark | None = None
    for _ in range(5):
        mark = stock_page(work, wanted, mark).after
    return mark


def measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = open_services(Path(folder) / "data", user="bench", bench="A1")
        work = services.work
        file = Path(folder) / "stock.xlsx"
        try:
            once(f"import of {count} new items", lambda: importing.import_rows(work, goods(count)))
            once("  the same again", lambda: importing.import_rows(work, goods(count)))
            once(
                "export to Excel",
                lambda: write_rows(file, STOCK_COLUMNS, exporting.stock_rows(work), chinese=True),
            )
            once(
                "import of that file",
                lambda: importing.import_rows(work, read_rows(file, STOCK_COLUMNS, ("sku",))),
            )
            sell(work)
            once("daily roll-up of the rates", lambda: sales.roll_up(work))
            for sort in StockSort:
                wanted = StockFilter(sort=sort)
                timed(f"first page by {sort.value}", partial(stock_page, work, wanted))
            wanted = StockFilter()
            mark = fifth(work, wanted)
            timed("sixth page by days", lambda: stock_page(work, wanted, mark))
            timed(
                "first page, running low", lambda: stock_page(work, StockFilter(tab=StockTab.LOW))
            )
            timed("search for part of a name", lambda: stock_page(work, StockFilter("996 号")))
            timed("search for a bar code", lambda: stock_page(work, StockFilter("6900000000123")))
            timed("counts for the chips", lambda: stock_counts(work, StockFilter()))
        finally:
            services.close()


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
