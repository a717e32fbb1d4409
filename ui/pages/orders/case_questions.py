"""The questions of an after-sale: money back with the exact amount, a refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.text import tr
from ui.page import Shell
from ui.pages.orders.picture_choice import PictureChoice
from ui.pages.orders.words import money
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Dialog, Verb
from ui.widgets.fields import ComboField, TextField
from ui.widgets.label import TextLabel


@dataclass(frozen=True, slots=True)
class RejectChoice:
    """A reason that the shop takes, with words to begin from."""

    code: int
    title: str
    words: str = ""


def fen_of(text: str) -> int | None:
    """Fen of a typed amount in yuan; ``None`` when it is none."""
    plain = text.strip().lstrip("¥￥").replace(",", "").strip()
    yuan, dot, rest = plain.partition(".")
    if not yuan.isdigit() or (dot and not (rest.isdigit() and len(rest) <= 2)):
        return None
    return int(yuan) * 100 + int(f"{rest:0<2}" if rest else 0)


def ask_to_refund(
    theme: Theme, shell: Shell, title: str, amount_fen: int, pay: Callable[[int], None]
) -> Dialog:
    """Money moves: the exact amount is typed, or Ctrl+Enter says it was read. ``pay(fen)``."""
    field = TextField(
        theme,
        tr("Amount"),
        placeholder=tr("Type {money} to confirm", money=money(amount_fen)),
        unit=tr("yuan"),
    )
    dialog = shell.ask(
        tr("Pay back {money}?", money=money(amount_fen)),
        tr("{what}: the money goes to the buyer at once and cannot be called back.", what=title),
        [
            Verb("leave", tr("Do not pay"), safe=True),
            Verb("pay", tr("Pay back {money}", money=money(amount_fen)), kind=Kind.DANGER_SOLID),
        ],
        field,
    )
    button = dialog.buttons["pay"]
    waits = tr("Type the amount first, or press Ctrl+Enter")
    button.set_disabled_reason(waits)

    def typed(text: str) -> None:
        fen = fen_of(text)
        right = fen == amount_fen
        button.set_disabled_reason(None if right else waits)
        wrong = text.strip() and not right and fen is not None and fen > amount_fen
        field.set_error(tr("The case is about {money}", money=money(amount_fen)) if wrong else "")
        dialog.fit_soon()

    def chosen(key: str) -> None:
        if key == "pay":
            pay(amount_fen)

    def submit(_text: str) -> None:
        if button.isEnabled():
            button.click()

    field.text_changed.connect(typed)
    field.submitted.connect(submit)
    dialog.confirm_with_keys("pay")
    dialog.chosen.connect(chosen)
    field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
    return dialog


def ask_for_proof(
    theme: Theme, shell: Shell, title: str, send: Callable[[str, Sequence[Path]], None]
) -> Dialog:
    """A refund was paid outside the platform: pictures prove it. ``send(words, files)``."""
    form = QWidget()
    column = QVBoxLayout(form)
    column.setContentsMargins(0, 4, 0, 4)
    column.setSpacing(4)
    words = TextField(theme, tr("What was paid, and how"), form)
    column.addWidget(TextLabel(theme, tr("What was paid, and how"), Type.CAPTION, "text2"))
    column.addWidget(words)
    column.addSpacing(6)
    pictures = PictureChoice(theme, tr("Pictures of the payment"), form)
    column.addWidget(pictures)
    dialog = shell.ask(
        tr("Prove that the money was paid?"),
        tr("{what}: the platform could not pay; it looks at the pictures.", what=title),
        [
            Verb("leave", tr("Do not send it yet"), safe=True),
            Verb("send", tr("Send the proof"), kind=Kind.PRIMARY),
        ],
        form,
        width=440,
    )
    button = dialog.buttons["send"]

    def count() -> None:
        missing = None if pictures.files else tr("Add a picture of the payment first")
        button.set_disabled_reason(missing)
        dialog.fit_soon()

    def chosen(key: str) -> None:
        if key == "send":
            send(words.text().strip(), pictures.files)

    pictures.changed.connect(count)
    dialog.chosen.connect(chosen)
    count()
    return dialog


def ask_to_reject(
    theme: Theme,
    shell: Shell,
    reasons: Sequence[RejectChoice],
    reject: Callable[[int, str, Sequence[Path]], None],
) -> Dialog:
    """A reason of the shop's list and a sentence the buyer reads, with pictures that prove it.

    ``reject(code, words, files)``.
    """
    form = QWidget()
    column = QVBoxLayout(form)
    column.setContentsMargins(0, 4, 0, 4)
    column.setSpacing(4)
    combo = ComboField(theme, tr("Reason"), form)
    for choice in reasons:
        combo.addItem(choice.title, choice)
    words = TextField(
        theme, tr("Words for the buyer"), form, placeholder=tr("The buyer reads this")
    )
    for name, field in ((tr("Reason"), combo), (tr("Words for the buyer"), words)):
        column.addWidget(TextLabel(theme, name, Type.CAPTION, "text2"))
        column.addWidget(field)
        column.addSpacing(6)
    pictures = PictureChoice(theme, tr("Pictures for the buyer"), form)
    column.addWidget(pictures)
    dialog = shell.ask(
        tr("Refuse the after-sale?"),
        tr("The buyer may ask again or call the platform in."),
        [
            Verb("leave", tr("Do not refuse"), safe=True),
            Verb("reject", tr("Refuse"), kind=Kind.DANGER_SOLID),
        ],
        form,
        width=440,
    )
    button = dialog.buttons["reject"]

    def picked(_index: int = 0) -> None:
        choice = combo.currentData()
        if isinstance(choice, RejectChoice) and choice.words:
            words.setText(choice.words)
        typed("")

    def typed(_text: str) -> None:
        reason = "" if words.text().strip() else tr("Say something to the buyer first")
        button.set_disabled_reason(reason or None)

    def chosen(key: str) -> None:
        choice = combo.currentData()
        if key == "reject" and isinstance(choice, RejectChoice):
            reject(choice.code, words.text().strip(), pictures.files)

    combo.currentIndexChanged.connect(picked)
    words.text_changed.connect(typed)
    pictures.changed.connect(dialog.fit_soon)
    dialog.chosen.connect(chosen)
    picked()
    combo.setFocus(Qt.FocusReason.OtherFocusReason)
    return dialog
