"""What people read of a parcel on its way instead of the codes that are stored."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.following import TrackWarning
from app.domain.text import T, Text
from app.domain.tracking import TrackStage

STAGE_WORDS: Mapping[TrackStage, Text] = {
    TrackStage.ANNOUNCED: T("Waits for pickup"),
    TrackStage.PICKED_UP: T("Picked up"),
    TrackStage.IN_TRANSIT: T("On the way"),
    TrackStage.OUT_FOR_DELIVERY: T("Out for delivery"),
    TrackStage.AT_PICKUP_POINT: T("At a pickup point"),
    TrackStage.DELIVERED: T("Delivered"),
    TrackStage.EXCEPTION: T("Something is wrong"),
    TrackStage.RETURNING: T("Coming back"),
    TrackStage.RETURNED: T("Has come back"),
}
WARNING_WORDS: Mapping[TrackWarning, Text] = {
    TrackWarning.LOST: T("Lost"),
    TrackWarning.DAMAGED: T("Parcel damaged"),
    TrackWarning.RETURNED: T("Has come back"),
    TrackWarning.RETURNING: T("Coming back"),
    TrackWarning.DELIVERY_FAILED: T("Delivery failed"),
    TrackWarning.TROUBLE: T("Something is wrong"),
    TrackWarning.PICKUP_POINT: T("Nobody fetches it"),
    TrackWarning.NO_MOVEMENT: T("No movement"),
    TrackWarning.NOT_PICKED_UP: T("Not picked up"),
    TrackWarning.SLOW: T("Too slow"),
}
