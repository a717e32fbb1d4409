"""What a bill of a carrier does not say by itself: whose it is, and which column is which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.companies import COMPANIES
from app.domain.text import tr
from app.services.money.statement_columns import REQUIRED, Preview
from ui.page import Shell
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Verb
from ui.widgets.fields import ComboField
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines

_WIDTH = 460
_OPTIONAL = ("weight", "day", "kind")
Answer = Callable[[str, Mapping[str, str]], None]


def _column_words() -> Mapping[str, str]:
    return {
        "number": tr("Waybill number"),
        "fee": tr("Fee"),
        "weight": tr("Billed weight"),
        "day": tr("Day"),
        "kind": tr("Kind of fee"),
    }


class BillForm(QWidget):
    """The carrier and the columns of a file; ``trouble`` says why it is asked."""

    def __init__(
        self,
        theme: Theme,
        preview: Preview | None,
        carrier: str,
        companies: Sequence[str],
        trouble: str = "",
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(10)
        if trouble:
            column.addWidget(
                Lines(theme, trouble, Type.BODY, Tone.ERR, width=_WIDTH - 48, icon="warning-circle")
            )
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self._theme, self._grid = theme, grid
        self.carrier = ComboField(theme, tr("Carrier"), self)
        known = {c.code: str(c.name) for c in COMPANIES}
        if not carrier:
            self.carrier.addItem(tr("Choose the carrier"), "")
        for code in dict.fromkeys((*companies, *known)):
            if code in known:
                self.carrier.addItem(known[code], code)
        self.carrier.setCurrentIndex(max(0, self.carrier.findData(carrier)))
        self._add(tr("Carrier"), self.carrier)
        self.columns: dict[str, ComboField] = {}
        if preview is not None:
            self._add_columns(preview)

    def _add_columns(self, preview: Preview) -> None:
        for name in (*REQUIRED, *_OPTIONAL):
            words = _column_words()[name]
            field = ComboField(self._theme, words, self)
            missing = tr("Choose the column") if name in REQUIRED else tr("none")
            field.addItem(missing, "")
            for heading in preview.headings:
                field.addItem(heading, heading)
            field.setCurrentIndex(max(0, field.findData(preview.found.get(name, ""))))
            self.columns[name] = field
            self._add(words, field)

    def _add(self, name: str, field: ComboField) -> None:
        at = self._grid.rowCount()
        self._grid.addWidget(TextLabel(self._theme, name, Type.BODY, "text2"), at, 0)
        field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._grid.addWidget(field, at, 1)

    def chosen(self) -> dict[str, str]:
        """Our columns and the headings that were named for them."""
        named = {name: str(field.currentData() or "") for name, field in self.columns.items()}
        return {name: heading for name, heading in named.items() if heading}

    def missing(self) -> str:
        """What still has to be chosen."""
        if not self.carrier.currentData():
            return tr("Choose the carrier")
        for name in REQUIRED:
            field = self.columns.get(name)
            if field is not None and not field.currentData():
                return tr("Choose the column: {column}", column=_column_words()[name])
        return ""


def ask_about_bill(
    theme: Theme,
    shell: Shell,
    file: Path,
    form: BillForm,
    answered: Answer,
) -> BillForm:
    """Ask over the window; ``answered`` gets the carrier and the named columns."""
    asks_columns = bool(form.columns)
    body = (
        tr("Say it once; bills of this carrier are understood from then on.")
        if asks_columns
        else tr("The file does not say which carrier sent it.")
    )
    title = tr("Which column of {file} is which?", file=file.name)
    dialog = shell.ask(
        title if asks_columns else tr("Whose bill is {file}?", file=file.name),
        body,
        [
            Verb("leave", tr("Do not import"), safe=True),
            Verb("take", tr("Import it"), kind=Kind.PRIMARY),
        ],
        form,
        width=_WIDTH,
    )
    button = dialog.buttons["take"]

    def tell() -> None:
        button.set_disabled_reason(form.missing() or None)

    def chosen(key: str) -> None:
        if key == "take":
            answered(str(form.carrier.currentData()), form.chosen())

    for field in (form.carrier, *form.columns.values()):
        field.currentIndexChanged.connect(tell)
    tell()
    dialog.chosen.connect(chosen)
    return form
