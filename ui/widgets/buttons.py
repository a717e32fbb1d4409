"""Buttons: one primary (blue) per screen, everything else quiet."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from math import ceil

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.paint import draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.control import PressControl
from ui.widgets.key_cap import draw_key_cap, key_cap_width

_ICON_PX = 16
_GAP = 7


class Kind(StrEnum):
    """What a button is for."""

    DEFAULT = "default"
    PRIMARY = "primary"
    SOFT = "soft"
    DANGER = "danger"
    DANGER_SOLID = "danger_solid"
    GHOST = "ghost"
    INK = "ink"  # on the bulk bar and the toast
    LINK = "link"


class Size(IntEnum):
    """Heights in logical pixels at 100 %."""

    SMALL = 28
    NORMAL = 32
    DRAWER = 36
    TOUCH = 44


class Button(PressControl):
    """A button with an optional icon before and a key cap after its words.

    Enter and Space press it. ``kind`` may change while it is shown (``set_kind``): while a
    selection exists the bulk bar owns the blue.
    """

    def __init__(
        self,
        theme: Theme,
        text: str,
        parent: QWidget | None = None,
        *,
        kind: Kind = Kind.DEFAULT,
        size: Size = Size.NORMAL,
        icon: str = "",
        key: str = "",
    ) -> None:
        super().__init__(theme, parent)
        self._kind = kind
        self._size = size
        self._icon = icon
        self._key = key
        self.setText(text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        if kind is Kind.LINK:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def kind(self) -> Kind:
        return self._kind

    def set_kind(self, kind: Kind) -> None:
        """Change what the button is for; a button that turns white keeps its place."""
        self._kind = kind
        self.update()

    def set_icon_name(self, icon: str) -> None:
        """Another glyph before the words; empty for none."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        height = self.theme.scaled(self._size)
        if self._kind is Kind.LINK:
            return QSize(ceil(self._content_width()), self.theme.scaled(24))
        pad = {Size.SMALL: 10, Size.NORMAL: 13, Size.DRAWER: 14, Size.TOUCH: 18}[self._size]
        return QSize(max(height, round(self._content_width()) + 2 * pad), height)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _type(self) -> Type:
        if self._size is Size.TOUCH:
            return Type.NAV_STRONG
        return Type.BODY_STRONG

    def _content_width(self) -> float:
        width = self.theme.face(self._type()).width(self.text())
        if self._icon:
            width += _ICON_PX + (_GAP if self.text() else 0)
        if self._key:
            width += 8 + key_cap_width(self.theme, self._key)
        return width

    def _colors(self) -> tuple[QColor, QColor | None, QColor]:
        """Fill, edge and text in the present state."""
        t = self.theme.t
        down, over = self.isDown() or self.isChecked(), self.hovered
        if not self.isEnabled():
            if self._kind in (Kind.GHOST, Kind.LINK):
                return QColor(0, 0, 0, 0), None, t.disabled
            return t.active if self._kind is Kind.PRIMARY else t.subtle, t.border, t.disabled
        clear = QColor(0, 0, 0, 0)
        match self._kind:
            case Kind.PRIMARY:
                fill = t.accent_press if down else t.accent_hover if over else t.accent
                return fill, None, t.on_accent
            case Kind.SOFT:
                fill = t.accent_line if down else t.accent_soft
                return fill, t.accent_line if over else None, t.accent_text
            case Kind.DANGER:
                fill = t.err.soft if down or over else t.surface
                return fill, t.err.line, t.err.text
            case Kind.DANGER_SOLID:
                fill = t.err.solid.darker(112) if down or over else t.err.solid
                return fill, None, t.on_accent
            case Kind.GHOST:
                return t.active if down else t.hover if over else clear, None, t.text
            case Kind.INK:
                return t.ink_button_hover if down or over else t.ink_button, None, t.on_ink
            case Kind.LINK:
                return clear, None, t.accent_press if down else t.accent_text
            case Kind.DEFAULT:
                face = t.hover if t.dark else t.surface
                fill = t.active if down else t.hover if over and not t.dark else face
                return fill, t.control if over else t.border2, t.text

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        fill, edge, color = self._colors()
        box = self.rect()
        if self._kind is not Kind.LINK:
            self._paint_box(p, box, fill, edge)
        self._paint_words(p, box, color)

    def _paint_words(self, p: QPainter, box: QRect, color: QColor) -> None:
        content = self._content_width()
        x = box.x() + max(0.0, (box.width() - content) / 2)
        middle = box.y() + box.height() / 2
        face = self.theme.face(self._type())
        if self._icon:
            quiet = self._kind is Kind.DEFAULT and self.isEnabled()
            tint = self.theme.t.text2 if quiet else color
            draw_icon(p, self._icon, QPointF(x + _ICON_PX / 2, middle), _ICON_PX, tint, self.theme)
            x += _ICON_PX + _GAP
        room = QRect(round(x), box.y(), max(0, box.right() + 1 - round(x)), box.height())
        draw_text(p, room, self.text(), face, color)
        if self._key:
            self._paint_key(p, x + face.width(self.text()) + 8, color)

    def _paint_box(self, p: QPainter, box: QRect, fill: QColor, edge: QColor | None) -> None:
        raised = self.isEnabled() and self._kind is Kind.DEFAULT and not self.theme.t.dark
        if raised and not self.isDown():
            shade = QColor(self.theme.t.shadow)
            shade.setAlphaF(0.05)
            round_rect(p, box, 6, shade)
            round_rect(p, box.adjusted(0, 0, 0, -1), 6, fill, edge)
            return
        round_rect(p, box, 6, fill, edge)

    def _paint_key(self, p: QPainter, left: float, color: QColor) -> None:
        t = self.theme.t
        right = left + key_cap_width(self.theme, self._key)
        middle = self.height() / 2
        if self._kind in (Kind.PRIMARY, Kind.INK, Kind.DANGER_SOLID):
            veil = QColor(t.on_accent)
            veil.setAlphaF(0.20)
            draw_key_cap(p, right, middle, self._key, self.theme, fill=veil, color=color)
        else:
            draw_key_cap(p, right, middle, self._key, self.theme)


class IconButton(PressControl):
    """A glyph alone; it must have a name, shown as tooltip and read aloud."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        parent: QWidget | None = None,
        *,
        size: int = 32,
        icon_px: int = 18,
        framed: bool = False,
        on_ink: bool = False,
    ) -> None:
        super().__init__(theme, parent)
        self._icon = icon
        self._side = size
        self._icon_px = icon_px
        self._framed = framed
        self._on_ink = on_ink
        self._dot: QColor | None = None
        self.set_help(name)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon_name(self, icon: str, name: str) -> None:
        """Another glyph and name (play and pause share one place)."""
        self._icon = icon
        self.set_help(name)
        self.setAccessibleName(name)
        self.update()

    def set_dot(self, color: QColor | None) -> None:
        """A small state dot at the upper right."""
        self._dot = color
        self.update()

    @override
    def sizeHint(self) -> QSize:
        side = self.theme.scaled(self._side)
        return QSize(side, side)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t = self.theme.t
        down, over = self.isDown() or self.isChecked(), self.hovered
        hover, active = (t.ink_button, t.ink_button_hover) if self._on_ink else (t.hover, t.active)
        fill = active if down else hover if over else None
        if self._framed:
            face = t.hover if t.dark else t.surface
            round_rect(p, self.rect(), 6, fill or face, t.border2)
        elif fill is not None:
            round_rect(p, self.rect(), 6, fill)
        color = t.on_ink2 if self._on_ink else t.text2
        if not self.isEnabled():
            color = t.disabled
        centre = QPointF(self.width() / 2, self.height() / 2)
        weight = "fill" if self.isChecked() else "regular"
        draw_icon(p, self._icon, centre, self._icon_px, color, self.theme, weight)
        if self._dot is not None:
            at = self._icon_px // 2
            box = QRect(round(centre.x()) + at - 5, round(centre.y()) - at - 1, 7, 7)
            round_rect(p, box, 3.5, self._dot)
