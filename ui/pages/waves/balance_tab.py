"""面单余额: what is left in every account, and the numbers that are on their way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.text import tr
from app.ports import Health
from app.services.carriers.overview import AccountToday
from app.services.numbers.balances import Balance
from app.services.numbers.number_ledger import Unused
from app.services.numbers.number_returns import ReturnRow, ReturnState
from app.services.orders.details import ShopState
from ui.pages.orders.words import clock_time, short_company
from ui.pages.waves.account_row import AccountRow, labels_left
from ui.pages.waves.returns_card import ReturnsCard, ReturnView
from ui.pages.waves.unused_card import UnusedCard
from ui.paint_status import Severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.card import Card, Hairline
from ui.widgets.drawer import ScrollColumn
from ui.widgets.label import TextLabel
from ui.widgets.states import EmptyState


class BalanceTab(ScrollColumn):
    """Labels left of each account; a direct one can be asked or bound at once.

    ``retry_wanted`` and ``acknowledged`` carry the row of a number on its way back;
    ``void_wanted``: give back what is not used.
    """

    check_wanted = Signal(str)
    bind_wanted = Signal(str)
    retry_wanted = Signal(str)
    acknowledged = Signal(str)
    void_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(padding=24, spacing=16)
        self.theme = theme
        self._accounts: dict[str, AccountRow] = {}
        self._said: dict[str, tuple[str, bool]] = {}

    def show_accounts(
        self,
        shops: Sequence[ShopState],
        balances: Sequence[Balance],
        accounts: Sequence[AccountToday],
        returns: Sequence[ReturnRow],
        now: datetime,
        unused: Unused,
    ) -> None:
        """Show these; answers of earlier checks stay."""
        self.clear()
        self._accounts = {}
        if returns:
            card = ReturnsCard(self.theme, [_return_view(row, now) for row in returns])
            card.retry_wanted.connect(self.retry_wanted)
            card.acknowledged.connect(self.acknowledged)
            self.body.addWidget(card)
        if unused:
            lying = UnusedCard(self.theme, unused)
            lying.void_wanted.connect(self.void_wanted)
            self.body.addWidget(lying)
        for shop in shops:
            rows = [b for b in balances if b.shop == shop.shop]
            if rows:
                read = min(row.fetched_at for row in rows if row.fetched_at is not None)
                note = tr("read {time}", time=clock_time(read, now))
                self._card(shop.title, [self._balance(b) for b in rows], note)
        if accounts:
            self._card(tr("Direct accounts"), [self._account(a, now) for a in accounts])
        if not accounts and not balances:
            fact = tr("No carrier account yet")
            comfort = tr("Bind one in the shop, or add a direct one in the settings.")
            self.body.addWidget(EmptyState(self.theme, "wallet", fact, comfort))
        self.body.addStretch(1)

    def _card(self, title: str, rows: Sequence[QWidget], note: str = "") -> None:
        card = Card(self.theme, padding=20)
        card.setMaximumWidth(self.theme.scaled(760))
        card.body.setSpacing(0)
        card.body.setContentsMargins(20, 16, 20, 8)
        head = QHBoxLayout()
        head.addWidget(TextLabel(self.theme, title, Type.CARD_TITLE), 1)
        head.addWidget(TextLabel(self.theme, note, Type.CAPTION, "text2"))
        card.body.addLayout(head)
        for at, row in enumerate(rows):
            if at:
                card.body.addWidget(Hairline(self.theme))
            card.body.addWidget(row)
        self.body.addWidget(card)

    def _line(self, name: str, said: str, color: str | Tone) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 10, 0, 10)
        row.setSpacing(12)
        row.addWidget(TextLabel(self.theme, name, Type.BODY_STRONG), 1)
        row.addWidget(TextLabel(self.theme, said, Type.BODY, color))
        return line

    def _balance(self, balance: Balance) -> QWidget:
        name = short_company(balance.carrier)
        if balance.left is None:
            return self._line(name, tr("paid by the month"), "text2")
        words = labels_left(balance.left)
        if balance.low:
            words = f"{words} · {tr('top up soon')}"
        return self._line(name, words, Tone.WARN if balance.low else "text")

    def _account(self, account: AccountToday, now: datetime) -> QWidget:
        row = AccountRow(self.theme, account, now)
        row.check_wanted.connect(self.check_wanted)
        row.bind_wanted.connect(self.bind_wanted)
        name = account.state.account
        self._accounts[name] = row
        # What is stored says more, and says it after a restart too.
        if name in self._said and account.state.trouble is None and account.state.left is None:
            words, good = self._said[name]
            row.tell(words, good=good)
        return row

    def tell_health(self, name: str, health: Health) -> None:
        """The carrier's answer."""
        words = [str(health.message)]
        if health.ok and health.balance is not None:
            words.append(labels_left(health.balance))
        if not health.ok and health.remedy is not None:
            words.append(str(health.remedy))
        self.tell(name, (" " if health.ok else "\n").join(words), good=health.ok)

    def tell(self, name: str, words: str, *, good: bool) -> None:
        """A sentence beside an account."""
        self._said[name] = (words, good)
        row = self._accounts.get(name)
        if row is not None:
            row.tell(words, good=good)


_RETURN_SHAPES = {
    ReturnState.WAITING: Severity.INFO,
    ReturnState.REFUSED: Severity.STOP,
    ReturnState.EXPIRING: Severity.PROBLEM,
    ReturnState.DONE: Severity.FINE,
}


def _return_view(row: ReturnRow, now: datetime) -> ReturnView:
    refused = row.state is ReturnState.REFUSED
    match row.state:
        case ReturnState.WAITING:
            state = tr("is given back")
            if row.attempts and row.next_at is not None:
                state = tr("tried again {time}", time=clock_time(row.next_at, now))
        case ReturnState.REFUSED:
            state = tr("not taken back")
        case ReturnState.EXPIRING:
            state = tr("ends by itself")
        case ReturnState.DONE:
            state = tr("given back")
    return ReturnView(
        key=str(row.id),
        number=row.number or tr("Number not clear"),
        carrier=row.carrier,
        state=state,
        stake=str(row.stake),
        why=str(row.reason) if refused and row.reason else "",
        severity=_RETURN_SHAPES[row.state],
        can_retry=refused,
        can_acknowledge=refused,
    )
