"""The simulated Kuaidi100: three services, and what a test may know and cause."""

from __future__ import annotations

import re
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
from app.simulators.kuaidi100 import checks
from app.simulators.kuaidi100.records import (
    DETECT,
    LABELS,
    NUMBERS,
    QUERY,
    REPLAY_S,
    STATES,
    Followed,
    Kuaidi100Account,
    Kuaidi100Order,
    Kuaidi100Quirks,
    LabelRefusalError,
    QueryRefusalError,
    TrackStep,
)
from app.simulators.server import LoopbackServer

STEPS = (
    ("103", "已揽收"),
    ("1002", "运输中"),
    ("1001", "到达派件城市"),
    ("5", "正在派件"),
    ("301", "已签收"),
)
_Work = Callable[[Kuaidi100Account, str, dict[str, Any]], Any]
# More than these are guessed; the first that fits is the likeliest.
_GUESSES = (
    ("shunfeng", r"SF\d{13}"),
    ("jtexpress", r"JT\d{13}"),
    ("yuantong", r"YT\d{13,16}"),
    ("jd", r"JD[A-Z0-9]{11,15}"),
    ("shentong", r"77\d{13}"),
    ("zhongtong", r"7[3568]\d{12}"),
    ("yunda", r"[34]\d{12}"),
    ("ems", r"9[89]\d{11}"),
    ("debangwuliu", r"DPK\d{12}"),
)


class Kuaidi100Simulator:
    """Kuaidi100 for some customers. Any thread may call it; ``mount`` it on a server.

    ``clock`` gives seconds since the epoch; the same ``seed`` gives the same numbers.
    """

    def __init__(
        self,
        accounts: Sequence[Kuaidi100Account] = (Kuaidi100Account(),),
        *,
        quirks: Kuaidi100Quirks | None = None,
        clock: Clock = system_clock,
        seed: int = 1,
    ) -> None:
        self.quirks = quirks or Kuaidi100Quirks()
        self._accounts = {a.key: a for a in accounts}
        self._left = {a.key: a.calls_left for a in accounts}
        self._clock = clock
        self._serials = {
            name: Serial(seed + place, digits)
            for place, (name, (_, digits)) in enumerate(NUMBERS.items())
        }
        self._orders: list[Kuaidi100Order] = []
        self._followed: dict[str, Followed] = {}
        self._counts: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._methods: dict[str, _Work] = {"order": self._order, "cancel": self._cancel}

    def mount(self, server: LoopbackServer, prefix: str = "") -> None:
        """Answer the three services under ``prefix``."""
        server.route("*", prefix + LABELS, self.labels)
        server.route("*", prefix + QUERY, self.query)
        server.route("*", prefix + DETECT, self.detect)

    # what a test may know

    @property
    def orders(self) -> list[Kuaidi100Order]:
        """All orders, oldest first."""
        with self._lock:
            return list(self._orders)

    def numbers_issued(self, order_id: str) -> list[str]:
        """Every number ever given for ``order_id``; more than one after 48 hours."""
        with self._lock:
            return [o.number for o in self._orders if o.order_id == order_id]

    @property
    def counts(self) -> dict[str, int]:
        """How often each service was let through, ``query`` and ``detect`` among the methods."""
        with self._lock:
            return dict(self._counts)

    # what a test may cause

    def follow(self, company: str, number: str, *phone_ends: str) -> None:
        """Know a number that somebody else gave; ``company`` is Kuaidi100's name."""
        with self._lock:
            self._followed[number] = Followed(company, frozenset(phone_ends))

    def report(self, number: str, code: str, text: str) -> None:
        """Add one event, now.

        Raises:
            KeyError: Kuaidi100 does not follow this number.
        """
        with self._lock:
            known = self._followed[number]
            step = TrackStep(self._clock(), code, text)
            self._followed[number] = replace(known, steps=(*known.steps, step))

    def advance(self, number: str, steps: int = 1) -> None:
        """Move the parcel on: picked up, under way, arrived, out for delivery, signed.

        Raises:
            KeyError: Kuaidi100 does not follow this number.
        """
        with self._lock:
            for _ in range(steps):
                done = len(self._followed[number].steps)
                if done < len(STEPS):
                    self.report(number, *STEPS[done])

    # the wire

    def labels(self, request: Request) -> Response:
        """One call of label/order."""
        with self._lock:
            try:
                account, method, param = checks.label_call(
                    request, self._accounts, self.quirks, self._clock()
                )
                if method not in self._methods:
                    raise LabelRefusalError("10000", "method错误")
                self._counts[method] += 1
                company = checks.check_contract(param, account)
                data = self._methods[method](account, company, param)
            except LabelRefusalError as error:
                return self._label_answer(error.code, error.message, None)
            return self._label_answer("200", "success", data)

    def _label_answer(self, code: str, message: str, data: Any) -> Response:
        fine = code == "200"
        if self.quirks.older_envelope:
            body = {"result": fine, "returnCode": code, "message": message, "data": data}
        else:
            body = {"success": fine, "code": int(code), "message": message, "data": data}
        return Response.of_json(body, code=code)

    def query(self, request: Request) -> Response:
        """One call of poll/query.do."""
        with self._lock:
            try:
                _, param = checks.query_call(request, self._accounts)
                self._counts["query"] += 1
                return Response.of_json(self._track(param), code="200")
            except QueryRefusalError as error:
                return _query_refusal(error)

    def detect(self, request: Request) -> Response:
        """One call of autonumber/auto."""
        with self._lock:
            number, key = request.query.get("num", ""), request.query.get("key", "")
            if request.method != "GET" or not number:
                return _query_refusal(QueryRefusalError("400", "提交的数据不完整"))
            if key not in self._accounts:
                return _query_refusal(QueryRefusalError("601", "key已过期"))
            self._counts["detect"] += 1
            known = self._followed.get(number)
            names = [known.company] if known else []
            names += [n for n, pattern in _GUESSES if re.fullmatch(pattern, number, re.ASCII)]
            found = [
                {"comCode": name, "lengthPre": len(number), "noCount": 100, "noPre": number[:3]}
                for name in dict.fromkeys(names)
            ]
            return Response.of_json(found, code="200")

    # the label service

    def _order(
        self, account: Kuaidi100Account, company: str, param: dict[str, Any]
    ) -> dict[str, Any]:
        checks.check_order(param, self.quirks)
        known = self._replayed(account, param)
        if known is None:
            known = self._booked(account, company, param)
        return self._shown(known)

    def _replayed(
        self, account: Kuaidi100Account, param: Mapping[str, Any]
    ) -> Kuaidi100Order | None:
        """The order of the last 48 hours under this id, unless a new one is wanted."""
        if param.get("reorder", False):
            return None
        for order in reversed(self._orders):
            same = (order.key, order.order_id) == (account.key, param["orderId"])
            if same and self._clock() - order.created_at_s < REPLAY_S:
                return order
        return None

    def _booked(
        self, account: Kuaidi100Account, company: str, param: dict[str, Any]
    ) -> Kuaidi100Order:
        if self._left[account.key] < 1:
            raise LabelRefusalError("30004", "单量不足,请充值")
        self._left[account.key] -= 1
        number = NUMBERS[company][0] + self._serials[company].take()
        order = Kuaidi100Order(
            account.key,
            param["orderId"],
            company,
            number,
            f"KD{len(self._orders) + 1:08}",
            param,
            self._clock(),
        )
        self._orders.append(order)
        ends = {checks.phone_end(param[side]) for side in ("recMan", "sendMan")}
        self._followed[number] = Followed(company, frozenset(ends))
        return order

    def _shown(self, order: Kuaidi100Order) -> dict[str, Any]:
        address = order.request["recMan"]["printAddr"]
        has_mark = self.quirks.gives_mark and ROUTE_LATER not in address
        mark = f"{stable_number(address[:6], 900) + 100}-{stable_number(address, 900) + 100}"
        return {
            "taskId": f"T{order.company_order}",
            "kuaidinum": order.number,
            "childNum": None,
            "returnNum": None,
            "label": None,
            "bulkpen": mark if has_mark else None,
            "destCode": None,
            "destSortingName": f"{address[:2]}分拨" if has_mark else None,
            "pkgName": f"{address[:2]}集包" if has_mark else None,
            "kdComOrderNum": order.company_order,
            "expressName": order.request.get("expType"),
        }

    def _cancel(self, account: Kuaidi100Account, company: str, param: dict[str, Any]) -> None:
        if company in self.quirks.no_cancel:
            raise LabelRefusalError("10019", "该快递公司不支持取消")
        for place, order in enumerate(self._orders):
            if order.key == account.key and order.number == param.get("kuaidinum"):
                if param.get("orderId") not in (order.company_order, order.order_id):
                    raise LabelRefusalError("10002", "orderId错误")
                if order.is_cancelled:
                    raise LabelRefusalError("10019", "订单已取消")
                if self._followed[order.number].steps:
                    raise LabelRefusalError("10019", "快件已揽收,不能取消")
                self._orders[place] = replace(order, is_cancelled=True)
                return
        raise LabelRefusalError("10019", "订单不存在")

    # tracks

    def _track(self, param: Mapping[str, Any]) -> dict[str, Any]:
        company, number = str(param.get("com") or ""), str(param.get("num") or "")
        if not company or not number:
            raise QueryRefusalError("400", "提交的数据不完整")
        known = self._followed.get(number)
        if known is None or known.company != company or not known.steps:
            raise QueryRefusalError("500", "查询无结果，请隔段时间再查")
        phone = str(param.get("phone") or "")[-4:]
        if company in self.quirks.wants_phone and phone not in known.phone_ends:
            raise QueryRefusalError("408", "验证码错误")
        last = known.steps[-1].code
        return {
            "message": "ok",
            "nu": number,
            "ischeck": "1" if last.startswith("3") else "0",
            "com": company,
            "status": "200",
            "state": last,
            "condition": "00",
            "data": [_step(step, str(param.get("resultv2"))) for step in reversed(known.steps)],
        }


def _step(step: TrackStep, detail: str) -> dict[str, Any]:
    at = china_clock(step.at_s)
    shown: dict[str, Any] = {"time": at, "ftime": at, "context": step.text}
    if detail != "None":
        shown |= {"status": STATES.get(step.code, "在途"), "areaName": "浙江,杭州"}
    if detail == "4":
        shown["statusCode"] = step.code
    return shown


def _query_refusal(error: LabelRefusalError) -> Response:
    body = {"result": False, "returnCode": error.code, "message": error.message}
    return Response.of_json(body, code=error.code)
