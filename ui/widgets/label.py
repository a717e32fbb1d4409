"""Plain text by role and colour token, following theme and reading size."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

from ui.paint import Align, draw_text
from ui.theme import Theme
from ui.theme_tokens import Tone, Type

ColorName = str | Tone


def color_of(theme: Theme, name: ColorName) -> QColor:
    """A token by name (``text2``) or the text colour of a tone."""
    if isinstance(name, Tone):
        return theme.t.tone(name).text
    color = getattr(theme.t, name)
    if not isinstance(color, QColor):
        raise TypeError(name)
    return color


class TextLabel(QWidget):
    """One line on the shared baseline, as high as its role's line, elided when too narrow."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: Type = Type.BODY,
        color: ColorName = "text",
        parent: QWidget | None = None,
        *,
        align: Align = Align.AlignLeft,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._text = text
        self._role = role
        self._color = color
        self._align = align
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        if text == self._text:
            return
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_color(self, color: ColorName) -> None:
        """Another colour token."""
        self._color = color
        self.update()

    def set_role(self, role: Type) -> None:
        """Another type role."""
        self._role = role
        self._restyle()

    @override
    def sizeHint(self) -> QSize:
        face = self.theme.face(self._role)
        return QSize(round(face.width(self._text)) + 1, face.line_px)

    @override
    def minimumSizeHint(self) -> QSize:
        face = self.theme.face(self._role)
        return QSize(min(self.sizeHint().width(), 3 * face.px), face.line_px)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        face = self.theme.face(self._role)
        shown = color_of(self.theme, self._color)
        draw_text(p, self.rect(), self._text, face, shown, self._align)
        cut = face.width(self._text) > self.width()
        tip = self._text if cut else ""
        if tip != self.toolTip():
            self.setToolTip(tip)


class Paragraph(QLabel):
    """Text of several lines, wrapped; selectable when a person may want to copy it."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: Type = Type.BODY,
        tone: str = "secondary",
        parent: QWidget | None = None,
        *,
        selectable: bool = False,
    ) -> None:
        super().__init__(text, parent)
        self.theme = theme
        self._role = role
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("tone", tone)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._restyle()
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.setFont(self.theme.font(self._role))
