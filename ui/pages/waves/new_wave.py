"""新建波次: carrier, order and size, with the number of parcels that match now."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.domain.text import ntr, tr
from app.services.waves.looking import Looked, Wish
from app.services.waves.wave_views import LooseParcels
from ui.page import Shell
from ui.pages.waves.look_box import LookBox
from ui.pages.waves.shortage import ShortageBox, ShortView
from ui.pages.waves.words import carrier_name
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Dialog, Verb
from ui.widgets.fields import ComboField, TextField
from ui.widgets.label import TextLabel

_WIDTH_PX = 460
_INNER_PX = _WIDTH_PX - 48


class NewWaveForm(QWidget):
    """The fields of the question; ``changed`` when the number of parcels may be another."""

    changed = Signal()

    def __init__(self, theme: Theme, loose: LooseParcels) -> None:
        super().__init__()
        self._loose = loose
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        self.carrier = ComboField(theme, tr("Carrier"), self)
        self.carrier.addItem(tr("All carriers, {n} orders", n=loose.count), None)
        for code, n in loose.by_carrier:
            if code:
                self.carrier.addItem(tr("{name}, {n} orders", name=carrier_name(code), n=n), code)
        self.order = ComboField(theme, tr("Order of the labels"), self)
        for key, words in (
            ("deadline", tr("Most urgent first")),
            ("single", tr("Single items first")),
            ("bin", tr("Along the shelves")),
            ("carrier", tr("By carrier")),
            ("paid", tr("First paid first")),
        ):
            self.order.addItem(words, key)
        self.limit = TextField(
            theme, tr("At most"), self, placeholder=tr("all"), unit=tr("orders in the wave")
        )
        rows = (
            (tr("Carrier"), self.carrier),
            (tr("Order of the labels"), self.order),
            (tr("At most"), self.limit),
        )
        for at, (name, field) in enumerate(rows):
            grid.addWidget(TextLabel(theme, name, Type.BODY, "text2"), at, 0)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(field, at, 1)
        self.look = LookBox(theme, _INNER_PX)
        grid.addWidget(self.look, len(rows), 0, 1, 2)
        self.shortage = ShortageBox(theme, _INNER_PX)
        grid.addWidget(self.shortage, len(rows) + 1, 0, 1, 2)
        self.carrier.currentIndexChanged.connect(self._tell)
        self.order.currentIndexChanged.connect(self._tell)
        self.limit.text_changed.connect(self._tell)
        self.look.changed.connect(self._tell)

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()

    @property
    def error(self) -> str:
        """What is wrong with the number, or an empty text."""
        text = self.limit.text().strip()
        if not text or (text.isdigit() and int(text) > 0):
            return ""
        return tr("A whole number, or nothing for all")

    def matching(self) -> int:
        """How many parcels the wave would get now."""
        counts = dict(self._loose.by_carrier)
        wish = self.wish()
        found = self._loose.count if wish.carrier is None else counts.get(wish.carrier, 0)
        return min(found, wish.limit) if wish.limit else found

    def wish(self) -> Wish:
        """What was chosen."""
        text = self.limit.text().strip()
        limit = int(text) if text.isdigit() and int(text) else None
        return Wish(
            self.carrier.currentData(),
            self.order.currentData(),
            limit,
            self.look.without_refused,
            self.look.without_doubtful,
        )


class NewWave:
    """The question over the window; ``dialog.chosen`` with ``create`` means go."""

    def __init__(self, theme: Theme, shell: Shell, loose: LooseParcels) -> None:
        self.form = NewWaveForm(theme, loose)
        self.looked: Looked | None = None
        self._looked_for: Wish | None = None
        self.dialog: Dialog = shell.ask(
            tr("New wave"),
            tr("Numbers and labels start at once; you may pause any time."),
            [
                Verb("leave", tr("Not now"), safe=True),
                Verb("create", "", Kind.PRIMARY),
            ],
            self.form,
            width=_WIDTH_PX,
        )
        self.form.changed.connect(self._count)
        self.form.limit.submitted.connect(self._submit)
        self.form.shortage.grown.connect(self.dialog.fit_soon)
        self.form.look.grown.connect(self.dialog.fit_soon)
        self._count()
        self.form.carrier.setFocus()

    def wish(self) -> Wish:
        """What was chosen."""
        return self.form.wish()

    def _count(self) -> None:
        n, error = self.form.matching(), self.form.error
        none = tr("No order matches")
        if self.looked is not None and self._looked_for == self.wish():
            stay = self.looked.left_out
            n, none = len(self.looked.taken), tr("Look at them first") if stay else none
        self.form.limit.set_error(error)
        button = self.dialog.buttons["create"]
        button.setText(ntr("Number and print {n} order", "Number and print {n} orders", n))
        reason = error or (None if n else none)
        button.set_disabled_reason(reason)

    def show_looked(self, looked: Looked, wish: Wish) -> None:
        """What stands against the orders of this wish; another wish is being looked at."""
        if wish != self.wish():
            return
        self.looked, self._looked_for = looked, wish
        self.form.look.show_looked(looked)
        self._count()

    def show_shortages(self, found: tuple[ShortView, ...]) -> None:
        """Accounts that do not last for what is wished."""
        self.form.shortage.show_shortages(found)
        self.dialog.fit_soon()

    def _submit(self, _text: str) -> None:
        button = self.dialog.buttons["create"]
        if button.isEnabled():
            button.click()
