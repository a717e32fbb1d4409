"""The row under the tabs: search, filter chips, density, columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.states import HoldCode
from app.domain.text import tr
from ui.pages.orders.views import KINDS, TabFilter
from ui.pages.orders.words import hold_word
from ui.theme import Theme
from ui.widgets.buttons import IconButton
from ui.widgets.choices import FilterChip, Segmented
from ui.widgets.fields import SearchField
from ui.widgets.popover import MenuItem, PopoverMenu

_TYPING_MS = 150
BAR_PX = 48


class FilterBar(QWidget):
    """``searched`` comes a moment after the last key; ``toggled(kind, value)`` and
    ``cleared(kind)`` change a chip; ``density_chosen`` is true for two lines a row;
    ``columns_wanted`` says where the column menu belongs."""

    searched = Signal(str)
    toggled = Signal(str, str)
    cleared = Signal(str)
    density_chosen = Signal(bool)
    columns_wanted = Signal(QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._choices: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
        self._choices["holds"] = [(code.value, hold_word(code.value)) for code in HoldCode]
        self._now = TabFilter()
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 20, 0)
        row.setSpacing(8)
        self.search = SearchField(theme, tr("Order, waybill, name"), self, height=28)
        self.search.setMinimumWidth(180)
        self.search.setMaximumWidth(236)
        self.search.text_changed.connect(self._typed)
        self.search.submitted.connect(self._search_now)
        row.addWidget(self.search, 1)
        self.chips = {kind: FilterChip(theme, self._kind_word(kind), parent=self) for kind in KINDS}
        for kind, chip in self.chips.items():
            chip.clicked.connect(partial(self._open_values, kind))
            chip.cleared.connect(partial(self.cleared.emit, kind))
            chip.hide()
            row.addWidget(chip)
        self.add = FilterChip(theme, tr("Filter"), parent=self, adds=True)
        self.add.clicked.connect(self._open_kinds)
        row.addWidget(self.add)
        row.addStretch(1)
        self.density = Segmented(
            theme,
            [tr("Two lines a row"), tr("One line a row")],
            self,
            icons=["rows", "list"],
            name=tr("Row height"),
        )
        self.density.chosen.connect(self._density)
        row.addWidget(self.density)
        self.columns = IconButton(theme, "columns", tr("Columns"), self)
        self.columns.clicked.connect(self._columns)
        row.addWidget(self.columns)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_TYPING_MS)
        self._wait.timeout.connect(self._search_now)
        theme.changed.connect(self._restyle)
        self._restyle()

    @staticmethod
    def _kind_word(kind: str) -> str:
        return {"shops": tr("Shop"), "carriers": tr("Carrier"), "holds": tr("Hold")}[kind]

    @Slot()
    def _restyle(self) -> None:
        self.setFixedHeight(self.theme.scaled(BAR_PX))

    def set_choices(self, kind: str, choices: Sequence[tuple[str, str]]) -> None:
        """What can be filtered by: value and its words."""
        self._choices[kind] = list(choices)
        self.show_filter(self._now, self.search.text())

    def show_filter(self, now: TabFilter, search: str) -> None:
        """Show the chips of a tab; tells nobody."""
        self._now = now
        for kind, chip in self.chips.items():
            values = now.values(kind)
            known: Mapping[str, str] = dict(self._choices[kind])
            chip.set_value(tr("、").join(known.get(value, value) for value in values))
            chip.setVisible(bool(values))
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

    @Slot(int)
    def _density(self, index: int) -> None:
        self.density_chosen.emit(index == 0)

    @Slot()
    def _columns(self) -> None:
        self.columns_wanted.emit(self.columns.mapToGlobal(QPoint(self.columns.width(), 32)))

    @Slot()
    def _open_kinds(self) -> None:
        items: list[MenuItem] = []
        for kind in KINDS:
            if self._choices[kind] and not self._now.values(kind):
                items.append(MenuItem("", self._kind_word(kind)))
                items += self._items(kind)
        self._open(items, self.add)

    def _open_values(self, kind: str) -> None:
        self._open(self._items(kind), self.chips[kind])

    def _items(self, kind: str) -> list[MenuItem]:
        chosen = self._now.values(kind)
        return [
            MenuItem(f"{kind}:{value}", words, checked=value in chosen)
            for value, words in self._choices[kind]
        ]

    def _open(self, items: list[MenuItem], under: QWidget) -> None:
        if not items:
            return
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self._chosen)
        menu.open_at(under.mapToGlobal(QPoint(0, under.height())))

    @Slot(str)
    def _chosen(self, key: str) -> None:
        kind, _, value = key.partition(":")
        self.toggled.emit(kind, value)
