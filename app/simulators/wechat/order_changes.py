"""What may change in an order before it ships: notes, the address, the SKU."""

from __future__ import annotations

from typing import Any

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import NUMBER, STRING
from app.simulators.wechat.records import PARTLY_SHIPPED, WAIT_SHIP, ShopOrder
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

WAITING, APPROVED, REJECTED = 3, 4, 5


def update_notes(shop: ShopState, body: Body) -> Body:
    """``merchantnotes/update``: overwrites."""
    order = shop.order(body["order_id"])
    if len(body["merchant_notes"]) > shop.quirks.merchant_notes_max:
        raise RefusalError(40097, "merchant_notes is too long")
    order.detail["ext_info"]["merchant_notes"] = body["merchant_notes"]
    order.touch(shop.now_s())
    return {}


def accept_address(shop: ShopState, body: Body) -> Body:
    """``addressmodify/accept``: the address under review becomes the order's address."""
    order = _order_under_review(shop, body)
    order.receiver, order.asked_receiver = order.asked_receiver, None
    order.delivery["address_info"] = order.delivery.pop("address_under_review")
    order.delivery.pop("address_apply_time", None)
    order.touch(shop.now_s())
    return {}


def reject_address(shop: ShopState, body: Body) -> Body:
    """``addressmodify/reject``: the address stays."""
    order = _order_under_review(shop, body)
    drop_address_request(order)
    order.touch(shop.now_s())
    return {}


def drop_address_request(order: ShopOrder) -> None:
    """Forget the buyer's pending request, if there is one."""
    order.asked_receiver = None
    order.delivery.pop("address_under_review", None)
    order.delivery.pop("address_apply_time", None)


def waiting_sku_changes(shop: ShopState, body: Body) -> Body:
    """``preshipmentchangesku/get``: ids of orders whose buyers wait for an answer."""
    page, size = body["page"], body["page_size"]
    if page < 1 or not 1 <= size <= 100:
        raise RefusalError(40097, "page from 1, page_size 1 to 100")
    waiting = [i for i in sorted(shop.orders) if _waiting_line(shop.order(i)) is not None]
    return {"order_ids": waiting[(page - 1) * size : page * size]}


def approve_sku_change(shop: ShopState, body: Body) -> Body:
    """``preshipmentchangesku/approve``: the line now wants the new SKU."""
    order, line = _order_wanting_other_sku(shop, body)
    change = line["change_sku_info"]
    change["preshipment_change_sku_state"] = APPROVED
    line["sku_id"] = change["new_sku_id"]
    for sku in shop.products.get(str(line["product_id"]), {}).get("skus", ()):
        if str(sku["sku_id"]) == str(change["new_sku_id"]):
            line["sku_code"] = sku["sku_code"]
            line["sku_attrs"] = [dict(attribute) for attribute in sku["sku_attrs"]]
            line["thumb_img"] = sku.get("thumb_img", line["thumb_img"])
    order.touch(shop.now_s())
    return {}


def reject_sku_change(shop: ShopState, body: Body) -> Body:
    """``preshipmentchangesku/reject``: the line stays as it was."""
    order, line = _order_wanting_other_sku(shop, body)
    line["change_sku_info"]["preshipment_change_sku_state"] = REJECTED
    order.touch(shop.now_s())
    return {}


def _order_under_review(shop: ShopState, body: Body) -> ShopOrder:
    order = shop.order(body["order_id"])
    if order.status not in (WAIT_SHIP, PARTLY_SHIPPED):
        raise RefusalError(606000)
    if order.asked_receiver is None:
        raise RefusalError(40097, "no address change is under review")
    return order


def _waiting_line(order: ShopOrder) -> dict[str, Any] | None:
    for line in order.lines:
        change = line.get("change_sku_info")
        if change is not None and change["preshipment_change_sku_state"] == WAITING:
            return line
    return None


def _order_wanting_other_sku(shop: ShopState, body: Body) -> tuple[ShopOrder, dict[str, Any]]:
    order = shop.order(body["order_id"])
    line = _waiting_line(order)
    if line is None:
        raise RefusalError(40097, "no SKU change is waiting")
    return order, line


_ORDER = {"order_id": STRING.required()}

ENDPOINTS = (
    Endpoint(
        "/channels/ec/order/merchantnotes/update",
        update_notes,
        {"order_id": STRING.required(), "merchant_notes": STRING.required()},
    ),
    Endpoint("/channels/ec/order/addressmodify/accept", accept_address, _ORDER),
    Endpoint("/channels/ec/order/addressmodify/reject", reject_address, _ORDER),
    Endpoint(
        "/channels/ec/order/preshipmentchangesku/get",
        waiting_sku_changes,
        {"page": NUMBER.required(), "page_size": NUMBER.required()},
    ),
    Endpoint("/channels/ec/order/preshipmentchangesku/approve", approve_sku_change, _ORDER),
    Endpoint("/channels/ec/order/preshipmentchangesku/reject", reject_sku_change, _ORDER),
)
