"""A card that floats below its button and holds widgets: Esc or a click beside it closes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from typing_extensions import override

from ui.paint_boxes import POPOVER_SHADOW
from ui.theme import Theme
from ui.widgets.card import Floating


class PopoverPanel(Floating):
    """``body`` is its column. It grows with its content, Tab stays inside."""

    closed = Signal()

    def __init__(self, theme: Theme, window: QWidget, name: str, *, width: int = 420) -> None:
        super().__init__(theme, window, shadow=POPOVER_SHADOW, radius=10)
        self._width = width
        self._anchor = QPoint()
        self._before: QWidget | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
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
        self._before = QApplication.focusWidget()
        self.show()
        self.raise_()
        self.fit()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

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

    def leave(self) -> None:
        """Close and give the focus back."""
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()
        self.deleteLater()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            inside = self.mapFromGlobal(event.globalPosition().toPoint())
            if not self.card_rect().contains(inside):
                self.leave()
                return True
        return False

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
