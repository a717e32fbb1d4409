"""Which number, and whose: typed or scanned, the company preselected by what it looks like."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.domain.companies import COMPANIES
from app.domain.text import tr
from app.jobs import CancelToken, Progress
from app.services.numbers import recognising
from app.services.numbers.recognising import Suggestion
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.waves.words import carrier_name
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Kind
from ui.widgets.dialog import DIALOG_PX, Dialog, Verb
from ui.widgets.fields import ComboField, TextField
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines

LANE = "waves-number"
_SHORTEST = 6
_PAUSE_MS = 250  # a scanner types a whole number in less


class NumberForm(QWidget):
    """The number, its company, and a line of what looks odd about it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        self.number = TextField(theme, tr("Waybill number"), self)
        self.company = ComboField(theme, tr("Carrier"), self)
        self.company.addItem(tr("as planned, or as the number says"), "")
        for company in COMPANIES:
            self.company.addItem(carrier_name(company.code), company.code)
        self.company.addItem(carrier_name("other"), "other")
        for at, (name, field) in enumerate(
            ((tr("Waybill number"), self.number), (tr("Carrier"), self.company))
        ):
            grid.addWidget(TextLabel(theme, name, Type.BODY, "text2"), at, 0)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(field, at, 1)
        self.said = Lines(theme, "", width=DIALOG_PX - 48)
        self.said.hide()
        grid.addWidget(self.said, 2, 0, 1, 2)


class NumberQuestion(QObject):
    """Asks over the window; ``take(number, company)`` when it is answered."""

    def __init__(
        self,
        tools: PageTools,
        work: Workplace,
        take: Callable[[str, str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._tools, self._work, self._take = tools, work, take
        self.form = NumberForm(tools.theme)
        self.dialog: Dialog = tools.shell.ask(
            tr("Which number did the carrier give?"),
            tr("Scan it, or type it as the carrier's program shows it."),
            [
                Verb("leave", tr("Leave it"), safe=True),
                Verb("take", tr("Use this number"), Kind.PRIMARY),
            ],
            self.form,
        )
        self._by_hand = False  # what a person chose stays
        self.form.company.activated.connect(self._company_chosen)
        self._button = self.dialog.buttons["take"]
        self._button.setEnabled(False)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self._look)
        self.form.number.text_changed.connect(self._typed)
        self.form.number.submitted.connect(self._button.click)
        self.dialog.chosen.connect(self._chosen)
        self.form.number.edit.setFocus()

    @Slot(str)
    def _typed(self, text: str) -> None:
        long_enough = len(text.strip()) >= _SHORTEST
        self._button.setEnabled(long_enough)
        if long_enough:
            self._soon.start()

    @Slot(int)
    def _company_chosen(self, _at: int) -> None:
        self._by_hand = True

    @Slot(str)
    def _chosen(self, verb: str) -> None:
        self._soon.stop()
        if verb == "take":
            company = self.form.company.currentData()
            self._take(self.form.number.text().strip(), company or "")

    @Slot()
    def _look(self) -> None:
        """Whose it may be; an answer to what is no longer in the field is dropped."""
        asked, work = self.form.number.text().strip(), self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return recognising.suggest(work, asked)

        def known(found: object) -> None:
            alive = shiboken6.isValid(self.form) and isinstance(found, Suggestion)
            if alive and isinstance(found, Suggestion) and self.form.number.text().strip() == asked:
                self.show_suggestion(found)

        self._tools.jobs.run(LANE, job, name="number", done=known, owner=self)

    def show_suggestion(self, found: Suggestion) -> None:
        """Preselect the company where a person has not, and say what is odd."""
        if not self._by_hand:
            at = self.form.company.findData(found.carrier) if found.carrier else 0
            self.form.company.setCurrentIndex(max(0, at))
        chosen = self.form.company.currentData()
        if found.parcel:
            said = tr("This number is on another parcel already.")
        elif self._by_hand and chosen and found.carrier and chosen != found.carrier:
            said = tr(
                "It looks like a number of {carrier}: compare it with the label.",
                carrier=carrier_name(found.carrier),
            )
        elif found.carrier and not found.sure:
            said = str(found.warning or tr("Perhaps of this company: compare it with the label."))
        else:
            said = str(found.warning or "")
        self.form.said.set_text(said)
        self.dialog.fit_soon()
