"""The drawer of one order: what it is, what stands in its way, what can be done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from typing_extensions import override

from app.domain.fixes import FIX_WORDS, Fix
from app.domain.text import tr
from ui.pages.orders.case_lines import CaseCard
from ui.pages.orders.detail import DetailView
from ui.pages.orders.drawer_foot import DrawerFoot
from ui.pages.orders.drawer_parts import (
    CarrierCard,
    DeadlineBox,
    FactBox,
    GoodsRow,
    NoteBox,
    StoryList,
    TroubleBox,
    small_button,
)
from ui.pages.orders.note_field import NoteField
from ui.pages.orders.receiver_panel import ReceiverPanel
from ui.pages.orders.request_cards import RequestCard
from ui.pages.orders.serial_fields import SerialCard
from ui.paint_status import Severity
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Kind
from ui.widgets.drawer import INNER_PX, Drawer
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines, Said

_ADDRESS_FIXES = {Fix.EDIT_ADDRESS: "address", Fix.EDIT_PHONE: "phone"}


class OrderDrawer(Drawer):
    """``acted`` tells ``print``, ``hold``, ``release``, ``split`` or ``unship`` for the order that
    is shown; ``carrier_wanted`` carries where the menu of carriers belongs; ``copied`` what was
    copied. ``answered(kind, accept)``, ``recorded(parcel, serial, imei1, imei2)`` and
    ``case_acted(case, what)`` come from its cards; ``address_wanted(parcel, field)`` from the
    receiver, or from a parcel whose address or phone was refused; ``label_wanted`` carries the
    number of a label to be looked at.
    """

    acted = Signal(str)
    carrier_wanted = Signal(QPoint)
    copied = Signal(str)
    answered = Signal(str, bool)
    recorded = Signal(str, str, str, str)
    case_acted = Signal(str, str)
    address_wanted = Signal(str, str)
    label_wanted = Signal(str)

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._pictures = pictures
        self.view: DetailView | None = None
        self._selecting = False
        self._said: dict[str, tuple[Said, Said]] = {}
        self._busy: set[str] = set()
        self._cards: dict[str, RequestCard | CaseCard | SerialCard] = {}
        self.body.setSpacing(8)
        self.title.set_role(Type.NAV_STRONG)
        self._copy = IconButton(theme, "copy", tr("Copy the order number"), self, size=24)
        self._copy.clicked.connect(self._copy_number)
        self.title_row.insertWidget(1, self._copy)
        # These two stay while the order stays: words that are typed, an address that is open.
        self.note = NoteField(theme, self)
        self.receiver = ReceiverPanel(theme, self)
        self.receiver.edit_wanted.connect(self._edit_address)
        self.buttons = DrawerFoot(self)
        self.buttons.acted.connect(self.acted)
        self.buttons.copy_wanted.connect(self._to_clipboard)
        self.buttons.carrier_wanted.connect(self.carrier_wanted)
        self.set_selecting(selecting=False)

    def set_selecting(self, *, selecting: bool) -> None:
        """While rows are selected the bulk bar owns the blue."""
        changed = selecting != self._selecting
        self._selecting = selecting
        self.buttons.set_selecting(selecting=selecting)
        if changed and self.view is not None and (self.view.desk.requests or self.view.desk.cases):
            self._show(self.view)

    def show_view(self, view: DetailView) -> None:
        """Show an order; the place in the body stays when it is the same one."""
        if view != self.view:
            if self.view is None or self.view.id != view.id:
                self._said, self._busy = {}, set()
            self._show(view)

    def _show(self, view: DetailView) -> None:
        same = self.view is not None and self.view.id == view.id
        bar = self.column.verticalScrollBar()
        place = bar.value() if same else 0
        self.view = view
        self.set_head(view.title, view.caption)
        for kept in (self.note, self.receiver):
            self.body.removeWidget(kept)
        self.clear_body()
        self._cards = {}
        self._fill(view)
        self.body.addStretch(1)
        inside = self.column.widget()
        if inside is not None:
            inside.adjustSize()
        bar.setValue(place)
        self.buttons.show_view(view)
        for key, card in self._cards.items():
            self._dress(key, card)

    # -- filling -----------------------------------------------------------------------------

    def _fill(self, view: DetailView) -> None:
        body, theme = self.body, self.theme
        body.addWidget(DeadlineBox(theme, view.left, view.left_note, view.stage))
        for fact in view.desk.facts:
            body.addWidget(FactBox(theme, fact.severity, fact.what, fact.why))
        self._say_what_has_no_card(view)
        self._add_requests(view)
        first_release = True
        for trouble in view.troubles:
            button = None
            if trouble.releasable and first_release:
                button = small_button(theme, tr("Release"))
                button.clicked.connect(self._release)
                first_release = False
            elif trouble.parcel and trouble.fix in _ADDRESS_FIXES:
                button = small_button(theme, str(FIX_WORDS[trouble.fix]))
                field = _ADDRESS_FIXES[trouble.fix]
                button.clicked.connect(partial(self.address_wanted.emit, trouble.parcel, field))
            body.addWidget(TroubleBox(theme, trouble, button))
        self._add_cases(view)
        body.addSpacing(6)
        self._heading(f"{tr('Products')} {view.goods_title}", view.total)
        for line in view.lines:
            body.addWidget(GoodsRow(theme, line, self._pictures))
        self._notes(view)
        self._add_serials(view)
        if view.desk.receiver is not None:
            body.addSpacing(4)
            body.addWidget(self.receiver)
            self.receiver.show_receiver(view.id, view.desk.receiver)
        self.receiver.setVisible(view.desk.receiver is not None)
        if view.parcels:
            self._section(tr("Carrier"))
        for card in view.parcels:
            shown = CarrierCard(theme, card)
            if card.can_change:
                shown.clicked.connect(self._change_carrier)
            body.addWidget(shown)
            if card.waybill:
                body.addLayout(self._label_row(card.waybill))
        ended = [case for case in view.desk.cases if not case.open]
        if ended:
            self._section(tr("After-sales"))
        for case in ended:
            text = f"{case.title} · {case.stage}"
            body.addWidget(Lines(theme, text, Type.BODY, "text", width=INNER_PX, most=2))
        self._section(tr("Our note"))
        body.addWidget(self.note)
        self.note.show()
        self.note.show_note(view.id, view.desk.note)
        if view.story:
            self._section(tr("Story"))
            body.addWidget(StoryList(theme, view.story))

    def _label_row(self, number: str) -> QHBoxLayout:
        row = QHBoxLayout()
        link = Button(self.theme, tr("See the label"), self, kind=Kind.LINK, icon="sticker")
        link.setAccessibleDescription(number)
        link.clicked.connect(partial(self.label_wanted.emit, number))
        row.addWidget(link)
        row.addStretch(1)
        return row

    def _say_what_has_no_card(self, view: DetailView) -> None:
        """What failed although its card is gone meanwhile (the buyer cancelled, it is over)."""
        desk = view.desk
        places = {request.kind for request in desk.requests}
        places |= {f"case:{case.id}" for case in desk.cases if case.open}
        places |= {f"serial:{serial.parcel}" for serial in desk.serials}
        for place, (message, remedy) in self._said.items():
            if place not in places:
                box = FactBox(self.theme, Severity.FAILED, str(message), str(remedy))
                self.body.addWidget(box)

    def _blue_is_free(self) -> bool:
        """A card may own the blue when neither the bulk bar nor the foot does."""
        taken = self._selecting or (self.view is not None and self.view.can_print)
        return not taken and not self._cards

    def _add_requests(self, view: DetailView) -> None:
        for request in view.desk.requests:
            free = self._blue_is_free()
            card = RequestCard(self.theme, request, self._pictures, owns_blue=free)
            card.answered.connect(self.answered)
            self._cards[request.kind] = card
            self.body.addWidget(card)

    def _add_cases(self, view: DetailView) -> None:
        for case in (case for case in view.desk.cases if case.open):
            card = CaseCard(self.theme, case, owns_blue=self._blue_is_free())
            card.acted.connect(self.case_acted)
            self._cards[f"case:{case.id}"] = card
            self.body.addWidget(card)

    def _add_serials(self, view: DetailView) -> None:
        for serial in view.desk.serials:
            card = SerialCard(self.theme, serial)
            card.recorded.connect(self.recorded)
            self._cards[f"serial:{serial.parcel}"] = card
            self.body.addWidget(card)

    def _notes(self, view: DetailView) -> None:
        wishes = (
            (view.buyer_note, tr("Buyer's note"), "chat-circle-text"),
            (view.greeting, tr("Greeting card, to be written by hand"), "pencil-simple"),
            (view.custom_work, tr("To be made to order"), "scissors"),
        )
        for text, source, icon in wishes:
            if text:
                self.body.addSpacing(2)
                self.body.addWidget(NoteBox(self.theme, text, source, icon, kraft=True))

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

    # -- what came of an action --------------------------------------------------------------

    def set_busy(self, place: str, *, busy: bool) -> None:
        """The card at ``place`` (``address``, ``case:ID``, ``serial:PARCEL``) is being answered."""
        if busy:
            self._busy.add(place)
            self._said.pop(place, None)
        else:
            self._busy.discard(place)
        self._redress(place)

    def tell_trouble(self, place: str, message: Said, remedy: Said) -> None:
        """It did not work: said in the card itself, until it is tried again."""
        self._busy.discard(place)
        self._said[place] = (message, remedy)
        self._redress(place)

    def _redress(self, place: str) -> None:
        card = self._cards.get(place)
        if card is not None:
            self._dress(place, card)

    def _dress(self, place: str, card: RequestCard | CaseCard | SerialCard) -> None:
        busy = place in self._busy
        message, remedy = self._said.get(place, ("", ""))
        card.trouble.tell(message, remedy)
        if isinstance(card, RequestCard):
            card.set_busy(busy=busy)
        elif isinstance(card, CaseCard):
            card.set_busy(tr("The shop is being told …") if busy else "")

    def serial_card(self) -> SerialCard | None:
        """The card whose field has the keyboard: a scan belongs there."""
        cards = [c for c in self._cards.values() if isinstance(c, SerialCard)]
        return next((card for card in cards if card.active), None)

    # -- buttons -----------------------------------------------------------------------------

    @Slot()
    def _release(self) -> None:
        self.acted.emit("release")

    @Slot()
    def _change_carrier(self) -> None:
        sender = self.sender()
        if isinstance(sender, QWidget):
            self.carrier_wanted.emit(sender.mapToGlobal(QPoint(0, sender.height())))

    @Slot(str)
    def _edit_address(self, parcel: str) -> None:
        self.address_wanted.emit(parcel, "address")

    @Slot()
    def _copy_number(self) -> None:
        if self.view is not None:
            self._to_clipboard(self.view.number)

    @Slot(str)
    def _to_clipboard(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        self.copied.emit(text)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self.receiver.cover()
        super().hideEvent(event)
