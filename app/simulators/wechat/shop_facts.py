"""The shop itself: who it is and where it takes goods back."""

from __future__ import annotations

import copy

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import NUMBER, STRING
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState


def get_info(shop: ShopState, body: Body) -> Body:
    """``basics/info/get``, the only GET of the shop's own endpoints here."""
    return {
        "info": {
            "nickname": shop.nickname,
            "headimg_url": "https://example.invalid/head.png",
            "subject_type": "企业",
            "status": "open_finished",
            "username": shop.username,
            "is_local_life": 0,
            "open_timestamp": 1700000000,
        }
    }


def list_addresses(shop: ShopState, body: Body) -> Body:
    """``merchant/address/list``: ids only."""
    start, limit = body["offset"], body["limit"]
    ids = [str(address["address_id"]) for address in shop.merchant_addresses]
    return {"address_id_list": ids[start : start + limit]}


def get_address(shop: ShopState, body: Body) -> Body:
    """``merchant/address/get``; inside the answer ``address_id`` is a number."""
    for address in shop.merchant_addresses:
        if str(address["address_id"]) == body["address_id"]:
            shown = copy.deepcopy(dict(address))
            shown["address_id"] = int(shown["address_id"])
            return {"address_detail": shown}
    raise RefusalError(40097, "no such address")


ENDPOINTS = (
    Endpoint("/channels/ec/basics/info/get", get_info, method="GET"),
    Endpoint(
        "/channels/ec/merchant/address/list",
        list_addresses,
        {"offset": NUMBER.required(), "limit": NUMBER.required()},
    ),
    Endpoint("/channels/ec/merchant/address/get", get_address, {"address_id": STRING.required()}),
)
