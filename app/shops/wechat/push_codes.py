"""What WeChat Store's events are about, in our words.

Source: WeChat Store, message push, the lists of order, after-sale, product, stock and e-waybill
events; ``type`` of channels_ec_order_ext_info_update; ``status`` of ewaybill_push_path.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.tracking import TrackStage
from app.ports import PushSubject

_EXT_INFO = "channels_ec_order_ext_info_update"
_URGES = "7"
# Commission, sharer and the review of a real number change nothing that is packed.
_NOTHING_PACKED = frozenset({"1", "6", "13"})

# What is not here is stored and left alone: settling (money only), guarantees, category reviews,
# supplier orders, and whatever the platform invents next.
_SUBJECTS: Mapping[str, PushSubject] = {
    "channels_ec_order_new": PushSubject.ORDER,
    "channels_ec_order_pay": PushSubject.ORDER,
    "channels_ec_order_wait_shipping": PushSubject.ORDER,
    "channels_ec_order_cancel": PushSubject.ORDER,
    "channels_ec_order_deliver": PushSubject.ORDER,
    "channels_ec_order_confirm": PushSubject.ORDER,
    _EXT_INFO: PushSubject.ORDER,
    "product_order_status_update": PushSubject.ORDER,
    "channels_ec_aftersale_update": PushSubject.AFTER_SALE,
    "channels_ec_present_aftersale_update": PushSubject.AFTER_SALE,
    "channels_ec_complaint_update": PushSubject.AFTER_SALE,
    "product_spu_audit": PushSubject.LISTING,
    "product_spu_listing": PushSubject.LISTING,
    "product_spu_update": PushSubject.LISTING,
    "channels_ec_stock_no_enough": PushSubject.STOCK,
    "ewaybill_push_path": PushSubject.CARRIER_STEP,
}

_STAGES: Mapping[str, TrackStage] = {
    "0": TrackStage.ANNOUNCED,
    "1": TrackStage.PICKED_UP,
    "2": TrackStage.IN_TRANSIT,
    "3": TrackStage.OUT_FOR_DELIVERY,
    "4": TrackStage.AT_PICKUP_POINT,
    "5": TrackStage.DELIVERED,
    "6": TrackStage.RETURNING,
    "7": TrackStage.IN_TRANSIT,
    "8": TrackStage.EXCEPTION,
    "9": TrackStage.IN_TRANSIT,  # out of the locker: by the buyer or by the courier
}


def subject_of(event: str, facts: Mapping[str, str]) -> PushSubject:
    """What ``event`` is about; ``NONE`` when nothing here depends on it."""
    if event == _EXT_INFO and facts.get("type") == _URGES:
        return PushSubject.URGED
    if event == _EXT_INFO and facts.get("type") in _NOTHING_PACKED:
        return PushSubject.NONE
    return _SUBJECTS.get(event, PushSubject.NONE)


def stage_of(status: str) -> TrackStage:
    """Where a parcel is, by the number alone: the text beside it has been seen to contradict it."""
    return _STAGES.get(status, TrackStage.IN_TRANSIT)
