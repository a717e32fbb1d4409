"""Yunda's events (韵达开放平台, logictis/query)."""

from __future__ import annotations

from app.carriers.track_times import china_time
from app.carriers.wire_json import as_object, as_objects, as_text
from app.carriers.yunda.answers import Answer
from app.domain.tracking import Track, TrackEvent, TrackQuery, TrackStage, merged

_STAGES: dict[str, TrackStage] = {
    "ACCEPT": TrackStage.ANNOUNCED,
    "GOT": TrackStage.PICKED_UP,
    "ARRIVAL": TrackStage.IN_TRANSIT,
    "DEPARTURE": TrackStage.IN_TRANSIT,
    "SENT": TrackStage.OUT_FOR_DELIVERY,
    "INBOUND": TrackStage.AT_PICKUP_POINT,
    "OUTBOUND": TrackStage.DELIVERED,  # taken from the station
    "SIGNED": TrackStage.DELIVERED,
    "SIGNFAIL": TrackStage.EXCEPTION,
    "ISSUE": TrackStage.EXCEPTION,
    "REJECTION": TrackStage.EXCEPTION,
    "RETURN": TrackStage.RETURNING,
}


def read_track(answer: Answer, query: TrackQuery) -> Track:
    """The steps of one number; one that Yunda does not follow has none."""
    if not answer.success:
        return Track(query.number, problem=answer.problem)
    found = []
    for step in as_objects((as_object(answer.data) or {}).get("steps")):
        at = china_time(step.get("time"))
        code = as_text(step.get("action")) or as_text(step.get("status"))
        if at is not None:
            stage = _STAGES.get(code, TrackStage.IN_TRANSIT)
            place = as_text(step.get("station_name")) or as_text(step.get("city"))
            found.append(TrackEvent(at, stage, code, as_text(step.get("description")), place))
    return Track(query.number, merged(found))
