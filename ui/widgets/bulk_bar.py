"""The bulk bar: what can be done with the selected rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QPropertyAnimation, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.paint import Run, draw_runs
from ui.paint_boxes import BULK_BAR_SHADOW
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Kind
from ui.widgets.card import Floating
from ui.widgets.popover import MenuItem, PopoverMenu

BAR_PX = 52
SCROLL_ROOM_PX = 84
_SIDE = 24
_UNDER = 16


@dataclass(frozen=True, slots=True)
class BulkAction:
    """One thing to do with the selection. The primary stands last and shows its key."""

    key: str
    text: str
    icon: str
    shortcut: str = ""
    primary: bool = False
    disabled_reason: str = ""


class _Fade(QWidget):
    """Rows vanish towards the bar."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        solid = self.theme.t.surface
        clear = QColor(solid)
        clear.setAlpha(0)
        shade = QLinearGradient(0, 0, 0, self.height())
        shade.setColorAt(0, clear)
        shade.setColorAt(0.75, solid)
        shade.setColorAt(1, solid)
        p.fillRect(self.rect(), shade)


class BulkBar(Floating):
    """Floats 16 px above the bottom of its host; actions that do not fit go into "…".

    ``acted`` tells the key, ``cleared`` asks to drop the selection.
    """

    acted = Signal(str)
    cleared = Signal()

    def __init__(self, theme: Theme, host: QWidget) -> None:
        self._fade = _Fade(theme, host)
        super().__init__(theme, host, shadow=BULK_BAR_SHADOW, radius=10, fill="ink", edge=None)
        self._count, self._note = "", ""
        self._actions: tuple[BulkAction, ...] = ()
        self._buttons: list[tuple[BulkAction, Button]] = []
        self._hidden: list[BulkAction] = []
        self._more = IconButton(theme, "dots-three", tr("More"), self, on_ink=True)
        self._more.clicked.connect(self._open_more)
        self._cross = IconButton(theme, "x", tr("Clear the selection"), self, on_ink=True)
        self._cross.clicked.connect(self.cleared)
        self._fading: QPropertyAnimation | None = None
        self.hide()
        self._fade.hide()
        host.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def set_actions(self, actions: Sequence[BulkAction]) -> None:
        """What can be done; a reason disables an action and is its tooltip."""
        self._actions = tuple(actions)
        for _, button in self._buttons:
            button.deleteLater()
        self._buttons = []
        for action in actions:
            kind = Kind.PRIMARY if action.primary else Kind.INK
            key = action.shortcut if action.primary else ""
            button = Button(self.theme, action.text, self, kind=kind, icon=action.icon, key=key)
            button.setObjectName(action.key)
            hint = f"{action.text} ({action.shortcut})" if action.shortcut else action.text
            button.set_help(hint)
            button.set_disabled_reason(action.disabled_reason or None)
            button.clicked.connect(self._press)
            self._buttons.append((action, button))
        self._arrange()

    def set_count(self, count: str, note: str = "") -> None:
        """ "7 orders selected" and its quantity."""
        self._count, self._note = count, note
        self.setAccessibleName(f"{count} {note}".strip())
        self._arrange()
        self.update()

    def set_shown(self, shown: bool) -> None:
        """Appear or go; fades in unless motion is reduced."""
        if shown == self.isVisible():
            return
        self.setVisible(shown)
        self._fade.setVisible(shown)
        if not shown:
            return
        self._fade.raise_()
        self.raise_()
        self.place()
        if not self.theme.reduce_motion:
            effect = QGraphicsOpacityEffect(self)
            self.setGraphicsEffect(effect)
            self._fading = QPropertyAnimation(effect, b"opacity", self)
            self._fading.setDuration(120)
            self._fading.setStartValue(0.0)
            self._fading.setEndValue(1.0)
            self._fading.finished.connect(self._opaque)
            self._fading.start()

    @Slot()
    def _opaque(self) -> None:
        self.setGraphicsEffect(None)  # type: ignore[arg-type]  # None is Qt's way to remove it

    def place(self) -> None:
        """Take the place that the host's size gives; done by itself when the host is resized."""
        host = self.parentWidget()
        if host is None:
            return
        height = self.theme.scaled(BAR_PX)
        bottom = host.height() - _UNDER
        self.place_card(QRect(_SIDE, bottom - height, host.width() - 2 * _SIDE, height))
        fade = height + _UNDER + 28
        self._fade.setGeometry(0, host.height() - fade, host.width(), fade)
        self._arrange()

    def _text_end(self) -> int:
        width = self.theme.face(Type.NAV_STRONG).width(self._count)
        if self._note:
            width += 14 + self.theme.face(Type.BODY).width(self._note)
        return self.card_rect().left() + 16 + round(width) + 16

    def _arrange(self) -> None:
        card = self.card_rect()
        middle = card.top() + card.height() // 2
        side = self._cross.sizeHint().width()
        x = card.right() - 10 - side
        self._cross.setGeometry(QRect(x, middle - side // 2, side, side))
        right = x - 8
        self._hidden = self._overflowing(right - self._text_end(), side + 8)
        self._more.setVisible(bool(self._hidden))
        for action, button in reversed(self._buttons):
            shown = all(action is not hidden for hidden in self._hidden)
            button.setVisible(shown)
            if shown:
                size = button.sizeHint()
                right -= size.width()
                button.setGeometry(
                    QRect(right, middle - size.height() // 2, size.width(), size.height())
                )
                right -= 8
        if self._hidden:
            self._more.setGeometry(QRect(right - side, middle - side // 2, side, side))

    def _overflowing(self, room: int, more_px: int) -> list[BulkAction]:
        """The actions, from the left, that must go into "…" so that the others fit."""
        widths = [button.sizeHint().width() + 8 for _, button in self._buttons]
        for gone in range(len(widths)):
            if sum(widths[gone:]) + (more_px if gone else 0) <= room:
                return [action for action, _ in self._buttons[:gone]]
        return [action for action, _ in self._buttons[:-1]]

    @Slot()
    def _press(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())

    @Slot()
    def _open_more(self) -> None:
        items = [
            MenuItem(a.key, a.text, a.icon, a.shortcut, disabled_reason=a.disabled_reason)
            for a in self._hidden
        ]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self.acted)
        menu.open_at(self._more.mapToGlobal(QPoint(0, 0)), above=True)

    @override
    def resizeEvent(self, event: object) -> None:
        self._arrange()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        p = QPainter(self)
        t, card = self.theme.t, self.card_rect()
        runs = [Run(self._count, self.theme.face(Type.NAV_STRONG), t.on_ink)]
        if self._note:
            runs.append(Run(self._note, self.theme.face(Type.BODY), t.on_ink2, gap=14))
        draw_runs(p, card.adjusted(16, 0, -16, 0), runs)
