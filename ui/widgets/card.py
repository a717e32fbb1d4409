"""Cards, hairlines and the floating base that carries a shadow."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from ui.paint_boxes import Shadow, draw_shadow, round_rect
from ui.theme import Theme
from ui.theme_tokens import Tone
from ui.widgets.label import ColorName, color_of


class Card(QWidget):
    """A white box with a hairline; ``body`` is its column. A tone colours the edge only."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        radius: int = 10,
        padding: int = 20,
        tone: Tone | None = None,
        fill: ColorName = "surface",
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._radius = radius
        self._tone = tone
        self._fill = fill
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(12)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.update()

    def set_tone(self, tone: Tone | None) -> None:
        """Colour the edge (red for failed rows), or back to the hairline."""
        self._tone = tone
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t = self.theme.t
        edge = t.tone(self._tone).line if self._tone else t.border
        round_rect(p, self.rect(), self._radius, color_of(self.theme, self._fill), edge)


class Hairline(QWidget):
    """A one-pixel line across a column, or down a row when ``vertical``."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, vertical: bool = False
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
        policy = QSizePolicy.Policy
        self.setSizePolicy(
            policy.Fixed if vertical else policy.Expanding,
            policy.Expanding if vertical else policy.Fixed,
        )
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.border)


class Floating(QWidget):
    """Something that floats: a child with a shadow around its card.

    The widget is larger than its card by ``shadow.margins()``; place it with ``place_card``.
    """

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        *,
        shadow: Shadow,
        radius: int = 8,
        fill: ColorName = "surface",
        edge: ColorName | None = "border2",
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._shadow = shadow
        self._radius = radius
        self._fill = fill
        self._edge = edge
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def room(self) -> QMargins:
        """The margins that hold the shadow."""
        return self._shadow.margins()

    def card_rect(self) -> QRect:
        """The card, in this widget's coordinates."""
        return self.rect().marginsRemoved(self.room())

    def place_card(self, card: QRect) -> None:
        """Put the card there, in the parent's coordinates."""
        self.setGeometry(card.marginsAdded(self.room()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        card = self.card_rect()
        ratio = self.devicePixelRatioF()
        draw_shadow(p, card, self._radius, self._shadow, self.theme, ratio)
        edge = color_of(self.theme, self._edge) if self._edge else None
        if edge is None and self.theme.t.dark:
            edge = self.theme.t.border2
        round_rect(p, card, self._radius, color_of(self.theme, self._fill), edge)
