"""Orders: lists of ids by time, search, and the order itself with a masked receiver."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import BOOL, NUMBER, STRING, object_of
from app.simulators.wechat.paging import checked_page_size, cut_page
from app.simulators.wechat.records import ShopOrder
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

ORDER_WINDOW_S = 7 * 86400
PAGE_MAX = 100
_LATEST_SECOND = 10_000_000_000
"""A later time is in milliseconds: a client's mistake."""


def list_orders(shop: ShopState, body: Body) -> Body:
    """``order/list/get``: ids only, oldest change first."""
    created, updated = body.get("create_time_range"), body.get("update_time_range")
    if created is None and updated is None:
        raise RefusalError(40097, "create_time_range or update_time_range is needed")
    if created is not None and updated is not None and shop.quirks.both_ranges_refused:
        raise RefusalError(40097, "only one time range may be given")
    page_size = checked_page_size(body, PAGE_MAX, default=10)
    found = _in_ranges(shop, created, updated)
    if len(found) > shop.quirks.max_orders_in_range:
        raise RefusalError(31042)
    wanted = [o for o in found if _fits(o, body)]
    if body.get("next_key") and shop.chance.random() < shop.quirks.page_keys_move:
        raise RefusalError(606006)
    page = _page(shop, wanted, body, page_size, "order_id_list")
    page["order_id_list"] = _as_pages_come(shop, page["order_id_list"])
    return page


def _as_pages_come(shop: ShopState, ids: list[str]) -> list[Any]:
    """The ids of a page with what goes wrong in lists that change while they are read."""
    quirks, chance = shop.quirks, shop.chance
    found: list[Any] = list(ids)
    if found and chance.random() < quirks.pages_omit:
        found.remove(chance.choice(found))
    if found and chance.random() < quirks.pages_repeat:
        found.insert(0, chance.choice(ids))
    return [int(order_id) for order_id in found] if quirks.numeric_list_ids else found


def search_orders(shop: ShopState, body: Body) -> Body:
    """``order/search``: ids of the orders that fit every condition given."""
    condition = body["search_condition"]
    if not condition:
        raise RefusalError(40097, "search_condition is empty")
    page_size = checked_page_size(body, PAGE_MAX)
    wanted = [
        order
        for order in shop.orders.values()
        if _fits(order, body)
        and _fits_aftersale(order, body)
        and all(_CONDITIONS[name](order, value) for name, value in condition.items())
    ]
    wanted.sort(key=lambda o: (int(o.data["create_time"]), o.order_id))
    return _page(shop, wanted, body, page_size, "orders")


def get_order(shop: ShopState, body: Body) -> Body:
    """``order/get``: the order as it is now."""
    order = shop.order(body["order_id"])
    order.decode_refusals = shop.quirks.decode_refusals_after_get
    return {"order": _shown(shop, order)}


def _page(
    shop: ShopState, wanted: list[ShopOrder], body: Body, page_size: int, name: str
) -> dict[str, Any]:
    page = cut_page(
        [order.order_id for order in wanted],
        body,
        page_size,
        full_page_has_more=shop.quirks.full_page_has_more,
    )
    return {name: page.ids, "next_key": page.next_key, "has_more": page.has_more}


def _in_ranges(
    shop: ShopState, created: Mapping[str, int] | None, updated: Mapping[str, int] | None
) -> list[ShopOrder]:
    seen_until_s = shop.clock() - shop.quirks.index_lag_s
    found: list[tuple[int, str, ShopOrder]] = []
    for time_range in (created, updated):
        if time_range is not None:
            _check_range(time_range)
    for order in shop.orders.values():
        changed_at = order.listed_update_time(seen_until_s)
        if changed_at is None:
            continue
        made_at = int(order.data["create_time"])
        if not (_within(made_at, created) and _within(changed_at, updated)):
            continue
        found.append((changed_at if updated else made_at, order.order_id, order))
    return [order for _, _, order in sorted(found, key=lambda entry: entry[:2])]


def _check_range(time_range: Mapping[str, int]) -> None:
    start, end = time_range["start_time"], time_range["end_time"]
    if not 0 < start <= end < _LATEST_SECOND:
        raise RefusalError(40097, "start_time and end_time are seconds, in this order")
    if end - start > ORDER_WINDOW_S:
        raise RefusalError(40097, "the time range must not exceed 7 days")


def _within(at_s: int, time_range: Mapping[str, int] | None) -> bool:
    return time_range is None or time_range["start_time"] <= at_s <= time_range["end_time"]


def _fits(order: ShopOrder, body: Body) -> bool:
    status, openid = body.get("status"), body.get("openid")
    return (status is None or order.has_status(status)) and (
        not openid or order.data.get("openid") == openid
    )


def _fits_aftersale(order: ShopOrder, body: Body) -> bool:
    wanted = body.get("on_aftersale_order_exist")
    if wanted is None:
        return True
    has_open: bool = order.data["aftersale_detail"]["on_aftersale_order_cnt"] > 0
    return has_open == bool(wanted)


def _real(order: ShopOrder, name: str) -> str:
    return str(getattr(order.receiver, name, ""))


_CONDITIONS: Mapping[str, Callable[[ShopOrder, Any], bool]] = {
    "title": lambda o, v: any(v in line["title"] for line in o.lines),
    "sku_code": lambda o, v: any(v == line.get("sku_code") for line in o.lines),
    "user_name": lambda o, v: v == _real(o, "user_name"),
    "tel_number": lambda o, v: v == _real(o, "tel_number"),
    "tel_number_last4": lambda o, v: bool(v) and _real(o, "tel_number").endswith(v),
    "order_id": lambda o, v: v == o.order_id,
    "merchant_notes": lambda o, v: v in o.detail["ext_info"].get("merchant_notes", ""),
    "customer_notes": lambda o, v: v in o.detail["ext_info"].get("customer_notes", ""),
    "address_under_review": lambda o, v: v is ("address_under_review" in o.delivery),
}


def _shown(shop: ShopState, order: ShopOrder) -> dict[str, Any]:
    shown = copy.deepcopy(order.data)
    quirks = shop.quirks
    if quirks.unknown_fields_in_answers:
        shown["unheard_of_order_info"] = {"level": 3}
    for line in shown["order_detail"]["product_infos"]:
        line["thumb_img"] = shop.picture_url(line.get("thumb_img", ""))
        if quirks.unknown_fields_in_answers:
            line["unheard_of_line_flag"] = 2
        if quirks.free_gift_as_number and "is_free_gift" in line:
            line["is_free_gift"] = int(line["is_free_gift"])
        if quirks.numeric_ids:
            line["product_id"], line["sku_id"] = int(line["product_id"]), int(line["sku_id"])
    if quirks.numeric_ids:
        shown["order_id"] = int(shown["order_id"])
    return shown


_RANGE = object_of(start_time=NUMBER.required(), end_time=NUMBER.required())

ENDPOINTS = (
    Endpoint(
        "/channels/ec/order/list/get",
        list_orders,
        {
            "create_time_range": _RANGE,
            "update_time_range": _RANGE,
            "status": NUMBER,
            "openid": STRING,
            "page_size": NUMBER,
            "next_key": STRING,
        },
    ),
    Endpoint(
        "/channels/ec/order/search",
        search_orders,
        {
            "search_condition": object_of(
                title=STRING,
                sku_code=STRING,
                user_name=STRING,
                tel_number=STRING,
                tel_number_last4=STRING,
                order_id=STRING,
                merchant_notes=STRING,
                customer_notes=STRING,
                address_under_review=BOOL,
            ).required(),
            "on_aftersale_order_exist": NUMBER,
            "status": NUMBER,
            "openid": STRING,
            "page_size": NUMBER,
            "next_key": STRING,
        },
    ),
    Endpoint(
        "/channels/ec/order/get",
        get_order,
        {"order_id": STRING.required(), "encode_sensitive_info": BOOL},
    ),
)
