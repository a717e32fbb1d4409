"""Which paper is in: the usual sizes, or one's own in mm."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.text import T, tr
from ui.pages.settings.mm_field import MmField
from ui.pages.settings.printer_words import USUAL_MEDIA, paper_name
from ui.theme import Theme
from ui.widgets.fields import ComboField

_KINDS = {
    "76x130": T("one part"),
    "100x150": T("one part"),
    "100x180": T("two parts"),
    "60x40": T("shelf and product labels"),
}
_OWN = "own"


class PaperField(QWidget):
    """``chosen`` tells ``76x130`` or the typed size."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._media = USUAL_MEDIA[0]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.sizes = ComboField(theme, tr("Paper in it"), self)
        for media in USUAL_MEDIA:
            kind = _KINDS.get(media)
            words = f"{paper_name(media)} {kind}" if kind is not None else paper_name(media)
            self.sizes.addItem(words, media)
        self.sizes.addItem(tr("Another size …"), _OWN)
        self.width_mm = MmField(theme, tr("Width of the paper"), "mm", self, least=15, most=420)
        self.height_mm = MmField(theme, tr("Height of the paper"), "mm", self, least=15, most=420)
        row.addWidget(self.sizes)
        row.addWidget(self.width_mm)
        row.addWidget(self.height_mm)
        row.addStretch(1)
        self.setFocusProxy(self.sizes)
        self.sizes.activated.connect(self._picked)
        self.width_mm.moved.connect(self._typed)
        self.height_mm.moved.connect(self._typed)
        self.show_media(self._media)

    @property
    def media(self) -> str:
        return self._media

    def show_media(self, media: str) -> None:
        """Show a stored size."""
        self._media = media
        at = self.sizes.findData(media)
        own = at < 0
        with QSignalBlocker(self.sizes):
            self.sizes.setCurrentIndex(self.sizes.count() - 1 if own else at)
        self._show_own(own)

    def _show_own(self, own: bool) -> None:
        width, _, height = self._media.partition("x")
        for field, text in ((self.width_mm, width), (self.height_mm, height)):
            field.setVisible(own)
            field.set_value(float(text or 0))

    @Slot(int)
    def _picked(self, _index: int) -> None:
        media = str(self.sizes.currentData())
        if media == _OWN:
            self._show_own(True)
            self.width_mm.edit.setFocus()
            self.width_mm.edit.selectAll()
            return
        self._media = media
        self._show_own(False)
        self.chosen.emit(media)

    @Slot(float)
    def _typed(self, _value: float) -> None:
        self._media = f"{self.width_mm.value:g}x{self.height_mm.value:g}"
        self.chosen.emit(self._media)
