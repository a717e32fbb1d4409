"""Whether a print storm did what it should: the printers' own papers against the print journal.

The rules, one sentence each, are the titles of ``Judge.wrong``'s lines. In order means: per wave
and printer, the good papers of labels that nobody had printed again (no "did not come out", not
taken back behind a last good label, no reprint) lie in the order shown.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.bootstrap import Services
from app.domain.states import PrintState
from app.services import integrity
from app.services.printing import rolls
from app.simulators.printers import LabelPrinter
from app.store.tables import parcels, print_jobs, waybills
from tests.support.print_storm import Station
from tests.support.print_storm_floor import ROLL, Prepared, connect, opened
from tests.support.print_storm_program import Ran

NAMES = ("bench-1", "bench-2", "bench-3")
_SETTLED = (PrintState.CONFIRMED, PrintState.CANCELLED, PrintState.FAILED)


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the journal."""

    number: str
    wave: str
    position: int
    printer: str
    state: str
    copy_no: int
    claimed_at: datetime
    done_at: datetime | None
    unknown_at: datetime | None
    confirmed_by: str


@dataclass
class Told:
    """How one storm went."""

    seed: int
    languages: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def storm(
    prepared: Prepared, folder: Path, seed: int, languages: Sequence[str], kills: int
) -> Told:
    """Print every wave of ``prepared`` on these printers side by side, and judge."""
    told = Told(seed, tuple(languages))
    chance = random.Random(seed)
    with ExitStack() as stack:
        services = stack.enter_context(opened(prepared, folder))
        devices = {n: LabelPrinter(lang) for n, lang in zip(NAMES, languages, strict=False)}
        for device in devices.values():
            stack.enter_context(device)
        connect(services, devices)
        stations = [
            Station(
                services,
                folder,
                name,
                device,
                prepared.waves[i :: len(devices)],
                random.Random(chance.random()),
                kills,
            )
            for i, (name, device) in enumerate(devices.items())
        ]
        _run(stations, told.wrong)
        Judge(services, stations, told).judge()
    return told


def _run(stations: Sequence[Station], wrong: list[str]) -> None:
    def run(station: Station) -> None:
        try:
            station.run()
        except (AssertionError, TimeoutError) as error:
            wrong.append(f"{station.name}: {type(error).__name__} {error}")

    threads = [threading.Thread(target=run, args=(s,), name=f"station {s.name}") for s in stations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Judge:
    """Looks at the papers and at the journal when all is over."""

    def __init__(self, services: Services, stations: Sequence[Station], told: Told) -> None:
        self._services, self._stations, self._told = services, stations, told
        self._jobs = self._journal()

    def judge(self) -> None:
        for station in self._stations:
            station.table.look()
            mine = [j for j in self._jobs if j.printer == station.name]
            self._papers(station, mine)
            self._order(station)
            self._answers(station, mine)
            self._one_at_a_time(station, mine)
            self._roll(station, mine)
            self._say(station.errors)
        self._printed()
        self._say(f"books: {line}" for line in integrity.check(self._services.work).broken)
        self._count()

    def _say(self, lines: Iterable[str]) -> None:
        self._told.wrong.extend(lines)

    def _journal(self) -> list[Job]:
        query = (
            select(print_jobs, waybills.c.number, parcels.c.wave_id, parcels.c.wave_position)
            .join(waybills, waybills.c.id == print_jobs.c.waybill_id)
            .join(parcels, parcels.c.id == waybills.c.parcel_id)
            .where(print_jobs.c.claimed_at.is_not(None))
            .order_by(print_jobs.c.claimed_at)
        )
        with self._services.work.db.read() as tx:
            return [_job(row) for row in tx.execute(query)]

    def _papers(self, station: Station, jobs: Sequence[Job]) -> None:
        table = station.table
        asked = sum(j.unknown_at is not None or j.copy_no > 0 for j in jobs)
        for wave in station.waves:
            for number in wave.numbers:
                count = table.copies.get(number, 0)
                if count == 0:
                    told = [f"{j.state} by {j.confirmed_by}" for j in jobs if j.number == number]
                    self._say([f"lost: {number} is on no good paper, its jobs: {told}"])
                elif count > 1:
                    said = " after a person's no" if number in station.said_no else ""
                    self._say([f"doubled: {number} is on {count} good papers{said}"])
        if len(table.torn) > asked:
            self._say([f"{station.name}: {len(table.torn)} bad papers, asked about {asked}"])

    def _order(self, station: Station) -> None:
        for wave in station.waves:
            place = {n: i for i, n in enumerate(wave.numbers) if n not in station.said_no}
            lie = [n for n in station.table.good if n in place]
            self._say(
                f"order: {b} lies behind {a}" for a, b in pairwise(lie) if place[b] < place[a]
            )

    def _answers(self, station: Station, jobs: Sequence[Job]) -> None:
        for job in jobs:
            open_end = job.state not in _SETTLED
            if open_end:
                self._say([f"open: {job.number} is {job.state} at the end"])
            elif job.unknown_at is not None and not job.confirmed_by:
                self._say([f"unanswered: {job.number} became unknown and is {job.state}"])
            elif job.unknown_at is not None and job.confirmed_by == "printer":
                self._say([f"unanswered: {job.number} was settled by nobody"])

    def _one_at_a_time(self, station: Station, jobs: Sequence[Job]) -> None:
        known = [(j, end) for j in jobs if (end := _certain_at(j)) is not None]
        self._say(
            f"two at once: {b.number} claimed before {a.number} was certain"
            for (a, end), (b, _) in pairwise(known)
            if b.claimed_at < end
        )
        for doubt in (j for j in jobs if j.unknown_at is not None and j.done_at is not None):
            run = _run_at(station.ran, doubt.unknown_at)
            if run is None or not run.holds:
                continue
            self._say(
                f"not waited for: {j.number} claimed while {doubt.number} was asked about"
                for j in jobs
                if _between(j, doubt, run)
            )

    def _roll(self, station: Station, jobs: Sequence[Job]) -> None:
        """Whatever may be on paper counts: every label begun that did not surely stay here.

        A mute printer that loses its memory keeps its labels: a person finds that out, not we.
        """
        out = sum(j.state != PrintState.FAILED for j in jobs)
        used = ROLL - rolls.left(self._services.work)[station.name].left
        papers = len(station.table.good) + len(station.table.torn)
        no = sum(j.state == PrintState.CANCELLED for j in jobs) + station.met["reprinted"]
        if used != out:
            self._say([f"roll of {station.name}: {used} counted, {out} begun"])
        if not papers <= used <= papers + no:
            self._say([f"roll of {station.name}: {used} counted, {papers} papers, {no} not out"])

    def _printed(self) -> None:
        query = select(parcels.c.id).where(
            parcels.c.wave_id.is_not(None), ~parcels.c.printed | ~parcels.c.print_confirmed
        )
        with self._services.work.db.read() as tx:
            left = len(tx.execute(query).all())
        if left:
            self._say([f"{left} parcels do not count as printed for certain"])

    def _count(self) -> None:
        met: Counter[str] = Counter()
        for station in self._stations:
            met.update(station.met)
        jobs = self._jobs
        self._told.counts = {
            "labels": sum(len(w.numbers) for s in self._stations for w in s.waves),
            "good papers": sum(len(s.table.good) for s in self._stations),
            "bad papers": sum(len(s.table.torn) for s in self._stations),
            "jobs begun": len(jobs),
            "confirmed by the printer": sum(j.confirmed_by == "printer" for j in jobs),
            "became unknown": sum(j.unknown_at is not None for j in jobs),
            "not begun after all": sum(j.state == PrintState.FAILED for j in jobs),
            "printed again on a person's word": sum(len(s.said_no) for s in self._stations),
            "programs killed": sum(r.code == -9 for s in self._stations for r in s.ran),
            **dict(sorted(met.items())),
        }


def _job(row: Any) -> Job:
    return Job(
        row.number,
        row.wave_id,
        row.wave_position,
        row.printer,
        row.state,
        row.copy_no,
        row.claimed_at,
        row.done_at,
        row.unknown_at,
        row.confirmed_by,
    )


def _certain_at(job: Job) -> datetime | None:
    """When the journal knew; ``None`` where a later scan has overwritten that moment."""
    if job.unknown_at is not None:
        return job.unknown_at
    return job.done_at if job.confirmed_by == "printer" or job.state == PrintState.FAILED else None


def _run_at(runs: Sequence[Ran], moment: datetime | None) -> Ran | None:
    return next((r for r in runs if moment and r.began_at <= moment <= r.ended_at), None)


def _between(job: Job, doubt: Job, run: Ran) -> bool:
    """Whether ``job``, behind ``doubt``, was begun in the same run before that was answered."""
    if doubt.unknown_at is None or doubt.done_at is None or job.wave != doubt.wave:
        return False
    until = min(doubt.done_at, run.ended_at)
    return job.position > doubt.position and doubt.unknown_at <= job.claimed_at < until


def report(all_told: Sequence[Told], took_s: float) -> str:
    """A table, a column a seed; the last line says how many things are wrong."""
    titles = list(dict.fromkeys(t for told in all_told for t in told.counts))
    heads = [f"{told.seed} {'+'.join(told.languages)}" for told in all_told]
    width = max(12, *(len(h) + 2 for h in heads))
    lines = [f"{'seed':36}" + "".join(f"{h:>{width}}" for h in heads)]
    for title in titles:
        cells = "".join(f"{told.counts.get(title, 0):>{width}}" for told in all_told)
        lines.append(f"{title:36}{cells}")
    wrong = [f"  seed {told.seed}: {line}" for told in all_told for line in told.wrong]
    labels = sum(told.counts.get("labels", 0) for told in all_told)
    kills = sum(told.counts.get("programs killed", 0) for told in all_told)
    lines += wrong
    lines.append(
        f"{labels} labels, {kills} programs killed, {len(all_told)} storms, {took_s:.0f} s:"
        f" {len(wrong)} wrong"
    )
    return "\n".join(lines)


def write_report(folder: Path, all_told: Sequence[Told], text: str) -> None:
    """``print_storm.txt`` and ``print_storm.json`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "print_storm.txt").write_text(text + "\n", encoding="utf-8")
    rows = [
        {"seed": t.seed, "printers": t.languages, "counts": t.counts, "wrong": t.wrong}
        for t in all_told
    ]
    as_json = json.dumps({"storms": rows}, ensure_ascii=False, indent=2)
    (folder / "print_storm.json").write_text(as_json + "\n", encoding="utf-8")
