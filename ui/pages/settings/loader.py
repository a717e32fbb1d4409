"""Reads what the settings show, and asks the printers how they are, off the main thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.errors import PackbenchError
from app.domain.text import Text
from app.jobs import CancelToken, Progress
from app.ports import DeviceStatus
from app.services import rights
from app.services.printing import printers
from app.services.printing.printers import PrinterView
from app.services.workplace import Workplace
from ui.job_runner import JobRunner

READ = "settings-read"
ASK_EVERY_MS = 4_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """``refusal``: why the person may not change anything here."""

    views: tuple[PrinterView, ...]
    refusal: Text | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one printer said, or why it could not even be asked."""

    name: str
    status: DeviceStatus | None
    failure: str = ""


class SettingsLoader(QObject):
    """``loaded(Loaded)``, ``answered(Answer)``, ``failed(PackbenchError)``, on the main thread.

    Every printer is asked in a lane of its own, so that one that is off never holds up the others,
    and not at all while ``printing`` says that labels are on their way to them.
    """

    loaded = Signal(object)
    answered = Signal(object)
    failed = Signal(object)

    def __init__(
        self, work: Workplace, jobs: JobRunner, owner: QObject, printing: Callable[[], bool]
    ) -> None:
        super().__init__(owner)
        self._work, self._jobs, self._printing = work, jobs, printing
        self._names: tuple[str, ...] = ()
        self._asking: set[str] = set()
        self._generation = 0
        self._clock = QTimer(self)
        self._clock.setInterval(ASK_EVERY_MS)
        self._clock.timeout.connect(self.ask)

    def load(self) -> None:
        """Read printers and rights; an answer to an earlier question is dropped."""
        self._generation += 1
        mine, work = self._generation, self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return Loaded(tuple(printers.printer_views(work)), rights.setup_refusal(work))

        def done(found: object) -> None:
            if mine == self._generation and isinstance(found, Loaded):
                self._names = tuple(v.config.name for v in found.views)
                self.loaded.emit(found)

        self._jobs.run(READ, job, name="settings", done=done, failed=self.failed.emit, owner=self)

    def watch(self, on: bool) -> None:
        """Ask the printers every few seconds, or no longer."""
        if on and not self._clock.isActive():
            self._clock.start()
        elif not on:
            self._clock.stop()

    @Slot()
    def ask(self) -> None:
        """Ask every printer now that has answered the last time."""
        if self._printing():
            return
        for name in self._names:
            self._ask_one(name)

    def _ask_one(self, name: str) -> None:
        if name in self._asking:
            return
        self._asking.add(name)
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return printers.status_of(work, name)

        def done(found: object) -> None:
            self._asking.discard(name)
            status = found if isinstance(found, DeviceStatus) else None
            self.answered.emit(Answer(name, status))

        def failed(error: PackbenchError) -> None:
            self._asking.discard(name)
            self.answered.emit(Answer(name, None, str(error)))

        def cancelled() -> None:
            self._asking.discard(name)

        self._jobs.run(
            f"settings-ask {name}",
            job,
            name="printer",
            done=done,
            failed=failed,
            cancelled=cancelled,
            owner=self,
        )
