"""What Yunda checks: the headers and credentials of a call, and each order in createBmOrder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.simulators.exchange import Request
from app.simulators.ground import (
    LANDLINE,
    MOBILE,
    OUT_OF_RANGE,
    SUSPENDED,
    VAGUE,
    VIRTUAL_MOBILE,
    is_masked,
    parse_strict,
)
from app.simulators.yunda.records import (
    YundaAccount,
    YundaGatewayError,
    YundaItemError,
    YundaQuirks,
    sign,
)

_MARKINGS = frozenset({"INSURED", "DF", "COD", "RETURN", "YXZ", "MUL", "CONTACT"})
_AMOUNTS = frozenset({"INSURED", "DF", "COD"})
MAX_SIDE_M = 3.0


def admitted(
    request: Request, accounts: Mapping[str, YundaAccount], quirks: YundaQuirks, now_s: float
) -> YundaAccount:
    """The app that calls.

    Raises:
        YundaGatewayError: 7100, 7200, 7400 or 7600 to 7605.
    """
    if request.method != "POST":
        raise YundaGatewayError("7604", "仅支持POST请求")
    if request.headers.get("content-type", "").lower().partition(";")[0] != "application/json":
        raise YundaGatewayError("7603", "content-type错误")
    missing = {"app-key": "7600", "sign": "7601", "req-time": "7602"}
    for name, code in missing.items():
        if not request.headers.get(name):
            raise YundaGatewayError(code, f"{name}缺失")
    _check_req_time(request.headers["req-time"], quirks, now_s)
    if not request.body:
        raise YundaGatewayError("7605", "body为空")
    account = accounts.get(request.headers["app-key"])
    if account is None:
        raise YundaGatewayError("7100", "账号无权限")
    if request.headers["sign"] != sign(request.body, account.app_secret):
        raise YundaGatewayError("7400", "签名校验失败")
    return account


def _check_req_time(text: str, quirks: YundaQuirks, now_s: float) -> None:
    if not text.isascii() or not text.isdigit():
        raise YundaGatewayError("7602", "req-time格式错误")
    value_s = int(text) / 1000
    if quirks.seconds_req_time and len(text) <= 10:
        value_s = float(text)
    window_s = quirks.req_time_window_s
    if window_s is not None and abs(value_s - now_s) > window_s:
        raise YundaGatewayError("7602", "req-time已过期")


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object in the body.

    Raises:
        YundaGatewayError: 7605, it is none.
    """
    try:
        body = parse_strict(request.body)
    except ValueError as error:
        raise YundaGatewayError("7605", "body不是合法的JSON") from error
    if not isinstance(body, dict):
        raise YundaGatewayError("7605", "body不是合法的JSON")
    return body


def check_merchant(body: Mapping[str, Any], account: YundaAccount) -> None:
    """Pass when the body names the app and its merchant.

    Raises:
        YundaGatewayError: 7100.
    """
    given = (body.get("appid"), body.get("partner_id"), body.get("secret"))
    if given != (account.app_key, account.partner_id, account.secret):
        raise YundaGatewayError("7100", "账号无权限,partner_id或secret错误")


def orders_of(body: Mapping[str, Any], quirks: YundaQuirks) -> list[dict[str, Any]]:
    """The orders of a call.

    Raises:
        YundaGatewayError: there are none, too many or something else stands there.
    """
    orders = body.get("orders")
    if not isinstance(orders, list) or not all(isinstance(o, dict) for o in orders):
        raise YundaGatewayError("9999", "orders格式错误")
    if not 1 <= len(orders) <= quirks.max_orders:
        raise YundaGatewayError("9999", f"orders数量必须为1至{quirks.max_orders}")
    return orders


def check_order(order: Mapping[str, Any], quirks: YundaQuirks) -> None:
    """Pass, or refuse the order.

    Raises:
        YundaItemError: with the first thing that is wrong.
    """
    if not re.fullmatch(r"[A-Za-z0-9_]{1,64}", str(order.get("order_serial_no") or "")):
        raise YundaItemError("order_serial_no只能包含字母、数字和下划线")
    if order.get("node_id") != "350" or order.get("order_type") != "common":
        raise YundaItemError("node_id或order_type错误")
    for side in ("sender", "receiver"):
        _check_party(order.get(side), "寄件" if side == "sender" else "收件", quirks)
    _check_goods(order)
    _check_markings(order)
    _check_served(order["receiver"]["address"])


def _check_party(party: Any, side: str, quirks: YundaQuirks) -> None:
    if not isinstance(party, dict):
        raise YundaItemError(f"{side}人信息不能为空")
    for part in ("name", "province", "city", "county", "address"):
        value = party.get(part)
        if not isinstance(value, str) or not value.strip():
            raise YundaItemError(f"{side}{part}不能为空")
        if quirks.masked_refused and is_masked(value):
            raise YundaItemError(f"{side}信息中包含脱敏字符")
    address = party["address"]
    if quirks.full_width_commas:
        address = address.replace("，", ",")
    head = ",".join(party[p] for p in ("province", "city", "county"))
    if not address.startswith(head) or not address.removeprefix(head).strip(", "):
        raise YundaItemError(f"{side}地址必须以省,市,区开头")
    _check_phones(party, side, quirks)


def _check_phones(party: Mapping[str, Any], side: str, quirks: YundaQuirks) -> None:
    phones = [str(party.get(kind) or "") for kind in ("phone", "mobile")]
    if not any(phones):
        raise YundaItemError(f"{side}电话和手机不能同时为空")
    for phone in filter(None, phones):
        if is_masked(phone):
            if quirks.masked_refused:
                raise YundaItemError(f"{side}电话中包含脱敏字符")
            continue
        if VIRTUAL_MOBILE.fullmatch(phone):
            raise YundaItemError("不支持虚拟手机号取号")
        if quirks.digits_only_phones and not phone.isdigit():
            raise YundaItemError("固话和手机只能包含数字")
        if not MOBILE.fullmatch(phone) and not LANDLINE.fullmatch(phone):
            raise YundaItemError(f"{side}电话或手机不合法")


def _check_goods(order: Mapping[str, Any]) -> None:
    if not _is_number(order.get("weight", 0)):
        raise YundaItemError("weight格式错误")
    for name in ("value", "collection_value"):
        if not _is_number(order.get(name, 0)):
            raise YundaItemError(f"{name}格式错误")
    size = str(order.get("size") or "")
    if size and not re.fullmatch(r"\d+(\.\d+)?(,\d+(\.\d+)?){2}", size):
        raise YundaItemError("size格式错误,应为:长,宽,高")
    if size and max(float(side) for side in size.split(",")) > MAX_SIDE_M:
        raise YundaItemError("size超限,单位为米")
    items = order.get("items")
    if not isinstance(items, list) or not items:
        raise YundaItemError("items不能为空")
    for item in items:
        if not isinstance(item, dict) or not str(item.get("name") or "").strip():
            raise YundaItemError("物品名称不能为空")
        number = item.get("number", 1)
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise YundaItemError("物品数量错误")


def _check_markings(order: Mapping[str, Any]) -> None:
    markings = order.get("markingInfos") or []
    if not isinstance(markings, list) or not all(isinstance(m, dict) for m in markings):
        raise YundaItemError("markingInfos格式错误")
    values: dict[str, Any] = {}
    for marking in markings:
        kind, holder = str(marking.get("type")), marking.get("markingValue")
        if kind not in _MARKINGS or not isinstance(holder, dict) or "value" not in holder:
            raise YundaItemError("非法的增值服务")
        if kind in _AMOUNTS and not (_is_number(holder["value"]) and holder["value"] > 0):
            raise YundaItemError(f"增值服务{kind}金额错误")
        values[kind] = holder["value"]
    if order.get("collection_value", 0) > 0 and "COD" not in values:
        raise YundaItemError("代收货款须有COD增值服务")
    _check_multi_pack(order.get("multi_pack"), values)


def _check_multi_pack(pack: Any, values: Mapping[str, Any]) -> None:
    if pack is None:
        return
    total = pack.get("total") if isinstance(pack, dict) else None
    if not isinstance(total, int) or total < 2 or str(values.get("MUL")) != str(total):
        raise YundaItemError("一票多件信息错误")
    if pack.get("endmark") not in (0, 1) or str(pack.get("mulpck")) != "1":
        raise YundaItemError("一票多件信息错误")


def _check_served(address: str) -> None:
    if OUT_OF_RANGE in address:
        raise YundaItemError("超出物流商服务范围")
    if SUSPENDED in address:
        raise YundaItemError("网点停发")
    if VAGUE in address:
        raise YundaItemError("未获取到三段码")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
