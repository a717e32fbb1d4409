"""The simulated J&T: what each path does and what a test may know and cause."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.simulators.exchange import Request, Response
from app.simulators.ground import (
    ROUTE_LATER,
    Clock,
    Serial,
    china_clock,
    stable_number,
    system_clock,
)
from app.simulators.jt import checks
from app.simulators.jt.records import (
    BALANCE,
    CANCEL,
    COST,
    CREATE,
    SEARCH,
    TRACK,
    JtAccount,
    JtOrder,
    JtQuirks,
    JtRefusalError,
    JtScan,
    RepeatReply,
)
from app.simulators.server import LoopbackServer

MAX_NUMBERS = 30
STEPS = (
    ("10", "快件揽收", "已揽收"),
    ("20", "发件扫描", "快件离开"),
    ("30", "到件扫描", "快件到达"),
    ("94", "出仓扫描", "正在派件"),
    ("100", "快件签收", "已签收"),
)
_Work = Callable[[JtAccount, dict[str, Any]], Any]


class JtSimulator:
    """J&T's open platform for some apps. Any thread may call it; ``mount`` it on a server.

    ``clock`` gives seconds since the epoch; the same ``seed`` gives the same numbers.
    """

    def __init__(
        self,
        accounts: Sequence[JtAccount] = (JtAccount(),),
        *,
        quirks: JtQuirks | None = None,
        clock: Clock = system_clock,
        seed: int = 1,
    ) -> None:
        self.quirks = quirks or JtQuirks()
        self._accounts = {a.api_account: a for a in accounts}
        self._left = {a.api_account: a.numbers_left for a in accounts}
        self._clock = clock
        self._bills = Serial(seed, 12)
        self._orders: dict[tuple[str, str], JtOrder] = {}
        self._key_of: dict[str, tuple[str, str]] = {}  # bill code → its order
        self._counts: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._paths: dict[str, _Work] = {
            CREATE: self._create,
            CANCEL: self._cancel,
            SEARCH: self._search,
            BALANCE: self._balance,
            TRACK: self._track,
            COST: self._cost,
        }

    def mount(self, server: LoopbackServer, prefix: str = "") -> None:
        """Answer under ``prefix``."""
        server.route("*", prefix + "/", lambda r: self.handle(r, r.path.removeprefix(prefix)))

    # what a test may know

    @property
    def orders(self) -> list[JtOrder]:
        """All orders, oldest first."""
        with self._lock:
            return list(self._orders.values())

    def numbers_issued(self, txlogistic_id: str) -> list[str]:
        """Every number ever given for ``txlogistic_id``: at most one for each app."""
        with self._lock:
            return [o.bill_code for (_, key), o in self._orders.items() if key == txlogistic_id]

    def numbers_left(self, api_account: str) -> int | None:
        """The prepaid numbers the customer behind an app still has."""
        with self._lock:
            return self._left[api_account]

    @property
    def counts(self) -> dict[str, int]:
        """How often each path was let through by the gateway, by its last word."""
        with self._lock:
            return dict(self._counts)

    # what a test may cause

    def advance(self, bill_code: str, steps: int = 1) -> JtOrder:
        """Move the parcel on: picked up, left, arrived, out for delivery, signed.

        Raises:
            KeyError: J&T never gave this number.
        """
        with self._lock:
            for _ in range(steps):
                order = self._orders[self._key_of[bill_code]]
                if len(order.scans) < len(STEPS):
                    self.report(bill_code, *STEPS[len(order.scans)])
            return self._orders[self._key_of[bill_code]]

    def report(self, bill_code: str, code: str, kind: str, text: str) -> None:
        """Add one scan, now.

        Raises:
            KeyError: J&T never gave this number.
        """
        with self._lock:
            order = self._orders[self._key_of[bill_code]]
            scan = JtScan(self._clock(), code, kind, text)
            self._keep(replace(order, scans=(*order.scans, scan)))

    # the wire

    def handle(self, request: Request, path: str = "") -> Response:
        """Answer one call; ``path`` is the request's without a prefix."""
        path = path or request.path
        if path not in self._paths:
            return Response.of_json({"status": 404, "error": "Not Found"}, status=404)
        with self._lock:
            try:
                account, body = checks.admitted(request, self._accounts, self.quirks, self._clock())
                if path not in account.paths:
                    raise JtRefusalError("145003012", "API账户无接口权限")
                self._counts[path.rpartition("/")[2]] += 1
                if path != TRACK:
                    checks.check_customer(body, account)
                data = self._paths[path](account, body)
            except JtRefusalError as error:
                refusal = {"code": error.code, "msg": error.message, "data": None}
                return Response.of_json(refusal, code=error.code)
            return Response.of_json({"code": "1", "msg": "success", "data": data}, code="1")

    # the paths

    def _create(self, account: JtAccount, body: dict[str, Any]) -> dict[str, Any]:
        checks.check_order(body, self.quirks)
        key = (account.api_account, body["txlogisticId"])
        known = self._orders.get(key)
        if known is not None and self.quirks.repeat is RepeatReply.REFUSE:
            raise JtRefusalError("145003101", "客户订单号已存在,不能下单")
        if known is None:
            known = self._booked(account, body)
        withheld = ROUTE_LATER in body["receiver"]["address"]
        return self._shown(known, with_route=not withheld)

    def _booked(self, account: JtAccount, body: dict[str, Any]) -> JtOrder:
        left = self._left[account.api_account]
        if left is not None:
            if left < 1:
                raise JtRefusalError("145003110", "电子面单余额不足")
            self._left[account.api_account] = left - 1
        made = JtOrder(
            account.api_account,
            body["txlogisticId"],
            "JT5" + self._bills.take(),
            body,
            self._clock(),
        )
        self._keep(made)
        return made

    def _shown(self, order: JtOrder, *, with_route: bool = True) -> dict[str, Any]:
        receiver = order.request["receiver"]
        place = receiver["prov"] + receiver["city"] + receiver["area"] + receiver["address"]
        codes = (
            str(stable_number(place[:6], 900) + 100),
            f"{stable_number(place, 900) + 100}-{stable_number(place + 'two', 90) + 10}",
            f"{stable_number(place + 'three', 900) + 100:03}",
        )
        shown: dict[str, Any] = {
            "txlogisticId": order.our_id,
            "billCode": order.bill_code,
            "createOrderTime": china_clock(order.created_at_s),
            self.quirks.sorting_field: " ".join(codes) if with_route else None,
            "lastCenterName": f"{receiver['city']}转运中心" if with_route else None,
        }
        return shown

    def _search(self, account: JtAccount, body: dict[str, Any]) -> Any:
        wanted = body.get("serialNumber")
        if body.get("command") not in (1, 2) or not isinstance(wanted, list) or not wanted:
            raise JtRefusalError("145003050", "command或serialNumber不合法")
        found = []
        for order in self._orders.values():
            name = order.our_id if body["command"] == 1 else order.bill_code
            visible = self._clock() - order.created_at_s >= self.quirks.visible_after_s
            if order.api_account == account.api_account and name in wanted and visible:
                found.append(self._listed(order))
        return {"records": found, "total": len(found)} if self.quirks.paged else found

    def _listed(self, order: JtOrder) -> dict[str, Any]:
        status = "104" if order.is_cancelled else "103" if order.scans else "100"
        receiver = order.request["receiver"] if self.quirks.shows_receiver else None
        return {**self._shown(order), "orderStatus": status, "receiver": receiver}

    def _cancel(self, account: JtAccount, body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("reason"):
            raise JtRefusalError("145003089", "取消原因不能为空")
        order = self._orders.get((account.api_account, checks.our_id(body)))
        if order is None:
            raise JtRefusalError("999002000", "订单不存在")
        if order.is_cancelled:
            raise JtRefusalError("999002010", "订单已取消,请勿重复取消")
        if order.scans:
            raise JtRefusalError("999002010", "订单已揽收,不能取消")
        self._keep(replace(order, is_cancelled=True))
        return {"txlogisticId": order.our_id, "billCode": order.bill_code}

    def _balance(self, account: JtAccount, body: dict[str, Any]) -> dict[str, Any]:
        left = self._left[account.api_account]
        return {"customerCode": account.customer_code, "balance": left}

    def _track(self, account: JtAccount, body: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = str(body.get("billCodes") or "").split(",")
        if not wanted[0] or len(wanted) > MAX_NUMBERS:
            raise JtRefusalError("145003502", "运单号不能为空且不超过30个")
        orders = [self._orders[key] for n in wanted if (key := self._key_of.get(n))]
        return [
            {"billCode": o.bill_code, "details": [_scan(s) for s in reversed(o.scans)]}
            for o in orders
        ]

    def _cost(self, account: JtAccount, body: dict[str, Any]) -> dict[str, Any]:
        checks.check_place(body.get("sender"), "145003083")
        checks.check_place(body.get("receiver"), "145003084")
        checks.check_weight(body)
        checks.check_served(body["receiver"])
        same = body["sender"]["prov"] == body["receiver"]["prov"]
        first_fen, more_fen = (500, 100) if same else (800, 300)
        kilograms = -(-float(body["weight"]) // 1)
        fee_fen = first_fen + int(max(0.0, kilograms - 1)) * more_fen
        return {"totalPrice": f"{fee_fen / 100:.2f}"}

    def _keep(self, order: JtOrder) -> None:
        key = (order.api_account, order.our_id)
        self._orders[key] = order
        self._key_of[order.bill_code] = key


def _scan(scan: JtScan) -> Mapping[str, Any]:
    return {
        "scanTime": china_clock(scan.at_s),
        "scanType": scan.kind,
        "scanTypeCode": scan.code,
        "desc": scan.text,
        "scanNetworkName": "演示网点",
    }
