"""What the print storm stands on: numbered waves in a data folder, printers, papers on a table."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import zxingcpp
from sqlalchemy import select, update

from app.bootstrap import Services, open_services
from app.demo.stage import demo_scenario, open_demo_services
from app.domain.labels import DrawnLabel
from app.domain.states import ParcelState, Route
from app.ports import PrinterConfig
from app.services.numbers import labelling
from app.services.printing import label_content, rolls
from app.services.sync import syncing
from app.services.waves import waves
from app.simulators.printers import LabelPrinter
from app.simulators.warehouse import SimulatedWarehouse
from app.store.tables import accounts, parcels, print_jobs, printers, shops, waybills

ROLL = 20_000
_ACCOUNT = "sf"
_ALWAYS = 1_000_000
_SPARE = 2.2  # so many orders for one parcel that nothing keeps back


@dataclass(frozen=True, slots=True)
class StormWave:
    """``numbers`` in the order shown."""

    id: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A closed data folder with waves whose every parcel has a number."""

    folder: Path
    waves: tuple[StormWave, ...]


def prepare(folder: Path, labels: int, per_wave: int) -> Prepared:
    """Sync, take numbers and make the waves; nothing of it is needed again while printing."""
    scenario = demo_scenario(1, int(labels * _SPARE) + 40, datetime.now(UTC))
    with SimulatedWarehouse(scenario) as world:
        for shop in world.shops.values():
            shop.quirks.decodes_per_day = _ALWAYS
            shop.quirks.decode_refusals_after_get = 0
        services = open_demo_services(folder, scenario, world.configuration())
        try:
            for shop_id in syncing.shop_ids(services.work):
                syncing.sync_shop(services.work, shop_id)
            _one_account(services)
            would = waves.would_take(
                services.work, carrier=_ACCOUNT, order_by="deadline", limit=None
            )
            made = []
            while labels > 0:
                ids = list(would)[: min(per_wave, labels)]
                would = list(would)[len(ids) :]
                labels -= len(ids)
                wave = waves.create(services.work, only=ids).id
                wrong = [r for r in labelling.label_wave(services.work, wave) if not r.ok]
                if wrong:
                    raise RuntimeError(f"no number: {wrong[0].code} {wrong[0].message}")
                made.append(StormWave(wave, tuple(_numbers(services, wave))))
        finally:
            services.close()
    return Prepared(folder, tuple(made))


def read_prepared(folder: Path) -> Prepared:
    """What an earlier ``prepare`` left in ``folder``."""
    services = open_services(folder, user="storm", keyring_allowed=False)
    try:
        with services.work.db.read() as tx:
            found = select(parcels.c.wave_id).where(parcels.c.wave_id.is_not(None)).distinct()
            ids = sorted(tx.execute(found).scalars())
        return Prepared(folder, tuple(StormWave(w, tuple(_numbers(services, w))) for w in ids))
    finally:
        services.close()


def _one_account(services: Services) -> None:
    with services.work.db.write() as tx:
        for row in tx.execute(select(shops.c.id, shops.c.settings)).all():
            chosen = {**row.settings, "decode_per_day": _ALWAYS}
            tx.execute(update(shops).where(shops.c.id == row.id).values(settings=chosen))
        account = accounts.c.name == _ACCOUNT
        settings = tx.execute(select(accounts.c.settings).where(account)).scalar_one()
        faster = {**settings, "calls_per_second": 10_000}
        tx.execute(update(accounts).where(account).values(settings=faster))
        tx.execute(
            update(parcels)
            .where(parcels.c.state == ParcelState.TO_LABEL)
            .values(route=Route.DIRECT, carrier=_ACCOUNT, account=_ACCOUNT)
        )


def _numbers(services: Services, wave: str) -> list[str]:
    query = (
        select(waybills.c.number)
        .join(parcels, parcels.c.waybill_id == waybills.c.id)
        .where(parcels.c.wave_id == wave)
        .order_by(parcels.c.wave_position)
    )
    with services.work.db.read() as tx:
        return list(tx.execute(query).scalars())


@contextmanager
def opened(prepared: Prepared, folder: Path) -> Iterator[Services]:
    """A copy of the prepared folder, opened by the person who answers."""
    shutil.copytree(prepared.folder, folder)
    services = open_services(folder, user="person", bench="A3", keyring_allowed=False)
    try:
        yield services
    finally:
        services.close()


def config_of(name: str, device: LabelPrinter) -> PrinterConfig:
    """Short times: the storm's labels take milliseconds."""
    times = {
        "connect_timeout_s": 1.0,
        "status_timeout_s": 0.4,
        "send_timeout_s": 1.0,
        "timeout_s": 3.5,
    }
    return PrinterConfig(name, device.language.value, device.address, options=times)


def connect(services: Services, devices: Mapping[str, LabelPrinter]) -> None:
    """These are the bench's printers now, each with a new roll."""
    names = ("bench-1", "bench-2", "bench-3")
    with services.work.db.write() as tx:
        for name in names:
            device = devices.get(name)
            if device is None:
                tx.execute(update(printers).where(printers.c.name == name).values(active=False))
                continue
            config = config_of(name, device)
            settings = {
                "language": config.language,
                "address": config.address,
                "media": config.media,
                "documents": ["label"],
                **(config.options or {}),
            }
            tx.execute(
                update(printers)
                .where(printers.c.name == name)
                .values(settings=settings, active=True)
            )
    for name in devices:
        rolls.new_roll(services.work, name, ROLL)


@dataclass
class Table:
    """The papers of one printer as a person sees them: each is scanned, and compared in full.

    ``torn`` are those that no scanner reads, or that lack a part of what was to be printed.
    ``blank`` ones are the price of finding the next label's beginning after a job that was cut.
    """

    services: Services
    device: LabelPrinter
    waves: tuple[StormWave, ...]
    good: list[str] = field(default_factory=list)
    torn: list[int] = field(default_factory=list)
    blank: int = 0
    copies: dict[str, int] = field(default_factory=dict)
    _seen: int = 0

    def __post_init__(self) -> None:
        self._numbers = {n for wave in self.waves for n in wave.numbers}

    def look(self) -> None:
        """Scan what has come out since."""
        papers = self.device.papers
        for paper in papers[self._seen :]:
            if not any(paper.bits):
                self.blank += 1
                continue
            codes = zxingcpp.read_barcodes(paper.image().convert("L"))
            found = {n for n in self._numbers for code in codes if code.text == n}
            number = found.pop() if len(found) == 1 else ""
            if number and self._is_whole(number, paper.bits):
                self.good.append(number)
                self.copies[number] = self.copies.get(number, 0) + 1
            else:
                self.torn.append(paper.number)
        self._seen = len(papers)

    def has(self, number: str) -> bool:
        """Whether a good label of this number lies there (as of the last ``look``)."""
        return self.copies.get(number, 0) > 0

    def _is_whole(self, number: str, bits: bytes) -> bool:
        """Whether every dot is as this label's, drawn anew and printed by a flawless printer."""
        work = self.services.work
        with work.db.read() as tx:
            waybill = label_content.find_waybill(tx, number)
            jobs = tx.execute(
                select(print_jobs.c.created_at, print_jobs.c.copy_no).where(
                    print_jobs.c.waybill_id == waybill.id
                )
            ).all()
            label = label_content.label_of(tx, work, waybill)
        if not isinstance(label, DrawnLabel):
            raise TypeError("a label of our own drawing")
        moments = {
            ((job.created_at - timedelta(seconds=early_s)).replace(second=0, microsecond=0), copy)
            for job in jobs
            for copy in {0, job.copy_no}
            for early_s in (0, 60)  # the label names the minute in which it was drawn
        }
        for moment, copy in sorted(moments, key=lambda m: (m[0], -m[1]), reverse=True):
            if self._reference(replace(label, printed_at=moment, reprint_no=copy)) == bits:
                return True
        return False

    def _reference(self, label: DrawnLabel) -> bytes:
        with LabelPrinter(self.device.language, keep=4) as clean:
            printer = self.services.work.outside.try_printer(config_of("clean", clean))
            count = len(clean.papers)
            printer.print_paper(label)
            return clean.wait_for_papers(count + 1)[-1].bits
