"""What cards are made of: a tinted box, wrapped lines, buttons that flow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import Text
from ui.paint import draw_icon, draw_text, wrap_text
from ui.paint_boxes import round_rect
from ui.paint_status import SEVERITY_TONES, Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.block import Block
from ui.widgets.buttons import Button, Size
from ui.widgets.drawer import INNER_PX
from ui.widgets.label import ColorName, TextLabel, color_of

CARD_PAD = 14
CARD_INNER_PX = INNER_PX - 2 * CARD_PAD
Said = Text | str


class Lines(Block):
    """Text of several lines in one colour, as high as it needs; an icon may stand before it."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        role: Type = Type.CAPTION,
        color: ColorName = "text2",
        *,
        width: int = CARD_INNER_PX,
        most: int = 4,
        icon: str = "",
        indent: int = 22,  # of the text behind an icon
    ) -> None:
        super().__init__(theme, text)
        self._text, self._role, self._color = text, role, color
        self._indent = indent
        self._width, self._most, self._icon = width, most, icon
        self.fit()

    def set_text(self, text: str, color: ColorName | None = None, icon: str | None = None) -> None:
        """Say something else; an empty text takes no room."""
        self._text = text
        self._color = self._color if color is None else color
        self._icon = self._icon if icon is None else icon
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.fit()

    def set_width(self, width: int) -> None:
        """Wrap at another width."""
        if width != self._width:
            self._width = width
            self.fit()

    def _lines(self) -> list[str]:
        room = self._width - (self._indent if self._icon else 0)
        face = self.theme.face(self._role)
        return [
            line
            for part in self._text.split("\n")
            for line in wrap_text(part, face, room, self._most)
        ]

    @override
    def needed_px(self) -> int:
        return max(1, len(self._lines())) * self.theme.face(self._role).line_px

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, face = QPainter(self), self.theme.face(self._role)
        color = color_of(self.theme, self._color)
        left = 0
        if self._icon:
            weight = "fill" if isinstance(self._color, Tone) else "regular"
            draw_icon(p, self._icon, QPointF(8, face.line_px / 2), 16, color, self.theme, weight)
            left = self._indent
        for at, line in enumerate(self._lines()):
            box = QRect(left, at * face.line_px, self.width() - left, face.line_px)
            draw_text(p, box, line, face, color)


class Flow(QWidget):
    """Widgets side by side, on as many rows as they need."""

    def __init__(self, theme: Theme, width: int = CARD_INNER_PX, gap: int = 8) -> None:
        super().__init__()
        self.theme = theme
        self._room, self._gap = width, gap
        self._parts: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._arrange)

    def add(self, part: QWidget) -> None:
        """One more, behind the others."""
        part.setParent(self)
        part.show()
        self._parts.append(part)
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        x = y = row = 0
        width = max(self._room, self.width()) if self.isVisible() else self._room
        for part in self._parts:
            size = part.sizeHint()
            if x and x + size.width() > width:
                x, y, row = 0, y + row + self._gap, 0
            part.setGeometry(x, y, min(size.width(), width), size.height())
            x += size.width() + self._gap
            row = max(row, size.height())
        self.setFixedHeight(y + row)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._room, self.height())


class ToneCard(QWidget):
    """A box with a severity's colour and shape, a bold title, and a column below it.

    ``tone`` ``None`` gives a plain box with a hairline.
    """

    def __init__(
        self,
        theme: Theme,
        title: str,
        severity: Severity | None = None,
        *,
        note: str = "",
        icon: str = "",
    ) -> None:
        super().__init__()
        self.theme = theme
        self._severity, self._icon = severity, icon
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(CARD_PAD, 10, CARD_PAD, 12)
        self.column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(26 if severity or icon else 0, 0, 0, 0)
        head.setSpacing(8)
        color: ColorName = SEVERITY_TONES[severity] if severity else "text"
        self.title = TextLabel(theme, title, Type.BODY_STRONG, color)
        head.addWidget(self.title, 1)
        self.note = TextLabel(theme, note, Type.CAPTION, "text2")
        head.addWidget(self.note)
        self.note.setVisible(bool(note))
        self.head = head
        self.column.addLayout(head)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        line = self.theme.face(Type.BODY_STRONG).line_px
        centre = QPointF(CARD_PAD + 8, 10 + line / 2)
        if self._severity is None:
            round_rect(p, self.rect(), 8, t.surface, t.border2)
            if self._icon:
                draw_icon(p, self._icon, centre, 16, t.text2, self.theme)
            return
        colors = t.tone(SEVERITY_TONES[self._severity])
        round_rect(p, self.rect(), 8, colors.soft, colors.line)
        draw_severity(p, self._severity, centre, 18, self.theme)


class Trouble(Lines):
    """What went wrong with a card's own action, and what to do: red, with a filled glyph."""

    def __init__(self, theme: Theme, width: int = CARD_INNER_PX) -> None:
        super().__init__(theme, "", color=Tone.ERR, width=width, most=3, icon="warning-circle")
        self.hide()

    def tell(self, message: Said = "", remedy: Said = "") -> None:
        """Say it, or (without a message) take it away."""
        self.set_text(f"{message}\n{remedy}".strip())


class ReasonChoices(QWidget):
    """A few short reasons as buttons; ``chosen`` carries the key."""

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, reasons: Sequence[tuple[str, str]], width: int = CARD_INNER_PX
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        flow = Flow(theme, width)
        self.buttons: dict[str, Button] = {}
        for key, words in reasons:
            button = Button(theme, words, size=Size.SMALL)
            button.setObjectName(key)
            button.clicked.connect(self._take)
            self.buttons[key] = button
            flow.add(button)
        column.addWidget(flow)

    @Slot()
    def _take(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(sender.objectName())
