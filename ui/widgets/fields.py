"""Fields: text with unit and error line, search, drop-down list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QWidget
from typing_extensions import override

from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import draw_frame, round_rect
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.key_cap import draw_key_cap, key_cap_width

_HALO = 2


class _FramedField(QWidget):
    """A painted frame around a bare line edit: control edge, accent when focused, red on error."""

    text_changed = Signal(str)
    submitted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None, height: int) -> None:
        super().__init__(parent)
        self.theme = theme
        self._height = height
        self._error = ""
        self._wrong = False
        self.edit = QLineEdit(self)
        self.edit.setProperty("bare", True)
        self.edit.setFrame(False)
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self.text_changed)
        self.edit.returnPressed.connect(self._submit)
        self.setFocusProxy(self.edit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self._restyle()

    def text(self) -> str:
        return self.edit.text()

    def setText(self, text: str) -> None:
        self.edit.setText(text)

    @Slot()
    def _restyle(self) -> None:
        self.edit.setFont(self.theme.font(Type.BODY))
        self.updateGeometry()
        self._place()
        self.update()

    @Slot()
    def _submit(self) -> None:
        self.submitted.emit(self.edit.text())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def frame_rect(self) -> QRect:
        """The box; a halo of two pixels lies around it."""
        return QRect(0, 0, self.width(), self.theme.scaled(self._height))

    def _insets(self) -> tuple[int, int]:
        return 11, 11

    def _place(self) -> None:
        box = self.frame_rect()
        left, right = self._insets()
        self.edit.setGeometry(box.adjusted(left, 1, -right, -1))

    @override
    def resizeEvent(self, event: object) -> None:
        self._place()

    @override
    def sizeHint(self) -> QSize:
        return QSize(220, self.theme.scaled(self._height))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        self._paint_frame(p)

    def _paint_frame(self, p: QPainter) -> None:
        t = self.theme.t
        box = QRectF(self.frame_rect())
        if not self.isEnabled():
            round_rect(p, box, 6, t.subtle, t.border2)
        elif self._error or self._wrong:
            round_rect(p, box, 6, t.surface, t.err.text, 1.5 if self.edit.hasFocus() else 1)
        elif self.edit.hasFocus():
            round_rect(p, box, 6, t.surface)
            draw_frame(p, box, 6, t.accent_line, _HALO + 1.5)
            draw_frame(p, box.adjusted(_HALO, _HALO, -_HALO, -_HALO), 4.5, t.accent, 1.5)
        else:
            round_rect(p, box, 6, t.surface, t.control)


class TextField(_FramedField):
    """A line of text with an optional unit at the right and an error line below.

    ``text_changed`` on each key, ``submitted`` on Enter. An error keeps its line until cleared.
    """

    def __init__(
        self,
        theme: Theme,
        name: str,
        parent: QWidget | None = None,
        *,
        placeholder: str = "",
        unit: str = "",
        height: int = 32,
    ) -> None:
        self._unit = unit
        super().__init__(theme, parent, height)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(name)
        self.setAccessibleName(name)

    @property
    def error(self) -> str:
        return self._error

    def set_error(self, message: str) -> None:
        """Show what is wrong under the field; an empty text clears it."""
        self._error = message
        self.edit.setAccessibleDescription(message)
        self.updateGeometry()
        self.update()

    def mark_wrong(self, *, wrong: bool, why: str = "") -> None:
        """A red edge alone: what is wrong is said by whoever holds the field."""
        self._wrong = wrong
        self.edit.setAccessibleDescription(why)
        self.update()

    @override
    def _insets(self) -> tuple[int, int]:
        unit = round(self.theme.face(Type.BODY).width(self._unit)) + 8 if self._unit else 0
        return 11, 11 + unit

    @override
    def sizeHint(self) -> QSize:
        line = self.theme.face(Type.CAPTION).line_px + 2 if self._error else 0
        return QSize(200, self.theme.scaled(self._height) + line)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        self._paint_frame(p)
        t, box = self.theme.t, self.frame_rect()
        if self._unit:
            unit = self.theme.face(Type.BODY)
            draw_text(p, box.adjusted(0, 0, -10, 0), self._unit, unit, t.text3, Align.AlignRight)
        if self._error:
            face = self.theme.face(Type.CAPTION)
            y = box.bottom() + 3 + face.line_px / 2
            draw_icon(p, "warning-circle", QPointF(7, y), 14, t.err.text, self.theme, "fill")
            line = QRectF(18, box.bottom() + 3, self.width() - 18, face.line_px)
            draw_text(p, line, self._error, face, t.err.text)


class SearchField(_FramedField):
    """Search with a magnifier, a clear cross, and the key that reaches it.

    Esc clears, then gives the focus back (``left``).
    """

    left = Signal()

    def __init__(
        self,
        theme: Theme,
        placeholder: str,
        parent: QWidget | None = None,
        *,
        key: str = "/",
        height: int = 32,
    ) -> None:
        self._key = key
        super().__init__(theme, parent, height)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(placeholder)
        self.edit.textChanged.connect(self._text_edited)
        self.setAccessibleName(placeholder)

    @Slot()
    def _text_edited(self) -> None:
        self._place()
        self.update()

    def focus_all(self) -> None:
        """Take the focus with everything selected."""
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    @override
    def _insets(self) -> tuple[int, int]:
        if self.edit.text():
            return 32, 30
        return 32, 14 + (key_cap_width(self.theme, self._key) if self._key else 0)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            if self.edit.text():
                self.edit.clear()
            else:
                self.edit.clearFocus()
                self.left.emit()
            return True
        return super().eventFilter(watched, event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.position().x() > self.width() - 30:
            self.edit.clear()
        self.edit.setFocus(Qt.FocusReason.MouseFocusReason)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        self._paint_frame(p)
        t, box = self.theme.t, self.frame_rect()
        middle = box.height() / 2
        draw_icon(p, "magnifying-glass", QPointF(18, middle), 16, t.text2, self.theme)
        if self.edit.text():
            draw_icon(p, "x", QPointF(box.right() - 14, middle), 14, t.text2, self.theme)
        elif self._key:
            draw_key_cap(p, box.right() - 8, middle, self._key, self.theme)


class ComboField(QComboBox):
    """A drop-down list painted like the other fields, with a caret."""

    def __init__(
        self, theme: Theme, name: str, parent: QWidget | None = None, *, height: int = 32
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._height = height
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMaxVisibleItems(12)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self.setFont(self.theme.font(Type.BODY))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        face = self.theme.face(Type.BODY)
        widest = max((face.width(self.itemText(i)) for i in range(self.count())), default=60)
        return QSize(round(widest) + 46, self.theme.scaled(self._height))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.theme.scaled(self._height))

    @override
    def wheelEvent(self, event: object) -> None:
        """A wheel over a closed list scrolls the page, it never changes the choice."""
        ignore = getattr(event, "ignore", None)
        if ignore is not None:
            ignore()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t, box = self.theme.t, QRectF(self.rect())
        if not self.isEnabled():
            round_rect(p, box, 6, t.subtle, t.border2)
        elif self.hasFocus():
            round_rect(p, box, 6, t.surface)
            draw_frame(p, box, 6, t.accent_line, _HALO + 1.5)
            draw_frame(p, box.adjusted(_HALO, _HALO, -_HALO, -_HALO), 4.5, t.accent, 1.5)
        else:
            round_rect(p, box, 6, t.surface, t.control)
        color = t.text if self.isEnabled() else t.disabled
        face = self.theme.face(Type.BODY)
        draw_text(p, box.adjusted(11, 0, -30, 0), self.currentText(), face, color)
        caret = QPointF(box.right() - 16, box.center().y())
        draw_icon(p, "caret-down", caret, 14, t.text2, self.theme)
