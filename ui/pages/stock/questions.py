"""The small questions about one item: to another bin, a figure corrected, defective pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.stock_reasons import REASON_WORDS, StockReason
from app.domain.text import tr
from app.services.stock.item_card import ItemCard
from app.services.stock.spots import PICKED
from ui.page import Shell
from ui.pages.stock.words import MINUS, figure
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Dialog, Verb
from ui.widgets.fields import ComboField, TextField
from ui.widgets.label import TextLabel

_REASONS: Mapping[str, Sequence[StockReason]] = {
    "adjust": (
        StockReason.MISCOUNT,
        StockReason.LOST,
        StockReason.FOUND,
        StockReason.SAMPLE,
        StockReason.OWN_USE,
        StockReason.SUPPLIER,
        StockReason.OTHER,
    ),
    "defect": (StockReason.BROKEN, StockReason.EXPIRED, StockReason.OTHER),
    "discard": (StockReason.BROKEN, StockReason.EXPIRED, StockReason.SUPPLIER),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person filled in. ``bin``: where it is; ``None``: nobody said. In pieces."""

    quantity: int
    bin: str | None = None
    batch: str | None = None
    to_bin: str = ""
    reason: str = ""
    note: str = ""


class ItemForm(QWidget):
    """The fields of a question. ``changed`` after each key, ``submitted`` on Enter."""

    changed = Signal()
    submitted = Signal()

    def __init__(self, theme: Theme, what: str, card: ItemCard) -> None:
        super().__init__()
        self.theme, self._what, self._card = theme, what, card
        self._spots = [s for s in card.spots if s.bin != PICKED and s.quantity > 0]
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(4)
        self.place = ComboField(theme, tr("From bin"), self)
        self.to_bin = TextField(theme, tr("To bin"), self, placeholder=tr("Scan or type a bin"))
        self.quantity = TextField(theme, tr("Pieces"), self, unit=tr("pieces"))
        self.reason = ComboField(theme, tr("Why"), self)
        self.note = TextField(theme, tr("Note"), self, placeholder=tr("Optional"))
        for spot in self._spots:
            parts = (spot.bin or tr("No bin"), spot.batch, f"×{figure(spot.quantity)}")
            self.place.addItem(" · ".join(part for part in parts if part))
        self._reasons = list(_REASONS.get(what, ()))
        for reason in self._reasons:
            self.reason.addItem(str(REASON_WORDS[reason]))
        shown: list[tuple[str, QWidget]] = []
        if what in ("move", "defect") and self._spots:
            shown.append((tr("From bin"), self.place))
        if what == "move":
            shown.append((tr("To bin"), self.to_bin))
        name = tr("By how many: +3 or −2") if what == "adjust" else tr("Pieces")
        shown.append((name, self.quantity))
        if self._reasons:
            shown.append((tr("Why"), self.reason))
        if what != "move":
            shown.append((tr("Note"), self.note))
        for words, field in shown:
            self._column.addWidget(TextLabel(theme, words, Type.CAPTION, "text2"))
            self._column.addWidget(field)
            self._column.addSpacing(4)
        fields: tuple[QWidget, ...] = (
            self.place,
            self.to_bin,
            self.quantity,
            self.reason,
            self.note,
        )
        for field in fields:
            field.setVisible(any(field is one for _, one in shown))
        if what == "move" and self._spots:
            self.quantity.setText(str(self._spots[0].quantity))
            self.place.currentIndexChanged.connect(self._other_spot)
        for edited in (self.to_bin, self.quantity, self.note):
            edited.text_changed.connect(self._edited)
            edited.submitted.connect(self._submit)
        self.first: QWidget = self.to_bin if what == "move" else self.quantity

    @Slot(int)
    def _other_spot(self, at: int) -> None:
        if 0 <= at < len(self._spots):
            self.quantity.setText(str(self._spots[at].quantity))

    @Slot()
    def _edited(self) -> None:
        self.changed.emit()

    @Slot()
    def _submit(self) -> None:
        self.submitted.emit()

    def answer(self) -> Answer | None:
        """What is filled in; ``None`` while it cannot be done so."""
        text = self.quantity.text().strip().replace(MINUS, "-")
        try:
            pieces = int(text)
        except ValueError:
            return None
        if pieces == 0 or (pieces < 0 and self._what != "adjust"):
            return None
        to_bin = self.to_bin.text().strip()
        if self._what == "move" and not to_bin:
            return None
        at = self.place.currentIndex()
        spot = self._spots[at] if self._what in ("move", "defect") and self._spots else None
        reason = self._reasons[self.reason.currentIndex()] if self._reasons else ""
        return Answer(
            pieces,
            None if spot is None else spot.bin,
            spot.batch or None if spot is not None else None,
            to_bin,
            str(reason),
            self.note.text().strip(),
        )


def ask(
    shell: Shell, theme: Theme, what: str, card: ItemCard, answered: Callable[[Answer], None]
) -> Dialog:
    """Ask one of ``move``, ``adjust``, ``defect``, ``mend``, ``discard`` about the item."""
    titles = {
        "move": (tr("Move to another bin"), tr("Move")),
        "adjust": (tr("Correct the figure"), tr("Correct")),
        "defect": (tr("How many are defective?"), tr("Not for sale")),
        "mend": (tr("How many are good again?"), tr("For sale again")),
        "discard": (tr("How many are gone?"), tr("Write off")),
    }
    title, verb = titles[what]
    body = " ".join(part for part in (card.name, card.spec) if part)
    said = tr("{item}: {n} on hand", item=body, n=figure(card.on_hand))
    if what in ("mend", "discard"):
        said = tr("{item}: {n} defective", item=body, n=figure(card.defective))
    form = ItemForm(theme, what, card)
    verbs = [
        Verb("leave", tr("Leave as it is"), safe=True),
        Verb("do", verb, Kind.PRIMARY),
    ]
    dialog = shell.ask(title, said, verbs, form)

    def told() -> None:
        dialog.buttons["do"].setEnabled(form.answer() is not None)

    def chosen(key: str) -> None:
        filled = form.answer()
        if key == "do" and filled is not None:
            answered(filled)

    def submitted() -> None:
        if form.answer() is not None:
            dialog.buttons["do"].click()

    form.changed.connect(told)
    form.submitted.connect(submitted)
    dialog.chosen.connect(chosen)
    told()
    form.first.setFocus()
    return dialog
