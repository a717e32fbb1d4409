"""What is done with parcels on their way: the carriers are asked now, warnings are seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.companies import company
from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, tr
from app.jobs import CancelToken, Progress, Step
from app.services.tracking import refreshing, views
from app.services.tracking.refreshing import Hindrance, Refreshed
from app.services.tracking.views import TrackFilter
from app.services.workplace import Workplace
from ui.job_runner import JobHandle
from ui.page import PageTools
from ui.paint_status import Severity
from ui.widgets.banner import BannerPlace, Notice

ASK_LANE = "parcels on their way.ask"
ACTS_LANE = "parcels on their way.acts"
NOTICE = "tracks"


class TrackActions(QObject):
    """``moved`` tells how far the asking is, in words; empty when it has ended."""

    moved = Signal(str)
    done = Signal()

    def __init__(
        self, work: Workplace, tools: PageTools, banners: BannerPlace, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._work, self._tools, self._banners = work, tools, banners
        self._running: JobHandle | None = None
        self._undo: Callable[[], None] | None = None

    @property
    def running(self) -> bool:
        return self._running is not None and self._running.active

    # -- asking now --------------------------------------------------------------------------

    def refresh(self, wanted: TrackFilter | Sequence[str]) -> None:
        """Ask about the open parcels of a list, or about these; one such run at a time."""
        if self.running:
            return
        work = self._work

        def ask(progress: Progress, cancel: CancelToken) -> Refreshed:
            return refreshing.refresh(work, wanted, progress, cancel)

        self.moved.emit(tr("Asking the carriers …"))
        self._running = self._tools.jobs.run(
            ASK_LANE,
            ask,
            name="tracks now",
            done=self._asked,
            failed=self._broke,
            progress=self._stepped,
            cancelled=self._ended,
            owner=self,
        )

    @Slot()
    def stop(self) -> None:
        """Ask no further; what was answered is kept."""
        if self._running is not None:
            self._running.cancel()

    def _stepped(self, steps: tuple[Step, ...]) -> None:
        last = steps[-1]
        self.moved.emit(
            tr("Asking {done} of {total}", done=f"{last.done:,}", total=f"{last.total:,}")
        )

    def _asked(self, result: object) -> None:
        self._ended()
        if not isinstance(result, Refreshed):
            return
        if result.hindrances:
            self._banners.put(_notice(result.hindrances))
        else:
            self._banners.take(NOTICE)
        if result.asked:
            words = ntr("{n} parcel asked about", "{n} parcels asked about", result.asked)
            self._tools.shell.say(words)
        elif not result.hindrances and not result.left:
            self._tools.shell.say(tr("All of them were asked about just now"))

    def _broke(self, error: PackbenchError) -> None:
        self._ended()
        self._banners.put(
            Notice(NOTICE, Severity.FAILED, error.message, error.remedy, T("Try again"))
        )

    def _ended(self) -> None:
        self._running = None
        self.moved.emit("")
        self.done.emit()

    # -- warnings ----------------------------------------------------------------------------

    def see(self, waybills: Sequence[str]) -> None:
        """知道了: these warnings were looked at; can be taken back."""
        ids = list(waybills)

        def seen(result: object) -> None:
            self._undo = lambda: self._take_back(ids)
            count = result if isinstance(result, int) else len(ids)
            words = ntr("{n} warning seen", "{n} warnings seen", count)
            self._tools.shell.say(words, action=tr("Undo"), act=self.undo)
            self.done.emit()

        self._do(lambda work: views.acknowledge(work, ids), seen)

    def _take_back(self, ids: Sequence[str]) -> None:
        self._do(lambda work: views.remind_again(work, ids), lambda _: self.done.emit())

    @Slot()
    def undo(self) -> None:
        """Take back the last thing done."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()

    def forget_undo(self) -> None:
        """Something else was done since."""
        self._undo = None

    @property
    def can_undo(self) -> bool:
        return self._undo is not None

    def _do(self, run: Callable[[Workplace], object], done: Callable[[object], None]) -> None:
        work = self._work
        self._tools.jobs.run(
            ACTS_LANE,
            lambda *_: run(work),
            name="tracks",
            done=done,
            failed=self._broke,
            owner=self,
        )


def _notice(hindrances: Sequence[Hindrance]) -> Notice:
    """What stood in the way of most parcels, and how many carriers are concerned beside it."""
    worst = max(hindrances, key=lambda h: h.parcels)
    what = ntr(
        "{n} parcel of {carrier} could not be asked about: {why}",
        "{n} parcels of {carrier} could not be asked about: {why}",
        worst.parcels,
        carrier=company(worst.carrier).name if worst.carrier else tr("an unknown carrier"),
        why=worst.problem.message,
    )
    remedy = str(worst.problem.remedy)
    if len(hindrances) > 1:
        others = tr("、").join(
            dict.fromkeys(str(company(h.carrier).name) for h in hindrances if h is not worst)
        )
        bare = remedy.rstrip("。.")
        remedy = tr("{remedy}. {carriers} did not answer either.", remedy=bare, carriers=others)
    return Notice(NOTICE, Severity.PROBLEM, what, remedy, T("Ask again"), dismissible=True)
