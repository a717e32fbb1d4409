"""More children for an order of the simulated SF: EXP_RECE_GET_SUB_MAILNO."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.simulators.sf.checks import MAX_PARCELS
from app.simulators.sf.records import SfOrder, SfQuirks, SfRefusalError


def grown(
    order: SfOrder | None,
    msg: Mapping[str, Any],
    quirks: SfQuirks,
    take_number: Callable[[], str],
) -> SfOrder:
    """The order with its new children.

    Raises:
        SfRefusalError: it is unknown, cancelled, picked up, or has enough boxes.
    """
    if order is None or not order.mother:
        raise SfRefusalError("8018", "未获取到订单信息")
    if order.cancelled_at_s is not None:
        raise SfRefusalError("8037", "已消单")
    if order.is_picked_up:
        raise SfRefusalError("8168", "快件已收取,不能申请子单号")
    wanted = msg.get("parcelQty")
    boxes = 1 + len(order.children)
    least = boxes if quirks.more_boxes_counts_all else 0
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted <= least:
        raise SfRefusalError("S0005", "字段取值范围错误:parcelQty")
    more = wanted - least
    if boxes + more > MAX_PARCELS:
        raise SfRefusalError("8067", "包裹数超过307件")
    return replace(order, children=order.children + tuple(take_number() for _ in range(more)))


def grown_reply(order: SfOrder, had: int, quirks: SfQuirks) -> dict[str, Any]:
    """``msgData``: the new children, or all of them; ``had`` is how many there were before."""
    listed = order.children if quirks.more_boxes_lists_all else order.children[had:]
    return {
        "orderId": order.order_id,
        "waybillNoInfoList": [{"waybillType": 2, "waybillNo": n} for n in listed],
    }
