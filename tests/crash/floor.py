"""A small warehouse in this process, for a program in other processes that get killed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from app.bootstrap import Services, adapters, open_services
from app.domain.states import PrintState, Route
from app.services import configuring
from app.services.parcels import checking
from app.services.parcels.parcel_queries import ParcelRow, parcel_ids, parcel_rows
from app.services.sync import syncing
from app.services.waves import waves
from app.settings import parse_config
from app.simulators.scenario import build_scenario
from app.simulators.server import LoopbackServer
from app.simulators.warehouse import SimulatedWarehouse
from app.store.tables import parcels, print_jobs, waybill_requests, waybills
from tests.crash.killing import Commands
from tests.printing.reading import codes
from tests.services import truth
from tests.support.clock import FakeClock
from tests.support.warehouse import Bench, fill_shelves


@dataclass
class Floor:
    """One wave of one source of numbers, and the commands that work on it."""

    bench: Bench
    commands: Commands
    route: Route
    carrier: str
    wave: str = ""

    @property
    def world(self) -> SimulatedWarehouse:
        return self.bench.world

    @property
    def server(self) -> LoopbackServer:
        """Where the numbers come from."""
        platform = self.route is Route.PLATFORM
        return self.world.wechat.http if platform else self.world.carriers.server

    def make_wave(self, limit: int) -> None:
        """A wave of parcels that nothing keeps back; other carriers' parcels are given to ours."""
        chosen = {"sf", "zto", "yunda"}  # by the rules of the demo
        own = self.carrier in chosen
        ids = [r.id for r in truth.ready(self.bench, self.route, self.carrier)] if own else []
        if self.route is Route.DIRECT:
            others = chosen - {self.carrier}
            for row in (r for c in sorted(others) for r in truth.ready(self.bench, self.route, c)):
                if len(ids) < limit:
                    checking.change_carrier(self.bench.work, row.id, self.carrier)
                    ids.append(row.id)
        self.wave = waves.create(self.bench.work, only=ids[:limit]).id

    @property
    def rows(self) -> list[ParcelRow]:
        """The wave's parcels as our program sees them now."""
        return parcel_rows(self.bench.work, parcel_ids(self.bench.work, wave=self.wave))

    def numbers_of(self, parcel_id: str) -> set[str]:
        """Every number of the parcel in our books."""
        with self.bench.work.db.read() as tx:
            query = select(waybills.c.number).where(waybills.c.parcel_id == parcel_id)
            return set(tx.execute(query).scalars())

    def requests_in(self, *states: str) -> int:
        """How many requests for numbers are in one of these states."""
        return self._count(select(func.count()).where(waybill_requests.c.state.in_(states)))

    def printed_in_books(self) -> int:
        return self._count(select(func.count()).where(parcels.c.printed))

    def parcels_in(self, *states: str) -> int:
        return self._count(select(func.count()).where(parcels.c.state.in_(states)))

    def in_doubt(self) -> list[str]:
        """Numbers of labels of which nobody knows whether they came out."""
        query = (
            select(waybills.c.number)
            .join(print_jobs, print_jobs.c.waybill_id == waybills.c.id)
            .where(print_jobs.c.state.in_([PrintState.CLAIMED, PrintState.UNKNOWN]))
        )
        with self.bench.work.db.read() as tx:
            return list(tx.execute(query).scalars())

    def prints_in_books(self) -> Counter[str]:
        """How often each label was printed, as our program has it (first prints and reprints)."""
        query = (
            select(waybills.c.number, func.count())
            .join(print_jobs, print_jobs.c.waybill_id == waybills.c.id)
            .where(print_jobs.c.state.in_([PrintState.SENT, PrintState.CONFIRMED]))
            .group_by(waybills.c.number)
        )
        with self.bench.work.db.read() as tx:
            return Counter({row[0]: row[1] for row in tx.execute(query)})

    def on_paper(self) -> Counter[str]:
        """How often each number came out of a printer: read from the paper, not asked."""
        out = Counter(p.waybill for p in self.world.component.papers)
        numbers = {r.waybill for r in self.rows if r.waybill}
        for device in self.world.printers.values():
            device.wait_until_idle()
            for paper in device.papers:
                seen = {text for _, text in codes(paper.image())}
                out.update(n for n in numbers if any(n in text for text in seen))
        return out

    def _count(self, query: object) -> int:
        with self.bench.work.db.read() as tx:
            return int(tx.execute(query).scalar_one())  # type: ignore[call-overload]  # any count


@contextmanager
def open_floor(folder: Path, route: Route, carrier: str) -> Iterator[Floor]:
    """Orders synced and stock counted, on the real clock: other processes have no other."""
    scenario = build_scenario(7, datetime.now(UTC), 84, bundles=False)
    with SimulatedWarehouse(scenario, clock=time.time) as world:
        services: Services = open_services(folder / "data", user="test", keyring_allowed=False)
        try:
            bench = Bench(services, world, FakeClock(), folder)
            config = parse_config(world.configuration().encode(), adapters(), {})
            configuring.apply(services.work, services.secrets, config)
            fill_shelves(bench)
            for shop_id in syncing.shop_ids(services.work):
                syncing.sync_shop(services.work, shop_id)
            yield Floor(bench, Commands(folder / "data"), route, carrier)
        finally:
            services.close()
