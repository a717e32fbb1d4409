"""Asks why a sealed parcel is taken back, and what becomes of its number."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.text import tr
from ui.page import Shell
from ui.pages.orders.desk_view import UnshipChance
from ui.theme import Theme
from ui.widgets.buttons import Kind
from ui.widgets.choices import CheckBox
from ui.widgets.dialog import DIALOG_PX, Dialog, Verb
from ui.widgets.fields import TextField
from ui.widgets.tone_card import ReasonChoices


def ask_to_take_back(
    theme: Theme, shell: Shell, chance: UnshipChance, take_back: Callable[[str, bool], None]
) -> Dialog:
    """``take_back(reason, void)``: a reason is needed, a short one is a click away."""
    form = QWidget()
    column = QVBoxLayout(form)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    reasons = (
        ("wrong", tr("Wrong goods in it")),
        ("off", tr("The order is off")),
        ("address", tr("Wrong address")),
        ("damaged", tr("Damaged")),
    )
    choices = ReasonChoices(theme, reasons, DIALOG_PX - 48)
    field = TextField(theme, tr("Reason"), form, placeholder=tr("Why it is taken back"))
    void = CheckBox(theme, tr("Give the number back as well"), form)
    void.setChecked(chance.cancelled)
    column.addWidget(choices)
    column.addWidget(field)
    column.addWidget(void)
    void.setVisible(bool(chance.waybill))
    body = (
        tr("The shop is not told of it. The goods go back to the shelf.")
        if chance.cancelled
        else tr("The shop is not told of it. Goods and box go back to the bench.")
    )
    dialog = shell.ask(
        tr("Take the parcel back?"),
        body,
        [
            Verb("leave", tr("Leave it sealed"), safe=True),
            Verb("back", tr("Take back"), kind=Kind.PRIMARY),
        ],
        form,
    )
    button = dialog.buttons["back"]
    missing = tr("Say in a few words why.")
    button.set_disabled_reason(missing)

    def typed(text: str) -> None:
        button.set_disabled_reason(None if text.strip() else missing)

    def chosen(key: str) -> None:
        if key == "back":
            take_back(field.text().strip(), void.isChecked())

    choices.chosen.connect(lambda key: field.setText(choices.buttons[key].text()))
    field.text_changed.connect(typed)
    field.submitted.connect(lambda _text: button.click())
    dialog.chosen.connect(chosen)
    field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
    return dialog
