"""The row under the tabs: search, the chips 快递 and 发出, and whether 已认的 are shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.text import ntr, tr
from ui.pages.orders.words import short_company
from ui.pages.tracking.views import DAYS, TabFilter
from ui.theme import Theme
from ui.widgets.choices import CheckBox, FilterChip
from ui.widgets.fields import SearchField
from ui.widgets.popover import MenuItem, PopoverMenu

_TYPING_MS = 150
_BAR_PX = 48
_SEARCH_PX = 220


class FilterBar(QWidget):
    """``searched`` comes a moment after the last key; ``carrier_toggled`` carries a company,
    ``days_chosen`` a number of days (0: for ever), ``accepted_toggled`` nothing."""

    searched = Signal(str)
    carrier_toggled = Signal(str)
    carriers_cleared = Signal()
    days_chosen = Signal(int)
    accepted_toggled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._now = TabFilter()
        self._companies: list[str] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 20, 0)
        row.setSpacing(8)
        self.search = SearchField(theme, tr("Waybill, order, name"), self, height=28)
        self.search.setMinimumWidth(180)
        self.search.text_changed.connect(self._typed)
        self.search.submitted.connect(self._search_now)
        row.addWidget(self.search, 1)
        self.carriers = FilterChip(theme, tr("Carrier"), parent=self)
        self.carriers.clicked.connect(self._open_carriers)
        self.carriers.cleared.connect(self.carriers_cleared)
        self.days = FilterChip(theme, tr("Sent"), parent=self)
        self.days.clicked.connect(self._open_days)
        self.days.cleared.connect(self._forever)
        self.accepted = CheckBox(theme, tr("Accepted ones too"), self)
        self.accepted.clicked.connect(self.accepted_toggled)
        for choice in (self.carriers, self.days, self.accepted):
            row.addWidget(choice)
        row.addStretch(1)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_TYPING_MS)
        self._wait.timeout.connect(self._search_now)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self.setFixedHeight(self.theme.scaled(_BAR_PX))
        self.search.setMaximumWidth(self.theme.scaled(_SEARCH_PX))

    def set_companies(self, codes: Sequence[str]) -> None:
        """What can be filtered by."""
        self._companies = list(codes)

    def show_filter(self, now: TabFilter, search: str, *, bills: bool) -> None:
        """Show the chips of a tab; tells nobody. ``bills``: of the tab about bills."""
        self._now = now
        self.search.setVisible(not bills)
        self.days.setVisible(not bills)
        self.accepted.setVisible(bills)
        self.carriers.set_value(tr("、").join(short_company(code) for code in now.carriers))
        self.days.set_value(_days_words(now.days) if now.days else "")
        self.accepted.setChecked(now.accepted)
        if search != self.search.text():
            blocked = self.search.edit.blockSignals(True)
            self.search.setText(search)
            self.search.edit.blockSignals(blocked)
            self.search.update()

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self._wait.start()

    @Slot()
    def _search_now(self) -> None:
        self._wait.stop()
        self.searched.emit(self.search.text())

    @Slot()
    def _forever(self) -> None:
        self.days_chosen.emit(0)

    @Slot()
    def _open_carriers(self) -> None:
        items = [
            MenuItem(code, short_company(code), checked=code in self._now.carriers)
            for code in dict.fromkeys((*self._companies, *self._now.carriers))
        ]
        if not items:
            items = [MenuItem("", tr("No parcel has left yet"))]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self.carrier_toggled)
        menu.open_at(self.carriers.mapToGlobal(QPoint(0, self.carriers.height())))

    @Slot()
    def _open_days(self) -> None:
        items = [MenuItem(str(n), _days_words(n), checked=n == self._now.days) for n in DAYS]
        items.append(MenuItem("0", tr("Any day"), checked=not self._now.days))
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self._days_taken)
        menu.open_at(self.days.mapToGlobal(QPoint(0, self.days.height())))

    @Slot(str)
    def _days_taken(self, key: str) -> None:
        self.days_chosen.emit(int(key))


def _days_words(days: int) -> str:
    return ntr("the last {n} day", "the last {n} days", days)
