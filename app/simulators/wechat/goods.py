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
BATCH_MAX = 30
NOT_LISTED, ON_SALE, TAKEN_OFF, BROKE_RULES, BANNED = 0, 5, 11, 13, 20
UNDER_REVIEW, REVIEW_FAILED, REVIEW_PASSED, UPLOADING = 2, 3, 4, 7  # edit_status
_NOT_EDITABLE, _FLASH_SALE, _REVIEWED, _NOT_FOUND = 10020008, 10020014, 10020049, 10020052
_STOCK_REFUSED, _IS_NOT_LISTED, _REVIEWS_USED_UP, _STILL_UPLOADING = (
    10020054,
    10020065,
    10020066,
    10020067,
)


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
    next_key = page.next_key
    if not next_key and shop.quirks.goods_key_stays:
        next_key = body.get("next_key", "")
    total = len(found) if shop.quirks.goods_total else 0
    return {"product_ids": page.ids, "next_key": next_key, "total_num": total}


def get_product(shop: ShopState, body: Body) -> Body:
    """``product/get``: the product on sale (data_type 1 or 3); nobody has a draft here."""
    product = copy.deepcopy(_product(shop, body["product_id"]))
    product["head_imgs"] = [shop.picture_url(path) for path in product.get("head_imgs", ())]
    for sku in product["skus"]:
        sku["thumb_img"] = shop.picture_url(sku.get("thumb_img", ""))
    if shop.quirks.numeric_ids:
        product["product_id"] = int(product["product_id"])
        for sku in product["skus"]:
            sku["sku_id"] = int(sku["sku_id"])
    data_type = body.get("data_type", 1)
    if data_type not in (1, 2, 3):
        raise RefusalError(40097, "data_type must be 1, 2 or 3")
    answer: dict[str, Any] = {"sale_limit_info": {"is_limited": False}}
    never_listed = product["status"] == NOT_LISTED
    if data_type != 2 and not never_listed:
        answer["product"] = product
    if data_type != 1 and (never_listed or product.get("edit_status") == UNDER_REVIEW):
        answer["edit_product"] = product
    return answer


def list_product(shop: ShopState, body: Body) -> Body:
    """``product/listing``: puts a product on sale, or in for review when the shop must.

    Raises:
        RefusalError: 10020052 unknown, 10020049 under review, 10020067 still uploading, 10020008
            taken off by the platform, 10020066 no reviews left today.
    """
    product = _free(shop, body["product_id"])
    if product["status"] in (BROKE_RULES, BANNED):
        raise RefusalError(_NOT_EDITABLE)
    if product["status"] == ON_SALE:
        return {}
    if not shop.quirks.listing_is_reviewed:
        product["status"], product["edit_status"] = ON_SALE, REVIEW_PASSED
        push_listing(shop, product)
        return {}
    if shop.reviews_left == 0:
        raise RefusalError(_REVIEWS_USED_UP)
    shop.reviews_left -= 1
    product["edit_status"] = UNDER_REVIEW
    return {}


def delist_product(shop: ShopState, body: Body) -> Body:
    """``product/delisting``: takes a product off sale.

    Raises:
        RefusalError: as ``list_product``, and 10020065 when it is not on sale.
    """
    product = _free(shop, body["product_id"])
    if product["status"] != ON_SALE:
        raise RefusalError(_IS_NOT_LISTED)
    product["status"] = TAKEN_OFF
    push_listing(shop, product)
    return {}


def push_listing(shop: ShopState, product: dict[str, Any]) -> None:
    """Tell that the product went on or off sale."""
    told = {"product_id": str(product["product_id"]), "status": product["status"], "reason": ""}
    shop.push("product_spu_listing", "", ProductSpuListing=told)


def update_stock(shop: ShopState, body: Body) -> Body:
    """``product/stock/update``: add, subtract or set.

    Raises:
        RefusalError: 10020054 ids that do not belong together, nothing to add, or not enough;
            10020014 the flash sale holds the SKU; 10020049 the product is under review.
    """
    sku = _sku(shop, body)
    if (body["product_id"], body["sku_id"]) in shop.flash_sales:
        raise RefusalError(_FLASH_SALE)
    if shop.products[body["product_id"]].get("edit_status") == UNDER_REVIEW:
        raise RefusalError(_REVIEWED)
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
    """``product/stock/batchget``: ``product_id`` is an array here.

    Raises:
        RefusalError: 40097 none or too many, 10020052 one of them is unknown.
    """
    if not 1 <= len(body["product_id"]) <= BATCH_MAX:
        raise RefusalError(40097, f"product_id must hold 1 to {BATCH_MAX}")
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


def _free(shop: ShopState, product_id: str) -> dict[str, Any]:
    """The product when nothing keeps it from being changed."""
    product = _product(shop, product_id)
    if product.get("edit_status") == UNDER_REVIEW:
        raise RefusalError(_REVIEWED)
    if product.get("edit_status") == UPLOADING:
        raise RefusalError(_STILL_UPLOADING)
    return product


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
        "/channels/ec/product/listing",
        list_product,
        {"product_id": STRING.required(10020051)},
    ),
    Endpoint(
        "/channels/ec/product/delisting",
        delist_product,
        {"product_id": STRING.required(10020051)},
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
