"""The simulated ZTO: what each API does and what a test may know and cause."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.simulators.exchange import Request, Response
from app.simulators.ground import (
    OUT_OF_RANGE,
    ROUTE_LATER,
    SUSPENDED,
    Clock,
    Serial,
    is_masked,
    system_clock,
)
from app.simulators.server import LoopbackServer
from app.simulators.zto import checks
from app.simulators.zto.answers import big_mark, china_time, place_of, scan_entry
from app.simulators.zto.extras import price, regions
from app.simulators.zto.gateway import admitted, body_of
from app.simulators.zto.records import (
    BALANCE,
    BIND,
    CANCEL,
    CREATE,
    FORBIDDEN,
    INFO,
    MARK,
    QUOTE,
    SITE,
    TRACK,
    ForbiddenRegion,
    RepeatReply,
    ZtoAccount,
    ZtoOrder,
    ZtoQuirks,
    ZtoRefusalError,
    ZtoScan,
    refused,
)
from app.simulators.zto.signature import ZtoAlgorithm, digest

OUT_OF_RANGE_TEXT = "超出中通快递服务范围"
STEPS = (
    ("收件", "业务员已揽收"),
    ("发件", "快件离开"),
    ("到件", "快件已到达"),
    ("派件", "正在派件"),
    ("签收", "快件已签收"),
)


class ZtoSimulator:
    """ZTO's open platform for some apps. Any thread may call it; ``mount`` it on a server.

    ``clock`` gives seconds since the epoch; the same ``seed`` gives the same numbers.
    """

    def __init__(
        self,
        accounts: Sequence[ZtoAccount] = (ZtoAccount(),),
        *,
        quirks: ZtoQuirks | None = None,
        forbidden: Sequence[ForbiddenRegion] = (),
        clock: Clock = system_clock,
        seed: int = 1,
    ) -> None:
        self.quirks = quirks or ZtoQuirks()
        self._accounts = {a.app_key: a for a in accounts}
        self._forbidden = tuple(forbidden)
        self._clock = clock
        self._bills = Serial(seed, 11)
        self._order_codes = Serial(seed + 1, 12)
        self._orders: dict[str, ZtoOrder] = {}  # by ZTO's order code
        self._by_bill: dict[str, str] = {}
        self._by_partner_code: dict[str, list[str]] = {}
        pools = [w for a in accounts for w in a.waybill_accounts]
        self._left = {w.account_id: w.numbers_left for w in pools}
        self._bound = {w.account_id for w in pools if w.is_bound}
        self._counts: Counter[str] = Counter()
        self._unknown: set[str] = set()
        self._lock = threading.RLock()
        self._apis: dict[str, Callable[[ZtoAccount, dict[str, Any]], Any]] = {
            CREATE: self._create,
            INFO: self._info,
            CANCEL: self._cancel,
            BALANCE: self._balance,
            BIND: self._bind,
            MARK: self._mark,
            FORBIDDEN: self._forbidden_regions,
            TRACK: self._track,
            SITE: self._site,
            QUOTE: self._quote,
        }

    def forbid(self, regions: Sequence[ForbiddenRegion]) -> None:
        """From now on ZTO serves these regions no more, and all others again."""
        self._forbidden = tuple(regions)

    def mount(self, server: LoopbackServer, prefix: str = "") -> None:
        """Answer under ``prefix`` + ``/<apiName>``, and whatever else nobody answers there."""
        server.route("*", prefix + "/", self.handle)

    # what a test may know

    @property
    def orders(self) -> list[ZtoOrder]:
        """All orders, oldest first."""
        with self._lock:
            return list(self._orders.values())

    def numbers_issued(self, partner_order_code: str) -> list[str]:
        """Every number ever given for ``partner_order_code``, also those of repeats."""
        with self._lock:
            found = [self._orders[c] for c in self._by_partner_code.get(partner_order_code, [])]
        return [n for o in found for n in (o.bill_code, o.return_bill_code) if n]

    def numbers_left(self, account_id: str) -> int:
        """The prepaid numbers an e-waybill account still has."""
        with self._lock:
            return self._left[account_id]

    @property
    def counts(self) -> dict[str, int]:
        """How often each API was let through by the gateway."""
        with self._lock:
            return dict(self._counts)

    @property
    def unknown_fields(self) -> set[str]:
        """Field names in orders that ZTO does not know and silently ignores."""
        with self._lock:
            return set(self._unknown)

    # what a test may cause

    def advance(self, bill_code: str, steps: int = 1) -> ZtoOrder:
        """Move the parcel on: 收件, 发件, 到件, 派件, 签收.

        Raises:
            KeyError: ZTO never gave this number.
        """
        with self._lock:
            for _ in range(steps):
                order = self._orders[self._by_bill[bill_code]]
                if len(order.scans) < len(STEPS):
                    kind, text = STEPS[len(order.scans)]
                    self.report(bill_code, kind, text)
            return self._orders[self._by_bill[bill_code]]

    def report(self, bill_code: str, scan_type: str, text: str) -> None:
        """Add one scan, now.

        Raises:
            KeyError: ZTO never gave this number.
        """
        with self._lock:
            order = self._orders[self._by_bill[bill_code]]
            scan = ZtoScan(self._clock(), scan_type, text)
            self._keep(replace(order, scans=(*order.scans, scan)))

    def is_bound(self, account_id: str) -> bool:
        """Whether an e-waybill account was bound to the app."""
        with self._lock:
            return account_id in self._bound

    def recharge(self, account_id: str, numbers: int) -> None:
        """Sell an e-waybill account more numbers."""
        with self._lock:
            self._left[account_id] += numbers

    def trace_push(self, bill_code: str, action: str) -> dict[str, str]:
        """The form ZTO would post to the merchant for an event, with its ``data_digest``."""
        with self._lock:
            order = self._orders[self._by_bill[bill_code]]
            data = Response.of_json(
                {"billCode": bill_code, "action": action, "actionTime": china_time(self._clock())}
            ).body
        secret = self._accounts[order.app_key].app_secret
        return {
            "data": data.decode("utf-8"),
            "data_digest": digest(ZtoAlgorithm.MD5_BASE64, data, secret),
            "company_id": order.app_key,
            "msg_type": "Traces",
            "token": "",
        }

    # the wire

    def handle(self, request: Request) -> Response:
        """Answer one call; whatever happens, with HTTP 200."""
        api = request.path.rpartition("/")[2]
        with self._lock:
            try:
                account = admitted(request, api, self._accounts, self.quirks)
                self._counts[api] += 1
                result = self._apis[api](account, body_of(request))
            except ZtoRefusalError as error:
                failure = {"result": None, "message": error.message, "statusCode": error.code}
                return Response.of_json(failure | {"status": False}, code=error.code)
            code = "0000" if api == CREATE else "SYS000"
            success = {"result": result, "message": "操作成功", "status": True}
            return Response.of_json(success | {"statusCode": code}, code=code)

    # the APIs

    def _create(self, account: ZtoAccount, body: dict[str, Any]) -> dict[str, Any]:
        checks.check_order(body, self.quirks)
        payer = checks.check_account(body, account)
        if payer is not None and payer.account_id not in self._bound:
            raise ZtoRefusalError("E404", "鉴权失败,未绑定电子面单账号")
        self._unknown |= {f"{CREATE}.{name}" for name in checks.unknown_fields(body)}
        if not self._is_served(body):
            raise refused(OUT_OF_RANGE_TEXT)
        repeated = self._by_partner_code.get(body["partnerOrderCode"], [])
        known = [c for c in repeated if self._orders[c].app_key == account.app_key]
        if known and self.quirks.repeat is RepeatReply.REFUSE:
            raise refused("合作商订单号重复")
        if known and self.quirks.repeat is RepeatReply.SAME_NUMBER:
            return self._created(account, self._orders[known[0]])
        return self._created(
            account, self._booked(account, body, payer.account_id if payer else None)
        )

    def _is_served(self, body: Mapping[str, Any]) -> bool:
        receiver = body["receiveInfo"]
        place = place_of(receiver, "receiver")
        regions = (receiver[f"receiver{p}"] for p in ("Province", "City", "District"))
        province, city, district = regions
        if OUT_OF_RANGE in place or SUSPENDED in place:
            return False
        return not any(
            r.covers(province, city, district)
            for r in self._forbidden
            if r.until_s is None or r.until_s > self._clock()
        )

    def _booked(self, account: ZtoAccount, body: dict[str, Any], payer: str | None) -> ZtoOrder:
        has_number = not (body["partnerType"] == "2" and body["orderType"] == "3")
        services = body.get("orderVasList") or []
        returns = any(s["vasType"] == "receiveReturnService" for s in services)
        if payer is not None and has_number:
            if self._left[payer] < 1 + returns:
                raise refused("电子面单余额不足")
            self._left[payer] -= 1 + returns
        order = ZtoOrder(
            account.app_key,
            body["partnerOrderCode"],
            china_time(self._clock())[2:10].replace("-", "") + self._order_codes.take(),
            "731" + self._bills.take() if has_number else "",
            payer or "",
            body["orderType"] in ("2", "3"),
            body,
            self._clock(),
            len(self._orders) + 1,
            return_bill_code="731" + self._bills.take() if returns else "",
        )
        self._by_partner_code.setdefault(order.partner_order_code, []).append(order.order_code)
        self._keep(order)
        return order

    def _created(self, account: ZtoAccount, order: ZtoOrder) -> dict[str, Any]:
        place = place_of(order.request["receiveInfo"], "receiver")
        every = self.quirks.mark_missing_every
        missing = ROUTE_LATER in place or (every > 0 and order.place_in_line % every == 0)
        return_slip = order.return_bill_code
        return {
            "bigMarkInfo": None if missing else big_mark(place),
            "verifyCode": None,
            "siteCode": account.site_code,
            "signBillInfo": {"billCode": return_slip} if return_slip else None,
            "siteName": account.site_name,
            "billCode": order.bill_code or None,
            "orderCode": order.order_code,
            "partnerOrderCode": order.partner_order_code,
        }

    def _mark(self, account: ZtoAccount, body: dict[str, Any]) -> dict[str, str]:
        checks.text_of(body, "unionCode")
        parts = ("province", "city", "district", "address")
        sides = {s: [checks.text_of(body, f"{s}_{p}") for p in parts] for s in ("send", "receive")}
        place = "".join(sides["receive"])
        if is_masked(place + "".join(sides["send"])):
            raise refused("地址中包含脱敏字符")
        if OUT_OF_RANGE in place or SUSPENDED in place:
            raise refused(OUT_OF_RANGE_TEXT)
        return big_mark(place)

    def _info(self, account: ZtoAccount, body: dict[str, Any]) -> list[dict[str, Any]]:
        kind = str(body.get("type", ""))
        if kind not in ("0", "1"):
            raise ZtoRefusalError("S208", "type不能为空")
        return [
            {
                "orderCode": order.order_code,
                "billCode": order.bill_code or None,
                "partnerOrderCode": order.partner_order_code,
                "orderStatus": "CANCEL" if order.is_cancelled else "NORMAL",
            }
            for order in self._named(account, body)
            if order.is_appointment == (kind == "0")
        ]

    def _named(self, account: ZtoAccount, body: Mapping[str, Any]) -> list[ZtoOrder]:
        code, bill = body.get("orderCode"), body.get("billCode")
        if not code and not bill and self.quirks.info_by_partner_code:
            codes = self._by_partner_code.get(str(body.get("partnerOrderCode")), [])
        elif not code and not bill:
            raise ZtoRefusalError("S208", "orderCode和billCode不能同时为空")
        else:
            codes = [str(code or self._by_bill.get(str(bill), ""))]
        found = [self._orders[c] for c in codes if c in self._orders]
        return [o for o in found if o.app_key == account.app_key]

    def _cancel(self, account: ZtoAccount, body: dict[str, Any]) -> dict[str, Any]:
        if str(body.get("cancelType")) not in {str(n) for n in range(1, 8)}:
            raise ZtoRefusalError("S208", "cancelType不能为空")
        if not body.get("orderCode") and not body.get("billCode"):
            raise ZtoRefusalError("S208", "orderCode和billCode不能同时为空")
        found = self._named(account, body)
        if not found:
            raise refused("订单不存在")
        [order] = found
        if not order.is_appointment:
            raise refused("仅支持取消预约件")
        if order.is_cancelled:
            raise refused("订单已取消")
        if order.scans:
            raise refused("订单已揽收,不能取消")
        self._keep(replace(order, is_cancelled=True))
        return {}

    def _balance(self, account: ZtoAccount, body: dict[str, Any]) -> dict[str, int]:
        checks.text_of(body, "datetime")
        content = body.get("content")
        if not isinstance(content, dict) or str(content.get("typeId")) != "1":
            raise ZtoRefusalError("S208", "content不能为空")
        found = checks.waybill_account(account, body.get("partner"), body.get("verify"))
        left = self._left[found.account_id]
        return {"recharge": found.numbers_left, "available": left, "back": 0, "recovery": 0}

    def _bind(self, account: ZtoAccount, body: dict[str, Any]) -> None:
        code = checks.text_of(body, "siteCode")
        if code != account.site_code and code not in account.other_sites:
            raise refused("网点不存在")
        found = checks.waybill_account(account, body.get("eaccount"), body.get("eaccountPwd"))
        self._bound.add(found.account_id)

    def _site(self, account: ZtoAccount, body: dict[str, Any]) -> Any:
        name = checks.text_of(body, "fullName")
        sites = {account.site_code: account.site_name, **account.other_sites}
        found = [
            {"orgCode": code, "fullName": known} for code, known in sites.items() if name in known
        ]
        if not found:
            raise refused("网点不存在")
        return found[0] if len(found) == 1 else found

    def _quote(self, account: ZtoAccount, body: dict[str, Any]) -> dict[str, Any]:
        return price(body)

    def _forbidden_regions(self, account: ZtoAccount, body: dict[str, Any]) -> Any:
        return regions(self._forbidden, self.quirks.region_shape)

    def _track(self, account: ZtoAccount, body: dict[str, Any]) -> list[dict[str, Any]]:
        bill = checks.text_of(body, "billCode")
        if not re.fullmatch(r"7[3568]\d{12}", bill, re.ASCII):
            raise ZtoRefusalError("E416", "不符合中通运单号规则校验")
        phone = str(body.get("mobilePhone") or "")
        if not re.fullmatch(r"\d{4}", phone, re.ASCII):
            raise ZtoRefusalError("E413", "鉴权失败,请输入收寄人任一方电话号码后4位")
        order = self._orders.get(self._by_bill.get(bill, ""))
        if order is None or order.app_key != account.app_key:
            raise ZtoRefusalError("E418", "鉴权失败,不存在对应的网点授权")
        if phone not in order.phone_ends():
            raise ZtoRefusalError("E409", "鉴权失败,收寄人电话号码校验不一致")
        return [scan_entry(order, account, scan) for scan in order.scans]

    def _keep(self, order: ZtoOrder) -> None:
        self._orders[order.order_code] = order
        if order.bill_code:
            self._by_bill[order.bill_code] = order.order_code
