"""SF's route events (丰桥, EXP_RECE_SEARCH_ROUTES)."""

from __future__ import annotations

from collections.abc import Sequence

from app.carriers.sf.answers import Answer
from app.carriers.track_times import china_time
from app.carriers.wire_json import JsonObject, as_object, as_objects, as_text
from app.domain.tracking import Track, TrackEvent, TrackQuery, TrackStage, merged

NUMBERS_A_CALL = 10

_STAGES: dict[TrackStage, tuple[str, ...]] = {
    TrackStage.PICKED_UP: ("50", "54"),
    TrackStage.IN_TRANSIT: ("30", "31", "36", "3036", "99"),
    TrackStage.OUT_FOR_DELIVERY: ("44",),
    TrackStage.AT_PICKUP_POINT: ("123", "130", "607", "655"),
    TrackStage.DELIVERED: ("80", "8000"),
    TrackStage.EXCEPTION: ("33", "70"),
    TrackStage.RETURNING: ("648",),
}
_BY_CODE = {code: stage for stage, codes in _STAGES.items() for code in codes}


def read_tracks(answer: Answer, wanted: Sequence[TrackQuery]) -> list[Track]:
    """One track for each number asked for.

    No events can mean: none yet, not allowed to see them, or older than three months.
    """
    if not answer.success:
        return [Track(query.number, problem=answer.problem) for query in wanted]
    rows = as_objects((as_object(answer.data) or {}).get("routeResps"))
    events = {as_text(row.get("mailNo")): _events(row) for row in rows}
    return [Track(query.number, events.get(query.number, ())) for query in wanted]


def _events(row: JsonObject) -> tuple[TrackEvent, ...]:
    return merged(
        TrackEvent(
            at,
            _BY_CODE.get(code, TrackStage.IN_TRANSIT),
            code,
            as_text(event.get("remark")),
            as_text(event.get("acceptAddress")),
        )
        for event in as_objects(row.get("routes"))
        if (at := china_time(event.get("acceptTime"))) is not None
        for code in [as_text(event.get("opCode"))]
    )
