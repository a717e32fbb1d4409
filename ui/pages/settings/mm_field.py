"""A length in mm that is typed, or moved with the arrow keys."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.fields import TextField

STEP_MM = 0.5
FINE_MM = 0.1
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－，−", "0123456789.-.-")


def mm_text(value: float) -> str:
    """``0.5``, ``−1.0``."""
    return f"{value:.1f}".replace("-", "−")


def read_mm(text: str) -> float | None:
    """What a person typed, with any minus and comma; ``None``: no number."""
    plain = text.strip().translate(_FULL_WIDTH).replace(",", ".").removesuffix("mm").strip()
    try:
        return round(float(plain), 2)
    except ValueError:
        return None


def step_of(event: QKeyEvent) -> float:
    """How far one press moves: 0.5 mm, with Shift 0.1."""
    return FINE_MM if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP_MM


class MmField(TextField):
    """``moved`` tells the new value at once. Up is more, Down is less, Shift in small steps."""

    moved = Signal(float)

    def __init__(
        self,
        theme: Theme,
        name: str,
        unit: str,
        parent: QWidget | None = None,
        *,
        least: float = -50,
        most: float = 50,
    ) -> None:
        super().__init__(theme, name, parent, unit=unit)
        self._least, self._most = least, most
        self._value = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.edit.setToolTip(tr("Up and Down move 0.5 mm, with Shift 0.1 mm"))
        self.edit.editingFinished.connect(self._typed)
        self._unit_text = unit
        self._resize()
        theme.changed.connect(self._resize)

    @property
    def value(self) -> float:
        return self._value

    def set_value(self, value: float) -> None:
        """Show a value without telling it."""
        self._value = value
        if not self.edit.hasFocus() or read_mm(self.text()) != value:
            self.setText(mm_text(value))

    def nudge(self, by_mm: float) -> None:
        """Move by so much, and tell it."""
        self._take(round(self._value + by_mm, 2))

    def _take(self, value: float) -> None:
        value = min(self._most, max(self._least, value))
        self.setText(mm_text(value))
        if value != self._value:
            self._value = value
            self.moved.emit(value)

    @Slot()
    def _resize(self) -> None:
        unit = self.theme.face(Type.BODY).width(self._unit_text)
        self.setFixedWidth(self.theme.scaled(66) + ceil(unit))

    @Slot()
    def _typed(self) -> None:
        read = read_mm(self.text())
        self._take(self._value if read is None else read)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent):
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            sign = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
            if sign is not None and self.isEnabled():
                self._typed()
                self.nudge(sign * step_of(event))
                return True
        return super().eventFilter(watched, event)
