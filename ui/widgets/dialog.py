"""Questions that cannot be undone or cost money, over a scrim, inside the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ui.paint import wrap_text
from ui.paint_boxes import DIALOG_SHADOW, Shadow
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind
from ui.widgets.card import Floating
from ui.widgets.label import Paragraph, TextLabel

DIALOG_PX = 372


@dataclass(frozen=True, slots=True)
class Verb:
    """A button of a question, named by what it does. Exactly one is ``safe``: it has the focus."""

    key: str
    text: str
    kind: Kind = Kind.DEFAULT
    safe: bool = False


class Overlay(QWidget):
    """A scrim over the whole window with one card on it; keeps Tab inside, Esc asks to leave.

    The focus goes back to where it was when the overlay closes.
    """

    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        host: QWidget,
        *,
        width: int = 420,
        radius: int = 12,
        shadow: Shadow = DIALOG_SHADOW,
        top: int | None = None,
    ) -> None:
        super().__init__(host)
        self.theme = theme
        self._width = width
        self._top = top
        self._before: QWidget | None = None
        self.card = Floating(theme, self, shadow=shadow, radius=radius)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        host.installEventFilter(self)
        theme.changed.connect(self._fit_now)

    def open(self, first: QWidget | None = None) -> None:
        """Show it; ``first`` gets the focus."""
        self._before = QApplication.focusWidget()
        host = self.parentWidget()
        if host is not None:
            self.setGeometry(host.rect())
        self.show()
        self.raise_()
        self._fit_now()
        (first or self).setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def leave(self) -> None:
        """Close and give the focus back."""
        self.hide()
        before = self._before
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()
        self.deleteLater()

    def dismiss(self) -> None:
        """What Esc and a click on the scrim do."""
        self.leave()

    def fit_soon(self) -> None:
        """Take the height that the content needs now, once it has found its size."""
        QTimer.singleShot(0, self, self._fit_now)

    @Slot()
    def _fit_now(self) -> None:
        room = self.card.room()
        layout = self.card.layout()
        width = min(self.theme.scaled(self._width), self.width() - 48)
        height = 160
        if layout is not None:
            inner = width + room.left() + room.right()
            height = layout.totalHeightForWidth(inner) - room.top() - room.bottom()
            if height <= 0:
                height = layout.totalSizeHint().height() - room.top() - room.bottom()
        height = min(height, self.height() - 48)
        top = self._top if self._top is not None else (self.height() - height) * 2 // 5
        top = min(top, self.height() - height - 24)
        self.card.place_card(QRect((self.width() - width) // 2, top, width, height))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        host = self.parentWidget()
        if event.type() == QEvent.Type.Resize and host is not None:
            self.setGeometry(host.rect())
            self._fit_now()
        return False

    @override
    def focusNextPrevChild(self, forward: bool) -> bool:
        stops = [
            w
            for w in self.card.findChildren(QWidget)
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

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.dismiss()
        event.accept()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.scrim)


class Dialog(Overlay):
    """A question with the number in its title, the consequence below, verbs as buttons.

    ``chosen`` tells the key of the verb; Esc and a click beside it choose the safe one.
    """

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        host: QWidget,
        title: str,
        body: str,
        verbs: Sequence[Verb],
        *,
        content: QWidget | None = None,
        width: int = DIALOG_PX,
    ) -> None:
        super().__init__(theme, host, width=width)
        self._verbs = tuple(verbs)
        self._by_keys = ""
        self.setAccessibleName(title)
        self.setAccessibleDescription(body)
        room = self.card.room()
        column = QVBoxLayout(self.card)
        pad = 24
        column.setContentsMargins(
            room.left() + pad, room.top() + 20, room.right() + pad, room.bottom() + 20
        )
        column.setSpacing(6)
        lines = wrap_text(title, theme.face(Type.DIALOG_TITLE), width - 2 * pad, 3)
        for line in lines:
            column.addWidget(TextLabel(theme, line, Type.DIALOG_TITLE))
        if body:
            column.addWidget(Paragraph(theme, body, Type.BODY, "secondary"))
        if content is not None:
            column.addSpacing(6)
            column.addWidget(content)
        column.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.buttons: dict[str, Button] = {}
        for verb in self._verbs:
            button = Button(theme, verb.text, self.card, kind=verb.kind)
            button.setObjectName(verb.key)
            button.clicked.connect(self._pressed)
            row.addWidget(button)
            self.buttons[verb.key] = button
        column.addLayout(row)

    @property
    def safe_key(self) -> str:
        """The verb that changes nothing."""
        return next((verb.key for verb in self._verbs if verb.safe), self._verbs[0].key)

    def ask(self) -> None:
        """Show the question with the safe verb focused."""
        self.open(self.buttons[self.safe_key])

    def confirm_with_keys(self, key: str) -> None:
        """Ctrl+Enter means this verb even while its button still waits for a typed proof."""
        self._by_keys = key

    @Slot()
    def _pressed(self) -> None:
        sender = self.sender()
        if sender is not None:
            self._end(sender.objectName())

    @override
    def dismiss(self) -> None:
        self._end(self.safe_key)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        confirm = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and confirm:
            risky = [verb.key for verb in self._verbs if not verb.safe]
            if self._by_keys:
                self._end(self._by_keys)
            elif risky and self.buttons[risky[-1]].isEnabled():
                self._end(risky[-1])
            return
        super().keyPressEvent(event)

    def _end(self, key: str) -> None:
        self.leave()
        self.chosen.emit(key)
