"""One order of the demo and what a right program must do with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.states import HoldCode


class OrderKind(StrEnum):
    """Why an order is in the demo."""

    ORDINARY = "ordinary"
    COUPON = "coupon"
    MULTI_GIFT = "multi_gift"
    SAME_BUYER = "same_buyer"
    DOUBLE = "double"
    BUNDLE = "bundle"
    HEAVY = "heavy"
    REMOTE = "remote"
    LONG_ADDRESS = "long_address"
    FULL_WIDTH = "full_width"
    VIRTUAL_NUMBER = "virtual_number"
    BUYER_NOTE = "buyer_note"
    MERCHANT_NOTE = "merchant_note"
    URGED = "urged"
    GIFT = "gift"
    PRESALE_DUE = "presale_due"
    PRESALE_DEADLINE = "presale_deadline"  # due because its deadline is near
    PARTIAL_REFUND = "partial_refund"
    PRICE_DIFFERENCE = "price_difference"
    PARTLY_SHIPPED = "partly_shipped"
    # held
    PRESALE_WAIT = "presale_wait"
    GIFT_PENDING = "gift_pending"
    GREETING_CARD = "greeting_card"
    MADE_TO_ORDER = "made_to_order"
    INSPECTION = "inspection"
    DROPSHIP = "dropship"
    SERIALS = "serials"  # subsidised by the state: reported with serial numbers
    ADDRESS_CHANGE = "address_change"
    SKU_CHANGE = "sku_change"
    REFUND_OPEN = "refund_open"
    UNMAPPED = "unmapped"
    SHORT = "short"
    UNSHIPPABLE = "unshippable"
    # not ours to pack
    SAME_CITY = "same_city"
    VIRTUAL_GOODS = "virtual_goods"
    CANCELLED = "cancelled"
    SHIPPED = "shipped"


class OutOfFlow(StrEnum):
    """Why an order never becomes a parcel of ours."""

    SAME_CITY = "same_city"
    VIRTUAL = "virtual"
    CANCELLED = "cancelled"
    SHIPPED = "shipped"  # sent before we first saw it


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must have become of the order when every lane has come to rest.

    It ships, or it is held with exactly ``holds``, or it is ``out_of_flow``. ``contents`` are the
    SKUs and pieces that belong into its box. Orders with one ``merge_key`` may share a parcel.
    """

    ships: bool
    holds: frozenset[HoldCode] = frozenset()
    out_of_flow: OutOfFlow | None = None
    contents: tuple[tuple[str, int], ...] = ()
    weight_g: int = 0  # of the contents, without a box
    carrier: str = ""  # company code that the rules give
    merge_key: str = ""
    urged: bool = False

    @property
    def reserves(self) -> bool:
        """Whether its parcel takes stock at once: a short or unknown line reserves nothing."""
        return self.out_of_flow is None and self.holds.isdisjoint(
            {HoldCode.SHORT, HoldCode.UNMAPPED}
        )


@dataclass(frozen=True, slots=True)
class SeedOrder:
    """An order as the shop keeps it: ``order`` in clear, its after-sales, and the pushes it sent.

    ``receiver`` is who gets it, with the field names of a decoded address; empty while a gift has
    not been accepted.
    """

    shop: str
    order: dict[str, Any]
    receiver: dict[str, Any]
    kind: OrderKind
    expectation: Expectation
    after_sales: tuple[dict[str, Any], ...] = ()
    events: tuple[dict[str, Any], ...] = ()

    @property
    def order_id(self) -> str:
        return str(self.order["order_id"])


def reserved_pieces(orders: tuple[SeedOrder, ...]) -> Counter[str]:
    """The pieces of every SKU that the orders take from the shelf or hold on to."""
    pieces: Counter[str] = Counter()
    for order in orders:
        if order.expectation.reserves:
            pieces.update(dict(order.expectation.contents))
    return pieces
