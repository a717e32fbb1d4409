"""What the cards of the order drawer do: each asks a service in a lane and says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.errors import PackbenchError
from app.domain.orders import VirtualNumber
from app.domain.text import ntr, tr
from app.jobs import CancelToken, Progress
from app.services.orders import order_notes, receivers, request_answers, serials
from app.services.orders.receivers import Revealed
from app.services.orders.request_answers import Answered
from app.services.orders.serials import SerialsRow
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.orders import words
from ui.pages.orders.desk import person_of
from ui.pages.orders.desk_view import RequestView, VirtualView
from ui.pages.orders.drawer import OrderDrawer
from ui.pages.orders.request_cards import accept_words
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Verb

LANE = "orders.desk"
Then = Callable[[object], None]


class DeskActions(QObject):
    """Connects the cards of a drawer. ``done`` after each success; trouble stays in its card."""

    done = Signal()

    def __init__(
        self, work: Workplace, tools: PageTools, drawer: OrderDrawer, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._work, self._tools, self._drawer = work, tools, drawer
        self._undo: Callable[[], None] | None = None
        drawer.note.saved.connect(self.save_note)
        drawer.note.given_up.connect(self.give_up_note)
        drawer.answered.connect(self.answer)
        drawer.recorded.connect(self.record_serial)
        drawer.receiver.reveal_wanted.connect(self.reveal)
        drawer.receiver.quota_wanted.connect(self.read_quota)
        drawer.receiver.number_wanted.connect(self.ask_number)

    def run(
        self,
        act: Callable[[Workplace], object],
        then: Then,
        failed: Callable[[PackbenchError], None],
    ) -> None:
        """Run a service in the drawer's lane."""
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return act(work)

        self._tools.jobs.run(LANE, job, name="desk", done=then, failed=failed, owner=self)

    def undo(self) -> bool:
        """Take back the last note, once; whether there was one."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()
        return undo is not None

    def forget_undo(self) -> None:
        """Something else was done after it."""
        self._undo = None

    # -- the note ----------------------------------------------------------------------------

    @Slot(str, str)
    def save_note(self, order: str, text: str) -> None:
        """Keep a note; the shop hears of it by itself."""
        view = self._drawer.view
        before = view.desk.note.text if view is not None and view.id == order else ""

        def write(work: Workplace) -> object:
            return order_notes.write(work, order, text)

        def kept(_note: object) -> None:
            self._undo = lambda: self._put_back(order, before)
            said = tr("Note saved") if text else tr("Note taken away")
            self._tools.shell.say(said, icon="note", action=tr("Undo"), act=self._undo_now)
            self.done.emit()

        self.run(write, kept, self._note_failed)

    def _undo_now(self) -> None:
        self.undo()

    def _put_back(self, order: str, text: str) -> None:
        def write(work: Workplace) -> object:
            return order_notes.write(work, order, text)

        def back(_note: object) -> None:
            self._tools.shell.say(tr("Undone"))
            self.done.emit()

        self.run(write, back, self._note_failed)

    @Slot(str)
    def give_up_note(self, order: str) -> None:
        """The shop would not take ours: its own is in force again."""

        def take(work: Workplace) -> object:
            return order_notes.take_shops(work, order)

        self.run(take, lambda _: self.done.emit(), self._note_failed)

    def _note_failed(self, error: PackbenchError) -> None:
        self._drawer.note.tell_trouble(str(error.message), str(error.remedy))

    # -- the buyer's requests ----------------------------------------------------------------

    @Slot(str, bool)
    def answer(self, kind: str, accept: bool) -> None:
        """Tell the shop; asked once more when hands are needed afterwards."""
        view = self._drawer.view
        if view is None:
            return
        request = next((r for r in view.desk.requests if r.kind == kind), None)
        if request is None:
            return
        if not accept or not request.asks_again:
            self._answer(view.id, kind, accept=accept)
            return
        self._ask(request, lambda: self._answer(view.id, kind, accept=True))

    def _ask(self, request: RequestView, go_on: Callable[[], None]) -> None:
        accept = accept_words(request)
        dialog = self._tools.shell.ask(
            request.question,
            request.effect,
            [Verb("leave", tr("Leave it open"), safe=True), Verb("go", accept, kind=Kind.PRIMARY)],
        )

        def chosen(key: str) -> None:
            if key == "go":
                go_on()

        dialog.chosen.connect(chosen)

    def _answer(self, order: str, kind: str, *, accept: bool) -> None:
        self._drawer.set_busy(kind, busy=True)
        ask = (
            request_answers.answer_address if kind == "address" else request_answers.answer_variants
        )

        def told(result: object) -> None:
            self._drawer.set_busy(kind, busy=False)
            if isinstance(result, Answered):
                self._tools.shell.say(_answer_words(kind, result), icon="chat-circle-text")
            self.done.emit()

        def failed(error: PackbenchError) -> None:
            self._drawer.tell_trouble(kind, error.message, error.remedy)
            self.done.emit()

        self.run(lambda work: ask(work, order, accept=accept), told, failed)

    # -- serial numbers ----------------------------------------------------------------------

    @Slot(str, str, str, str)
    def record_serial(self, parcel: str, serial: str, imei1: str, imei2: str) -> None:
        """Note what is in the box; a number that looks mistyped counts, and is said."""
        place = f"serial:{parcel}"

        def record(work: Workplace) -> object:
            return serials.record(work, parcel, serial, imei1, imei2)

        def kept(row: object) -> None:
            if isinstance(row, SerialsRow) and row.warnings:
                self._drawer.tell_trouble(place, row.warnings[0], "")
            else:
                self._drawer.set_busy(place, busy=False)
                self._tools.shell.say(tr("Serial number noted"), icon="barcode")
            self.done.emit()

        self._drawer.set_busy(place, busy=True)
        self.run(record, kept, lambda e: self._drawer.tell_trouble(place, e.message, e.remedy))

    # -- the receiver ------------------------------------------------------------------------

    @Slot(str)
    def read_quota(self, order: str) -> None:
        """How many clear addresses are left today."""
        panel = self._drawer.receiver

        def read(work: Workplace) -> object:
            return receivers.quota(work, receivers.order_of(work, order).shop_id)

        def known(found: object) -> None:
            if isinstance(found, tuple):
                panel.tell_quota(*found)

        self.run(read, known, lambda e: panel.tell_trouble(order, e.message, e.remedy))

    @Slot(str, str)
    def reveal(self, order: str, reason: str) -> None:
        """The receiver in clear."""
        panel = self._drawer.receiver

        def look(work: Workplace) -> object:
            return receivers.reveal(work, order, reason)

        def seen(found: object) -> None:
            if isinstance(found, Revealed):
                panel.reveal(order, person_of(found.receiver))
            self.done.emit()

        self.run(look, seen, lambda e: panel.tell_trouble(order, e.message, e.remedy))

    @Slot(str, str)
    def ask_number(self, order: str, what: str) -> None:
        """The virtual number: ``show``, ``extend`` or ``renew``."""
        panel = self._drawer.receiver

        def ask(work: Workplace) -> object:
            if what == "extend":
                return receivers.extend(work, order)
            if what == "renew":
                return receivers.renew(work, order)
            return receivers.virtual_number(work, order)

        def known(found: object) -> None:
            if isinstance(found, VirtualNumber):
                panel.tell_number(order, _number_view(found, self._work.now()))
            if what != "show":
                longer = what == "extend"
                said = tr("The number lives longer now") if longer else tr("A new number is there")
                self._tools.shell.say(said, icon="phone")
                self.done.emit()

        self.run(ask, known, lambda e: panel.tell_trouble(order, e.message, e.remedy))


def _number_view(found: VirtualNumber, now: datetime) -> VirtualView:
    number = found.number
    if found.extension:
        number = tr("{phone} ext. {extension}", phone=number, extension=found.extension)
    until = (
        tr("until {time}", time=words.day_and_time(found.expires_at)) if found.expires_at else ""
    )
    over = found.expires_at is not None and found.expires_at <= now
    used_up = found.extensions_left == 0 and not over
    why_not = tr("It cannot be kept any longer") if used_up else ""
    return VirtualView(number, until, why_not, over)


def _answer_words(kind: str, result: Answered) -> str:
    if result.message is not None:
        return str(result.message)
    accepted = result.result == "accepted"
    if kind == "address":
        said = tr("New address in force") if accepted else tr("The address stays")
    else:
        said = tr("New variant in force") if accepted else tr("The variant stays")
    if not result.voided:
        return said
    back = ntr("{n} number goes back", "{n} numbers go back", len(result.voided))
    return f"{said} · {back}"
