"""One shop of the simulated platform: its data behind one lock, and who may call how often."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.simulators.wechat.quirks import WechatQuirks
from app.simulators.wechat.records import (
    LabelAccount,
    LabelOrder,
    PrintNotice,
    Shipment,
    ShopOrder,
)
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.tokens import TokenDesk, business_day

Clock = Callable[[], float]

COMPANIES: Mapping[str, str] = {
    "JTSD": "极兔速递",
    "STO": "申通快递",
    "YTO": "圆通速递",
    "YUNDA": "韵达速递",
    "ZTO": "中通快递",
    "SF": "顺丰速运",
    "JD": "京东",
    "EMS": "中国邮政",
    "CNSD": "菜鸟速递(丹鸟)",
    "DBKD": "德邦快递",
}

RETURN_ADDRESS: Mapping[str, Any] = {
    "address_id": "123",
    "name": "默认仓",
    "address_info": {
        "user_name": "收货处",
        "tel_number": "13900000000",
        "postal_code": "",
        "province_name": "上海市",
        "city_name": "上海市",
        "county_name": "青浦区",
        "detail_info": "示例路1号仓",
        "national_code": "",
        "house_number": "",
    },
    "landline": "",
    "remark": "",
    "send_addr": True,
    "default_send": True,
    "recv_addr": True,
    "default_recv": True,
    "create_time": 1767000000,
    "update_time": 1767000000,
    "address_type": {"same_city": 0, "pickup": 0},
}


class ShopState:
    """Everything one shop knows. Endpoints and actions hold ``lock`` while they look or change."""

    def __init__(
        self,
        app_id: str,
        secret: str,
        *,
        label_shop_id: str = "5000000000001",
        accounts: Iterable[LabelAccount] = (),
        nickname: str = "示例小店",
        username: str = "gh_1a2b3c4d5e6f",
        companies: Mapping[str, str] = COMPANIES,
        quirks: WechatQuirks | None = None,
        clock: Clock = time.time,
    ) -> None:
        self.app_id = app_id
        self.label_shop_id = label_shop_id
        self.nickname = nickname
        self.username = username
        self.quirks = quirks if quirks is not None else WechatQuirks()
        self.clock = clock
        self.lock = threading.RLock()
        self.tokens = TokenDesk(app_id, secret, self.quirks, clock)
        self.gate = CallGate(self.quirks, clock)
        self.companies = dict(companies)
        self.accounts = list(accounts)
        self.merchant_addresses: list[dict[str, Any]] = [dict(RETURN_ADDRESS)]
        self.orders: dict[str, ShopOrder] = {}
        self.aftersales: dict[str, dict[str, Any]] = {}
        self.refunds_asked_at_s: dict[str, float] = {}
        self.exchanges_sent_at_s: dict[str, float] = {}
        self.pictures: dict[str, bytes] = {}
        self.products: dict[str, dict[str, Any]] = {}
        self.flash_sales: set[tuple[str, str]] = set()
        self.reviews_left = 100
        self.label_orders: dict[str, LabelOrder] = {}
        self.labels_by_number: dict[str, LabelOrder] = {}
        self.label_templates: dict[str, dict[str, dict[str, Any]]] = {}  # by carrier and id
        self.print_notices: list[PrintNotice] = []
        self.shipment_log: list[Shipment] = []
        self.refused_shipments: Counter[tuple[str, int]] = Counter()
        self.decodes: list[tuple[str, float]] = []
        self.events: list[dict[str, Any]] = []
        self.listeners: list[Callable[[Mapping[str, Any]], None]] = []  # must not call the shop
        self.unreachable: set[tuple[str, str]] = set()
        self.label_refusals: dict[str, deque[str]] = {}
        self.chance = random.Random(app_id)
        self.waybill_numbers = itertools.count(1)
        self.own_numbers = itertools.count(1)
        self.find_shop: Callable[[str], ShopState | None] = lambda _: None
        self.picture_origin = ""

    def now_s(self) -> int:
        """The platform's time in whole seconds."""
        return int(self.clock())

    def order(self, order_id: str | int) -> ShopOrder:
        """The order.

        Raises:
            RefusalError: 100002, this shop has no such order.
        """
        found = self.orders.get(str(order_id))
        if found is None:
            raise RefusalError(100002)
        self._close_overdue_sku_changes(found)
        return found

    def account(self, acct_id: str) -> LabelAccount | None:
        """The label account with this id."""
        return next((a for a in self.accounts if a.acct_id == acct_id), None)

    def push(self, event: str, from_user: str, **payload: Any) -> None:
        """Note a message push, as it reads after decryption."""
        message = {
            "ToUserName": self.username,
            "FromUserName": from_user,
            "CreateTime": self.now_s(),
            "MsgType": "event",
            "Event": event,
            **payload,
        }
        self.events.append(message)
        for listen in self.listeners:
            listen(message)

    def picture_url(self, path: str) -> str:
        """A path below the server's pictures as an address; an address stays as it is."""
        return self.picture_origin + path if path.startswith("/") else path

    def decodes_today(self) -> int:
        """How many receivers were decoded on the platform's current day."""
        today = business_day(self.clock())
        return sum(1 for _, at_s in self.decodes if business_day(at_s) == today)

    def take_stock(self, product_id: str, sku_id: str, units: int) -> None:
        """Move units out of the shop's stock (into it when negative), never below 0."""
        product = self.products.get(product_id, {})
        for sku in product.get("skus", ()):
            if str(sku["sku_id"]) == sku_id:
                had = int(sku["stock_num"])
                sku["stock_num"] = max(0, had - units)
                if had > 0 == sku["stock_num"]:
                    self._push_sold_out(product_id, sku_id)

    def _push_sold_out(self, product_id: str, sku_id: str) -> None:
        event = "channels_ec_stock_no_enough"
        told = {
            "product_id": product_id,
            "sku_id": sku_id,
            "remaining_stock_amount": 0,
            "remaining_code_amount": 0,
        }
        self.push(event, "", **{event: told})

    def _close_overdue_sku_changes(self, order: ShopOrder) -> None:
        now_s = self.now_s()
        for line in order.lines:
            change = line.get("change_sku_info")
            waits = change is not None and change["preshipment_change_sku_state"] == 3
            if change is not None and waits and now_s >= int(change["ddl_time_stamp"]):
                change["preshipment_change_sku_state"] = 7
                order.touch(now_s)


class CallGate:
    """Counts calls per minute and day. The caller holds the shop's lock."""

    def __init__(self, quirks: WechatQuirks, clock: Clock) -> None:
        self._quirks = quirks
        self._clock = clock
        self._counts: Counter[tuple[str, str, int | str]] = Counter()

    def count(self, path: str) -> None:
        """Count one call.

        Raises:
            RefusalError: 45011 too many in this minute, 45009 too many today.
        """
        now_s = self._clock()
        minute, day = int(now_s // 60), business_day(now_s)
        if self._next("all", "day", day) > self._quirks.calls_per_day:
            raise RefusalError(45009)
        if self._next("all", "minute", minute) > self._quirks.calls_per_minute:
            raise RefusalError(45011)
        limit = self._quirks.endpoint_calls_per_minute.get(path)
        if limit is not None and self._next(path, "minute", minute) > limit:
            raise RefusalError(45011)

    def _next(self, what: str, span: str, when: int | str) -> int:
        key = (what, span, when)
        if key not in self._counts:
            for old in [k for k in self._counts if k[:2] == key[:2]]:
                del self._counts[old]
        self._counts[key] += 1
        return self._counts[key]
