"""ZTO's answers beyond a booking: stopped regions in every shape somebody may write, and prices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.simulators.ground import stable_number
from app.simulators.zto import checks
from app.simulators.zto.answers import china_time
from app.simulators.zto.records import ForbiddenRegion, RegionShape, refused

_PARTS = ("province", "city", "district", "address")
MOST_KG = 70


def regions(stopped: Sequence[ForbiddenRegion], shape: RegionShape) -> Any:
    """``result`` of the list of stopped regions."""
    match shape:
        case RegionShape.ROWS:
            return [_row(region) for region in stopped]
        case RegionShape.NAMED:
            return {"total": len(stopped), "list": [_named_row(region) for region in stopped]}
        case RegionShape.TREE:
            return [_branch(region) for region in stopped]
        case RegionShape.TEXTS:
            return ["-".join(_places(region)) for region in stopped]
        case RegionShape.MAP:
            places = {r.province: [r.city] if r.city else [] for r in stopped}
            return json.dumps(places, ensure_ascii=False)


def _places(region: ForbiddenRegion) -> list[str]:
    return [part for part in (region.province, region.city, region.district) if part]


def _row(region: ForbiddenRegion) -> dict[str, Any]:
    ends = {"endTime": china_time(region.until_s)} if region.until_s is not None else {}
    places = {"province": region.province, "city": region.city, "district": region.district}
    return places | {"reason": region.reason} | ends


def _named_row(region: ForbiddenRegion) -> dict[str, Any]:
    return {
        "provinceName": region.province,
        "provinceCode": "",
        "cityName": region.city or "全境",
        "countyName": region.district or None,
        "remark": region.reason,
        "expireTime": None if region.until_s is None else int(region.until_s * 1000),
    }


def _branch(region: ForbiddenRegion) -> dict[str, Any]:
    """Each level with its children, the reason on the innermost."""
    inner: dict[str, Any] | None = None
    for level, place in reversed(list(enumerate(_places(region), start=1))):
        node: dict[str, Any] = {"name": place, "level": level}
        node |= {"children": [inner]} if inner else {"children": [], "reason": region.reason}
        inner = node
    return inner or {}


def price(body: Mapping[str, Any]) -> dict[str, Any]:
    """``result`` of a price query: yuan, and hours; the weight is taken as kilograms."""
    places = []
    for side in ("sender", "addresser"):
        holder = body.get(side)
        if not isinstance(holder, dict):
            raise refused(f"{side}不能为空")
        places.append("".join(checks.text_of(holder, part) for part in _PARTS))
    weight_kg = body.get("weight")
    if isinstance(weight_kg, bool) or not isinstance(weight_kg, int | float):
        raise refused("weight格式错误")
    if not 0 < weight_kg <= MOST_KG:
        raise refused("重量超出范围")
    first = 8 + stable_number(places[1][:6], 5)
    more = max(0, -(-int(weight_kg * 1000) // 1000) - 1) * 2
    return {"price": first + more, "firstWeightPrice": first, "hour": 24 + len(places[1]) % 48}
