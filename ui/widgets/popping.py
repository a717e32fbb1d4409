"""What menus and panels share: they open over the window and close by a click beside them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from ui.paint_boxes import POPOVER_SHADOW
from ui.theme import Theme
from ui.widgets.card import Floating


class Popping(Floating):
    """Takes the focus when it opens and gives it back when it leaves; it is then deleted."""

    closed = Signal()

    def __init__(self, theme: Theme, window: QWidget, *, radius: int) -> None:
        super().__init__(theme, window, shadow=POPOVER_SHADOW, radius=radius)
        self._before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def pop_up(self) -> None:
        """Show, take the focus, and watch for a click elsewhere."""
        self._before = QApplication.focusWidget()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

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
