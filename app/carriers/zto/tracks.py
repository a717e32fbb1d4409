"""ZTO's scans: answers of zto.merchant.waybill.track.query, and the pushed ``Traces``."""

from __future__ import annotations

from app.carriers.track_times import china_time, millisecond_time
from app.carriers.wire_json import JsonObject, as_object, as_objects, as_text
from app.carriers.zto.answers import Answer
from app.domain.tracking import Track, TrackEvent, TrackQuery, TrackStage, merged

_STAGES: dict[TrackStage, tuple[str, ...]] = {
    TrackStage.PICKED_UP: ("GOT", "收件", "揽收"),
    TrackStage.IN_TRANSIT: ("ARRIVAL", "DEPARTURE", "发件", "到件"),
    TrackStage.OUT_FOR_DELIVERY: ("DISPATCH", "派件"),
    TrackStage.AT_PICKUP_POINT: ("INBOUND", "HANDOVERSCAN_SIGNED"),
    TrackStage.DELIVERED: ("SIGNED", "DEPARTURE_SIGNED", "签收"),
    TrackStage.EXCEPTION: ("PROBLEM", "问题件"),
    TrackStage.RETURNING: ("RETURN_SCAN", "退件"),
    TrackStage.RETURNED: ("RETURN_SIGNED", "退件签收"),
}
_BY_CODE = {code: stage for stage, codes in _STAGES.items() for code in codes}


def stage_of_scan(code: str) -> TrackStage:
    return _BY_CODE.get(code, TrackStage.IN_TRANSIT)


def read_track(answer: Answer, query: TrackQuery) -> Track:
    if not answer.success:
        return Track(query.number, problem=answer.problem)
    return Track(query.number, merged(_scans(answer)))


def _scans(answer: Answer) -> list[TrackEvent]:
    found = []
    for scan in as_objects(answer.result):
        at, code = millisecond_time(scan.get("scanDate")), as_text(scan.get("scanType"))
        if at is not None:
            place = as_text((as_object(scan.get("scanSite")) or {}).get("name"))
            text = as_text(scan.get("desc"))
            found.append(TrackEvent(at, stage_of_scan(code), code, text, place))
    return found


def read_push(data: JsonObject) -> TrackEvent | None:
    """The event of one genuine push (see ``signature.is_genuine_push``); ``None`` if unreadable."""
    at, code = china_time(data.get("actionTime")), as_text(data.get("action"))
    if at is None:
        return None
    place = as_text(data.get("facilityName"))
    return TrackEvent(at, stage_of_scan(code), code, as_text(data.get("desc")), place)
