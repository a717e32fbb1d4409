"""商家备注: the merchant's own line, kept on leaving the field, with how far it has got."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.pages.orders.desk_view import NoteState, NoteView
from ui.theme import Theme
from ui.theme_tokens import Tone
from ui.widgets.buttons import Button, Size
from ui.widgets.drawer import INNER_PX
from ui.widgets.fields import TextField
from ui.widgets.label import ColorName
from ui.widgets.tone_card import Lines


class NoteField(QWidget):
    """``saved`` carries the order and the new words; what is being typed is never overwritten.

    Enter and leaving the field save, Esc puts the old words back. ``given_up`` carries the order
    whose refused note makes room for the shop's own.
    """

    saved = Signal(str, str)
    given_up = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = NoteView()
        self._order = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.field = TextField(
            theme,
            tr("Our note"),
            self,
            placeholder=tr("Write a line, it is on the screen while packing"),
            height=36,
        )
        self.state = Lines(theme, "", width=INNER_PX, most=2)
        self.state.hide()
        self.give_up = Button(theme, tr("Use the shop's"), size=Size.SMALL)
        self.give_up.clicked.connect(self._give_up)
        self.give_up.hide()
        column.addWidget(self.field)
        column.addWidget(self.state)
        column.addWidget(self.give_up)
        self.field.submitted.connect(self._keep)
        self.field.edit.installEventFilter(self)

    @property
    def typing(self) -> bool:
        """Whether there are words in the field that nobody has kept yet."""
        return self.field.edit.hasFocus() and self.field.text().strip() != self._view.text

    def show_note(self, order: str, view: NoteView) -> None:
        """The note of an order as it stands; ``order`` tells another one from the same."""
        if order != self._order and self._order:
            self._keep()
        same = order == self._order
        typing = same and self.typing
        self._order, self._view = order, view
        if not typing and self.field.text() != view.text:
            self.field.setText(view.text)
        color: ColorName = "text2"
        match view.state:
            case NoteState.NONE:
                words, icon = "", ""
            case NoteState.SAVED:
                words, icon, color = tr("Saved, the shop knows it"), "check-circle", Tone.OK
            case NoteState.WAITING:
                words, icon = tr("Saved, waits to be told to the shop"), "cloud-arrow-up"
            case NoteState.REFUSED:
                words = f"{tr('The shop did not take it: {why}', why=view.reason)}\n{view.remedy}"
                icon, color = "warning", Tone.ERR
        self.state.set_text(words.strip(), color, icon)
        self.give_up.setVisible(view.state is NoteState.REFUSED)

    @Slot()
    def _give_up(self) -> None:
        self.given_up.emit(self._order)

    def tell_trouble(self, message: str, remedy: str) -> None:
        """It could not even be kept here."""
        self.state.set_text(f"{message}\n{remedy}".strip(), Tone.ERR, "warning")

    @Slot()
    def _keep(self, _text: str = "") -> None:
        words = self.field.text().strip()
        if words != self._view.text:
            self._view = NoteView(words, NoteState.NONE)
            self.saved.emit(self._order, words)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._keep()
        elif (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            self.field.setText(self._view.text)
            self.field.edit.clearFocus()
            return True
        return False
