"""The receiver in clear, on request and rationed, and virtual numbers."""

from __future__ import annotations

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import STRING
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState


def decode(shop: ShopState, body: Body) -> Body:
    """``order/sensitiveinfo/decode``; every answer counts, also a second one for one order.

    Raises:
        RefusalError: 45009 over the daily quota, 100003 right after order/get of the same order.
    """
    order = shop.order(body["order_id"])
    if order.decode_refusals > 0:
        order.decode_refusals -= 1
        raise RefusalError(100003)
    if order.receiver is None:
        raise RefusalError(100002)
    if shop.decodes_today() >= shop.quirks.decodes_per_day:
        raise RefusalError(45009)
    shop.decodes.append((order.order_id, shop.clock()))
    return order.receiver.decoded()


def virtual_number(shop: ShopState, body: Body) -> Body:
    """``order/virtualtelnumber/get``.

    Raises:
        RefusalError: 6060453, the order has no virtual number.
    """
    order = shop.order(body["order_id"])
    receiver = order.receiver
    if receiver is None or not receiver.virtual_number:
        raise RefusalError(6060453)
    info = order.delivery["address_info"]["tel_number_ext_info"]
    info["get_virtual_tel_cnt"] += 1
    return {
        "virtual_tel_number": f"{receiver.virtual_number}-{receiver.virtual_extension}",
        "virtual_tel_expire_time": receiver.virtual_expires_at_s,
        "get_virtual_tel_cnt": info["get_virtual_tel_cnt"],
    }


_ORDER = {"order_id": STRING.required()}

ENDPOINTS = (
    Endpoint("/channels/ec/order/sensitiveinfo/decode", decode, _ORDER),
    Endpoint("/channels/ec/order/virtualtelnumber/get", virtual_number, _ORDER),
)
