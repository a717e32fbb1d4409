"""Asks why an order is put on hold."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from app.domain.text import tr
from ui.page import Shell
from ui.theme import Theme
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Verb
from ui.widgets.fields import TextField


def ask_for_reason(
    theme: Theme, shell: Shell, title: str, held: Callable[[str], None]
) -> TextField:
    """A question with one field; ``held`` gets the reason. Enter in the field holds."""
    field = TextField(theme, tr("Reason"), placeholder=tr("Such as: waits for the buyer's answer"))
    dialog = shell.ask(
        title,
        tr("No label and no packing until it is released. The bench sees the reason."),
        [
            Verb("leave", tr("Do not hold"), safe=True),
            Verb("hold", tr("Hold"), kind=Kind.PRIMARY),
        ],
        field,
    )
    button = dialog.buttons["hold"]
    missing = tr("Say in a few words why.")
    button.set_disabled_reason(missing)

    def typed(text: str) -> None:
        button.set_disabled_reason(None if text.strip() else missing)

    def chosen(key: str) -> None:
        if key == "hold":
            held(field.text().strip())

    field.text_changed.connect(typed)
    field.submitted.connect(lambda _text: button.click())
    dialog.chosen.connect(chosen)
    field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
    return field
