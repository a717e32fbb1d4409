"""The receiver in clear, on request and rationed, and virtual numbers.

Source: WeChat Store, ``order/sensitiveinfo/decode``, ``order/virtualtelnumber/get``,
``order/virtualnumber/applyagain`` and ``delay``. No code is documented for a number that cannot be
extended or replaced; 40097 stands for it here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.simulators.wechat.addresses import Receiver
from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import NUMBER, STRING
from app.simulators.wechat.records import ShopOrder
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

NUMBER_CHANGED = 5
DAY_S = 86400
EXTENDABLE_FROM_S = 7 * DAY_S
LIFE_S = 30 * DAY_S


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
    _, receiver, info = _virtual(shop, body)
    info["get_virtual_tel_cnt"] += 1
    return {
        "virtual_tel_number": f"{receiver.virtual_number}-{receiver.virtual_extension}",
        "virtual_tel_expire_time": receiver.virtual_expires_at_s,
        "get_virtual_tel_cnt": info["get_virtual_tel_cnt"],
    }


def extend_number(shop: ShopState, body: Body) -> Body:
    """``virtualnumber/delay``: 30 days more, in the seven days before the number ends.

    Raises:
        RefusalError: 40097 too early, too late, too often, or another count than the order has.
    """
    order, receiver, info = _virtual(shop, body)
    times = int(info.get("has_delay_times", 0))
    left_s = receiver.virtual_expires_at_s - shop.now_s()
    if body["has_delay_times"] != times:
        raise RefusalError(40097, "has_delay_times is not that of the order")
    if not 0 < left_s <= EXTENDABLE_FROM_S or times >= shop.quirks.virtual_extensions_max:
        raise RefusalError(40097, "the number cannot be extended now")
    until_s = receiver.virtual_expires_at_s + LIFE_S
    info["has_delay_times"] = times + 1
    give_number(shop, order, replace(receiver, virtual_expires_at_s=until_s))
    left = shop.quirks.virtual_extensions_max - times - 1
    return {"expiration": until_s, "available_extend_num": left}


def new_number(shop: ShopState, body: Body) -> Body:
    """``virtualnumber/applyagain``: once, when the first number has ended.

    Raises:
        RefusalError: 40097, it still lives, or a new one was given before.
    """
    order, receiver, _ = _virtual(shop, body)
    if order.new_number_given or receiver.virtual_expires_at_s > shop.now_s():
        raise RefusalError(40097, "no new number for this order")
    order.new_number_given = True
    number = f"{int(receiver.virtual_number) + 1}"
    extension = f"{(int(receiver.virtual_extension or 0) + 1) % 10000:04d}"
    until_s = shop.now_s() + LIFE_S
    fresh = replace(
        receiver,
        virtual_number=number,
        virtual_extension=extension,
        virtual_expires_at_s=until_s,
    )
    give_number(shop, order, fresh)
    return {"virtual_number": number, "extension": extension, "apply_quota": 0}


def give_number(shop: ShopState, order: ShopOrder, receiver: Receiver) -> None:
    """The order shows the receiver's virtual number from now on (announced as type 5)."""
    order.receiver = receiver
    address = order.delivery["address_info"]
    shown = receiver.masked(shop.app_id, str(order.data["openid"]))
    kept = address.get("tel_number_ext_info", {})
    counts = {n: kept[n] for n in ("has_delay_times", "get_virtual_tel_cnt") if n in kept}
    info = {"has_delay_times": 0, **shown["tel_number_ext_info"], **counts}
    address["tel_number_ext_info"] = info
    address["use_tel_number"] = shown["use_tel_number"]
    order.touch(shop.now_s())
    shop.push(
        "channels_ec_order_ext_info_update",
        str(order.data["openid"]),
        order_info={"order_id": int(order.order_id), "type": NUMBER_CHANGED},
    )


def _virtual(shop: ShopState, body: Body) -> tuple[ShopOrder, Receiver, dict[str, Any]]:
    order = shop.order(body["order_id"])
    receiver = order.receiver
    if receiver is None or not receiver.virtual_number:
        raise RefusalError(6060453)
    info: dict[str, Any] = order.delivery["address_info"]["tel_number_ext_info"]
    return order, receiver, info


_ORDER = {"order_id": STRING.required()}

ENDPOINTS = (
    Endpoint("/channels/ec/order/sensitiveinfo/decode", decode, _ORDER),
    Endpoint("/channels/ec/order/virtualtelnumber/get", virtual_number, _ORDER),
    Endpoint(
        "/channels/ec/order/virtualnumber/delay",
        extend_number,
        {"order_id": STRING.required(), "has_delay_times": NUMBER.required()},
    ),
    Endpoint("/channels/ec/order/virtualnumber/applyagain", new_number, _ORDER),
)
