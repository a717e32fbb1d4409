"""What may change in an order before it ships: notes, the address, the SKU."""

from __future__ import annotations

from typing import Any

from app.simulators.wechat.addresses import Receiver
from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import NUMBER, STRING, STRING_OR_NUMBER, object_of
from app.simulators.wechat.records import PARTLY_SHIPPED, WAIT_SHIP, ShopOrder, goods_of
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

WAITING, APPROVED, REJECTED = 3, 4, 5
ADDRESS_CHANGED, NOTES_CHANGED, SKU_AGREED = 2, 3, 10  # of channels_ec_order_ext_info_update
ADDRESS_UPDATES_MAX = 5
_NEEDED = ("user_name", "province_name", "city_name", "detail_info", "tel_number")


def update_notes(shop: ShopState, body: Body) -> Body:
    """``merchantnotes/update``: overwrites."""
    order = shop.order(body["order_id"])
    if len(body["merchant_notes"]) > shop.quirks.merchant_notes_max:
        raise RefusalError(40097, "merchant_notes is too long")
    order.detail["ext_info"]["merchant_notes"] = body["merchant_notes"]
    _announce(shop, order, NOTES_CHANGED)
    return {}


def accept_address(shop: ShopState, body: Body) -> Body:
    """``addressmodify/accept``: the address under review becomes the order's address."""
    order = _order_under_review(shop, body)
    order.receiver, order.asked_receiver = order.asked_receiver, None
    order.delivery["address_info"] = order.delivery.pop("address_under_review")
    order.delivery.pop("address_apply_time", None)
    _announce(shop, order, ADDRESS_CHANGED)
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


def update_address(shop: ShopState, body: Body) -> Body:
    """``address/update``: the merchant's own proposal; the buyer has to agree.

    Raises:
        RefusalError: 606000 shipped or closed, 606001 more than five times, 606002 incomplete.
    """
    order = shop.order(body["order_id"])
    if order.status != WAIT_SHIP:
        raise RefusalError(606000)
    if order.address_changes >= ADDRESS_UPDATES_MAX:
        raise RefusalError(606001)
    address = body["user_address"]
    if not all(address.get(name) for name in _NEEDED):
        raise RefusalError(606002)
    known = {n: address[n] for n in _RECEIVER if address.get(n)}
    order.address_changes += 1
    order.proposed_receiver = Receiver(**{"county_name": "", **known})
    if not shop.quirks.address_update_negotiates:
        settle_proposal(shop, order)
        _announce(shop, order, ADDRESS_CHANGED)
    return {}


def settle_proposal(shop: ShopState, order: ShopOrder) -> None:
    """The proposed address becomes the order's address."""
    receiver = order.proposed_receiver
    if receiver is None:
        raise ValueError("nothing is proposed")
    order.receiver, order.proposed_receiver = receiver, None
    shown = receiver.masked(shop.app_id, str(order.data["openid"]))
    order.delivery["address_info"] = order.delivery["address_info"] | shown


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
    if int(line["on_aftersale_sku_cnt"]):
        raise RefusalError(40097, "an after-sale of this line is open")
    change = line["change_sku_info"]
    change["preshipment_change_sku_state"] = APPROVED
    line["sku_id"] = change["new_sku_id"]
    for sku in shop.products.get(str(line["product_id"]), {}).get("skus", ()):
        if str(sku["sku_id"]) == str(change["new_sku_id"]):
            line["sku_code"] = sku["sku_code"]
            line["sku_attrs"] = [dict(attribute) for attribute in sku["sku_attrs"]]
            line["thumb_img"] = sku.get("thumb_img", line["thumb_img"])
    _announce(shop, order, SKU_AGREED)
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
    owed = order.owed()  # what was sent keeps its SKU, whatever the buyer still waits for
    for line in order.lines:
        change = line.get("change_sku_info")
        waits = change is not None and change["preshipment_change_sku_state"] == WAITING
        if waits and owed[goods_of(line)]:
            return line
    return None


def _order_wanting_other_sku(shop: ShopState, body: Body) -> tuple[ShopOrder, dict[str, Any]]:
    order = shop.order(body["order_id"])
    if order.status not in (WAIT_SHIP, PARTLY_SHIPPED):
        raise RefusalError(606000)
    line = _waiting_line(order)
    if line is None:
        raise RefusalError(40097, "no SKU change is waiting")
    return order, line


def _announce(shop: ShopState, order: ShopOrder, kind: int) -> None:
    order.touch(shop.now_s())
    shop.push(
        "channels_ec_order_ext_info_update",
        str(order.data.get("openid", "")),
        order_info={"order_id": int(order.order_id), "type": kind},
    )


_RECEIVER = (*_NEEDED, "county_name", "house_number", "postal_code")
_ORDER = {"order_id": STRING.required()}

ENDPOINTS = (
    Endpoint(
        "/channels/ec/order/merchantnotes/update",
        update_notes,
        {"order_id": STRING.required(), "merchant_notes": STRING.required()},
    ),
    Endpoint(
        "/channels/ec/order/address/update",
        update_address,
        {
            "order_id": STRING_OR_NUMBER.required(),
            "user_address": object_of(
                user_name=STRING,
                province_name=STRING,
                city_name=STRING,
                county_name=STRING,
                detail_info=STRING,
                tel_number=STRING,
                house_number=STRING,
                postal_code=STRING,
                national_code=STRING,
                virtual_order_tel_number=STRING,
            ).required(),
        },
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
