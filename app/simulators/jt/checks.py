"""What J&T checks: the headers, both digests, and an order before it gives a number."""

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
from app.simulators.jt.records import (
    JtAccount,
    JtQuirks,
    JtRefusalError,
    business_digest,
    header_digest,
)

_FORM = "application/x-www-form-urlencoded"
_CHOICES = {
    "orderType": ("1", "2"),
    "serviceType": ("01", "02"),
    "payType": ("PP_PM", "CC_CASH"),
}
_MOST_KG = 50.0


def admitted(
    request: Request, accounts: Mapping[str, JtAccount], quirks: JtQuirks, now_s: float
) -> tuple[JtAccount, dict[str, Any]]:
    """The app that calls, and its ``bizContent``.

    Raises:
        JtRefusalError: 145003010, 145003030 or 145003050 to 145003053.
    """
    media = request.headers.get("content-type", "").lower().partition(";")[0].strip()
    if request.method != "POST" or media != _FORM:
        raise JtRefusalError("145003050", "非法参数")
    named, given = request.headers.get("apiaccount"), request.headers.get("digest")
    if not named:
        raise JtRefusalError("145003051", "apiAccount为空")
    if not given:
        raise JtRefusalError("145003052", "digest为空")
    _check_timestamp(request.headers.get("timestamp", ""), quirks, now_s)
    account = accounts.get(named)
    if account is None:
        raise JtRefusalError("145003010", "API账户不存在")
    try:
        text = request.form().get("bizContent", "")
    except ValueError as error:
        raise JtRefusalError("145003050", "非法参数") from error
    if given != header_digest(text.encode(), account.private_key):
        raise JtRefusalError("145003030", "headers签名验证失败")
    try:
        body = parse_strict(text)
    except ValueError as error:
        raise JtRefusalError("145003050", "非法参数") from error
    if not isinstance(body, dict):
        raise JtRefusalError("145003050", "非法参数")
    return account, body


def _check_timestamp(text: str, quirks: JtQuirks, now_s: float) -> None:
    if not text.isascii() or not text.isdigit():
        raise JtRefusalError("145003053", "timestamp为空")
    window_s = quirks.timestamp_window_s
    if window_s is not None and abs(int(text) / 1000 - now_s) > window_s:
        raise JtRefusalError("145003050", "timestamp已过期")


def check_customer(body: Mapping[str, Any], account: JtAccount) -> None:
    """Pass when the body proves the customer.

    Raises:
        JtRefusalError: 145003080 or 145003031.
    """
    if body.get("customerCode") != account.customer_code:
        raise JtRefusalError("145003080", "客户未找到")
    right = business_digest(account.customer_code, account.password, account.private_key)
    if body.get("digest") != right:
        raise JtRefusalError("145003031", "业务参数签名验证失败")


def our_id(body: Mapping[str, Any]) -> str:
    """``txlogisticId``.

    Raises:
        JtRefusalError: it is missing or no text of at most 50 characters.
    """
    value = body.get("txlogisticId")
    if not isinstance(value, str) or not 1 <= len(value) <= 50:
        raise JtRefusalError("145003050", "txlogisticId不合法")
    return value


def check_order(body: Mapping[str, Any], quirks: JtQuirks) -> None:
    """Pass, or refuse the order.

    Raises:
        JtRefusalError: with the first thing that is wrong.
    """
    our_id(body)
    if not isinstance(body.get("expressType"), str) or not body["expressType"]:
        raise JtRefusalError("145003050", "expressType不合法")
    for name, choices in _CHOICES.items():
        if body.get(name) not in choices:
            raise JtRefusalError("145003050", f"{name}不合法")
    if not re.fullmatch(r"\d\d", str(body.get("deliveryType") or ""), re.ASCII):
        raise JtRefusalError("145003050", "deliveryType不合法")
    if not isinstance(body.get("goodsType"), str) or not body["goodsType"]:
        raise JtRefusalError("145003050", "goodsType不合法")
    _check_party(body.get("sender"), "145003083", "寄件", quirks)
    _check_party(body.get("receiver"), "145003084", "收件", quirks)
    check_weight(body)
    for name in ("itemsValue", "offerFee"):
        _check_amount(body.get(name), name)
    _check_items(body.get("items"))
    check_served(body["receiver"])


def _check_party(party: Any, code: str, side: str, quirks: JtQuirks) -> None:
    if not isinstance(party, dict) or party.get("countryCode") != "CHN":
        raise JtRefusalError(code, f"{side}人信息不完整")
    for part in ("name", "prov", "city", "area", "address"):
        value = party.get(part)
        if not isinstance(value, str) or not value.strip():
            raise JtRefusalError(code, f"{side}人信息不完整")
        if quirks.masked_refused and is_masked(value):
            raise JtRefusalError("145003050", f"{side}信息中包含脱敏字符")
    phones = [str(party.get(kind) or "") for kind in ("mobile", "phone")]
    if not any(phones):
        raise JtRefusalError(code, f"{side}电话和手机不能同时为空")
    for phone in filter(None, phones):
        if is_masked(phone) and quirks.masked_refused:
            raise JtRefusalError("145003050", f"{side}电话中包含脱敏字符")
        if VIRTUAL_MOBILE.fullmatch(phone):
            raise JtRefusalError("145003050", "不支持虚拟手机号取号")
        if not MOBILE.fullmatch(phone) and not LANDLINE.fullmatch(phone):
            raise JtRefusalError("145003050", f"{side}电话或手机不合法")


def check_weight(body: Mapping[str, Any]) -> None:
    """Pass for a weight in kg written as text.

    Raises:
        JtRefusalError: 145003092.
    """
    weight = body.get("weight")
    if not isinstance(weight, str) or not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", weight, re.ASCII):
        raise JtRefusalError("145003092", "重量不合法")
    if not 0.01 <= float(weight) <= _MOST_KG:
        raise JtRefusalError("145003092", "重量不合法")


def _check_amount(value: Any, name: str) -> None:
    if value is None:
        return
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", value, re.ASCII):
        raise JtRefusalError("145003050", f"{name}不合法")


def _check_items(items: Any) -> None:
    if not isinstance(items, list) or not items:
        raise JtRefusalError("145003050", "items不能为空")
    for item in items:
        if not isinstance(item, dict) or not str(item.get("itemName") or "").strip():
            raise JtRefusalError("145003050", "物品名称不能为空")
        number = item.get("number")
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise JtRefusalError("145003050", "物品数量不合法")


def check_place(party: Any, code: str) -> None:
    """Pass for a party with a whole address.

    Raises:
        JtRefusalError: ``code``.
    """
    parts = ("prov", "city", "area", "address")
    if not isinstance(party, dict) or not all(isinstance(party.get(p), str) for p in parts):
        raise JtRefusalError(code, "地址信息不完整")


def check_served(receiver: Mapping[str, Any]) -> None:
    """Pass for a place that J&T goes to.

    Raises:
        JtRefusalError: with the words of the refusal.
    """
    address = str(receiver["address"])
    if OUT_OF_RANGE in address:
        raise JtRefusalError("145003066", "收件地址超出服务范围")
    if SUSPENDED in address:
        raise JtRefusalError("145003066", "收件区域停发")
    if VAGUE in address:
        raise JtRefusalError("145003065", "地址解析失败,请填写详细地址")
