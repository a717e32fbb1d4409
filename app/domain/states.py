"""Every state and code that is stored, with the words of the product."""

from __future__ import annotations

from enum import StrEnum


class ParcelState(StrEnum):
    """Where a parcel stands; the order of the members is the order of the work."""

    TO_CHECK = "to_check"
    TO_LABEL = "to_label"
    TO_PICK = "to_pick"
    TO_PACK = "to_pack"
    TO_REPORT = "to_report"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class OrderStatus(StrEnum):
    """What the shop says of an order, in our words; unknown numbers become ``UNKNOWN``."""

    UNPAID = "unpaid"
    GIFT_PENDING = "gift_pending"
    GROUPING = "grouping"
    PAID = "paid"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    DONE = "done"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class HoldCode(StrEnum):
    """Why something must not go on."""

    REFUND = "refund"
    ADDRESS_CHANGE = "address_change"
    SKU_CHANGE = "sku_change"
    PRESALE = "presale"
    GIFT_PENDING = "gift_pending"
    SHORT = "short"
    UNMAPPED = "unmapped"
    OUT_OF_RANGE = "out_of_range"
    NO_ACCOUNT = "no_account"
    SPECIAL = "special"
    BLACKLIST = "blacklist"
    REPORT_REFUSED = "report_refused"
    MANUAL = "manual"


class HoldScope(StrEnum):
    ORDER = "order"
    LINE = "line"
    PARCEL = "parcel"


class Route(StrEnum):
    """The two ways to a label."""

    PLATFORM = "platform"
    DIRECT = "direct"


class ShipOn(StrEnum):
    """When a parcel of the shop counts as shipped."""

    PACK = "pack"
    PRINT = "print"
    COMMAND = "command"


class ReleaseOnHold(StrEnum):
    """What becomes of the stock of a shop's held parcels."""

    NEEDED = "needed"  # kept until another parcel could leave with it
    NEVER = "never"


class Flow(StrEnum):
    """Whether the order is ours to pack at all; the others stay visible, out of the flow."""

    PARCEL = "parcel"
    SAME_CITY = "same_city"
    VIRTUAL = "virtual"
    PICKUP = "pickup"


class RequestState(StrEnum):
    """The life of one request for a waybill number (one row per our own key)."""

    PENDING = "pending"  # the row is saved, nothing has left this machine
    SENT = "sent"  # the call has begun; a crash now means UNKNOWN
    ISSUED = "issued"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    DEAD = "dead"  # proven never to have existed, or cancelled


class WaybillState(StrEnum):
    """The life of a number that a carrier has given us."""

    ISSUED = "issued"
    PRINTED = "printed"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    VOID_REQUESTED = "void_requested"
    VOID = "void"
    RECYCLED = "recycled"


class PrintState(StrEnum):
    """The life of one print job; see ``app.services.printing.printing``."""

    RENDERED = "rendered"
    CLAIMED = "claimed"  # durable before the first byte leaves
    SENT = "sent"  # all bytes left; a mute printer stays here, shown as unconfirmed
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"  # an error after the first byte: a person decides, never the program
    FAILED = "failed"  # before the first byte: safe to try again
    CANCELLED = "cancelled"


class Document(StrEnum):
    """What goes on paper; a printer's ``documents`` says which it is for."""

    LABEL = "label"
    SLIP = "slip"
    PICKLIST = "picklist"
    MANIFEST = "manifest"  # 交接单: what a driver takes and signs for
    CARDS = "cards"  # command cards of the bench
    GOODS = "goods"  # labels stuck on goods
    BINS = "bins"  # labels stuck on shelves
    TEST = "test"


class OutboxKind(StrEnum):
    """What the shop (or a carrier) must hear."""

    SHIP = "ship"  # delivery/send
    PRINTED = "printed"  # ewaybill order/print
    VOID = "void"  # cancel a number that will not be used
    EXTRA = "extra"  # delivery/compensation: one more parcel of goods that count as sent
    CORRECT = "correct"  # deliveryinfo/update: another number for a reported parcel
    NOTE = "note"  # merchantnotes/update
    EXCHANGE = "exchange"  # acceptexchangereship
    STOCK = "stock"  # stock/update by a delta


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"  # the call has begun; a crash now means: read back first
    DONE = "done"
    REFUSED = "refused"  # final; a person decides
    SUPERSEDED = "superseded"


class ReservationState(StrEnum):
    ACTIVE = "active"
    RELEASED = "released"
    SHIPPED = "shipped"


class MoveKind(StrEnum):
    """Kinds of ledger movements."""

    RECEIVE = "receive"
    RESERVE = "reserve"
    RELEASE = "release"
    SHIP = "ship"
    UNSHIP = "unship"
    ADJUST = "adjust"
    COUNT = "count"
    RETURN = "return"  # came back good
    RETURN_BAD = "return_bad"  # came back, and is not for sale
    PICK = "pick"  # from its bin into the hands of somebody who packs
    PUT_BACK = "put_back"  # and back again
    TRANSFER = "transfer"  # from bin to bin
    BUILD = "build"  # parts became a bundle, or a bundle parts
    DEFECT = "defect"  # found broken or expired: here, and not for sale
    MEND = "mend"  # for sale again
    DISCARD = "discard"  # a defective piece is gone
    EXPECT = "expect"  # on the way to us, or not coming after all
    SET_ASIDE = "set_aside"  # for presale orders, or given back
    USE = "use"  # packing material went with a parcel
    ISSUE = "issue"  # sold over the counter, or taken by another program


class SkuKind(StrEnum):
    """What a SKU is to the shelf."""

    GOOD = "good"
    BUNDLE = "bundle"  # 组合装: its stock is that of its parts, and what was built of it
    PACKING = "packing"  # boxes, bags and filling; never sold, used up by parcels


class BinKind(StrEnum):
    """What a place on the shelf is for."""

    PICK = "pick"
    RESERVE = "reserve"  # 备货: taken from only when the pick bins are empty


class SerialState(StrEnum):
    """Where a single numbered piece is."""

    IN = "in"
    OUT = "out"
    DEFECTIVE = "defective"


class StockPaper(StrEnum):
    """Papers that stock is moved by."""

    RECEIPT = "receipt"  # 入库单
    COUNT = "count"  # 盘点单
    TRANSFER = "transfer"  # 移库单
    ISSUE = "issue"  # sold over the counter or taken by another program
    LEVEL = "level"  # another program's figures, taken over as counted


class PaperState(StrEnum):
    """The life of a stock paper."""

    OPEN = "open"
    TO_APPROVE = "to_approve"
    DONE = "done"
    CANCELLED = "cancelled"


class LineState(StrEnum):
    """How far one line of a count is."""

    OPEN = "open"  # to be counted, or counted once more
    COUNTED = "counted"
    BOOKED = "booked"
    DROPPED = "dropped"  # the figure stays as it is


class Verdict(StrEnum):
    """What a scan at the bench means."""

    OK = "ok"
    LINE_DONE = "line_done"
    PARCEL_DONE = "parcel_done"
    OVER = "over"
    WRONG_ITEM = "wrong_item"
    WRONG_VARIANT = "wrong_variant"
    UNKNOWN = "unknown"
    HELD = "held"
    ALREADY_SHIPPED = "already_shipped"
    PARCEL_OPENED = "parcel_opened"
    NOT_READY = "not_ready"
    ELSEWHERE = "elsewhere"  # another bench has the parcel open


LIVE_REQUEST_STATES = frozenset(
    {RequestState.PENDING, RequestState.SENT, RequestState.ISSUED, RequestState.UNKNOWN}
)
OPEN_STATES = frozenset(
    {ParcelState.TO_CHECK, ParcelState.TO_LABEL, ParcelState.TO_PICK, ParcelState.TO_PACK}
)
"""Parcels that are still here and can be changed: nothing is sealed."""

UNREPORTED_STATES = OPEN_STATES | {ParcelState.TO_REPORT}
"""Parcels that the shop does not count as sent by us yet."""

LIVE_WAYBILL_STATES = frozenset(
    {WaybillState.ISSUED, WaybillState.PRINTED, WaybillState.PACKED, WaybillState.HANDED_OVER}
)
