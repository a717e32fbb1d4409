"""How dark a printer burns: from light to dark, or as the printer likes."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind
from ui.widgets.label import TextLabel

_REST_MS = 350


class _Slider(QSlider):
    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel over it scrolls the page, it never changes the value."""
        event.ignore()


class DensitySlider(QWidget):
    """``chosen(int or None)`` once the hand rests; ``None`` is the printer's own density."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.slider = _Slider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName(tr("Density"))
        self.slider.setMinimum(0)
        self.slider.setMinimumHeight(24)
        self.own = Button(theme, tr("Printer's own"), self, kind=Kind.LINK)
        row.addWidget(TextLabel(theme, tr("light"), Type.CAPTION, "text2"))
        row.addWidget(self.slider, 1)
        row.addWidget(TextLabel(theme, tr("dark"), Type.CAPTION, "text2"))
        row.addWidget(self.own)
        self.setFocusProxy(self.slider)
        self._value: int | None = None
        self._filling = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._rested)
        self.slider.valueChanged.connect(self._moved)
        self.own.clicked.connect(self._own)

    def show_value(self, value: int | None, steps: int) -> None:
        """Show a stored density; the middle stands for the printer's own."""
        if self._rest.isActive() or self.slider.isSliderDown():
            return  # the hand is still on it
        self._filling = True
        self._value = value
        self.slider.setMaximum(steps)
        self.slider.setPageStep(max(1, steps // 5))
        self.slider.setValue(steps // 2 if value is None else min(value, steps))
        self.own.setVisible(value is not None)
        self.slider.setAccessibleDescription(
            tr("The printer's own density") if value is None else f"{value} / {steps}"
        )
        self._filling = False

    @Slot(int)
    def _moved(self, value: int) -> None:
        if not self._filling:
            self._value = value
            self._rest.start()

    @Slot()
    def _rested(self) -> None:
        if self.slider.isSliderDown():
            self._rest.start()
            return
        self.own.setVisible(True)
        self.chosen.emit(self._value)

    @Slot()
    def _own(self) -> None:
        self._rest.stop()
        self.own.hide()
        self._value = None
        self.chosen.emit(None)
