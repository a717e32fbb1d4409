"""Menus that float inside the window: keyboard first, closed by Esc or a click beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.key_cap import draw_key_cap, key_cap_width
from ui.widgets.popping import Popping

_PAD = 6
_ROW = 32


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of a menu. An empty ``key`` is a heading, or a line when the text is empty too."""

    key: str = ""
    text: str = ""
    icon: str = ""
    shortcut: str = ""
    hint: str = ""
    checked: bool | None = None
    danger: bool = False
    disabled_reason: str = ""


class PopoverMenu(Popping):
    """A list of actions; ``chosen`` tells the key. Up, Down, Home, End, letters, Enter, Esc."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, window: QWidget, items: Sequence[MenuItem]) -> None:
        super().__init__(theme, window, radius=8)
        self._items = list(items)
        self._current = -1
        self.setMouseTracking(True)
        self.setAccessibleName(", ".join(item.text for item in items if item.key))

    def open_at(self, anchor: QPoint, *, above: bool = False, right_aligned: bool = False) -> None:
        """Show below (or above) a global point, kept inside the window."""
        window = self.parentWidget()
        if window is None:
            return
        at = window.mapFromGlobal(anchor)
        size = self._card_size()
        left = at.x() - size.width() if right_aligned else at.x()
        top = at.y() - size.height() - 4 if above else at.y() + 4
        left = max(8, min(left, window.width() - size.width() - 8))
        if top + size.height() > window.height() - 8:
            top = max(8, at.y() - size.height() - 40)
        self.place_card(QRect(QPoint(left, top), size))
        self.pop_up()

    def _height(self, item: MenuItem) -> int:
        if item.key:
            return self.theme.scaled(_ROW)
        return self.theme.scaled(26) if item.text else 9

    def _card_size(self) -> QSize:
        body, caption = self.theme.face(Type.BODY), self.theme.face(Type.CAPTION)
        widest = 140.0
        for item in self._items:
            width = 34 + body.width(item.text) + 24
            if item.hint:
                width += caption.width(item.hint) + 12
            if item.shortcut:
                width += key_cap_width(self.theme, item.shortcut) + 12
            widest = max(widest, width)
        height = sum(self._height(item) for item in self._items)
        return QSize(round(widest) + 2 * _PAD, height + 2 * _PAD)

    def _rows(self) -> list[tuple[int, MenuItem, QRect]]:
        card = self.card_rect()
        y = card.top() + _PAD
        rows: list[tuple[int, MenuItem, QRect]] = []
        for index, item in enumerate(self._items):
            height = self._height(item)
            rows.append(
                (index, item, QRect(card.left() + _PAD, y, card.width() - 2 * _PAD, height))
            )
            y += height
        return rows

    def _at(self, pos: QPoint) -> int:
        return next((i for i, item, box in self._rows() if item.key and box.contains(pos)), -1)

    def _step(self, by: int) -> None:
        usable = [i for i, item in enumerate(self._items) if item.key]
        if not usable:
            return
        if self._current in usable:
            self._current = usable[(usable.index(self._current) + by) % len(usable)]
        else:
            self._current = usable[0 if by > 0 else -1]
        self.update()

    def _take(self, index: int) -> None:
        if index < 0 or self._items[index].disabled_reason:
            return
        key = self._items[index].key
        self.leave()
        self.chosen.emit(key)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:
            self.leave()
        return super().eventFilter(watched, event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._at(event.pos())
            tip = self._items[index].disabled_reason if index >= 0 else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._at(event.position().toPoint())
        if over != self._current:
            self._current = over
            self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._take(self._at(event.position().toPoint()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape | Qt.Key.Key_Tab | Qt.Key.Key_Backtab:
                self.leave()
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_Home:
                self._current = -1
                self._step(1)
            case Qt.Key.Key_End:
                self._current = -1
                self._step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self._take(self._current)
            case _:
                self._by_shortcut(event.text().upper())

    def _by_shortcut(self, letter: str) -> None:
        for index, item in enumerate(self._items):
            if item.key and letter and item.shortcut.upper() == letter:
                self._take(index)
                return

    @override
    def focusNextPrevChild(self, forward: bool) -> bool:
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        p = QPainter(self)
        for index, item, box in self._rows():
            if item.key:
                self._paint_item(p, item, box, index == self._current)
            elif item.text:
                face = self.theme.face(Type.CAPTION)
                draw_text(p, box.adjusted(10, 4, 0, 0), item.text, face, self.theme.t.text3)
            else:
                p.fillRect(
                    box.left() + 4, box.center().y(), box.width() - 8, 1, self.theme.t.border
                )

    def _paint_item(self, p: QPainter, item: MenuItem, box: QRect, now: bool) -> None:
        t = self.theme.t
        if now:
            round_rect(p, box, 6, t.hover if not t.dark else t.active)
        middle = box.top() + box.height() / 2
        color = t.err.text if item.danger else t.text
        tint = t.err.text if item.danger else t.text2
        if item.disabled_reason:
            color = tint = t.disabled
        glyph = item.icon or ("check" if item.checked else "")
        if glyph:
            tint = t.accent_text if item.checked else tint
            draw_icon(p, glyph, QPointF(box.left() + 18, middle), 16, tint, self.theme)
        right = box.right() - 8
        if item.shortcut:
            right -= round(draw_key_cap(p, right, middle, item.shortcut, self.theme)) + 10
        if item.hint:
            face = self.theme.face(Type.CAPTION)
            hint = QRect(box.left() + 34, box.top(), right - box.left() - 34, box.height())
            draw_text(p, hint, item.hint, face, t.text3, Align.AlignRight)
        text = QRect(box.left() + 34, box.top(), right - box.left() - 34, box.height())
        draw_text(p, text, item.text, self.theme.face(Type.BODY), color)
