"""Empty states and loading skeletons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from ui.paint import Align, draw_icon
from ui.paint_boxes import round_rect
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, Kind
from ui.widgets.label import TextLabel

SKELETON_AFTER_MS = 300


class SoftIcon(QWidget):
    """A 64-px soft square with an icon."""

    def __init__(self, theme: Theme, icon: str, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._icon, self._tone = theme, icon, tone
        self.setFixedSize(64, 64)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        colors = self.theme.t.tone(self._tone)
        round_rect(p, self.rect(), 16, colors.soft)
        draw_icon(p, self._icon, QPointF(32, 32), 32, colors.text, self.theme)


@dataclass(frozen=True, slots=True)
class EmptyAction:
    """A button of an empty state; ``key`` is handed back."""

    key: str
    text: str
    icon: str = ""
    primary: bool = False


class EmptyState(QWidget):
    """Soft icon, one line of fact, one of reassurance, one or two buttons, centred."""

    acted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icon: str,
        fact: str,
        reassurance: str = "",
        actions: Sequence[EmptyAction] = (),
        parent: QWidget | None = None,
        *,
        tone: Tone = Tone.GRAY,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAccessibleName(fact)
        self.setAccessibleDescription(reassurance)
        column = QVBoxLayout(self)
        column.setSpacing(4)
        column.addStretch(2)
        column.addWidget(SoftIcon(theme, icon, tone), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        centre = Align.AlignHCenter
        column.addWidget(TextLabel(theme, fact, Type.DIALOG_TITLE, align=centre))
        if reassurance:
            column.addWidget(TextLabel(theme, reassurance, Type.BODY, "text3", align=centre))
        column.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for action in actions:
            kind = Kind.PRIMARY if action.primary else Kind.DEFAULT
            button = Button(theme, action.text, self, kind=kind, icon=action.icon)
            button.setObjectName(action.key)
            button.clicked.connect(self._act)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)

    @Slot()
    def _act(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())


class SkeletonRows(QWidget):
    """Grey rows of the height that will come; invisible for the first 300 ms."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, rows: int = 12, row_px: int = 44
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._rows, self._row_px = rows, row_px
        self._seen = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(SKELETON_AFTER_MS)
        self._clock.timeout.connect(self.reveal)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.update()

    @Slot()
    def reveal(self) -> None:
        """Show the rows now."""
        self._seen = True
        self.update()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._seen = False
        self._clock.start()

    @override
    def hideEvent(self, event: object) -> None:
        self._clock.stop()

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, self._rows * self.theme.scaled(self._row_px))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._seen:
            return
        p = QPainter(self)
        t = self.theme.t
        height = self.theme.scaled(self._row_px)
        right = self.width()
        for row in range(self._rows):
            top = row * height
            if top > self.height():
                break
            middle = top + height / 2
            long = (150, 128, 106, 140)[row % 4]
            round_rect(p, QRectF(0, middle - 8, 16, 16), 4, t.active)
            round_rect(p, QRectF(30, middle - 16, 32, 32), 6, t.active)
            round_rect(p, QRectF(76, middle - 12, long, 10), 5, t.active)
            round_rect(p, QRectF(76, middle + 4, 60, 9), 4.5, t.active)
            if right > 380:
                round_rect(p, QRectF(right - 154, middle - 5, 56, 10), 5, t.active)
                round_rect(p, QRectF(right - 74, middle - 10, 74, 20), 10, t.active)
            p.fillRect(QRect(0, top + height - 1, right, 1), t.border)
