"""The running print job of the application: numbers, then labels, wave after wave.

It lives as long as the window does, whatever page is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.jobs import CancelToken, Job, Progress, Step
from app.services.numbers import labelling
from app.services.printing import printing
from app.services.printing.control import Holding, RunControl
from app.services.waves import wave_views, waves
from app.services.workplace import Workplace
from ui.job_runner import JobHandle, JobRunner
from ui.wave_run import BUSY, NUMBER, PRINT, STANDS, Phase, Run, RunEnd, RunView, Stop

LANE = "waves"
_LOOK_MS = 500


@dataclass(frozen=True, slots=True)
class JobLine:
    """The small line at the foot of the sidebar."""

    wave_id: str
    text: str
    done: int
    failed: int
    total: int
    needs_person: bool


class WaveJob(QObject):
    """Prints waves in one lane, one after the other; each wave has at most one run.

    ``changed(wave_id)`` comes at most ten times a second while it runs, ``ended(wave_id)`` when a
    run is over, paused or stopped, ``failed(error)`` when it could not run at all.
    ``stands(wave_id)`` when a printer begins to stand still: it is in trouble, or it asks
    something. Main thread.
    """

    changed = Signal(str)
    ended = Signal(str)
    failed = Signal(object)
    stands = Signal(str)

    def __init__(self, work: Workplace, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._jobs = jobs
        self._runs: dict[str, Run] = {}
        self._handles: dict[str, JobHandle] = {}
        self._controls: dict[str, RunControl] = {}
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._look_at_controls)

    # -- asking ------------------------------------------------------------------------------

    def running(self) -> bool:
        """Whether a wave is being numbered or printed: closing the window asks first."""
        return any(run.phase in BUSY for run in self._runs.values())

    def view(self, wave_id: str) -> RunView | None:
        """The run of this wave, if it had one since the program was started."""
        run = self._runs.get(wave_id)
        return run.view() if run is not None else None

    def summary(self) -> JobLine | None:
        """What the sidebar says; ``None`` when nothing runs or waits for somebody."""
        order = (Phase.STOPPED, Phase.ASKED, Phase.HELD, *(BUSY - STANDS), Phase.PAUSED)
        open_ones = [run for run in self._runs.values() if run.phase in order]
        if not open_ones:
            return None
        run = min(open_ones, key=lambda r: (r.phase is Phase.WAITING, order.index(r.phase)))
        view = run.view()
        return JobLine(
            view.wave_id,
            _line(view),
            view.printed,
            view.failed,
            view.total,
            view.phase in {Phase.STOPPED, *STANDS},
        )

    def holding(self) -> Holding | None:
        """What any wave waits for: the sidebar's printer shows it."""
        return next((h for run in self._runs.values() for h in run.view().holdings), None)

    def closing_question(self) -> tuple[str, str]:
        """Title and body of the question when the window is closed while something runs."""
        left = sum(run.view().waiting for run in self._runs.values() if run.phase in BUSY)
        asked = any(run.phase is Phase.ASKED for run in self._runs.values())
        if asked:
            return (
                tr("Nobody has said yet whether a label came out. Close all the same?"),
                tr("It is asked again when the wave is opened next. Nothing is printed twice."),
            )
        return (
            tr("{n} labels are not printed yet. Close all the same?", n=left),
            tr("Printed labels stay printed, numbers are kept. The rest waits in its wave."),
        )

    # -- doing -------------------------------------------------------------------------------

    def start(
        self,
        wave_id: str,
        *,
        printer: str | None = None,
        resume_after: str | None = None,
    ) -> bool:
        """Number and print what the wave still lacks; ``False`` when it is being done already.

        ``resume_after`` is the number of the last good label.
        """
        known = self._runs.get(wave_id)
        if known is not None and known.phase in BUSY:
            return False
        run = Run(wave_id, known.name if known is not None else "")
        self._runs[wave_id] = run
        begun: Callable[[wave_views.WaveSheet], None] = partial(self._begin, run)
        control = self._controls[wave_id] = RunControl(hold=True)
        self._look.start()
        job = _print_job(self._work, self._jobs, wave_id, begun, printer, resume_after, control)
        self._handles[wave_id] = self._jobs.run(
            LANE,
            job,
            name=f"wave {wave_id}",
            done=partial(self._done, run),
            failed=partial(self._failed_to_run, run),
            progress=partial(self._step, run),
            cancelled=partial(self._never_began, run),
            owner=self,
        )
        self.changed.emit(wave_id)
        return True

    def move_to(self, wave_id: str, printer: str, away_from: str) -> None:
        """Let ``printer`` print what waits at ``away_from``."""
        control = self._controls.get(wave_id)
        if control is not None:
            control.move_to(printer, away_from=away_from)
            self._look_at_controls()

    def look_again(self, wave_id: str) -> None:
        """An answer was given: the run need not wait for its next look."""
        control = self._controls.get(wave_id)
        if control is not None:
            control.look_again()

    def pause(self, wave_id: str) -> None:
        """Stop after the label that is at the printer; ``start`` goes on behind it."""
        self._halt(wave_id, Phase.PAUSING)

    def cancel_rest(self, wave_id: str) -> None:
        """Stop, and take what is not printed out of the wave; its numbers are kept.

        Parcels that failed stay in the wave, with their remedy.
        """
        run = self._runs.get(wave_id) or Run(wave_id)
        self._runs[wave_id] = run
        if run.phase in BUSY:
            self._halt(wave_id, Phase.CANCELLING)
        else:
            run.phase = Phase.CANCELLING
            self.changed.emit(wave_id)
            self._drop_rest(run)

    def retry_failed(self, wave_id: str) -> bool:
        """Try again what failed, when its cause has been put right."""
        return self.start(wave_id)

    def _halt(self, wave_id: str, phase: Phase) -> None:
        run, handle = self._runs.get(wave_id), self._handles.get(wave_id)
        if run is None or handle is None or run.phase not in BUSY:
            return
        run.phase = phase
        handle.cancel()
        self.look_again(wave_id)
        self.changed.emit(wave_id)

    # -- what the worker tells ---------------------------------------------------------------

    @Slot()
    def _look_at_controls(self) -> None:
        """Which printers stand still; the runs know it at once, we look twice a second."""
        busy = [run for run in self._runs.values() if run.phase in BUSY]
        if not busy:
            self._look.stop()
        for run in busy:
            before = {(h.printer, h.code, h.waybill) for h in run.holdings}
            control = self._controls.get(run.wave_id)
            if control is None or not run.hold(control.holdings()):
                continue
            self.changed.emit(run.wave_id)
            if {(h.printer, h.code, h.waybill) for h in run.holdings} - before:
                self.stands.emit(run.wave_id)

    def _begin(self, run: Run, sheet: wave_views.WaveSheet) -> None:
        run.begin(sheet)
        self.changed.emit(run.wave_id)

    def _step(self, run: Run, steps: tuple[Step, ...]) -> None:
        run.take(steps, time.monotonic())
        self.changed.emit(run.wave_id)
        self._look_at_controls()

    def _done(self, run: Run, result: object) -> None:
        if not isinstance(result, RunEnd):
            return
        run.end(result)
        if run.phase is Phase.CANCELLING:
            self._drop_rest(run)
            return
        self._tell_end(run)

    def _failed_to_run(self, run: Run, error: PackbenchError) -> None:
        run.stop = Stop(error.code, error.message, error.remedy, "", "")
        run.phase = Phase.STOPPED
        self._tell_end(run)
        self.failed.emit(error)

    def _never_began(self, run: Run) -> None:
        if run.phase is Phase.CANCELLING:
            self._drop_rest(run)
            return
        run.phase = Phase.PAUSED
        self._tell_end(run)

    def _tell_end(self, run: Run) -> None:
        self.changed.emit(run.wave_id)
        self.ended.emit(run.wave_id)

    def _drop_rest(self, run: Run) -> None:
        work, wave_id = self._work, run.wave_id

        def drop(_progress: Progress, _cancel: CancelToken) -> RunEnd:
            for parcel in wave_views.wave_sheet(work, wave_id).parcels:
                open_label = not parcel.printed and not parcel.in_doubt
                if open_label and parcel.trouble is None:
                    waves.remove(work, parcel.id)
            return RunEnd((), (), wave_views.wave_sheet(work, wave_id), cancelled=True)

        def dropped(result: object) -> None:
            run.phase = Phase.DONE
            if isinstance(result, RunEnd):
                run.begin(result.sheet)
            self._tell_end(run)

        self._jobs.run(
            LANE,
            drop,
            name=f"drop {wave_id}",
            done=dropped,
            failed=partial(self._failed_to_run, run),
            owner=self,
        )


def _print_job(
    work: Workplace,
    jobs: JobRunner,
    wave_id: str,
    begun: Callable[[wave_views.WaveSheet], None],
    printer: str | None,
    resume_after: str | None,
    control: RunControl,
) -> Job:
    """The worker's part: plain services, no window."""

    def job(progress: Progress, cancel: CancelToken) -> RunEnd:
        def tell(stage: str, step: Step) -> None:
            progress(replace(step, ref=f"{stage}:{step.ref}"))

        sheet = wave_views.wave_sheet(work, wave_id)
        jobs.post(partial(begun, sheet))
        labels = labelling.label_wave(work, wave_id, partial(tell, NUMBER), cancel, look_first=True)
        prints: list[printing.PrintRow] = []
        if not cancel.cancelled:
            prints = printing.print_wave(
                work,
                wave_id,
                printer=printer,
                resume_after=resume_after,
                progress=partial(tell, PRINT),
                cancel=cancel,
                control=control,
            )
        sheet = wave_views.wave_sheet(work, wave_id)
        return RunEnd(tuple(labels), tuple(prints), sheet, cancel.cancelled)

    return job


def _line(view: RunView) -> str:
    match view.phase:
        case Phase.STOPPED:
            return tr("Wave {name} has stopped", name=view.name)
        case Phase.HELD:
            printer = view.holding.printer if view.holding is not None else ""
            return tr("{name} waits for {printer}", name=view.name, printer=printer)
        case Phase.ASKED:
            return tr("Wave {name} asks something", name=view.name)
        case Phase.PAUSED:
            return tr("Wave {name} is paused", name=view.name)
        case Phase.WAITING:
            return tr("A wave waits for its turn")
        case Phase.NUMBERING:
            counts = f"{view.numbered} / {view.total}"
            return tr("Wave {name}, numbers {counts}", name=view.name, counts=counts)
        case _:
            counts = f"{view.printed} / {view.total}"
            return tr("Wave {name}, printing {counts}", name=view.name, counts=counts)
