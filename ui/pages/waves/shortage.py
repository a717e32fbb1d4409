"""Too few labels on an account, said before the run: in the new wave's question, on its sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.text import ntr, tr
from ui.pages.waves.words import carrier_name
from ui.paint_status import Severity
from ui.theme import Theme
from ui.widgets.buttons import Button, Size
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.tone_card import CARD_PAD, Lines, ToneCard


@dataclass(frozen=True, slots=True)
class ShortView:
    """An account whose labels do not last: what is left, and what the wave wants."""

    carrier: str
    left: int
    needed: int
    parcels: tuple[str, ...] = ()  # those that would stay without a number

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.left)

    @property
    def words(self) -> str:
        """中通面单还剩 12 张，这批要 40 张."""
        return tr(
            "{carrier}: {left} labels left, {needed} wanted",
            carrier=carrier_name(self.carrier),
            left=f"{self.left:,}",
            needed=f"{self.needed:,}",
        )


def top_up_words(carrier: str) -> str:
    """Where labels are bought."""
    return tr(
        "Labels of {carrier} are bought at the branch that serves you, in the shop's back office"
        " under e-waybills. The number here follows by itself; nothing has to be restarted.",
        carrier=carrier_name(carrier),
    )


class ShortageBox(QWidget):
    """Every account that does not last, each with its two ways out.

    ``carrier_wanted(parcels, company)`` moves what would stay behind to another company;
    ``grown`` when it needs another height.
    """

    carrier_wanted = Signal(object, str)
    grown = Signal()

    def __init__(self, theme: Theme, width: int, *, below: int = 0) -> None:
        super().__init__()
        self.theme, self._width = theme, width
        self._shown: tuple[ShortView, ...] = ()
        self._others: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, below)
        self._column.setSpacing(8)
        self.hide()

    def show_shortages(self, found: Sequence[ShortView], others: Sequence[str] = ()) -> None:
        """Show these; ``others`` are the companies that a parcel may change to."""
        found, others = tuple(found), tuple(others)
        self.setVisible(bool(found))
        if (found, others) == (self._shown, self._others):
            return
        self._shown, self._others = found, others
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for short in found:
            self._column.addWidget(self._card(short))

    def _card(self, short: ShortView) -> ToneCard:
        theme, room = self.theme, self._width - 2 * CARD_PAD
        card = ToneCard(theme, short.words, Severity.PROBLEM)
        said = ntr(
            "{n} order would stay without a number; the others go on.",
            "{n} orders would stay without a number; the others go on.",
            short.missing,
        )
        card.column.addWidget(Lines(theme, said, color="text", width=room, most=2))
        how = Lines(theme, top_up_words(short.carrier), width=room, most=5, icon="info")
        how.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        top_up = Button(theme, tr("How to top up"), card, size=Size.SMALL, icon="wallet")

        def toggle() -> None:
            how.setVisible(not how.isVisible())
            self.grown.emit()

        top_up.clicked.connect(toggle)
        row.addWidget(top_up)
        others = [code for code in self._others if code != short.carrier]
        if short.parcels and others:
            words = ntr("Change carrier of {n}", "Change carrier of {n}", len(short.parcels))
            change = Button(theme, words, card, size=Size.SMALL, icon="truck")
            change.clicked.connect(lambda: self._choose(change, short, others))
            row.addWidget(change)
        row.addStretch(1)
        card.column.addLayout(row)
        card.column.addWidget(how)
        return card

    def _choose(self, button: Button, short: ShortView, others: Sequence[str]) -> None:
        items = [MenuItem(code, carrier_name(code), "truck") for code in others]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(lambda code: self.carrier_wanted.emit(short.parcels, code))
        menu.open_at(button.mapToGlobal(QPoint(0, button.height())))
