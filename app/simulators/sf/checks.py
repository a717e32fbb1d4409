"""What SF checks in an order before it gives a number (EXP_RECE_CREATE_ORDER, field table)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from app.simulators.ground import LANDLINE, MOBILE, VIRTUAL_MOBILE, is_masked
from app.simulators.sf.records import SfAccount, SfQuirks, SfRefusalError

MAX_PARCELS = 307
PRODUCTS = frozenset(
    {1, 2, 6, 60, 111, 112, 150, 153, 199, 201, 202, 208, 209, 215, 229, 231, 235, 236, 238, 241}
    | {247, 255, 256, 263, 265, 266, 283, 285, 287, 293, 299}
)
FORBIDDEN_CARGO = ("烟花", "爆竹", "鞭炮", "汽油", "枪支", "弹药", "毒品", "活体", "酒精棉")
_LANGUAGES = frozenset({"zh-CN", "zh-TW", "zh-HK", "zh-MO", "en"})
_TEXT_LIMITS = {
    "orderId": 64,
    "custReferenceNo": 100,
    "monthlyCard": 20,
    "cargoDesc": 20,
    "remark": 100,
    "orderSource": 50,
}
_CONTACT_LIMITS = {
    "company": 100, "contact": 100, "tel": 20, "mobile": 20,
    "province": 30, "city": 100, "county": 30, "address": 200, "postCode": 25,
}  # fmt: skip
_FLAGS = (
    "isDocall", "isSignBack", "isReturnSignBackRoutelabel", "isReturnRoutelabel",
    "isUnifiedWaybillNo", "isGenWaybillNo", "isOneselfPickup", "isReturnQRCode",
)  # fmt: skip
_KNOWN = frozenset(
    {*_TEXT_LIMITS, *_FLAGS, "language", "cargoDetails", "contactInfoList", "expressTypeId"}
    | {"payMethod", "parcelQty", "totalWeight", "totalLength", "totalWidth", "totalHeight"}
    | {"totalVolume", "sendStartTm", "waybillNoInfoList", "serviceList", "extraInfoList"}
    | {"filterField", "specialDeliveryTypeCode", "specialDeliveryTypeValue", "merchantPayOrderNo"}
    | {"podModelAddress", "temperatureRange", "inProcessWaybillNo", "totalNetWeight", "customsInfo"}
)
_AREA = re.compile(r"(省|市|区|县|自治区|特别行政区)")


def unknown_fields(msg: Mapping[str, Any]) -> set[str]:
    """Top-level names that SF does not know; SF itself says nothing about them."""
    return set(msg) - _KNOWN


def check_order(msg: Any, account: SfAccount, quirks: SfQuirks) -> None:
    """Pass, or refuse the order with SF's code.

    Raises:
        SfRefusalError: with the first thing that is wrong.
    """
    if not isinstance(msg, dict):
        raise SfRefusalError("S0001", "非法的JSON格式")
    _check_required(msg)
    _check_types(msg)
    _check_cargo(msg["cargoDetails"])
    check_contacts(msg["contactInfoList"])
    _check_product(msg, account)
    _check_payment(msg, account, quirks)
    _check_parcels(msg, quirks)
    _check_services(msg.get("serviceList"), account)
    _check_extras(msg.get("extraInfoList"))


def _check_required(msg: Mapping[str, Any]) -> None:
    required = (
        "language", "orderId", "cargoDetails", "contactInfoList",
        "expressTypeId", "isReturnRoutelabel",
    )  # fmt: skip
    for name in required:
        if msg.get(name) in (None, "", []):
            raise SfRefusalError("S0002", f"必填字段为空:{name}")
    if str(msg["language"]) not in _LANGUAGES:
        raise SfRefusalError("S0005", "字段取值范围错误:language")


def _check_types(msg: Mapping[str, Any]) -> None:
    for name, limit in _TEXT_LIMITS.items():
        _check_text(msg, name, limit)
    for name in _FLAGS:
        if name in msg and (isinstance(msg[name], bool) or msg[name] not in (0, 1)):
            raise SfRefusalError("S0005", f"字段取值范围错误:{name}")
    for name in ("cargoDetails", "contactInfoList", "serviceList", "extraInfoList"):
        if not isinstance(msg.get(name) or [], list):
            raise SfRefusalError("S0007", f"字段类型错误:{name}")
    start = msg.get("sendStartTm")
    if start and not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", str(start)):
        raise SfRefusalError("S0003", "数据格式错误:sendStartTm")


def _check_text(holder: Mapping[str, Any], name: str, limit: int, code: str = "S0004") -> None:
    value = holder.get(name)
    if value is None:
        return
    if not isinstance(value, str):
        raise SfRefusalError("S0007", f"字段类型错误:{name}")
    if len(value) > limit:
        raise SfRefusalError(code, f"字段长度超限:{name}")


def _check_cargo(cargo: list[Any]) -> None:
    for item in cargo:
        if not isinstance(item, dict):
            raise SfRefusalError("S0007", "字段类型错误:cargoDetails")
        name = item.get("name")
        if not isinstance(name, str) or not name.strip():
            raise SfRefusalError("1023", "托寄物名称不能为空")
        _check_text(item, "name", 128)
        for number in ("count", "weight", "amount"):
            if number in item and not _is_number(item[number]):
                raise SfRefusalError("S0007", f"字段类型错误:{number}")
        if any(word in name for word in FORBIDDEN_CARGO):
            raise SfRefusalError("20035", "托寄物违禁品不可收寄")


def check_contacts(contacts: list[Any]) -> None:
    """Exactly one sender and one receiver, each complete and in clear.

    Raises:
        SfRefusalError: with the code of the side and of the part that is wrong.
    """
    if not all(isinstance(c, dict) for c in contacts):
        raise SfRefusalError("S0007", "字段类型错误:contactInfoList")
    if sorted(str(c.get("contactType")) for c in contacts) != ["1", "2"]:
        raise SfRefusalError("S0003", "收寄方信息必须各有一条")
    for contact in contacts:
        if contact["contactType"] not in (1, 2):
            raise SfRefusalError("S0007", "字段类型错误:contactType")
        _check_contact(contact, is_sender=contact["contactType"] == 1)


def _check_contact(contact: Mapping[str, Any], *, is_sender: bool) -> None:
    side = "寄方" if is_sender else "收方"
    address_code, name_code, phone_code = (
        ("1010", "1011", "1012") if is_sender else ("1014", "1015", "1016")
    )
    for field, limit in _CONTACT_LIMITS.items():
        _check_text(contact, field, limit)
    if contact.get("country") != "CN":
        raise SfRefusalError("S0002", "必填字段为空:country")
    name = str(contact.get("contact") or contact.get("company") or "")
    if not name.strip() or is_masked(name):
        raise SfRefusalError(name_code, f"{side}联系人不能为空或包含脱敏字符")
    _check_phones(contact, side, phone_code)
    _check_address(contact, side, address_code)


def _check_phones(contact: Mapping[str, Any], side: str, code: str) -> None:
    tel, mobile = str(contact.get("tel") or ""), str(contact.get("mobile") or "")
    if not tel and not mobile:
        raise SfRefusalError(code, f"{side}电话不能为空")
    for phone in filter(None, (tel, mobile)):
        if VIRTUAL_MOBILE.fullmatch(phone):
            raise SfRefusalError("8196", f"{side}电话号码异常,不支持虚拟号码")
        if not MOBILE.fullmatch(phone) and not LANDLINE.fullmatch(phone):
            raise SfRefusalError(code, f"{side}电话不合法")


def _check_address(contact: Mapping[str, Any], side: str, code: str) -> None:
    address = str(contact.get("address") or "")
    if len(address.strip()) < 4 or is_masked(address):
        raise SfRefusalError(code, f"{side}地址不详细或包含脱敏字符")
    named = bool(contact.get("province")) and bool(contact.get("city"))
    if not named and len(_AREA.findall(address)) < 2:
        raise SfRefusalError(code, f"{side}地址缺少省市")


def _check_product(msg: Mapping[str, Any], account: SfAccount) -> None:
    product = msg["expressTypeId"]
    if isinstance(product, bool) or not isinstance(product, int):
        raise SfRefusalError("S0007", "字段类型错误:expressTypeId")
    if product not in PRODUCTS:
        raise SfRefusalError("8057", "快件产品类别不正确")
    if product not in account.express_types:
        raise SfRefusalError("20036", "适用产品不满足")


def _check_payment(msg: Mapping[str, Any], account: SfAccount, quirks: SfQuirks) -> None:
    pay = msg.get("payMethod", 1)
    if isinstance(pay, bool) or pay not in (1, 2, 3):
        raise SfRefusalError("8256", "付款方式不支持")
    card = msg.get("monthlyCard") or ""
    if not card:
        if pay != 2 and quirks.card_required:
            raise SfRefusalError("8119", "月结卡号无效")
        return
    if not re.fullmatch(r"\d{10}", card, re.ASCII):
        raise SfRefusalError("6126", "月结卡号必须为10位数字")
    if card in account.blocked_cards:
        raise SfRefusalError("8114", "传入了不可发货的月结卡号")
    if card not in account.cards:
        raise SfRefusalError("8179", "卡号下未查到关联相应协议")


def _check_parcels(msg: Mapping[str, Any], quirks: SfQuirks) -> None:
    count = msg.get("parcelQty", 1)
    if isinstance(count, bool) or not isinstance(count, int):
        raise SfRefusalError("S0007", "字段类型错误:parcelQty")
    if count < 1:
        raise SfRefusalError("S0005", "字段取值范围错误:parcelQty")
    if count > MAX_PARCELS:
        raise SfRefusalError("8067", "包裹数超过307件")
    weight = msg.get("totalWeight")
    if weight is not None and (not _is_number(weight) or weight <= 0):
        raise SfRefusalError("S0005", "字段取值范围错误:totalWeight")
    if count > 1 and weight is None:
        raise SfRefusalError("S0002", "必填字段为空:totalWeight")
    if count > 1 and weight is not None and weight <= quirks.multi_parcel_min_kg:
        raise SfRefusalError("S0006", f"子母件重量须大于{quirks.multi_parcel_min_kg:g}KG")
    if msg.get("isGenWaybillNo", 1) == 0:
        raise SfRefusalError("8191", "运单号不合法")


def _check_services(services: list[Any] | None, account: SfAccount) -> None:
    for service in services or []:
        if not isinstance(service, dict) or not service.get("name"):
            raise SfRefusalError("6127", "增值服务名称不能为空")
        _check_text(service, "name", 20)
        for value in ("value", "value1", "value2", "value3", "value4"):
            _check_text(service, value, 30)
        if service["name"] not in account.added_services:
            raise SfRefusalError("6128", "增值服务名称不正确")
        if service["name"] == "COD":
            _check_cod(service, account)
        if service["name"] == "INSURE" and not _is_amount(service.get("value")):
            raise SfRefusalError("8194", "声明价值不合法")


def _check_cod(service: Mapping[str, Any], account: SfAccount) -> None:
    if not _is_amount(service.get("value")):
        raise SfRefusalError("6138", "代收货款金额不合法")
    if service.get("value1") not in account.cards:
        raise SfRefusalError("6139", "代收货款卡号不合法")


def _check_extras(extras: list[Any] | None) -> None:
    for extra in extras or []:
        if not isinstance(extra, dict) or not extra.get("attrName"):
            raise SfRefusalError("S0002", "必填字段为空:attrName")
        _check_text(extra, "attrName", 256)
        _check_text(extra, "attrVal", 1024)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    try:
        amount = Decimal(value) if isinstance(value, str) else Decimal(0)
    except InvalidOperation:
        return False
    exponent = amount.as_tuple().exponent
    return amount > 0 and isinstance(exponent, int) and exponent >= -3
