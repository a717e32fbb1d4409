"""Accounts, orders and the uncertain habits of the simulated YTO."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CREATE = "privacy_create_adapter"
CANCEL = "korder_cancel_adapter"
TRACK = "track_query_adapter"
PRINT = "waybill_print_adapter"
PRICE = "charge_adapter"
METHODS = frozenset({CREATE, CANCEL, TRACK, PRINT, PRICE})
QUERIES = frozenset({TRACK, PRICE})
VERSION = "v1"


def sign(param: str, method: str, secret: str) -> str:
    """YTO's ``sign``: Base64 of MD5(param + method + v + secret), over the text of ``param``."""
    text = f"{param}{method}{VERSION}{secret}"
    return base64.standard_b64encode(hashlib.md5(text.encode("utf-8")).digest()).decode("ascii")


class Repeat(StrEnum):
    """What happens to a logisticsNo that has an order already; YTO does not document it."""

    SECOND_NUMBER = "second_number"
    SAME_NUMBER = "same_number"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class YtoAccount:
    """A customer of YTO. The query keys are those of tracks and prices, if they have their own."""

    token: str = "FAKEtk"
    customer_code: str = "K21000119"
    secret: str = field(default="FAKEytosecret", repr=False)
    query_token: str = ""
    query_customer_code: str = ""
    query_secret: str = field(default="", repr=False)
    numbers_left: int = 1000
    methods: frozenset[str] = METHODS

    def keys_of(self, method: str) -> tuple[str, str, str]:
        """Token, customer code and secret of one interface."""
        if method in QUERIES:
            return (
                self.query_token or self.token,
                self.query_customer_code or self.customer_code,
                self.query_secret or self.secret,
            )
        return self.token, self.customer_code, self.secret


@dataclass(frozen=True, slots=True)
class YtoQuirks:
    """What is not established about YTO; each default is the one that hurts a careless client."""

    repeat: Repeat = Repeat.SECOND_NUMBER
    route_field: str = "shortAddress"
    wrapped: bool = False  # the order stands in ``data`` under ``success``, ``code``, ``message``
    timestamp_window_s: float | None = 900.0
    amount_limits: bool = True  # COD 3 to 20000, freight 1 to 5000, insured 100 to 30000 yuan
    masked_refused: bool = True


@dataclass(frozen=True, slots=True)
class YtoStep:
    """One event of a parcel on its way."""

    at_s: float
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class YtoOrder:
    """An order as YTO knows it."""

    customer_code: str
    logistics_no: str
    mail_no: str
    request: Mapping[str, Any] = field(repr=False)
    created_at_s: float
    is_cancelled: bool = False
    steps: tuple[YtoStep, ...] = ()

    def increment_yuan(self, kind: int) -> float:
        """The amount of an extra service: 1 COD, 2 freight, 4 insured; 0 without it."""
        found = self.request.get("increments") or []
        return sum(float(i["amount"]) for i in found if i["type"] == kind)


class YtoRefusalError(Exception):
    """A refusal, in words. ``code`` is empty where YTO sends ``reason`` alone."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
