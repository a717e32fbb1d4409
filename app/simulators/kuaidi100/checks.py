"""What Kuaidi100 checks: the proof of a call, and an order before a number is given."""

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
from app.simulators.kuaidi100.records import (
    Kuaidi100Account,
    Kuaidi100Quirks,
    LabelRefusalError,
    QueryRefusalError,
    upper_md5,
)

_FORM = "application/x-www-form-urlencoded"
_PAYERS = ("SHIPPER", "CONSIGNEE", "MONTHLY", "THIRDPARTY")
_PRINTS = ("HTML", "IMAGE", "CMD", "CLOUD", "NON")


def _form_of(request: Request) -> dict[str, str] | None:
    media = request.headers.get("content-type", "").lower().partition(";")[0].strip()
    if request.method != "POST" or media != _FORM:
        return None
    try:
        return request.form()
    except ValueError:
        return None


def label_call(
    request: Request,
    accounts: Mapping[str, Kuaidi100Account],
    quirks: Kuaidi100Quirks,
    now_s: float,
) -> tuple[Kuaidi100Account, str, dict[str, Any]]:
    """The customer that calls the label service, the method and its ``param``.

    Raises:
        LabelRefusalError: 10000, 30001 or 30002.
    """
    form = _form_of(request)
    if form is None or not all(form.get(n) for n in ("method", "key", "t", "sign", "param")):
        raise LabelRefusalError("10000", "参数错误")
    account = accounts.get(form["key"])
    if account is None:
        raise LabelRefusalError("30001", "key不存在或已过期")
    if not form["t"].isascii() or not form["t"].isdigit():
        raise LabelRefusalError("10000", "t格式错误")
    window_s = quirks.t_window_s
    if window_s is not None and abs(int(form["t"]) / 1000 - now_s) > window_s:
        raise LabelRefusalError("10000", "t已过期")
    if form["sign"] != upper_md5(form["param"], form["t"], account.key, account.secret):
        raise LabelRefusalError("30002", "验证签名失败")
    return account, form["method"], _object(form["param"], LabelRefusalError("10000", "param错误"))


def query_call(
    request: Request, accounts: Mapping[str, Kuaidi100Account]
) -> tuple[Kuaidi100Account, dict[str, Any]]:
    """The customer that asks for a track, and the ``param``.

    Raises:
        QueryRefusalError: 400 or 503.
    """
    form = _form_of(request)
    if form is None or not all(form.get(n) for n in ("customer", "sign", "param")):
        raise QueryRefusalError("400", "提交的数据不完整")
    for account in accounts.values():
        if account.customer == form["customer"]:
            if form["sign"] != upper_md5(form["param"], account.key, account.customer):
                break
            return account, _object(form["param"], QueryRefusalError("400", "提交的数据不完整"))
    raise QueryRefusalError("503", "验证签名失败")


def _object(text: str, refusal: LabelRefusalError) -> dict[str, Any]:
    try:
        body = parse_strict(text)
    except ValueError as error:
        raise refusal from error
    if not isinstance(body, dict):
        raise refusal
    return body


def check_contract(param: Mapping[str, Any], account: Kuaidi100Account) -> str:
    """The company's name, when the merchant's credentials there are right.

    Raises:
        LabelRefusalError: 10002 or 30007.
    """
    company = str(param.get("kuaidicom") or "")
    if company not in account.partners:
        raise LabelRefusalError("10002", "快递公司编码错误")
    partner = account.partners[company]
    if (param.get("partnerId"), param.get("partnerKey")) != (
        partner.partner_id,
        partner.partner_key,
    ):
        raise LabelRefusalError("30007", "电子面单账号状态异常,请确认面单账号信息")
    return company


def check_order(param: Mapping[str, Any], quirks: Kuaidi100Quirks) -> None:
    """Pass, or refuse the order.

    Raises:
        LabelRefusalError: with the first thing that is wrong.
    """
    order_id = param.get("orderId")
    if not isinstance(order_id, str) or not 1 <= len(order_id) <= 64:
        raise LabelRefusalError("10002", "orderId错误")
    if param.get("payType") not in _PAYERS or param.get("printType") not in _PRINTS:
        raise LabelRefusalError("10002", "payType或printType错误")
    if not isinstance(param.get("reorder", False), bool):
        raise LabelRefusalError("10002", "reorder错误")
    if not isinstance(param.get("cargo"), str) or not param["cargo"].strip():
        raise LabelRefusalError("10002", "物品名称不能为空")
    if param.get("count") != 1 or isinstance(param.get("count"), bool):
        raise LabelRefusalError("10002", "count错误")
    for name, least in (("weight", 0.001), ("collection", 0), ("valinsPay", 0)):
        _check_number(param, name, least)
    _check_party(param.get("recMan"), "收件", quirks)
    _check_party(param.get("sendMan"), "寄件", quirks)
    address = param["recMan"]["printAddr"]
    if OUT_OF_RANGE in address:
        raise LabelRefusalError("10018", "收件地址超出服务范围")
    if SUSPENDED in address:
        raise LabelRefusalError("10018", "收件区域停发")
    if VAGUE in address:
        raise LabelRefusalError("10018", "收件地址解析失败")


def _check_number(param: Mapping[str, Any], name: str, least: float) -> None:
    value = param.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < 1e6:
        raise LabelRefusalError("10002", f"{name}错误")


def _check_party(party: Any, side: str, quirks: Kuaidi100Quirks) -> None:
    if not isinstance(party, dict):
        raise LabelRefusalError("10002", f"{side}人信息不能为空")
    for part in ("name", "printAddr"):
        value = party.get(part)
        if not isinstance(value, str) or not value.strip():
            raise LabelRefusalError("10002", f"{side}人姓名或地址不能为空")
        if quirks.masked_refused and is_masked(value):
            raise LabelRefusalError("10002", f"{side}信息中包含脱敏字符")
    phones = [str(party.get(kind) or "") for kind in ("mobile", "tel")]
    if not any(phones):
        raise LabelRefusalError("10002", f"{side}电话和手机不能同时为空")
    for phone in filter(None, phones):
        if VIRTUAL_MOBILE.fullmatch(phone):
            raise LabelRefusalError("10002", "不支持虚拟手机号取号")
        if not MOBILE.fullmatch(phone) and not LANDLINE.fullmatch(phone):
            raise LabelRefusalError("10002", f"{side}电话或手机不合法")


def phone_end(party: Mapping[str, Any]) -> str:
    """The last four digits of a party's phone."""
    return str(party.get("mobile") or party.get("tel") or "")[-4:]
