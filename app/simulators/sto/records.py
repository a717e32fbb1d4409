"""Accounts, orders and the uncertain habits of the simulated STO."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CREATE = "OMS_EXPRESS_ORDER_CREATE"
CANCEL = "EDI_MODIFY_ORDER_CANCEL"
DISPATCH = "GET_ORDERDISPATCH_INFO"
TRACK = "STO_TRACE_QUERY_COMMON"
# The app that each interface belongs to; the last two are met in practice only.
RECEIVERS = {
    CREATE: "sto_oms",
    TRACK: "sto_trace_query",
    CANCEL: "edi_modify_order",
    DISPATCH: "ORDERMS_API",
}
APIS = frozenset(RECEIVERS)


def data_digest(content: str, secret_key: str) -> str:
    """STO's ``data_digest``: Base64 of MD5(content + secret) over the decoded form value."""
    text = (content + secret_key).encode("utf-8")
    return base64.standard_b64encode(hashlib.md5(text).digest()).decode("ascii")


class Repeat(StrEnum):
    """What happens to an orderNo that has an order already; STO does not document it."""

    SECOND_NUMBER = "second_number"
    SAME_NUMBER = "same_number"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StoAccount:
    """An app on the gateway and the e-waybill account of a site behind it."""

    app_key: str = "FAKEstoAppKey"
    from_code: str = "FAKEstoAppKey"
    secret_key: str = field(default="FAKEstokey", repr=False)
    order_source: str = "FAKEstoAppKey"
    site_code: str = "666666"
    customer_name: str = "666666000001"
    site_password: str = field(default="abc123", repr=False)
    numbers_left: int = 1000
    apis: frozenset[str] = APIS


@dataclass(frozen=True, slots=True)
class StoQuirks:
    """What is not established about STO; each default is the one that hurts a careless client."""

    repeat: Repeat = Repeat.SECOND_NUMBER
    xml_at_the_door: bool = True  # the gateway itself refuses in XML
    text_success: bool = True  # "true" instead of true
    route_field: str = "bigWord"
    masked_refused: bool = True


@dataclass(frozen=True, slots=True)
class StoScan:
    """One scan of a parcel on its way."""

    at_s: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class StoOrder:
    """An order as STO knows it."""

    app_key: str
    order_no: str
    waybill_no: str
    request: Mapping[str, Any] = field(repr=False)
    created_at_s: float
    is_cancelled: bool = False
    scans: tuple[StoScan, ...] = ()

    @property
    def cod_yuan(self) -> float:
        return float(self.request.get("codValue") or 0)

    @property
    def insured_yuan(self) -> float:
        annex = self.request.get("insuredAnnex") or {}
        return float(annex.get("insuredValue") or 0)


class StoGatewayError(Exception):
    """A refusal of the gateway: the business never saw the call."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StoRefusalError(Exception):
    """A refusal of the business, in words."""

    def __init__(self, message: str, code: str = "10001") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
