"""What the shop sells, and how much of it the shop believes to have."""

from __future__ import annotations

import copy
from typing import Any

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import NUMBER, STRING, array_of
from app.simulators.wechat.paging import checked_page_size, cut_page
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

PAGE_MAX = 30
ADD, SUBTRACT, SET = 1, 2, 3
_NOT_FOUND, _STOCK_REFUSED = 10020052, 10020054


def list_products(shop: ShopState, body: Body) -> Body:
    """``product/list/get``: there is no has_more, total_num and an empty key tell the end."""
    page_size = checked_page_size(body, PAGE_MAX)
    status = body.get("status")
    found = [
        product_id
        for product_id, product in sorted(shop.products.items())
        if status is None or product["status"] == status
    ]
    page = cut_page(found, body, page_size, full_page_has_more=shop.quirks.full_page_has_more)
    return {"product_ids": page.ids, "next_key": page.next_key, "total_num": len(found)}


def get_product(shop: ShopState, body: Body) -> Body:
    """``product/get``: the product on sale (data_type 1 or 3); nobody has a draft here."""
    product = copy.deepcopy(_product(shop, body["product_id"]))
    product["head_imgs"] = [shop.picture_url(path) for path in product.get("head_imgs", ())]
    for sku in product["skus"]:
        sku["thumb_img"] = shop.picture_url(sku.get("thumb_img", ""))
    data_type = body.get("data_type", 1)
    if data_type not in (1, 2, 3):
        raise RefusalError(40097, "data_type must be 1, 2 or 3")
    answer: dict[str, Any] = {"sale_limit_info": {"is_limited": False}}
    if data_type != 2:
        answer["product"] = product
    return answer


def update_stock(shop: ShopState, body: Body) -> Body:
    """``product/stock/update``: add, subtract or set.

    Raises:
        RefusalError: 10020054 ids that do not belong together, nothing to add, or not enough.
    """
    sku = _sku(shop, body)
    change, num, has = body["diff_type"], body["num"], int(sku["stock_num"])
    if change not in (ADD, SUBTRACT, SET):
        raise RefusalError(40097, "diff_type must be 1, 2 or 3")
    if change != SET and num == 0:
        raise RefusalError(_STOCK_REFUSED)
    if change == SUBTRACT and num > has:
        raise RefusalError(_STOCK_REFUSED)
    sku["stock_num"] = {ADD: has + num, SUBTRACT: has - num, SET: num}[change]
    return {}


def get_stock(shop: ShopState, body: Body) -> Body:
    """``product/stock/get``."""
    has = int(_sku(shop, body)["stock_num"])
    return {
        "data": {
            "normal_stock_num": has,
            "limited_discount_stock_num": 0,
            "warehouse_stocks": [],
            "total_stock_num": has,
        }
    }


def get_stocks(shop: ShopState, body: Body) -> Body:
    """``product/stock/batchget``: ``product_id`` is an array here."""
    return {
        "data": {
            "spu_stock_list": [
                {
                    "product_id": product_id,
                    "sku_stock": [_stock_row(sku) for sku in _product(shop, product_id)["skus"]],
                }
                for product_id in body["product_id"]
            ]
        }
    }


def _stock_row(sku: dict[str, Any]) -> dict[str, Any]:
    has = int(sku["stock_num"])
    return {
        "sku_id": str(sku["sku_id"]),
        "normal_stock_num": has,
        "limited_discount_stock_num": 0,
        "warehouse_stocks": [],
        "finder_total_num": 0,
        "total_stock_num": has,
    }


def _product(shop: ShopState, product_id: str) -> dict[str, Any]:
    found = shop.products.get(product_id)
    if found is None:
        raise RefusalError(_NOT_FOUND)
    return found


def _sku(shop: ShopState, body: Body) -> dict[str, Any]:
    product = shop.products.get(body["product_id"], {})
    for sku in product.get("skus", ()):
        if str(sku["sku_id"]) == body["sku_id"]:
            found: dict[str, Any] = sku
            return found
    raise RefusalError(_STOCK_REFUSED)


_IDS = {"product_id": STRING.required(10020051), "sku_id": STRING.required(10020051)}

ENDPOINTS = (
    Endpoint(
        "/channels/ec/product/list/get",
        list_products,
        {"page_size": NUMBER, "status": NUMBER, "next_key": STRING},
    ),
    Endpoint(
        "/channels/ec/product/get",
        get_product,
        {"product_id": STRING.required(10020051), "data_type": NUMBER},
    ),
    Endpoint(
        "/channels/ec/product/stock/update",
        update_stock,
        {**_IDS, "diff_type": NUMBER.required(10020051), "num": NUMBER.required(10020051)},
    ),
    Endpoint("/channels/ec/product/stock/get", get_stock, _IDS),
    Endpoint(
        "/channels/ec/product/stock/batchget",
        get_stocks,
        {"product_id": array_of(STRING).required(10020051)},
    ),
)
