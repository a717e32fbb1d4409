"""Banners: what happened, what it means, and the button that fixes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import Text, ntr, tr
from ui.paint import draw_text, wrap_text
from ui.paint_boxes import round_rect
from ui.paint_status import SEVERITY_TONES, Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Size

_RANK = (Severity.STOP, Severity.FAILED, Severity.PROBLEM, Severity.INFO, Severity.FINE)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing a page has to say. ``key`` names it (the same key replaces it), ``action`` is
    handed back when its button is pressed; a dismissible one goes away for today."""

    key: str
    severity: Severity
    what: Text | str
    consequence: Text | str = ""
    button: Text | str = ""
    action: str = ""
    dismissible: bool = False


class Banner(QWidget):
    """One notice with icon, bold line, plain line and a button."""

    acted = Signal(str)
    dismissed = Signal(str)

    def __init__(
        self, theme: Theme, notice: Notice, parent: QWidget | None = None, *, more: int = 0
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._more = more
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._button = Button(theme, "", self)
        self._cross = IconButton(theme, "x", tr("Dismiss for today"), self, size=28, icon_px=16)
        self._button.clicked.connect(self._act)
        self._cross.clicked.connect(self._dismiss)
        theme.changed.connect(self._restyle)
        self.set_notice(notice, more)

    def set_notice(self, notice: Notice, more: int = 0) -> None:
        """Say something else in the same place; ``more`` counts what waits behind it."""
        self.notice = notice
        self._more = more
        self._button.setText(str(notice.button))
        self._button.setVisible(bool(notice.button))
        self._cross.setVisible(notice.dismissible)
        self.setAccessibleName(str(notice.what))
        self.setAccessibleDescription(str(notice.consequence))
        self._restyle()

    @Slot()
    def _act(self) -> None:
        self.acted.emit(self.notice.action or self.notice.key)

    @Slot()
    def _dismiss(self) -> None:
        self.dismissed.emit(self.notice.key)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self._place()
        self.update()

    def _place(self) -> None:
        right = self.width() - 12
        middle = self.height() // 2
        if self.notice.dismissible:
            side = self._cross.sizeHint()
            right -= side.width()
            self._cross.setGeometry(
                QRect(right, middle - side.height() // 2, side.width(), side.height())
            )
            right -= 8
        if self.notice.button:
            size = QSize(self._button.sizeHint().width(), self.theme.scaled(Size.SMALL))
            right -= size.width()
            self._button.setGeometry(
                QRect(right, middle - size.height() // 2, size.width(), size.height())
            )
            right -= 12
        self._text_right = right

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        lines = self.theme.face(Type.BODY_STRONG).line_px
        if self.notice.consequence:
            lines += self.theme.face(Type.CAPTION).line_px
        return QSize(480, lines + 20)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t = self.theme.t
        colors = t.tone(SEVERITY_TONES[self.notice.severity])
        round_rect(p, self.rect(), 8, colors.soft, colors.line)
        middle = self.height() / 2
        draw_severity(p, self.notice.severity, QPointF(24, middle), 20, self.theme)
        strong = self.theme.face(Type.BODY_STRONG)
        plain = self.theme.face(Type.CAPTION)
        left, width = 46, max(0, self._text_right - 46)
        what = str(self.notice.what)
        if self._more:
            what += "  ·  " + ntr("{n} more", "{n} more", self._more)
        if not self.notice.consequence:
            draw_text(p, QRect(left, 0, width, self.height()), what, strong, colors.text)
            return
        draw_text(p, QRect(left, 10, width, strong.line_px), what, strong, colors.text)
        second = wrap_text(str(self.notice.consequence), plain, width, 1)
        box = QRect(left, 10 + strong.line_px, width, plain.line_px)
        draw_text(p, box, second[0], plain, t.text2 if not t.dark else t.text)


class BannerPlace(QWidget):
    """Where a page's notices go: at most one is shown, the worst first, the rest counted.

    ``acted`` hands back the notice's action. Red stays until its notice is taken away.
    """

    acted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, side_px: int = 24) -> None:
        super().__init__(parent)
        self.theme = theme
        self._side = side_px
        self._notices: dict[str, Notice] = {}
        self._hushed: set[str] = set()
        self._banner: Banner | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVisible(False)

    def put(self, notice: Notice) -> None:
        """Show this notice, or replace the one of the same key."""
        self._notices[notice.key] = notice
        self._refresh()

    def take(self, key: str) -> None:
        """The matter is solved: its notice goes, and may come back later."""
        self._notices.pop(key, None)
        self._hushed.discard(key)
        self._refresh()

    def shown(self) -> Notice | None:
        """The notice on screen."""
        waiting = self._waiting()
        return waiting[0] if waiting else None

    def _waiting(self) -> Sequence[Notice]:
        open_ones = [n for n in self._notices.values() if n.key not in self._hushed]
        return sorted(open_ones, key=lambda notice: _RANK.index(notice.severity))

    def _refresh(self) -> None:
        waiting = self._waiting()
        self.setVisible(bool(waiting))
        if not waiting:
            return
        if self._banner is None:
            self._banner = Banner(self.theme, waiting[0], self)
            self._banner.acted.connect(self.acted)
            self._banner.dismissed.connect(self._hush)
        self._banner.set_notice(waiting[0], len(waiting) - 1)
        self._banner.show()
        self._fit()

    @Slot(str)
    def _hush(self, key: str) -> None:
        self._hushed.add(key)
        self._refresh()

    def _fit(self) -> None:
        if self._banner is not None:
            height = self._banner.sizeHint().height()
            self.setFixedHeight(height + 12)
            self._banner.setGeometry(self._side, 0, self.width() - 2 * self._side, height)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
