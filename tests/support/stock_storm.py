"""A storm over the stock: many programs on one database, and what must be true afterwards."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from app.bootstrap import open_services
from app.domain.states import MoveKind, ParcelState
from app.services import integrity
from app.services.stock import stock
from app.services.workplace import Workplace
from app.store.tables import orders, parcels, shops, skus, stock_moves
from tests.support.postgres import POSTGRES_ENV
from tests.support.stock_storm_program import SHOP, SKUS
from tests.support.warehouse import open_bench

ROOT = Path(__file__).parents[2]
MAY_TAKE_S = 3600.0
_FIRST_PIECES = 120
_GONE = (ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED)


@contextmanager
def storm_data(folder: Path, server: str = "") -> Iterator[Path]:
    """A configured data folder with the storm's goods; on ``server`` (a PostgreSQL) if given."""
    before = os.environ.pop(POSTGRES_ENV, None)
    if server:
        os.environ[POSTGRES_ENV] = server
    try:
        with open_bench(folder, orders=1) as bench:
            rows = [
                {"sku": sku, "name": sku, "quantity": str(_FIRST_PIECES), "bin": f"S-{n}"}
                for n, sku in enumerate(SKUS)
            ]
            stock.import_rows(bench.work, rows)
            with bench.work.db.write() as tx:
                settings = dict(
                    tx.execute(select(shops.c.settings).where(shops.c.id == SHOP)).scalar_one()
                )
                settings["stock_push"] = "off"
                tx.execute(update(shops).where(shops.c.id == SHOP).values(settings=settings))
            yield folder / "data"
    finally:
        os.environ.pop(POSTGRES_ENV, None)
        if before is not None:
            os.environ[POSTGRES_ENV] = before


@dataclass
class StockStorm:
    """``start`` the programs, ``wait`` for them, then ask ``wrong``."""

    data: Path
    journals: Path
    seed: int = 1
    programs: list[subprocess.Popen[str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def start(self, benches: int, orders: int) -> None:
        self.journals.mkdir(exist_ok=True)
        for n in range(benches):
            self.programs.append(self.program(f"B{n}", orders))

    def program(self, name: str, orders: int) -> subprocess.Popen[str]:
        """One more bench."""
        command = [sys.executable, "-m", "tests.support.stock_storm_program", str(self.data)]
        command += [str(self.journals / f"{name}.jsonl"), str(self.seed), str(orders)]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def wait(self) -> None:
        """Until every program has ended."""
        for program in self.programs:
            out, err = program.communicate(timeout=MAY_TAKE_S)
            if program.returncode != 0:
                self.failures.append(f"a program ended with {program.returncode}: {_short(err)}")
            else:
                self.counts.update(json.loads(out))
        self.programs.clear()

    def wrong(self) -> list[str]:
        """Everything that is not as it must be, in words; opens the database on its own."""
        services = open_services(self.data, user="judge", bench="judge", keyring_allowed=False)
        try:
            return [*self.failures, *_wrong(services.work, told(self.journals))]
        finally:
            services.close()


def told(journals: Path) -> list[dict[str, Any]]:
    """What the programs wrote down; the last line of a killed one may be cut short."""
    rows: list[dict[str, Any]] = []
    for file in sorted(journals.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").split("\n"):
            try:
                rows.append(json.loads(line) if line else {})
            except ValueError:
                continue
    return [row for row in rows if row]


def clean(data: Path) -> list[str]:
    """What ``db check`` finds in the data folder."""
    services = open_services(data, user="judge", bench="judge", keyring_allowed=False)
    try:
        return _broken(services.work)
    finally:
        services.close()


def _broken(work: Workplace) -> list[str]:
    return [f"{b.rule}: {b.ref} {b.message}" for b in integrity.check(work).broken]


def _wrong(work: Workplace, rows: Sequence[dict[str, Any]]) -> list[str]:
    by_what: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_what[row["what"]].append(row)
    return [
        *_broken(work),
        *_lost_orders(work, by_what["bought"]),
        *_receipts(work, by_what["received"]),
        *_oversold(work),
        *_double_claims(work, by_what["wave"]),
        *_shipped(work, by_what["shipped"], by_what["unshipped"]),
    ]


def _lost_orders(work: Workplace, bought: Sequence[dict[str, Any]]) -> Iterator[str]:
    with work.db.read() as tx:
        there = Counter(
            tx.execute(select(orders.c.order_id).where(orders.c.shop_id == SHOP)).scalars()
        )
    for row in bought:
        if there[row["ref"]] != 1:
            yield f"order {row['ref']} is there {there[row['ref']]} times"


def _receipts(work: Workplace, received: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Every receipt that was confirmed is in the ledger once, with its pieces."""
    with work.db.read() as tx:
        found: dict[str, list[int]] = defaultdict(list)
        for reference, pieces in tx.execute(
            select(stock_moves.c.reference, stock_moves.c.on_hand_delta).where(
                stock_moves.c.kind == MoveKind.RECEIVE
            )
        ):
            found[reference].append(pieces)
    for row in received:
        if found[row["ref"]] != [row["pieces"]]:
            yield f"receipt {row['ref']} of {row['pieces']} is {found[row['ref']]} in the ledger"


def _oversold(work: Workplace) -> Iterator[str]:
    """Nobody ever reserved what was not there, and no shelf held less than nothing."""
    m = stock_moves.c
    on_hand: Counter[str] = Counter()
    allocated: Counter[str] = Counter()
    with work.db.read() as tx:
        codes = {r.id: r.code for r in tx.execute(select(skus.c.id, skus.c.code))}
        for row in tx.execute(select(stock_moves).order_by(m.id)):
            on_hand[row.sku_id] += row.on_hand_delta
            allocated[row.sku_id] += row.allocated_delta
            if row.kind == MoveKind.RESERVE and allocated[row.sku_id] > on_hand[row.sku_id]:
                yield f"{codes[row.sku_id]} was oversold by ledger row {row.id}"
            if on_hand[row.sku_id] < 0:
                yield f"{codes[row.sku_id]} was below nothing at ledger row {row.id}"


def _double_claims(work: Workplace, made: Sequence[dict[str, Any]]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for row in made:
        for parcel_id in row["parcels"]:
            if owner.setdefault(parcel_id, row["ref"]) != row["ref"]:
                yield f"parcel {parcel_id} is in two waves"
    names = Counter(row["name"] for row in made)
    yield from (f"{n} waves are called {name}" for name, n in names.items() if n > 1)


def _shipped(
    work: Workplace, shipped: Sequence[dict[str, Any]], back: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """A parcel left as often as somebody was told so, and came back as often."""
    balance = Counter(row["ref"] for row in shipped)
    balance.subtract(Counter(row["ref"] for row in back))
    unclear = {row["ref"] for row in (*shipped, *back) if row.get("unclear")}
    with work.db.read() as tx:
        states = {
            r.id: r.state
            for r in tx.execute(
                select(parcels.c.id, parcels.c.state).where(parcels.c.shop_id == SHOP)
            )
        }
    for parcel_id, state in states.items():
        want = 1 if state in _GONE else 0
        if parcel_id not in unclear and balance[parcel_id] != want:
            yield f"parcel {parcel_id} is {state}, and was shipped {balance[parcel_id]} times"


def _short(err: str) -> str:
    """Our own lines of a traceback, and how it ended."""
    lines = err.splitlines()
    own = [f"{a.strip()} {b.strip()}" for a, b in itertools.pairwise(lines) if "/app/" in a]
    return "\n".join([*own[-12:], *lines[-6:]])[-3000:]
