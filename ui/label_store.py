"""Pictures of labels and what was printed of them, read in a lane and kept while they hold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.domain.errors import PackbenchError
from app.jobs import CancelToken, Progress
from app.services.printing import journal_views, previews
from app.services.printing.journal_views import JobRow
from app.services.printing.previews import LabelPicture
from app.services.workplace import Workplace
from ui.job_runner import JobRunner

LANE = "label"
_KEPT = 40


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """A label as it is now: its picture, or why there is none, and its sheets (newest first)."""

    number: str
    picture: LabelPicture | None = None
    jobs: tuple[JobRow, ...] = ()
    trouble: PackbenchError | None = None


class LabelStore(QObject):
    """Reads one label at a time; of several that are asked for, the last one counts."""

    def __init__(self, work: Workplace, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._jobs = work, jobs
        self._kept: OrderedDict[str, LabelPicture] = OrderedDict()
        self._wanted: tuple[str, Callable[[LabelSeen], None]] | None = None
        self._busy = False

    def known(self, number: str) -> LabelPicture | None:
        """What it looked like when it was read last."""
        return self._kept.get(number)

    def ask(self, number: str, show: Callable[[LabelSeen], None]) -> None:
        """Read the label ``number``; ``show`` is called on the main thread, unless another one is
        asked for meanwhile."""
        self._wanted = (number, show)
        if not self._busy:
            self._read()

    def forget(self) -> None:
        """Nobody waits for an answer any more."""
        self._wanted = None

    def _read(self) -> None:
        if self._wanted is None:
            return
        number, show = mine = self._wanted
        work, known = self._work, self._kept.get(number)
        self._busy = True

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            jobs = tuple(journal_views.jobs_of(work, number))
            try:
                return LabelSeen(number, previews.picture_of(work, number, known), jobs)
            except PackbenchError as error:
                return LabelSeen(number, None, jobs, error)

        def done(seen: object) -> None:
            self._busy = False
            if not isinstance(seen, LabelSeen):
                return
            if seen.picture is not None:
                self._keep(number, seen.picture)
            if self._wanted is mine:
                show(seen)
            elif self._wanted is not None:
                self._read()

        def failed(error: PackbenchError) -> None:
            done(LabelSeen(number, trouble=error))

        self._jobs.run(LANE, job, name="label", done=done, failed=failed, owner=self)

    def _keep(self, number: str, picture: LabelPicture) -> None:
        self._kept[number] = picture
        self._kept.move_to_end(number)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
