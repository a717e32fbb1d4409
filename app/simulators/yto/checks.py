"""What YTO checks: the address and signature of a call, and each order."""

from __future__ import annotations

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
from app.simulators.yto.records import (
    METHODS,
    VERSION,
    YtoAccount,
    YtoQuirks,
    YtoRefusalError,
    sign,
)

_ENVELOPE = {"timestamp", "param", "sign", "format"}
_LIMITS_YUAN = {1: (3, 20_000), 2: (1, 5_000), 4: (100, 30_000)}
_PRODUCTS = (None, "", "PK", "YZD")
MOST_GOODS = 20


def admitted(
    request: Request, path: str, accounts: list[YtoAccount], quirks: YtoQuirks, now_s: float
) -> tuple[YtoAccount, str, dict[str, Any]]:
    """Account, method and ``param`` of a call to ``/open/METHOD/v1/TOKEN/CUSTOMER``.

    Raises:
        YtoRefusalError: the address, the envelope or the signature is wrong.
    """
    parts = path.strip("/").split("/")
    if len(parts) != 5 or parts[0] != "open" or parts[2] != VERSION or parts[1] not in METHODS:
        raise YtoRefusalError("接口不存在", "404")
    method, token, customer = parts[1], parts[3], parts[4]
    if request.method != "POST":
        raise YtoRefusalError("仅支持POST请求", "405")
    media = request.headers.get("content-type", "").lower().partition(";")[0]
    if media != "application/json":
        raise YtoRefusalError("Content-Type必须为application/json", "415")
    envelope = _object(request.body)
    if set(envelope) != _ENVELOPE or not all(isinstance(v, str) for v in envelope.values()):
        raise YtoRefusalError("请求参数不完整", "1000")
    if envelope["format"] != "JSON":
        raise YtoRefusalError("format必须为JSON", "1000")
    account = next((a for a in accounts if a.keys_of(method)[:2] == (token, customer)), None)
    if account is None or method not in account.methods:
        raise YtoRefusalError("客户编码无权限调用该接口", "1002")
    _check_time(envelope["timestamp"], quirks, now_s)
    if envelope["sign"] != sign(envelope["param"], method, account.keys_of(method)[2]):
        raise YtoRefusalError("签名验证失败", "1003")
    return account, method, _object(envelope["param"])


def _object(raw: bytes | str) -> dict[str, Any]:
    try:
        value = parse_strict(raw)
    except ValueError as error:
        raise YtoRefusalError("请求不是合法的JSON", "1000") from error
    if not isinstance(value, dict):
        raise YtoRefusalError("请求不是合法的JSON", "1000")
    return value


def _check_time(text: str, quirks: YtoQuirks, now_s: float) -> None:
    if not text.isascii() or not text.isdigit() or len(text) != 13:
        raise YtoRefusalError("timestamp格式错误", "1000")
    window_s = quirks.timestamp_window_s
    if window_s is not None and abs(int(text) / 1000 - now_s) > window_s:
        raise YtoRefusalError("签名已过期", "1003")


def check_order(order: Mapping[str, Any], quirks: YtoQuirks) -> None:
    """Pass, or refuse the order.

    Raises:
        YtoRefusalError: with the first thing that is wrong.
    """
    logistics_no = order.get("logisticsNo")
    if not isinstance(logistics_no, str) or not 1 <= len(logistics_no) <= 50:
        raise YtoRefusalError("logisticsNo不能为空且不超过50个字符")
    for side, word in (("sender", "寄件人"), ("recipient", "收件人")):
        _check_party(order, side, word, quirks)
    _check_goods(order)
    _check_increments(order.get("increments"), quirks)
    if order.get("productCode") not in _PRODUCTS:
        raise YtoRefusalError("产品编码错误")
    _check_served(str(order["recipientAddress"]))


def _check_party(order: Mapping[str, Any], side: str, word: str, quirks: YtoQuirks) -> None:
    for part in ("Name", "ProvinceName", "CityName", "CountyName", "Address"):
        value = order.get(side + part)
        if not isinstance(value, str) or not value.strip():
            raise YtoRefusalError(f"{word}{part}不能为空")
        if quirks.masked_refused and is_masked(value):
            raise YtoRefusalError(f"{word}信息中包含脱敏字符")
    phone = order.get(f"{side}Mobile")
    if not isinstance(phone, str) or not phone:
        raise YtoRefusalError(f"{word}联系电话不能为空")
    if VIRTUAL_MOBILE.fullmatch(phone):
        raise YtoRefusalError("不支持虚拟手机号取号")
    if is_masked(phone) or not (MOBILE.fullmatch(phone) or LANDLINE.fullmatch(phone)):
        raise YtoRefusalError(f"{word}联系电话不合法")


def _check_goods(order: Mapping[str, Any]) -> None:
    weight = order.get("weight")
    if weight is not None and not _is_amount(weight):
        raise YtoRefusalError("weight格式错误")
    goods = order.get("goods") or []
    if not isinstance(goods, list) or len(goods) > MOST_GOODS:
        raise YtoRefusalError(f"goods最多{MOST_GOODS}个")
    for item in goods:
        if not isinstance(item, dict) or not str(item.get("name") or "").strip():
            raise YtoRefusalError("物品名称不能为空")
        quantity = item.get("quantity")
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
            raise YtoRefusalError("物品数量错误")


def _check_increments(increments: Any, quirks: YtoQuirks) -> None:
    if increments is None:
        return
    if not isinstance(increments, list) or not all(isinstance(i, dict) for i in increments):
        raise YtoRefusalError("increments格式错误")
    kinds = [i.get("type") for i in increments]
    if not all(isinstance(k, int) and k in _LIMITS_YUAN for k in kinds):
        raise YtoRefusalError("增值服务类型错误")
    if {1, 2} <= set(kinds) or len(set(kinds)) != len(kinds):
        raise YtoRefusalError("增值服务不能同时选择代收和到付")
    for item in increments:
        least, most = _LIMITS_YUAN[item["type"]]
        if not _is_amount(item.get("amount")):
            raise YtoRefusalError("增值服务金额错误")
        if quirks.amount_limits and not least <= item["amount"] <= most:
            raise YtoRefusalError(f"增值服务金额须在{least}至{most}元之间")


def _check_served(address: str) -> None:
    if OUT_OF_RANGE in address:
        raise YtoRefusalError("收件地址超出服务范围")
    if SUSPENDED in address:
        raise YtoRefusalError("收件网点停发")
    if VAGUE in address:
        raise YtoRefusalError("收件地址不详细,未获取到三段码")


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
