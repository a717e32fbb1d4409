"""The bench's own full-screen window: a scan in, a verdict out, never the mouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.packing import OpenParcel, Scanned
from app.domain.states import Verdict
from app.domain.text import T, tr
from app.jobs import CancelToken, Progress
from app.services import details, outbox, packing, picking, printing
from app.services.packing import Closed, Opened
from app.services.workplace import Workplace
from ui.page import FullScreenPage, PageTools
from ui.pages.bench import presenter
from ui.pages.bench.board import Board
from ui.pages.bench.presenter import Look, Shift, View
from ui.sounds import Cue

LANE = "bench"
_REPEAT_MS = 2_500

CARDS = {
    "CMD-SHORT": "short",
    "CMD-REPRINT": "reprint",
    "CMD-ASIDE": "aside",
    "CMD-UNDO": "undo",
}


@dataclass(frozen=True, slots=True)
class _Figures:
    today: int
    unsent: int
    wave: str
    wave_done: int
    wave_all: int


class BenchWindow(FullScreenPage):
    """Scans go through one lane in their order; the answer paints the board.

    The widget with the focus is plain, so that an input method never eats a code.
    """

    topics: ClassVar[frozenset[str]] = frozenset({"parcels", "outbox"})

    def __init__(self, tools: PageTools, work: Workplace) -> None:
        super().__init__(tools, tr("Packing bench"))
        self.work = work
        self.board = Board(tools, self)
        self.board.shift = Shift(work.bench, work.user)
        self._typed = ""
        self._weight_g: int | None = None
        self._wave = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._again = QTimer(self)
        self._again.setInterval(_REPEAT_MS)
        self._again.timeout.connect(self._sound_again)

    @property
    def view(self) -> View:
        """What is shown now."""
        return self.board.view

    @override
    def activated(self, argument: object = None) -> None:
        self.setFocus()
        self.refresh(self.topics)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.board.setGeometry(self.rect())

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        wave = self._wave

        def read(work: Workplace) -> _Figures:
            row = details.wave_row(work, wave) if wave else None
            return _Figures(
                packing.packed_today(work),
                outbox.waiting(work),
                row.name if row else "",
                row.shipped if row else 0,
                row.parcels if row else 0,
            )

        self._do(read, self._figures)

    @Slot(object)
    def _figures(self, found: object) -> None:
        if isinstance(found, _Figures):
            shift = self.board.shift
            shift.today, shift.unsent = found.today, found.unsent
            shift.wave, shift.wave_done, shift.wave_all = (
                found.wave,
                found.wave_done,
                found.wave_all,
            )
            self.board.update()

    # -- input ---------------------------------------------------------------------------

    @override
    def scanned(self, code: str) -> bool:
        """One code: a command card, a pick list, goods of the open parcel, or a label."""
        code = packing.clean_code(code)
        self._typed = ""
        command = CARDS.get(code.upper())
        if command is not None:
            self.command(command)
            return True
        if code.upper().startswith(picking.CODE_PREFIX):
            name = code[len(picking.CODE_PREFIX) :]
            self._do(lambda work: picking.mark_picked(work, name), self._picked)
            return True
        parcel = self.view.parcel
        if parcel is None or parcel.done:
            self._open(code)
            return True
        nonce = self.work.key()
        self._do(lambda work: _piece_or_label(work, parcel, code, nonce), self._answered)
        return True

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        commands = {
            Qt.Key.Key_F1: "short",
            Qt.Key.Key_F4: "reprint",
            Qt.Key.Key_F8: "aside",
        }
        if key in commands:
            self.command(commands[Qt.Key(key)])
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif key == Qt.Key.Key_Backspace:
            if self._typed:
                self._type(self._typed[:-1])
            else:
                self.command("undo")
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._entered()
        elif text.isprintable() and text.strip():
            self._type(self._typed + text)
        else:
            super().keyPressEvent(event)

    def _type(self, text: str) -> None:
        self._typed = text[:40]
        self.board.tell(self.view, self._typed)

    def _entered(self) -> None:
        typed, self._typed = self._typed, ""
        if self.view.panel.look is Look.LOOK:
            self._close_parcel(self._weight_g, sure=True)
        elif typed:
            self.scanned(typed)

    def _escape(self) -> None:
        if self._typed:
            self._type("")
        elif self.view.is_stop or self.view.panel.look is Look.LOOK:
            self._tell(presenter.acknowledged(self.view))
        else:
            self._again.stop()
            self.hide()
            self.left.emit()

    # -- commands ------------------------------------------------------------------------

    def command(self, name: str) -> None:
        """What the keys and the printed cards do; without a parcel nothing."""
        parcel = self.view.parcel
        if parcel is None:
            return
        match name:
            case "undo":
                self._do(lambda work: packing.undo_last(work, parcel), self._undone)
            case "short":
                line = parcel.next_line()
                missing = line.item.code if line else ""
                reason = tr("Missing at the bench: {sku}", sku=missing)
                self._aside(parcel, reason)
            case "aside":
                self._aside(parcel, tr("Put aside at the bench"))
            case "reprint":
                reason = tr("Asked for at the bench")
                self._do(
                    lambda work: printing.reprint(work, parcel.number, reason), self._reprinted
                )

    def _aside(self, parcel: OpenParcel, reason: str) -> None:
        def put(work: Workplace) -> None:
            packing.put_aside(work, parcel, reason)

        self._do(put, self._put_aside)

    @Slot(object)
    def _put_aside(self, _done: object) -> None:
        self._tell(presenter.waiting())

    @Slot(object)
    def _undone(self, parcel: object) -> None:
        if isinstance(parcel, OpenParcel):
            self._tell(presenter.acknowledged(_with(self.view, parcel)))

    @Slot(object)
    def _reprinted(self, row: object) -> None:
        if isinstance(row, printing.PrintRow) and not row.ok:
            message = row.message or T("The label was not printed.")
            self._tell(presenter.trouble(self.view, message, row.remedy or T("Try again.")))

    @Slot(object)
    def _picked(self, _count: object) -> None:
        self.refresh(self.topics)

    # -- answers -------------------------------------------------------------------------

    def _open(self, code: str) -> None:
        self._do(lambda work: packing.open_parcel(work, code), self._answered)

    @Slot(object)
    def _answered(self, answer: object) -> None:
        if isinstance(answer, Opened):
            self._wave = answer.wave_id or self._wave
            self._tell(presenter.opened(answer, _due(answer.deadline_at)))
        elif isinstance(answer, Scanned):
            self._tell(presenter.scanned(self.view, answer))
        if self.view.parcel is not None and self.view.parcel.done:
            self._close_parcel(self._weight_g, sure=False)

    def weighed(self, weight_g: int) -> None:
        """The scale's stable weight of what lies on it."""
        self._weight_g = weight_g

    def _close_parcel(self, weight_g: int | None, *, sure: bool) -> None:
        parcel = self.view.parcel
        if parcel is None or not parcel.done:
            return
        if weight_g is not None and not sure:
            question = presenter.weight_is_off(self.view, weight_g)
            if question is not None:
                self._tell(question)
                return
        self._do(lambda work: packing.close(work, parcel, weight_g), self._closed)

    @Slot(object)
    def _closed(self, closed: object) -> None:
        if isinstance(closed, Closed):
            self._weight_g = None
            self._tell(presenter.complete(self.view, closed.weight_g))
            self.refresh(self.topics)

    def _tell(self, view: View) -> None:
        self.board.tell(view)
        if view.cue is not None:
            self.tools.sounds.play(view.cue)
        if view.is_stop and view.cue is Cue.STOP:
            self._again.start()
        else:
            self._again.stop()

    @Slot()
    def _sound_again(self) -> None:
        self.tools.sounds.play(Cue.STOP)

    def _do(self, run: Callable[[Workplace], object], done: Callable[[object], None]) -> None:
        work = self.work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return run(work)

        self.tools.jobs.run(LANE, job, name=tr("Bench"), done=done, failed=self._failed, owner=self)

    @Slot(object)
    def _failed(self, error: PackbenchError) -> None:
        self._tell(presenter.trouble(self.view, error.message, error.remedy))

    @override
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab may end a scan; it never moves the focus here."""
        return False


def _piece_or_label(work: Workplace, parcel: OpenParcel, code: str, nonce: str) -> Opened | Scanned:
    """A label scanned over an open parcel changes to that parcel; its scans are kept."""
    result = packing.scan(work, parcel, code, nonce=nonce)
    if result.verdict is Verdict.UNKNOWN:
        answer = packing.open_parcel(work, code)
        if answer.verdict is not Verdict.UNKNOWN:
            return answer
    return result


def _with(view: View, parcel: OpenParcel) -> View:

    return replace(view, parcel=parcel)


def _due(at: object) -> str:
    return tr("by {time}", time=f"{at.astimezone():%H:%M}") if isinstance(at, datetime) else ""
