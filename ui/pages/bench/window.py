"""The bench's own full-screen window: a scan in, a verdict out, never the mouse."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from typing_extensions import override

from app.domain.commands import Command, command_code, read_command
from app.domain.errors import PackbenchError
from app.domain.packing import Line, OpenParcel, Scanned
from app.domain.states import HoldCode
from app.domain.text import T, tr
from app.services.orders.serials import SerialsRow
from app.services.parcels import packing, weighing
from app.services.parcels.in_hand import Told
from app.services.parcels.packing import Closed, Opened
from app.services.printing import printing
from app.services.waves import picking
from app.services.workplace import Workplace
from ui.label_window import LabelDoor
from ui.page import PageTools
from ui.pages.bench import outages, presenter, steps
from ui.pages.bench.lane import CodeLane
from ui.pages.bench.view import Look
from ui.pages.bench.words import due, how_far

_PRINT_LANE = "bench: print"  # a printer may take seconds; no scan waits for it
_FIGURES_LANE = "bench: figures"
_LONGEST_TYPED = 40
_LONGEST_COUNT = 4

KEYS = {
    Qt.Key.Key_F1: command_code(Command.SHORT),
    Qt.Key.Key_F2: command_code(Command.BOX),
    Qt.Key.Key_F4: command_code(Command.REPRINT),
    Qt.Key.Key_F8: command_code(Command.ASIDE),
}
_LABEL_KEY = Qt.Key.Key_F7


class BenchWindow(CodeLane):
    """The bench. The widget with the focus is plain: an input method never eats a code."""

    topics: ClassVar[frozenset[str]] = frozenset({"parcels", "outbox"})

    def __init__(self, tools: PageTools, work: Workplace) -> None:
        super().__init__(tools, work)
        self._typed = ""
        self._weight_g: int | None = None
        self._wave = ""
        self._sealed = ""  # the parcel that is green and gone
        self._piece = ""  # the code that was counted last
        self.labels = LabelDoor(work, tools, self)

    @property
    def packing_now(self) -> OpenParcel | None:
        """The open parcel, unless it is sealed."""
        parcel = self.view.parcel
        return None if parcel is None or parcel.parcel_id == self._sealed else parcel

    @override
    def activated(self, argument: object = None) -> None:
        self.setFocus()
        self.ask_database()  # scans may have been kept before the program was started again
        self.refresh(self.topics)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.board.setGeometry(self.rect())

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        wave, sealed = self._wave, self._sealed
        self._do(
            lambda work: steps.figures(work, wave, sealed),
            self._figures,
            self._no_figures,
            lane=_FIGURES_LANE,
        )

    @Slot(object)
    def _no_figures(self, error: PackbenchError) -> None:
        """The parcel in hand goes on; the top bar says what is missing."""
        if self.hand.lost(error):
            self.outage()
        else:
            self._failed(error)

    @Slot(object)
    def _figures(self, found: object) -> None:
        if not isinstance(found, steps.Figures):
            return
        shift = self.board.shift
        shift.today, shift.unsent, shift.offline = found.today, found.unsent, found.offline
        shift.wave, shift.wave_done, shift.wave_all = found.wave, found.wave_done, found.wave_all
        parcel = self.view.parcel
        if found.sealed is not None and parcel is not None and found.sealed.id == parcel.parcel_id:
            if found.stop is not None and self.view.panel.look is Look.DONE:
                self._tell(presenter.opened(self.view, found.stop, ""))
            else:
                self.board.tell(presenter.reported(self.view, how_far(found)), self._typed)
        self.board.update()

    # -- input ---------------------------------------------------------------------------

    @override
    def scanned(self, code: str) -> bool:
        """One code: a command card, a pick list, goods of the open parcel, or a label."""
        self._typed = ""
        self.labels.close()  # whoever scans goes on packing
        self._codes.append(packing.clean_code(code))
        self._next()
        return True

    @override
    def _take(self, code: str) -> None:
        hand = self.hand
        command = read_command(code)
        if command is not None:
            self._command(command)
        elif (picked := picking.read_code(code)) is not None:
            wave, part = picked
            self._step(
                lambda work: picking.mark_picked(work, wave, part),
                lambda n: self._tell(presenter.picked(self.view, wave, int(str(n)))),
            )
        elif self._sealed and "." in code and (weight_g := steps.as_weight_g(code)) is not None:
            self.weighed(weight_g)  # a scale that types like a scanner
        elif (parcel := self.packing_now) is not None and parcel.done and self.view.wants_serial:
            self._take_serial(parcel, code)
        elif parcel is None or parcel.done:
            self._step(lambda work: steps.open_label(work, hand, code), self._answered)
        else:
            self._scan(parcel, code, 1)

    def _take_serial(self, parcel: OpenParcel, code: str) -> None:
        imeis, hand = self.view.imeis, self.hand
        self._step(
            lambda work: steps.serial_or_label(work, hand, parcel, code, imeis), self._answered
        )

    def _scan(self, parcel: OpenParcel, code: str, quantity: int) -> None:
        nonce, hand = self.work.key(), self.hand
        self._piece = code
        self._step(
            lambda _work: steps.piece_or_label(hand, parcel, code, nonce, quantity), self._answered
        )

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        if key in KEYS:
            self.scanned(KEYS[Qt.Key(key)])
        elif key == _LABEL_KEY and self.view.parcel is not None:
            self.labels.open(self.view.parcel.number)
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif key == Qt.Key.Key_Backspace:
            if self._typed:
                self._type(self._typed[:-1])
            else:
                self.scanned(command_code(Command.UNDO))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._entered()
        elif text.isprintable() and text.strip():
            self._type(self._typed + text)
        else:
            super().keyPressEvent(event)

    def _type(self, text: str) -> None:
        self._typed = text[:_LONGEST_TYPED]
        self.board.tell(self.view, self._typed)

    def _entered(self) -> None:
        typed, self._typed = packing.clean_code(self._typed), ""
        if not typed:
            if self.view.panel.look is Look.LOOK:
                self._agree()
            return
        line, parcel = self.view.counting, self.packing_now
        if line and parcel and typed.isdecimal() and len(typed) <= _LONGEST_COUNT:
            self._count(parcel, line, int(typed))
        elif self._sealed and (weight_g := steps.as_weight_g(typed)) is not None:
            self.weighed(weight_g)
        else:
            self.scanned(typed)

    def _count(self, parcel: OpenParcel, line: Line, total: int) -> None:
        """A typed count of one line: all of its pieces that are in the box."""
        if self._busy:
            return
        if total < line.have:
            self._tell(presenter.counted_too_few(self.view, line))
        elif total == line.have:
            self._tell(presenter.acknowledged(self.view))
        else:
            self._scan(parcel, self._piece, total - line.have)

    def _agree(self) -> None:
        """Enter on amber: it is right as it is."""
        if self.packing_now is not None and self.packing_now.done:
            self._close_parcel(self._weight_g, sure=True)
        else:
            self._tell(presenter.acknowledged(self.view))

    def _escape(self) -> None:
        if self._typed:
            self._type("")
        elif self.view.is_stop or self.view.panel.look is Look.LOOK:
            self._tell(presenter.acknowledged(self.view))
        else:
            self.hide()
            self.left.emit()

    # -- commands ------------------------------------------------------------------------

    def _command(self, command: Command) -> None:
        """What the keys and the printed cards do; a label may be printed again after the seal."""
        match command:
            case Command.PAUSE:
                self._tell(presenter.paused(self.view))
            case Command.REPRINT:
                self._reprint()
            case Command.SEEN:
                self._tell(presenter.acknowledged(self.view))
            case Command.BOX:  # what it weighed was another box
                self._weight_g = None
                self._tell(presenter.noted(self.view, tr("Take the other box, then weigh it")))
            case Command.UNDO | Command.SHORT | Command.ASIDE:
                self._command_of_parcel(command)

    def _command_of_parcel(self, command: Command) -> None:
        parcel = self.packing_now
        if parcel is None:
            return
        if command is Command.UNDO:
            hand = self.hand
            self._step(lambda _work: hand.undo_last(parcel), self._undone)
        else:
            self._aside(parcel, parcel.next_line() if command is Command.SHORT else None)

    def _reprint(self) -> None:
        if (parcel := self.view.parcel) is not None:
            reason = tr("Asked for at the bench")
            self._do(
                lambda work: printing.reprint(work, parcel.number, reason),
                self._reprinted,
                self._not_reprinted,
                lane=_PRINT_LANE,
            )

    def _aside(self, parcel: OpenParcel, line: Line | None) -> None:
        reason = tr("Put aside at the bench")
        if line is not None:
            reason = tr("Missing at the bench: {sku}", sku=line.item.code)
        self._step(
            lambda work: packing.put_aside(work, parcel, reason),
            lambda _done: self._tell(presenter.put_aside(line)),
        )

    @Slot(object)
    def _undone(self, parcel: object) -> None:
        if isinstance(parcel, OpenParcel):
            self._tell(presenter.acknowledged(presenter.with_parcel(self.view, parcel)))

    @Slot(object)
    def _reprinted(self, row: object) -> None:
        if not isinstance(row, printing.PrintRow):
            return
        if row.ok:
            self._tell(presenter.noted(self.view, tr("The label was printed again")))
            return
        message = row.message or T("The label was not printed.")
        self._tell(presenter.not_reprinted(self.view, message, row.remedy or T("Try again.")))

    @Slot(object)
    def _not_reprinted(self, error: PackbenchError) -> None:
        self._tell(presenter.not_reprinted(self.view, error.message, error.remedy))

    # -- answers -------------------------------------------------------------------------

    def _answered(self, answer: object) -> None:
        self.outage()
        if isinstance(answer, steps.GoodsFirst):
            self._tell(presenter.goods_first(self.view))
            return
        if isinstance(answer, Opened):
            self._wave = answer.wave_id or self._wave
            self._tell(
                presenter.opened(self.view, answer, due(answer.deadline_at, self.work.now()))
            )
            if answer.parcel is not None:
                self._sealed, self._weight_g = "", None
                self.refresh(self.topics)
        elif isinstance(answer, Scanned):
            self._tell(presenter.scanned(self.view, answer))
        elif isinstance(answer, steps.Imei):
            self._tell(presenter.with_imei(self.view, answer.number))
        elif isinstance(answer, steps.NoSerial):
            self._tell(presenter.no_serial(self.view))
        elif isinstance(answer, SerialsRow):
            self._tell(presenter.serial_noted(self.view))
        parcel = self.packing_now
        if parcel is None or not parcel.done or self.view.is_stop or self.view.wants_serial:
            return
        self._close_parcel(self._weight_g, sure=False)

    def weighed(self, weight_g: int) -> None:
        """What the parcel weighs: typed, or the scale's stable weight."""
        self._weight_g = weight_g
        parcel = self.view.parcel
        if parcel is None or parcel.parcel_id != self._sealed:
            return
        self._step(
            lambda work: weighing.note_weight(work, parcel.parcel_id, weight_g),
            lambda _done: self._tell(
                presenter.weight_is_off(self.view, weight_g)
                or presenter.complete(self.view, weight_g, cue=None)
            ),
        )

    def _close_parcel(self, weight_g: int | None, *, sure: bool) -> None:
        parcel = self.packing_now
        if parcel is None or not parcel.done:
            return
        if weight_g is not None and not sure:
            question = presenter.weight_is_off(self.view, weight_g)
            if question is not None:
                self._tell(question)
                return
        if self.hand.away:
            self._tell(outages.waits(self.view))
            return
        hand = self.hand
        self._step(lambda _work: hand.close(parcel, weight_g), self._closed, self._not_closed)

    @override
    def _is_back(self, told: Told) -> None:
        parcel = self.packing_now
        if told.stopped is not None:
            self._tell(presenter.opened(self.view, told.stopped, ""))
        elif parcel is None or told.parcel is None or self._busy:
            return  # whatever is answered next meets the database
        elif told.parcel.parcel_id != parcel.parcel_id:
            return
        elif told.differs is not None:
            self._tell(outages.differs(self.view, told.differs, told.parcel))
        elif told.parcel.done and self.view.unsealed and not self.view.is_stop:
            self._tell(presenter.with_parcel(self.view, told.parcel))
            self._close_parcel(self._weight_g, sure=False)
        elif told.scans:
            self._tell(outages.back(self.view, told.parcel, presenter.going(told.parcel)))

    @Slot(object)
    def _closed(self, closed: object) -> None:
        if isinstance(closed, Closed):
            self._sealed = closed.parcel_id
            self._tell(presenter.complete(self.view, closed.weight_g, cue=None))
            self.refresh(self.topics)

    @Slot(object)
    def _not_closed(self, error: PackbenchError) -> None:
        self.outage()
        if error.code == "no_database":
            self._tell(outages.waits(self.view))
        elif error.code in set(HoldCode):
            self._tell(presenter.held(self.view, error.code, error.message, error.remedy))
        elif error.code == "serial_missing":
            self._tell(presenter.serial_missing(self.view, error.message))
        elif not self.view.is_held:
            self._tell(presenter.not_sealed(self.view, error.message, error.remedy))

    @override
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab may end a scan; it never moves the focus here."""
        return False
