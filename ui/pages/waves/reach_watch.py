"""Checks a wave before its numbers are taken: in the background, when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.domain.errors import PackbenchError
from app.jobs import CancelToken, Progress
from app.services.numbers import prechecks
from app.services.numbers.prechecks import CheckRow
from app.services.reach.recent import RecentAnswers
from app.services.waves import troubles
from app.services.waves.troubles import Trouble
from app.services.waves.wave_views import WaveSheet
from app.services.workplace import Workplace
from ui.job_runner import JobHandle, JobRunner
from ui.wave_run import RunView

LANE = "waves-reach"


class ReachWatch(QObject):
    """``changed`` when more is known of the wave that is shown. Books nothing, blocks nothing.

    What is known without the network comes first, then what carriers and platform say. A wave
    that is left or runs is not asked about any more. Main thread.
    """

    changed = Signal()

    def __init__(self, work: Workplace, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._jobs = work, jobs
        self._recent = RecentAnswers()
        self._found: dict[str, Trouble] = {}
        self._asked: object = None
        self._handle: JobHandle | None = None

    def checked(self, sheet: WaveSheet, run: RunView | None) -> WaveSheet:
        """The wave with what is known by now; what has no number yet is being checked."""
        self._look_at(sheet, run)
        parcels = tuple(
            replace(p, found=self._found[p.id]) if p.id in self._found and not p.waybill else p
            for p in sheet.parcels
        )
        return replace(sheet, parcels=parcels)

    def _look_at(self, sheet: WaveSheet, run: RunView | None) -> None:
        """Ask once for the same parcels as they are."""
        open_ones = [p for p in sheet.parcels if not p.waybill and p.trouble is None]
        waiting = tuple(p.id for p in open_ones)
        marks = tuple((p.carrier, p.account, p.revision) for p in open_ones)
        asked = None if run is not None and run.busy else (waiting, marks)
        if asked == self._asked:
            return
        self._asked = asked
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._found = {p: t for p, t in self._found.items() if p in waiting}
        if asked is not None and waiting:
            self._check(waiting, asked, online=False)

    def _check(self, waiting: tuple[str, ...], asked: object, *, online: bool) -> None:
        work, recent = self._work, self._recent

        def job(progress: Progress, cancel: CancelToken) -> object:
            return prechecks.check(work, waiting, progress, cancel, online=online, recent=recent)

        def known(rows: object) -> None:
            if asked != self._asked or not isinstance(rows, list):
                return
            self._keep([row for row in rows if isinstance(row, CheckRow)])
            if not online:
                self._check(waiting, asked, online=True)

        done: Callable[[object], None] = known
        self._handle = self._jobs.run(
            LANE, job, name="reach", done=done, failed=self._not_known, owner=self
        )

    def _keep(self, rows: list[CheckRow]) -> None:
        before = dict(self._found)
        for row in rows:
            trouble = troubles.of_check(row)
            if trouble is not None:
                self._found[row.parcel] = trouble
            elif row.result != "later":  # nobody answered: what was known stays
                self._found.pop(row.parcel, None)
        if self._found != before:
            self.changed.emit()

    def _not_known(self, error: PackbenchError) -> None:
        self._work.log.info("wave could not be checked: %s", error.code)
