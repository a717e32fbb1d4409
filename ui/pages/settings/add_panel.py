"""The few things a new printer is asked for; the rest is set in its form."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import T, tr
from app.ports import Found, PrinterConfig
from ui.pages.settings import printer_words as words
from ui.pages.settings.form_parts import DocumentsField, Strip
from ui.pages.settings.form_row import FormRow
from ui.pages.settings.paper_field import PaperField
from ui.paint_status import Severity
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind
from ui.widgets.dialog import Overlay
from ui.widgets.fields import ComboField, TextField
from ui.widgets.label import TextLabel

_WIDTH_PX = 560
LANGUAGES = {
    "tspl": T("TSPL: most label printers"),
    "zpl": T("ZPL: Zebra and alike"),
    "escpos": T("ESC/POS: receipt printers and some for labels"),
    "cpcl": T("CPCL: portable printers"),
    "system": T("A queue of this computer, any paper"),
    "pdf": T("Files in a folder, no printer"),
    "component": T("WeChat's print component"),
}
_RESOLUTIONS = (8.0, 11.811, 23.622)
_A4 = "210x297"


class AddPanel(Overlay):
    """``added(PrinterConfig)`` asks to set it up; it stays open until ``leave``."""

    added = Signal(object)

    def __init__(
        self, theme: Theme, host: QWidget, taken: Collection[str], found: Found | None = None
    ) -> None:
        super().__init__(theme, host, width=_WIDTH_PX)
        self.setAccessibleName(tr("Set up a printer"))
        self.taken = frozenset(taken)
        room, pad = self.card.room(), 24
        self._column = QVBoxLayout(self.card)
        self._column.setContentsMargins(
            room.left() + pad, room.top() + 20, room.right() + pad, room.bottom() + 20
        )
        self._column.setSpacing(0)
        self._column.addWidget(TextLabel(theme, tr("Set up a printer"), Type.DIALOG_TITLE))
        self._column.addSpacing(6)
        self.name = TextField(theme, tr("Name"), placeholder=tr("As people here call it"))
        self.address = TextField(theme, tr("Address"), placeholder="tcp://192.168.1.50:9100")
        self.language = ComboField(theme, tr("Language"))
        for code, text in LANGUAGES.items():
            self.language.addItem(str(text), code)
        self.paper = PaperField(theme)
        self.resolution = ComboField(theme, tr("Resolution"))
        for value in _RESOLUTIONS:
            self.resolution.addItem(f"{words.dpi(value)} dpi", value)
        self.documents = DocumentsField(theme, words.known_documents())
        self.documents.show_documents(("label",))
        rows: tuple[tuple[str, str, QWidget, bool], ...] = (
            (tr("Name"), "", self.name, True),
            (tr("Address"), tr("Where the printer is"), self.address, True),
            (tr("Language"), tr("What it speaks; see its manual"), self.language, False),
            (tr("Paper in it"), "", self.paper, True),
            (tr("Resolution"), tr("It stands on the printer"), self.resolution, False),
            (tr("Prints"), "", self.documents, True),
        )
        self._rows: dict[QWidget, FormRow] = {}
        for title, hint, control, stretch in rows:
            row = FormRow(theme, title, hint, self.card)
            row.first = not self._rows
            row.add(control, stretch=stretch)
            if not stretch:
                row.end()
            self._rows[control] = row
            self._column.addWidget(row)
        self.problem = Strip(theme, self.card)
        self._column.addWidget(self.problem)
        self._column.addSpacing(12)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.close_button = Button(theme, tr("Do not add"), self.card)
        self.add_button = Button(theme, tr("Add the printer"), self.card, kind=Kind.PRIMARY)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        foot.addWidget(self.add_button)
        self._column.addLayout(foot)
        self.close_button.clicked.connect(self.leave)
        self.add_button.clicked.connect(self._add)
        self.language.currentIndexChanged.connect(self._language_chosen)
        self.name.submitted.connect(self._add)
        self.address.submitted.connect(self._add)
        if found is not None:
            self._fill(found)
        self._language_chosen()

    def _fill(self, found: Found) -> None:
        self.name.setText(self._free_name(found.name or found.address))
        self.address.setText(found.address)
        at = self.language.findData(found.language)
        self.language.setCurrentIndex(max(0, at))
        if at < 0:
            self.tell_problem(tr("It does not say what it speaks: choose its language."))
        if found.media:
            self.paper.show_media(found.media)
        if found.dots_per_mm:
            near = [v for v in _RESOLUTIONS if words.dpi(v) == words.dpi(found.dots_per_mm)]
            if near:
                self.resolution.setCurrentIndex(self.resolution.findData(near[0]))
        if self.paper.media == _A4:
            self.documents.show_documents(("picklist", "slip"))

    def _free_name(self, wanted: str) -> str:
        plain = wanted.strip()[:48]
        names = [plain, *(f"{plain} {n}" for n in range(2, 99))]
        return next((name for name in names if name not in self.taken), plain)

    def config(self) -> PrinterConfig:
        """What was filled in."""
        documents = tuple(d for d, box in self.documents.boxes.items() if box.isChecked())
        return PrinterConfig(
            name=self.name.text().strip(),
            language=str(self.language.currentData()),
            address=self.address.text().strip(),
            dots_per_mm=float(self.resolution.currentData()),
            media=self.paper.media,
            documents=documents or ("label",),
        )

    def tell_problem(self, text: str) -> None:
        """Why it cannot be set up like this."""
        self.add_button.setEnabled(True)
        self.problem.tell(Severity.FAILED, text)
        self.fit_soon()

    @Slot()
    def _language_chosen(self) -> None:
        language = str(self.language.currentData())
        raster = language in words.RASTER_LANGUAGES
        self._rows[self.resolution].setVisible(raster)
        self._rows[self.documents].setVisible(language != "component")
        self._rows[self.paper].setVisible(language != "component")
        self.fit_soon()

    @Slot()
    def _add(self) -> None:
        if not self.name.text().strip():
            self.name.set_error(tr("Give it a name"))
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
            self.fit_soon()
            return
        self.name.set_error("")
        self.problem.tell(Severity.INFO, "")
        self.add_button.setEnabled(False)
        self.added.emit(self.config())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if ctrl and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._add()
            return
        super().keyPressEvent(event)
