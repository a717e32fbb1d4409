"""The detail drawer: fixed head, scrolling body, fixed foot."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.domain.text import tr
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import IconButton
from ui.widgets.card import Hairline
from ui.widgets.label import TextLabel

DRAWER_PX = 400
INNER_PX = DRAWER_PX - 41 - 8  # what paddings, edge and scroll bar leave


class ScrollColumn(QScrollArea):
    """A column that scrolls; ``body`` is its layout. It scrolls, it never clips sideways."""

    def __init__(
        self, parent: QWidget | None = None, *, padding: int = 20, spacing: int = 12
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setObjectName("scroll_body")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(spacing)
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)

    def clear(self) -> None:
        """Take everything out of the column."""
        _empty(self.body)


def _empty(layout: QVBoxLayout | QHBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
            continue
        inner = item.layout() if item is not None else None
        if isinstance(inner, (QVBoxLayout, QHBoxLayout)):
            _empty(inner)


class Drawer(QWidget):
    """Title and caption with previous, next and close; ``body`` scrolls; ``foot`` stays.

    ``stepped`` carries -1 or +1, ``closed`` asks to shut it (Esc, cross).
    """

    stepped = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setObjectName("surface")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head())
        column.addWidget(Hairline(theme))
        self._above = QVBoxLayout()
        self._above.setContentsMargins(20, 0, 20, 0)
        column.addLayout(self._above)
        self.column = ScrollColumn(self)
        self.body = self.column.body
        column.addWidget(self.column, 1)
        self._foot_line = Hairline(theme)
        column.addWidget(self._foot_line)
        self._foot_box = QWidget(self)
        self.foot = QHBoxLayout(self._foot_box)
        self.foot.setContentsMargins(20, 11, 20, 12)
        self.foot.setSpacing(8)
        column.addWidget(self._foot_box)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _make_head(self) -> QHBoxLayout:
        theme = self.theme
        head = QHBoxLayout()
        head.setContentsMargins(20, 7, 12, 6)
        head.setSpacing(2)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.title = TextLabel(theme, "", Type.CARD_TITLE, parent=self)
        self.caption = TextLabel(theme, "", Type.CAPTION, "text2", parent=self)
        self.title_row = QHBoxLayout()
        self.title_row.setSpacing(6)
        self.title_row.addWidget(self.title)
        self.title_row.addStretch(1)
        words.addLayout(self.title_row)
        words.addWidget(self.caption)
        head.addLayout(words, 1)
        self.previous = IconButton(theme, "arrow-up", tr("Previous"), self, size=30)
        self.next = IconButton(theme, "arrow-down", tr("Next"), self, size=30)
        self.cross = IconButton(theme, "x", tr("Close (Esc)"), self, size=30)
        self.previous.clicked.connect(self._back)
        self.next.clicked.connect(self._on)
        self.cross.clicked.connect(self.closed)
        for button in (self.previous, self.next, self.cross):
            head.addWidget(button)
        return head

    @Slot()
    def _restyle(self) -> None:
        self.setFixedWidth(DRAWER_PX)
        self.update()

    @Slot()
    def _back(self) -> None:
        self.stepped.emit(-1)

    @Slot()
    def _on(self) -> None:
        self.stepped.emit(1)

    def set_head(self, title: str, caption: str = "") -> None:
        """What the drawer shows."""
        self.title.setText(title)
        self.caption.setText(caption)
        self.caption.setVisible(bool(caption))
        self.setAccessibleName(title)

    def put_above(self, widget: QWidget) -> None:
        """Put something above the body that neither scrolls nor is cleared with it."""
        self._above.setContentsMargins(20, 16, 20, 0)
        self._above.addWidget(widget)

    def set_foot_shown(self, shown: bool) -> None:
        """Hide the foot when nothing can be done."""
        self._foot_box.setVisible(shown)
        self._foot_line.setVisible(shown)

    def clear_body(self) -> None:
        """Take everything out of the body."""
        self.column.clear()

    def clear_foot(self) -> None:
        """Take every button out of the foot."""
        _empty(self.foot)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.surface)
        p.fillRect(0, 0, 1, self.height(), self.theme.t.border)
