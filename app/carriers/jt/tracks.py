"""J&T's scans (极兔开放平台, logistics/trace)."""

from __future__ import annotations

from collections.abc import Sequence

from app.carriers.jt.answers import Answer
from app.carriers.track_times import china_time
from app.carriers.wire_json import JsonObject, as_objects, as_text
from app.domain.tracking import Track, TrackEvent, TrackQuery, TrackStage, merged

_STAGES: dict[TrackStage, tuple[str, ...]] = {
    TrackStage.PICKED_UP: ("10", "快件揽收", "揽收"),
    TrackStage.IN_TRANSIT: ("20", "30", "发件扫描", "到件扫描", "入仓扫描", "留仓件入库"),
    TrackStage.OUT_FOR_DELIVERY: ("94", "出仓扫描", "派件扫描", "派件"),
    TrackStage.AT_PICKUP_POINT: ("入库扫描", "代理点收入扫描", "入库交接"),
    TrackStage.DELIVERED: ("100", "200", "快件签收", "签收", "快件取出扫描", "代理点签收"),
    TrackStage.EXCEPTION: ("110", "问题件扫描", "拦截件扫描"),
    TrackStage.RETURNING: ("172", "退件扫描", "退件登记"),
    TrackStage.RETURNED: ("173", "退件签收"),
}
_BY_CODE = {code: stage for stage, codes in _STAGES.items() for code in codes}


def read_tracks(answer: Answer, wanted: Sequence[TrackQuery]) -> list[Track]:
    """One track for each number asked for; a number that J&T does not show has no events."""
    if not answer.success:
        return [Track(query.number, problem=answer.problem) for query in wanted]
    events = {as_text(row.get("billCode")): _events(row) for row in as_objects(answer.data)}
    return [Track(query.number, events.get(query.number, ())) for query in wanted]


def _events(row: JsonObject) -> tuple[TrackEvent, ...]:
    found = []
    for scan in as_objects(row.get("details")):
        at = china_time(scan.get("scanTime"))
        if at is not None:
            codes = [as_text(scan.get(key)) for key in ("scanTypeCode", "scanType", "scanTypeName")]
            stages = [_BY_CODE[code] for code in codes if code in _BY_CODE]
            found.append(
                TrackEvent(
                    at,
                    stages[0] if stages else TrackStage.IN_TRANSIT,
                    next((code for code in codes if code), ""),
                    as_text(scan.get("desc")),
                    as_text(scan.get("scanNetworkName")),
                )
            )
    return merged(reversed(found))  # newest first: scans of one second keep their order
