"""What people read instead of the codes that are stored: one word for one thing, everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.states import Document, Flow, HoldCode, OrderStatus, ParcelState
from app.domain.text import T, Text

STATE_WORDS: Mapping[ParcelState, Text] = MappingProxyType(
    {
        ParcelState.TO_CHECK: T("To check"),
        ParcelState.TO_LABEL: T("To label"),
        ParcelState.TO_PICK: T("To pick"),
        ParcelState.TO_PACK: T("To pack"),
        ParcelState.TO_REPORT: T("To ship"),
        ParcelState.SHIPPED: T("Shipped"),
        ParcelState.DELIVERED: T("Delivered"),
        ParcelState.CANCELLED: T("Cancelled"),
    }
)
# What goes to a printer; the test page is for all of them.
DOCUMENT_WORDS: Mapping[Document, Text] = MappingProxyType(
    {
        Document.LABEL: T("Waybill labels"),
        Document.PICKLIST: T("Pick lists"),
        Document.SLIP: T("Packing slips"),
        Document.MANIFEST: T("Handover lists"),
        Document.CARDS: T("Command cards"),
        Document.GOODS: T("Product labels"),
        Document.BINS: T("Bin labels"),
    }
)
# The standard designs of labels, by their codes; a merchant's copy has the name he gave it.
DESIGN_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "sf-76x130": T("SF, one part"),
        "sf-100x150": T("SF, two parts"),
        "sf-100x180": T("SF, two parts, 180 mm"),
        "zto-76x130": T("ZTO, one part"),
        "zto-100x150": T("ZTO, two parts"),
        "zto-100x180": T("ZTO, two parts, 180 mm"),
        "yunda-76x130": T("Yunda, one part"),
        "yunda-100x150": T("Yunda, two parts"),
        "yunda-100x180": T("Yunda, two parts, 180 mm"),
        "plain-76x130": T("Plain, one part"),
        "plain-100x150": T("Plain, two parts"),
        "plain-100x180": T("Plain, two parts, 180 mm"),
    }
)
HOLD_WORDS: Mapping[HoldCode, Text] = MappingProxyType(
    {
        HoldCode.REFUND: T("Refund asked"),
        HoldCode.ADDRESS_CHANGE: T("Address change"),
        HoldCode.SKU_CHANGE: T("Variant change"),
        HoldCode.PRESALE: T("Presale"),
        HoldCode.GIFT_PENDING: T("Gift not accepted"),
        HoldCode.SHORT: T("Out of stock"),
        HoldCode.UNMAPPED: T("Not matched"),
        HoldCode.OUT_OF_RANGE: T("Carrier does not go there"),
        HoldCode.NO_ACCOUNT: T("No carrier account"),
        HoldCode.SPECIAL: T("Special wishes"),
        HoldCode.BLACKLIST: T("Buyer on the black list"),
        HoldCode.REPORT_REFUSED: T("Refused by the shop"),
        HoldCode.MANUAL: T("Held by hand"),
    }
)
FLOW_WORDS: Mapping[Flow, Text] = MappingProxyType(
    {
        Flow.SAME_CITY: T("Same city"),
        Flow.VIRTUAL: T("Virtual"),
        Flow.PICKUP: T("Pick-up"),
    }
)
"""Only of what is not packed here."""

ORDER_WORDS: Mapping[OrderStatus, Text] = MappingProxyType(
    {
        OrderStatus.UNPAID: T("Not paid yet"),
        OrderStatus.GIFT_PENDING: T("Gift waits to be accepted"),
        OrderStatus.GROUPING: T("Waits for its group"),
        OrderStatus.PAID: T("Paid in the shop"),
        OrderStatus.PARTLY_SHIPPED: T("Partly shipped in the shop"),
        OrderStatus.SHIPPED: T("Shipped in the shop"),
        OrderStatus.DONE: T("Done in the shop"),
        OrderStatus.CANCELLED: T("Cancelled in the shop"),
        OrderStatus.UNKNOWN: T("New state in the shop"),
    }
)
"""What the shop says of an order."""


def design_title(code: str, title: str) -> str:
    """What the label design with this code is called in the language of the program."""
    return str(DESIGN_WORDS.get(code, title))
