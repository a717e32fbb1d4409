"""Accounts, orders and the uncertain habits of the simulated SF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from app.simulators.sf.signature import SfAlgorithm

CREATE = "EXP_RECE_CREATE_ORDER"
SEARCH = "EXP_RECE_SEARCH_ORDER_RESP"
UPDATE = "EXP_RECE_UPDATE_ORDER"
ROUTES = "EXP_RECE_SEARCH_ROUTES"
FILTER = "EXP_RECE_FILTER_ORDER_BSP"
MORE_BOXES = "EXP_RECE_GET_SUB_MAILNO"
QUOTE = "EXP_RECE_QUERY_DELIVERTM"
BILL = "EXP_RECE_QUERY_SFWAYBILL"
CLOUD_PRINT = "COM_RECE_CLOUD_PRINT_WAYBILLS"
SERVICES = frozenset({CREATE, SEARCH, UPDATE, ROUTES, FILTER, MORE_BOXES, QUOTE, BILL, CLOUD_PRINT})


@dataclass(frozen=True, slots=True)
class SfAccount:
    """An app in SF's console with its contract. The card is the one SF publishes for tests."""

    partner_id: str = "FAKEPARTNER1"
    checkword: str = field(default="TESTcheckWord0123456789abcdefXYZ", repr=False)
    algorithm: SfAlgorithm = SfAlgorithm.STANDARD_MD5
    cards: frozenset[str] = frozenset({"7551234567"})
    blocked_cards: frozenset[str] = frozenset({"7550000000"})  # known, but nothing may be sent
    express_types: frozenset[int] = frozenset({1, 2, 231, 247})
    added_services: frozenset[str] = frozenset({"COD", "INSURE", "IN91", "PKFEE"})
    bound_services: frozenset[str] = SERVICES
    print_flag: str = "000000000"


class RepeatReply(Enum):
    """What SF answers when an ``orderId`` comes a second time."""

    REPLAY = "replay"
    """Success with the first result; the new data are ignored."""
    REFUSE = "8016"
    """Error 8016."""


@dataclass(frozen=True, slots=True)
class SfQuirks:
    """What is not established about SF; each default is the one that hurts a careless client."""

    repeat: RepeatReply = RepeatReply.REPLAY
    after_cancel_replays: bool = True  # a cancelled orderId answers with its dead number
    result_as_object: bool = False  # apiResultData as an object instead of a string
    seconds_timestamp: bool = False  # a timestamp in seconds is taken as well
    timestamp_window_s: float | None = 900.0  # None: any time will do
    request_id_once: bool = True  # A1007 when a requestID comes back
    card_required: bool = True  # a sender who pays needs a monthly card
    multi_parcel_min_kg: float = 6.0  # more than this for several parcels
    children_have_routes: bool = False  # one routeLabelInfo for each child
    refusal_has_number: bool = False  # numbers although filterResult is 3
    confirmation_has_number: bool = True  # numbers although filterResult is 1
    search_shows_contacts: bool = False
    search_lag_s: float = 0.0  # how long a new order is not found
    filter_reply_as_object: bool = False
    routes_need_phone: bool = False
    more_boxes_counts_all: bool = False  # parcelQty of GET_SUB_MAILNO: all boxes, not the new ones
    more_boxes_lists_all: bool = False  # its answer lists the earlier children too
    bill_type_of_number: str = "2"  # trackingType that means a waybill number


@dataclass(frozen=True, slots=True)
class SfRoute:
    """One event of a parcel on its way."""

    at_s: float
    op_code: str
    place: str
    remark: str


@dataclass(frozen=True, slots=True)
class SfOrder:
    """An order as SF knows it: the first request counts, whatever came later."""

    partner_id: str
    order_id: str
    request: Mapping[str, Any] = field(repr=False)
    created_at_s: float
    filter_result: int
    refusal: str  # remark when filter_result is 3
    mother: str = ""
    children: tuple[str, ...] = ()
    return_slip: str = ""
    cancelled_at_s: float | None = None
    routes: tuple[SfRoute, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Mother, children and return slip."""
        mother = (self.mother,) if self.mother else ()
        slip = (self.return_slip,) if self.return_slip else ()
        return mother + self.children + slip

    @property
    def is_picked_up(self) -> bool:
        return bool(self.routes)

    def contact(self, contact_type: int) -> Mapping[str, Any]:
        """The sender (1) or the receiver (2) of the first request."""
        found: Mapping[str, Any] = next(
            c for c in self.request["contactInfoList"] if c["contactType"] == contact_type
        )
        return found


class SfRefusalError(Exception):
    """A business refusal inside A1000."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class SfGatewayError(Exception):
    """A refusal by the gateway: nothing was looked at."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
