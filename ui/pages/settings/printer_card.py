"""One printer of the list: what it is, how it is, what is behind it."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from app.services.printing.printers import PrinterView
from ui.pages.settings.printer_words import StateLine, facts_line, jobs_line
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.paint_status import SEVERITY_TONES, Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.control import OneOfMany

_LEFT, _PAD = 54, 16


class PrinterCard(OneOfMany):
    """Chosen by click, Space or Enter; the list walks with the arrow keys."""

    ring_radius = 8.0

    def __init__(self, theme: Theme, view: PrinterView, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.view = view
        self.state: StateLine | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    def show_view(self, view: PrinterView) -> None:
        """Its settings or its numbers have changed."""
        if view != self.view:
            self.view = view
            self._tell()

    def show_state(self, state: StateLine | None) -> None:
        """The printer has answered."""
        if state != self.state:
            self.state = state
            self._tell()

    def _tell(self) -> None:
        jobs, _ = jobs_line(self.view)
        said = self.state.text if self.state is not None else tr("Being asked …")
        parts = (self.view.config.name, facts_line(self.view.config), said, jobs)
        self.setAccessibleName(tr(", ").join(part for part in parts if part))
        detail = self.state.detail if self.state is not None else ""
        self.setAccessibleDescription(detail)
        self.set_help(detail)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, self.theme.scaled(60))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, box = QPainter(self), self.theme.t, self.rect()
        now = self.isChecked()
        if now:
            round_rect(p, box, 8, t.accent_soft, t.accent, 1.5)
        else:
            over = t.hover if self.hovered else t.surface
            round_rect(p, box, 8, over, t.border2)
        tint = t.accent_text if now else t.text2
        draw_icon(p, "printer", QPointF(28, box.height() / 2), 22, tint, self.theme)
        half = box.height() // 2
        upper = QRect(_LEFT, half - self.theme.scaled(21), box.width() - _LEFT - _PAD, 0)
        upper.setHeight(self.theme.scaled(20))
        lower = upper.translated(0, self.theme.scaled(21))
        right = self._paint_right(p, upper, lower)
        name = self.theme.face(Type.NAV_STRONG)
        draw_text(p, upper.adjusted(0, 0, -right[0], 0), self.view.config.name, name, t.text)
        facts = self.theme.face(Type.CAPTION)
        room = lower.adjusted(0, 0, -right[1], 0)
        draw_text(p, room, facts_line(self.view.config), facts, t.text2)

    def _paint_right(self, p: QPainter, upper: QRect, lower: QRect) -> tuple[int, int]:
        """State and numbers at the right; the width that each of the two lines takes."""
        t, state = self.theme.t, self.state
        jobs, look = jobs_line(self.view)
        line = upper if jobs else QRect(upper.x(), 0, upper.width(), self.height())
        face = self.theme.face(Type.BODY_STRONG)
        words = state.text if state is not None else tr("Being asked …")
        severity = state.severity if state is not None else None
        most = round(upper.width() * 0.62)
        width = min(most, ceil(face.width(words)) + 24)
        box = QRect(line.right() + 1 - width, line.y(), width, line.height())
        color = t.text3
        if severity is not None:
            quiet = severity is Severity.INFO
            color = t.tone(Tone.GRAY if quiet else SEVERITY_TONES[severity]).text
            middle = QPointF(box.x() + 8, box.y() + box.height() / 2)
            draw_severity(p, severity, middle, 16, self.theme, color)
        draw_text(p, box.adjusted(22, 0, 0, 0), words, face, color, Align.AlignRight)
        caption = self.theme.face(Type.CAPTION)
        tint = t.warn.text if look else t.text3
        taken = 0.0
        if jobs:
            start = lower.adjusted(round(lower.width() * 0.4), 0, 0, 0)
            taken = draw_text(p, start, jobs, caption, tint, Align.AlignRight)
        both = width + 12
        return both, round(taken) + 12 if jobs else both


class PrinterList(QWidget):
    """The cards. They stay; ``show_views`` only tells them what changed."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAccessibleName(tr("Printers"))
        self.cards: dict[str, PrinterCard] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    @property
    def current(self) -> str:
        return next((name for name, card in self.cards.items() if card.isChecked()), "")

    def set_current(self, name: str) -> None:
        """Mark one without telling it."""
        for known, card in self.cards.items():
            card.setChecked(known == name)

    def show_views(self, views: list[PrinterView]) -> None:
        """Cards for these, in this order; the focus stays where it is."""
        names = [view.config.name for view in views]
        for gone in set(self.cards) - set(names):
            card = self.cards.pop(gone)
            card.hide()
            card.deleteLater()
        for at, view in enumerate(views):
            card = self.cards.get(view.config.name) or self._new_card(view)
            card.show_view(view)
            if self._column.indexOf(card) != at:
                self._column.insertWidget(at, card)
        self.cards = {name: self.cards[name] for name in names}

    def show_state(self, name: str, state: StateLine | None) -> None:
        """How one printer is."""
        if name in self.cards:
            self.cards[name].show_state(state)

    def _new_card(self, view: PrinterView) -> PrinterCard:
        card = PrinterCard(self.theme, view, self)
        card.setObjectName(view.config.name)
        card.clicked.connect(self._pick)
        self.cards[view.config.name] = card
        return card

    @Slot()
    def _pick(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(sender.objectName())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        names = list(self.cards)
        at = next((i for i, name in enumerate(names) if self.cards[name].hasFocus()), None)
        if not step or at is None or not 0 <= at + step < len(names):
            super().keyPressEvent(event)
            return
        self.cards[names[at + step]].setFocus(Qt.FocusReason.TabFocusReason)
        self.chosen.emit(names[at + step])
