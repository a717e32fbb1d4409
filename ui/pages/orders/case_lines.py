"""售后 of an order in its drawer: a card a case: what it is, until when, what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout

from app.domain.text import tr
from ui.pages.orders.desk_view import CaseView
from ui.paint_status import Severity
from ui.theme import Theme
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.tone_card import Lines, Said, ToneCard, Trouble


class CaseCard(ToneCard):
    """``acted`` carries the case and what is to be done."""

    acted = Signal(str, str)

    def __init__(self, theme: Theme, view: CaseView, *, owns_blue: bool) -> None:
        severity = Severity.PROBLEM if view.urgent else None
        super().__init__(theme, view.title, severity, note=view.stage, icon="arrow-u-up-left")
        self.view = view
        for fact in view.facts:
            self.column.addWidget(Lines(theme, fact, most=2))
        if view.note:
            self.column.addWidget(Lines(theme, view.note, icon="info", most=3))
        if view.why_not and view.can:
            self.column.addWidget(Lines(theme, view.why_not, most=5, icon="lock-simple"))
        self.trouble = Trouble(theme)
        self.column.addWidget(self.trouble)
        words = {
            "return": tr("Agree to the return"),
            "refund": tr("Pay back"),
            "exchange": tr("Pack the other goods"),
            "proof": tr("Prove the payment"),
            "reject": tr("Refuse"),
        }
        self.buttons: dict[str, Button] = {}
        if not view.can:
            return
        row = QHBoxLayout()
        row.setSpacing(8)
        for key in view.can:
            kind = Kind.DEFAULT
            if key == "reject":
                kind = Kind.DANGER
            elif owns_blue:
                kind, owns_blue = Kind.PRIMARY, False
            button = Button(theme, words[key], kind=kind, size=Size.SMALL)
            button.setObjectName(key)
            button.clicked.connect(self._act)
            self.buttons[key] = button
            row.addWidget(button)
        row.addStretch(1)
        self.column.addLayout(row)
        self.set_busy("")

    def set_busy(self, reason: str) -> None:
        """Off while the shop is asked; an empty reason switches on again."""
        for button in self.buttons.values():
            button.set_disabled_reason(reason or self.view.why_not or None)

    def tell_trouble(self, message: Said, remedy: Said) -> None:
        """Why the shop did not take it."""
        self.trouble.tell(message, remedy)

    @Slot()
    def _act(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(self.view.id, sender.objectName())
