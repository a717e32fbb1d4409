"""The column at the left of the window, wide or as a rail."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.domain.text import tr
from ui.page import PageEntry
from ui.sidebar_parts import (
    RAIL_PX,
    SIDEBAR_PX,
    DeviceCard,
    GroupLabel,
    NavItem,
    SearchBox,
    ShopSwitcher,
    UserRow,
    WorkLine,
)
from ui.theme import Theme
from ui.widgets.buttons import IconButton


class Sidebar(QWidget):
    """Shop, search, places in groups; at the foot this station's devices and the person.

    ``chosen`` tells a page's key. Parts that nobody has filled stay hidden.
    """

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, entries: Sequence[PageEntry], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._narrow = False
        self.setAccessibleName(tr("Places"))
        self.shop = ShopSwitcher(theme, self)
        self.search = SearchBox(theme, self)
        self.devices = DeviceCard(theme, self)
        self.user = UserRow(theme, self)
        self.bell = IconButton(theme, "bell", tr("Messages"), self, size=30)
        self.settings = IconButton(theme, "gear-six", tr("Settings"), self, size=30)
        self.work = WorkLine(theme, self)
        for part in (self.search, self.devices, self.user, self.bell, self.settings, self.work):
            part.hide()
        self.items: dict[str, NavItem] = {}
        self._groups: list[GroupLabel] = []
        self._column = QVBoxLayout(self)
        self._column.setSpacing(2)
        self._column.addWidget(self.shop)
        self._column.addSpacing(4)
        self._column.addWidget(self.search)
        self._column.addSpacing(4)
        self._add_entries(entries)
        self._column.addStretch(1)
        self._column.addWidget(self.work)
        self._column.addSpacing(6)
        self._column.addWidget(self.devices)
        self._column.addSpacing(6)
        self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._foot.setSpacing(0)
        self._foot.addWidget(self.user, 1)
        self._foot.addWidget(self.bell)
        self._foot.addWidget(self.settings)
        self._column.addLayout(self._foot)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def narrow(self) -> bool:
        return self._narrow

    def set_narrow(self, narrow: bool) -> None:
        """Rail or full width."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._restyle()

    def set_current(self, key: str) -> None:
        """Mark a place as the one that is shown."""
        for known, item in self.items.items():
            item.setChecked(known == key)
        for button in (self.bell, self.settings):
            button.setChecked(button.objectName() == key)

    def _add_entries(self, entries: Sequence[PageEntry]) -> None:
        group = ""
        for entry in entries:
            if entry.in_foot:
                self._add_to_foot(entry)
                continue
            title = str(entry.group)
            if title != group:
                group = title
                label = GroupLabel(self.theme, title, self)
                self._groups.append(label)
                self._column.addWidget(label)
            item = NavItem(self.theme, entry, self)
            item.setObjectName(entry.key)
            item.clicked.connect(self._pick)
            self.items[entry.key] = item
            self._column.addWidget(item, 0)

    def _add_to_foot(self, entry: PageEntry) -> None:
        """The gear, or whichever of the foot's icons shows this page."""
        for button, icon in ((self.bell, "bell"), (self.settings, "gear-six")):
            if icon == entry.icon:
                button.setObjectName(entry.key)
                button.setCheckable(True)
                button.set_help(f"{entry.title} ({entry.shortcut})")
                button.clicked.connect(self._pick)
                button.show()

    @Slot()
    def _pick(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(sender.objectName())

    @Slot()
    def _restyle(self) -> None:
        narrow = self._narrow
        scale = self.theme.text_size.value
        self.setFixedWidth(RAIL_PX if narrow else round(SIDEBAR_PX * (1 + (scale - 1) * 0.6)))
        side = 10 if narrow else 12
        self._column.setContentsMargins(side, 2, side, 12)
        self._column.setSpacing(4 if narrow else 2)
        self.shop.narrow = self.search.narrow = narrow
        self.devices.narrow = self.user.narrow = self.work.narrow = narrow
        for item in self.items.values():
            item.set_narrow(narrow)
        for label in self._groups:
            label.narrow = narrow
            label.updateGeometry()
        direction = QBoxLayout.Direction
        self._foot.setDirection(direction.BottomToTop if narrow else direction.LeftToRight)
        centre = Qt.AlignmentFlag.AlignHCenter if narrow else Qt.AlignmentFlag(0)
        for button in (self.bell, self.settings):
            self._foot.setAlignment(button, centre)
        for part in (self.shop, self.search, self.work, self.devices, self.user):
            part.updateGeometry()
        self.updateGeometry()
        self.update()
