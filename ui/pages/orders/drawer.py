"""The drawer of one order: what it is, what stands in its way, what can be done."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from app.domain.text import tr
from ui.pages.orders.detail import DetailView
from ui.pages.orders.drawer_parts import (
    CarrierCard,
    DeadlineBox,
    GoodsRow,
    NoteBox,
    ReceiverBlock,
    StoryList,
    TroubleBox,
    small_button,
)
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.drawer import Drawer
from ui.widgets.label import TextLabel
from ui.widgets.popover import MenuItem, PopoverMenu


class OrderDrawer(Drawer):
    """``acted`` tells ``print``, ``hold`` or ``release`` for the order that is shown;
    ``carrier_wanted`` carries where the menu of carriers belongs; ``copied`` what was copied."""

    acted = Signal(str)
    carrier_wanted = Signal(QPoint)
    copied = Signal(str)

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._pictures = pictures
        self.view: DetailView | None = None
        self._selecting = False
        self.body.setSpacing(8)
        self.title.set_role(Type.NAV_STRONG)
        self._copy = IconButton(theme, "copy", tr("Copy the order number"), self, size=24)
        self._copy.clicked.connect(self._copy_number)
        self.title_row.insertWidget(1, self._copy)
        self.print_button = Button(theme, "", self, kind=Kind.PRIMARY, size=Size.DRAWER)
        self.print_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.print_button.clicked.connect(self._print)
        self.hold_button = Button(theme, "", self, size=Size.DRAWER)
        self.hold_button.clicked.connect(self._hold)
        self.more_button = Button(theme, "…", self, size=Size.DRAWER)
        self.more_button.setAccessibleName(tr("More"))
        self.more_button.clicked.connect(self._more)
        self.foot.addWidget(self.print_button, 1)
        self.foot.addWidget(self.hold_button)
        self._foot_gap = QWidget(self)
        self._foot_gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.foot.addWidget(self._foot_gap)
        self.foot.addWidget(self.more_button)
        self.set_selecting(selecting=False)

    def set_selecting(self, *, selecting: bool) -> None:
        """While rows are selected the bulk bar owns the blue."""
        self._selecting = selecting
        self.print_button.set_kind(Kind.DEFAULT if selecting else Kind.PRIMARY)
        words = tr("Print only this one") if selecting else tr("Get number & print")
        self.print_button.setText(words)
        self.print_button.set_icon_name("printer")

    def show_view(self, view: DetailView) -> None:
        """Show an order; the place in the body stays when it is the same one."""
        if view == self.view:
            return
        same = self.view is not None and self.view.id == view.id
        bar = self.column.verticalScrollBar()
        place = bar.value() if same else 0
        self.view = view
        self.set_head(view.title, view.caption)
        self.clear_body()
        self._fill(view)
        self.body.addStretch(1)
        inside = self.column.widget()
        if inside is not None:
            inside.adjustSize()
        bar.setValue(place)
        self.print_button.setVisible(view.can_print)
        self.hold_button.setVisible(view.can_hold or view.can_release)
        self._foot_gap.setVisible(not (view.can_print or view.can_hold or view.can_release))
        wide = QSizePolicy.Policy.Maximum if view.can_print else QSizePolicy.Policy.Expanding
        self.hold_button.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.hold_button.setText(tr("Release") if view.can_release else tr("Hold"))

    def _fill(self, view: DetailView) -> None:
        body, theme = self.body, self.theme
        body.addWidget(DeadlineBox(theme, view.left, view.left_note, view.stage))
        first_release = True
        for trouble in view.troubles:
            button = None
            if trouble.releasable and first_release:
                button = small_button(theme, tr("Release"))
                button.clicked.connect(self._release)
                first_release = False
            body.addWidget(TroubleBox(theme, trouble, button))
        body.addSpacing(6)
        self._heading(f"{tr('Products')} {view.goods_title}", view.total)
        for line in view.lines:
            body.addWidget(GoodsRow(theme, line, self._pictures))
        self._notes(view)
        self._section(tr("Receiver"))
        body.addWidget(ReceiverBlock(theme, view.receiver))
        if view.parcels:
            self._section(tr("Carrier"))
        for card in view.parcels:
            shown = CarrierCard(theme, card)
            if card.can_change:
                shown.clicked.connect(self._change_carrier)
            body.addWidget(shown)
        if view.story:
            self._section(tr("Story"))
            body.addWidget(StoryList(theme, view.story))

    def _notes(self, view: DetailView) -> None:
        wishes = (
            (view.buyer_note, tr("Buyer's note"), "chat-circle-text", True),
            (view.greeting, tr("Greeting card, to be written by hand"), "pencil-simple", True),
            (view.custom_work, tr("To be made to order"), "scissors", True),
            (view.merchant_note, tr("Our note"), "note", False),
        )
        for text, source, icon, kraft in wishes:
            if text:
                self.body.addSpacing(2)
                self.body.addWidget(NoteBox(self.theme, text, source, icon, kraft=kraft))

    def _section(self, title: str) -> None:
        self.body.addSpacing(8)
        self._heading(title)

    def _heading(self, title: str, right: str = "") -> None:
        row = QHBoxLayout()
        row.addWidget(TextLabel(self.theme, title, Type.CAPTION, "text2"))
        row.addStretch(1)
        if right:
            row.addWidget(TextLabel(self.theme, right, Type.CAPTION_STRONG, "text"))
        self.body.addLayout(row)

    @Slot()
    def _print(self) -> None:
        self.acted.emit("print")

    @Slot()
    def _hold(self) -> None:
        release = self.view is not None and self.view.can_release
        self.acted.emit("release" if release else "hold")

    @Slot()
    def _release(self) -> None:
        self.acted.emit("release")

    @Slot()
    def _change_carrier(self) -> None:
        sender = self.sender()
        if isinstance(sender, QWidget):
            self.carrier_wanted.emit(sender.mapToGlobal(QPoint(0, sender.height())))

    @Slot()
    def _copy_number(self) -> None:
        if self.view is not None:
            self._to_clipboard(self.view.number)

    def _to_clipboard(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        self.copied.emit(text)

    @Slot()
    def _more(self) -> None:
        view = self.view
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
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self._chosen)
        at = self.more_button.mapToGlobal(QPoint(self.more_button.width(), 0))
        menu.open_at(at, above=True, right_aligned=True)

    @Slot(str)
    def _chosen(self, key: str) -> None:
        kind, _, rest = key.partition(":")
        if kind == "copy":
            self._to_clipboard(rest or (self.view.number if self.view else ""))
        elif kind == "hold":
            self.acted.emit("hold")
        elif kind == "carrier":
            self.carrier_wanted.emit(self.more_button.mapToGlobal(QPoint(0, -160)))
