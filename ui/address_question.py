"""The question for another receiver on one parcel's label, from any page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.address import Address
from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.jobs import CancelToken, Progress
from app.services.orders import receiver_correction
from app.services.orders.receiver_correction import Editable
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Verb
from ui.widgets.fields import TextField
from ui.widgets.label import TextLabel

LANE = "address"
_DIALOG_PX = 520
_NEEDED = ("name", "phone", "province", "city", "address")


class AddressForm(QWidget):
    """Seven fields; ``changed`` when the receiver is another one."""

    changed = Signal()

    def __init__(self, theme: Theme, receiver: Address) -> None:
        super().__init__()
        self._before = receiver
        self.fields: dict[str, TextField] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
            (tr("Receiver"), (("name", tr("name")), ("phone", tr("phone number")))),
            (
                tr("Region"),
                (
                    ("province", tr("province")),
                    ("city", tr("city")),
                    ("district", tr("district")),
                ),
            ),
            (tr("Street or town"), (("street", tr("may stay empty")),)),
            (tr("Address"), (("address", tr("street and house number")),)),
        )
        for at, (title, parts) in enumerate(rows):
            grid.addWidget(TextLabel(theme, title, Type.BODY, "text2"), at, 0)
            span = 6 // len(parts)
            for n, (part, hint) in enumerate(parts):
                field = TextField(theme, f"{title}: {hint}", self, placeholder=hint)
                field.setText(getattr(receiver, part))
                field.text_changed.connect(self._tell)
                grid.addWidget(field, at, 1 + n * span, 1, span)
                self.fields[part] = field
        for column in range(1, 7):
            grid.setColumnStretch(column, 1)

    def receiver(self) -> Address:
        """What stands in the fields."""
        said = {part: field.text().strip() for part, field in self.fields.items()}
        return replace(self._before, **said, masked=False)

    @property
    def reason(self) -> str:
        """Why it cannot be saved yet, or an empty text."""
        said = self.receiver()
        if not all(getattr(said, part) for part in _NEEDED):
            return tr("Name, phone, province, city and address are needed")
        if any("*" in getattr(said, part) for part in _NEEDED):
            return tr("Asterisks cannot be printed: write it out")
        if said == replace(self._before, masked=False):
            return tr("Nothing is changed yet")
        return ""

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()


class AddressQuestion(QObject):
    """Opens the editor for a parcel, keeps what was written, and offers the way back.

    ``failed(error)`` is what could not be opened or kept, for the page's banner.
    """

    failed = Signal(object)

    def __init__(self, work: Workplace, tools: PageTools, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._tools = work, tools
        self.form: AddressForm | None = None

    @Slot(str, str)
    def ask(self, parcel: str, first: str = "address") -> None:
        """Read what the label would say, then ask; ``first`` is the field with the keyboard."""
        self._run(
            lambda work: receiver_correction.open_editor(work, parcel),
            partial(self._opened, first),
        )

    def _opened(self, first: str, found: object) -> None:
        if not isinstance(found, Editable):
            return
        form = AddressForm(self._tools.theme, found.receiver)
        self.form = form
        verbs = [Verb("leave", tr("Leave the address"), safe=True)]
        if found.corrected:
            verbs.append(Verb("undo", tr("As in the order")))
        save = tr("Propose to the buyer") if found.proposes else tr("Use this address")
        verbs.append(Verb("save", save, Kind.PRIMARY))
        dialog = self._tools.shell.ask(
            tr("Correct the address"), _body(found), verbs, form, width=_DIALOG_PX
        )
        button = dialog.buttons["save"]

        def look() -> None:
            button.set_disabled_reason(form.reason or None)

        def chosen(verb: str) -> None:
            if verb == "save":
                self._save(found, form.receiver())
            elif verb == "undo":
                self._undo(found.parcel, found.token)

        form.changed.connect(look)
        dialog.chosen.connect(chosen)
        for field in form.fields.values():
            field.submitted.connect(button.click)
        look()
        start = form.fields.get(first, form.fields["address"])
        empty = next((f for f in form.fields.values() if found.hidden and not f.text()), start)
        empty.edit.setFocus()

    def _save(self, found: Editable, receiver: Address) -> None:
        parcel = found.parcel
        if found.proposes:
            said = tr("The buyer is asked; the address counts when he agrees.")
            self._run(
                lambda work: receiver_correction.propose(work, parcel, receiver),
                lambda _: self._tools.shell.say(said),
            )
            return
        self._run(
            lambda work: receiver_correction.correct(work, parcel, receiver, found.token),
            lambda _: self._tools.shell.say(
                tr("This label gets the new address"),
                action=tr("Undo"),
                act=lambda: self._undo(parcel, ""),
            ),
        )

    def _undo(self, parcel: str, token: str) -> None:
        self._run(
            lambda work: receiver_correction.undo(work, parcel, token),
            lambda _: self._tools.shell.say(tr("The address is as in the order again")),
        )

    def _run(self, act: Callable[[Workplace], object], then: Callable[[object], None]) -> None:
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return act(work)

        self._tools.jobs.run(
            LANE, job, name="address", done=then, failed=self._tell_failed, owner=self
        )

    def _tell_failed(self, error: PackbenchError) -> None:
        self.failed.emit(error)


def _body(found: Editable) -> str:
    if found.proposes:
        return tr("The platform prints this label: the buyer has to agree to another address.")
    if found.hidden:
        return tr("The platform hides the receiver: name, phone and address are to be filled in.")
    return tr("For this parcel's label only; the order stays as it is.")
