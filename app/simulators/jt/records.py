"""Accounts, orders and the uncertain habits of the simulated J&T."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CREATE = "/order/v2/addOrder"
CANCEL = "/order/cancelOrder"
SEARCH = "/order/getOrders"
BALANCE = "/ess/balance"
TRACK = "/logistics/trace"
COST = "/spmComCost/getComCost"
PATHS = frozenset({CREATE, CANCEL, SEARCH, BALANCE, TRACK, COST})


def header_digest(biz_content: bytes, private_key: str) -> str:
    """The ``digest`` header: Base64 of MD5 over the JSON text and the app's key."""
    return base64.b64encode(hashlib.md5(biz_content + private_key.encode()).digest()).decode()


def business_digest(customer_code: str, password: str, private_key: str) -> str:
    """``digest`` in the body: Base64 of MD5 over customer, hashed password and the app's key."""
    hashed = hashlib.md5((password + "jadada236t2").encode()).hexdigest().upper()
    proof = customer_code + hashed + private_key
    return base64.b64encode(hashlib.md5(proof.encode()).digest()).decode()


class RepeatReply(StrEnum):
    """What J&T does with an id it has seen; not established."""

    REFUSE = "refuse"
    SAME_NUMBER = "same_number"


@dataclass(frozen=True, slots=True)
class JtAccount:
    """An app and the customer behind it."""

    api_account: str = "178337126125932605"
    private_key: str = field(default="FAKEjtPrivateKey0123456789abcdef", repr=False)
    customer_code: str = "J0086474299"
    password: str = field(default="FAKEpwd1", repr=False)
    numbers_left: int | None = 1000  # None: a monthly customer, nothing is counted
    paths: frozenset[str] = PATHS


@dataclass(frozen=True, slots=True)
class JtQuirks:
    """What is not established about J&T; each default is the one that hurts a careless client."""

    repeat: RepeatReply = RepeatReply.REFUSE
    sorting_field: str = "sortingCode"
    timestamp_window_s: float | None = 900.0
    visible_after_s: float = 0.0  # getOrders shows an order this late
    shows_receiver: bool = True  # getOrders shows names and phones
    paged: bool = False  # the list stands in data.records
    masked_refused: bool = True


@dataclass(frozen=True, slots=True)
class JtScan:
    """One scan of a parcel."""

    at_s: float
    code: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class JtOrder:
    """An order as J&T knows it."""

    api_account: str
    our_id: str
    bill_code: str
    request: Mapping[str, Any] = field(repr=False)
    created_at_s: float
    is_cancelled: bool = False
    scans: tuple[JtScan, ...] = ()

    @property
    def cod_yuan(self) -> float:
        return float(self.request.get("itemsValue") or 0)

    @property
    def insured_yuan(self) -> float:
        return float(self.request.get("offerFee") or 0)


class JtRefusalError(Exception):
    """A refusal, of the gateway or of the business behind it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
