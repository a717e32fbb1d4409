"""What STO checks: the form and its digest, and each order."""

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
from app.simulators.sto.records import (
    RECEIVERS,
    StoAccount,
    StoGatewayError,
    StoQuirks,
    StoRefusalError,
    data_digest,
)

_FIELDS = {
    *("content", "data_digest", "api_name", "from_appkey"),
    *("from_code", "to_appkey", "to_code"),
}
_PARTS = {"name", "mobile", "tel", "province", "city", "area", "town", "address"}
_YUAN = re.compile(r"\d{1,6}\.\d{2}")


def admitted(
    request: Request, accounts: Mapping[str, StoAccount]
) -> tuple[StoAccount, str, dict[str, Any]]:
    """Account, API and ``content`` of a call.

    Raises:
        StoGatewayError: the form, the digest or the addressee is wrong.
    """
    if request.method != "POST":
        raise StoGatewayError("S01", "仅支持POST请求")
    media = request.headers.get("content-type", "").lower().partition(";")[0]
    if media != "application/x-www-form-urlencoded":
        raise StoGatewayError("S01", "Content-Type错误")
    try:
        form = request.form()
    except ValueError as error:
        raise StoGatewayError("S01", "非法的表单") from error
    if set(form) != _FIELDS:
        raise StoGatewayError("S01", "请求参数缺失")
    account = accounts.get(form["from_appkey"])
    if account is None or form["from_code"] != account.from_code:
        raise StoGatewayError("S03", "from_appkey或from_code错误")
    if form["data_digest"] != data_digest(form["content"], account.secret_key):
        raise StoGatewayError("S02", "非法的数字签名")
    api = form["api_name"]
    if api not in RECEIVERS or api not in account.apis:
        raise StoGatewayError("S04", "接口未订阅,无权限")
    if (form["to_appkey"], form["to_code"]) != (RECEIVERS[api],) * 2:
        raise StoGatewayError("S04", "to_appkey未订阅该接口")
    try:
        content = parse_strict(form["content"])
    except ValueError as error:
        raise StoGatewayError("S01", "content不是合法的JSON") from error
    if not isinstance(content, dict):
        raise StoGatewayError("S01", "content不是合法的JSON")
    return account, api, content


def check_order(order: Mapping[str, Any], account: StoAccount, quirks: StoQuirks) -> None:
    """Pass, or refuse the order.

    Raises:
        StoRefusalError: with the first thing that is wrong.
    """
    order_no = order.get("orderNo")
    if not isinstance(order_no, str) or not 1 <= len(order_no) <= 64:
        raise StoRefusalError("orderNo不能为空且不超过64个字符")
    if order.get("orderSource") != account.order_source:
        raise StoRefusalError("orderSource错误,客户无权限")
    _check_customer(order.get("customer"), account)
    _check_kind(order)
    for side, word in (("sender", "寄件人"), ("receiver", "收件人")):
        _check_person(order.get(side), word, quirks)
    _check_cargo(order.get("cargo"))
    receiver = order["receiver"]
    _check_served(receiver["town"] + receiver["address"])


def _check_customer(customer: Any, account: StoAccount) -> None:
    wanted = {
        "siteCode": account.site_code,
        "customerName": account.customer_name,
        "sitePwd": account.site_password,
    }
    if customer != wanted:
        raise StoRefusalError("客户编码或客户密码错误")


def _check_kind(order: Mapping[str, Any]) -> None:
    if order.get("billType") not in ("00", "01") or order.get("orderType") != "01":
        raise StoRefusalError("billType或orderType错误")
    cod = order.get("codValue")
    if (order["billType"] == "01") is not (cod is not None):
        raise StoRefusalError("代收货款须传billType和codValue")
    annex = order.get("insuredAnnex")
    amounts = [cod] if cod is not None else []
    if annex is not None:
        if not isinstance(annex, dict) or set(annex) != {"insuredValue", "goodsValue"}:
            raise StoRefusalError("增值服务保价信息错误")
        amounts += annex.values()
    if not all(isinstance(a, str) and _YUAN.fullmatch(a) for a in amounts):
        raise StoRefusalError("增值服务金额须精确到小数点后两位")


def _check_person(person: Any, word: str, quirks: StoQuirks) -> None:
    if not isinstance(person, dict) or set(person) - _PARTS:
        raise StoRefusalError(f"{word}信息错误")
    for part in ("name", "province", "city", "area", "address"):
        value = person.get(part)
        if not isinstance(value, str) or not value.strip():
            raise StoRefusalError(f"{word}{part}不能为空")
    if not isinstance(person.get("town", ""), str):
        raise StoRefusalError(f"{word}town错误")
    person.setdefault("town", "")
    texts = [person["name"], person["town"], person["address"]]
    if quirks.masked_refused and any(is_masked(text) for text in texts):
        raise StoRefusalError(f"{word}信息中包含脱敏字符")
    phones = [str(person.get(kind) or "") for kind in ("mobile", "tel")]
    if not any(phones):
        raise StoRefusalError(f"{word}电话或手机不能同时为空")
    for phone in filter(None, phones):
        if VIRTUAL_MOBILE.fullmatch(phone):
            raise StoRefusalError("不支持虚拟手机号取号")
        if is_masked(phone) or not (MOBILE.fullmatch(phone) or LANDLINE.fullmatch(phone)):
            raise StoRefusalError(f"{word}电话或手机不合法")


def _check_cargo(cargo: Any) -> None:
    if not isinstance(cargo, dict) or cargo.get("battery") not in ("10", "20", "30"):
        raise StoRefusalError("带电标识错误")
    if not str(cargo.get("goodsName") or "").strip() or not cargo.get("goodsType"):
        raise StoRefusalError("物品名称和类型不能为空")
    count, weight = cargo.get("goodsCount", 1), cargo.get("weight", 0)
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise StoRefusalError("物品数量错误")
    if not isinstance(weight, int | float) or isinstance(weight, bool) or weight < 0:
        raise StoRefusalError("物品重量错误")


def _check_served(address: str) -> None:
    if OUT_OF_RANGE in address:
        raise StoRefusalError("收件地址超出服务范围")
    if SUSPENDED in address:
        raise StoRefusalError("收件网点停发")
    if VAGUE in address:
        raise StoRefusalError("收件地址不详细,无法匹配大头笔")
