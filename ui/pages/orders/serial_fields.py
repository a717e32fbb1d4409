"""串号: where a serial number is typed or scanned before its parcel may be shipped."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout

from app.domain.text import tr
from ui.pages.orders.desk_view import SerialView
from ui.theme import Theme
from ui.theme_tokens import Tone
from ui.widgets.buttons import Button, Size
from ui.widgets.fields import TextField
from ui.widgets.tone_card import CARD_INNER_PX, Lines, Said, ToneCard, Trouble


class SerialCard(ToneCard):
    """``recorded`` carries parcel, serial, imei1 and imei2. A scan fills the next empty field."""

    recorded = Signal(str, str, str, str)

    def __init__(self, theme: Theme, view: SerialView) -> None:
        title = tr("Serial number")
        if view.parcel_title:
            title = f"{title} · {view.parcel_title}"
        super().__init__(theme, title, icon="barcode")
        self.view = view
        names = (
            (tr("Serial number"), tr("Scan it or type it"), view.serial),
            (tr("IMEI 1"), tr("IMEI 1, if there is one"), view.imei1),
            (tr("IMEI 2"), tr("IMEI 2, if there is one"), view.imei2),
        )
        self.fields = tuple(TextField(theme, name, placeholder=hint) for name, hint, _ in names)
        for field, (_, _, value) in zip(self.fields, names, strict=True):
            field.setText(value)
            field.submitted.connect(self._on)
            field.text_changed.connect(self._typed)
        self.column.addWidget(self.fields[0])
        pair = QHBoxLayout()
        pair.setSpacing(8)
        pair.addWidget(self.fields[1])
        pair.addWidget(self.fields[2])
        self.column.addLayout(pair)
        self.trouble = Trouble(theme)
        self.column.addWidget(self.trouble)
        row = QHBoxLayout()
        kept = tr("Noted, the shop is told when it is shipped")
        self.state = Lines(
            theme, kept, color=Tone.OK, icon="check-circle", width=CARD_INNER_PX - 90
        )
        self.state.setVisible(view.known)
        row.addWidget(self.state, 1)
        row.addStretch(0 if view.known else 1)
        self.keep = Button(theme, tr("Note it"), size=Size.SMALL)
        self.keep.clicked.connect(self._record)
        row.addWidget(self.keep)
        self.column.addLayout(row)
        self._typed("")

    @property
    def active(self) -> bool:
        """Whether one of its fields has the keyboard."""
        return any(field.edit.hasFocus() for field in self.fields)

    def _texts(self) -> tuple[str, str, str]:
        first, second, third = (field.text().strip() for field in self.fields)
        return first, second, third

    def take(self, code: str) -> None:
        """A scanned code: into the field with the keyboard, else into the first empty one."""
        focused = next((f for f in self.fields if f.edit.hasFocus()), None)
        empty = next((f for f in self.fields if not f.text().strip()), self.fields[0])
        target = focused if focused is not None else empty
        target.setText(code.strip())
        following = next((f for f in self.fields if not f.text().strip()), None)
        (following or self.keep).setFocus()

    def tell_trouble(self, message: Said, remedy: Said) -> None:
        """Why it was not taken."""
        self.trouble.tell(message, remedy)

    @Slot(str)
    def _typed(self, _text: str) -> None:
        serial, *_ = texts = self._texts()
        view = self.view
        same = texts == (view.serial, view.imei1, view.imei2)
        self.state.setVisible(same and view.known)
        reason = tr("Nothing has changed") if same else None
        self.keep.set_disabled_reason(reason if serial else tr("Scan the serial number first"))

    @Slot(str)
    def _on(self, _text: str) -> None:
        if self.keep.isEnabled():
            self._record()

    @Slot()
    def _record(self) -> None:
        self.trouble.tell()
        self.recorded.emit(self.view.parcel, *self._texts())
