"""The simulated STO: what each API does and what a test may know and cause."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.simulators.exchange import Request, Response
from app.simulators.ground import ROUTE_LATER, Clock, Serial, stable_number, system_clock
from app.simulators.server import LoopbackServer
from app.simulators.sto import checks
from app.simulators.sto.records import (
    CANCEL,
    CREATE,
    DISPATCH,
    TRACK,
    Repeat,
    StoAccount,
    StoGatewayError,
    StoOrder,
    StoQuirks,
    StoRefusalError,
    StoScan,
)

GATEWAY = "/gateway/link.do"
XML = "text/xml; charset=utf-8"
SCANS = (
    ("收件", "快件已由网点揽收"),
    ("发件", "快件已发往下一站"),
    ("到件", "快件已到达"),
    ("派件", "快件正在派送"),
    ("签收", "快件已签收"),
)


class StoSimulator:
    """STO's link gateway for some apps. Any thread may call it; ``mount`` it on a server.

    ``clock`` gives seconds since the epoch; the same ``seed`` gives the same numbers.
    """

    def __init__(
        self,
        accounts: Sequence[StoAccount] = (StoAccount(),),
        *,
        quirks: StoQuirks | None = None,
        clock: Clock = system_clock,
        seed: int = 1,
    ) -> None:
        self.quirks = quirks or StoQuirks()
        self._accounts = {a.app_key: a for a in accounts}
        self._left = {a.app_key: a.numbers_left for a in accounts}
        self._clock = clock
        self._serial = Serial(seed, 12)
        self._orders: dict[str, StoOrder] = {}  # by number
        self._counts: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._apis: dict[str, Callable[[StoAccount, dict[str, Any]], Any]] = {
            CREATE: self._create,
            CANCEL: self._cancel,
            DISPATCH: self._dispatch,
            TRACK: self._track,
        }

    def mount(self, server: LoopbackServer, prefix: str = "") -> None:
        """Answer at ``prefix`` + ``/gateway/link.do``."""
        server.route("*", prefix + GATEWAY, self.handle)

    # what a test may know

    @property
    def orders(self) -> list[StoOrder]:
        """All orders, oldest first."""
        with self._lock:
            return list(self._orders.values())

    def numbers_issued(self, order_no: str) -> list[str]:
        """Every number ever given for ``order_no``; how many depends on ``Repeat``."""
        with self._lock:
            return [o.waybill_no for o in self._orders.values() if o.order_no == order_no]

    @property
    def counts(self) -> dict[str, int]:
        """How often each API was let through."""
        with self._lock:
            return dict(self._counts)

    # what a test may cause

    def advance(self, waybill_no: str, scans: int = 1) -> StoOrder:
        """Move the parcel on: 收件, 发件, 到件, 派件, 签收.

        Raises:
            KeyError: STO never gave this number.
        """
        with self._lock:
            for _ in range(scans):
                done = len(self._orders[waybill_no].scans)
                if done < len(SCANS):
                    self.report(waybill_no, *SCANS[done])
            return self._orders[waybill_no]

    def report(self, waybill_no: str, kind: str, text: str) -> None:
        """Add one scan, now.

        Raises:
            KeyError: STO never gave this number.
        """
        with self._lock:
            order = self._orders[waybill_no]
            scan = StoScan(self._clock(), kind, text)
            self._orders[waybill_no] = replace(order, scans=(*order.scans, scan))

    # the wire

    def handle(self, request: Request) -> Response:
        """Answer one call."""
        with self._lock:
            try:
                account, api, content = checks.admitted(request, self._accounts)
                self._counts[api] += 1
                data = self._apis[api](account, content)
            except StoGatewayError as error:
                return self._turned_away(error)
            except StoRefusalError as error:
                reply = self._reply(False, error.code, error.message, None)
                return Response.of_json(reply, code=error.code)
            return Response.of_json(self._reply(True, "", "", data), code="0")

    def _reply(self, success: bool, code: str, message: str, data: Any) -> dict[str, Any]:
        said = str(success).lower() if self.quirks.text_success else success
        return {
            "success": said,
            "errorCode": code,
            "errorMsg": message,
            "needRetry": "false",
            "requestId": "",
            "data": data,
        }

    def _turned_away(self, error: StoGatewayError) -> Response:
        if not self.quirks.xml_at_the_door:
            reply = self._reply(False, error.code, error.message, None)
            return Response.of_json(reply, code=error.code)
        text = (
            f"<response><success>false</success><errorCode>{error.code}</errorCode>"
            f"<errorMsg>{error.message}</errorMsg></response>"
        )
        return replace(Response.of_text(text, content_type=XML), code=error.code)

    # the APIs

    def _create(self, account: StoAccount, order: dict[str, Any]) -> dict[str, Any]:
        checks.check_order(order, account, self.quirks)
        known = self._by_id(account, order["orderNo"])
        if known and self.quirks.repeat is Repeat.REFUSED:
            raise StoRefusalError("订单号重复,请勿重复下单")
        if known and self.quirks.repeat is Repeat.SAME_NUMBER:
            return self._booked(known)
        if self._left[account.app_key] < 1:
            raise StoRefusalError("电子面单余额不足")
        self._left[account.app_key] -= 1
        made = StoOrder(
            account.app_key, order["orderNo"], f"773{self._serial.take()}", order, self._clock()
        )
        self._orders[made.waybill_no] = made
        return self._booked(made)

    def _booked(self, order: StoOrder) -> dict[str, Any]:
        found = {
            "orderNo": order.order_no,
            "waybillNo": order.waybill_no,
            "sourceOrderId": order.order_no,
        }
        receiver = order.request["receiver"]
        withheld = ROUTE_LATER in receiver["town"] + receiver["address"]
        return found if withheld else found | self._route(receiver)

    def _route(self, receiver: Mapping[str, Any]) -> dict[str, str]:
        place = "".join(str(receiver[p]) for p in ("province", "city", "area"))
        street = f"{place}{receiver['town']}{receiver['address']}"
        one, two = stable_number(place, 800) + 100, stable_number(street, 900) + 100
        third = f"{stable_number(street + '3', 90) + 10}"
        bag = f"{receiver['city']}集包"
        return {self.quirks.route_field: f"{one}-{two}-{third}", "packagePlace": bag}

    def _by_id(self, account: StoAccount, order_no: Any) -> StoOrder | None:
        mine = (
            o
            for o in reversed(self._orders.values())
            if (o.app_key, o.order_no) == (account.app_key, order_no)
        )
        return next(mine, None)

    def _of(self, account: StoAccount, number: Any) -> StoOrder | None:
        found = self._orders.get(number) if isinstance(number, str) else None
        return found if found and found.app_key == account.app_key else None

    def _cancel(self, account: StoAccount, content: dict[str, Any]) -> None:
        if content.get("orderSource") != account.order_source or content.get("orderType") != "01":
            raise StoRefusalError("orderSource或orderType错误")
        known = self._of(account, content.get("billCode"))
        if known is None or content.get("sourceOrderId") not in (None, "", known.order_no):
            raise StoRefusalError("订单不存在")
        if known.is_cancelled:
            raise StoRefusalError("订单已取消,请勿重复取消")
        if known.scans:
            raise StoRefusalError("订单已揽收,不能取消")
        self._orders[known.waybill_no] = replace(known, is_cancelled=True)

    def _dispatch(self, account: StoAccount, content: dict[str, Any]) -> dict[str, Any]:
        known = self._of(account, content.get("BillCode"))
        if known is None or content.get("OrderSourceCode") != account.order_source:
            raise StoRefusalError("订单不存在")
        return {"waybillNo": known.waybill_no} | self._route(known.request["receiver"])

    def _track(self, account: StoAccount, content: dict[str, Any]) -> dict[str, Any]:
        wanted = content.get("waybillNoList")
        if not isinstance(wanted, list) or not wanted:
            raise StoRefusalError("waybillNoList不能为空")
        found = {}
        for number in wanted:
            order = self._of(account, number)
            if order and order.scans:
                found[order.waybill_no] = [self._scan(order, scan) for scan in order.scans]
        return found

    def _scan(self, order: StoOrder, scan: StoScan) -> dict[str, str]:
        sender = order.request["sender"]
        return {
            "waybillNo": order.waybill_no,
            "opTime": china_time(scan.at_s),
            "scanType": scan.kind,
            "memo": scan.text,
            "opOrgName": f"{sender['area']}网点",
            "opOrgCityName": sender["city"],
            "opOrgProvinceName": sender["province"],
        }


def china_time(at_s: float) -> str:
    """Wall clock time in China."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_s + 8 * 3600))
