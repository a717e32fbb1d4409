"""The simulated Yunda: what each path does and what a test may know and cause."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.simulators.exchange import Request, Response
from app.simulators.ground import Clock, Serial, system_clock
from app.simulators.server import LoopbackServer
from app.simulators.yunda import answers, checks
from app.simulators.yunda.records import (
    CANCEL,
    COUNT,
    CREATE,
    PDF_INFO,
    ROUTE,
    SUBSCRIBE,
    TRACK,
    UPDATE,
    USE_UPDATE,
    YundaAccount,
    YundaGatewayError,
    YundaItemError,
    YundaOrder,
    YundaQuirks,
    YundaStep,
)

UPDATE_DAYS = 15
STEPS = (
    ("GOT", "已揽收"),
    ("DEPARTURE", "已离开"),
    ("ARRIVAL", "已到达"),
    ("SENT", "正在派件"),
    ("SIGNED", "已签收"),
)
_Work = Callable[[YundaAccount, Mapping[str, Any]], dict[str, Any]]


class YundaSimulator:
    """Yunda's open platform for some apps. Any thread may call it; ``mount`` it on a server.

    ``clock`` gives seconds since the epoch; the same ``seed`` gives the same numbers.
    """

    def __init__(
        self,
        accounts: Sequence[YundaAccount] = (YundaAccount(),),
        *,
        quirks: YundaQuirks | None = None,
        clock: Clock = system_clock,
        seed: int = 1,
    ) -> None:
        self.quirks = quirks or YundaQuirks()
        self._accounts = {a.app_key: a for a in accounts}
        self._left = {a.app_key: a.numbers_left for a in accounts}
        self._clock = clock
        self._mail_numbers = Serial(seed, 11)
        self._order_ids = Serial(seed + 1, 9)
        self._orders: dict[tuple[str, str], YundaOrder] = {}
        self._key_of: dict[str, tuple[str, str]] = {}  # mail_no → its order
        self._counts: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._paths: dict[str, Callable[[YundaAccount, dict[str, Any]], Any]] = {
            CREATE: self._create,
            UPDATE: self._update,
            CANCEL: self._cancel,
            PDF_INFO: self._pdf_info,
            COUNT: self._count,
            ROUTE: self._route,
            TRACK: self._track,
            SUBSCRIBE: self._subscribe,
        }

    def mount(self, server: LoopbackServer, prefix: str = "") -> None:
        """Answer under ``prefix`` + ``/openapi-api`` and ``/openapi``."""
        for root in ("/openapi-api", "/openapi"):
            server.route("*", prefix + root, lambda r: self.handle(r, r.path.removeprefix(prefix)))

    # what a test may know

    @property
    def orders(self) -> list[YundaOrder]:
        """All orders, oldest first."""
        with self._lock:
            return list(self._orders.values())

    def numbers_issued(self, order_serial_no: str) -> list[str]:
        """Every number ever given for ``order_serial_no``: at most one for each app."""
        with self._lock:
            found = [o for (_, serial), o in self._orders.items() if serial == order_serial_no]
        return [order.mail_no for order in found]

    def numbers_left(self, app_key: str) -> int:
        """The prepaid numbers the merchant behind an app still has."""
        with self._lock:
            return self._left[app_key]

    @property
    def counts(self) -> dict[str, int]:
        """How often each path was let through by the gateway, by its last word."""
        with self._lock:
            return dict(self._counts)

    # what a test may cause

    def advance(self, mail_no: str, steps: int = 1) -> YundaOrder:
        """Move the parcel on: GOT, DEPARTURE, ARRIVAL, SENT, SIGNED.

        Raises:
            KeyError: Yunda never gave this number.
        """
        with self._lock:
            for _ in range(steps):
                order = self._orders[self._key_of[mail_no]]
                if len(order.steps) < len(STEPS):
                    action, text = STEPS[len(order.steps)]
                    self.report(mail_no, action, text)
            return self._orders[self._key_of[mail_no]]

    def report(self, mail_no: str, action: str, text: str) -> None:
        """Add one step, now.

        Raises:
            KeyError: Yunda never gave this number.
        """
        with self._lock:
            order = self._orders[self._key_of[mail_no]]
            step = YundaStep(self._clock(), action, text)
            self._keep(replace(order, steps=(*order.steps, step)))

    def leave_numbers(self, app_key: str, numbers: int) -> None:
        """So many prepaid numbers the merchant behind an app has from now on."""
        with self._lock:
            self._left[app_key] = numbers

    # the wire

    def handle(self, request: Request, path: str = "") -> Response:
        """Answer one call; ``path`` is the request's without a prefix."""
        path = path or request.path
        with self._lock:
            try:
                if path == self.quirks.pdf_info_path:
                    path = PDF_INFO
                elif path == PDF_INFO:
                    path += "?"  # this Yunda has it elsewhere
                account = checks.admitted(request, self._accounts, self.quirks, self._clock())
                if path not in account.paths or path not in self._paths:
                    raise YundaGatewayError("7200", "接口无权限")
                body = checks.body_of(request)
                self._counts[path.rpartition("/")[2]] += 1
                data = self._paths[path](account, body)
            except YundaGatewayError as error:
                refusal = {"result": False, "code": error.code, "message": error.message}
                return Response.of_json(refusal | {"data": None}, code=error.code)
            reply = {"result": True, "code": "0000", "message": "请求成功", "data": data}
            return Response.of_json(reply, code="0000")

    # the paths

    def _create(self, account: YundaAccount, body: dict[str, Any]) -> list[dict[str, Any]]:
        return self._each(account, body, self._create_one)

    def _create_one(self, account: YundaAccount, order: Mapping[str, Any]) -> dict[str, Any]:
        checks.check_order(order, self.quirks)
        key = (account.app_key, order["order_serial_no"])
        if key in self._orders:
            raise YundaItemError(USE_UPDATE)
        if self._left[account.app_key] < 1:
            raise YundaItemError("商户库存余额不足")
        self._left[account.app_key] -= 1
        made = YundaOrder(
            account.app_key,
            account.partner_id,
            order["order_serial_no"],
            "5" + self._order_ids.take(),
            "46" + self._mail_numbers.take(),
            order,
            self._clock(),
        )
        self._keep(made)
        return self._booked(made, "订单创建成功")

    def _booked(self, order: YundaOrder, text: str) -> dict[str, Any]:
        quirks = self.quirks
        return answers.booked(order, quirks.number_field, text, quirks.pdf_shape)

    def _update(self, account: YundaAccount, body: dict[str, Any]) -> list[dict[str, Any]]:
        return self._each(account, body, self._update_one)

    def _update_one(self, account: YundaAccount, order: Mapping[str, Any]) -> dict[str, Any]:
        checks.check_order(order, self.quirks)
        known = self._known(account, order)
        if self._clock() - known.created_at_s > UPDATE_DAYS * 86400:
            raise YundaItemError("订单创建超过15天,不能更新")
        updated = replace(known, request=order, updates=known.updates + 1)
        self._keep(updated)
        return self._booked(updated, "订单更新成功")

    def _known(self, account: YundaAccount, order: Mapping[str, Any]) -> YundaOrder:
        known = self._orders.get((account.app_key, str(order.get("order_serial_no"))))
        if known is None:
            raise YundaItemError("订单不存在,请使用创建接口")
        if order.get("mailno") not in (None, "", known.mail_no):
            raise YundaItemError("订单号与运单号不匹配")
        if known.is_cancelled:
            raise YundaItemError("订单已取消")
        if known.steps:
            raise YundaItemError("面单已经被揽收,签收或回收")
        return known

    def _cancel(self, account: YundaAccount, body: dict[str, Any]) -> list[dict[str, Any]]:
        return self._each(account, body, self._cancel_one, number_field="mailno")

    def _cancel_one(self, account: YundaAccount, order: Mapping[str, Any]) -> dict[str, Any]:
        known = self._known(account, order)
        if order.get("mailno") != known.mail_no:
            raise YundaItemError("运单号不能为空")
        self._keep(replace(known, is_cancelled=True))
        if self.quirks.cancel_credits:
            self._left[account.app_key] += 1
        done = {"order_serial_no": known.serial_no, "mailno": known.mail_no, "status": "1"}
        return done | {"msg": "取消成功", "remark": None}

    def _each(
        self, account: YundaAccount, body: dict[str, Any], work: _Work, number_field: str = ""
    ) -> list[dict[str, Any]]:
        checks.check_merchant(body, account)
        results = []
        for order in checks.orders_of(body, self.quirks):
            try:
                results.append(work(account, order))
            except YundaItemError as error:
                serial_no = str(order.get("order_serial_no") or "")
                field = number_field or self.quirks.number_field
                results.append(answers.failed(serial_no, field, str(error)))
        return results

    def _pdf_info(self, account: YundaAccount, body: dict[str, Any]) -> list[dict[str, Any]]:
        checks.check_merchant(body, account)
        results = []
        for asked in checks.orders_of(body, self.quirks):
            number = str(asked.get("mailno"))
            order = self._order_of(account, number)
            text = answers.pdf_info(order, self.quirks.pdf_shape) if order else None
            found = {"mailno": number, "pdfInfo": text, "status": "1" if order else "0"}
            results.append(found | {"msg": "成功" if order else "运单号不存在"})
        return results

    def _order_of(self, account: YundaAccount, mail_no: str) -> YundaOrder | None:
        key = self._key_of.get(mail_no)
        return self._orders[key] if key and key[0] == account.app_key else None

    def _count(self, account: YundaAccount, body: dict[str, Any]) -> dict[str, int]:
        checks.check_merchant(body, account)
        if body.get("type") != "common":
            raise YundaGatewayError("9999", "type错误")
        return {self.quirks.count_field: self._left[account.app_key]}

    def _route(self, account: YundaAccount, body: dict[str, Any]) -> dict[str, Any]:
        if self.quirks.route_needs_account:
            checks.check_merchant(body, account)
        for name in ("id", "sender_address", "receiver_address"):
            if not body.get(name):
                raise YundaGatewayError("9999", f"{name}不能为空")
        if not isinstance(body["id"], int):
            raise YundaGatewayError("9999", "id格式错误,应为long")
        reply = answers.route_reply(body["id"], str(body["receiver_address"]))
        if self.quirks.route_listed:
            return {"status": "1", "msg": "成功", "response": [reply]}
        return reply

    def _track(self, account: YundaAccount, body: dict[str, Any]) -> dict[str, Any]:
        order = self._order_of(account, str(body.get("mailno")))
        if order is None:
            raise YundaGatewayError("9999", "运单未订阅或不存在")
        status = order.steps[-1].action if order.steps else "ACCEPT"
        steps = [answers.step_entry(step) for step in order.steps]
        return {"mailno": order.mail_no, "status": status, "steps": steps}

    def _subscribe(self, account: YundaAccount, body: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {"orderid": asked.get("orderid"), "mailno": asked.get("mailno"), "status": "1"}
            for asked in checks.orders_of(body, self.quirks)
        ]

    def _keep(self, order: YundaOrder) -> None:
        key = (order.app_key, order.serial_no)
        self._orders[key] = order
        self._key_of[order.mail_no] = key
