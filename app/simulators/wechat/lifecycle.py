"""What after-sales and shipments do to an order's quantities and status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.simulators.wechat.quirks import WechatQuirks
from app.simulators.wechat.records import (
    PARTLY_SHIPPED,
    WAIT_RECEIPT,
    WAIT_SHIP,
    Goods,
    ShopOrder,
    goods_of,
)
from app.simulators.wechat.state import ShopState

NUMERIC_STATUS: Mapping[str, int] = {
    "USER_CANCELD": 1,
    "MERCHANT_PROCESSING": 2,
    "MERCHANT_REJECT_REFUND": 4,
    "MERCHANT_REJECT_RETURN": 5,
    "USER_WAIT_RETURN": 6,
    "RETURN_CLOSED": 7,
    "MERCHANT_WAIT_RECEIPT": 8,
    "MERCHANT_OVERDUE_REFUND": 12,
    "MERCHANT_REFUND_SUCCESS": 13,
    "MERCHANT_RETURN_SUCCESS": 14,
    "PLATFORM_REFUNDING": 15,
    "PLATFORM_REFUND_FAIL": 16,
    "USER_WAIT_CONFIRM": 17,
    "MERCHANT_REFUND_RETRY_FAIL": 18,
    "MERCHANT_FAIL": 19,
}
"""The numbers of order.aftersale_detail; exchanges have none that is known."""

CAME_TO_NOTHING = frozenset(
    {
        "USER_CANCELD",
        "MERCHANT_REJECT_REFUND",
        "MERCHANT_REJECT_RETURN",
        "MERCHANT_REJECT_EXCHANGE",
        "MERCHANT_REJECT_RESHIP",
        "RETURN_CLOSED",
        "MERCHANT_FAIL",
        "MERCHANT_REFUND_RETRY_FAIL",
    }
)
REFUNDED = frozenset({"MERCHANT_REFUND_SUCCESS", "MERCHANT_RETURN_SUCCESS"})
EXCHANGED = "MERCHANT_EXCHANGE_SUCCESS"
ENDED = CAME_TO_NOTHING | REFUNDED | {EXCHANGED}
PRICE_DIFFERENCE = "REFUND_PRICE_DIFF"


def has_goods_effect(aftersale: Mapping[str, Any]) -> bool:
    """Whether units of the order are concerned, not only money."""
    return bool(aftersale["sub_type"] != PRICE_DIFFERENCE)


def blocking_aftersales(shop: ShopState, order: ShopOrder) -> list[str]:
    """Ids of the unfinished after-sales that forbid shipping any part of the order."""
    return [
        str(aftersale["after_sale_order_id"])
        for aftersale in shop.aftersales.values()
        if aftersale["order_id"] == order.order_id
        and aftersale["status"] not in ENDED
        and aftersale["type"] != "RESHIP"
        and (has_goods_effect(aftersale) or shop.quirks.price_difference_blocks)
    ]


def set_aftersale_status(shop: ShopState, aftersale: dict[str, Any], status: str) -> None:
    """Move an after-sale on, with all that follows for its order's units and status."""
    order = shop.orders[aftersale["order_id"]]
    was_open = aftersale["status"] not in ENDED
    aftersale["status"] = status
    aftersale["update_time"] = shop.now_s()
    if status in ENDED and was_open:
        aftersale["complete_time"] = shop.now_s()
        aftersale.pop("deadline", None)
        if has_goods_effect(aftersale):
            for goods, units in aftersale_goods(aftersale).items():
                _settle_units(shop, order, goods, units, refunded=status in REFUNDED)
    write_aftersale_detail(shop, order)
    refresh_status(shop, order)
    if shop.quirks.aftersale_touches_order:
        order.touch(shop.now_s())
    push_aftersale(shop, aftersale)


def push_aftersale(shop: ShopState, aftersale: Mapping[str, Any]) -> None:
    """Tell that an after-sale has changed."""
    shop.push(
        "channels_ec_aftersale_update",
        str(aftersale["openid"]),
        finder_shop_aftersale_status_update={
            "status": aftersale["status"],
            "after_sale_order_id": aftersale["after_sale_order_id"],
            "order_id": aftersale["order_id"],
            "wxa_vip_discounted_price": 0,
        },
    )


def aftersale_goods(aftersale: Mapping[str, Any]) -> dict[Goods, int]:
    """Units per SKU an after-sale is about, free gifts that go back with them included."""
    info = aftersale["product_info"]
    units = {goods_of(info): int(info["count"])}
    for gift in info["gift_product_list"]:
        units[goods_of(gift)] = units.get(goods_of(gift), 0) + int(gift["count"])
    return units


def claim_units(order: ShopOrder, goods: Goods, units: int) -> None:
    """Count units as being in an after-sale, over the order's lines of that SKU."""
    for line in order.lines_of(goods):
        free = (
            int(line["sku_cnt"])
            - int(line["on_aftersale_sku_cnt"])
            - int(line["finish_aftersale_sku_cnt"])
        )
        taken = min(units, free)
        line["on_aftersale_sku_cnt"] += taken
        units -= taken
    if units:
        raise ValueError("more units in after-sales than were bought")


def write_aftersale_detail(shop: ShopState, order: ShopOrder) -> None:
    """Write order.aftersale_detail anew."""
    own = [a for a in shop.aftersales.values() if a["order_id"] == order.order_id]
    order.data["aftersale_detail"] = {
        "aftersale_order_list": [
            {
                "aftersale_order_id": a["after_sale_order_id"],
                "status": NUMERIC_STATUS.get(a["status"], 2),
            }
            for a in own
        ],
        "on_aftersale_order_cnt": sum(a["status"] not in ENDED for a in own),
    }


def refresh_status(shop: ShopState, order: ShopOrder) -> None:
    """20, 21, 30 or cancelled, by what has shipped and what is still owed."""
    if order.status not in (WAIT_SHIP, PARTLY_SHIPPED):
        return
    if _still_owed(order, shop.quirks):
        order.status = PARTLY_SHIPPED if +order.shipped else WAIT_SHIP
    elif +order.shipped:
        order.status = WAIT_RECEIPT
        order.delivery["ship_done_time"] = shop.now_s()
    else:
        order.status = shop.quirks.all_refunded_status


def _still_owed(order: ShopOrder, quirks: WechatQuirks) -> bool:
    owed = order.owed()
    if quirks.gifts_ship_themselves and +order.shipped:
        gifts = {goods_of(line) for line in order.lines if line.get("is_free_gift")}
        return any(goods not in gifts for goods in owed)
    return bool(owed)


def _settle_units(
    shop: ShopState, order: ShopOrder, goods: Goods, units: int, *, refunded: bool
) -> None:
    for line in order.lines_of(goods):
        ended = min(units, int(line["on_aftersale_sku_cnt"]))
        line["on_aftersale_sku_cnt"] -= ended
        units -= ended
        if refunded:
            line["finish_aftersale_sku_cnt"] += ended
            if shop.quirks.refunds_return_stock:
                shop.take_stock(goods[0], goods[1], -ended)
