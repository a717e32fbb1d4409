"""The label in its true size with rulers; its own area can be moved and stretched on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.label_designs import Place
from app.domain.text import tr
from ui.pages.settings.mm_field import mm_text, step_of
from ui.pages.settings.own_box import (
    FINE_MM,
    GRID_MM,
    HANDLES,
    handle_at,
    moved,
    stretched,
)
from ui.pages.settings.rulers import RULER_PX, draw_rulers
from ui.paint import draw_icon
from ui.paint_boxes import POPOVER_SHADOW, draw_dashed_frame, draw_frame, draw_shadow
from ui.theme import Theme
from ui.theme_tokens import light_tokens

_PAPER = light_tokens()  # what lies on the label lies on white, in the dark too
_AROUND_PX = 26  # below and at the right of the label
_HANDLE_PX = 7
_REACH_PX = 7
_CURSORS = {
    "top_left": Qt.CursorShape.SizeFDiagCursor,
    "bottom_right": Qt.CursorShape.SizeFDiagCursor,
    "top_right": Qt.CursorShape.SizeBDiagCursor,
    "bottom_left": Qt.CursorShape.SizeBDiagCursor,
    "top": Qt.CursorShape.SizeVerCursor,
    "bottom": Qt.CursorShape.SizeVerCursor,
    "left": Qt.CursorShape.SizeHorCursor,
    "right": Qt.CursorShape.SizeHorCursor,
}
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something wrong at a place of the label."""

    box: Place
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A drawn label and what lies on it."""

    image: QImage
    width_mm: float
    height_mm: float
    own: Place | None = None
    zones: tuple[Place, ...] = ()
    marks: tuple[Mark, ...] = ()


class LabelCanvas(QWidget):
    """``own_moved(Place)`` while the own area is moved; ``nudged(right, down)`` in mm when arrow
    keys move the whole print; ``locked`` when somebody takes hold of the carrier's part.
    """

    own_moved = Signal(object)
    nudged = Signal(float, float)
    locked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.shown: Shown | None = None
        self.scale = 4.0  # pixels a mm
        self._pixmap = QPixmap()
        self._offset = (0.0, 0.0)
        self._editing = False
        self._own: Place | None = None
        self._grip = ""
        self._by_keys = False
        self._from: tuple[QPointF, Place] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self._tell()

    # -- what is shown -----------------------------------------------------------------------

    @property
    def own(self) -> Place | None:
        """The own area as the hand has it now."""
        return self._own

    @property
    def dragging(self) -> bool:
        return self._from is not None

    def show_label(self, shown: Shown) -> None:
        """Another picture; the box in the hand keeps its place."""
        self.shown = shown
        if not self.dragging:
            self._own = shown.own
        self._fit()
        self._tell()

    def set_scale(self, px_per_mm: float) -> None:
        """How large a mm is on the screen."""
        self.scale = px_per_mm
        self._fit()

    def set_offset(self, right_mm: float, down_mm: float) -> None:
        """Where the printer puts the picture on its paper."""
        if self._offset != (right_mm, down_mm):
            self._offset = (right_mm, down_mm)
            self.update()

    def set_editing(self, editing: bool) -> None:
        """Whether the own area can be taken hold of."""
        self._editing = editing
        self._tell()
        self.update()

    def set_own(self, own: Place | None) -> None:
        """The own area without a new picture yet."""
        self._own = own
        self._tell()
        self.update()

    def room_px(self) -> tuple[int, int]:
        """What rulers and margins take beside the label."""
        return RULER_PX + _AROUND_PX, RULER_PX + _AROUND_PX

    def label_rect(self) -> QRectF:
        """The paper, in this widget's coordinates."""
        shown = self.shown
        if shown is None:
            return QRectF()
        return QRectF(
            RULER_PX,
            RULER_PX,
            round(shown.width_mm * self.scale),
            round(shown.height_mm * self.scale),
        )

    def rect_of(self, box: Place) -> QRectF:
        """A place of the label on the screen."""
        paper = self.label_rect()
        return QRectF(
            paper.x() + box.x * self.scale,
            paper.y() + box.y * self.scale,
            box.width * self.scale,
            box.height * self.scale,
        )

    @Slot()
    def _restyle(self) -> None:
        self.update()

    def _fit(self) -> None:
        paper, (across, down) = self.label_rect(), self.room_px()
        self.setFixedSize(round(paper.width()) + across, round(paper.height()) + down)
        self._pixmap = self._scaled(paper.toRect().size())
        self.update()

    def _scaled(self, size: QSize) -> QPixmap:
        """The picture at the size of the screen, by averaging, so that codes stay even."""
        if self.shown is None or size.isEmpty():
            return QPixmap()
        ratio = self.devicePixelRatioF()
        made = QPixmap.fromImage(
            self.shown.image.scaled(
                size * ratio,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
        made.setDevicePixelRatio(ratio)
        return made

    def _tell(self) -> None:
        self.setAccessibleName(tr("Label preview"))
        own = self._own
        if self._editing and own is not None:
            said = tr(
                "Own area: {x} mm from the left, {y} mm from the top, {width} × {height} mm",
                x=mm_text(own.x),
                y=mm_text(own.y),
                width=mm_text(own.width),
                height=mm_text(own.height),
            )
        else:
            said = tr("Arrow keys move the print on the paper")
        self.setAccessibleDescription(said)

    # -- the hand ----------------------------------------------------------------------------

    def _mm(self, at: QPointF) -> tuple[float, float]:
        paper = self.label_rect()
        return (at.x() - paper.x()) / self.scale, (at.y() - paper.y()) / self.scale

    def _grip_at(self, at: QPointF) -> str:
        """The handle under the mouse, ``inside`` the box, or nothing."""
        if not self._editing or self._own is None or self.shown is None:
            return ""
        paper = self.label_rect()
        for name in HANDLES:
            x, y = handle_at(self._own, name)
            away = at - QPointF(paper.x() + x * self.scale, paper.y() + y * self.scale)
            if abs(away.x()) <= _REACH_PX and abs(away.y()) <= _REACH_PX:
                return name
        return "inside" if self.rect_of(self._own).contains(at) else ""

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if not self._editing or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._grip = self._grip_at(event.position())
        if self._grip and self._own is not None:
            self._from = (event.position(), self._own)
        elif self.label_rect().contains(event.position()):
            self.locked.emit()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is None or self.shown is None:
            self._show_cursor(event.position())
            return
        start, box = self._from
        by = (event.position() - start) / self.scale
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._change(self._moved(box, self._grip, by.x(), by.y(), FINE_MM if fine else GRID_MM))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None
        self._show_cursor(event.position())
        self.update()

    def _moved(self, box: Place, grip: str, right: float, down: float, grid: float) -> Place:
        zones: Sequence[Place] = self.shown.zones if self.shown is not None else ()
        if grip == "inside":
            return moved(box, right, down, zones, grid)
        return stretched(box, grip, right, down, zones, grid)

    def _change(self, box: Place) -> None:
        if box != self._own:
            self._own = box
            self._tell()
            self.update()
            self.own_moved.emit(box)

    def _show_cursor(self, at: QPointF) -> None:
        grip = self._grip_at(at)
        if grip == "inside":
            self.setCursor(QCursor(Qt.CursorShape.SizeAllCursor))
        elif grip:
            self.setCursor(QCursor(_CURSORS[grip]))
        elif self._editing and self.label_rect().contains(at):
            self.setCursor(QCursor(Qt.CursorShape.ForbiddenCursor))
            self.setToolTip(tr("This part belongs to the carrier and stays as it is"))
            return
        else:
            self.unsetCursor()
        self.setToolTip("")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _ARROWS.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
            return
        step = step_of(event)
        right, down = way[0] * step, way[1] * step
        if not self._editing:
            self.nudged.emit(right, down)
        elif self._own is not None:
            wider = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            grip = "bottom_right" if wider else "inside"
            self._change(self._moved(self._own, grip, right, down, FINE_MM))

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keys = event.reason() != Qt.FocusReason.MouseFocusReason
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # -- painting ----------------------------------------------------------------------------

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSize()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown
        if shown is None:
            return
        p, t = QPainter(self), self.theme.t
        paper = self.label_rect()
        draw_rulers(p, paper, shown.width_mm, shown.height_mm, self.scale, self.theme)
        ratio = self.devicePixelRatioF()
        draw_shadow(p, paper.toRect(), 0, POPOVER_SHADOW, self.theme, ratio)
        p.fillRect(paper, QColor(Qt.GlobalColor.white))
        p.save()
        p.setClipRect(paper)
        # The area is set on the label as it is drawn, wherever a printer puts it.
        right, down = (0.0, 0.0) if self._editing else self._offset
        place = paper.translated(round(right * self.scale), round(down * self.scale))
        p.drawPixmap(place.topLeft(), self._pixmap)
        p.restore()
        for mark in shown.marks:
            self._paint_mark(p, mark)
        if self._editing and self._own is not None:
            self._paint_own(p, self._own, shown.zones)
        if self._by_keys and self.hasFocus():
            draw_frame(p, paper.adjusted(-4, -4, 4, 4), 3, t.accent, 2)

    def _paint_mark(self, p: QPainter, mark: Mark) -> None:
        color = _PAPER.err.text
        box = self.rect_of(mark.box).adjusted(-2, -2, 2, 2)
        veil = QColor(color)
        veil.setAlphaF(0.12)
        p.fillRect(box, veil)
        draw_frame(p, box, 2, color, 1.5)
        corner = QPointF(box.right() - 1, box.top() + 1)
        p.fillRect(QRectF(corner.x() - 6, corner.y() - 6, 12, 12), QColor(Qt.GlobalColor.white))
        draw_icon(p, "x-circle", corner, 16, color, self.theme, "fill")

    def _paint_own(self, p: QPainter, own: Place, zones: Sequence[Place]) -> None:
        accent = _PAPER.accent
        for zone in zones:
            draw_dashed_frame(p, self.rect_of(zone), 2, _PAPER.accent_line)
        box = self.rect_of(own)
        veil = QColor(accent)
        veil.setAlphaF(0.08)
        p.fillRect(box, veil)
        draw_frame(p, box, 0, accent, 1.5)
        for name in HANDLES:
            x, y = handle_at(own, name)
            paper = self.label_rect()
            centre = QPointF(paper.x() + x * self.scale, paper.y() + y * self.scale)
            side = _HANDLE_PX
            knob = QRectF(round(centre.x() - side / 2), round(centre.y() - side / 2), side, side)
            p.fillRect(knob, accent)
            p.fillRect(knob.adjusted(1.25, 1.25, -1.25, -1.25), QColor(Qt.GlobalColor.white))
