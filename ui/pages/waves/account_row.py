"""A direct account on the tab of balances: numbers left, today's calls, its last problem."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.text import ntr, tr
from app.services.carriers.overview import AccountToday
from app.services.carriers.states import AccountState
from ui.pages.orders.words import clock_time, short_company
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, Size
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines

_TROUBLE_PX = 680


def labels_left(count: int) -> str:
    """还剩 100,000 张."""
    return ntr("{count} label left", "{count} labels left", count, count=f"{count:,}")


def account_name(state: AccountState) -> str:
    """中通, or 中通 · zto-south where the account has a name of its own."""
    code = state.company or state.carrier
    company = short_company(code)
    return company if state.account == code else f"{company} · {state.account}"


class AccountRow(QWidget):
    """``check_wanted`` and ``bind_wanted`` carry the account's name."""

    check_wanted = Signal(str)
    bind_wanted = Signal(str)

    def __init__(self, theme: Theme, account: AccountToday, now: datetime) -> None:
        super().__init__()
        self._account = account
        state = account.state
        name = account_name(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(TextLabel(theme, name, Type.BODY_STRONG))
        self.facts = TextLabel(theme, _facts(account, now), Type.CAPTION, "text2")
        self.facts.setVisible(bool(self.facts.text()))
        words.addWidget(self.facts)
        row.addLayout(words, 1)
        self._standing = _standing(state)
        self.answer = TextLabel(theme, self._standing[0], Type.BODY, self._standing[1])
        row.addWidget(self.answer)
        row.addSpacing(4)
        if account.to_bind:
            bind = Button(theme, tr("Bind"), self, size=Size.SMALL, icon="link")
            bind.setObjectName(f"bind:{state.account}")
            bind.setAccessibleDescription(name)
            bind.clicked.connect(self._bind)
            row.addWidget(bind)
        check = Button(theme, tr("Test"), self, size=Size.SMALL, icon="plugs-connected")
        check.setObjectName(state.account)
        check.setAccessibleDescription(name)
        check.clicked.connect(self._check)
        row.addWidget(check)
        column.addLayout(row)
        self.said = Lines(
            theme, "", color=Tone.ERR, width=_TROUBLE_PX, most=3, icon="warning-circle"
        )
        self.said.hide()
        column.addWidget(self.said)
        if state.trouble is not None:
            remedy = str(state.trouble.remedy or "")
            self.tell(f"{state.trouble.message}\n{remedy}".strip(), good=False)

    def tell(self, words: str, *, good: bool) -> None:
        """What the carrier said: a good answer beside the name, a bad one below with its remedy."""
        if good:
            self.said.set_text("")
            self.answer.setText(words)
            self.answer.set_color(Tone.OK)
        else:
            self.answer.setText(self._standing[0])
            self.answer.set_color(self._standing[1])
            self.said.set_text(words)

    def asking(self) -> None:
        """The carrier is being asked."""
        self.answer.setText(tr("Asking …"))
        self.answer.set_color("text2")

    @Slot()
    def _check(self) -> None:
        self.asking()
        self.check_wanted.emit(self._account.state.account)

    @Slot()
    def _bind(self) -> None:
        self.asking()
        self.bind_wanted.emit(self._account.state.account)


def _standing(state: AccountState) -> tuple[str, str | Tone]:
    """How many numbers are left, where somebody counts them."""
    if state.left is not None:
        words = labels_left(state.left)
        return (f"{words} · {tr('top up soon')}", Tone.WARN) if state.low else (words, "text")
    quiet = state.asked_at is not None and state.company and state.trouble is None
    return (tr("paid by the month") if quiet else ""), "text2"


def _facts(account: AccountToday, now: datetime) -> str:
    """今天问了 42 次 · 3 次没成 · 10:32 问过."""
    calls, state = account.calls, account.state
    facts = []
    if calls.calls:
        facts.append(ntr("{n} call today", "{n} calls today", calls.calls, n=f"{calls.calls:,}"))
    if calls.refused:
        facts.append(ntr("{n} refused", "{n} refused", calls.refused, n=f"{calls.refused:,}"))
    if state.asked_at is not None:
        facts.append(tr("looked at {time}", time=clock_time(state.asked_at, now)))
    if state.bound_at is not None:
        facts.append(tr("bound {time}", time=clock_time(state.bound_at, now)))
    return " · ".join(facts)
