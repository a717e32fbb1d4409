"""What one simulated shop remembers: orders, label accounts, waybills, shipments, notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.simulators.wechat.addresses import Receiver

WAIT_PAY, GIFT_WAITING, GROUP_WAITING = 10, 12, 13
WAIT_SHIP, PARTLY_SHIPPED, WAIT_RECEIPT, DONE, CANCELLED = 20, 21, 30, 100, 250
CANCELLED_STATES = frozenset({190, 200, 250})

Goods = tuple[str, str]
"""product_id and sku_id."""


@dataclass(slots=True)
class ShopOrder:
    """One order as the platform keeps it; ``data`` has the exact shape of order/get."""

    data: dict[str, Any]
    receiver: Receiver | None
    asked_receiver: Receiver | None = None
    other_isv: bool = False
    decode_refusals: int = 0
    address_changes: int = 0
    proposed_receiver: Receiver | None = None
    new_number_given: bool = False
    shipped: Counter[Goods] = field(default_factory=Counter)
    delivery_updates: Counter[str] = field(default_factory=Counter)
    updated_at_s: list[int] = field(default_factory=list)

    @property
    def order_id(self) -> str:
        return str(self.data["order_id"])

    @property
    def status(self) -> int:
        return int(self.data["status"])

    @status.setter
    def status(self, value: int) -> None:
        self.data["status"] = value

    @property
    def detail(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["order_detail"]
        return found

    @property
    def delivery(self) -> dict[str, Any]:
        found: dict[str, Any] = self.detail["delivery_info"]
        return found

    @property
    def lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.detail["product_infos"]
        return found

    def lines_of(self, goods: Goods) -> Iterator[dict[str, Any]]:
        """The order's lines of one SKU (a bought one and a free one may be the same SKU)."""
        return (line for line in self.lines if goods_of(line) == goods)

    def ordered(self) -> Counter[Goods]:
        """Units bought per SKU."""
        return self._sum("sku_cnt")

    def shippable(self) -> Counter[Goods]:
        """Units per SKU that may still be shipped; SKUs with none are left out."""
        left = self._sum("sku_cnt")
        left.subtract(self._sum("on_aftersale_sku_cnt"))
        left.subtract(self._sum("finish_aftersale_sku_cnt"))
        left.subtract(self.shipped)
        return +left

    def owed(self) -> Counter[Goods]:
        """Units per SKU still to be shipped once open after-sales came to nothing."""
        left = self._sum("sku_cnt")
        left.subtract(self._sum("finish_aftersale_sku_cnt"))
        left.subtract(self.shipped)
        return +left

    def has_status(self, wanted: int) -> bool:
        """Whether a list filtered by ``wanted`` holds the order; 20 holds partly shipped ones."""
        return self.status == wanted or (wanted == WAIT_SHIP and self.status == PARTLY_SHIPPED)

    def touch(self, now_s: float) -> None:
        """The order has changed."""
        self.data["update_time"] = int(now_s)
        self.updated_at_s.append(int(now_s))

    def listed_update_time(self, seen_until_s: float) -> int | None:
        """The update time an index that lags behind knows of, None before the first."""
        for at_s in reversed(self.updated_at_s):
            if at_s <= seen_until_s:
                return at_s
        return None

    def _sum(self, key: str) -> Counter[Goods]:
        total: Counter[Goods] = Counter()
        for line in self.lines:
            total[goods_of(line)] += int(line.get(key, 0))
        return total


def goods_of(line: dict[str, Any]) -> Goods:
    """The product_id and sku_id of a line, as text."""
    return str(line["product_id"]), str(line["sku_id"])


@dataclass(slots=True)
class LabelAccount:
    """A contract for platform labels with one carrier.

    ``company_type`` 1 is a franchise with a site and a balance of labels, 2 a direct carrier with a
    monthly card. ``sender_address`` has province, city, county, street and address.
    """

    delivery_id: str
    acct_id: str
    sender_address: dict[str, str]
    company_type: int = 1
    site_code: str = ""
    site_name: str = ""
    available: int = 0
    allocated: int = 0
    recycled: int = 0
    cancelled: int = 0
    acct_type: int = 0
    status: int = 3
    monthly_card: str = ""

    def as_answer(self, label_shop_id: str, *, need_balance: bool) -> dict[str, Any]:
        """One entry of account/get."""
        answer: dict[str, Any] = {
            "delivery_id": self.delivery_id,
            "acct_type": self.acct_type,
            "company_type": self.company_type,
            "shop_id": label_shop_id,
            "acct_id": self.acct_id,
            "status": self.status,
            "monthly_card": self.monthly_card,
            "sender_address": dict(self.sender_address),
        }
        if need_balance:
            answer |= {
                "available": self.available,
                "allocated": self.allocated,
                "recycled": self.recycled,
                "cancel": self.cancelled,
                "balance_retcode": 0,
                "balance_retmsg": "",
                "delivery_msg": "",
            }
        if self.company_type == 1:
            answer["site_info"] = self._site_info()
        return answer

    def _site_info(self) -> dict[str, Any]:
        return {
            "delivery_id": self.delivery_id,
            "site_status": 1,
            "site_code": self.site_code,
            "site_name": self.site_name,
            "site_fullname": self.site_name,
            "address": {
                "province_name": self.sender_address.get("province", ""),
                "city_name": self.sender_address.get("city", ""),
                "district_name": self.sender_address.get("county", ""),
                "detail_address": "",
            },
            "contact": {"name": "网点", "mobile": "15000000000", "phone": ""},
        }


@dataclass(slots=True)
class LabelOrder:
    """One ewaybill order. ``status`` 1 booked, 2 cancelled, 3 printed, 4 shipped.

    A ``burnt`` one is an id the platform remembers although no waybill came of it. ``label`` is
    what the print component will find in print_info.
    """

    ewaybill_order_id: str
    request: dict[str, Any]
    order_ids: tuple[str, ...] = ()
    waybill_id: str = ""
    children: list[dict[str, Any]] = field(default_factory=list)
    status: int = 1
    created_at_s: int = 0
    path_info: list[dict[str, Any]] = field(default_factory=list)
    label: dict[str, Any] = field(default_factory=dict)
    units: dict[str, set[Goods]] = field(default_factory=dict)
    burnt: bool = False

    @property
    def delivery_id(self) -> str:
        return str(self.request.get("delivery_id", ""))

    @property
    def alive(self) -> bool:
        """Whether a carrier would collect and the shop would pay for it."""
        return not self.burnt and self.status != 2

    @property
    def picked_up(self) -> bool:
        return any(step["status"] != 0 for step in self.path_info)


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel the shop has taken notice of. ``via`` is the endpoint, or "elsewhere"."""

    order_id: str
    delivery_id: str
    waybill_id: str
    goods: tuple[tuple[str, str, int], ...]
    via: str
    at_s: int
    serials: tuple[str, str, str] = ("", "", "")
    """``sn_code``, ``imei1`` and ``imei2``."""


@dataclass(frozen=True, slots=True)
class PrintNotice:
    """One "printed" notice for a waybill."""

    ewaybill_order_id: str
    waybill_id: str
    re_print: int
    at_s: int
