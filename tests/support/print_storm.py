"""Waves of labels through bad printers, by programs that are killed and begun again.

A station is a printer with its troubles, the program that prints there, and a person. The person
knows what lies on the table and what the program asks, nothing else, and never lies: only when
the printer stands ready and quiet does the person look whether a label came out.
"""

from __future__ import annotations

import queue
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from app.bootstrap import Services
from app.domain.errors import PackbenchError
from app.domain.states import PrintState
from app.services.parcels import packing
from app.services.printing import answers, printing
from app.simulators.printers import LabelPrinter, PrinterFaults
from app.store.tables import parcels, print_jobs, waybills
from tests.support.print_storm_floor import StormWave, Table
from tests.support.print_storm_program import MAY_TAKE_S, Program, Ran

ROOT = Path(__file__).parents[2]
_LOOK_S = 0.003
_QUIET_S = 0.12
_OPEN = (PrintState.CLAIMED, PrintState.UNKNOWN)
_LABEL_BYTES = 40_000

TROUBLES = (
    "cover",
    "pause",
    "paper out, seen late",
    "paper out, seen at once",
    "power off",
    "reset",
    "closed early",
    "mute",
)
KILLS = ("between claim and first byte", "in mid-label", "behind the paper", "anywhere", "waiting")


class StuckError(AssertionError):
    """Nothing has happened for a minute."""


class Station:
    """One printer from its first wave to its last. ``run`` may go on in a thread of its own."""

    def __init__(
        self,
        services: Services,
        data: Path,
        name: str,
        device: LabelPrinter,
        waves: Sequence[StormWave],
        chance: random.Random,
        kills: int,
    ) -> None:
        self.services, self.name, self.device = services, name, device
        self._data = str(data)
        self.waves = tuple(waves)
        self.table = Table(services, device, self.waves)
        self.met: Counter[str] = Counter()
        self.said_no: set[str] = set()
        self.ran: list[Ran] = []
        self.errors: list[str] = []
        self._chance = chance
        self._base = PrinterFaults()
        self._program: Program | None = None
        self._resume_after: str | None = None
        self._heal_s: float | None = None
        self._asked: str | None = None
        self._answer_s = 0.0
        self._alive_s = time.monotonic()
        self._bytes_at = 0
        total = sum(len(w.numbers) for w in self.waves)
        self._kills = self._planned(kills, total, KILLS)
        self._troubles = self._planned(max(len(TROUBLES), total // 14), total, TROUBLES)

    def _planned(self, count: int, total: int, kinds: Sequence[str]) -> list[tuple[int, str, int]]:
        """At so many papers: what, and how many bytes behind it. All kinds, and then any."""
        some = list(kinds) + self._chance.choices(kinds, k=max(0, count - len(kinds)))
        self._chance.shuffle(some)
        return sorted(
            (
                self._chance.randrange(1, max(2, total - 4)),
                kind,
                self._chance.randrange(_LABEL_BYTES),
            )
            for kind in some[:count]
        )

    # --- the run ----------------------------------------------------------------------------

    def run(self) -> None:
        try:
            for wave in self.waves:
                self._between_waves()
                self._wave(wave)
        finally:
            self._kill()

    def _between_waves(self) -> None:
        """Another printer stands there: slow or quick, with much memory or little."""
        pick = self._chance.random
        self._base = PrinterFaults(
            bytes_per_s=self._chance.choice((250_000, 600_000)) if pick() < 0.3 else None,
            buffer_bytes=self._chance.choice((2_000, 16_000)) if pick() < 0.4 else 8 * 1024 * 1024,
            label_print_s=self._chance.choice((0.0, 0.01, 0.05)),
            unsolicited_status=pick() < 0.3,
            half_command_survives=pick() < 0.3,
            no_inquiries=pick() < 0.15,
        )
        if self._base.bytes_per_s or self._base.buffer_bytes < 100_000:
            self.met["slow or small"] += 1
        self.device.stop()
        self.device.set_faults(self._base)
        self._switch_on()

    def _wave(self, wave: StormWave) -> None:
        while True:
            self._begin(wave)
            ran = self._watch(wave)
            if ran is None:
                self._perhaps_name_the_last(wave)
                continue
            self._errors_of(ran)
            if ran.code != 0:
                self._answer_all(wave)
                continue
            if self._reconciled(wave):
                return

    def _begin(self, wave: StormWave) -> None:
        holds = self._chance.random() < 0.7 and self._resume_after is None
        base = [sys.executable, "-m", "tests.support.print_program"]
        command = [*base, self._data, wave.id, self.name]
        if not holds:
            command = [sys.executable, "main.py", "--data", self._data, "--json"]
            command += ["wave", "print", wave.id, "--printer", self.name]
            if self._resume_after:
                command += ["--resume-after", self._resume_after]
        self.met["programs that wait" if holds else "programs that end"] += 1
        self._resume_after = None
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._program = Program(process, holds, datetime.now(UTC))

    def _watch(self, wave: StormWave) -> Ran | None:
        """Until the program has ended by itself; ``None`` when it was killed."""
        program = self._running
        self._alive_s = time.monotonic()
        received_bytes = 0
        while program.process.poll() is None:
            out = len(self.device.papers)
            if self.device.received_bytes != received_bytes:
                received_bytes = self.device.received_bytes
                self._alive_s = time.monotonic()  # a slow printer needs minutes for a wave
            if self._kills and self._is_time(self._kills[0], out, self._reached(self._kills[0][1])):
                self.met[f"killed {self._kills.pop(0)[1]}"] += 1
                self._kill()
                self._asked = None
                return None
            if self._troubles and self._is_time(self._troubles[0], out, None):
                self._trouble(self._troubles.pop(0)[1], out)
            self._listen()
            self._act(wave)
            if time.monotonic() - self._alive_s > MAY_TAKE_S:
                where = f"open {self._jobs(*_OPEN)}, {self.device.sensors}, {self.met}"
                raise StuckError(f"{self.name}: {out} papers, waits: {program.holds}, {where}")
            time.sleep(_LOOK_S)
        self._listen()
        ran = program.ended()
        self.ran.append(ran)
        self.errors += [e for e in program.errors if "Traceback" in e]
        self._program = self._asked = None
        return ran

    @property
    def _running(self) -> Program:
        assert self._program is not None
        return self._program

    def _is_time(
        self, planned: tuple[int, str, int], out: int, reached: Callable[[], bool] | None
    ) -> bool:
        at, _kind, more_bytes = planned
        if out < at:
            self._bytes_at = self.device.received_bytes
            return False
        if out > at + 6:
            return True
        return reached() if reached else self.device.received_bytes >= self._bytes_at + more_bytes

    def _reached(self, kind: str) -> Callable[[], bool]:
        match kind:
            case "between claim and first byte":
                return lambda: bool(self._jobs(PrintState.CLAIMED))
            case "behind the paper":
                return lambda: True
            case "waiting":
                return lambda: self._asked is not None or self._heal_s is not None
            case _:
                wanted = self._bytes_at + self._kills[0][2]
                return lambda: self.device.received_bytes >= wanted

    def _kill(self) -> None:
        if self._program is not None:
            self._program.process.kill()
            self.ran.append(self._program.ended())
            self._program = None

    def _listen(self) -> None:
        with suppress(queue.Empty):
            while self._program is not None:
                said = self._program.said.get_nowait()
                self._alive_s = time.monotonic()
                soon_s = self._alive_s + self._chance.uniform(0, 0.3)
                if said["result"] == "held":
                    self.met["held"] += 1
                    self._heal_s = min(self._heal_s or soon_s, soon_s)
                elif said["result"] == "asked":
                    self.met["asked"] += 1
                    self._asked, self._answer_s = said["waybill"], soon_s

    def _act(self, wave: StormWave) -> None:
        now_s = time.monotonic()
        if self._heal_s is not None and now_s >= self._heal_s:
            self._heal()
        if self._asked is not None and now_s >= self._answer_s:
            number, self._asked = self._asked, None
            self._answer(wave, number)

    # --- the printer ------------------------------------------------------------------------

    def _trouble(self, kind: str, out: int) -> None:
        self.met[kind] += 1
        change: dict[str, object] = {}
        match kind:
            case "cover":
                change = {"cover_open": True}
            case "pause":
                change = {"paused": True}
            case "paper out, seen late":
                change = {"labels_left": self._chance.randrange(3)}
            case "paper out, seen at once":
                change = {"labels_left": self._chance.randrange(3), "paper_end_seen_at_once": True}
            case "reset":
                change = {"reset_after_bytes": self._chance.randrange(1, _LABEL_BYTES)}
            case "closed early":
                change = {"close_after_bytes": self._chance.randrange(1, _LABEL_BYTES)}
            case "mute":
                change = {"mute": True}
        if kind == "power off":
            self.device.stop()
        else:
            self.device.set_faults(replace(self._base, **change))  # type: ignore[arg-type]  # by name
        self._heal_s = time.monotonic() + self._chance.uniform(0.2, 1.5)

    def _heal(self) -> None:
        """Paper in, cover closed, switched on."""
        self._heal_s = None
        self.device.set_faults(self._base)
        self._switch_on()

    def _switch_on(self) -> None:
        """Its port may still be held by a connection that is being closed."""
        ends_s = time.monotonic() + MAY_TAKE_S
        with suppress(RuntimeError):  # it is on
            while True:
                try:
                    self.device.start()
                    return
                except OSError:
                    if time.monotonic() > ends_s:
                        raise
                    time.sleep(_QUIET_S)

    def _quiet(self) -> None:
        """Until the printer has nothing left to do."""
        quiet_since_s = time.monotonic()
        while time.monotonic() - quiet_since_s < _QUIET_S:
            out = len(self.device.papers)
            self.device.wait_until_idle(MAY_TAKE_S)
            time.sleep(_QUIET_S / 4)
            if len(self.device.papers) != out or self.device.sensors.printing:
                quiet_since_s = time.monotonic()

    # --- the person -------------------------------------------------------------------------

    def _see(self) -> None:
        self._heal()
        self._quiet()
        self.table.look()

    def _answer(self, wave: StormWave, number: str) -> None:
        """Say whether the label came out, in one of the ways there are."""
        self._see()
        work, out = self.services.work, self.table.has(number)
        way = self._chance.random()
        last = self._last_good(wave)
        try:
            if out and way < 0.3:
                self.met["answered by a scan"] += 1
                packing.open_parcel(work, number)
            elif last is not None and way < 0.6:
                self.met["answered by the last good one"] += 1
                self._taken_back(wave, last)
                answers.resume_after(work, wave.id, last)
            else:
                self.met["answered yes" if out else "answered no"] += 1
                if not out:
                    self.said_no.add(number)
                answers.answer(work, number, came_out=out)
        except PackbenchError as error:
            self.met[f"answer refused: {error.code}"] += 1

    def _last_good(self, wave: StormWave) -> str | None:
        """The last paper of the wave on the table, when every label before it lies there too."""
        there = [self.table.has(n) for n in wave.numbers]
        count = there.index(False) if False in there else len(there)
        return wave.numbers[count - 1] if count and not any(there[count:]) else None

    def _taken_back(self, wave: StormWave, last: str) -> None:
        behind = wave.numbers[wave.numbers.index(last) + 1 :]
        open_or_sent = self._jobs(*_OPEN, PrintState.SENT)
        self.said_no.update(n for n in behind if n in open_or_sent)

    def _perhaps_name_the_last(self, wave: StormWave) -> None:
        """After a crash some people look at the paper before they start again."""
        if self._chance.random() < 0.3:
            self._see()
            last = self._last_good(wave)
            if last is not None:
                self._taken_back(wave, last)
                self._resume_after = last
                self.met["begun behind the last good one"] += 1

    def _answer_all(self, wave: StormWave) -> None:
        self._see()
        for number in self._jobs(*_OPEN):
            if number in wave.numbers:
                self._answer(wave, number)

    def _reconciled(self, wave: StormWave) -> bool:
        """What a mute printer was sent is compared with the papers; whether all is certain now."""
        self._see()
        sent = [n for n in self._jobs(PrintState.SENT) if n in wave.numbers]
        self.met["sent to a mute printer"] += len(sent)
        missing = [n for n in sent if not self.table.has(n)]
        last = self._last_good(wave)
        if missing and last is not None:
            self.met["behind the last good one again"] += 1
            self._taken_back(wave, last)
            answers.resume_after(self.services.work, wave.id, last)
            return False
        for number in sent:
            if self.table.has(number):
                packing.open_parcel(self.services.work, number)
                continue
            self.met["reprinted"] += 1
            self.said_no.add(number)
            printing.reprint(self.services.work, number, "not on the table", printer=self.name)
        return not missing

    def _errors_of(self, ran: Ran) -> None:
        if ran.code not in {0, 1, 4, 75}:
            self.errors.append(f"{self.name}: a program ended with {ran.code}")

    def _jobs(self, *states: str) -> list[str]:
        """The numbers of this printer's jobs in these states, in the order shown."""
        query = (
            select(waybills.c.number)
            .join(print_jobs, print_jobs.c.waybill_id == waybills.c.id)
            .join(parcels, parcels.c.id == waybills.c.parcel_id)
            .where(print_jobs.c.state.in_(states), print_jobs.c.printer == self.name)
            .order_by(parcels.c.wave_id, parcels.c.wave_position)
        )
        with self.services.work.db.read() as tx:
            return list(tx.execute(query).scalars())
