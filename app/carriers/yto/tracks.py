"""YTO's events (圆通开放平台, track_query_adapter)."""

from __future__ import annotations

from app.carriers.track_times import china_time
from app.carriers.wire_json import as_text
from app.carriers.yto import errors
from app.carriers.yto.answers import Answer, traces
from app.domain.tracking import Track, TrackEvent, TrackQuery, TrackStage, merged

_STAGES: dict[str, TrackStage] = {
    "GOT": TrackStage.PICKED_UP,
    "ARRIVAL": TrackStage.IN_TRANSIT,
    "DEPARTURE": TrackStage.IN_TRANSIT,
    "AIRSEND": TrackStage.IN_TRANSIT,
    "AIRPICK": TrackStage.IN_TRANSIT,
    "FORWARDING": TrackStage.IN_TRANSIT,  # to a new address
    "SENT_SCAN": TrackStage.OUT_FOR_DELIVERY,
    "INBOUND": TrackStage.AT_PICKUP_POINT,
    "SIGNED": TrackStage.DELIVERED,
    "FAILED": TrackStage.EXCEPTION,
    "TMS_RETURN": TrackStage.RETURNING,
}


def read_track(answer: Answer, query: TrackQuery) -> Track:
    """The events of one number; one that YTO does not follow has none."""
    found = []
    for step in traces(answer, query.number):
        at = china_time(step.get("upload_Time"))
        if at is None or as_text(step.get("waybill_No")) not in {query.number, ""}:
            continue
        code = as_text(step.get("infoContent"))
        stage = _STAGES.get(code, TrackStage.IN_TRANSIT)
        place = as_text(step.get("city"))
        found.append(TrackEvent(at, stage, code, as_text(step.get("processInfo")), place))
    if not found and _is_refused(answer):
        return Track(query.number, problem=answer.problem)
    return Track(query.number, merged(found))


def _is_refused(answer: Answer) -> bool:
    if answer.success or answer.code == errors.NOTHING_FOUND or isinstance(answer.body, list):
        return False
    return bool(answer.said) or answer.success is False
