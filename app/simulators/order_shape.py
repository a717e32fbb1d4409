"""Orders and after-sales in the shape of the wire (微信小店 order/get and getaftersaleorder).

The receiver is in clear here; the simulated shop masks it before it answers.
``thumb_img`` is a path below the origin of whoever serves the pictures.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from app.simulators.goods import Listing
from app.simulators.people import Person

PICTURE_PATH = "/pictures/"
COMMISSION_DIVISOR = 20  # the shop's fee, 5 %

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pick:
    """So many pieces of a listing in one order line."""

    listing: Listing
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Purchase:
    """Who bought what and when, before the shop wrote it down. Times are seconds since 1970."""

    order_id: str
    openid: str
    person: Person
    picks: tuple[Pick, ...]
    created_s: int
    paid_s: int
    deadline_s: int
    freight_fen: int = 0
    coupon_fen: int = 0


def order_json(purchase: Purchase) -> Json:
    """A paid order waiting to be shipped (status 20)."""
    lines = [_line(purchase, i, pick) for i, pick in enumerate(purchase.picks, start=1)]
    if purchase.coupon_fen:
        _use_coupon(lines[0], purchase)
    return {
        "order_id": purchase.order_id,
        "create_time": purchase.created_s,
        "update_time": purchase.paid_s + 2,
        "status": 20,
        "order_detail": {
            "product_infos": lines,
            "pay_info": {
                "payment_method": 1,
                "prepay_id": f"up_wx{purchase.order_id[-12:]}demo",
                "prepay_time": purchase.created_s + 2,
                "pay_time": purchase.paid_s,
                "transaction_id": f"42000026{purchase.order_id}0",
            },
            "price_info": _prices(purchase),
            "delivery_info": {
                "address_info": address_json(purchase.person, purchase.openid),
                "delivery_product_info": [],
                "ship_done_time": 0,
                "deliver_method": 0,
                "ewaybill_order_code": f"ofDEMO{digest('label', purchase.order_id) * 2}"[:59],
                "quality_inspect_type": 0,
                "dropship_flag": 0,
            },
            "ext_info": {
                "customer_notes": "",
                "merchant_notes": "",
                "confirm_receipt_time": 0,
                "finder_id": "",
                "live_id": "",
                "order_scene": 4,
                "vip_order_session_id": "",
                "commission_handling_progress": 1,
            },
            "coupon_info": {"user_coupon_id": ""},
            "commission_infos": [],
            "settle_info": {
                "predict_commission_fee": _goods_fen(purchase) // COMMISSION_DIVISOR,
                "commission_fee": 0,
                "settle_time": 0,
            },
            "sku_sharer_infos": [],
            "source_infos": [],
            "refund_info": {"refund_freight": 0},
        },
        "aftersale_detail": {"aftersale_order_list": [], "on_aftersale_order_cnt": 0},
        "openid": purchase.openid,
        "unionid": "",
        "is_present": False,
        "is_flash_sale_order": False,
    }


def address_json(person: Person, openid: str) -> Json:
    """``address_info`` in clear; ``hash_code`` is the same for one address of one buyer."""
    virtual = f"{person.virtual_number}-{person.virtual_extension}" if person.virtual_number else ""
    phone = person.tel_number
    extension: Json = {
        "real_tel_number": f"{phone[:3]}****{phone[-4:]}" if virtual else "",
        "virtual_tel_number": virtual,
        "virtual_tel_expire_time": person.virtual_expires_at_s,
        "get_virtual_tel_cnt": 0,
    }
    if virtual:
        extension["has_delay_times"] = 0
    place = (person.province_name, person.city_name, person.county_name, person.detail_info)
    return {
        "user_name": person.user_name,
        "postal_code": person.postal_code,
        "province_name": person.province_name,
        "city_name": person.city_name,
        "county_name": person.county_name,
        "detail_info": person.detail_info,
        "national_code": "",
        "tel_number": phone,
        "house_number": person.house_number,
        "virtual_order_tel_number": "",
        "tel_number_ext_info": extension,
        "use_tel_number": 1 if virtual else 0,
        "hash_code": digest(openid, person.user_name, phone, *place) if phone else "",
    }


def after_sale_json(order: Json, line: Json, after_sale_id: str, pieces: int, at_s: int) -> Json:
    """An open request for money back for ``pieces`` of ``line``, not yet answered."""
    return {
        "after_sale_order_id": after_sale_id,
        "status": "MERCHANT_PROCESSING",
        "openid": order["openid"],
        "unionid": "",
        "order_id": order["order_id"],
        "product_info": {
            "product_id": line["product_id"],
            "sku_id": line["sku_id"],
            "sku_code": line["sku_code"],
            "count": pieces,
            "fast_refund": False,
            "voucher_list": [],
            "gift_product_list": [],
        },
        "refund_info": {"amount": line["sale_price"] * pieces, "refund_reason": 0},
        "return_info": {"waybill_id": "", "delivery_id": "", "delivery_name": ""},
        "merchant_upload_info": {"reject_reason": "", "refund_certificates": []},
        "create_time": at_s,
        "update_time": at_s,
        "reason": "10000000",
        "reason_text": "不想要了",
        "type": "REFUND",
        "sub_type": "DEFAULT",
        "complaint_id": "",
        "refund_resp": {"code": "", "ret": 0, "message": ""},
        "details": {
            "desc": "",
            "receive_product": False,
            "cancel_time": 0,
            "media_id_list": [],
            "tel_number": "",
        },
        "deadline": at_s + 36 * 3600,
    }


def digest(*parts: str) -> str:
    """32 hexadecimal digits that depend on every part."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _line(purchase: Purchase, index: int, pick: Pick) -> Json:
    listing = pick.listing
    return {
        "product_id": listing.product_id,
        "sku_id": listing.sku_id,
        "thumb_img": f"{PICTURE_PATH}{listing.picture}",
        "sale_price": listing.price_fen,
        "sku_cnt": pick.pieces,
        "title": listing.title,
        "on_aftersale_sku_cnt": 0,
        "finish_aftersale_sku_cnt": 0,
        "sku_code": listing.sku_code,
        "market_price": listing.price_fen,
        "sku_attrs": [{"attr_key": k, "attr_value": v} for k, v in listing.attributes],
        "real_price": listing.price_fen * pick.pieces,
        "out_product_id": "",
        "out_sku_id": "",
        "is_discounted": False,
        "estimate_price": listing.price_fen * pick.pieces,
        "is_change_price": False,
        "out_warehouse_id": "",
        "sku_deliver_info": {"stock_type": 0},
        "extra_service": {"seven_day_return": 1, "freight_insurance": 1},
        "use_deduction": False,
        "deduction_price": 0,
        "order_product_coupon_info_list": [],
        "delivery_deadline": purchase.deadline_s,
        "merchant_discounted_price": 0,
        "finder_discounted_price": 0,
        "product_unique_id": f"{purchase.order_id}_{index:03d}",
        "voucher_list": [],
        "package_sku_list": [],
        "is_flash_sale": False,
    }


def _use_coupon(line: Json, purchase: Purchase) -> None:
    """A platform coupon: the buyer pays less, the shop receives the same."""
    fen = purchase.coupon_fen
    line["real_price"] -= fen
    line["estimate_price"] -= fen
    line["cash_coupon_discounted_price"] = fen
    line["order_product_coupon_info_list"] = [
        {
            "user_coupon_id": f"15{purchase.order_id[-16:]}",
            "coupon_id": "200000012345",
            "coupon_type": 3,
            "discounted_price": fen,
        }
    ]


def _prices(purchase: Purchase) -> Json:
    goods = _goods_fen(purchase)
    whole = goods + purchase.freight_fen
    prices: Json = {
        "product_price": goods,
        "order_price": whole - purchase.coupon_fen,
        "freight": purchase.freight_fen,
        "discounted_price": 0,
        "is_discounted": False,
        "original_order_price": whole,
        "estimate_product_price": goods - purchase.coupon_fen,
        "change_down_price": 0,
        "change_freight": 0,
        "is_change_freight": False,
        "use_deduction": False,
        "deduction_price": 0,
        "merchant_receieve_price": whole,
        "merchant_discounted_price": 0,
        "finder_discounted_price": 0,
    }
    if purchase.coupon_fen:
        prices["cash_coupon_discounted_price"] = purchase.coupon_fen
    return prices


def _goods_fen(purchase: Purchase) -> int:
    return sum(pick.listing.price_fen * pick.pieces for pick in purchase.picks)
