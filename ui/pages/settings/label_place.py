"""The quiet table on which the label lies: scrolls when it is large, says why there is none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget
from typing_extensions import override

from ui.pages.settings.desk_foot import ZOOMS
from ui.pages.settings.label_canvas import LabelCanvas
from ui.paint import Align, draw_text, wrap_text
from ui.theme import Theme
from ui.theme_tokens import Type

_MM_PER_INCH = 25.4
_SANE_DPI = (60.0, 400.0)
_USUAL_DPI = 96.0


class LabelPlace(QScrollArea):
    """``zoomed(percent)`` after each change of size. 100 % is a mm for a mm on this screen."""

    zoomed = Signal(int)

    def __init__(self, theme: Theme, canvas: LabelCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.canvas = canvas
        self._percent = 0  # 0: the whole label
        self._said = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(canvas)
        self.viewport().setAutoFillBackground(False)
        canvas.setAutoFillBackground(False)
        canvas.installEventFilter(self)
        theme.changed.connect(self.viewport().update)

    def tell(self, text: str) -> None:
        """What there is to say instead of a label; empty shows it."""
        self._said = text
        self.canvas.setVisible(not text)
        self.setAccessibleName(text)
        self.viewport().update()

    @property
    def percent(self) -> int:
        """How large a mm is shown, of its real size."""
        return round(self.canvas.scale / self._real() * 100)

    def fit(self) -> None:
        """The whole label."""
        self._percent = 0
        self.place()

    def set_percent(self, percent: int) -> None:
        """A part of the real size; 100 is the real one."""
        self._percent = max(ZOOMS[0], min(ZOOMS[-1], percent))
        self.place()

    def step(self, by: int) -> None:
        """One size smaller or larger."""
        now = self.percent
        if by > 0:
            self.set_percent(next((z for z in ZOOMS if z > now + 1), ZOOMS[-1]))
        else:
            self.set_percent(next((z for z in reversed(ZOOMS) if z < now - 1), ZOOMS[0]))

    def place(self) -> None:
        """Give the label its size."""
        shown = self.canvas.shown
        if shown is None:
            return
        scale = self._real() * self._percent / 100
        if not self._percent:
            across, down = self.canvas.room_px()
            room = self.viewport().size() - QSize(across + 8, down + 8)
            scale = min(room.width() / shown.width_mm, room.height() / shown.height_mm)
            least, most = self._real() * ZOOMS[0] / 100, self._real() * ZOOMS[-1] / 100
            scale = max(least, min(most, scale))
        if scale != self.canvas.scale or self.canvas.width() < 2:
            self.canvas.set_scale(scale)
        self.zoomed.emit(self.percent)

    def _real(self) -> float:
        """Pixels a mm on this screen; screens that say nonsense count as 96 dpi."""
        found = self.screen().physicalDotsPerInch()
        least, most = _SANE_DPI
        return (found if least <= found <= most else _USUAL_DPI) / _MM_PER_INCH

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            match event.text():
                case "+" | "=":
                    self.step(1)
                case "-":
                    self.step(-1)
                case "0":
                    self.fit()
                case "1":
                    self.set_percent(100)
                case _:
                    return False
            return True
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self.viewport()), self.theme.t
        box = self.viewport().rect()
        p.fillRect(box, t.sunken)
        if self._said:
            face = self.theme.face(Type.BODY)
            lines = wrap_text(self._said, face, box.width() - 64, 4)
            top = box.center().y() - len(lines) * face.line_px // 2
            for at, line in enumerate(lines):
                row = box.adjusted(32, 0, -32, 0)
                row.setTop(top + at * face.line_px)
                row.setHeight(face.line_px)
                draw_text(p, row, line, face, t.text2, Align.AlignHCenter)
