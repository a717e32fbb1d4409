"""Platform labels: the sealed picture data, and the notice that a label was printed."""

from __future__ import annotations

from typing import Any

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.ewaybill_accounts import BASE
from app.simulators.wechat.ewaybill_orders import live_or_dead
from app.simulators.wechat.ewaybill_templates import check_template
from app.simulators.wechat.fields import NUMBER, STRING, array_of, object_of
from app.simulators.wechat.print_blob import seal
from app.simulators.wechat.records import LabelOrder, PrintNotice
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

BATCH_MAX = 50
_PRINTED, _SHIPPED = 3, 4


def get_print_info(shop: ShopState, body: Body) -> Body:
    """``print/get``: what the print component needs, for the mother or one child box.

    Raises:
        RefusalError: 1000003 no such label order, 10025106 no such template, 10025125 cancelled.
    """
    label = shop.label_orders.get(body["ewaybill_order_id"])
    if label is None or label.burnt:
        raise RefusalError(1000003)
    check_template(shop, label.delivery_id, body["template_id"])
    if label.status == 2:
        raise RefusalError(10025125)
    return {"print_info": seal(_contents_of(label, body.get("sub_waybill_id", "")))}


def notice_print(shop: ShopState, body: Body) -> Body:
    """``order/print``: the label of this number is on paper."""
    label = live_or_dead(shop, body["ewaybill_order_id"])
    if (label.delivery_id, label.waybill_id) != (body["delivery_id"], body["waybill_id"]):
        raise RefusalError(10025012)
    if body["re_print"] not in (0, 1):
        raise RefusalError(40097, "re_print must be 0 or 1")
    if label.status == 2:
        raise RefusalError(10025125)
    if label.status != _SHIPPED:
        label.status = _PRINTED
    shop.print_notices.append(
        PrintNotice(label.ewaybill_order_id, label.waybill_id, body["re_print"], shop.now_s())
    )
    return {}


def notice_prints(shop: ShopState, body: Body) -> Body:
    """``order/batchprint``: up to 50 notices, each taken or not on its own."""
    notices = body["req_list"]
    if not 1 <= len(notices) <= BATCH_MAX:
        raise RefusalError(40097, f"req_list must have 1 to {BATCH_MAX} entries")
    taken: list[str] = []
    refused: list[str] = []
    for notice in notices:
        try:
            notice_print(shop, notice)
        except RefusalError:
            refused.append(notice["ewaybill_order_id"])
        else:
            taken.append(notice["ewaybill_order_id"])
    return {"succ_ewaybill_order_id": taken, "fail_ewaybill_order_id": refused}


def _contents_of(label: LabelOrder, child: str) -> dict[str, Any]:
    if not child:
        return label.label
    # A shipment that began as one box lists only the boxes added later.
    first = 2 if label.children and label.children[0]["waybill_type"] != 1 else 1
    boxes = len(label.children) + first - 1
    for number, known in enumerate(label.children, start=first):
        if known["waybill_id"] == child:
            return {**label.label, "waybill": child, "box": number, "boxes": boxes}
    raise RefusalError(1000003)


_NOTICE = {
    "ewaybill_order_id": STRING.required(10025020),
    "delivery_id": STRING.required(10025012),
    "waybill_id": STRING.required(10025012),
    "re_print": NUMBER.required(),
}

ENDPOINTS = (
    Endpoint(
        f"{BASE}/print/get",
        get_print_info,
        {
            "ewaybill_order_id": STRING.required(1000003),
            "template_id": STRING.required(10025106),
            "sub_waybill_id": STRING,
        },
    ),
    Endpoint(f"{BASE}/order/print", notice_print, _NOTICE),
    Endpoint(
        f"{BASE}/order/batchprint",
        notice_prints,
        {"req_list": array_of(object_of(**_NOTICE)).required()},
    ),
)
