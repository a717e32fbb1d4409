"""Kuaidi100's events (快递100 API, 实时查询): one set of states for every company."""

from __future__ import annotations

from datetime import datetime

from app.carriers.kuaidi100 import errors
from app.carriers.kuaidi100.answers import Answer
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.track_times import china_time
from app.carriers.wire_json import JsonObject, as_object, as_objects, as_text
from app.domain.tracking import Track, TrackEvent, TrackQuery, TrackStage, merged

S = TrackStage
_STAGES: dict[TrackStage, tuple[str, ...]] = {
    S.ANNOUNCED: ("101", "102"),
    S.PICKED_UP: ("1", "103"),
    S.IN_TRANSIT: ("0", "7", "8", "10", "11", "12", "13", "1001", "1002", "1003"),
    S.OUT_FOR_DELIVERY: ("5",),
    S.AT_PICKUP_POINT: ("501", "205"),
    S.DELIVERED: ("3", "301", "302", "303", "304"),
    S.EXCEPTION: (
        *("2", "201", "202", "203", "204", "206", "207", "208", "209", "210", "14", "401"),
    ),
    S.RETURNING: ("6",),
    S.RETURNED: ("4",),
}
_BY_CODE = {code: stage for stage, codes in _STAGES.items() for code in codes}
# Without codes an event may still name its state in words.
_BY_WORD = {
    "揽收": S.PICKED_UP,
    "在途": S.IN_TRANSIT,
    "派件": S.OUT_FOR_DELIVERY,
    "签收": S.DELIVERED,
    "疑难": S.EXCEPTION,
    "拒签": S.EXCEPTION,
    "退回": S.RETURNING,
    "退签": S.RETURNED,
    "投柜或驿站": S.AT_PICKUP_POINT,
}


def read_track(answer: Answer, query: TrackQuery, settings: Kuaidi100Settings) -> Track:
    """The events of one number; one that Kuaidi100 has no track of yet has none."""
    if not answer.success:
        if answer.code == errors.NO_RESULT:
            return Track(query.number)
        found = errors.kd100_problem(
            settings, query.company or settings.company, answer.code, answer.said
        )
        return Track(query.number, problem=found)
    body = as_object(answer.data) or {}
    if as_text(body.get("nu")) not in {query.number, ""}:
        return Track(query.number)
    rows = [(at, row) for row in as_objects(body.get("data")) if (at := _time_of(row)) is not None]
    last = max((at for at, _ in rows), default=None)
    events = []
    for at, row in rows:
        code = as_text(row.get("statusCode")) or as_text(row.get("status"))
        stage = _BY_CODE.get(code) or _BY_WORD.get(as_text(row.get("status")))
        if stage is None and at == last:
            stage = _BY_CODE.get(as_text(body.get("state")))
        place = as_text(row.get("areaName")) or as_text(row.get("location"))
        events.append(
            TrackEvent(at, stage or S.IN_TRANSIT, code, as_text(row.get("context")), place)
        )
    # Newest first, so that events of one second keep their order.
    return Track(query.number, merged(reversed(events)))


def _time_of(row: JsonObject) -> datetime | None:
    return china_time(row.get("ftime")) or china_time(row.get("time"))
