"""Accounts, orders and the uncertain habits of the simulated Yunda."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

ACCOUNT_ORDER = "/openapi-api/v1/accountOrder/"
CREATE = ACCOUNT_ORDER + "createBmOrder"
UPDATE = ACCOUNT_ORDER + "updateBmOrder"
CANCEL = ACCOUNT_ORDER + "cancelBmOrder"
PDF_INFO = ACCOUNT_ORDER + "bmGetPdfInfo"
COUNT = ACCOUNT_ORDER + "searchCount"
ROUTE = "/openapi-api/v1/bm/queryRoute"
TRACK = "/openapi/outer/logictis/query"
SUBSCRIBE = "/openapi/outer/logictis/subscribe"
PATHS = frozenset({CREATE, UPDATE, CANCEL, PDF_INFO, COUNT, ROUTE, TRACK, SUBSCRIBE})

USE_UPDATE = "更新订单请使用更新接口"
"""The only trace of a repeat: no code was ever seen for it."""


def sign(body: bytes, app_secret: str) -> str:
    """Yunda's ``sign``: lower-case hex of MD5(body + "_" + secret) over the bytes sent."""
    return hashlib.md5(body + b"_" + app_secret.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class YundaAccount:
    """A developer's app and the merchant's 白马 account behind it (Yunda's own placeholders)."""

    app_key: str = "999999"
    app_secret: str = field(default="FAKEyundaAppSecret0123456789abcd", repr=False)
    partner_id: str = "201700101001"
    secret: str = field(default="123456789", repr=False)
    numbers_left: int = 1000
    paths: frozenset[str] = PATHS


class PdfShape(Enum):
    """How ``pdf_info`` is written."""

    DOCUMENTED = "documented"
    """JSON text of ``[[{fields}, [routing, tail]]]``."""
    TWICE = "twice"
    """The same, written as a JSON text once more."""
    INNER_TEXT = "inner_text"
    """The fields are a text inside the list."""
    DEEPER = "deeper"
    """One list more around everything."""
    NO_TAIL = "no_tail"
    """Without ``[routing, tail]``."""
    PLAIN = "plain"
    """JSON itself, no text."""


@dataclass(frozen=True, slots=True)
class YundaQuirks:
    """What is not established about Yunda; each default is the one that hurts a careless client."""

    masked_refused: bool = True
    number_field: str = "mail_no"  # some clients saw "mailno"
    full_width_commas: bool = False  # ，instead of , in an address is taken
    seconds_req_time: bool = False
    req_time_window_s: float | None = 900.0
    max_orders: int = 20
    route_needs_account: bool = True  # queryRoute wants appid, partner_id and secret
    route_listed: bool = False  # the answer of queryRoute stands in a list below "response"
    count_field: str = "count"  # where searchCount puts the number
    pdf_info_path: str = PDF_INFO
    pdf_shape: PdfShape = PdfShape.DOCUMENTED
    cancel_credits: bool = False  # a cancelled number is given back to the balance
    digits_only_phones: bool = False


@dataclass(frozen=True, slots=True)
class YundaStep:
    """One event of a parcel on its way."""

    at_s: float
    action: str
    text: str


@dataclass(frozen=True, slots=True)
class YundaOrder:
    """An order as Yunda knows it; ``request`` is the latest one, an update replaces it."""

    app_key: str
    partner_id: str
    serial_no: str
    order_id: str
    mail_no: str
    request: Mapping[str, Any] = field(repr=False)
    created_at_s: float
    is_cancelled: bool = False
    updates: int = 0
    steps: tuple[YundaStep, ...] = ()

    @property
    def cod_yuan(self) -> float:
        return self._marking("COD")

    @property
    def insured_yuan(self) -> float:
        return self._marking("INSURED")

    def _marking(self, kind: str) -> float:
        markings = self.request.get("markingInfos") or []
        return sum(float(m["markingValue"]["value"]) for m in markings if m["type"] == kind)


class YundaGatewayError(Exception):
    """A refusal of the whole call."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class YundaItemError(Exception):
    """A refusal of one order of a call: the call itself succeeds."""
