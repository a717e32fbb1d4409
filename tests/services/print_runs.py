"""A wave that is printed on printers that do what a test wants, by a run that waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select

from app.domain.states import Route
from app.domain.text import Text
from app.jobs import CancelToken
from app.ports import DeviceState, DeviceStatus, Prepared, SendResult, Sent
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.printing import rolls
from app.services.printing.control import Holding, RunControl
from app.services.printing.printing import PrintRow, print_wave
from app.services.workplace import Workplace
from app.store.tables import parcels
from tests.services import truth
from tests.support.fake_printer import FakePrinter, with_fake_printers
from tests.support.warehouse import Bench

Found = TypeVar("Found")

CONFIRMED, SENT, UNKNOWN, NOT_STARTED = (
    SendResult.CONFIRMED,
    SendResult.SENT,
    SendResult.UNKNOWN,
    SendResult.NOT_STARTED,
)
PAPER_OUT = DeviceStatus(DeviceState.PAPER_OUT, Text("no paper"))


@dataclass
class Moody(FakePrinter):
    """In ``trouble`` it starts nothing, and says why. ``cuts`` breaks the labels of these off.

    ``ended`` are the labels before which it ended what was left of one that was broken off.
    """

    trouble: DeviceStatus | None = None
    cuts: set[str] = field(default_factory=set)
    ended: list[str] = field(default_factory=list)
    can_be_cut: bool = True
    _mistrusted: bool = False

    def mistrust(self) -> None:
        self._mistrusted = True

    def status(self) -> DeviceStatus:
        return self.trouble or super().status()

    def send(self, prepared: Prepared, key: str = "") -> Sent:
        if self.trouble is not None:
            return Sent(NOT_STARTED, self.trouble.message, self.trouble)
        if self._mistrusted:
            self._mistrusted = False
            self.ended.append(prepared.ref)
        if prepared.ref in self.cuts:
            self.cuts.remove(prepared.ref)
            return Sent(UNKNOWN, Text("broken off"), cut=True)
        return super().send(prepared, key)


@dataclass
class Run:
    """A wave that is being printed in another thread, and waits."""

    control: RunControl
    token: CancelToken = field(default_factory=CancelToken)

    def waits(self, printer: str = "") -> Holding:
        """The moment when it waits."""
        return until(
            lambda: next(
                (h for h in self.control.holdings() if not printer or h.printer == printer), None
            )
        )


def until(look: Callable[[], Found | None]) -> Found:
    pause = threading.Event()
    for _ in range(4_000):
        found = look()
        if found:
            return found
        pause.wait(0.005)
    raise AssertionError("it never came to that")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A wave of six parcels with numbers, and two printers."""

    bench: Bench
    work: Workplace
    wave: str
    ids: list[str]
    numbers: list[str]
    one: Moody
    two: Moody

    @contextmanager
    def printing(self, *, printer: str = "bench-1") -> Iterator[tuple[Run, Future[list[PrintRow]]]]:
        run = Run(RunControl(hold=True, look_s=0.01))
        with ThreadPoolExecutor(1) as pool:
            rows = pool.submit(
                print_wave,
                self.work,
                self.wave,
                printer=printer,
                control=run.control,
                cancel=run.token,
            )
            try:
                yield run, rows
            except BaseException:
                run.token.cancel()
                raise
            assert rows.result(30)

    def states(self, n: int) -> list[str]:
        return truth.jobs_of(self.bench, self.ids[n])

    def is_sound(self) -> None:
        assert integrity.check(self.work).broken == ()


def numbered(bench: Bench) -> Numbered:
    """Six direct parcels with numbers in a wave, at a bench whose printers are fakes."""
    ids = [r.id for c in ("sf", "zto", "yunda") for r in truth.ready(bench, Route.DIRECT, c)][:6]
    work, fakes = with_fake_printers(bench.work)
    one, two = Moody(fakes["bench-1"].config), Moody(fakes["bench-2"].config)
    fakes.update({"bench-1": one, "bench-2": two})
    wave_id = bench.wave(only=ids)
    with work.db.read() as tx:
        query = select(parcels.c.id).where(parcels.c.wave_id == wave_id)
        ids = list(tx.execute(query.order_by(parcels.c.wave_position)).scalars())
    rows = label_parcels(work, ids)
    assert all(r.ok for r in rows)
    return Numbered(bench, work, wave_id, ids, [r.waybill for r in rows], one, two)


def results(rows: list[PrintRow]) -> list[str]:
    return [r.result for r in rows]


def roll_left(wave: Numbered) -> int:
    return rolls.left(wave.work)["bench-1"].left
