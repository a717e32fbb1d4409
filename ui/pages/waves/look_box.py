"""What stands against the orders of a new wave, said in its question before anything is asked for.

"3 单先看看": those that would get no number and those that are only doubtful, each with a switch.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import ntr, tr
from app.services.waves.looking import Looked
from ui.paint_status import Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, Size
from ui.widgets.choices import Toggle
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import CARD_PAD, Lines, ToneCard

_REASONS = 2
_SWITCH_PX = 112  # the switch and its word, beside the reasons
_SHAPE_PX = 26


class LookBox(QWidget):
    """``changed`` when a switch was turned, ``review_wanted`` opens what was found, ``grown``
    when another height is needed.
    """

    changed = Signal()
    review_wanted = Signal()
    grown = Signal()

    def __init__(self, theme: Theme, width: int) -> None:
        super().__init__()
        self.theme, self._width = theme, width
        self.without_refused, self.without_doubtful = True, False
        self._shown: Looked | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.line = Lines(theme, "", width=width, most=2, icon="spinner")
        self._column.addWidget(self.line)
        self.line.hide()
        self.card: ToneCard | None = None
        self.switches: dict[str, Toggle] = {}

    def show_progress(self, done: int, total: int) -> None:
        """It is being looked; what was found before stays on screen."""
        if self.card is None:
            words = tr("Looking at the addresses, {done} / {total}", done=done, total=total)
            self._say(words, "text2", "spinner")

    def show_looked(self, looked: Looked) -> None:
        """What was found, or that there is nothing."""
        if looked == self._shown:
            return
        self._shown = looked
        if self.card is not None:
            self.card.hide()
            self.card.deleteLater()
            self.card = None
        self.switches = {}
        if looked.found:
            self._say("")
            self.card = self._card(looked)
            self._column.addWidget(self.card)
        else:
            count = len(looked.taken)
            fine = ntr(
                "Nothing stands against this order", "Nothing stands against these orders", count
            )
            self._say(fine if count else "", Tone.OK, "check-circle")
        self.grown.emit()

    def show_nothing(self) -> None:
        """It is not known."""
        self._say("")
        self.grown.emit()

    def _say(self, words: str, color: str | Tone = "text2", icon: str = "") -> None:
        visible = bool(words) != self.line.isHidden()
        self.line.set_text(words, color, icon)
        if not visible:
            self.grown.emit()

    def _card(self, looked: Looked) -> ToneCard:
        n = len(looked.found)
        title = ntr("Look at {n} order first", "Look at {n} orders first", n)
        card = ToneCard(self.theme, title, Severity.PROBLEM)
        card.column.setContentsMargins(CARD_PAD, 6, CARD_PAD, 12)  # the button makes the head high
        review = Button(self.theme, tr("Check them"), card, size=Size.SMALL)
        review.setObjectName("review")
        review.clicked.connect(self.review_wanted)
        card.head.addWidget(review)
        refused = len(looked.of(doubtful=False))
        doubtful = len(looked.of(doubtful=True))
        if refused:
            words = ntr("{n} would get no number", "{n} would get no number", refused)
            card.column.addWidget(self._row("refused", words, looked, doubtful=False))
        if doubtful:
            words = ntr("{n} may go wrong", "{n} may go wrong", doubtful)
            card.column.addWidget(self._row("doubtful", words, looked, doubtful=True))
        if not looked.whole:
            more = tr("The others are looked at when their numbers are taken.")
            room = self._width - 2 * CARD_PAD
            card.column.addWidget(Lines(self.theme, more, width=room, most=2))
        return card

    def _row(self, key: str, words: str, looked: Looked, *, doubtful: bool) -> QWidget:
        row = _Group(self.theme, Severity.PROBLEM if doubtful else Severity.FAILED)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(TextLabel(self.theme, words, Type.BODY_STRONG))
        room = self._width - 2 * CARD_PAD - _SHAPE_PX - _SWITCH_PX
        column.addWidget(Lines(self.theme, _said(looked, doubtful), color="text", width=room))
        row.line.addLayout(column, 1)
        row.line.addWidget(
            TextLabel(self.theme, tr("Leave out"), Type.CAPTION, "text2"),
            0,
            Qt.AlignmentFlag.AlignTop,
        )
        switch = Toggle(self.theme, f"{tr('Leave out')}: {words}", row)
        switch.setChecked(self.without_doubtful if doubtful else self.without_refused)
        switch.setObjectName(key)
        switch.toggled.connect(self._doubtful_turned if doubtful else self._refused_turned)
        self.switches[key] = switch
        row.line.addWidget(switch, 0, Qt.AlignmentFlag.AlignTop)
        return row

    @Slot(bool)
    def _refused_turned(self, on: bool) -> None:
        self.without_refused = on
        self.changed.emit()

    @Slot(bool)
    def _doubtful_turned(self, on: bool) -> None:
        self.without_doubtful = on
        self.changed.emit()


class _Group(QWidget):
    """One line of the card with its shape."""

    def __init__(self, theme: Theme, severity: Severity) -> None:
        super().__init__()
        self.theme, self._severity = theme, severity
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(_SHAPE_PX, 0, 0, 0)
        self.line.setSpacing(8)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        middle = self.theme.face(Type.BODY_STRONG).line_px / 2
        draw_severity(QPainter(self), self._severity, QPointF(8, middle), 16, self.theme)


def _said(looked: Looked, doubtful: bool) -> str:
    """The most frequent reasons, a line each."""
    reasons = looked.reasons(doubtful=doubtful)
    lines = [str(message).rstrip(".。") for message, _ in reasons[:_REASONS]]
    if len(reasons) > 1:
        counts = [n for _, n in reasons]
        lines = [f"{line} · {n}" for line, n in zip(lines, counts, strict=False)]
    more = len(reasons) - _REASONS
    if more > 0:
        lines.append(ntr("and {n} other reason", "and {n} other reasons", more))
    return "\n".join(lines)
