"""After-sales (售后): what a buyer wants back, in our words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AfterSaleKind(StrEnum):
    REFUND = "refund"  # 仅退款: money only
    RETURN = "return"  # 退货退款
    EXCHANGE = "exchange"  # 换货
    RESEND = "resend"  # 补寄
    UNKNOWN = "unknown"


class AfterSaleStage(StrEnum):
    """Whose turn it is, or how it ended."""

    ASKED = "asked"  # the shop must accept or reject
    WAIT_BUYER = "wait_buyer"  # the buyer must send the goods, confirm, or answer
    RETURNED = "returned"  # goods are on their way back or here: the shop must look at them
    PLATFORM = "platform"  # the platform decides or pays
    SHIP_EXCHANGE = "ship_exchange"  # the shop must send the other goods
    PAY_OUTSIDE = "pay_outside"  # the platform could not pay: the shop refunds and proves it
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    NOTHING = "nothing"  # withdrawn, rejected or closed
    UNKNOWN = "unknown"  # a status nobody has documented: open, shown as it is

    @property
    def ended(self) -> bool:
        return self in {AfterSaleStage.REFUNDED, AfterSaleStage.EXCHANGED, AfterSaleStage.NOTHING}


@dataclass(frozen=True, slots=True)
class AfterSaleGoods:
    """Goods an after-sale is about: pieces of a listing."""

    product_id: str
    sku_id: str
    sku_code: str
    quantity: int
    gift: bool = False  # goes back with the goods it came with


@dataclass(frozen=True, slots=True)
class AfterSaleCase:
    """One after-sale at one moment. ``raw`` is the shop's own JSON."""

    after_sale_id: str
    order_id: str  # the shop's
    kind: AfterSaleKind
    stage: AfterSaleStage
    status: str  # the shop's own word
    price_difference: bool  # money only, whatever the goods
    reason: str
    reason_text: str
    words: str  # the buyer's own
    amount_fen: int
    refund_reason: int  # why the money moved; 4: agreed by itself before shipping
    goods: tuple[AfterSaleGoods, ...]
    new_sku_id: str  # of an exchange
    new_sku_code: str
    return_company: str  # the shop's carrier code of what comes back
    return_number: str
    exchange_company: str
    exchange_number: str
    media: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    deadline_at: datetime | None  # the shop must have answered by then
    buyer_has_goods: bool = False  # says the buyer: a rejection needs proof then
    raw: str = field(default="", repr=False)  # without people

    @property
    def open(self) -> bool:
        return not self.stage.ended

    @property
    def affects_goods(self) -> bool:
        return not self.price_difference and self.kind is not AfterSaleKind.RESEND


@dataclass(frozen=True, slots=True)
class AfterSalePage:
    """One page of ids; ``next_key`` is empty on the last one."""

    ids: tuple[str, ...]
    next_key: str = ""


@dataclass(frozen=True, slots=True)
class RejectReason:
    """A reason of the platform's own list."""

    code: int
    text: str
    scene: int = 0  # at which step it may be used, 0: not said


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where returned goods go. The address itself is shown by its name and city only."""

    address_id: str
    name: str
    place: str
    default: bool
