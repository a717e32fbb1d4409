"""A scroll bar that lies over the rows, so that row fills reach the table's edge."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar

_WIDTH = 8


class OverlayScrollBar(QScrollBar):
    """Mirrors the area's hidden vertical bar; hidden while there is nothing to scroll."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(Qt.Orientation.Vertical, area)
        self._mirrored = area.verticalScrollBar()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._mirrored.rangeChanged.connect(self._take_range)
        self._mirrored.valueChanged.connect(self.setValue)
        self.valueChanged.connect(self._mirrored.setValue)
        self._take_range()

    def place(self, viewport: QRect) -> None:
        """Lie at the right edge of ``viewport`` (in the area's coordinates)."""
        self.setGeometry(viewport.right() + 1 - _WIDTH, viewport.top(), _WIDTH, viewport.height())
        self.raise_()

    @Slot()
    def _take_range(self) -> None:
        bar = self._mirrored
        if not shiboken6.isValid(bar):
            return  # the table is being taken apart
        self.setPageStep(bar.pageStep())
        self.setSingleStep(bar.singleStep())
        self.setRange(bar.minimum(), bar.maximum())
        self.setValue(bar.value())
        self.setVisible(bar.maximum() > bar.minimum())
