"""The buttons at the foot of the order drawer: one blue, two quiet ones, and the rest in "…"."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.text import tr
from ui.pages.orders.detail import DetailView
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.drawer import Drawer
from ui.widgets.popover import MenuItem, PopoverMenu

_POLICY = QSizePolicy.Policy


class DrawerFoot(QObject):
    """``acted`` tells what is to be done; ``copy_wanted`` what goes to the clipboard."""

    acted = Signal(str)
    copy_wanted = Signal(str)
    carrier_wanted = Signal(QPoint)

    def __init__(self, drawer: Drawer) -> None:
        super().__init__(drawer)
        self._drawer = drawer
        self._view: DetailView | None = None
        theme, foot = drawer.theme, drawer.foot
        self.print = Button(theme, "", drawer, kind=Kind.PRIMARY, size=Size.DRAWER, icon="printer")
        self.print.setSizePolicy(_POLICY.Expanding, _POLICY.Fixed)
        self.split = Button(theme, tr("Split"), drawer, size=Size.DRAWER)
        self.split.set_help(tr("Split the parcel (S)"))
        self.unship = Button(theme, tr("Take back"), drawer, size=Size.DRAWER)
        self.hold = Button(theme, "", drawer, size=Size.DRAWER)
        self.more = Button(theme, "…", drawer, size=Size.DRAWER)
        self.more.setAccessibleName(tr("More"))
        self._gap = QWidget(drawer)
        self._gap.setSizePolicy(_POLICY.Expanding, _POLICY.Fixed)
        foot.addWidget(self.print, 1)
        for button in (self.unship, self.split, self.hold, self._gap, self.more):
            foot.addWidget(button)
        for key, button in (("print", self.print), ("split", self.split), ("unship", self.unship)):
            button.setObjectName(key)
            button.clicked.connect(self._act)
        self.hold.clicked.connect(self._hold)
        self.more.clicked.connect(self._more)

    def set_selecting(self, *, selecting: bool) -> None:
        """While rows are selected the bulk bar owns the blue."""
        self.print.set_kind(Kind.DEFAULT if selecting else Kind.PRIMARY)
        words = tr("Print only this one") if selecting else tr("Get number & print")
        self.print.setText(words)

    def show_view(self, view: DetailView) -> None:
        """The buttons of this order."""
        self._view = view
        self.print.setVisible(view.can_print)
        self.print.set_disabled_reason(view.desk.read_only or None)
        self.split.setVisible(bool(view.desk.splits))
        self.unship.setVisible(bool(view.desk.unships))
        self.hold.setVisible(view.can_hold or view.can_release)
        self.hold.setText(tr("Release") if view.can_release else tr("Hold"))
        quiet = [b for b in (self.unship, self.split, self.hold) if b.isVisibleTo(self._drawer)]
        self._gap.setVisible(not view.can_print and not quiet)
        wide = _POLICY.Maximum if view.can_print else _POLICY.Expanding
        for button in quiet:
            button.setSizePolicy(wide, _POLICY.Fixed)

    @Slot()
    def _act(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())

    @Slot()
    def _hold(self) -> None:
        release = self._view is not None and self._view.can_release
        self.acted.emit("release" if release else "hold")

    @Slot()
    def _more(self) -> None:
        view = self._view
        if view is None:
            return
        items = [MenuItem("copy", tr("Copy the order number"), "copy")]
        items += [
            MenuItem(f"copy:{number}", tr("Copy waybill number {number}", number=number), "copy")
            for number in view.waybills
        ]
        if any(card.can_change for card in view.parcels):
            items.insert(0, MenuItem("carrier", tr("Change carrier"), "truck", "C"))
        if view.can_release and view.can_hold:
            items.insert(1, MenuItem("hold", tr("Hold"), "pause"))
        menu = PopoverMenu(self._drawer.theme, self._drawer.window(), items)
        menu.chosen.connect(self._chosen)
        at = self.more.mapToGlobal(QPoint(self.more.width(), 0))
        menu.open_at(at, above=True, right_aligned=True)

    @Slot(str)
    def _chosen(self, key: str) -> None:
        kind, _, rest = key.partition(":")
        if kind == "copy":
            self.copy_wanted.emit(rest or (self._view.number if self._view else ""))
        elif kind == "hold":
            self.acted.emit("hold")
        elif kind == "carrier":
            self.carrier_wanted.emit(self.more.mapToGlobal(QPoint(0, -160)))
