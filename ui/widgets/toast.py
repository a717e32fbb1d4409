"""Toasts: success and progress in one line, with at most one action (undo). Never an error."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QPropertyAnimation, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget
from typing_extensions import override

from ui.paint import draw_icon, draw_text
from ui.paint_boxes import TOAST_SHADOW
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind
from ui.widgets.card import Floating

SHOWN_MS = 5000
_LIMIT = 3
_FADE_MS = 120
_HEIGHT = 40


class _InkLink(Button):
    """The toast's action: link blue on ink."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        face = self.theme.face(Type.BODY_STRONG)
        color = self.theme.t.on_ink if self.hovered else self.theme.t.ink_link
        draw_text(p, self.rect(), self.text(), face, color, Qt.AlignmentFlag.AlignHCenter)


class Toast(Floating):
    """One line on ink. Goes by itself after five seconds, waits while the mouse is on it."""

    gone = Signal(object)

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        text: str,
        *,
        icon: str = "check-circle",
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(theme, parent, shadow=TOAST_SHADOW, radius=8, fill="ink", edge=None)
        self._text = text
        self._icon = icon
        self._act = act
        self._link = _InkLink(theme, action, self, kind=Kind.LINK) if action else None
        if self._link is not None:
            self._link.clicked.connect(self._acted)
        self.setAccessibleName(text)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(SHOWN_MS)
        self._clock.timeout.connect(self.leave)
        self._clock.start()
        self._fade: QPropertyAnimation | None = None

    @property
    def text(self) -> str:
        return self._text

    @property
    def waiting(self) -> bool:
        """Whether the time runs; it stands still under the mouse."""
        return self._clock.isActive()

    def appear(self) -> None:
        """Fade in (at once when motion is reduced)."""
        self.show()
        self.raise_()
        if self.theme.reduce_motion:
            return
        effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(effect)
        self._fade = QPropertyAnimation(effect, b"opacity", self)
        self._fade.setDuration(_FADE_MS)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.finished.connect(self._opaque)
        self._fade.start()

    @Slot()
    def _opaque(self) -> None:
        self.setGraphicsEffect(None)  # type: ignore[arg-type]  # None is Qt's way to remove it

    @Slot()
    def leave(self) -> None:
        """Go now."""
        self._clock.stop()
        self.hide()
        self.gone.emit(self)

    @Slot()
    def _acted(self) -> None:
        if self._act is not None:
            self._act()
        self.leave()

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._clock.stop()

    @override
    def leaveEvent(self, event: object) -> None:
        self._clock.start()

    @override
    def sizeHint(self) -> QSize:
        width = 16 + 24 + self.theme.face(Type.BODY_STRONG).width(self._text) + 18
        if self._link is not None:
            width += self._link.sizeHint().width() + 14
        return QSize(round(width), self.theme.scaled(_HEIGHT))

    @override
    def resizeEvent(self, event: object) -> None:
        if self._link is not None:
            card = self.card_rect()
            size = self._link.sizeHint()
            self._link.setGeometry(
                QRect(
                    card.right() - 17 - size.width(),
                    card.center().y() - size.height() // 2 + 1,
                    size.width(),
                    size.height(),
                )
            )

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        p = QPainter(self)
        t, card = self.theme.t, self.card_rect()
        fine = self._icon == "check-circle"
        centre = QPointF(card.left() + 23, card.top() + card.height() / 2)
        color = t.ink_ok if fine else t.on_ink2
        draw_icon(p, self._icon, centre, 18, color, self.theme, "fill" if fine else "regular")
        end = self._link.x() - 12 if self._link is not None else card.right() - 14
        box = QRect(card.left() + 40, card.top(), end - card.left() - 40, card.height())
        draw_text(p, box, self._text, self.theme.face(Type.BODY_STRONG), t.on_ink)


class ToastStack:
    """Up to three toasts at the bottom centre of a widget, newest lowest.

    ``lift`` keeps them above the bulk bar. Call ``place`` when the host is resized.
    """

    def __init__(self, theme: Theme, host: QWidget) -> None:
        self._theme = theme
        self._host = host
        self._toasts: list[Toast] = []
        self._lift = 0

    @property
    def toasts(self) -> tuple[Toast, ...]:
        return tuple(self._toasts)

    def say(
        self,
        text: str,
        *,
        icon: str = "check-circle",
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> Toast:
        """Show a line; with ``action`` also the word that runs ``act`` (undo)."""
        toast = Toast(self._theme, self._host, text, icon=icon, action=action, act=act)
        toast.gone.connect(self._forget)
        self._toasts.append(toast)
        while len(self._toasts) > _LIMIT:
            self._toasts[0].leave()
        self.place()
        toast.appear()
        return toast

    def set_lift(self, px: int) -> None:
        """Room to leave below (the bulk bar)."""
        self._lift = px
        self.place()

    def place(self) -> None:
        """Put the toasts where the host's size wants them."""
        bottom = self._host.height() - 20 - self._lift
        for toast in reversed(self._toasts):
            size = toast.sizeHint()
            width = min(size.width(), self._host.width() - 48)
            left = (self._host.width() - width) // 2
            toast.place_card(QRect(left, bottom - size.height(), width, size.height()))
            bottom -= size.height() + 8

    def _forget(self, toast: object) -> None:
        if isinstance(toast, Toast) and toast in self._toasts:
            self._toasts.remove(toast)
            toast.deleteLater()
            self.place()
