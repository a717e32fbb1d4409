"""What the platform checks before it asks a carrier for a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.simulators.wechat.ewaybill_accounts import BOUND, CARRIERS_WITH_LABELS
from app.simulators.wechat.fields import (
    ANY,
    NUMBER,
    STRING,
    UINT64_MAX,
    Schema,
    array_of,
    object_of,
)
from app.simulators.wechat.records import (
    CANCELLED_STATES,
    GIFT_WAITING,
    GROUP_WAITING,
    WAIT_PAY,
    LabelAccount,
    ShopOrder,
    goods_of,
)
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

CARRIERS_WITH_CHILDREN = frozenset({"JD", "SF"})
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}(-\d{1,6})?")
_ADDRESS = object_of(
    name=STRING,
    mobile=STRING,
    province=STRING,
    city=STRING,
    county=STRING,
    street=STRING,
    address=STRING,
)
_GOODS = object_of(
    good_name=STRING,
    good_count=NUMBER,
    product_id=NUMBER,
    sku_id=NUMBER,
    out_product_id=STRING,
    out_sku_id=STRING,
    out_goods_info=STRING,
    goods_ext=STRING,
    sn_info=object_of(imei1=STRING, imei2=STRING, sn_code=STRING),
)
_EC_ORDER = object_of(
    ec_order_id=NUMBER,
    goods_list=array_of(_GOODS).required(10025017),
    ewaybill_order_code=STRING,
    ewaybill_order_appid=STRING,
)
_PACKAGE = object_of(
    weight_g=NUMBER, space_x=NUMBER, space_y=NUMBER, space_z=NUMBER, package_no=NUMBER
)

PRECREATE: Schema = {
    "delivery_id": STRING.required(10025012),
    "site_code": STRING,
    "ewaybill_acct_id": STRING.required(10025014),
    "shop_id": STRING.required(10025018),
    "sender": _ADDRESS.required(10025015),
    "receiver": _ADDRESS.required(10025016),
    "ec_order_list": array_of(_EC_ORDER).required(10025017),
    "order_type": NUMBER,
    "order_vas_list": array_of(object_of(vas_type=STRING, vas_value=STRING, vas_detail=STRING)),
    "ext_info": object_of(
        temperature_range=NUMBER,
        package_weight_g=NUMBER,
        package_space_x=NUMBER,
        package_space_y=NUMBER,
        package_space_z=NUMBER,
        package_volume_ccm=NUMBER,
    ),
    "delivery_info": object_of(
        delivery_type=NUMBER,
        collected_time_begin=NUMBER,
        collected_time_end=NUMBER,
        package_quantity=NUMBER,
        subpackage_list=array_of(_PACKAGE),
        merchant_ext_info=ANY,
    ),
    "return_address": _ADDRESS,
    "remark": STRING,
}
CREATE: Schema = {
    **PRECREATE,
    "ewaybill_order_id": STRING.required(10025020),
    "template_id": STRING,
}


def check_label_id(label_id: str) -> None:
    """Let a decimal uint64 pass.

    Raises:
        RefusalError: 10025020.
    """
    digits = re.fullmatch(r"[1-9]\d{0,19}", label_id)
    if digits is None or int(label_id) > UINT64_MAX:
        raise RefusalError(10025020, waybill_id_list=[])


def check_label_request(shop: ShopState, body: Mapping[str, Any]) -> list[tuple[Any, ShopOrder]]:
    """The orders the label is for, each with its entry of ec_order_list.

    Raises:
        RefusalError: 10025012 to 10025018, 10025102 or 10025120.
    """
    account = _check_account(shop, body)
    _check_sender(shop, account, body["sender"])
    entries = body["ec_order_list"]
    if not entries:
        raise RefusalError(10025017)
    orders = [(entry, _order_of(shop, entry)) for entry in entries]
    if len({order.order_id for _, order in orders}) < len(orders):
        raise RefusalError(10025017)
    if len({order.delivery["address_info"]["hash_code"] for _, order in orders}) > 1:
        raise RefusalError(10025017)
    for entry, order in orders:
        _check_goods(entry, order)
    _check_receiver(shop, body["receiver"], orders[0][1])
    return orders


def _check_account(shop: ShopState, body: Mapping[str, Any]) -> LabelAccount:
    company = body["delivery_id"]
    if company not in shop.companies:
        raise RefusalError(10025012)
    if company not in CARRIERS_WITH_LABELS:
        raise RefusalError(10025102)
    if not shop.accounts:
        raise RefusalError(10025120)
    if body["shop_id"] == shop.app_id:
        raise RefusalError(10025017)
    if body["shop_id"] != shop.label_shop_id:
        raise RefusalError(10025018)
    account = shop.account(body["ewaybill_acct_id"])
    if account is None or account.delivery_id != company or account.status != BOUND:
        raise RefusalError(10025014)
    if account.company_type == 1 and body.get("site_code", "") != account.site_code:
        raise RefusalError(10025013)
    return account


def _check_sender(shop: ShopState, account: LabelAccount, sender: Mapping[str, str]) -> None:
    wanted = ["name", "mobile", "province", "city", "county", "address"]
    if account.delivery_id in shop.quirks.carriers_wanting_street:
        wanted.append("street")
    if any(not sender.get(name, "").strip() for name in wanted):
        raise RefusalError(10025015, "the sender is incomplete")
    if any("*" in text for text in sender.values()) or not _PHONE.fullmatch(sender["mobile"]):
        raise RefusalError(10025015, "the sender must be in clear")
    if shop.quirks.sender_must_match_account:
        for name, text in account.sender_address.items():
            if sender.get(name, "") != text:
                raise RefusalError(10025015, "not the account's sender address")


def _check_receiver(shop: ShopState, receiver: Mapping[str, str], order: ShopOrder) -> None:
    for name in ("name", "mobile", "province", "city", "address"):
        if not receiver.get(name, "").strip():
            raise RefusalError(10025016)
    if not shop.quirks.receiver_must_match_order or order.receiver is None:
        return
    shown = order.delivery["address_info"]
    real = order.receiver
    allowed = {
        "name": {shown["user_name"], real.user_name},
        "mobile": {shown["tel_number"], real.tel_number, real.virtual_number},
        "province": {real.province_name},
        "city": {real.city_name},
        "county": {real.county_name},
        "address": {
            shown["detail_info"],
            real.detail_info,
            real.detail_info + real.house_number,
        },
    }
    for name, texts in allowed.items():
        if receiver.get(name, "") not in texts:
            raise RefusalError(10025016, "not the receiver of the order")


def _order_of(shop: ShopState, entry: Mapping[str, Any]) -> ShopOrder:
    code, own_id = entry.get("ewaybill_order_code"), entry.get("ec_order_id")
    if (code is None) == (own_id is None):
        raise RefusalError(10025017)
    found = shop.orders.get(str(own_id)) if code is None else _order_of_code(shop, entry)
    if found is None or found.status in CANCELLED_STATES:
        raise RefusalError(10025017)
    if found.status in (WAIT_PAY, GIFT_WAITING, GROUP_WAITING) or found.receiver is None:
        raise RefusalError(10025017)
    return found


def _order_of_code(shop: ShopState, entry: Mapping[str, Any]) -> ShopOrder | None:
    owner = shop.find_shop(entry.get("ewaybill_order_appid", ""))
    if owner is None:
        return None
    for order in owner.orders.values():
        if order.delivery.get("ewaybill_order_code") == entry["ewaybill_order_code"]:
            return order
    return None


def _check_goods(entry: Mapping[str, Any], order: ShopOrder) -> None:
    if not entry["goods_list"]:
        raise RefusalError(10025017)
    own = {goods_of(line) for line in order.lines if int(line["finish_aftersale_sku_cnt"]) == 0}
    own |= set(order.owed())
    for goods in entry["goods_list"]:
        if not goods.get("good_name", "").strip() or goods.get("good_count", 0) < 1:
            raise RefusalError(10025017, "good_name and good_count are needed")
        if len(goods.get("goods_ext", "")) > 512:
            raise RefusalError(10025017, "goods_ext is longer than 512")
        pair = (str(goods.get("product_id", 0)), str(goods.get("sku_id", 0)))
        if pair != ("0", "0") and pair not in own:
            raise RefusalError(10025017, "these goods are not in the order")
