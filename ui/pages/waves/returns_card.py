"""Numbers on their way back to the carrier: what is at stake, and what a person can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.paint_boxes import draw_carrier_mark
from ui.paint_status import Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, Size
from ui.widgets.card import Card, Hairline
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines

_CARD_PX, _PAD = 760, 20


@dataclass(frozen=True, slots=True)
class ReturnView:
    """One number. ``severity`` is its shape; a refused one waits for somebody who has seen it.

    ``why`` is what the carrier said, ``stake`` what that costs and what to do.
    """

    key: str
    number: str
    carrier: str
    state: str
    stake: str
    severity: Severity
    why: str = ""
    can_retry: bool = False
    can_acknowledge: bool = False


class _Mark(QWidget):
    def __init__(self, theme: Theme, view: ReturnView) -> None:
        super().__init__()
        self.theme, self._view = theme, view
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(50, 28)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        draw_severity(p, self._view.severity, QPointF(9, 14), 16, self.theme)
        draw_carrier_mark(p, QRectF(26, 5, 18, 18), self._view.carrier, self.theme)


class ReturnRow(QWidget):
    """A number with its state, what is at stake, and its buttons."""

    retry = Signal(str)
    acknowledge = Signal(str)

    def __init__(self, theme: Theme, view: ReturnView) -> None:
        super().__init__()
        self._key = view.key
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(10)
        mark = _Mark(theme, view)
        row.addWidget(mark)
        row.addWidget(TextLabel(theme, view.number, Type.BODY_STRONG), 1)
        column.addLayout(row)
        below = QHBoxLayout()
        below.setContentsMargins(mark.width() + 10, 0, 0, 0)
        said = "\n".join(x for x in (view.why, view.stake) if x)
        room = theme.scaled(_CARD_PX) - 2 * _PAD - mark.width() - 10
        below.addWidget(Lines(theme, said, width=room, most=3))
        column.addLayout(below)
        bad = view.severity in (Severity.STOP, Severity.FAILED)
        color: str | Tone = Tone.ERR if bad else "text2"
        row.addWidget(TextLabel(theme, view.state, Type.BODY, color))
        if view.can_retry:
            self._button(theme, row, tr("Try now"), self._retry)
        if view.can_acknowledge:
            self._button(theme, row, tr("I have seen it"), self._seen)

    def _button(self, theme: Theme, row: QHBoxLayout, words: str, act: Callable[[], None]) -> None:
        button = Button(theme, words, self, size=Size.SMALL)
        button.clicked.connect(act)
        row.addWidget(button)

    @Slot()
    def _retry(self) -> None:
        self.retry.emit(self._key)

    @Slot()
    def _seen(self) -> None:
        self.acknowledge.emit(self._key)


class ReturnsCard(Card):
    """``retry_wanted`` and ``acknowledged`` carry the number's key."""

    retry_wanted = Signal(str)
    acknowledged = Signal(str)

    def __init__(self, theme: Theme, rows: Sequence[ReturnView]) -> None:
        super().__init__(theme, padding=_PAD)
        self.setMaximumWidth(theme.scaled(_CARD_PX))
        self.body.setSpacing(0)
        self.body.setContentsMargins(_PAD, 16, _PAD, 8)
        self.body.addWidget(TextLabel(theme, tr("Numbers on their way back"), Type.CARD_TITLE))
        for at, view in enumerate(rows):
            if at:
                self.body.addWidget(Hairline(theme))
            row = ReturnRow(theme, view)
            row.retry.connect(self.retry_wanted)
            row.acknowledge.connect(self.acknowledged)
            self.body.addWidget(row)
