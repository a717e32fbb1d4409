"""How far the platform's quality inspection of an order is (jewellery and fresh goods)."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.text import T, Text
from app.shops.wechat import wire

INSPECTIONS: Mapping[int, Text] = {
    0: T("Inspection: still to be entered"),
    1: T("Inspection: still to be handed in"),
    2: T("Inspection: cancelled before it was taken in"),
    3: T("Inspection: not taken in, something is wrong"),
    4: T("Inspection: taken in"),
    5: T("Inspection: under way"),
    6: T("Inspection: done, about to leave"),
    7: T("Inspection: not let out, something is wrong"),
    8: T("Inspection: to be fetched"),
    10: T("Inspection: cancelled and fetched"),
    11: T("Inspection: sent to the buyer"),
    12: T("Inspection: to be handed in again"),
    13: T("Inspection: handed in too often"),
    14: T("Inspection: waits at the collection point"),
    100: T("Inspection: pictures of the packing are still missing"),
    200: T("Inspection: under way"),
    201: T("Inspection: failed"),
    202: T("Inspection: passed"),
}


def inspection(delivery: wire.DeliveryInfo) -> Text | None:
    """How far the quality inspection is; None for goods that need none."""
    if delivery.quality_inspect_type == 0:
        return None
    number = delivery.quality_inspect_info.inspect_status
    return INSPECTIONS.get(number) or T("Inspection: step {number}", number=number)
