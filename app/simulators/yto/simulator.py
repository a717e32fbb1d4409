"""The simulated YTO: what each interface does and what a test may know and cause."""

from __future__ import annotations

import base64
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.simulators.exchange import Request, Response
from app.simulators.ground import ROUTE_LATER, Clock, Serial, stable_number, system_clock
from app.simulators.server import LoopbackServer
from app.simulators.yto import checks
from app.simulators.yto.records import (
    CANCEL,
    CREATE,
    PRICE,
    PRINT,
    TRACK,
    Repeat,
    YtoAccount,
    YtoOrder,
    YtoQuirks,
    YtoRefusalError,
    YtoStep,
)

STEPS = (
    ("GOT", "您的快件已揽收"),
    ("DEPARTURE", "您的快件已离开"),
    ("ARRIVAL", "您的快件已到达"),
    ("SENT_SCAN", "正在派件"),
    ("SIGNED", "您的快件已签收"),
)
LABEL_PDF = b"%PDF-1.4\n% the simulated YTO's own label\n%%EOF\n"


class YtoSimulator:
    """YTO's open platform for some customers. Any thread may call it; ``mount`` it on a server.

    ``clock`` gives seconds since the epoch; the same ``seed`` gives the same numbers.
    """

    def __init__(
        self,
        accounts: Sequence[YtoAccount] = (YtoAccount(),),
        *,
        quirks: YtoQuirks | None = None,
        clock: Clock = system_clock,
        seed: int = 1,
    ) -> None:
        self.quirks = quirks or YtoQuirks()
        self._accounts = list(accounts)
        self._left = {a.customer_code: a.numbers_left for a in accounts}
        self._clock = clock
        self._serial = Serial(seed, 12)
        self._orders: dict[str, YtoOrder] = {}  # by number
        self._counts: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._methods: dict[str, Callable[[YtoAccount, dict[str, Any]], Any]] = {
            CREATE: self._create,
            CANCEL: self._cancel,
            TRACK: self._track,
            PRINT: self._print,
            PRICE: self._price,
        }

    def mount(self, server: LoopbackServer, prefix: str = "") -> None:
        """Answer under ``prefix`` + ``/open``."""
        server.route("*", f"{prefix}/open", lambda r: self.handle(r, r.path.removeprefix(prefix)))

    # what a test may know

    @property
    def orders(self) -> list[YtoOrder]:
        """All orders, oldest first."""
        with self._lock:
            return list(self._orders.values())

    def numbers_issued(self, logistics_no: str) -> list[str]:
        """Every number ever given for ``logistics_no``; how many depends on ``Repeat``."""
        with self._lock:
            return [o.mail_no for o in self._orders.values() if o.logistics_no == logistics_no]

    @property
    def counts(self) -> dict[str, int]:
        """How often each interface was let through."""
        with self._lock:
            return dict(self._counts)

    # what a test may cause

    def advance(self, mail_no: str, steps: int = 1) -> YtoOrder:
        """Move the parcel on: GOT, DEPARTURE, ARRIVAL, SENT_SCAN, SIGNED.

        Raises:
            KeyError: YTO never gave this number.
        """
        with self._lock:
            for _ in range(steps):
                done = len(self._orders[mail_no].steps)
                if done < len(STEPS):
                    self.report(mail_no, *STEPS[done])
            return self._orders[mail_no]

    def report(self, mail_no: str, code: str, text: str) -> None:
        """Add one event, now.

        Raises:
            KeyError: YTO never gave this number.
        """
        with self._lock:
            order = self._orders[mail_no]
            step = YtoStep(self._clock(), code, text)
            self._orders[mail_no] = replace(order, steps=(*order.steps, step))

    # the wire

    def handle(self, request: Request, path: str = "") -> Response:
        """Answer one call; ``path`` is the request's without a prefix."""
        with self._lock:
            try:
                account, method, param = checks.admitted(
                    request, path or request.path, self._accounts, self.quirks, self._clock()
                )
                self._counts[method] += 1
                body = self._methods[method](account, param)
            except YtoRefusalError as error:
                return Response.of_json(_refusal(error), code=error.code or "reason")
            if self.quirks.wrapped and isinstance(body, dict) and "code" not in body:
                body = {"success": True, "code": "200", "message": "成功", "data": body}
            return Response.of_json(body, code="0")

    # the interfaces

    def _create(self, account: YtoAccount, order: dict[str, Any]) -> dict[str, Any]:
        checks.check_order(order, self.quirks)
        known = self._by_id(account, order["logisticsNo"])
        if known and self.quirks.repeat is Repeat.REFUSED:
            raise YtoRefusalError("物流单号已存在")
        if known and self.quirks.repeat is Repeat.SAME_NUMBER:
            return self._booked(known)
        if self._left[account.customer_code] < 1:
            raise YtoRefusalError("电子面单余额不足")
        self._left[account.customer_code] -= 1
        made = YtoOrder(
            account.customer_code,
            order["logisticsNo"],
            f"YT8{self._serial.take()}",
            order,
            self._clock(),
        )
        self._orders[made.mail_no] = made
        return self._booked(made)

    def _booked(self, order: YtoOrder) -> dict[str, Any]:
        found = {"logisticsNo": order.logistics_no, "mailNo": order.mail_no}
        address = str(order.request["recipientAddress"])
        if ROUTE_LATER in address:
            return found
        return found | {self.quirks.route_field: segments(order.request)}

    def _by_id(self, account: YtoAccount, logistics_no: Any) -> YtoOrder | None:
        """The latest order under an id of this customer."""
        mine = (
            o
            for o in reversed(self._orders.values())
            if (o.customer_code, o.logistics_no) == (account.customer_code, logistics_no)
        )
        return next(mine, None)

    def _cancel(self, account: YtoAccount, param: dict[str, Any]) -> dict[str, Any]:
        known = self._by_id(account, param.get("logisticsNo"))
        if not param.get("cancelDesc"):
            raise YtoRefusalError("取消原因不能为空")
        if known is None:
            raise YtoRefusalError("订单不存在")
        if known.is_cancelled:
            raise YtoRefusalError("订单已取消")
        if known.steps:
            raise YtoRefusalError("订单已揽收,不能取消")
        self._orders[known.mail_no] = replace(known, is_cancelled=True)
        return {"logisticsNo": known.logistics_no}

    def _track(self, account: YtoAccount, param: dict[str, Any]) -> Any:
        number = str(param.get("NUMBER") or "")
        if not number:
            raise YtoRefusalError("NUMBER不能为空", "1000")
        order = self._orders.get(number)
        if order is None or order.customer_code != account.customer_code or not order.steps:
            empty = {"code": "1001", "map": {number: []}, "message": "查询结果为空。"}
            return empty | {"success": True}
        return [
            {
                "waybill_No": number,
                "upload_Time": china_time(step.at_s),
                "infoContent": step.code,
                "processInfo": step.text,
                "city": order.request["senderCityName"],
                "district": order.request["senderCountyName"],
            }
            for step in order.steps
        ]

    def _print(self, account: YtoAccount, param: dict[str, Any]) -> dict[str, Any]:
        order = self._orders.get(str(param.get("waybillNo")))
        if order is None or order.customer_code != account.customer_code:
            raise YtoRefusalError("运单号不存在", "-1")
        pdf = base64.b64encode(LABEL_PDF).decode("ascii")
        return {"code": "0", "message": "成功", "data": {"pdfBase64": pdf}}

    def _price(self, account: YtoAccount, param: dict[str, Any]) -> dict[str, Any]:
        for name in ("startProvince", "startCity", "endProvince", "endCity"):
            if not isinstance(param.get(name), str) or not param[name]:
                raise YtoRefusalError(f"{name}不能为空", "1000")
        weight = param.get("goodsWeight")
        if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 < weight < 50:
            raise YtoRefusalError("goodsWeight错误", "1000")
        more_kg = max(0, -int(-weight // 1) - 1)
        near = param["startProvince"] == param["endProvince"]
        return {"price": f"{(5 if near else 8) + more_kg * (1 if near else 3)}.00"}


def segments(order: Mapping[str, Any]) -> str:
    """The three segments of an order's receiver."""
    place = "".join(str(order[f"recipient{p}"]) for p in ("ProvinceName", "CityName", "CountyName"))
    street = place + str(order["recipientAddress"])
    one, two = 300 + stable_number(place, 600), stable_number(place + "2", 900) + 100
    return f"{one}-{two}-{stable_number(street, 900) + 100}"


def china_time(at_s: float) -> str:
    """Wall clock time in China."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_s + 8 * 3600))


def _refusal(error: YtoRefusalError) -> dict[str, Any]:
    if not error.code:
        return {"success": False, "reason": error.reason}
    return {"success": False, "code": error.code, "message": error.reason}
