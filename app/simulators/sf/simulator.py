"""The simulated SF: what each service does and what a test may know and cause."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from app.simulators.exchange import Request, Response
from app.simulators.ground import (
    Clock,
    Serial,
    parse_strict,
    system_clock,
)
from app.simulators.server import LoopbackServer
from app.simulators.sf import answers, asks, checks, growing
from app.simulators.sf.cloud import FILE_PATH, CloudPrint
from app.simulators.sf.gateway import SfGateway, read_form
from app.simulators.sf.records import (
    BILL,
    CLOUD_PRINT,
    CREATE,
    FILTER,
    MORE_BOXES,
    QUOTE,
    ROUTES,
    SEARCH,
    UPDATE,
    RepeatReply,
    SfAccount,
    SfGatewayError,
    SfOrder,
    SfQuirks,
    SfRefusalError,
    SfRoute,
)
from app.simulators.sf.signature import check_digit

SERVICE_PATH = "/std/service"
TOKEN_PATH = "/oauth2/accessToken"
_NEXT_STEPS = (
    ("50", "顺丰速运 已收取快件"),
    ("30", "快件在【中转场】完成分拣,准备发往下一站"),
    ("31", "快件到达 【中转场】"),
    ("44", "正在派送途中,请您准备签收"),
    ("80", "已签收,感谢使用顺丰"),
)


class SfSimulator:
    """SF 丰桥 for some accounts. Any thread may call it; ``mount`` it on a server.

    ``clock`` gives seconds since the epoch; the same ``seed`` gives the same numbers.
    """

    def __init__(
        self,
        accounts: Sequence[SfAccount] = (SfAccount(),),
        *,
        quirks: SfQuirks | None = None,
        clock: Clock = system_clock,
        seed: int = 1,
    ) -> None:
        self.quirks = quirks or SfQuirks()
        self._clock = clock
        self._chance = random.Random(seed)
        self._serial = Serial(seed, 8)
        self._gateway = SfGateway(accounts, self.quirks, clock, self._chance)
        self._orders: dict[tuple[str, str], SfOrder] = {}
        self._key_of: dict[str, tuple[str, str]] = {}  # number → its order
        self._counts: Counter[str] = Counter()
        self._unknown: set[str] = set()
        self._lock = threading.RLock()
        self._services: dict[str, Callable[[SfAccount, Any], Any]] = {
            CREATE: self._create,
            SEARCH: self._search,
            UPDATE: self._update,
            ROUTES: self._search_routes,
            FILTER: self._filter,
            MORE_BOXES: self._more_boxes,
            QUOTE: lambda account, msg: asks.quote_reply(account, msg, self._clock()),
            BILL: self._bill,
        }
        self._cloud = CloudPrint(clock, self._chance)

    def mount(self, server: LoopbackServer, prefix: str = "") -> None:
        """Answer under ``prefix`` + ``/std/service`` and ``/oauth2/accessToken``."""
        server.route("POST", prefix + SERVICE_PATH, self.handle)
        server.route("POST", prefix + TOKEN_PATH, self.handle_token)
        server.route("GET", prefix + FILE_PATH, self._cloud.handle)

    # what a test may know

    @property
    def orders(self) -> list[SfOrder]:
        """All orders, oldest first."""
        with self._lock:
            return list(self._orders.values())

    def numbers_issued(self, order_id: str) -> list[str]:
        """Every number ever given for ``order_id``: mother, children, return slip."""
        with self._lock:
            found = [o for (_, known), o in self._orders.items() if known == order_id]
        return [n for order in found for n in order.numbers]

    @property
    def counts(self) -> dict[str, int]:
        """How often each service was let through by the gateway."""
        with self._lock:
            return dict(self._counts)

    @property
    def unknown_fields(self) -> set[str]:
        """Field names in orders that SF does not know and silently ignores."""
        with self._lock:
            return set(self._unknown)

    # what a test may cause

    def advance(self, number: str, steps: int = 1) -> SfOrder:
        """Move the parcel on: picked up (50), left (30), arrived (31), delivery (44), done (80).

        Raises:
            KeyError: SF never gave this number.
        """
        with self._lock:
            for _ in range(steps):
                order = self._order_of(number)
                if len(order.routes) < len(_NEXT_STEPS):
                    op_code, remark = _NEXT_STEPS[len(order.routes)]
                    self.report(number, op_code, remark)
            return self._order_of(number)

    def book(self, partner_id: str, order: dict[str, Any]) -> SfOrder:
        """Take ``order`` (msgData of a create) as if it had come from somewhere else.

        Raises:
            SfRefusalError: SF would refuse it.
        """
        with self._lock:
            self._create(self._gateway.account(partner_id), order)
            return self._orders[(partner_id, order["orderId"])]

    def report(self, number: str, op_code: str, remark: str) -> None:
        """Add one route event, now.

        Raises:
            KeyError: SF never gave this number.
        """
        with self._lock:
            order = self._order_of(number)
            city = str(order.contact(1).get("city") or "深圳市")
            event = SfRoute(self._clock(), op_code, city, remark)
            self._keep(replace(order, routes=(*order.routes, event)))

    def _find(self, number: str) -> SfOrder | None:
        key = self._key_of.get(number)
        return self._orders[key] if key else None

    def _order_of(self, number: str) -> SfOrder:
        return self._orders[self._key_of[number]]

    # the wire

    def handle(self, request: Request) -> Response:
        """Answer one call of ``/std/service``."""
        with self._lock:
            try:
                call = self._gateway.admit(read_form(request))
            except SfGatewayError as error:
                return self._envelope(error.code, error.message, None, error.code)
            self._counts[call.service] += 1
            if call.service == CLOUD_PRINT:
                return self._print(request, call.account, call.msg_data)
            code, message, msg_data = "S0000", None, None
            try:
                msg_data = self._services[call.service](call.account, _parsed(call.msg_data))
            except SfRefusalError as error:
                code, message = error.code, error.message
            result = {
                "success": code == "S0000",
                "errorCode": code,
                "errorMsg": message,
                "msgData": msg_data,
            }
            return self._envelope("A1000", "", result, code)

    def handle_token(self, request: Request) -> Response:
        """Answer one call of ``/oauth2/accessToken``."""
        with self._lock:
            body: dict[str, Any] = {"apiResultCode": "A1000", "apiErrorMsg": "success"}
            body |= {"accessToken": None, "expiresIn": None}
            try:
                token, left_s = self._gateway.give_token(read_form(request))
                body |= {"accessToken": token, "expiresIn": left_s}
            except SfGatewayError as error:
                body |= {"apiResultCode": error.code, "apiErrorMsg": error.message}
            body["apiResponseID"] = self._response_id()
            return Response.of_json(body, code=body["apiResultCode"])

    def _print(self, request: Request, account: SfAccount, msg_data: str) -> Response:
        """Cloud print answers in other words: ``obj``, ``errorMessage``, no code."""
        origin = f"http://{request.headers['host']}{request.path.removesuffix(SERVICE_PATH)}"
        result: dict[str, Any] = {"obj": None, "requestId": self._response_id(), "success": True}
        try:
            result["obj"] = self._cloud.print(account, _parsed(msg_data), self._find, origin)
        except SfRefusalError as error:
            result |= {"success": False, "errorCode": None, "errorMessage": error.message}
        return self._envelope("A1000", "", result, "ok" if result["success"] else "refused")

    def _envelope(self, code: str, message: str, result: Any, journal_code: str) -> Response:
        data = result
        if result is not None and not self.quirks.result_as_object:
            data = Response.of_json(result).body.decode("utf-8")
        envelope = {
            "apiErrorMsg": message,
            "apiResponseID": self._response_id(),
            "apiResultCode": code,
            "apiResultData": data,
        }
        return Response.of_json(envelope, code=journal_code)

    def _response_id(self) -> str:
        return f"{self._chance.getrandbits(128):032X}"

    # the services

    def _create(self, account: SfAccount, msg: Any) -> dict[str, Any]:
        checks.check_order(msg, account, self.quirks)
        self._unknown |= {f"{CREATE}.{name}" for name in checks.unknown_fields(msg)}
        known = self._orders.get((account.partner_id, msg["orderId"]))
        if known is None:
            known = self._booked(account, msg)
            self._keep(known)
        elif self.quirks.repeat is RepeatReply.REFUSE:
            raise SfRefusalError("8016", "重复下单")
        elif known.cancelled_at_s is not None and not self.quirks.after_cancel_replays:
            raise SfRefusalError("8019", "订单已确认或已消单")
        return answers.create_reply(known, account, self.quirks)

    def _booked(self, account: SfAccount, msg: dict[str, Any]) -> SfOrder:
        result, refusal = asks.filtered(msg["contactInfoList"])
        order = SfOrder(account.partner_id, msg["orderId"], msg, self._clock(), result, refusal)
        with_number = {
            1: self.quirks.confirmation_has_number,
            2: True,
            3: self.quirks.refusal_has_number,
        }
        if not with_number[result]:
            return order
        unified = msg.get("isUnifiedWaybillNo") == 1
        children = int(msg.get("parcelQty", 1)) - 1
        return replace(
            order,
            mother=self._number(unified=unified),
            children=tuple(self._number(unified=unified) for _ in range(children)),
            return_slip=self._number(unified=unified) if msg.get("isSignBack") == 1 else "",
        )

    def _number(self, *, unified: bool) -> str:
        body = ("SF7444" if unified else "744") + self._serial.take()
        return f"{body}{check_digit(body + '0')}"

    def _search(self, account: SfAccount, msg: Any) -> dict[str, Any]:
        order_id = asks.order_id(msg)
        if str(msg.get("searchType", "1")) not in ("1", "2"):
            raise SfRefusalError("S0005", "字段取值范围错误:searchType")
        order = self._orders.get((account.partner_id, order_id))
        if order is None or self._clock() - order.created_at_s < self.quirks.search_lag_s:
            raise SfRefusalError("6150", "找不到该订单")
        return answers.search_reply(order, account, self.quirks)

    def _update(self, account: SfAccount, msg: Any) -> dict[str, Any]:
        order_id = asks.order_id(msg)
        deal = msg.get("dealType", 1)
        if deal not in (1, 2) or isinstance(deal, bool):
            raise SfRefusalError("S0005", "字段取值范围错误:dealType")
        order = self._orders.get((account.partner_id, order_id))
        if order is None:
            raise SfRefusalError("8018", "未获取到订单信息")
        if order.cancelled_at_s is not None:
            raise SfRefusalError("8037", "已消单")
        if deal == 1:
            raise SfRefusalError("8252", "订单已确认")
        if order.is_picked_up:
            raise SfRefusalError("8019", "订单已被确认或已消单,快件已收取")
        self._keep(replace(order, cancelled_at_s=self._clock()))
        return {
            "orderId": order_id,
            "waybillNoInfoList": answers.number_list(order),
            "resStatus": 2,
            "extraInfoList": None,
        }

    def _more_boxes(self, account: SfAccount, msg: Any) -> dict[str, Any]:
        order = self._orders.get((account.partner_id, asks.order_id(msg)))
        had = len(order.children) if order else 0
        unified = order is not None and order.request.get("isUnifiedWaybillNo") == 1
        order = growing.grown(order, msg, self.quirks, lambda: self._number(unified=unified))
        self._keep(order)
        return growing.grown_reply(order, had, self.quirks)

    def _bill(self, account: SfAccount, msg: Any) -> dict[str, Any]:
        number = asks.bill_number(msg)
        by_number = msg["trackingType"] == self.quirks.bill_type_of_number
        key = self._key_of.get(number) if by_number else (account.partner_id, number)
        order = self._orders.get(key) if key else None
        ours = order is not None and order.partner_id == account.partner_id
        return asks.bill_reply(order if ours else None)

    def _search_routes(self, account: SfAccount, msg: Any) -> dict[str, Any]:
        wanted = msg.get("trackingNumber") if isinstance(msg, dict) else None
        if not isinstance(wanted, list) or not all(isinstance(n, str) for n in wanted):
            raise SfRefusalError("S0007", "字段类型错误:trackingNumber")
        if not wanted:
            raise SfRefusalError("8013", "未传入查询单号")
        if len(wanted) > 10:
            raise SfRefusalError("8003", "查询单号超过10个")
        by_order = str(msg.get("trackingType", "1")) == "2"
        phones = str(msg.get("checkPhoneNo") or "").split(",")
        found = []
        for number in wanted:
            order = self._tracked(account, number, by_order=by_order, phones=phones)
            routes = [answers.route_entry(r) for r in order.routes] if order else []
            found.append({"mailNo": order.mother if order else number, "routes": routes})
        return {"routeResps": found}

    def _tracked(
        self, account: SfAccount, number: str, *, by_order: bool, phones: list[str]
    ) -> SfOrder | None:
        key = (account.partner_id, number) if by_order else self._key_of.get(number)
        order = self._orders.get(key) if key else None
        if order is None or order.partner_id != account.partner_id:
            return None
        if self.quirks.routes_need_phone and not _phone_fits(order, phones):
            return None
        return order

    def _filter(self, account: SfAccount, msg: Any) -> Any:
        if not isinstance(msg, list) or not 1 <= len(msg) <= 5:
            raise SfRefusalError("S0001", "非法的JSON格式")
        results = [asks.filter_result(entry) for entry in msg]
        return results[0] if self.quirks.filter_reply_as_object else results

    def _keep(self, order: SfOrder) -> None:
        key = (order.partner_id, order.order_id)
        self._orders[key] = order
        self._key_of |= dict.fromkeys(order.numbers, key)


def _parsed(msg_data: str) -> Any:
    try:
        return parse_strict(msg_data)
    except ValueError as error:
        raise SfRefusalError("S0001", "非法的JSON格式") from error


def _phone_fits(order: SfOrder, phones: list[str]) -> bool:
    ends = {
        str(order.contact(side).get(kind) or "")[-4:]
        for side in (1, 2)
        for kind in ("tel", "mobile")
    }
    return any(p in ends for p in phones if len(p) == 4)
