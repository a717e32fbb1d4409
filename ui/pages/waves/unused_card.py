"""Numbers that were taken and never used: how many, what that means, and giving them back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from app.domain.text import ntr, tr
from app.services.numbers.number_ledger import Unused
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Size
from ui.widgets.card import Card
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines

_CARD_PX, _PAD = 760, 20


class UnusedCard(Card):
    """``void_wanted``: give back what can be given back."""

    void_wanted = Signal()

    def __init__(self, theme: Theme, unused: Unused) -> None:
        super().__init__(theme, padding=_PAD)
        self.setMaximumWidth(theme.scaled(_CARD_PX))
        self.body.setContentsMargins(_PAD, 16, _PAD, 16)
        self.body.setSpacing(6)
        head = QHBoxLayout()
        title = ntr(
            "{n} number taken and not used", "{n} numbers taken and not used", _count(unused)
        )
        head.addWidget(TextLabel(theme, title, Type.CARD_TITLE), 1)
        if unused.can_void:
            words = ntr("Give {n} back", "Give {n} back", unused.can_void)
            button = Button(theme, words, self, size=Size.SMALL)
            button.clicked.connect(self.void_wanted)
            head.addWidget(button)
        self.body.addLayout(head)
        room = theme.scaled(_CARD_PX) - 2 * _PAD
        self.body.addWidget(Lines(theme, "\n".join(sentences(unused)), width=room, most=4))


def _count(unused: Unused) -> int:
    return unused.can_void + unused.waiting + unused.in_doubt


def sentences(unused: Unused) -> list[str]:
    """What each part of them means."""
    said = []
    if unused.can_void:
        said.append(
            ntr(
                "{n} lies here for days: its parcel then waits for a new number.",
                "{n} lie here for days: their parcels then wait for new numbers.",
                unused.can_void,
            )
        )
    if unused.waiting:
        said.append(
            ntr(
                "{n} is on its way back, or ends by itself.",
                "{n} are on their way back, or end by themselves.",
                unused.waiting,
            )
        )
    if unused.in_doubt:
        said.append(
            ntr(
                "{n} is in doubt: it is looked up again, or its wave asks you.",
                "{n} are in doubt: they are looked up again, or their waves ask you.",
                unused.in_doubt,
            )
        )
    if not said:
        said.append(tr("Nothing."))
    return said
