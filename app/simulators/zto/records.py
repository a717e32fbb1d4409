"""Accounts, orders and the uncertain habits of the simulated ZTO."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from app.simulators.zto.signature import ZtoAlgorithm

CREATE = "zto.open.createOrder"
INFO = "zto.open.getOrderInfo"
CANCEL = "zto.open.cancelPreOrder"
BALANCE = "zto.open.queryAvailableBalanceNew"
BIND = "zto.open.bindingEaccount"
MARK = "zto.innovate.bagAddrMark"
FORBIDDEN = "zto.sp.findAllForbServiceGateway"
TRACK = "zto.merchant.waybill.track.query"
SITE = "zto.sp.getBaseOrganizeByFullNameGateway"
QUOTE = "zto.open.obtainPicePrescription"
APIS = frozenset({CREATE, INFO, CANCEL, BALANCE, BIND, MARK, FORBIDDEN, TRACK, SITE, QUOTE})


@dataclass(frozen=True, slots=True)
class ZtoWaybillAccount:
    """An e-waybill account 电子面单账号 at a site; test / ZTO123 is the one ZTO publishes."""

    account_id: str = "test"
    password: str = field(default="ZTO123", repr=False)
    numbers_left: int = 1000
    is_bound: bool = True
    added_services: frozenset[str] = frozenset({"COD", "insured", "vip", "receiveReturnService"})


@dataclass(frozen=True, slots=True)
class ZtoAccount:
    """An app on ZTO's open platform and the e-waybill accounts it may use."""

    app_key: str = "FAKEappKey"
    app_secret: str = field(default="FAKEappSecret1234567890abcdef0000", repr=False)
    algorithm: ZtoAlgorithm = ZtoAlgorithm.MD5_BASE64
    hmac_key: str = field(default="", repr=False)
    signs_time: bool = False  # the APIs of this app want x-timestamp, signed with the body
    waybill_accounts: tuple[ZtoWaybillAccount, ...] = (ZtoWaybillAccount(),)
    group_customers: frozenset[str] = frozenset({"GPG1576724269"})
    bound_apis: frozenset[str] = APIS
    site_code: str = "02100"
    site_name: str = "上海"
    other_sites: Mapping[str, str] = field(default_factory=dict)  # code → full name


class RepeatReply(Enum):
    """What ZTO does with a ``partnerOrderCode`` it has seen before."""

    SECOND_NUMBER = "second_number"
    """A second order with a second number: the parcel is paid for twice."""
    SAME_NUMBER = "same_number"
    """Success with the first number."""
    REFUSE = "refuse"
    """A business refusal."""


class CompanyHeader(Enum):
    """Which header names the app; their names differ between ZTO's SDK and its documents."""

    EITHER = "either"
    COMPANY_ID = "x-companyid"
    APP_KEY = "x-appkey"


class RegionShape(Enum):
    """How the list of stopped regions is written: ZTO documents none of it."""

    ROWS = "rows"
    """Rows of province, city, district, reason and endTime."""
    NAMED = "named"
    """The same below ``list``, with names and codes, the time in milliseconds."""
    TREE = "tree"
    """Provinces with children with children."""
    TEXTS = "texts"
    """One text a region: ``新疆维吾尔自治区-乌鲁木齐市``."""
    MAP = "map"
    """Provinces as keys, lists of cities as values; as a text that holds JSON."""


@dataclass(frozen=True, slots=True)
class ZtoQuirks:
    """What is not established about ZTO; each default is the one that hurts a careless client."""

    repeat: RepeatReply = RepeatReply.SECOND_NUMBER
    company_header: CompanyHeader = CompanyHeader.EITHER
    mark_missing_every: int = 3  # each n-th order has bigMarkInfo null; 0: none
    info_by_partner_code: bool = False  # getOrderInfo takes partnerOrderCode
    digits_only_phones: bool = False  # a hyphen in a landline is refused
    region_shape: RegionShape = RegionShape.ROWS


@dataclass(frozen=True, slots=True)
class ForbiddenRegion:
    """A region ZTO does not serve at present; empty parts mean all of them."""

    province: str
    city: str = ""
    district: str = ""
    reason: str = ""
    until_s: float | None = None  # None: until further notice

    def covers(self, province: str, city: str, district: str) -> bool:
        wanted = ((self.province, province), (self.city, city), (self.district, district))
        return all(not part or part == given for part, given in wanted)


@dataclass(frozen=True, slots=True)
class ZtoScan:
    """One event of a parcel on its way."""

    at_s: float
    scan_type: str
    text: str


@dataclass(frozen=True, slots=True)
class ZtoOrder:
    """An order as ZTO knows it. ``bill_code`` is empty for an appointment without a number."""

    app_key: str
    partner_order_code: str
    order_code: str
    bill_code: str
    account_id: str
    is_appointment: bool  # 预约件; otherwise 全网件
    request: Mapping[str, Any] = field(repr=False)
    created_at_s: float
    place_in_line: int  # counted from 1 over all orders
    return_bill_code: str = ""
    is_cancelled: bool = False
    scans: tuple[ZtoScan, ...] = ()

    @property
    def cod_fen(self) -> int:
        return self._amount("COD")

    @property
    def insured_fen(self) -> int:
        return self._amount("insured")

    def _amount(self, kind: str) -> int:
        return sum(s["vasAmount"] for s in self.added_services if s["vasType"] == kind)

    @property
    def added_services(self) -> list[dict[str, Any]]:
        """The request's ``orderVasList``, empty when it has none."""
        return self.request.get("orderVasList") or []

    def phone_ends(self) -> set[str]:
        """The last four digits of every phone in the order."""
        sender, receiver = self.request["senderInfo"], self.request["receiveInfo"]
        phones = (
            sender.get("senderPhone"),
            sender.get("senderMobile"),
            receiver.get("receiverPhone"),
            receiver.get("receiverMobile"),
        )
        return {str(p)[-4:] for p in phones if p}


class ZtoRefusalError(Exception):
    """A refusal; ZTO answers it with HTTP 200 all the same."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def refused(message: str) -> ZtoRefusalError:
    """A business refusal: ZTO tells it by text, the code says nothing."""
    return ZtoRefusalError("9999", message)
