"""Booking a parcel with a carrier or the platform: the question, and the four possible outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.address import Address
from app.domain.fixes import Fix, fix_for
from app.domain.text import Text

PRINT_INFO_BY_NUMBER = "print_info_by_number"
"""Key of ``Issued.label`` under which the payloads of the other boxes stand, by their numbers."""


@dataclass(frozen=True, slots=True)
class Goods:
    """A kind of goods in the box, as the label and the carrier need it."""

    name: str
    quantity: int
    weight_g: int  # of one piece, 0 when unknown
    price_fen: int  # of one piece
    sku: str = ""
    order_id: str = ""  # the shop's order, for platform labels
    product_id: str = ""
    sku_id: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """One request for a waybill number. ``key`` is the idempotency key the other side sees.

    The same booking is used to create, to look up after a lost answer and to void.
    """

    key: str
    parcel_id: str
    carrier: str  # company code: sf, zto, yunda …
    sender: Address
    receiver: Address
    goods: tuple[Goods, ...]
    weight_g: int
    order_ids: tuple[str, ...]  # the shop's order ids; several for a merged parcel
    remark: str = ""
    box_count: int = 1
    cod_fen: int = 0
    insured_fen: int = 0
    account: Mapping[str, Any] = field(default_factory=dict)  # platform account record, else empty
    product: str = ""  # the carrier's own product code; "" = the account's
    # This key has gone out before: what comes may be an old answer. Says nothing of the parcel, so
    # two bookings that differ in it alone are the same.
    sent_before: bool = field(default=False, compare=False)
    # When this key last went out, aware UTC; only set for looking it up.
    sent_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IssuedNumber:
    """One number; ``kind`` is ``mother`` (also of a single box), ``child`` or ``return_slip``."""

    number: str
    kind: str = "mother"


@dataclass(frozen=True, slots=True)
class Issued:
    """The carrier gave a number. ``label`` is what the label needs, kept exactly as it came.

    For a direct label ``label`` is the carrier's route data and ``template`` names the layout;
    for a platform label ``print_info`` is the opaque payload of the print component.
    """

    numbers: tuple[IssuedNumber, ...]
    template: str
    label: Mapping[str, Any]
    print_info: str = ""
    carrier_order: str = ""  # the carrier's own order id where it has one (ZTO)
    warning: Text | None = None
    expires_at: datetime | None = None  # an unused number ends by itself then; aware UTC
    raw: str = field(default="", repr=False)

    @property
    def number(self) -> str:
        return self.numbers[0].number


class ProblemClass(StrEnum):
    """What kind of refusal it is, and so what can be done about it."""

    FIX_ADDRESS = "fix_address"
    PHONE = "phone"
    OUT_OF_RANGE = "out_of_range"
    CLOSED_TEMPORARILY = "closed_temporarily"
    PRODUCT_OR_VAS = "product_or_vas"
    ACCOUNT = "account"
    BALANCE = "balance"
    PROHIBITED = "prohibited"
    DUPLICATE = "duplicate"
    ALREADY_MOVING = "already_moving"
    AUTH = "auth"
    RATE = "rate"
    DAY_LIMIT = "day_limit"  # the account's calls of the day are used up
    MASKED = "masked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal: its class, the other side's own code and words, and our sentence and remedy."""

    kind: ProblemClass
    code: str
    said: str  # the other side's text, untranslated
    message: Text
    remedy: Text
    reference: str = ""  # rid, apiResponseID: what their support asks for
    fix: Fix | None = None  # None: the one that goes with the class

    @property
    def helps(self) -> Fix | None:
        """What a person does about it."""
        return self.fix or fix_for(self.kind)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A business refusal: nothing happened on the other side."""

    problem: Problem
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may have taken effect: reconcile before anything else, never simply repeat."""

    reason: Text
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing left this machine (no connection, DNS, TLS): may be repeated as it is."""

    reason: Text


Outcome = Issued | Rejected | Unknown | NotSent


@dataclass(frozen=True, slots=True)
class NeverExisted:
    """Reconciling proved that the request never took effect: the next attempt is allowed."""


@dataclass(frozen=True, slots=True)
class AskPerson:
    """The other side cannot be asked (ZTO): a person must look, or accept a lost number."""

    reason: Text


Reconciled = Issued | Rejected | Unknown | NotSent | NeverExisted | AskPerson


class VoidResult(StrEnum):
    """What came of voiding a number."""

    VOIDED = "voided"
    ALREADY_VOID = "already_void"
    EXPIRES_BY_ITSELF = "expires_by_itself"
    TOO_LATE = "too_late"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Voided:
    result: VoidResult
    problem: Problem | None = None
