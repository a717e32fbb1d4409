"""What ZTO checks in zto.open.createOrder before it gives a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.simulators.ground import LANDLINE, MOBILE, VIRTUAL_MOBILE, is_masked
from app.simulators.zto.records import (
    ZtoAccount,
    ZtoQuirks,
    ZtoRefusalError,
    ZtoWaybillAccount,
    refused,
)

_ORDER_TYPES = {"1": frozenset("12"), "2": frozenset("1234")}
_SERVICES = frozenset(
    {"COD", "vip", "insured", "receiveReturnService", "twoHour", "standardExpress"}
)
_KNOWN = frozenset(
    {"partnerType", "orderType", "partnerOrderCode", "accountInfo", "billCode", "senderInfo"}
    | {"receiveInfo", "orderVasList", "summaryInfo", "orderItems", "remark", "hallCode"}
    | {"siteCode", "siteName", "cabinet"}
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
MAX_CODE_LENGTH = 50


def unknown_fields(body: Mapping[str, Any]) -> set[str]:
    """Top-level names that ZTO does not know; ZTO itself says nothing about them."""
    return set(body) - _KNOWN


def text_of(holder: Mapping[str, Any], name: str) -> str:
    """A required text.

    Raises:
        ZtoRefusalError: S208, it is missing, empty or no text.
    """
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ZtoRefusalError("S208", f"{name}不能为空")
    return value


def check_order(body: Mapping[str, Any], quirks: ZtoQuirks) -> None:
    """Pass, or refuse the order; the account is checked apart.

    Raises:
        ZtoRefusalError: with the first thing that is wrong.
    """
    partner_type, order_type = text_of(body, "partnerType"), text_of(body, "orderType")
    if order_type not in _ORDER_TYPES.get(partner_type, frozenset()):
        raise refused("合作模式或订单类型错误")
    if len(text_of(body, "partnerOrderCode")) > MAX_CODE_LENGTH:
        raise refused("合作商订单号过长")
    if body.get("billCode"):
        raise refused("运单号不可用")
    _check_party(body, "senderInfo", "sender", "寄件", quirks)
    _check_party(body, "receiveInfo", "receiver", "收件", quirks)
    _check_services(body)
    _check_summary(_object(body, "summaryInfo"))
    _check_items(_objects(body, "orderItems"))


def _object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise refused(f"{name}格式错误")
    return value


def _objects(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise refused(f"{name}格式错误")
    return value


def _check_party(
    body: Mapping[str, Any], field: str, prefix: str, side: str, quirks: ZtoQuirks
) -> None:
    party = body.get(field)
    if not isinstance(party, dict):
        raise ZtoRefusalError("S208", f"{field}不能为空")
    for part in ("Name", "Province", "City", "District", "Address"):
        if is_masked(text_of(party, prefix + part)):
            raise refused(f"{side}信息中包含脱敏字符")
    phones = [str(party.get(prefix + kind) or "") for kind in ("Phone", "Mobile")]
    if not any(phones):
        raise ZtoRefusalError("S208", f"{prefix}Phone和{prefix}Mobile不能同时为空")
    for phone in filter(None, phones):
        _check_phone(phone, side, quirks)


def _check_phone(phone: str, side: str, quirks: ZtoQuirks) -> None:
    if is_masked(phone):
        raise refused(f"{side}电话中包含脱敏字符")
    if VIRTUAL_MOBILE.fullmatch(phone):
        raise refused("不支持虚拟手机号取号")
    if quirks.digits_only_phones and not phone.isdigit():
        raise refused("固话和手机只能包含数字")
    if not MOBILE.fullmatch(phone) and not LANDLINE.fullmatch(phone):
        raise refused(f"{side}电话或手机不合法")


def _check_services(body: Mapping[str, Any]) -> None:
    for service in _objects(body, "orderVasList"):
        kind = str(service.get("vasType"))
        if kind not in _SERVICES:
            raise refused("非法的增值服务")
        if kind in ("COD", "insured"):
            amount_fen = service.get("vasAmount")
            if not isinstance(amount_fen, int) or isinstance(amount_fen, bool) or amount_fen <= 0:
                raise refused("增值服务金额必须为大于0的整数,单位:分")
        if kind == "COD" and not service.get("accountNo"):
            raise ZtoRefusalError("S208", "accountNo不能为空")
        if kind == "receiveReturnService" and not (body.get("siteCode") and body.get("siteName")):
            raise ZtoRefusalError("S208", "siteCode和siteName不能为空")


def _check_summary(summary: Mapping[str, Any]) -> None:
    size = summary.get("size")
    if size and not re.fullmatch(r"\d+(\.\d+)?(,\d+(\.\d+)?){2}", str(size)):
        raise refused("尺寸格式错误,应为:长,宽,高")
    for name in ("price", "freight", "premium"):
        if not _is_amount(summary.get(name, 0)):
            raise refused(f"{name}格式错误")
    quantity = summary.get("quantity", 1)
    if not _is_whole(quantity) or quantity < 1:
        raise refused("quantity格式错误")
    for name in ("startTime", "endTime"):
        if summary.get(name) and not _TIME.fullmatch(str(summary[name])):
            raise refused(f"{name}格式错误")


def _check_items(items: list[dict[str, Any]]) -> None:
    for item in items:
        text_of(item, "name")
        if not _is_whole(item.get("quantity", 1)) or not _is_whole(item.get("weight", 0)):
            raise refused("物品数量和重量(克)必须为整数")
        if not _is_amount(item.get("unitprice", 0)):
            raise refused("unitprice格式错误")


def check_account(body: Mapping[str, Any], account: ZtoAccount) -> ZtoWaybillAccount | None:
    """The e-waybill account that pays; None for a group customer.

    Raises:
        ZtoRefusalError: it is unknown, its password is wrong or a service is not opened for it.
    """
    info = _object(body, "accountInfo")
    if body["partnerType"] == "1":
        if str(info.get("customerId")) not in account.group_customers:
            raise refused("商户不存在")
        return None
    if info.get("type", 1) not in (1, 74) or isinstance(info.get("type"), bool):
        raise refused("电子面单账号类型错误")
    found = waybill_account(account, info.get("accountId"), info.get("accountPassword"))
    asked = {s["vasType"] for s in body.get("orderVasList") or []}
    if not asked <= found.added_services:
        raise refused("客户面单账号未开通产品增值服务")
    return found


def waybill_account(account: ZtoAccount, account_id: Any, password: Any) -> ZtoWaybillAccount:
    """The e-waybill account with this id and password.

    Raises:
        ZtoRefusalError: there is none, or it is not bound to the app.
    """
    for known in account.waybill_accounts:
        if known.account_id != account_id:
            continue
        if known.password != password:
            raise refused("电子面单账号或密码错误")
        return known
    raise ZtoRefusalError("E404", "鉴权失败,未绑定电子面单账号")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
