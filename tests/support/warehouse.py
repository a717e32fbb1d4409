"""A bench on a fresh database, connected to the simulated outside world over real HTTP."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import select, update

from app.bootstrap import Services, adapters, open_services
from app.services import configuring
from app.services.numbers.labelling import label_wave
from app.services.numbers.outcomes import LabelRow
from app.services.stock import importing, remapping
from app.services.sync import syncing
from app.services.waves import waves
from app.services.workplace import Workplace
from app.settings import LocalSettings, parse_config, write_local
from app.simulators.scenario import Scenario, build_scenario
from app.simulators.seed_orders import SeedOrder
from app.simulators.warehouse import SimulatedWarehouse
from app.store.tables import accounts, printers, shops
from tests.support.clock import FakeClock
from tests.support.postgres import POSTGRES_ENV, fresh_database

_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")


@dataclass(frozen=True, slots=True)
class Bench:
    """What a test works with: our program on one side, the simulated world on the other."""

    services: Services
    world: SimulatedWarehouse
    clock: FakeClock
    folder: Path

    @property
    def work(self) -> Workplace:
        return self.services.work

    @property
    def scenario(self) -> Scenario:
        return self.world.scenario

    def sync(self) -> None:
        """Bring in what both shops have."""
        for shop_id in syncing.shop_ids(self.work):
            syncing.sync_shop(self.work, shop_id)

    def wave(self, **wanted: object) -> str:
        """A new wave of everything that waits for a label; its id."""
        return waves.create(self.work, **wanted).id  # type: ignore[arg-type]  # the test's own keywords

    def labelled_wave(self) -> tuple[str, list[LabelRow]]:
        """A synced, numbered wave."""
        self.sync()
        wave = self.wave()
        return wave, label_wave(self.work, wave)

    def seed(self, kind: str) -> SeedOrder:
        """The first order of this kind in the scenario."""
        return next(o for o in self.scenario.orders if o.kind == kind)


Step = Callable[[Bench], object]


@contextmanager
def open_bench(
    folder: Path,
    *,
    seed: int = 1,
    orders: int = 48,
    stocked: bool = True,
    then: Step | None = None,
    server: str = "",
) -> Iterator[Bench]:
    """A configured bench with counted stock, on which ``then`` was done: ``then=Bench.sync``.

    With ``server`` or ``PACKBENCH_TEST_POSTGRES`` the database is a fresh one there. Otherwise the
    data folder is a copy of one on which the same was done once in this process: hundreds of tests
    begin alike. So ``then`` may change nothing in the simulated world, which is new for each bench.
    """
    server = server or os.environ.get(POSTGRES_ENV, "")
    if server:
        with _opened(folder, seed, orders, server) as bench:
            _configure(bench)
            _prepare(bench, stocked, then)
            yield bench
        return
    prepared = _prepared(seed, orders, stocked, then)
    shutil.copytree(prepared.data, folder / "data")
    with _opened(folder, seed, orders) as bench:
        # The clock stands still: new keys begin behind those of the rows that are there.
        bench.work.keys.key(bench.clock.now() + timedelta(seconds=1))
        _connect(bench, prepared.configuration)
        yield bench


@contextmanager
def _opened(folder: Path, seed: int, orders: int, server: str = "") -> Iterator[Bench]:
    """A bench on what the data folder holds, with a new world that it does not know yet."""
    clock = FakeClock()
    scenario = build_scenario(seed, clock.now(), orders, bundles=False)
    data = folder / "data"
    with (
        SimulatedWarehouse(
            scenario, paper=folder / "paper", clock=lambda: clock.now().timestamp()
        ) as world,
        _database(data, server),
    ):
        services = open_services(data, clock=clock, user="test", bench="A3", keyring_allowed=False)
        try:
            yield Bench(services, world, clock, folder)
        finally:
            services.close()


def _configure(bench: Bench) -> None:
    config = parse_config(bench.world.configuration().encode(), adapters(), {})
    configuring.apply(bench.work, bench.services.secrets, config)


def _connect(bench: Bench, before: str) -> None:
    """Write this world's addresses in the place of those in the configuration of another one.

    Worlds of one seed differ in nothing else, and a whole configuration checks every parcel anew.
    """
    moved = dict(
        zip(_ADDRESS.findall(before), _ADDRESS.findall(bench.world.configuration()), strict=True)
    )
    with bench.work.db.write() as tx:
        for table, key in (
            (shops, shops.c.id),
            (accounts, accounts.c.name),
            (printers, printers.c.name),
        ):
            for name, settings in tx.execute(select(key, table.c.settings)).all():
                now = _ADDRESS.sub(lambda found: moved[found[0]], json.dumps(settings))
                tx.execute(update(table).where(key == name).values(settings=json.loads(now)))


def _prepare(bench: Bench, stocked: bool, then: Step | None) -> None:
    if stocked:
        fill_shelves(bench)
    if then is not None:
        then(bench)


@dataclass(frozen=True, slots=True)
class _Prepared:
    data: Path
    configuration: str


@cache
def _prepared(seed: int, orders: int, stocked: bool, then: Step | None) -> _Prepared:
    """A data folder after these first steps, kept until the process ends."""
    folder = Path(tempfile.mkdtemp(dir=_kept()))
    with _opened(folder, seed, orders) as bench:
        _configure(bench)
        _prepare(bench, stocked, then)
        return _Prepared(folder / "data", bench.world.configuration())


@cache
def _kept() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="packbench-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def fill_shelves(bench: Bench) -> None:
    """Count the scenario's goods in, and say what its special listings are."""
    rows = [
        {
            "sku": g.sku,
            "barcode": g.barcode,
            "name": g.name,
            "spec": g.spec,
            "quantity": str(g.on_hand),
            "bin": g.bin,
            "weight_g": str(g.weight_g),
            "product": g.product,
            "picture": g.picture,
            "short_name": g.short_name,
        }
        for g in bench.scenario.goods
    ]
    importing.import_rows(bench.work, rows)
    for m in bench.scenario.mappings:
        ((sku, pieces),) = m.contents
        remapping.map_listing(bench.work, m.shop, m.product_id, m.sku_id, sku, pieces)


@contextmanager
def _database(data: Path, server: str) -> Iterator[None]:
    if not server:
        yield
        return
    data.mkdir(parents=True, exist_ok=True)
    with fresh_database(server) as url:
        write_local(data / "settings.toml", LocalSettings(database_url=url))
        yield
