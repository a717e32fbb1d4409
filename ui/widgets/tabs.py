"""Tabs: saved views with their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from ui.paint import Run, draw_icon, draw_runs
from ui.paint_boxes import draw_frame, round_rect
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.control import Control

_GAP = 24
_HEIGHT = 38
_PLUS_WIDTH = 32


@dataclass(frozen=True, slots=True)
class Tab:
    """One saved view; a count of ``None`` is not shown, one above ``most`` as "10,000+"."""

    key: str
    title: str
    count: int | None = None
    most: int = 0  # counted no further; 0: to the last

    @property
    def figure(self) -> str:
        """The count as it is shown; "" without one."""
        if self.count is None:
            return ""
        return f"{self.most:,}+" if 0 < self.most < self.count else f"{self.count:,}"


class Tabs(Control):
    """A row of tabs with an accent underline; Left, Right, Home and End move.

    ``chosen`` tells the key. Tabs that do not fit go, from the right, behind a "more" caret whose
    ``more_wanted`` asks for a menu of ``hidden_tabs()``.
    """

    chosen = Signal(str)
    add_wanted = Signal()
    more_wanted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        tabs: Sequence[Tab],
        parent: QWidget | None = None,
        *,
        add_name: str = "",
        side_px: int = 24,
    ) -> None:
        super().__init__(theme, parent)
        self._tabs = list(tabs)
        self._current = tabs[0].key if tabs else ""
        self._add_name = add_name
        self._side = side_px
        self._hover = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    @property
    def current(self) -> str:
        return self._current

    @property
    def tabs(self) -> tuple[Tab, ...]:
        return tuple(self._tabs)

    def set_tabs(self, tabs: Sequence[Tab]) -> None:
        """Replace the tabs (fresh counts); the current key stays when it still exists."""
        if list(tabs) == self._tabs:
            return
        self._tabs = list(tabs)
        if all(tab.key != self._current for tab in self._tabs):
            self._current = self._tabs[0].key if self._tabs else ""
        self._tell()
        self.update()

    def set_current(self, key: str) -> None:
        """Choose without telling ``chosen``."""
        self._current = key
        self._tell()
        self.update()

    def choose(self, key: str) -> None:
        """Choose as a person would: tells ``chosen`` when it changes."""
        if key != self._current:
            self.set_current(key)
            self.chosen.emit(key)

    def step(self, by: int) -> None:
        """Previous or next tab (keys [ and ])."""
        keys = [tab.key for tab in self._tabs]
        if self._current in keys:
            at = keys.index(self._current) + by
            if 0 <= at < len(keys):
                self.choose(keys[at])

    def hidden_tabs(self) -> list[Tab]:
        """Those that do not fit at the present width."""
        shown = {tab.key for tab, _ in self._boxes()}
        return [tab for tab in self._tabs if tab.key not in shown]

    def _tell(self) -> None:
        for tab in self._tabs:
            if tab.key == self._current:
                self.setAccessibleName(f"{tab.title} {tab.figure}".rstrip())

    def _runs(self, tab: Tab) -> list[Run]:
        t = self.theme.t
        now = tab.key == self._current
        color = t.text if now or tab.key == self._hover else t.text2
        runs = [Run(tab.title, self.theme.face(Type.BODY_STRONG if now else Type.BODY), color)]
        if tab.figure:
            runs.append(Run(tab.figure, self.theme.face(Type.BODY), t.text3, gap=6))
        return runs

    def _width(self, tab: Tab) -> int:
        # Measured with the strong face so that nothing moves when the choice changes.
        width = self.theme.face(Type.BODY_STRONG).width(tab.title)
        if tab.figure:
            width += 6 + self.theme.face(Type.BODY).width(tab.figure)
        return round(width)

    def _boxes(self) -> list[tuple[Tab, QRect]]:
        room = self.width() - self._side - (_PLUS_WIDTH + self._side if self._add_name else 8)
        widths = [self._width(tab) for tab in self._tabs]
        if sum(widths) + _GAP * (len(widths) - 1) + self._side > room + self._side:
            room -= _PLUS_WIDTH
        boxes: list[tuple[Tab, QRect]] = []
        x = self._side
        for tab, width in zip(self._tabs, widths, strict=True):
            if x + width > room + self._side:
                break
            boxes.append((tab, QRect(x, 0, width, self.height())))
            x += width + _GAP
        return boxes

    def _more_box(self) -> QRect:
        boxes = self._boxes()
        x = boxes[-1][1].right() + 8 if boxes else self._side
        return QRect(x, 0, _PLUS_WIDTH, self.height())

    def _add_box(self) -> QRect:
        left = self.width() - self._side - _PLUS_WIDTH + 8
        return QRect(left, 0, _PLUS_WIDTH, self.height())

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, self.theme.scaled(_HEIGHT))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.theme.scaled(_HEIGHT))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        for tab, box in self._boxes():
            if box.adjusted(-_GAP // 2, 0, _GAP // 2, 0).contains(at):
                self.choose(tab.key)
                return
        if self._add_name and self._add_box().contains(at):
            self.add_wanted.emit()
        elif self.hidden_tabs() and self._more_box().contains(at):
            self.more_wanted.emit(self.mapToGlobal(self._more_box().bottomLeft()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        over = next((tab.key for tab, box in self._boxes() if box.contains(at)), "")
        if over != self._hover:
            self._hover = over
            self.update()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover = ""
            self.update()
        elif event.type() == QEvent.Type.ToolTip and self._add_name:
            at = self.mapFromGlobal(self.cursor().pos())
            tip = self._add_name if self._add_box().contains(at) else ""
            QToolTip.showText(self.cursor().pos(), tip, self)
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self.step(-1)
            case Qt.Key.Key_Right:
                self.step(1)
            case Qt.Key.Key_Home if self._tabs:
                self.choose(self._tabs[0].key)
            case Qt.Key.Key_End if self._tabs:
                self.choose(self._tabs[-1].key)
            case _:
                super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t, height = self.theme.t, self.height()
        p.fillRect(0, height - 1, self.width(), 1, t.border)
        for tab, box in self._boxes():
            draw_runs(p, box.adjusted(0, 0, 2, -1), self._runs(tab))
            if tab.key == self._current:
                line = QRectF(box.left(), height - 2.5, box.width(), 2.5)
                round_rect(p, line, 1.25, t.accent)
                if self.ring_shown:
                    draw_frame(p, box.adjusted(-6, 5, 6, -6), 6, t.accent, 2)
        if self.hidden_tabs():
            centre = QPointF(self._more_box().center())
            draw_icon(p, "caret-down", centre, 16, t.text2, self.theme)
        if self._add_name:
            centre = QPointF(self._add_box().center())
            draw_icon(p, "plus", centre, 18, t.text2, self.theme)
