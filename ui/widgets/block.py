"""The base of painted pieces that are as wide as their column and as high as their content."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme


class Block(QWidget):
    """A painted piece as wide as its column; its height follows the reading size."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.setFixedHeight(self.needed_px())
        self.update()

    def fit(self) -> None:
        """Take the height that the content needs; called at the end of a constructor."""
        self._restyle()

    def needed_px(self) -> int:
        """The height at the present reading size."""
        raise NotImplementedError
