"""Shown over the page while a file is dragged across it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.pages.tracking.bill_acting import KINDS
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import draw_dashed_frame, round_rect
from ui.theme import Theme
from ui.theme_tokens import Type


def bill_in(mime: QMimeData) -> Path | None:
    """The file that is dragged, when it may be a bill."""
    for url in mime.urls():
        file = Path(url.toLocalFile())
        if url.isLocalFile() and file.suffix.lower() in KINDS:
            return file
    return None


class DropHint(QWidget):
    """Says that letting go takes the bill in."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Lie over the whole page."""
        page = self.parentWidget()
        if page is not None:
            self.setGeometry(page.rect())
            self.raise_()
            self.show()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        veil = QColor(t.surface)
        veil.setAlphaF(0.88)
        p.fillRect(self.rect(), veil)
        box = self.rect().adjusted(24, 24, -24, -24)
        round_rect(p, box, 10, t.accent_soft)
        draw_dashed_frame(p, box, 10, t.accent)
        middle = box.center()
        draw_icon(
            p, "tray-arrow-down", QPointF(middle.x(), middle.y() - 28), 40, t.accent, self.theme
        )
        line = QRect(box.left(), middle.y() + 8, box.width(), self.theme.scaled(28))
        words = tr("Let go to import the carrier's bill")
        draw_text(
            p, line, words, self.theme.face(Type.DIALOG_TITLE), t.accent_text, Align.AlignHCenter
        )
