"""Choices: segmented control, toggle, check box, filter chip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.paint import Align, Run, draw_icon, draw_runs, draw_text
from ui.paint_boxes import draw_dashed_frame, round_rect
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.control import Control


def draw_check(
    p: QPainter, centre: QPointF, state: Qt.CheckState, theme: Theme, *, enabled: bool = True
) -> None:
    """A 16-px check box around ``centre``: empty, ticked, or a bar for "some"."""
    t = theme.t
    box = QRectF(round(centre.x() - 8), round(centre.y() - 8), 16, 16)
    if state == Qt.CheckState.Unchecked:
        round_rect(p, box, 4, t.surface if enabled else t.subtle, t.control, 1.25)
        return
    round_rect(p, box, 4, t.accent if enabled else t.active)
    glyph = "check" if state == Qt.CheckState.Checked else "minus"
    color = t.on_accent if enabled else t.disabled
    draw_icon(p, glyph, box.center(), 12, color, theme, "bold")


class CheckBox(Control):
    """A check box with its words; the whole widget is the target. Space changes it."""

    ring_radius = 4.0

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setCheckable(True)
        self.setText(text)
        self.setAccessibleName(text)
        self._partial = False
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_partial(self, partial: bool) -> None:
        """Show "some of them" until the next click."""
        self._partial = partial
        self.update()

    @override
    def nextCheckState(self) -> None:
        self._partial = False
        super().nextCheckState()

    @override
    def sizeHint(self) -> QSize:
        width = self.theme.face(Type.BODY).width(self.text())
        return QSize(16 + (8 + round(width) if self.text() else 0) + 2, self.theme.scaled(28))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        state = Qt.CheckState.Checked if self.isChecked() else Qt.CheckState.Unchecked
        if self._partial:
            state = Qt.CheckState.PartiallyChecked
        enabled = self.isEnabled()
        draw_check(p, QPointF(8, self.height() / 2), state, self.theme, enabled=enabled)
        color = self.theme.t.text if enabled else self.theme.t.disabled
        box = self.rect().adjusted(24, 0, 0, 0)
        draw_text(p, box, self.text(), self.theme.face(Type.BODY), color)


class Toggle(Control):
    """An on/off switch that acts at once; its name stands in the row beside it."""

    ring_radius = 9.0

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(32, 18)

    @override
    def hitButton(self, pos: object) -> bool:
        return True

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t = self.theme.t
        track = QRectF(0, self.height() / 2 - 9, 32, 18)
        back = t.accent if self.isChecked() else t.toggle_off
        if not self.isEnabled():
            back = t.active
        round_rect(p, track, 9, back)
        left = track.right() - 16 if self.isChecked() else track.left() + 2
        round_rect(p, QRectF(left, track.top() + 2, 14, 14), 7, t.knob)


class Segmented(Control):
    """A few exclusive choices side by side; Left and Right move between them.

    Items are words, or icons with a name when ``icons`` is given.
    """

    chosen = Signal(int)

    def __init__(
        self,
        theme: Theme,
        items: Sequence[str],
        parent: QWidget | None = None,
        *,
        icons: Sequence[str] = (),
        name: str = "",
    ) -> None:
        super().__init__(theme, parent)
        self._items = list(items)
        self._icons = list(icons)
        self._current = 0
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._tell()

    @property
    def current(self) -> int:
        return self._current

    def set_current(self, index: int) -> None:
        """Choose without telling ``chosen``."""
        self._current = max(0, min(index, len(self._items) - 1))
        self._tell()
        self.update()

    def _tell(self) -> None:
        self.setAccessibleName(f"{self._name} {self._items[self._current]}".strip())
        if self._icons:
            self.setToolTip(self._items[self._current])

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._items) and index != self._current:
            self.set_current(index)
            self.chosen.emit(index)

    def _widths(self) -> list[int]:
        if self._icons:
            return [self.theme.scaled(32)] * len(self._items)
        face = self.theme.face(Type.BODY_STRONG)
        return [round(face.width(item)) + 24 for item in self._items]

    @override
    def sizeHint(self) -> QSize:
        return QSize(sum(self._widths()) + 4, self.theme.scaled(32))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = 2
        for index, width in enumerate(self._widths()):
            if left <= event.position().x() < left + width:
                self._choose(index)
            left += width

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self._choose(self._current - 1)
            case Qt.Key.Key_Right:
                self._choose(self._current + 1)
            case _:
                super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t = self.theme.t
        round_rect(p, self.rect(), 7, t.sunken, t.border)
        left = 2
        for index, width in enumerate(self._widths()):
            box = QRect(left, 2, width, self.height() - 4)
            now = index == self._current
            if now:
                round_rect(p, box, 5, t.active if t.dark else t.surface, t.border2)
            color = t.text if now else t.text2
            if self._icons:
                centre = QRectF(box).center()
                draw_icon(p, self._icons[index], centre, 16, color, self.theme)
            else:
                face = self.theme.face(Type.BODY_STRONG if now else Type.BODY)
                draw_text(p, box, self._items[index], face, color, Align.AlignHCenter)
            left += width


class FilterChip(Control):
    """One filter: set (blue, with a cross), unset (white), or the dashed "add a filter".

    ``clicked`` opens its choices; ``cleared`` asks to take it away (cross, Delete, Backspace).
    """

    cleared = Signal()

    def __init__(
        self,
        theme: Theme,
        label: str,
        value: str = "",
        parent: QWidget | None = None,
        *,
        adds: bool = False,
    ) -> None:
        super().__init__(theme, parent)
        self._label = label
        self._value = value
        self._adds = adds
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._tell()

    @property
    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        """The chosen value in words; empty makes the chip unset."""
        self._value = value
        self._tell()
        self.updateGeometry()
        self.update()

    def _tell(self) -> None:
        name = f"{self._label} {self._value}".strip()
        self.setAccessibleName(name)
        self.set_help(tr("Clear with the cross or Delete") if self._value else "")

    def _runs(self) -> list[Run]:
        t, face = self.theme.t, self.theme.face(Type.BODY)
        if not self._value:
            return [Run(self._label, face, t.text2 if self.isEnabled() else t.disabled)]
        strong = self.theme.face(Type.BODY_STRONG)
        return [
            Run(self._label, face, t.accent_text),
            Run(self._value, strong, t.accent_text, gap=6),
        ]

    @override
    def sizeHint(self) -> QSize:
        width = sum(run.gap + run.face.width(run.text) for run in self._runs())
        around = 37 if self._value else 38 if self._adds else 36
        return QSize(min(360, round(width) + around), self.theme.scaled(28))

    def _cross(self) -> QRect:
        return QRect(self.width() - 24, 0, 24, self.height())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._value and self._cross().contains(event.position().toPoint()):
            self.setDown(False)
            self.cleared.emit()
            return
        super().mouseReleaseEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._value:
            self.cleared.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t, box = self.theme.t, self.rect()
        middle = box.height() / 2
        if self._value:
            round_rect(p, box, 6, t.accent_soft, t.accent_line)
            draw_runs(p, box.adjusted(10, 0, -24, 0), self._runs())
            centre = QPointF(box.width() - 12, middle)
            draw_icon(p, "x", centre, 14, t.accent_text, self.theme)
            return
        if self._adds:
            if self.hovered:
                round_rect(p, box, 6, t.hover)
            draw_dashed_frame(p, box, 6, t.control)
            draw_icon(p, "plus", QPointF(18, middle), 14, t.text2, self.theme)
            draw_runs(p, box.adjusted(30, 0, -6, 0), self._runs())
            return
        round_rect(p, box, 6, t.hover if self.hovered else t.surface, t.border2)
        draw_runs(p, box.adjusted(10, 0, -24, 0), self._runs())
        draw_icon(
            p, "caret-down", QPointF(box.width() - 14, middle), 12, t.text3, self.theme, "bold"
        )
