"""A million orders and still quick: pages, filters, search, scanning, shipping.

    python bench/bench_scale.py [--orders 1000000] [--cache FOLDER] [--plans] [--check]

The database is made once and kept in the cache folder (about 9 GB and six minutes for a million;
``scale_data`` says what is in it); measuring works on a copy-free basis: what scanning and shipping
change is little. ``--plans`` names every statement that goes through a whole large table;
``--check`` also runs ``db check``. Figures are milliseconds, warm, each over different questions.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import event, func, select

from app.bootstrap import Services, open_services
from app.domain.packing import OpenParcel
from app.services import integrity
from app.services.orders import queries
from app.services.orders.order_lists import Cursor, order_page
from app.services.orders.order_query import OPEN_STAGES
from app.services.orders.queries import OrderFilter
from app.services.parcels import packing, parcel_queries, shipping
from app.services.tracking import views
from app.services.tracking.views import TrackFilter
from app.services.waves import wave_views
from app.services.workplace import Workplace
from app.store.tables import orders, parcels, skus, waybills
from bench import scale_data

LIST_MS, SEARCH_MS, SCAN_MS = 50.0, 16.0, 10.0
LARGE = frozenset(
    [
        "orders",
        "order_lines",
        "parcels",
        "parcel_lines",
        "waybills",
        "waybill_requests",
        "print_jobs",
        "stock_moves",
        "reservations",
        "tracks",
        "audit",
        "outbox",
        "holds",
        "scans",
    ]
)
OVER = ("shipped", "delivered", "cancelled")
TABS = ("all", *OPEN_STAGES, *OVER, "failed", "held", "refund", "other")


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    times: list[float]
    busy: list[float]  # of the processor: what remains when others keep it
    limit: float | None

    def __str__(self) -> str:
        p95 = _p95(self.times)
        limit = "" if self.limit is None else f"≤ {self.limit:.0f}"
        bad = " MISSED" if self.limit is not None and p95 > self.limit else ""
        return (
            f"{self.what:42} {len(self.times):5} {statistics.median(self.times):9.2f} {p95:9.2f} "
            f"{max(self.times):9.2f} {_p95(self.busy):9.2f}  {limit}{bad}"
        )


def _p95(times: list[float]) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def measure(what: str, limit: float | None, runs: Iterable[Callable[[], object]]) -> None:
    """Run each once; the first two are for warming up."""
    line = Line(what, [], [], limit)
    for n, run in enumerate(runs):
        begun, busy = time.perf_counter(), time.process_time()
        run()
        if n >= 2:
            line.busy.append((time.process_time() - busy) * 1000)
            line.times.append((time.perf_counter() - begun) * 1000)
    print(line, flush=True)


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--orders", type=int, default=1_000_000)
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "packbench-scale"
    wanted.add_argument("--cache", type=Path, default=default)
    wanted.add_argument("--plans", action="store_true")
    wanted.add_argument("--check", action="store_true")
    options = wanted.parse_args()
    folder: Path = options.cache / str(options.orders)
    if not (folder / "made.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        made = scale_data.make(folder, options.orders)
        print(f"made {made.orders:,} orders in {made.seconds:.0f} s, {made.file_mb:,.0f} MB")
    samples = json.loads((folder / "made.json").read_text())["samples"]
    services = open_services(folder, user="bench", bench="1", keyring_allowed=False)
    plans = _watch_plans(services) if options.plans else {}
    print(f"{'':42} {'n':>5} {'median':>9} {'p95':>9} {'max':>9} {'cpu p95':>9}  limit")
    lists(services)
    searches(services, samples)
    other_lists(services)
    peers(services, samples)
    fsync_rate(folder)
    scanning(services)
    if options.check:
        begun = time.perf_counter()
        checked = integrity.check(services.work)
        broken = [f"{b.rule} {b.ref}" for b in checked.broken[:5]]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        took = time.perf_counter() - begun
        print(f"db check: {took:.1f} s, peak {peak:.0f} MB, broken {len(checked.broken)} {broken}")
    for statement, scanned in plans.items():
        print(f"WHOLE TABLE {scanned}: {statement[:400]}")
    services.close()


def lists(services: Services) -> None:
    work, chance = services.work, random.Random(1)
    shops = [(), *((shop,) for shop in scale_data.SHOPS), ("chayan", "laodian")]
    carriers = [(), *((c,) for c in (*scale_data.CARRIERS, scale_data.GONE_CARRIER))]

    def first(wanted: OrderFilter) -> Callable[[], object]:
        return lambda: queries.order_rows(work, order_page(work, wanted, limit=64).ids)

    sorts = list(itertools.product(("paid", "deadline"), (True, False)))
    plain = [OrderFilter(tab=t, sort=s, descending=d) for t in TABS for s, d in sorts]
    measure("first page of a tab (ids and 64 rows)", LIST_MS, map(first, plain * 4))
    filtered = [
        OrderFilter(tab=t, shops=a, carriers=b, sort=s, descending=d)
        for t in TABS for a in shops for b in carriers for s, d in sorts
    ]  # fmt: skip
    chance.shuffle(filtered)
    measure("first page, by shop and carrier", LIST_MS, map(first, filtered[:600]))
    held = [OrderFilter(tab=t, holds=(h,)) for t in TABS for h in ("refund", "special")]
    measure("first page, by hold", LIST_MS, map(first, held * 8))
    counts = [OrderFilter(shops=a, carriers=b) for a in shops for b in carriers]
    measure("counts of all tabs, no filter", LIST_MS, [_counts(work, OrderFilter())] * 200)
    measure(
        "counts of all tabs, by shop and carrier", LIST_MS, (_counts(work, w) for w in counts * 5)
    )
    with work.db.read() as tx:
        some = orders.c.id.in_(_some(tx, orders, 300, chance))
        columns = (orders.c.id, orders.c.paid_at, orders.c.deadline_at)
        rows = tx.execute(select(*columns).where(some)).all()
    deep = [
        (OrderFilter(tab=chance.choice(TABS), shops=chance.choice(shops), sort=s, descending=d),
         Cursor(row.paid_at if s == "paid" else row.deadline_at, row.id))
        for row in rows for s, d in [chance.choice(sorts)]
    ]  # fmt: skip

    def down(wanted: OrderFilter, at: Cursor) -> Callable[[], object]:
        return lambda: queries.order_rows(work, order_page(work, wanted, at, 64).ids)

    def up(wanted: OrderFilter, at: Cursor) -> Callable[[], object]:
        return lambda: queries.order_rows(work, order_page(work, wanted, before=at, limit=64).ids)

    measure("page down at any depth", LIST_MS, itertools.starmap(down, deep))
    measure("page up at any depth", LIST_MS, itertools.starmap(up, deep))


def _counts(work: Workplace, wanted: OrderFilter) -> Callable[[], object]:
    return partial(queries.order_counts, work, wanted)


def _some(tx: Any, table: Any, count: int, chance: random.Random) -> list[str]:
    low, high = (
        int(v) for v in tx.execute(select(func.min(table.c.id), func.max(table.c.id))).one()
    )
    found = []
    for _ in range(count):
        near = str(chance.randrange(low, high))
        at = select(table.c.id).where(table.c.id >= near).order_by(table.c.id).limit(1)
        found.append(tx.execute(at).scalar_one())
    return found


def searches(services: Services, samples: dict[str, list[str]]) -> None:
    work = services.work
    names = {
        "order": "search: order number", "waybill": "search: waybill", "tail": "search: phone tail",
        "name": "search: masked name (王**)", "surname": "search: surname, one character",
        "sku": "search: SKU code", "title": "search: whole title", "two": "search: two characters",
        "city_title": "search: two words",
    }  # fmt: skip

    def find(word: str, tab: str = "all") -> Callable[[], object]:
        return partial(order_page, work, OrderFilter(search=word, tab=tab), limit=64)

    for kind, what in names.items():
        measure(what, SEARCH_MS, map(find, samples[kind][:300]))
    parts = [w[-8:] for w in samples["order"][:150]] + [w[3:9] for w in samples["order"][:150]]
    measure("search: a part of an order number", SEARCH_MS, map(find, parts))
    absent = [f"{a}{b}" for a in "鹏鲲鳌麒麟" for b in "鑫淼焱垚犇骉"] * 8
    measure("search: not there", SEARCH_MS, map(find, absent))
    mixed = [samples[k][n] for n in range(60) for k in names]
    tabs = itertools.cycle(("to_label", "to_pack", "shipped", "held"))
    measure("search within a tab", SEARCH_MS, map(find, mixed, tabs))
    counted = [OrderFilter(search=word) for word in mixed[:300]]
    measure("counts of all tabs of a search", LIST_MS, (_counts(work, w) for w in counted))


def other_lists(services: Services) -> None:
    work = services.work

    def boxes(state: str) -> object:
        return parcel_queries.parcel_rows(
            work, parcel_queries.parcel_ids(work, state=state, limit=100)
        )

    def travels(wanted: TrackFilter) -> object:
        return views.track_rows(work, views.track_ids(work, wanted, 64))

    states = ["to_check", "to_label", "to_pick", "to_pack", "to_report", "shipped"]
    measure("parcels of a state, first 100", LIST_MS, (partial(boxes, s) for s in states * 34))
    loose = [partial(wave_views.loose_rows, work, 100)] * 52
    measure("parcels in no wave, first 100", LIST_MS, loose)
    wanted = [TrackFilter(t, days=d) for t in views.TABS for d in (None, 7, 30)] * 17
    measure("parcels on their way, first page", LIST_MS, (partial(travels, w) for w in wanted))
    measure(
        "parcels on their way, counts",
        LIST_MS,
        (partial(views.track_counts, work, TrackFilter(days=d)) for d in [None, 7, 30] * 17),
    )


def peers(services: Services, samples: dict[str, list[str]]) -> None:
    """The plain way, for comparison: LIKE over the text, OFFSET for the depth."""
    work, chance = services.work, random.Random(2)

    def like(word: str) -> Callable[[], object]:
        def run() -> object:
            query = (
                select(orders.c.id).where(orders.c.search.like(f"%{word}%"))
                .order_by(orders.c.paid_at.desc()).limit(64)
            )  # fmt: skip
            with work.db.read() as tx:
                return tx.execute(query).all()

        return run

    measure("peer: LIKE '%order number%'", None, map(like, samples["order"][:7]))
    measure("peer: LIKE '%two characters%'", None, map(like, samples["two"][:12]))
    total = work.db.engine.connect().execute(select(func.count()).select_from(orders)).scalar_one()

    def offset() -> object:
        query = (
            select(orders.c.id).order_by(orders.c.paid_at.desc())
            .limit(64).offset(chance.randrange(total))
        )  # fmt: skip
        with work.db.read() as tx:
            return tx.execute(query).all()

    measure("peer: OFFSET anywhere", None, [offset] * 12)


def fsync_rate(folder: Path) -> None:
    """How long the disk takes to make 4 KB durable."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:

        def write() -> None:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())

        measure("the disk: write and fsync 4 KB", None, [write] * 300)


def scanning(services: Services) -> None:
    """A parcel from its label to the ship transaction, each step as the bench does it."""
    work = services.work
    with work.db.read() as tx:
        numbers = tx.execute(
            select(waybills.c.number)
            .join(parcels, parcels.c.waybill_id == waybills.c.id)
            .where(parcels.c.state.in_(["to_pick", "to_pack"]))
            .limit(302)
        ).scalars().all()  # fmt: skip
    opened: list[OpenParcel] = []

    def open_one(number: str) -> Callable[[], object]:
        def run() -> None:
            found = packing.open_parcel(work, number)
            if found.parcel is not None:
                opened.append(found.parcel)

        return run

    measure("scan → parcel (write, FULL)", SCAN_MS, map(open_one, numbers))
    with work.db.engine.connect() as raw:
        codes = raw.execute(select(skus.c.code).limit(300)).scalars().all()

    def goods(code: str) -> Callable[[], object]:
        def run() -> object:
            with work.db.read() as tx:
                return packing.find_items(tx, code)

        return run

    measure("code of goods → item", SCAN_MS, map(goods, codes))
    pieces = iter(range(10**9))

    def scans(parcel: OpenParcel) -> Iterable[Callable[[], object]]:
        for line in parcel.lines:
            for _ in range(line.need - line.have):
                nonce = f"n{next(pieces)}-{time.time_ns()}"
                yield partial(packing.scan, work, parcel, line.item.code, nonce=nonce)

    measure("scan of a piece (write, FULL)", SCAN_MS,
            itertools.chain.from_iterable(map(scans, opened)))  # fmt: skip
    sealed = (partial(shipping.pack_and_ship, work, p.parcel_id, 300) for p in opened)
    measure("pack and ship (the ship transaction, FULL)", None, sealed)


def _watch_plans(services: Services) -> dict[str, str]:
    """Statements that go through a whole large table, as they are met."""
    found: dict[str, str] = {}
    asked: set[str] = set()

    @event.listens_for(services.work.db.engine, "before_cursor_execute")
    def look(_c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement in asked or not statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        asked.add(statement)
        plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
        whole = [d for *_, d in plan if d.startswith("SCAN") and d.split()[1] in LARGE]
        if whole:
            found[statement] = "; ".join(whole)

    return found


if __name__ == "__main__":
    main()
