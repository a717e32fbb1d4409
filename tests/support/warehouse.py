"""A bench on a fresh database, connected to the simulated outside world over real HTTP."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from app.bootstrap import Services, adapters, open_services
from app.services import configuring
from app.services.numbers.labelling import label_wave
from app.services.numbers.outcomes import LabelRow
from app.services.stock import remapping, stock
from app.services.sync import syncing
from app.services.waves import waves
from app.services.workplace import Workplace
from app.settings import LocalSettings, parse_config, write_local
from app.simulators.scenario import Scenario, build_scenario
from app.simulators.seed_orders import SeedOrder
from app.simulators.warehouse import SimulatedWarehouse
from tests.support.clock import FakeClock

POSTGRES_ENV = "PACKBENCH_TEST_POSTGRES"


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
) -> Iterator[Bench]:
    """A configured bench with counted stock, on which ``then`` was done: ``then=Bench.sync``.

    With ``PACKBENCH_TEST_POSTGRES`` set, the database is a fresh one on that server. Otherwise the
    data folder is a copy of one on which the same was done once in this process: hundreds of tests
    begin alike. So ``then`` may change nothing in the simulated world, which is new for each bench.
    """
    prepared = None
    if not os.environ.get(POSTGRES_ENV):
        prepared = _prepared(seed, orders, stocked, then)
        shutil.copytree(prepared, folder / "data")
    with _opened(folder, seed, orders) as bench:
        if prepared is None:
            _prepare(bench, stocked, then)
        yield bench


@contextmanager
def _opened(folder: Path, seed: int, orders: int) -> Iterator[Bench]:
    """A configured bench on what the data folder holds, new or prepared."""
    clock = FakeClock()
    scenario = build_scenario(seed, clock.now(), orders, bundles=False)
    data = folder / "data"
    with (
        SimulatedWarehouse(
            scenario, paper=folder / "paper", clock=lambda: clock.now().timestamp()
        ) as world,
        _database(data),
    ):
        services = open_services(data, clock=clock, user="test", bench="A3", keyring_allowed=False)
        try:
            bench = Bench(services, world, clock, folder)
            config = parse_config(world.configuration().encode(), adapters(), {})
            configuring.apply(services.work, services.secrets, config)
            yield bench
        finally:
            services.close()


def _prepare(bench: Bench, stocked: bool, then: Step | None) -> None:
    if stocked:
        fill_shelves(bench)
    if then is not None:
        then(bench)


@cache
def _prepared(seed: int, orders: int, stocked: bool, then: Step | None) -> Path:
    """A data folder after these first steps, kept until the process ends."""
    folder = Path(tempfile.mkdtemp(dir=_kept()))
    with _opened(folder, seed, orders) as bench:
        _prepare(bench, stocked, then)
    return folder / "data"


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
    stock.import_rows(bench.work, rows)
    for m in bench.scenario.mappings:
        ((sku, pieces),) = m.contents
        remapping.map_listing(bench.work, m.shop, m.product_id, m.sku_id, sku, pieces)


@contextmanager
def _database(data: Path) -> Iterator[None]:
    server = os.environ.get(POSTGRES_ENV)
    if not server:
        yield
        return
    name = f"packbench_{uuid.uuid4().hex[:12]}"
    url = make_url(server)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    data.mkdir(parents=True, exist_ok=True)
    write_local(
        data / "settings.toml",
        LocalSettings(database_url=url.set(database=name).render_as_string(hide_password=False)),
    )
    try:
        yield
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()
