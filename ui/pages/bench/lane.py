"""Codes are answered one after the other, in one lane; the answer is shown, said and sounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QHideEvent
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.jobs import CancelToken, Progress
from app.services.parcels.in_hand import InHand, Told
from app.services.workplace import Workplace
from ui.page import FullScreenPage, PageTools
from ui.pages.bench import presenter
from ui.pages.bench.board import Board
from ui.pages.bench.view import Shift, View
from ui.sounds import Cue

LANE = "bench"
_REPEAT_MS = 2_500
_ASK_MS = 2_000
_DATABASE_LANE = "bench: database"  # a server that is gone may be silent for seconds


class CodeLane(FullScreenPage):
    """Each code meets the parcel that the one before left open (``_take`` is told of it then).

    The answer comes from one lane and paints the board.
    """

    def __init__(self, tools: PageTools, work: Workplace) -> None:
        super().__init__(tools, tr("Packing bench"))
        self.work = work
        self.board = Board(tools, self)
        self.board.shift = Shift(work.bench, work.user)
        self._codes: deque[str] = deque()
        self._busy = False
        self._asking = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._again = QTimer(self)
        self._again.setInterval(_REPEAT_MS)
        self._again.timeout.connect(self._sound_again)
        self.hand = InHand(work)
        self._asks = QTimer(self)  # whether the database is back
        self._asks.setInterval(_ASK_MS)
        self._asks.timeout.connect(self.ask_database)

    @property
    def view(self) -> View:
        """What is shown now."""
        return self.board.view

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._again.stop()
        super().hideEvent(event)

    def _take(self, code: str) -> None:
        """Answer this code; whatever takes time goes through ``_step``."""
        raise NotImplementedError

    def _next(self) -> None:
        while self._codes and not self._busy:
            self._take(self._codes.popleft())

    def _tell(self, view: View) -> None:
        changed = view.spoken != self.view.spoken
        self.board.tell(view)
        if view.cue is not None:
            self.tools.sounds.play(view.cue)
        if changed:
            self._announce(view)
        if view.is_held:
            self._again.start()
        else:
            self._again.stop()

    def _announce(self, view: View) -> None:
        event = QAccessibleAnnouncementEvent(self, view.spoken)
        if view.is_stop:
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    @Slot()
    def _sound_again(self) -> None:
        self.tools.sounds.play(Cue.STOP)

    def _step(
        self,
        run: Callable[[Workplace], object],
        done: Callable[[object], None],
        failed: Callable[[PackbenchError], None] | None = None,
    ) -> None:
        """Answer one code; the next one waits until this one is shown."""
        self._busy = True

        def answered(result: object) -> None:
            self._busy = False
            done(result)
            self._next()

        def refused(error: PackbenchError) -> None:
            self._busy = False
            (failed or self._failed)(error)
            self._next()

        self._do(run, answered, refused)

    def _do(
        self,
        run: Callable[[Workplace], object],
        done: Callable[[object], None],
        failed: Callable[[PackbenchError], None] | None = None,
        *,
        lane: str = LANE,
    ) -> None:
        work = self.work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return run(work)

        self.tools.jobs.run(
            lane, job, name=tr("Bench"), done=done, failed=failed or self._failed, owner=self
        )

    @Slot(object)
    def _failed(self, error: PackbenchError) -> None:
        self.hand.lost(error)
        self.outage()
        if not self.view.is_held:
            self._tell(presenter.trouble(self.view, error.message, error.remedy))

    # -- without the database ------------------------------------------------------------

    def outage(self) -> None:
        """Show whether the database is away, and ask for it as long as it is."""
        shift, hand = self.board.shift, self.hand
        shift.away, shift.kept = hand.away, hand.kept if hand.away else 0
        if not hand.away:
            self._asks.stop()
        elif not self._asks.isActive():
            self._asks.start()
        self.board.update()

    @Slot()
    def ask_database(self) -> None:
        """Tell the database what was kept on this PC, if it is there."""
        if self._asking:
            return
        self._asking = True
        hand = self.hand
        self._do(lambda _work: hand.tell(), self._told, self._untold, lane=_DATABASE_LANE)

    @Slot(object)
    def _told(self, told: object) -> None:
        self._asking = False
        self.outage()
        if isinstance(told, Told):
            self._is_back(told)

    @Slot(object)
    def _untold(self, error: PackbenchError) -> None:
        self._asking = False
        if self.hand.lost(error):
            self.outage()
        else:
            self._failed(error)

    def _is_back(self, told: Told) -> None:
        """The database has everything that was kept; ``told`` is what it made of it."""
        raise NotImplementedError
