"""Shipping: the company list, delivery/send and what may be corrected afterwards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import (
    BOOL,
    NUMBER,
    STRING,
    STRING_OR_NUMBER,
    Field,
    array_of,
    object_of,
)
from app.simulators.wechat.lifecycle import blocking_aftersales, refresh_status
from app.simulators.wechat.order_changes import drop_address_request
from app.simulators.wechat.records import (
    CANCELLED_STATES,
    DONE,
    PARTLY_SHIPPED,
    WAIT_RECEIPT,
    WAIT_SHIP,
    Goods,
    Shipment,
    ShopOrder,
    goods_of,
)
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

SELF_SHIPPED, VIRTUAL = 1, 3
VIRTUAL_METHODS = (1, 3)
OTHER_COMPANY = "OTHER"

_WAYBILL_FORMATS: Mapping[str, re.Pattern[str]] = {
    "SF": re.compile(r"SF\d{13}|\d{12,15}"),
    "ZTO": re.compile(r"\d{12,15}"),
    "YUNDA": re.compile(r"\d{13,15}"),
}
_ANY_WAYBILL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{5,39}")


def company_list(shop: ShopState, body: Body) -> Body:
    """Both company lists."""
    return {
        "company_list": [
            {"delivery_id": code, "delivery_name": name} for code, name in shop.companies.items()
        ]
    }


def send(shop: ShopState, body: Body) -> Body:
    """``delivery/send``: all parcels of the call or none.

    Not idempotent: the same goods again are 109000, a fully shipped order is 109001.
    """
    order = shop.order(body["order_id"])
    try:
        _check_order(shop, order)
        parcels = body["delivery_list"]
        if not parcels:
            raise RefusalError(40097, "delivery_list is empty")
        for parcel in parcels:
            _check_carrier(shop, order, parcel)
        _check_goods(order, parcels)
        for parcel in parcels:
            _check_serials(shop, order, parcel)
        if shop.quirks.refuse_second_waybill:
            _check_no_other_waybill(shop, order, parcels)
    except RefusalError as refusal:
        shop.refused_shipments[order.order_id, refusal.errcode] += 1
        raise
    ship(shop, order, parcels, via="delivery/send")
    return {}


def ship(
    shop: ShopState, order: ShopOrder, parcels: Iterable[Mapping[str, Any]], *, via: str
) -> None:
    """Take notice of parcels that passed every check."""
    for parcel in parcels:
        _add_parcel(shop, order, parcel, via)
        for line in parcel["product_infos"]:
            order.shipped[goods_of(line)] += line["product_cnt"]
        label = shop.labels_by_number.get(parcel.get("waybill_id", ""))
        if label is not None and label.alive:
            label.status = 4
    drop_address_request(order)
    refresh_status(shop, order)
    order.touch(shop.now_s())
    shop.push(
        "channels_ec_order_deliver",
        str(order.data.get("openid", "")),
        order_info={
            "order_id": int(order.order_id),
            "finish_delivery": int(order.status == WAIT_RECEIPT),
        },
    )


def update_parcels(shop: ShopState, body: Body) -> Body:
    """``deliveryinfo/update``: another number for a parcel that was reported wrongly."""
    order = shop.order(body["order_id"])
    whole, changes = body.get("delivery_list"), body.get("change_infos")
    if (whole is None) == (changes is None):
        raise RefusalError(40097, "delivery_list or change_infos, not both")
    told = [p for p in order.delivery["delivery_product_info"] if p["deliver_type"] == SELF_SHIPPED]
    if whole is not None:
        if order.status != WAIT_RECEIPT or len(told) != 1 or len(whole) != 1:
            raise RefusalError(40097, "the order must have left in one parcel")
        if Counter(_units(whole[0])) != Counter(_units(told[0])):
            raise RefusalError(109000)
        pairs = [(told[0], whole[0])]
    else:
        pairs = [(_told_parcel(told, c["old"]), c["new"]) for c in changes or ()]
    for old, new in pairs:
        _check_carrier(shop, order, {"deliver_type": SELF_SHIPPED} | new)
        if order.delivery_updates[old["waybill_id"]] >= shop.quirks.delivery_updates_max:
            raise RefusalError(40097, "this parcel was changed before")
        if Counter(_units(old)) != Counter(_units(new)):
            raise RefusalError(109000)
    for old, new in pairs:
        old["delivery_id"], old["waybill_id"] = new["delivery_id"], new["waybill_id"]
        old["delivery_name"] = shop.companies.get(new["delivery_id"], "其他")
        order.delivery_updates[new["waybill_id"]] += 1
        _log(shop, order, new, "deliveryinfo/update")
    order.touch(shop.now_s())
    return {}


def compensate(shop: ShopState, body: Body) -> Body:
    """``delivery/compensation``: one more parcel for goods that have shipped."""
    order = shop.order(body["order_id"])
    if body["reason"] not in (1, 2, 3, 4):
        raise RefusalError(40097, "reason must be 1 to 4")
    if order.status not in (PARTLY_SHIPPED, WAIT_RECEIPT, DONE):
        raise RefusalError(109000)
    for parcel in body["delivery_list"]:
        _check_carrier(shop, order, parcel)
        for goods, _ in _units(parcel):
            if not order.shipped[goods]:
                raise RefusalError(606031)
    for parcel in body["delivery_list"]:
        _add_parcel(shop, order, parcel, "delivery/compensation")
    order.touch(shop.now_s())
    return {}


def _check_order(shop: ShopState, order: ShopOrder) -> None:
    if order.other_isv:
        raise RefusalError(606034)
    if order.status in (WAIT_RECEIPT, DONE):
        raise RefusalError(109001)
    if order.status in CANCELLED_STATES or order.status not in (WAIT_SHIP, PARTLY_SHIPPED):
        raise RefusalError(109000)
    if not any(address["default_recv"] for address in shop.merchant_addresses):
        raise RefusalError(606003)
    if blocking_aftersales(shop, order):
        raise RefusalError(108009)


def _check_carrier(shop: ShopState, order: ShopOrder, parcel: Mapping[str, Any]) -> None:
    is_virtual = order.delivery.get("deliver_method", 0) in VIRTUAL_METHODS
    if parcel["deliver_type"] != (VIRTUAL if is_virtual else SELF_SHIPPED):
        raise RefusalError(606008)
    if is_virtual:
        return
    company = parcel.get("delivery_id", "")
    if company != OTHER_COMPANY and company not in shop.companies:
        raise RefusalError(606004)
    wanted = _WAYBILL_FORMATS.get(company, _ANY_WAYBILL)
    if wanted.fullmatch(parcel.get("waybill_id", "")) is None:
        raise RefusalError(606005)


def _check_goods(order: ShopOrder, parcels: Iterable[Mapping[str, Any]]) -> None:
    ordered, shippable = order.ordered(), order.shippable()
    seen: set[Goods] = set()
    for parcel in parcels:
        if not parcel["product_infos"]:
            raise RefusalError(109002)
        in_parcel: Counter[Goods] = Counter()
        for goods, units in _units(parcel):
            if goods not in ordered:
                raise RefusalError(606031)
            if units < 1:
                raise RefusalError(109000)
            in_parcel[goods] += units
        for goods, units in in_parcel.items():
            if goods in seen:
                raise RefusalError(606030)
            if units > shippable[goods]:
                raise RefusalError(109000)
            if units < shippable[goods]:
                raise RefusalError(606030)
        seen |= set(in_parcel)


def _check_serials(shop: ShopState, order: ShopOrder, parcel: Mapping[str, Any]) -> None:
    given = parcel.get("sn_info")
    if given is None:
        if shop.quirks.serials_needed and _subsidised(order):
            raise RefusalError(40097, "sn_info is needed for subsidised goods")
        return
    imei = [given[n] for n in ("imei1", "imei2") if given.get(n)]
    if not given.get("sn_code") or not all(n.isdecimal() and len(n) == 15 for n in imei):
        raise RefusalError(40097, "sn_info is not right")


def _subsidised(order: ShopOrder) -> bool:
    return any(
        place.get("national_subsidy_discounted_price", 0) > 0
        for place in (order.detail.get("price_info", {}), *order.lines)
    )


def _check_no_other_waybill(
    shop: ShopState, order: ShopOrder, parcels: Iterable[Mapping[str, Any]]
) -> None:
    live = {o.waybill_id: o for o in shop.label_orders.values() if o.alive}
    for parcel in parcels:
        sent = {goods for goods, _ in _units(parcel)}
        for number, label in live.items():
            if order.order_id not in label.order_ids or number == parcel.get("waybill_id"):
                continue
            if sent & label.units.get(order.order_id, set()):
                raise RefusalError(109205)


def _told_parcel(told: list[dict[str, Any]], old: Mapping[str, Any]) -> dict[str, Any]:
    for parcel in told:
        same_number = all(parcel[n] == old[n] for n in ("delivery_id", "waybill_id"))
        if same_number and Counter(_units(parcel)) == Counter(_units(old)):
            return parcel
    raise RefusalError(109000)


def _units(parcel: Mapping[str, Any]) -> list[tuple[Goods, int]]:
    return [(goods_of(line), int(line["product_cnt"])) for line in parcel["product_infos"]]


def _add_parcel(shop: ShopState, order: ShopOrder, parcel: Mapping[str, Any], via: str) -> None:
    company = parcel.get("delivery_id", "")
    order.delivery["delivery_product_info"].append(
        {
            "waybill_id": parcel.get("waybill_id", ""),
            "delivery_id": company,
            "delivery_name": shop.companies.get(company, "其他" if company else ""),
            "delivery_time": shop.now_s(),
            "deliver_type": parcel["deliver_type"],
            "product_infos": [
                {name: line[name] for name in ("product_id", "sku_id", "product_cnt")}
                for line in parcel["product_infos"]
            ],
        }
    )
    _log(shop, order, parcel, via)


def _log(shop: ShopState, order: ShopOrder, parcel: Mapping[str, Any], via: str) -> None:
    goods = tuple((g[0], g[1], units) for g, units in _units(parcel))
    shop.shipment_log.append(
        Shipment(
            order.order_id,
            parcel.get("delivery_id", ""),
            parcel.get("waybill_id", ""),
            goods,
            via,
            shop.now_s(),
            _serials(parcel),
        )
    )


def _serials(parcel: Mapping[str, Any]) -> tuple[str, str, str]:
    given = parcel.get("sn_info") or {}
    return given.get("sn_code", ""), given.get("imei1", ""), given.get("imei2", "")


_GOODS = array_of(
    object_of(
        product_id=STRING.required(606031),
        sku_id=STRING.required(606031),
        product_cnt=NUMBER.required(109000),
    )
)
_COURSE = object_of(
    start_time=NUMBER,
    end_time=NUMBER,
    course_path=object_of(type=NUMBER, wxa_appid=STRING, wxa_path=STRING),
)


def _parcel(deliver_type: Field) -> Field:
    return object_of(
        deliver_type=deliver_type,
        delivery_id=STRING,
        waybill_id=STRING,
        product_infos=_GOODS.required(109002),
        course_info=_COURSE,
        sn_info=object_of(sn_code=STRING, imei1=STRING, imei2=STRING),
    )


_NUMBERED = object_of(
    delivery_id=STRING.required(606004),
    waybill_id=STRING.required(606005),
    deliver_type=NUMBER,
    product_infos=_GOODS.required(109002),
)

ENDPOINTS = (
    Endpoint("/channels/ec/order/deliverycompanylist/get", company_list),
    Endpoint(
        "/channels/ec/order/deliverycompanylist/new/get", company_list, {"ewaybill_only": BOOL}
    ),
    Endpoint(
        "/channels/ec/order/delivery/send",
        send,
        {
            "order_id": STRING_OR_NUMBER.required(),
            "delivery_list": array_of(_parcel(NUMBER.required())).required(),
        },
    ),
    Endpoint(
        "/channels/ec/order/deliveryinfo/update",
        update_parcels,
        {
            "order_id": STRING.required(),
            "delivery_list": array_of(_parcel(NUMBER.required())),
            "change_infos": array_of(
                object_of(old=_NUMBERED.required(), new=_NUMBERED.required()),
            ),
        },
    ),
    Endpoint(
        "/channels/ec/order/delivery/compensation",
        compensate,
        {
            "order_id": STRING_OR_NUMBER.required(),
            "reason": NUMBER.required(),
            "delivery_list": array_of(_parcel(NUMBER.required())).required(),
        },
    ),
)
