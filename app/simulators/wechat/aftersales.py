"""After-sales: lists of ids within a day, the after-sale itself, and the shop's answers."""

from __future__ import annotations

import copy
from typing import Any

from app.simulators.wechat.delivery import OTHER_COMPANY
from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import NUMBER, STRING, array_of
from app.simulators.wechat.lifecycle import ENDED, set_aftersale_status
from app.simulators.wechat.paging import cut_page
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

BASE = "/channels/ec/aftersale"
WINDOW_S = 86400
REFUND_GAP_S = 60
WRONG_WINDOW, WRONG_STATE, NOT_FOUND, TOO_OFTEN = 10020004, 10021041, 10021050, 10021059
_LATEST_SECOND = 10_000_000_000
_REJECTED = {
    "REFUND": "MERCHANT_REJECT_REFUND",
    "RETURN": "MERCHANT_REJECT_RETURN",
    "EXCHANGE": "MERCHANT_REJECT_EXCHANGE",
    "RESHIP": "MERCHANT_REJECT_RESHIP",
}
_ASKED, _BACK = 1, 2  # reject_scene
_REJECT_REASONS = (
    (4, "包裹在买家发起售后时已完成发货/揽收", _ASKED),
    (6, "买家误操作/已协商取消申请", _ASKED),
    (9, "寄回的商品与申请不符或影响二次销售", _BACK),
)
_REASONS = (("10000002", "拍错/多拍"), ("10000001", "缺货"), ("10000000", "不想要了"))


def list_aftersales(shop: ShopState, body: Body) -> Body:
    """``getaftersalelist``: ids by creation or by update, at most 24 hours at once."""
    created = (body.get("begin_create_time"), body.get("end_create_time"))
    updated = (body.get("begin_update_time"), body.get("end_update_time"))
    if updated != (None, None) and not shop.quirks.aftersale_update_pair:
        raise RefusalError(40097, "begin_update_time is not supported")
    if (created == (None, None)) == (updated == (None, None)):
        raise RefusalError(40097, "one pair of times is needed")
    name, (begin, end) = (
        ("update_time", updated) if created == (None, None) else ("create_time", created)
    )
    if begin is None or end is None:
        raise RefusalError(40097, "times come in pairs")
    if not 0 < begin <= end < _LATEST_SECOND or end - begin > WINDOW_S:
        raise RefusalError(WRONG_WINDOW)
    found = sorted(
        (int(a[name]), str(a["after_sale_order_id"]))
        for a in shop.aftersales.values()
        if begin <= int(a[name]) <= end
    )
    page = cut_page(
        [aftersale_id for _, aftersale_id in found],
        body,
        shop.quirks.aftersale_page_size,
        full_page_has_more=shop.quirks.full_page_has_more,
    )
    return {
        "after_sale_order_id_list": page.ids,
        "next_key": page.next_key,
        "has_more": page.has_more,
    }


def get_aftersale(shop: ShopState, body: Body) -> Body:
    """``getaftersaleorder``."""
    shown = copy.deepcopy(_find(shop, body))
    if "deadline" in shown and shop.quirks.deadline_is_remaining:
        shown["deadline"] = max(0, shown["deadline"] - shop.now_s())
    return {"after_sale_order": shown}


def accept(shop: ShopState, body: Body) -> Body:
    """``acceptapply``: agree to a return, or pay back.

    Raises:
        RefusalError: 10021041 not in this state, 10021059 a refund of this order less than a minute
            ago, 40097 a return without an address to send to.
    """
    aftersale = _find(shop, body)
    state, kind, accept_type = aftersale["status"], aftersale["type"], body.get("accept_type")
    if state == "MERCHANT_PROCESSING" and kind in ("RETURN", "EXCHANGE"):
        if accept_type not in (None, 1):
            raise RefusalError(WRONG_STATE)
        address_id = body.get("address_id", "")
        known = {str(address["address_id"]) for address in shop.merchant_addresses}
        if address_id not in known:
            raise RefusalError(40097, "address_id is needed for a return")
        set_aftersale_status(shop, aftersale, "USER_WAIT_RETURN")
    elif state == "MERCHANT_PROCESSING" and kind == "REFUND":
        if accept_type == 1:
            raise RefusalError(WRONG_STATE)
        _pay_back(shop, aftersale, "MERCHANT_REFUND_SUCCESS")
    elif state == "MERCHANT_WAIT_RECEIPT" and kind == "RETURN":
        if accept_type == 1:
            raise RefusalError(WRONG_STATE)
        _pay_back(shop, aftersale, "MERCHANT_RETURN_SUCCESS")
    else:
        raise RefusalError(WRONG_STATE)
    return {}


def reject(shop: ShopState, body: Body) -> Body:
    """``rejectapply``: the reason's type is required, and must be one of this step."""
    aftersale = _find(shop, body)
    if aftersale["status"] not in ("MERCHANT_PROCESSING", "MERCHANT_WAIT_RECEIPT"):
        raise RefusalError(WRONG_STATE)
    _refuse_buyer(shop, aftersale, body)
    return {}


def reject_exchange(shop: ShopState, body: Body) -> Body:
    """``rejectexchangereship``: what came back will not be exchanged."""
    aftersale = _find(shop, body)
    if aftersale["type"] != "EXCHANGE" or aftersale["status"] != "MERCHANT_WAIT_RECEIPT":
        raise RefusalError(WRONG_STATE)
    _refuse_buyer(shop, aftersale, body)
    return {}


def upload_certificate(shop: ShopState, body: Body) -> Body:
    """``uploadrefundcertificate``: the shop paid outside and proves it; the status stays."""
    aftersale = _find(shop, body)
    if aftersale["status"] != "PLATFORM_REFUND_FAIL":
        raise RefusalError(WRONG_STATE)
    certificates = _known_pictures(shop, body["refund_certificates"])
    if not certificates:
        raise RefusalError(40097, "refund_certificates is empty")
    aftersale["merchant_upload_info"]["refund_certificates"] = certificates
    aftersale["update_time"] = shop.now_s()
    return {}


def list_reject_reasons(shop: ShopState, body: Body) -> Body:
    """``rejectreason/get``."""
    name = "reject_reason_list" if shop.quirks.reject_list_renamed else "reason_list"
    return {
        name: [
            {
                "reject_reason_type": number,
                "reject_reason_type_text": text,
                "reject_reason": text,
                "reject_scene": scene,
            }
            for number, text, scene in _REJECT_REASONS
        ]
    }


def list_reasons(shop: ShopState, body: Body) -> Body:
    """``reason/get``."""
    return {"reason_list": [{"reason": code, "reason_text": text} for code, text in _REASONS]}


def ship_exchange(shop: ShopState, body: Body) -> Body:
    """``acceptexchangereship``: the other goods are on their way."""
    aftersale = _find(shop, body)
    if aftersale["type"] not in ("EXCHANGE", "RESHIP"):
        raise RefusalError(WRONG_STATE)
    wanted = "MERCHANT_WAIT_RECEIPT" if aftersale["type"] == "EXCHANGE" else "MERCHANT_PROCESSING"
    if aftersale["status"] != wanted:
        raise RefusalError(WRONG_STATE)
    last_s = shop.exchanges_sent_at_s.get(aftersale["order_id"])
    if last_s is not None and shop.clock() - last_s < REFUND_GAP_S:
        raise RefusalError(TOO_OFTEN)
    company = body["delivery_id"]
    if company == OTHER_COMPANY or company not in shop.companies or not body["waybill_id"]:
        raise RefusalError(9700224)
    aftersale["exchange_delivery_info"] = {
        "waybill_id": body["waybill_id"],
        "delivery_id": company,
        "delivery_name": shop.companies[company],
        "address_info": dict(shop.orders[aftersale["order_id"]].delivery["address_info"]),
    }
    shop.exchanges_sent_at_s[aftersale["order_id"]] = shop.clock()
    set_aftersale_status(shop, aftersale, "USER_WAIT_RECEIPT")
    return {}


def _find(shop: ShopState, body: Body) -> dict[str, Any]:
    found = shop.aftersales.get(body["after_sale_order_id"])
    if found is None:
        raise RefusalError(NOT_FOUND)
    return found


def _refuse_buyer(shop: ShopState, aftersale: dict[str, Any], body: Body) -> None:
    scenes = {number: scene for number, _, scene in _REJECT_REASONS}
    asked_back = aftersale["status"] == "MERCHANT_WAIT_RECEIPT"
    scene = scenes.get(body["reject_reason_type"])
    if scene is None:
        raise RefusalError(40097, "unknown reject_reason_type")
    if shop.quirks.reject_scenes_checked and scene != (_BACK if asked_back else _ASKED):
        raise RefusalError(40097, "this reject_reason_type is for another scene")
    proof = _known_pictures(shop, body.get("reject_certificates", []))
    has_goods = aftersale["details"].get("receive_product", False)
    if shop.quirks.reject_wants_evidence and has_goods and not proof:
        raise RefusalError(40097, "reject_certificates are needed")
    aftersale["merchant_upload_info"]["reject_reason"] = body.get("reject_reason", "")
    set_aftersale_status(shop, aftersale, _REJECTED[aftersale["type"]])


def _known_pictures(shop: ShopState, media_ids: list[str]) -> list[str]:
    if any(media_id not in shop.pictures for media_id in media_ids):
        raise RefusalError(40097, "unknown media_id")
    return list(media_ids)


def _pay_back(shop: ShopState, aftersale: dict[str, Any], status: str) -> None:
    if aftersale["status"] in ENDED:
        raise RefusalError(WRONG_STATE)
    order_id, now_s = aftersale["order_id"], shop.clock()
    last_s = shop.refunds_asked_at_s.get(order_id)
    if last_s is not None and now_s - last_s < REFUND_GAP_S:
        raise RefusalError(TOO_OFTEN)
    shop.refunds_asked_at_s[order_id] = now_s
    aftersale["refund_info"]["refund_reason"] = 3
    set_aftersale_status(shop, aftersale, status)


_ID = STRING.required(10020000)

ENDPOINTS = (
    Endpoint(
        f"{BASE}/getaftersalelist",
        list_aftersales,
        {
            "begin_create_time": NUMBER,
            "end_create_time": NUMBER,
            "begin_update_time": NUMBER,
            "end_update_time": NUMBER,
            "next_key": STRING,
        },
    ),
    Endpoint(f"{BASE}/getaftersaleorder", get_aftersale, {"after_sale_order_id": _ID}),
    Endpoint(
        f"{BASE}/acceptapply",
        accept,
        {"after_sale_order_id": _ID, "address_id": STRING, "accept_type": NUMBER},
    ),
    Endpoint(
        f"{BASE}/rejectapply",
        reject,
        {
            "after_sale_order_id": _ID,
            "reject_reason_type": NUMBER.required(),
            "reject_reason": STRING,
            "reject_certificates": array_of(STRING),
        },
    ),
    Endpoint(
        f"{BASE}/rejectexchangereship",
        reject_exchange,
        {
            "after_sale_order_id": _ID,
            "reject_reason_type": NUMBER.required(),
            "reject_reason": STRING,
            "reject_certificates": array_of(STRING),
        },
    ),
    Endpoint(
        f"{BASE}/uploadrefundcertificate",
        upload_certificate,
        {
            "after_sale_order_id": _ID,
            "refund_certificates": array_of(STRING).required(),
            "desc": STRING,
        },
    ),
    Endpoint(f"{BASE}/rejectreason/get", list_reject_reasons),
    Endpoint(f"{BASE}/reason/get", list_reasons),
    Endpoint(
        f"{BASE}/acceptexchangereship",
        ship_exchange,
        {
            "after_sale_order_id": _ID,
            "delivery_id": STRING.required(9700224),
            "waybill_id": STRING.required(9700224),
        },
    ),
)
