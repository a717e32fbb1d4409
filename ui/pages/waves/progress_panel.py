"""The big count of a wave: how far, how fast, where it goes, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import ntr, tr
from ui.pages.waves.panel_facts import PanelAction, PanelFacts
from ui.pages.waves.words import Counts
from ui.paint import Run, draw_icon, draw_runs, draw_text
from ui.paint_boxes import round_rect
from ui.paint_status import SEVERITY_TONES, Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, Kind
from ui.widgets.card import Card
from ui.widgets.label import TextLabel
from ui.widgets.progress import ProgressBar


class _BigCount(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._done, self._total, self._unit = 0, 0, ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def tell(self, done: int, total: int, unit: str) -> None:
        self._done, self._total, self._unit = done, total, unit
        self.setAccessibleName(f"{done} / {total} {unit}")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, self.theme.scaled(46))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        big = self.theme.face(Type.COUNT)
        small = self.theme.face(Type.PAGE_TITLE, 500)
        rest = f"/ {self._total:,} {self._unit}"
        draw_runs(
            p, self.rect(), [Run(f"{self._done:,}", big, t.text), Run(rest, small, t.text2, 8)]
        )


class _Legend(QWidget):
    """Printed, in line, failed: a square, a word and a number each; the failed with its disc."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._counts = Counts(0, 0, 0, 0)
        self._done_word, self._note = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def tell(self, counts: Counts, done_word: str, note: str) -> None:
        self._counts, self._done_word, self._note = counts, done_word, note
        self.setAccessibleName(done_word)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self.theme.face(Type.CAPTION).line_px)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        face, strong = self.theme.face(Type.CAPTION), self.theme.face(Type.CAPTION_STRONG)
        middle = self.height() / 2
        x = 0.0
        waiting = tr("In line {n}", n=self._counts.waiting)
        for words, fill, edge in (
            (self._done_word, t.accent, None),
            (waiting, t.active, t.border2),
        ):
            round_rect(p, QRectF(x, round(middle - 5), 10, 10), 2, fill, edge)
            box = QRectF(x + 16, 0, self.width() - x - 16, self.height())
            x += 16 + draw_text(p, box, words, face, t.text2) + 22
        if self._counts.failed:
            failed = ntr("Needs you {n}", "Need you {n}", self._counts.failed)
            draw_severity(p, Severity.FAILED, QPointF(x + 6, middle), 14, self.theme)
            box = QRectF(x + 17, 0, self.width() - x - 17, self.height())
            x += 17 + draw_text(p, box, failed, strong, t.err.text) + 22
        room = self.width() - x
        if self._note and face.width(self._note) <= room:
            left = self.width() - face.width(self._note)
            box = QRectF(left, 0, self.width() - left, self.height())
            draw_text(p, box, self._note, face, t.text3)


class _Where(QWidget):
    """The printer, its paper and its state; in red when it stands still."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._text = ""
        self._look: Severity | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def tell(self, text: str, look: Severity | None = None) -> None:
        self._text, self._look = text, look
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, self.theme.scaled(32))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._text:
            return
        p, t = QPainter(self), self.theme.t
        centre = QPointF(8, self.height() / 2)
        box = QRect(24, 0, self.width() - 24, self.height())
        if self._look is not None:
            draw_severity(p, self._look, centre, 18, self.theme)
            quiet = self._look is Severity.INFO
            color = t.text2 if quiet else t.tone(SEVERITY_TONES[self._look]).text
            face = self.theme.face(Type.BODY if quiet else Type.BODY_STRONG)
            draw_text(p, box, self._text, face, color)
            return
        draw_icon(p, "printer", centre, 16, t.text2, self.theme)
        draw_text(p, box, self._text, self.theme.face(Type.BODY), t.text2)


class ProgressPanel(Card):
    """``acted`` tells the key of a button."""

    acted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, padding=0)
        self.body.setContentsMargins(20, 16, 20, 14)
        self.body.setSpacing(0)
        self._title = TextLabel(theme, "", Type.BODY, "text2")
        self._count = _BigCount(theme, self)
        self._left = TextLabel(theme, "", Type.PAGE_TITLE)
        self._rate = TextLabel(theme, "", Type.CAPTION, "text3")
        self._bar = ProgressBar(theme, self)
        self._legend = _Legend(theme, self)
        self._trouble = _Where(theme, self)
        self._trouble.hide()
        self._warning = _Where(theme, self)
        self._warning.hide()
        self._unproved = _Where(theme, self)
        self._unproved.hide()
        self._where = _Where(theme, self)
        self._where_text = ""
        self._actions: tuple[PanelAction, ...] = ()
        self.shown_facts: PanelFacts | None = None
        self.buttons: dict[str, Button] = {}
        self.body.addWidget(self._title)
        self.body.addLayout(self._count_row())
        self.body.addSpacing(8)
        self.body.addWidget(self._bar)
        self.body.addSpacing(9)
        self.body.addWidget(self._legend)
        self.body.addSpacing(14)
        self.body.addWidget(self._trouble)
        self.body.addWidget(self._warning)
        self.body.addWidget(self._unproved)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(8)
        self._foot.addWidget(self._where, 1)
        self.body.addLayout(self._foot)

    def _count_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self._count, 1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addStretch(1)
        for label in (self._left, self._rate):
            line = QHBoxLayout()
            line.addStretch(1)
            line.addWidget(label)
            right.addLayout(line)
        row.addLayout(right)
        return row

    @property
    def shown_actions(self) -> tuple[PanelAction, ...]:
        """The buttons that are shown."""
        return self._actions

    def show_facts(self, facts: PanelFacts) -> None:
        """Show how the wave stands; buttons keep their focus while their keys stay."""
        self.shown_facts = facts
        counts = facts.counts
        done = counts.numbered if facts.numbers else counts.printed
        self._title.setText(facts.title)
        unit = tr("numbers") if facts.numbers else tr("labels")
        self._count.tell(done, counts.total, unit)
        self._left.setText(facts.left)
        self._rate.setText(facts.rate)
        self._bar.set_progress(done, counts.failed, counts.total)
        sent = tr("Sent {n}", n=done) if facts.unproved else tr("Printed {n}", n=done)
        word = tr("Got {n}", n=done) if facts.numbers else sent
        shown = Counts(counts.total, counts.numbered, done, counts.failed)
        self._legend.tell(shown, word, facts.note)
        for line, words, look in (
            (self._trouble, facts.trouble, Severity.STOP),
            (self._warning, facts.warning, Severity.PROBLEM),
            (self._unproved, facts.unproved, Severity.INFO),
        ):
            line.tell(words, look)
            line.setVisible(bool(words))
        self._where.tell(facts.where)
        self.set_tone(Tone.ERR if facts.trouble else None)
        self._show_actions(facts.actions)

    def _show_actions(self, actions: tuple[PanelAction, ...]) -> None:
        if [a.key for a in actions] != [a.key for a in self._actions]:
            for button in self.buttons.values():
                button.hide()
                button.deleteLater()
            self.buttons = {}
            for action in actions:
                button = Button(self.theme, action.text, self, icon=action.icon)
                button.setObjectName(action.key)
                button.clicked.connect(self._pressed)
                self._foot.addWidget(button)
                self.buttons[action.key] = button
        for action in actions:
            button = self.buttons[action.key]
            button.set_kind(Kind.PRIMARY if action.primary else Kind.DEFAULT)
            if button.text() != action.text:
                button.setText(action.text)
        self._actions = actions

    @Slot()
    def _pressed(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())
