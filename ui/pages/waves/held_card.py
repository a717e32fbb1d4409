"""The card of a run that stands still: a printer in trouble, or a label to be looked for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.pages.waves.held_facts import HeldAction, HeldFacts
from ui.paint_boxes import round_rect
from ui.paint_status import Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import TextField
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines

_PAD, _LEFT = 16, 46


class HeldCard(QWidget):
    """``acted(key)`` is a button, ``good_named(code)`` the last good label, typed.

    Red while a printer is in trouble, amber while something is asked; each with its own shape.
    """

    acted = Signal(str)
    good_named = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.shown_facts: HeldFacts | None = None
        self.buttons: dict[str, Button] = {}
        self._actions: tuple[HeldAction, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(_LEFT, 12, _PAD, 14)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(10)
        self._title = TextLabel(theme, "", Type.CARD_TITLE)
        self._since = TextLabel(theme, "", Type.BODY, "text2")
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._since)
        column.addLayout(head)
        self._detail = Lines(theme, "", Type.BODY, "text", width=420, most=3)
        column.addWidget(self._detail)
        column.addSpacing(4)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._note = TextLabel(theme, "", Type.BODY, "text2")
        self._row.addStretch(1)
        self._row.addWidget(self._note)
        column.addLayout(self._row)
        self._scan_row = QWidget()
        scan = QHBoxLayout(self._scan_row)
        scan.setContentsMargins(0, 4, 0, 0)
        scan.setSpacing(10)
        words = tr("Or scan the last good label")
        self._scan_label = TextLabel(theme, words, Type.BODY, "text2")
        self.field = TextField(theme, words, placeholder=tr("Scan it, or type its number"))
        self.field.submitted.connect(self._named)
        self.field.text_changed.connect(self._typed)
        scan.addWidget(self._scan_label)
        scan.addWidget(self.field, 1)
        column.addWidget(self._scan_row)
        theme.changed.connect(self._restyle)
        self.hide()

    @Slot()
    def _restyle(self) -> None:
        self.update()

    @property
    def tone(self) -> Tone:
        asked = self.shown_facts is not None and self.shown_facts.asked
        return Tone.WARN if asked else Tone.ERR

    def show_facts(self, facts: HeldFacts | None) -> None:
        """Show them; ``None`` takes the card away. A question that stays keeps what is typed."""
        before, self.shown_facts = self.shown_facts, facts
        self.setVisible(facts is not None)
        if facts is None:
            return
        self._title.setText(facts.title)
        self._title.set_color(self.tone)
        self._since.setText(facts.since)
        self._detail.set_text(facts.detail)
        self._note.setText(facts.note)
        self._show_actions(facts.actions)
        self._scan_row.setVisible(facts.asked)
        other = before is None or (before.title, before.number) != (facts.title, facts.number)
        if other:
            self.field.setText("")
            self.field.set_error("")
            self.setAccessibleName(facts.title)
            self.setAccessibleDescription(facts.detail)
            said = QAccessibleAnnouncementEvent(self, f"{facts.title}. {facts.detail}")
            said.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(said)
        self.update()

    def tell_wrong(self, message: str) -> None:
        """The code that was scanned does not answer the question."""
        self.field.set_error(message)

    def _show_actions(self, actions: tuple[HeldAction, ...]) -> None:
        if actions == self._actions:
            return
        self._actions = actions
        for button in self.buttons.values():
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for at, action in enumerate(actions):
            button = Button(self.theme, action.text, self, icon=action.icon, kind=Kind.DEFAULT)
            button.setObjectName(action.key)
            button.clicked.connect(self._pressed)
            self._row.insertWidget(at, button)
            self.buttons[action.key] = button

    @Slot()
    def _pressed(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())

    @Slot(str)
    def _named(self, text: str) -> None:
        if text.strip():
            self.good_named.emit(text.strip())

    @Slot(str)
    def _typed(self, _text: str) -> None:
        if self.field.error:
            self.field.set_error("")

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._detail.set_width(self.width() - _LEFT - _PAD)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        colors = self.theme.t.tone(self.tone)
        round_rect(p, self.rect(), 10, colors.soft, colors.line)
        shape = Severity.PROBLEM if self.tone is Tone.WARN else Severity.STOP
        middle = 12 + self.theme.face(Type.CARD_TITLE).line_px / 2
        draw_severity(p, shape, QPointF(25, middle), 20, self.theme)
