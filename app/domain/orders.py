"""An order as a shop tells it, in our words: made by a shop adapter, stored by syncing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.address import Address
from app.domain.states import Flow, OrderStatus
from app.domain.text import Text


@dataclass(frozen=True, slots=True)
class LineSnapshot:
    """One line of an order. Quantities count pieces of the listing, not of the SKU."""

    line_key: str  # the shop's own identity of the line
    product_id: str
    sku_id: str
    title: str
    spec: str
    sku_code: str
    barcode: str
    image_url: str
    quantity: int
    refunded_quantity: int  # refunded for good: reduces the line
    refunding_quantity: int  # under an open after-sale that affects goods
    shipped_quantity: int  # already reported to the shop, by whomever
    paid_fen: int
    unit_price_fen: int
    deadline_at: datetime | None
    presale: bool
    predicted_at: datetime | None
    is_free_gift: bool
    sku_change_pending: bool
    new_sku_id: str  # wanted by the buyer when ``sku_change_pending``
    dropship: bool  # another supplier sends this line
    sku_change_until_at: datetime | None = None  # the shop refuses the change by itself then

    @property
    def to_ship(self) -> int:
        """Pieces still to be sent when every open after-sale is refused."""
        return max(0, self.quantity - self.refunded_quantity - self.shipped_quantity)


@dataclass(frozen=True, slots=True)
class VirtualNumber:
    """A number that reaches the buyer for a while. ``extended`` says how often it was prolonged."""

    number: str
    extension: str
    expires_at: datetime | None
    extended: int = 0
    extensions_left: int | None = None  # None: the shop did not say


@dataclass(frozen=True, slots=True)
class ReportedParcel:
    """A parcel that the shop knows as sent."""

    company: str  # the shop's carrier code
    number: str
    lines: tuple[tuple[str, str, int], ...]  # product id, sku id, pieces

    def holds(self, number: str, pieces: Counter[tuple[str, str]]) -> bool:
        """Whether this is the parcel with that number, and (at least) these goods are in it."""
        return self.number == number and pieces <= pieces_of(self.lines)


def pieces_of(lines: Iterable[tuple[str, str, int]]) -> Counter[tuple[str, str]]:
    """Pieces by product id and sku id; several lines of the same goods count together."""
    pieces: Counter[tuple[str, str]] = Counter()
    for product_id, sku_id, quantity in lines:
        pieces[product_id, sku_id] += quantity
    return pieces


@dataclass(frozen=True, slots=True)
class AfterSale:
    """One after-sale of the order as far as the flow needs it."""

    after_sale_id: str
    status: str
    open: bool  # still to be settled
    affects_goods: bool  # a mere price difference does not


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """A whole order at one moment. ``raw`` is the shop's own JSON, kept for later questions."""

    order_id: str
    status: OrderStatus
    shop_status: str
    flow: Flow
    created_at: datetime
    updated_at: datetime
    paid_at: datetime | None
    deadline_at: datetime | None
    buyer_id: str
    receiver: Address
    address_hash: str
    pending_address: Address | None
    pending_address_hash: str
    uses_virtual_number: bool
    buyer_note: str
    merchant_note: str
    is_gift: bool
    greeting: str  # text of a handwritten card to go into the box, "" when none
    custom_work: str  # what is to be made to order, "" when nothing
    quality_inspection: bool
    serials_wanted: bool
    paid_fen: int
    freight_fen: int
    label_code: str  # the platform's key for labels of other shops
    lines: tuple[LineSnapshot, ...]
    after_sales: tuple[AfterSale, ...] = ()
    reported: tuple[ReportedParcel, ...] = ()
    raw: str = field(default="", repr=False)
    pending_address_at: datetime | None = None  # when the buyer asked for it
    virtual_until_at: datetime | None = None  # when the virtual number ends
    virtual_extended: int = 0  # how often it was prolonged
    inspection: Text | None = None  # how far the quality inspection is

    @property
    def has_open_after_sale(self) -> bool:
        return any(a.open and a.affects_goods for a in self.after_sales)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of changed order ids; ``next_key`` is empty on the last page."""

    order_ids: tuple[str, ...]
    next_key: str = ""
