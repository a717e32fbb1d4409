"""The drawer of an item: its codes and places, how long it lasts, who has it, what happened."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.domain.states import MoveKind
from app.domain.text import ntr, tr
from app.services.stock.bins import SpotRow
from app.services.stock.claims import Claim
from app.services.stock.item_card import ItemCard
from app.services.stock.moves import MoveRow
from ui.pages.orders.drawer_parts import FactBox
from ui.pages.orders.words import day_and_time, short_number
from ui.pages.stock.drawer_parts import Equation, ItemHead, Row, RowList
from ui.pages.stock.words import change, figure, kind_glyph, move_words
from ui.paint_status import Severity
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.drawer import Drawer
from ui.widgets.label import TextLabel
from ui.widgets.popover import MenuItem, PopoverMenu

_POLICY = QSizePolicy.Policy
_MOST_CLAIMS = 6


class ItemDrawer(Drawer):
    """``acted`` tells ``receive``, ``count``, ``move``, ``adjust``, ``defect``, ``mend``,
    ``discard`` or ``ledger`` for the item that is shown. ``give_wanted`` carries the parcel that
    gives and the one that gets; ``order_wanted`` a shop's order id."""

    acted = Signal(str)
    give_wanted = Signal(str, str)
    order_wanted = Signal(str)

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.card: ItemCard | None = None
        self._pictures = pictures
        self.receive = Button(theme, tr("Receive"), self, size=Size.DRAWER, icon="plus")
        self.receive.setObjectName("receive")
        self.receive.setSizePolicy(_POLICY.Expanding, _POLICY.Fixed)
        self.receive.set_kind(Kind.PRIMARY)
        self.count = Button(theme, tr("Count"), self, size=Size.DRAWER)
        self.count.setObjectName("count")
        self.move_bin = Button(theme, tr("Move"), self, size=Size.DRAWER)
        self.move_bin.setObjectName("move")
        self.more = IconButton(theme, "dots-three", tr("More"), self, size=36, framed=True)
        for button in (self.receive, self.count, self.move_bin):
            button.clicked.connect(self._act)
        self.more.clicked.connect(self._open_more)
        self.foot.addWidget(self.receive, 1)
        for part in (self.count, self.move_bin, self.more):
            self.foot.addWidget(part)

    def show_card(self, card: ItemCard, now: datetime) -> None:
        """Show an item; the place in the body stays when it is the same one."""
        if card == self.card:
            return
        same = self.card is not None and self.card.sku_id == card.sku_id
        bar = self.column.verticalScrollBar()
        place = bar.value() if same else 0
        self.card = card
        self.set_head(" ".join(part for part in (card.name, card.spec) if part))
        self.clear_body()
        self._fill(card, now)
        self.body.addStretch(1)
        inside = self.column.widget()
        if inside is not None:
            inside.adjustSize()
        bar.setValue(place)

    def _fill(self, card: ItemCard, now: datetime) -> None:
        body, theme = self.body, self.theme
        facts = [(tr("Item code"), card.sku)]
        facts.append((tr("Bar code"), tr(", ").join(card.barcodes) or "—"))
        facts.append((tr("Bin"), card.home or "—"))
        body.addWidget(ItemHead(theme, card.picture, facts, self._pictures))
        wanted = card.shortage.missing if card.shortage is not None else 0
        short, low = card.available < 0 or wanted > 0, _is_low(card)
        tone = Tone.ERR if short else Tone.WARN if low else None
        body.addWidget(Equation(theme, card.on_hand, card.allocated, card.available, tone))
        said = forecast(card, now)
        if said is not None:
            severity = Severity.STOP if short else Severity.PROBLEM if low else Severity.INFO
            body.addWidget(FactBox(theme, severity, *said))
        self._add_others(card)
        if card.shortage is not None:
            self._add_claims(tr("Who has it"), card.shortage.holders, card.shortage.waiting)
            self._add_claims(tr("Who waits"), card.shortage.waiting, ())
        if len(card.spots) > 1 or any(s.batch for s in card.spots):
            rows = [
                Row("map-pin", s.bin or tr("No bin"), (figure(s.quantity),), second=_batch(s))
                for s in card.spots
            ]
            body.addWidget(RowList(theme, tr("Bins"), (tr("Pieces"),), rows))
        self._add_ledger(card)

    def _add_others(self, card: ItemCard) -> None:
        """What is here and not for sale, coming, or set aside; only what there is."""
        parts = (
            (tr("Defective"), card.defective, "warning-circle"),
            (tr("On the way"), card.in_transit, "truck"),
            (tr("Set aside for presale"), card.presale, "archive"),
        )
        rows = [Row(icon, name, (figure(n),)) for name, n, icon in parts if n]
        if rows:
            self.body.addWidget(RowList(self.theme, tr("Also"), (tr("Pieces"),), rows))

    def _add_claims(
        self, title: str, claims: tuple[Claim, ...], waiting: tuple[Claim, ...]
    ) -> None:
        """Orders with their pieces; one that may give has a button for it."""
        if not claims:
            return
        self.body.addWidget(TextLabel(self.theme, title, Type.BODY_STRONG))
        for claim in claims[:_MOST_CLAIMS]:
            row = QHBoxLayout()
            row.setSpacing(8)
            number = claim.orders[0] if claim.orders else claim.parcel
            link = Button(
                self.theme,
                tr("Order {number}", number=short_number(number)),
                self,
                kind=Kind.LINK,
            )
            link.setObjectName(number)
            link.clicked.connect(self._open_order)
            row.addWidget(link)
            until = day_and_time(claim.deadline_at) if claim.deadline_at else ""
            row.addWidget(TextLabel(self.theme, until, Type.CAPTION, "text2"))
            row.addStretch(1)
            row.addWidget(TextLabel(self.theme, f"×{claim.quantity:,}", Type.BODY_STRONG))
            if claim.can_give and waiting:
                give = Button(self.theme, tr("Give to {number}", number=_of(waiting[0])), self)
                give.setObjectName(f"{claim.parcel} {waiting[0].parcel}")
                give.clicked.connect(self._give)
                row.addWidget(give)
            self.body.addLayout(row)
        more = len(claims) - _MOST_CLAIMS
        if more > 0:
            words = ntr("and {n} more", "and {n} more", more)
            self.body.addWidget(TextLabel(self.theme, words, Type.CAPTION, "text2"))

    def _add_ledger(self, card: ItemCard) -> None:
        heads = (tr("Change"), tr("On hand"), tr("Available"))
        rows = [_ledger_row(m, card) for m in card.moves]
        self.body.addWidget(RowList(self.theme, tr("Movements"), heads, rows))
        row = QHBoxLayout()
        row.addStretch(1)
        every = Button(self.theme, tr("See all movements"), self, kind=Kind.LINK)
        every.setObjectName("ledger")
        every.clicked.connect(self._act)
        row.addWidget(every)
        row.addStretch(1)
        self.body.addLayout(row)

    @Slot()
    def _act(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())

    @Slot()
    def _give(self) -> None:
        sender = self.sender()
        if sender is not None:
            giver, _, getter = sender.objectName().partition(" ")
            self.give_wanted.emit(giver, getter)

    @Slot()
    def _open_order(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.order_wanted.emit(sender.objectName())

    @Slot()
    def _open_more(self) -> None:
        card = self.card
        items = [
            MenuItem("adjust", tr("Correct the figure …")),
            MenuItem("defect", tr("Some are defective …")),
        ]
        if card is not None and card.defective:
            items.append(MenuItem("mend", tr("Defective ones are good again …")))
            items.append(MenuItem("discard", tr("Defective ones are gone …")))
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self.acted)
        menu.open_at(self.more.mapToGlobal(QPoint(0, self.more.height())))


def forecast(card: ItemCard, now: datetime) -> tuple[str, str] | None:
    """When it is sold out, and what that means; ``None``: there is nothing to say."""
    if card.on_hand < 0:
        return tr("The books say less than nothing"), tr("Count it: orders took more than came.")
    mark = tr("The safety mark is {n}.", n=figure(card.safety)) if card.safety else ""
    buy = tr("Order {n} pieces", n=figure(card.to_order)) if card.to_order else ""
    short = card.shortage
    if short is not None:
        what = ntr("{n} order waits for it", "{n} orders wait for it", len(short.waiting))
        missing = tr("{n} pieces are missing.", n=figure(short.missing))
        return what, " · ".join(part for part in (missing.rstrip("."), buy) if part)
    why = " · ".join(part for part in (mark.rstrip("."), buy) if part)
    if card.sells_out_at is not None and (card.sells_out_at - now).days <= card.lead_days:
        return tr("Sold out at about {time}", time=day_and_time(card.sells_out_at)), why
    if _is_low(card):
        return tr("Below the safety mark"), why
    return (buy, mark) if buy else None


def _is_low(card: ItemCard) -> bool:
    below = bool(card.safety) and card.available < card.safety
    return below or card.available * 1000 < card.day_rate * card.lead_days


def _batch(spot: SpotRow) -> str:
    batch, until = spot.batch, spot.expires_on
    parts = (batch, tr("until {day}", day=until) if until else "")
    return " · ".join(part for part in parts if part)


def _of(claim: Claim) -> str:
    return short_number(claim.orders[0]) if claim.orders else claim.parcel


def _ledger_row(move: MoveRow, card: ItemCard) -> Row:
    words = move_words(move.kind, move.reference, move.reason, card.orders.get(move.parcel, ""))
    after = (figure(move.balance), figure(move.available))
    if move.on_hand:
        gained = move.on_hand > 0
        lost = move.kind in {MoveKind.ADJUST, MoveKind.COUNT, MoveKind.DEFECT} and not gained
        color = Tone.OK if gained else Tone.ERR if lost else "text"
        return Row(kind_glyph(move.kind), words, (change(move.on_hand), *after), color)
    taken = move.allocated
    told = (
        tr("takes {n}", n=figure(taken))
        if taken > 0
        else tr("frees {n}", n=figure(-taken))
        if taken
        else ""
    )
    return Row(kind_glyph(move.kind), words, (told, *after))
