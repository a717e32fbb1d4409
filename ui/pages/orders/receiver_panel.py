"""收件人: masked as it came; in clear for a minute to whoever says why; the virtual number."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.text import ntr, tr
from ui.pages.orders.desk_view import Person, ReceiverView, VirtualView
from ui.pages.orders.drawer_parts import ReceiverBlock
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.drawer import INNER_PX
from ui.widgets.label import TextLabel
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.tone_card import Lines, ReasonChoices, Said, Trouble

CLEAR_S = 60


class ReceiverPanel(QWidget):
    """``reveal_wanted(order, reason)`` once a reason is chosen; ``number_wanted(order, what)``
    asks for the virtual number (``show``, ``extend``, ``renew``); ``quota_wanted(order)`` when the
    reasons open; ``edit_wanted(parcel)`` asks for another receiver on its label.

    Clear words are gone after a minute, with another order, or when hidden.
    """

    reveal_wanted = Signal(str, str)
    quota_wanted = Signal(str)
    number_wanted = Signal(str, str)
    edit_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._order = ""
        self._view = ReceiverView(("", "", "", ""))
        self._clear: Person | None = None
        self._left = 0
        self._number_next = "show"
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(TextLabel(theme, tr("Receiver"), Type.CAPTION, "text2"))
        head.addStretch(1)
        self.countdown = TextLabel(theme, "", Type.CAPTION, "text2")
        head.addWidget(self.countdown)
        self.link = Button(theme, tr("See the whole address"), kind=Kind.LINK)
        self.link.clicked.connect(self._toggle)
        head.addWidget(self.link)
        self.edit = Button(theme, tr("Fix address"), kind=Kind.LINK)
        self.edit.clicked.connect(self._edit)
        head.addWidget(self.edit)
        self._column.addLayout(head)
        self._block: ReceiverBlock | None = None
        self._place = QVBoxLayout()
        self._column.addLayout(self._place)
        self._written: list[QWidget] = []
        self._labels = QVBoxLayout()
        self._labels.setSpacing(2)
        self._column.addLayout(self._labels)
        self._add_question()
        self._add_number()
        self.trouble = Trouble(theme, INNER_PX)
        self._column.addWidget(self.trouble)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)

    def _add_question(self) -> None:
        self.question = QWidget(self)
        column = QVBoxLayout(self.question)
        column.setContentsMargins(0, 4, 0, 2)
        column.setSpacing(6)
        ask = tr("Why? It is noted who looked and why.")
        column.addWidget(Lines(self.theme, ask, color="text", width=INNER_PX))
        reasons = (
            ("call", tr("Call the buyer")),
            ("label", tr("Write a label by hand")),
            ("check", tr("The address looks wrong")),
            ("carrier", tr("The carrier asks")),
        )
        self.reasons = ReasonChoices(self.theme, reasons, INNER_PX)
        self.reasons.chosen.connect(self._chosen)
        column.addWidget(self.reasons)
        self.quota = Lines(self.theme, "", width=INNER_PX, most=2)
        self.quota.hide()
        column.addWidget(self.quota)
        self._column.addWidget(self.question)
        self.question.hide()

    def _add_number(self) -> None:
        self.number = QWidget(self)
        row = QHBoxLayout(self.number)
        row.setContentsMargins(26, 0, 0, 0)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.number_line = TextLabel(self.theme, "", Type.BODY)
        self.until_line = TextLabel(self.theme, "", Type.CAPTION, "text2")
        words.addWidget(self.number_line)
        words.addWidget(self.until_line)
        row.addLayout(words, 1)
        self.number_button = Button(self.theme, tr("See the number"), size=Size.SMALL)
        self.number_button.clicked.connect(self._ask_number)
        row.addWidget(self.number_button)
        self._column.addWidget(self.number)
        self.number.hide()

    @property
    def in_clear(self) -> bool:
        """Whether clear words are on screen."""
        return self._clear is not None

    @property
    def shown(self) -> Person:
        """What is on screen."""
        return self._clear or self._view.person

    # -- showing -----------------------------------------------------------------------------

    def show_receiver(self, order: str, view: ReceiverView) -> None:
        """The receiver of an order; the same order keeps what is open."""
        if order != self._order:
            self.cover()
            self.question.hide()
            self._number_next = "show"
            self.trouble.tell()
        self._order, self._view = order, view
        if self._number_next == "show":
            self.number_line.setText(tr("The buyer has a virtual number"))
            self.until_line.setText(view.virtual_until)
            self.until_line.setVisible(bool(view.virtual_until))
            self.number_button.setText(tr("See the number"))
            self.number_button.set_disabled_reason(view.why_not or None)
        self.number.setVisible(view.virtual)
        self.edit.setVisible(any(label.can_edit for label in view.labels))
        self._show_labels()
        self._paint()

    def _show_labels(self) -> None:
        """What a person wrote for a label, with a mark: the order says something else."""
        for line in self._written:
            self._labels.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._written = []
        for label in self._view.labels:
            if label.written:
                what = tr("On the label: {receiver}", receiver=label.written)
                words = f"{label.title} · {what}" if label.title else what
                line = Lines(
                    self.theme,
                    words,
                    color="text",
                    width=INNER_PX,
                    most=3,
                    icon="pencil-simple",
                    indent=26,
                )
                self._labels.addWidget(line)
                self._written.append(line)

    def _paint(self) -> None:
        if self._block is not None:
            self._place.removeWidget(self._block)
            self._block.hide()
            self._block.deleteLater()
        self._block = ReceiverBlock(self.theme, self.shown)
        self._place.addWidget(self._block)
        shown = self.in_clear
        self.link.setVisible(shown or self._view.can_reveal)
        self.link.set_disabled_reason(None if shown else self._view.why_not or None)
        self.link.setText(tr("Hide") if shown else tr("See the whole address"))
        self.countdown.setVisible(shown)
        self.countdown.setText(ntr("{n} second left", "{n} seconds left", self._left))

    def reveal(self, order: str, person: Person) -> None:
        """The receiver in clear, for a minute."""
        if order != self._order:
            return
        self._clear, self._left = person, CLEAR_S
        self.trouble.tell()
        self._clock.start()
        self._paint()

    @Slot()
    def cover(self) -> None:
        """Masked again."""
        self._clock.stop()
        self._clear = None
        if self._block is not None:
            self._paint()

    def tell_quota(self, used: int, limit: int) -> None:
        """How often a clear address may still be seen today."""
        left = max(0, limit - used)
        words = ntr("{n} more time today", "{n} more times today", left, n=f"{left:,}")
        self.quota.set_text(words if left else tr("None left today; tomorrow there are new ones."))
        for button in self.reasons.buttons.values():
            button.set_disabled_reason(None if left else tr("None left today"))

    def tell_number(self, order: str, view: VirtualView) -> None:
        """The virtual number of the order."""
        if order != self._order:
            return
        self.trouble.tell()
        self._number_next = "renew" if view.over else "extend"
        self.number_line.setText(view.number)
        self.until_line.setText(view.until)
        self.until_line.setVisible(bool(view.until))
        self.number_button.setText(tr("New number") if view.over else tr("Keep it longer"))
        self.number_button.set_disabled_reason(view.why_not or None)
        self.number.show()

    def tell_trouble(self, order: str, message: Said, remedy: Said) -> None:
        """Why it did not work."""
        if order == self._order:
            self.trouble.tell(message, remedy)

    # -- asking ------------------------------------------------------------------------------

    @Slot()
    def _toggle(self) -> None:
        if self._clear is not None:
            self.cover()
            return
        opening = not self.question.isVisible()
        self.question.setVisible(opening)
        if opening:
            self.quota_wanted.emit(self._order)
            first = next(iter(self.reasons.buttons.values()))
            first.setFocus()

    @Slot(str)
    def _chosen(self, reason: str) -> None:
        self.question.hide()
        self.reveal_wanted.emit(self._order, self.reasons.buttons[reason].text())

    @Slot()
    def _edit(self) -> None:
        open_ones = [label for label in self._view.labels if label.can_edit]
        if len(open_ones) == 1:
            self.edit_wanted.emit(open_ones[0].parcel)
            return
        items = [MenuItem(label.parcel, label.title, "package") for label in open_ones]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self.edit_wanted)
        corner = QPoint(self.edit.width(), self.edit.height())
        menu.open_at(self.edit.mapToGlobal(corner), right_aligned=True)

    @Slot()
    def _ask_number(self) -> None:
        self.number_wanted.emit(self._order, self._number_next)

    @Slot()
    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.cover()
        else:
            self.countdown.setText(ntr("{n} second left", "{n} seconds left", self._left))
