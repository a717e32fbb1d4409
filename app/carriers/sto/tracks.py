"""STO's scans (申通开放平台, STO_TRACE_QUERY_COMMON)."""

from __future__ import annotations

from app.carriers.sto.answers import Answer, traces
from app.carriers.track_times import china_time
from app.carriers.wire_json import as_text
from app.domain.tracking import Track, TrackEvent, TrackQuery, TrackStage, merged

# STO's list is not published; these are what integrators met.
_STAGES: dict[TrackStage, tuple[str, ...]] = {
    TrackStage.PICKED_UP: ("收件", "揽收", "揽件"),
    TrackStage.IN_TRANSIT: ("发件", "到件", "装车", "卸车", "中转"),
    TrackStage.OUT_FOR_DELIVERY: ("派件", "派送"),
    TrackStage.AT_PICKUP_POINT: ("入库", "驿站代收", "快件取出", "入柜"),
    TrackStage.DELIVERED: ("签收", "客户签收", "出库", "已签收"),
    TrackStage.EXCEPTION: ("问题件", "拒收", "留仓件", "派件失败"),
    TrackStage.RETURNING: ("退件", "退回件", "退回"),
    TrackStage.RETURNED: ("退件签收", "退回签收"),
}
_BY_CODE = {code: stage for stage, codes in _STAGES.items() for code in codes}


def read_track(answer: Answer, query: TrackQuery) -> Track:
    """The scans of one number; one that STO does not follow has none."""
    if not answer.success:
        return Track(query.number, problem=answer.problem)
    found = []
    for scan in traces(answer, query.number):
        at = china_time(scan.get("opTime"))
        if at is None or as_text(scan.get("waybillNo")) not in {query.number, ""}:
            continue
        code = as_text(scan.get("scanType"))
        place = as_text(scan.get("opOrgCityName")) or as_text(scan.get("opOrgName"))
        stage = _BY_CODE.get(code, TrackStage.IN_TRANSIT)
        found.append(TrackEvent(at, stage, code, as_text(scan.get("memo")), place))
    return Track(query.number, merged(found))
