"""Platform labels: booking a waybill number, looking it up, adding boxes, giving it back."""

from __future__ import annotations

import hashlib
from typing import Any

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.ewaybill_accounts import BASE
from app.simulators.wechat.ewaybill_checks import (
    CARRIERS_WITH_CHILDREN,
    CREATE,
    PRECREATE,
    check_label_id,
    check_label_request,
)
from app.simulators.wechat.ewaybill_templates import check_template
from app.simulators.wechat.fields import NUMBER, STRING, array_of, object_of
from app.simulators.wechat.print_blob import seal
from app.simulators.wechat.records import LabelAccount, LabelOrder, ShopOrder
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

MASKED_REFUSED = "收件地址中包含脱敏字符"
OUT_OF_RANGE = "收件地址超出服务范围"
NO_BALANCE = "电子面单余额不足"
NO_CHILDREN = "该产品不支持子母件"
PICKED_UP = "快件已揽收"
_PREFIXES = {
    "ZTO": ("78", 12),
    "SF": ("SF1", 12),
    "YUNDA": ("46", 11),
    "JD": ("JDAWX", 12),
    "YTO": ("YT", 13),
    "STO": ("77", 13),
    "JTSD": ("JT", 13),
    "EMS": ("97", 11),
    "CNSD": ("CN", 13),
    "DBKD": ("DPK", 12),
}


def precreate(shop: ShopState, body: Body) -> Body:
    """``order/precreate``: checks everything and hands out an id, books nothing."""
    check_label_request(shop, body)
    label_id = str(3878000000000000000 + next(shop.own_numbers))
    return {"ewaybill_order_id": label_id}


def create(shop: ShopState, body: Body) -> Body:
    """``order/create``: one paid waybill per ewaybill_order_id, whatever happens.

    Raises:
        RefusalError: 10025019 for a used id, 10025005 with delivery_error_msg from the carrier,
            10025125 or 10025106 for an unknown template, and what ``check_label_request`` raises.
    """
    label_id = body["ewaybill_order_id"]
    check_label_id(label_id)
    if label_id in shop.label_orders:
        raise RefusalError(10025019, waybill_id_list=[], order_risk_info=[])
    template = body.get("template_id", "")
    if template:
        check_template(shop, body["delivery_id"], template, shop.quirks.create_without_template)
    orders = check_label_request(shop, body)
    account = shop.account(body["ewaybill_acct_id"])
    if account is None:
        raise RefusalError(10025014)
    boxes = _box_count(body)
    label = LabelOrder(label_id, dict(body), created_at_s=shop.now_s())
    refused = _carrier_refuses(shop, account, body, boxes)
    if refused is not None:
        label.burnt = True
        if shop.quirks.refused_ids_are_burnt:
            shop.label_orders[label_id] = label
        raise RefusalError(
            10025005,
            delivery_error_msg=refused,
            waybill_id_list=[],
            order_risk_info=[],
            changed_info=[],
        )
    _book(shop, account, label, orders, boxes)
    shop.label_orders[label_id] = label
    return {
        "ewaybill_order_id": label_id,
        "waybill_id": label.waybill_id,
        "delivery_error_msg": "",
        "print_info": seal(label.label) if template else "",
        "waybill_id_list": list(label.children),
        "order_risk_info": _risks(orders),
        "changed_info": [],
        **shop.quirks.more_in_label_answers,
    }


def get(shop: ShopState, body: Body) -> Body:
    """``order/get`` of a label; 10025010 when no waybill came of the id."""
    label = live_or_dead(shop, body["ewaybill_order_id"])
    account = shop.account(label.request["ewaybill_acct_id"])
    shown = {name: value for name, value in label.request.items() if name != "template_id"}
    return {
        "order_info": {
            **shown,
            "order_type": label.request.get("order_type", 1),
            "order_vas_list": label.request.get("order_vas_list", []),
            "monthly_card": account.monthly_card if account else "",
            "waybill_id": label.waybill_id,
            **({"waybill_id_list": list(label.children)} if shop.quirks.label_lists_boxes else {}),
            "status": label.status,
            "path_info": list(label.path_info),
        }
    }


def cancel(shop: ShopState, body: Body) -> Body:
    """``order/cancel``: the number is dead, the label returns to the account.

    Raises:
        RefusalError: 10025010 unknown, 10025012 another number, 10025006 the carrier has it.
    """
    label = live_or_dead(shop, body["ewaybill_order_id"])
    if (label.delivery_id, label.waybill_id) != (body["delivery_id"], body["waybill_id"]):
        raise RefusalError(10025012)
    if label.status == 2:
        if shop.quirks.cancel_twice_refused:
            raise RefusalError(10025006, delivery_error_msg="面单已取消")
        return {"delivery_error_msg": ""}
    if label.picked_up:
        raise RefusalError(10025006, delivery_error_msg=PICKED_UP)
    label.status = 2
    account = shop.account(label.request["ewaybill_acct_id"])
    if account is not None:
        count = max(1, len(label.children))
        account.cancelled += count
        if account.company_type == 1:
            account.available += count
            account.recycled += count
    return {"delivery_error_msg": ""}


def add_boxes(shop: ShopState, body: Body) -> Body:
    """``order/addsuborder``: more child numbers; here the id is a JSON number."""
    label = shop.label_orders.get(str(body["ewaybill_order_id"]))
    if label is None or not label.alive:
        raise RefusalError(10025020)
    if (label.delivery_id, label.waybill_id) != (body["delivery_id"], body["waybill_id"]):
        raise RefusalError(10025012)
    if body["shop_id"] != shop.label_shop_id:
        raise RefusalError(10025018)
    if body["ewaybill_acct_id"] != label.request["ewaybill_acct_id"]:
        raise RefusalError(10025014)
    if label.delivery_id not in CARRIERS_WITH_CHILDREN:
        raise RefusalError(10025005, delivery_error_msg=NO_CHILDREN)
    added = body["add_package_quantity"]
    if not 1 <= added <= 300:
        raise RefusalError(40097, "add_package_quantity must be 1 to 300")
    first = max(2, len(label.children) + 1)
    new = [_child(shop, label, n, first + added - 1) for n in range(first, first + added)]
    label.children.extend(new)
    return {
        "ewaybill_order_id": label.ewaybill_order_id,
        "waybill_id": label.waybill_id,
        "delivery_error_msg": "调用成功",
        "waybill_id_list": new,
        "print_info": seal(label.label),
    }


def live_or_dead(shop: ShopState, label_id: str) -> LabelOrder:
    """The label order, cancelled or not.

    Raises:
        RefusalError: 10025010, no waybill ever came of this id.
    """
    label = shop.label_orders.get(label_id)
    if label is None or label.burnt:
        raise RefusalError(10025010)
    return label


def _box_count(body: Body) -> int:
    boxes = body.get("delivery_info", {}).get("package_quantity")
    if boxes is None:
        return 1
    if not 2 <= boxes <= 300:
        raise RefusalError(40097, "package_quantity must be 2 to 300")
    return int(boxes)


def _carrier_refuses(shop: ShopState, account: LabelAccount, body: Body, boxes: int) -> str | None:
    company, receiver = account.delivery_id, body["receiver"]
    scripted = shop.label_refusals.get(company)
    if scripted:
        return scripted.popleft()
    if company in shop.quirks.carriers_refusing_masked and any(
        "*" in receiver.get(name, "") for name in ("name", "mobile", "address")
    ):
        return MASKED_REFUSED
    for name in ("province", "city", "county"):
        place = receiver.get(name, "")
        if (company, place) in shop.unreachable or ("", place) in shop.unreachable:
            return OUT_OF_RANGE
    if boxes > 1 and company not in CARRIERS_WITH_CHILDREN:
        return NO_CHILDREN
    if account.company_type == 1 and account.available < boxes:
        return NO_BALANCE
    return None


def _book(
    shop: ShopState,
    account: LabelAccount,
    label: LabelOrder,
    orders: list[tuple[Any, ShopOrder]],
    boxes: int,
) -> None:
    label.waybill_id = _waybill_number(shop, account.delivery_id)
    shop.labels_by_number[label.waybill_id] = label
    label.order_ids = tuple(order.order_id for _, order in orders)
    for entry, order in orders:
        label.units[order.order_id] = {
            (str(goods.get("product_id", 0)), str(goods.get("sku_id", 0)))
            for goods in entry["goods_list"]
        }
    if boxes > 1:
        label.children = [_child(shop, label, n, boxes) for n in range(1, boxes + 1)]
    label.label = _label_contents(shop, label, orders)
    account.allocated += boxes
    if account.company_type == 1:
        account.available -= boxes


def _label_contents(
    shop: ShopState, label: LabelOrder, orders: list[tuple[Any, ShopOrder]]
) -> dict[str, Any]:
    receiver = orders[0][1].receiver
    if receiver is None:
        raise RefusalError(10025016)
    area = hashlib.sha256(f"{receiver.city_name}{receiver.county_name}".encode()).digest()
    return {
        "ewaybill_order_id": label.ewaybill_order_id,
        "waybill": label.waybill_id,
        "delivery_id": label.delivery_id,
        "carrier": shop.companies[label.delivery_id],
        "route": f"{area[0]:03d}-{chr(65 + area[1] % 26)}{area[2] % 100:02d} {area[3] % 100:02d}",
        "receiver": {
            "name": receiver.user_name,
            "tel": receiver.virtual_number or receiver.tel_number,
            "province": receiver.province_name,
            "city": receiver.city_name,
            "county": receiver.county_name,
            "address": receiver.detail_info + receiver.house_number,
        },
        "sender": dict(label.request["sender"]),
        "goods": [
            {"name": goods["good_name"], "count": goods["good_count"]}
            for entry, _ in orders
            for goods in entry["goods_list"]
        ],
        "remark": label.request.get("remark", ""),
        "order_ids": list(label.order_ids),
        "box": 1,
        "boxes": max(1, len(label.children)),
    }


def _waybill_number(shop: ShopState, company: str) -> str:
    prefix, digits = _PREFIXES[company]
    # Two shops of one server must not get the same number: three digits tell them apart.
    salt = int(hashlib.sha256(shop.app_id.encode()).hexdigest()[:8], 16) % 1000
    return f"{prefix}{salt:03d}{next(shop.waybill_numbers):0{digits - 3}d}"


def _child(shop: ShopState, label: LabelOrder, number: int, total: int) -> dict[str, Any]:
    # JD numbers its boxes behind the mother's number, SF gives each box a number of its own.
    if label.delivery_id == "JD":
        waybill_id = f"{label.waybill_id}-{number}-{total}-"
    else:
        waybill_id = label.waybill_id if number == 1 else _waybill_number(shop, label.delivery_id)
    return {
        "waybill_id": waybill_id,
        "waybill_type": 1 if number == 1 else 2,
        "create_time": shop.now_s(),
    }


def _risks(orders: list[tuple[Any, ShopOrder]]) -> list[dict[str, Any]]:
    return [
        {"risk_ec_order_info": {"ec_order_id": int(order.order_id)}, "risk_msg": "订单存在售后"}
        for _, order in orders
        if order.data["aftersale_detail"]["on_aftersale_order_cnt"] > 0
    ]


_LABEL_ID = STRING.required(10025020)
_ADD_BOXES = {
    "ewaybill_order_id": NUMBER.required(10025020),
    "waybill_id": STRING.required(),
    "delivery_id": STRING.required(10025012),
    "add_package_quantity": NUMBER.required(),
    "shop_id": STRING.required(10025018),
    "ewaybill_acct_id": STRING.required(10025014),
    "template_id": STRING,
    "subpackage_list": array_of(object_of(weight_g=NUMBER, package_no=NUMBER)),
}

ENDPOINTS = (
    Endpoint(f"{BASE}/order/precreate", precreate, PRECREATE),
    Endpoint(f"{BASE}/order/create", create, CREATE),
    Endpoint(f"{BASE}/order/get", get, {"ewaybill_order_id": _LABEL_ID}),
    Endpoint(
        f"{BASE}/order/cancel",
        cancel,
        {
            "ewaybill_order_id": _LABEL_ID,
            "delivery_id": STRING.required(10025012),
            "waybill_id": STRING.required(10025012),
        },
    ),
    Endpoint(f"{BASE}/order/addsuborder", add_boxes, _ADD_BOXES),
)
