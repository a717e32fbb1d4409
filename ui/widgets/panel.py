"""A card that floats below its button and holds widgets: Esc or a click beside it closes it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from typing_extensions import override

from ui.theme import Theme
from ui.widgets.popping import Popping


class PopoverPanel(Popping):
    """``body`` is its column. It grows with its content, Tab stays inside."""

    def __init__(self, theme: Theme, window: QWidget, name: str, *, width: int = 420) -> None:
        super().__init__(theme, window, radius=10)
        self._width = width
        self._anchor = QPoint()
        self.setAccessibleName(name)
        room, pad = self.room(), 20
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(
            room.left() + pad, room.top() + 16, room.right() + pad, room.bottom() + 18
        )
        self.body.setSpacing(8)
        theme.changed.connect(self.fit)

    def open_below(self, right_bottom: QPoint) -> None:
        """Show with its upper right corner below this global point."""
        window = self.parentWidget()
        if window is None:
            return
        self._anchor = window.mapFromGlobal(right_bottom)
        self.pop_up()
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Take the height that the content needs."""
        window = self.parentWidget()
        if window is None:
            return
        room = self.room()
        self.body.activate()
        width = min(self.theme.scaled(self._width), window.width() - 16)
        height = self.body.totalSizeHint().height() - room.top() - room.bottom()
        left = max(8, min(self._anchor.x() - width, window.width() - width - 8))
        top = self._anchor.y() + 6
        height = min(height, window.height() - top - 16)
        self.place_card(QRect(left, top, width, height))

    def fit_soon(self) -> None:
        """``fit`` once the content has found its size."""
        QTimer.singleShot(0, self, self.fit)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        super().keyPressEvent(event)

    @override
    def focusNextPrevChild(self, forward: bool) -> bool:
        stops = [
            w
            for w in self.findChildren(QWidget)
            if w.focusPolicy() & Qt.FocusPolicy.TabFocus
            and w.isVisible()
            and w.isEnabled()
            and w.focusProxy() is None
        ]
        if not stops:
            return True
        now = QApplication.focusWidget()
        at = stops.index(now) if now in stops else (-1 if forward else 0)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True
