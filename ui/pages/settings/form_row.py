"""One line of a form: what it is and why at the left, the control at the right, errors below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.fields import TextField
from ui.widgets.label import Paragraph, TextLabel

LABEL_PX = 176


class FormRow(QWidget):
    """Give it controls with ``add``; ``set_error`` says what is wrong under them."""

    def __init__(
        self, theme: Theme, title: str, hint: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.first = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 9, 0, 9)
        row.setSpacing(12)
        self._words = QWidget(self)
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        self.title = TextLabel(theme, title, Type.BODY_STRONG)
        self.hint = Paragraph(theme, hint, Type.CAPTION, "secondary")
        self.hint.setVisible(bool(hint))
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.hint)
        words.addStretch(1)
        row.addWidget(self._words)
        right = QVBoxLayout()
        right.setSpacing(3)
        right.addStretch(1)
        self.controls = QHBoxLayout()
        self.controls.setSpacing(10)
        right.addLayout(self.controls)
        self._error = Paragraph(theme, "", Type.CAPTION, "err")
        self._error.hide()
        right.addWidget(self._error)
        right.addStretch(1)
        row.addLayout(right, 1)
        theme.changed.connect(self._restyle)
        self._restyle()

    def add(self, control: QWidget, *, stretch: bool = False, right: bool = False) -> None:
        """A control after those that are there; ``right`` puts it at the right end."""
        if right:
            self.controls.addStretch(1)
        self.controls.addWidget(control, 1 if stretch else 0, Qt.AlignmentFlag.AlignVCenter)

    def end(self) -> None:
        """Nothing comes any more: what is there stays at the left."""
        self.controls.addStretch(1)

    @property
    def error(self) -> str:
        return self._error.text()

    def set_hint(self, hint: str) -> None:
        """The second line at the left."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    def set_error(self, message: str) -> None:
        """What is wrong and what to do, read aloud with the row; empty clears it."""
        self._error.setText(message)
        self._error.setVisible(bool(message))
        self.setAccessibleDescription(message)
        for at in range(self.controls.count()):
            item = self.controls.itemAt(at)
            control = item.widget() if item is not None else None
            if isinstance(control, TextField):
                control.mark_wrong(wrong=bool(message), why=message)

    @Slot()
    def _restyle(self) -> None:
        half = 1 + (self.theme.text_size.value - 1) / 2  # longer hints wrap
        self._words.setFixedWidth(round(LABEL_PX * half))
        self.setMinimumHeight(self.theme.scaled(52))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.first:
            QPainter(self).fillRect(0, 0, self.width(), 1, self.theme.t.border)
