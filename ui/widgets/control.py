"""What every painted control shares: theme, hover, keyboard focus ring, reason when disabled."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget
from typing_extensions import override

from ui.paint_boxes import focus_ring
from ui.theme import Theme

_KEYBOARD_REASONS = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
_RING_PX = 5


class FocusRing(QWidget):
    """The accent line around a control that the keyboard has reached; outside the control.

    It lies on ``place``, an ancestor of the control that has room for it.
    """

    def __init__(self, target: QWidget, place: QWidget, radius: float, theme: Theme) -> None:
        super().__init__(place)
        self._target = target
        self._radius = radius
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        target.installEventFilter(self)
        self._follow()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show):
            self._follow()
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hide()
        return False

    def show_on(self) -> None:
        """Put the ring around its control."""
        self._follow()
        self.raise_()
        self.show()

    def _follow(self) -> None:
        place = self.parentWidget()
        if place is not None:
            self.setGeometry(ring_box(self._target, place))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        room = _RING_PX
        inner = self.rect().adjusted(room, room, -room, -room)
        focus_ring(p, inner, self._radius, self._theme.t)


def ring_box(target: QWidget, place: QWidget) -> QRect:
    """The ring of ``target`` in the coordinates of its ancestor ``place``."""
    room = _RING_PX
    box = QRect(target.mapTo(place, QPoint(0, 0)), target.size())
    return box.adjusted(-room, -room, room, room)


class Control(QAbstractButton):
    """Base of the painted buttons. Clicking does not move the keyboard focus, Tab does."""

    ring_radius = 6.0

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._ring: FocusRing | None = None
        self._tooltip = ""
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self._restyle)

    def set_help(self, text: str) -> None:
        """The tooltip while the control can be used."""
        self._tooltip = text
        self.setToolTip(text)

    def set_disabled_reason(self, reason: str | None) -> None:
        """Disable with the reason as tooltip; ``None`` makes the control usable again."""
        self.setEnabled(reason is None)
        self.setToolTip(reason or self._tooltip)
        self.setAccessibleDescription(reason or "")

    @property
    def hovered(self) -> bool:
        return self.isEnabled() and self.underMouse()

    def control_rect(self) -> QRect:
        """The painted box."""
        return self.rect()

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        place = self._ring_place()
        if event.reason() in _KEYBOARD_REASONS and place is not None:
            if self._ring is None or self._ring.parentWidget() is not place:
                if self._ring is not None:
                    self._ring.deleteLater()
                self._ring = FocusRing(self, place, self.ring_radius, self.theme)
            self._ring.show_on()

    def _ring_place(self) -> QWidget | None:
        """The nearest ancestor that does not clip the ring."""
        place = self.parentWidget()
        while place is not None and not place.isWindow():
            above = place.parentWidget()
            if above is None or place.rect().contains(ring_box(self, place)):
                break
            place = above
        return place

    @property
    def ring_shown(self) -> bool:
        """Whether the keyboard focus ring is on screen."""
        return self._ring is not None and self._ring.isVisible()


class PressControl(Control):
    """A control that Return presses, as Space does."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)


class OneOfMany(PressControl):
    """An entry of a list that shows which one is current; the list decides which, not a click."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setCheckable(True)

    @override
    def nextCheckState(self) -> None:
        """The list sets it."""
