"""The list of sections at the left of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import T, Text, tr
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.control import OneOfMany

LIST_PX = 184
PRINTERS, DESIGNS = "printers", "designs"


@dataclass(frozen=True, slots=True)
class Section:
    """One place of the settings."""

    key: str
    icon: str
    title: Text


SECTIONS = (
    Section(PRINTERS, "printer", T("Printers")),
    Section(DESIGNS, "file-text", T("Label designs")),
)


class SectionItem(OneOfMany):
    """One section with the number of things in it."""

    def __init__(self, theme: Theme, section: Section, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.section = section
        self._count = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(str(section.title))

    def set_count(self, count: int) -> None:
        """How many there are; 0 shows nothing."""
        self._count = str(count) if count else ""
        self.setAccessibleName(f"{self.section.title} {self._count}".strip())
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, self.theme.scaled(34))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, box = QPainter(self), self.theme.t, self.rect()
        now = self.isChecked()
        if now:
            round_rect(p, box, 6, t.accent_soft)
        elif self.hovered:
            round_rect(p, box, 6, t.hover)
        color = t.accent_text if now else t.text
        tint = t.accent_text if now else t.text2
        draw_icon(p, self.section.icon, QPointF(19, box.height() / 2), 18, tint, self.theme)
        face = self.theme.face(Type.NAV_STRONG if now else Type.NAV)
        draw_text(p, box.adjusted(37, 0, -34, 0), str(self.section.title), face, color)
        number = self.theme.face(Type.BODY)
        tone = t.accent_text if now else t.text3
        draw_text(p, box.adjusted(0, 0, -12, 0), self._count, number, tone, Align.AlignRight)


class SectionList(QWidget):
    """``chosen`` tells a section's key; Up and Down walk."""

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, sections: Sequence[Section], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setObjectName("surface")
        self.setAccessibleName(tr("Sections"))
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 11, 10)
        column.setSpacing(2)
        self.items: dict[str, SectionItem] = {}
        for section in sections:
            item = SectionItem(theme, section, self)
            item.setObjectName(section.key)
            item.clicked.connect(self._pick)
            self.items[section.key] = item
            column.addWidget(item)
        column.addStretch(1)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def current(self) -> str:
        return next((key for key, item in self.items.items() if item.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Mark one without telling it."""
        for known, item in self.items.items():
            item.setChecked(known == key)

    @Slot()
    def _restyle(self) -> None:
        half = 1 + (self.theme.text_size.value - 1) / 2  # the form needs the room more
        self.setFixedWidth(round(LIST_PX * half))
        self.update()

    @Slot()
    def _pick(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(sender.objectName())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        keys = list(self.items)
        at = next((i for i, key in enumerate(keys) if self.items[key].hasFocus()), 0)
        target = keys[(at + step) % len(keys)]
        self.items[target].setFocus(Qt.FocusReason.TabFocusReason)
        self.chosen.emit(target)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.surface)
        p.fillRect(self.width() - 1, 0, 1, self.height(), self.theme.t.border)
