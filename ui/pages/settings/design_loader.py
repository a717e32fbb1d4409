"""Draws and stores label designs off the main thread: the newest wish wins, one save at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.domain.errors import PackbenchError
from app.domain.label_designs import LabelDesign
from app.jobs import CancelToken, Progress
from app.services.printing import design_looks, designs, previews
from app.services.printing.design_looks import USUAL, Preview
from app.services.workplace import Workplace
from ui.job_runner import JobRunner
from ui.pages.settings import design_edits
from ui.pages.settings.design_edits import Kept
from ui.pages.settings.label_canvas import Mark, Shown

DRAW, PROVE = "settings-label", "settings-proof"
READ, KEEP = "settings-designs", "settings-keep"
_DRAW_SOON_MS = 60
_PROVE_REST_MS = 350
_KEEP_REST_MS = 450


def drawn(preview: Preview) -> tuple[Shown, Preview]:
    """The picture decoded, with what lies on it. Any thread."""
    image = QImage.fromData(preview.png)
    marks = tuple(Mark(f.place, str(f.message)) for f in preview.findings if f.place is not None)
    shown = Shown(
        image, preview.width_mm, preview.height_mm, preview.own_box, preview.free_zones, marks
    )
    return shown, preview


class DesignLoader(QObject):
    """``rows_ready(list)``, ``opened(LabelDesign)``, ``kept(Kept)``; ``pictured(Shown, Preview,
    proved)``: first the picture alone, then with what is wrong.

    ``draw_failed`` and ``keep_failed`` carry why not; the last picture stays meanwhile.
    """

    rows_ready = Signal(object)
    opened = Signal(object)
    pictured = Signal(object, object, bool)
    draw_failed = Signal(object)
    kept = Signal(object)
    keep_failed = Signal(object)

    def __init__(self, work: Workplace, jobs: JobRunner, owner: QObject) -> None:
        super().__init__(owner)
        self._work, self._jobs = work, jobs
        self._wanted: tuple[LabelDesign, str] | None = None
        self._drawing = False
        self._opening = 0
        self._before: LabelDesign | None = None  # as it is stored
        self._changed: LabelDesign | None = None
        self._keeping = False
        self._proving = False
        self._last: tuple[LabelDesign, str] | None = None  # what was drawn last
        self._soon = self._timer(_DRAW_SOON_MS, self._draw)
        self._prove = self._timer(_PROVE_REST_MS, self._look_over)
        self._rest = self._timer(_KEEP_REST_MS, self._keep)

    def _timer(self, ms: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(run)
        return timer

    @property
    def busy(self) -> bool:
        """Whether something is being drawn, looked over or stored, or soon will be."""
        waits = any(timer.isActive() for timer in (self._soon, self._prove, self._rest))
        return waits or self._drawing or self._proving or self.pending

    @property
    def pending(self) -> bool:
        """Whether a change is not stored yet."""
        return self._changed is not None or self._keeping

    def load(self) -> None:
        """Read which designs there are."""
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return designs.designs(work)

        self._jobs.run(
            READ,
            job,
            name="designs",
            done=self.rows_ready.emit,
            failed=self.draw_failed.emit,
            owner=self,
        )

    def open(self, code: str) -> None:
        """Read one design; an answer to an earlier question is dropped."""
        self._opening += 1
        mine, work = self._opening, self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return designs.design(work, code)

        def done(found: object) -> None:
            if mine == self._opening and isinstance(found, LabelDesign) and not self.pending:
                self._before = found
                self.opened.emit(found)

        self._jobs.run(
            READ, job, name="design", done=done, failed=self.draw_failed.emit, owner=self
        )

    # -- drawing -----------------------------------------------------------------------------

    def draw(self, design: LabelDesign, sample: str = USUAL, *, now: bool = False) -> None:
        """Draw it soon; of many wishes only the newest is drawn.

        What is wrong with it is looked for once nothing else is wished any more.
        """
        self._wanted = (design, sample)
        self._prove.stop()
        if now:
            self._soon.stop()
            self._draw()
        elif not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _draw(self) -> None:
        if self._drawing or self._wanted is None:
            return
        wish, self._wanted = self._wanted, None
        self._last = wish
        self._drawing = True

        def over() -> None:
            self._drawing = False
            self._prove.start()
            self._draw()

        self._show(DRAW, design_looks.look, wish, over)

    @Slot()
    def _look_over(self) -> None:
        wish = self._last
        if self._proving:
            self._prove.start()  # the one before is not through yet
        elif wish is not None and self._wanted is None:
            self._proving = True

            def over() -> None:
                self._proving = False

            self._show(PROVE, design_looks.preview, wish, over)

    def _show(
        self,
        lane: str,
        draw: Callable[[Workplace, LabelDesign, str], Preview],
        wish: tuple[LabelDesign, str],
        over: Callable[[], None],
    ) -> None:
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return drawn(draw(work, *wish))

        def done(found: object) -> None:
            if isinstance(found, tuple) and (lane == DRAW or wish is self._last):
                self.pictured.emit(*found, lane == PROVE)
            over()

        def failed(error: PackbenchError) -> None:
            if wish is self._last:
                self.draw_failed.emit(error)
            over()

        self._jobs.run(lane, job, name="label", done=done, failed=failed, owner=self)

    def find_parcel(
        self, number: str, found: Callable[[str], None], failed: Callable[[PackbenchError], None]
    ) -> None:
        """The parcel with this number."""
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return previews.parcel_of(work, number)

        self._jobs.run(
            READ, job, name="parcel", done=lambda key: found(str(key)), failed=failed, owner=self
        )

    # -- storing -----------------------------------------------------------------------------

    def keep(self, changed: LabelDesign) -> None:
        """Store it once the hand rests."""
        self._changed = changed
        self._rest.start()

    def flush(self) -> None:
        """Store now what waits for the hand to rest."""
        if self._rest.isActive():
            self._rest.stop()
            self._keep()

    @Slot()
    def _keep(self) -> None:
        before, changed, work = self._before, self._changed, self._work
        if self._keeping or before is None or changed is None:
            return
        self._changed = None
        self._store(lambda: design_edits.keep(work, before, changed))

    def reset(self, design: LabelDesign) -> None:
        """The copy looks like its standard again; what was not stored yet is forgotten."""
        work = self._work
        self._rest.stop()
        self._changed = None
        if not self._keeping:
            self._store(lambda: design_edits.reset(work, design))

    def _store(self, store: Callable[[], Kept]) -> None:
        self._keeping = True

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return store()

        def done(found: object) -> None:
            self._keeping = False
            if not isinstance(found, Kept):
                return
            self._before = found.design
            if self._changed is not None:  # it went on meanwhile, perhaps on what is now a copy
                self._changed = _onto(found.design, self._changed)
                if not self._rest.isActive():
                    self._keep()
            self.kept.emit(found)

        def failed(error: PackbenchError) -> None:
            self._keeping, self._changed = False, None
            self.keep_failed.emit(error)

        self._jobs.run(KEEP, job, name="design", done=done, failed=failed, owner=self)


def _onto(stored: LabelDesign, changed: LabelDesign) -> LabelDesign:
    """A change to the design before, as one to the stored one."""
    return replace(stored, own=changed.own, elements=changed.elements, pictures=changed.pictures)
